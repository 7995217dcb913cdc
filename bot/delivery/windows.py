"""Windows: every call of Slack's views.* is made here, and what hinders one becomes words of its
own.

Promises to a listener: the window stands, or what is raised tells the person what became of it. A
refusal of the window itself (its content is wrong, or another page has replaced it) stays Slack's
own error. Promises to the stories: of the windows that are open only the one that is meant is
changed, as it was last shown by us (its hash); one that was closed or turned to another page
meanwhile is left alone and said to be gone.
"""

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.blocks import Block
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.slack_failures import outcome_unknown, slack_code


class TooLate(Refusal):
    """Slack opens a window only within 3 seconds, and this took longer. Nothing was done; ask for
    it once more.
    """


class Opened(Refusal):
    """Slack has opened a window for this already. If you do not see it, ask for it once more."""


class Throttled(Transient):
    """Slack opens no more windows for a moment, since Labeljob asked for too many. Nothing was
    done; ask again in a minute.
    """


class SlackTrouble(Transient):
    """Slack has trouble of its own, so it is not known whether it shows what you asked for. If not,
    ask once more in a minute.
    """


class CutOff(Transient):
    """The connection to Slack broke before it answered, so it is not known whether it shows what
    you asked for. If not, ask once more.
    """


class NotShown(Transient):
    """Slack did not answer in time, so it is not known whether it shows what you asked for. If not,
    ask once more.
    """


_BY_CODE: dict[str, type[LabeljobError]] = {
    "expired_trigger_id": TooLate,
    "exchanged_trigger_id": Opened,
    "ratelimited": Throttled,
    "rate_limited": Throttled,
}


def show(call: Callable[..., Any], **what: Any) -> Any:
    """Have Slack open, push, update or publish a view: `call` is the client's method for it; what
    Slack answers.

    Raises:
        TooLate, Opened: the trigger (3 s, once) is no good any more, and nothing was done.
        Throttled: nothing was done.
        SlackTrouble, CutOff, NotShown: it may stand all the same.
        SlackApiError: Slack refuses this view.

    """
    try:
        return call(**what)
    except SlackApiError as error:
        if (hindrance := _said_by(error)) is not None:
            raise hindrance from error
        raise
    except (OSError, HTTPException) as error:
        if _late(error):
            raise NotShown from error
        raise CutOff from error


class WindowGone(LabeljobError):
    """This window was closed."""


class WindowChanged(LabeljobError):
    """This window shows something else by now."""


class Windows:
    """The open windows of one workspace; `client` makes the client at the first use."""

    def __init__(self, client: Callable[[], WebClient]) -> None:
        self._make = client

    @cached_property
    def _client(self) -> WebClient:
        return self._make()

    def replace(self, view_id: str, view: Block, view_hash: str = "") -> str:
        """Show the view in an open window; its new hash.

        Raises:
            WindowGone: it was closed.
            WindowChanged: it was changed since it had `view_hash`.
            Transient: see `show`.

        """
        known = {"hash": view_hash} if view_hash else {}
        try:
            said = show(self._client.views_update, view_id=view_id, view=view, **known)
        except SlackApiError as error:
            if slack_code(error) == "hash_conflict":
                raise WindowChanged from error
            raise WindowGone from error
        return str((said.get("view") or {}).get("hash") or "")


def _said_by(error: SlackApiError) -> LabeljobError | None:
    """What Slack's answer means to whoever waits; None where it is about the view itself."""
    if (known := _BY_CODE.get(slack_code(error))) is not None:
        return known()
    if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled()
    return SlackTrouble() if outcome_unknown(error) else None


def _late(error: Exception) -> bool:
    """Whether the time was over; while connecting, the timeout is inside of another error."""
    reason = error.reason if isinstance(error, URLError) else error
    return isinstance(reason, TimeoutError)
