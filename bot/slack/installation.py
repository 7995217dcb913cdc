"""Whose the bot is: the workspace and the app that its own token belongs to, and nothing that a
payload says.

Promises to everybody: in a channel shared with another company, and in an organisation of several
workspaces, a payload's `team_id` names whoever hosts the channel or is at home elsewhere; only
`auth.test` says whose the token is.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.base.errors import Refusal
from bot.base.slack_failures import NO_ANSWER, outcome_unknown, slack_code

log = logging.getLogger(__name__)


class BadSlack(Refusal):
    """Slack does not answer. Check LABELJOB_SLACK_API_URL and the network."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The workspace (T…) and the app (A…) of the bot's token; `app_id` is "" where Slack did not
    say it. `scopes` are what the token may do, None where Slack did not say that.
    """

    team_id: str
    app_id: str = ""
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """Whether the token has a scope, as far as is known."""
        return self.scopes is None or scope in self.scopes

    def refusal(self, body: Mapping[str, Any]) -> str:
        """Why a payload is not for this installation, for the log: the field that says so; "" when
        it may be ours.

        A field that is missing says nothing: commands and presses in messages name no installation.
        """
        app_id = body.get("api_app_id")
        if self.app_id and app_id and app_id != self.app_id:
            return "api_app_id"
        if _yes(
            body.get("is_enterprise_install")
        ):  # ours is one workspace's: the manifest allows no other
            return "is_enterprise_install"
        authorized = _installations(body.get("authorizations"))
        if authorized and self.team_id not in authorized:
            return "authorizations"
        view = body.get("view")
        installed = view.get("app_installed_team_id") if isinstance(view, dict) else None
        if installed and installed != self.team_id:
            return "view.app_installed_team_id"
        return ""


def installation_of(slack: WebClient) -> Installation:
    """Ask Slack whose the token is.

    Raises:
        BadSlack: it does not take the token, or does not answer.

    """
    with showing_the_token():
        return learn(slack)


@contextmanager
def showing_the_token() -> Iterator[None]:
    """Inside, Slack is asked whose the token is; whatever it does not like becomes words."""
    try:
        yield
    except SlackApiError as error:
        if outcome_unknown(error):
            raise BadSlack from error
        raise BadSlack(
            f"Slack does not take SLACK_BOT_TOKEN ({slack_code(error)}). Install the app again."
        ) from error
    except (BoltError, *NO_ANSWER) as error:
        raise BadSlack from error


def learn(slack: WebClient) -> Installation:
    """Ask Slack whose the token is.

    Raises:
        SlackApiError, *NO_ANSWER: Slack does not take the token, or does not answer.

    """
    answer = slack.auth_test()
    app_id = _app_id(slack, str(answer.get("bot_id") or ""))
    return Installation(str(answer["team_id"]), app_id, granted(answer))


def granted(answer: SlackResponse) -> frozenset[str] | None:
    """The scopes that an answer of Slack's bears; None where it bears none."""
    found = next(
        (value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None
    )
    text = found
    if isinstance(found, list):
        text = found[0] if found else None
    if not isinstance(text, str):
        return None
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _app_id(slack: WebClient, bot_id: str) -> str:
    """The app's id; "" where it cannot be learnt, and then payloads are not told apart by it.

    UNSURE: auth.test is documented without an app id, so it is read from the bot that it names.
    """
    if not bot_id:
        return ""
    try:
        return str(slack.bots_info(bot=bot_id)["bot"].get("app_id") or "")
    except SlackApiError as error:
        log.warning("the app's own id is not known: bots.info answers %s", slack_code(error))
    except (KeyError, AttributeError, *NO_ANSWER) as error:
        log.warning(
            "the app's own id is not known: bots.info gives no answer (%s)", type(error).__name__
        )
    return ""


def _installations(authorizations: Any) -> set[str]:
    """The workspaces that an event says it is for; "" stands for an organisation's installation,
    which is never ours.

    An event carries that flag here alone, and may name no workspace beside it.
    """
    if not isinstance(authorizations, list):
        return set()
    each = [one for one in authorizations if isinstance(one, dict)]
    theirs = {"" for one in each if _yes(one.get("is_enterprise_install"))}
    named = (one.get("team_id") for one in each if not _yes(one.get("is_enterprise_install")))
    return {str(team) for team in named if team} | theirs


def _yes(value: Any) -> bool:
    """Whether a flag is set; commands carry theirs as text."""
    return value is True or value == "true"
