"""What Slack sends to an app: how much of it, how often, signed how, and what it does about an app
that fails.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import MANIFEST, Bot, Workspace, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    manifest = copy.deepcopy(MANIFEST)
    manifest["settings"]["event_subscriptions"]["bot_events"] += [
        "message.channels",
        "message.groups",
    ]
    folder = tmp_path_factory.mktemp("slack")
    with (
        Workspace(folder, time_scale=0.0, manifest=manifest, events_to_judge=60) as workspace,
        Bot(workspace) as bolt,
    ):
        workspace.control("request_url", url=bolt.url)
        yield workspace, bolt


@pytest.fixture
def slack(pair: tuple[Workspace, Bot]) -> Iterator[Workspace]:
    workspace, bolt = pair
    bolt.forget()
    yield workspace
    workspace.fetch("/_control/faults", method="DELETE")
    for name in ("signing", "subscription"):
        workspace.control(name)
    workspace.control("request_url", url=bolt.url)


@pytest.fixture
def bot(pair: tuple[Workspace, Bot], slack: Workspace) -> Bot:
    assert slack.url
    return pair[1]


def command(slack: Workspace, text: str = "", channel: str = "C0DATA", user: str = "U0MARA") -> Any:
    return slack.act("command", user=user, channel=channel, command="/labeljob", text=text)


def finished(slack: Workspace, before: int, count: int) -> list[dict[str, Any]]:
    """The events sent since, once so many are answered."""

    def answered() -> Any:
        found = [one for one in slack.journal("app:event", before) if one["status"] is not None]
        return found if len(found) >= count else None

    found: list[dict[str, Any]] = until(answered)
    return found


# -- commands
# --------------------------------------------------------------------------------------------------


def test_a_command_has_these_fields_and_no_thread(slack: Workspace, bot: Bot) -> None:
    """A bot that reads a field which Slack does not send, or misses one, works here and nowhere
    else.
    """
    command(slack, "  status   “ripe”")
    assert set(bot.hears("command")) == {
        *(
            "token",
            "team_id",
            "team_domain",
            "channel_id",
            "channel_name",
            "user_id",
            "user_name",
            "command",
            "text",
        ),
        *("api_app_id", "is_enterprise_install", "response_url", "trigger_id"),
    }


def test_private_places_have_no_real_name_in_a_command(slack: Workspace, bot: Bot) -> None:
    """A bot that keys on names would take all private channels for one."""
    command(slack, channel="C0SECRET", user="U0SAM")
    assert bot.hears("command")["channel_name"] == "privategroup"
    direct = slack.act("open_im", user="U0MARA", **{"with": "U0BOT"})["channel"]["id"]
    command(slack, channel=direct)
    assert bot.hears("command")["channel_name"] == "directmessage"


def test_a_command_reaches_the_app_where_its_bot_is_not(slack: Workspace, bot: Bot) -> None:
    """The bot must find out by itself that it cannot post there."""
    assert command(slack, channel="C0GENERAL")["ok"]
    assert bot.hears("command")["channel_id"] == "C0GENERAL"


def test_an_answer_for_everybody_shows_the_command_too(slack: Workspace, bot: Bot) -> None:
    """A card that appears out of nowhere would leave people guessing who asked for it."""
    bot.when("command", lambda ack, **_rest: ack(text="for all", response_type="in_channel"))
    assert "ephemeral" not in command(slack, "list")
    said = [
        one["text"] for one in slack.look("history", user="U0MARA", channel="C0DATA")["messages"]
    ]
    assert said[-2:] == ["/labeljob list", "for all"]


def test_commands_and_presses_are_never_sent_twice(slack: Workspace) -> None:
    """A command that was lost is lost; who counts on a repeat waits for ever."""
    slack.fetch(
        "/_control/faults", {"operation": "app:/labeljob", "fault": "error_500", "times": 1}
    )
    before = slack.last_entry()
    assert command(slack)["error"] == "dispatch_failed"
    assert len(slack.journal("app:/labeljob", before)) == 1


def test_names_in_a_command_become_mentions_only_where_the_manifest_asks(tmp_path: Path) -> None:
    """Without should_escape a name stays a name, and a bot that expects <@U…> finds nobody."""
    for escape, text in (
        (False, "ask @lin in #orchard-data <now>"),
        (True, "ask <@U0LIN> in <#C0DATA|orchard-data>"),
    ):
        manifest = copy.deepcopy(MANIFEST)
        manifest["features"]["slash_commands"][0]["should_escape"] = escape
        with Workspace(tmp_path / str(escape), manifest=manifest) as slack, Bot(slack) as bolt:
            slack.control("request_url", url=bolt.url)
            command(slack, "ask @lin in #orchard-data <now>")
            assert bolt.hears("command")["text"] == text + (" &lt;now&gt;" if escape else "")


# -- signatures
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signing", "status"),
    [({"skew": -290}, 200), ({"skew": -400}, 401), ({"skew": 400}, 401), ({"forged": True}, 401)],
    ids=["in the window", "too old", "from the future", "forged"],
)
def test_requests_are_dated_and_signed(
    slack: Workspace, bot: Bot, signing: dict[str, Any], status: int
) -> None:
    """A request that was caught on its way must be worth nothing after five minutes."""
    slack.control("signing", **signing)
    answer = command(slack)
    assert bot.statuses[-1] == status
    assert answer["ok"] == (status == 200)
    assert bot.headers[-1]["x-slack-signature"].startswith("v0=")


# -- events
# --------------------------------------------------------------------------------------------------


def test_messages_that_change_or_go_are_told_with_their_subtype(slack: Workspace, bot: Bot) -> None:
    """A bot that takes a message_changed for a new message answers its own edits."""
    web = slack.web()
    before = slack.last_entry()
    ts = web.chat_postMessage(channel="C0DATA", text="first")["ts"]
    web.chat_update(channel="C0DATA", ts=ts, text="second")
    web.chat_delete(channel="C0DATA", ts=ts)
    told = {
        one["request"]["event"].get("subtype"): one["request"]["event"]
        for one in finished(slack, before, 3)
    }
    assert set(told) == {None, "message_changed", "message_deleted"}
    assert told["message_changed"]["message"]["text"] == "second"
    assert told["message_changed"]["previous_message"]["text"] == "first"
    assert told["message_deleted"]["deleted_ts"] == ts
    assert all(event["channel_type"] == "channel" for event in told.values())
    assert bot.heard.empty(), "Bolt drops what the bot itself has done"


def test_an_error_with_no_retry_is_the_last_word(slack: Workspace, bot: Bot) -> None:
    """An app that can never take an event must be able to say so."""

    def no(**_rest: Any) -> None:
        raise RuntimeError("no")

    bot.when("app_mention", no)
    bot.app.error(lambda error: _no_retry(str(error)))
    before = slack.last_entry()
    slack.act("message", user="U0MARA", channel="C0DATA", text="@labeljob never")
    finished(slack, before, 2)
    slack.act("home_opened", user="U0MARA", tab="home")
    bot.hears("app_home_opened")
    events = [
        one
        for one in finished(slack, before, 3)
        if one["request"]["event"]["type"] == "app_mention"
    ]
    assert len(events) == 1


def _no_retry(words: str) -> Any:
    from slack_bolt import BoltResponse  # noqa: PLC0415 - only this test needs it

    return BoltResponse(status=500, body=words, headers={"x-slack-no-retry": ["1"]})


@pytest.mark.parametrize(
    ("fault", "reason"), [("delay", "http_timeout"), ("drop_before", "connection_failed")]
)
def test_a_retry_says_why_it_comes(slack: Workspace, bot: Bot, fault: str, reason: str) -> None:
    """The reason tells an app whether its first answer was late or lost."""
    slack.fetch(
        "/_control/faults", {"operation": "app:event", "fault": fault, "seconds": 2.3, "times": 1}
    )
    slack.act("home_opened", user="U0MARA", tab="home")
    bot.hears("app_home_opened")
    until(lambda: any(one.get("x-slack-retry-reason") == reason for one in bot.headers[-2:]))


def test_an_app_that_fails_nearly_always_loses_its_events(slack: Workspace, bot: Bot) -> None:
    """After a bad night no event comes until somebody switches the subscription on again: that must
    be seen here.
    """
    slack.fetch("/_control/faults", {"operation": "app:event", "fault": "error_500"})
    slack.clock.ahead += 3700
    before = slack.last_entry()
    for _ in range(15):
        slack.act("home_opened", user="U0LIN", tab="home")
    assert len(finished(slack, before, 60)) == 60
    until(lambda: not slack.fetch("/_control/connections")["events_enabled"])
    slack.fetch("/_control/faults", method="DELETE")
    slack.act("home_opened", user="U0LIN", tab="home")
    slack.control("subscription")
    slack.act("home_opened", user="U0SAM", tab="home")
    assert bot.hears("app_home_opened")["event"]["user"] == "U0SAM", (
        "the one in between was not sent"
    )


def test_too_many_events_in_an_hour_are_lost_and_told_once(tmp_path: Path) -> None:
    """On a very busy day events vanish; all that the app gets is one app_rate_limited a minute."""
    with Workspace(tmp_path, events_an_hour=3) as slack, Bot(slack) as bolt:
        slack.control("request_url", url=bolt.url)
        for _ in range(6):
            slack.act("home_opened", user="U0MARA", tab="home")
        (told,) = until(
            lambda: [
                one for one in slack.journal("app:app_rate_limited") if one["status"] is not None
            ]
        )
        assert set(told["request"]) == {
            "token",
            "type",
            "team_id",
            "minute_rate_limited",
            "api_app_id",
        }
        assert told["request"]["minute_rate_limited"] % 60 == 0
        assert len(finished(slack, 0, 3)) == 3
        slack.clock.ahead += 3700
        slack.act("home_opened", user="U0SAM", tab="home")
        until(lambda: len(slack.journal("app:event")) == 4)
