"""Commands, presses, forms and events of the Slack stand-in, with a Bolt app behind signed HTTP,
unchanged.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import Bot, Workspace, button, modal, option, plain, section, typed, until
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with (
        Workspace(tmp_path_factory.mktemp("slack"), time_scale=0.0002) as workspace,
        Bot(workspace) as bolt,
    ):
        workspace.control("request_url", url=bolt.url)
        yield workspace, bolt


@pytest.fixture
def slack(pair: tuple[Workspace, Bot]) -> Iterator[Any]:
    workspace, _bolt = pair
    yield workspace
    workspace.fetch("/_control/faults", method="DELETE")
    workspace.look("boot", user="U0MARA")
    for view in workspace.modals()[-1:]:
        workspace.act("view_close", user="U0MARA", view_id=view["id"], clear=True)


@pytest.fixture
def bot(pair: tuple[Workspace, Bot], slack: Workspace) -> Bot:
    assert slack.url
    pair[1].forget()
    return pair[1]


def command(slack: Workspace, text: str = "", **more: Any) -> Any:
    return slack.act(
        "command",
        **{"user": "U0MARA", "channel": "C0DATA", "command": "/labeljob", "text": text, **more},
    )


def opens(bot: Bot, *views: Any) -> None:
    """Have the next commands open these modals."""
    waiting = list(views)

    def open_one(ack: Any, body: Any, client: Any, **_rest: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=waiting.pop(0))

    bot.when("command", open_one)


def opened(slack: Workspace, bot: Bot, view: dict[str, Any]) -> Any:
    """Open a modal by the command; gives it as Slack keeps it.

    A trigger lives for three seconds, which a busy machine may take: then the person types the
    command again.
    """
    opens(bot, view, view, view)
    for _ in range(2):
        command(slack)
        with suppress(AssertionError):
            return until(slack.modals, 6.0)[-1]
    command(slack)
    return until(slack.modals)[-1]


def submit(slack: Workspace, view: dict[str, Any], **values: Any) -> Any:
    state = {"values": {block: {"typed": {"value": value}} for block, value in values.items()}}
    return slack.act("view_submit", user="U0MARA", view_id=view["id"], state=state)


def test_a_command_is_answered_to_the_person_alone(slack: Workspace, bot: Bot) -> None:
    """The first thing everybody tries is the slash command."""
    bot.when("command", lambda ack, body, **_rest: ack(f"You said {body['text']}"))
    reply = command(slack, "status")["ephemeral"]
    assert reply["text"] == "You said status"
    assert reply["bot_id"] == "B0LABELJOB"
    body = bot.hears("command")
    assert body["channel_name"] == "orchard-data"
    assert body["user_id"] == "U0MARA"
    assert body["response_url"].startswith(f"{slack.url}/response/")
    assert "thread_ts" not in body
    assert (
        slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"][-1]["text"]
        == "You said status"
    )


def test_a_command_that_nobody_answers_says_so(slack: Workspace, bot: Bot) -> None:
    """People must see Slack's own error, and a bot that is too slow must be seen as too slow."""
    bot.when("command", lambda **_rest: None)
    slack.fetch(
        "/_control/faults",
        {"operation": "app:/labeljob", "fault": "delay", "seconds": 2.3, "times": 1},
    )
    assert command(slack)["error"] == "operation_timeout"
    slack.fetch(
        "/_control/faults", {"operation": "app:/labeljob", "fault": "error_500", "times": 1}
    )
    assert command(slack)["error"] == "dispatch_failed"
    assert command(slack, command="/poem")["error"] == "no_such_command"
    assert command(slack, user="U0LIN")["error"] == "not_in_channel"


def test_response_url_works_five_times_for_half_an_hour(slack: Workspace, bot: Bot) -> None:
    """Late answers go through the response_url; the sixth is lost at Slack, so it must be lost
    here.
    """
    url = (command(slack), bot.hears("command"))[1]["response_url"]
    hook = WebhookClient(url)
    for number in range(4):
        assert hook.send(text=f"late {number}").status_code == 200
    assert hook.send(text="for all", response_type="in_channel").status_code == 200
    assert "used_url" in hook.send(text="too many").body
    seen = slack.look("history", user="U0MARA", channel="C0DATA")
    assert [one["text"] for one in seen["ephemerals"]] == ["late 0", "late 1", "late 2", "late 3"]
    assert seen["messages"][-1]["text"] == "for all"
    url = (command(slack), bot.hears("command"))[1]["response_url"]
    slack.clock.ahead += 1801
    assert "expired_url" in WebhookClient(url).send(text="too late").body


def test_a_trigger_works_once_and_for_three_seconds(slack: Workspace, bot: Bot) -> None:
    """A modal that is opened after slow work fails at Slack, and this is how a test can see it."""
    body = (command(slack), bot.hears("command"))[1]
    web = slack.web()
    web.views_open(trigger_id=body["trigger_id"], view=modal())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        web.views_open(trigger_id=body["trigger_id"], view=modal())
    body = (command(slack), bot.hears("command"))[1]
    slack.clock.ahead += 3.1
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        web.views_open(trigger_id=body["trigger_id"], view=modal())
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        web.views_open(trigger_id="1.2.3", view=modal())


def test_a_form_is_submitted_with_what_was_typed_and_what_was_preset(
    slack: Workspace, bot: Bot
) -> None:
    """Fields that a person does not touch carry their initial values, as the page of Slack sends
    them.
    """
    view = opened(
        slack, bot, modal(typed("name"), typed("note", initial_value="preset", optional=True))
    )
    assert submit(slack, view, name="ripe")["response_action"] is None
    body = bot.hears("submit")
    values = body["view"]["state"]["values"]
    assert values["name"]["typed"] == {"type": "plain_text_input", "value": "ripe"}
    assert values["note"]["typed"]["value"] == "preset"
    assert body["view"]["hash"]
    assert "channel" not in body
    assert slack.modals() == []


FIELDS = [
    (typed(), None, "required"),
    (typed(min_length=3), "ab", "at least 3"),
    (typed(max_length=3), "abcd", "3 characters"),
    (typed(type="number_input", is_decimal_allowed=False), "1.5", "whole number"),
    (typed(type="number_input", is_decimal_allowed=True, max_value="2"), "2.5", "2 or less"),
    (typed(type="number_input", is_decimal_allowed=True, min_value="2"), "1.5", "2 or more"),
    (typed(type="email_text_input"), "nobody", "email"),
    (typed(type="url_text_input"), "orchard", "URL"),
]


@pytest.mark.parametrize(("block", "value", "words"), FIELDS, ids=[row[2] for row in FIELDS])
def test_slack_checks_fields_before_the_app_hears_of_them(
    slack: Workspace, bot: Bot, block: dict[str, Any], value: Any, words: str
) -> None:
    """What Slack refuses by itself must not reach the bot, or the bot is tested with impossible
    forms.
    """
    view = opened(slack, bot, modal(block))
    before = slack.last_entry()
    answer = submit(slack, view, name=value)
    assert answer["response_action"] == "errors"
    assert words in answer["errors"]["name"]
    assert slack.journal("app:view_submission", before) == []


def test_the_app_answers_a_form_with_errors_update_push_or_clear(
    slack: Workspace, bot: Bot
) -> None:
    """A form of several pages lives from these four answers."""
    view = opened(slack, bot, modal(typed()))
    bot.when("submit", lambda ack, **_rest: ack(response_action="errors", errors={"name": "taken"}))
    assert submit(slack, view, name="a")["errors"] == {"name": "taken"}
    bot.when(
        "submit", lambda ack, **_rest: ack(response_action="errors", errors={"nowhere": "taken"})
    )
    assert submit(slack, view, name="a")["error"] == "invalid_response"
    bot.when(
        "submit", lambda ack, **_rest: ack(response_action="push", view=modal(typed("second")))
    )
    pushed = submit(slack, view, name="a")["view_stack"]
    assert pushed[0]["id"] == view["id"]
    assert pushed[1]["root_view_id"] == view["id"]
    bot.when(
        "submit", lambda ack, **_rest: ack(response_action="update", view=modal(typed("third")))
    )
    updated = submit(slack, pushed[1], second="b")["view_stack"]
    assert updated[1]["id"] == pushed[1]["id"]
    assert updated[1]["blocks"][0]["block_id"] == "third"
    bot.when("submit", lambda ack, **_rest: ack(response_action="clear"))
    assert submit(slack, updated[1], third="c")["view_stack"] == []


def test_a_fourth_view_finds_no_place(slack: Workspace, bot: Bot) -> None:
    """Three views are all that Slack stacks; a deeper form must be designed otherwise."""
    view = opened(slack, bot, modal(typed()))
    bot.when("submit", lambda ack, **_rest: ack(response_action="push", view=modal(typed())))
    second = submit(slack, view, name="a")["view_stack"][-1]
    third = submit(slack, second, name="a")["view_stack"][-1]
    answer = submit(slack, third, name="a")
    assert (answer["error"], answer["reason"]) == ("invalid_response", "push_limit_reached")
    assert len(slack.modals()) == 3


def test_a_form_that_is_not_answered_stays_open(slack: Workspace, bot: Bot) -> None:
    """After "trouble connecting" the person presses again: the bot must live with the same form
    twice.
    """
    view = opened(slack, bot, modal(typed()))
    slack.fetch(
        "/_control/faults", {"operation": "app:view_submission", "fault": "drop_after", "times": 1}
    )
    answer = submit(slack, view, name="a")
    assert answer["error"] == "dispatch_failed"
    assert "trouble connecting" in answer["message"]
    assert len(slack.modals()) == 1
    assert submit(slack, view, name="a")["response_action"] is None
    assert bot.hears("submit")["view"]["id"] == bot.hears("submit")["view"]["id"]


def test_an_update_keeps_what_was_typed_where_the_ids_stay(slack: Workspace, bot: Bot) -> None:
    """A form that forgets what people typed when it is redrawn drives them away."""
    dispatching = typed(
        "kind",
        "pick",
        type="static_select",
        options=[option("a"), option("b")],
        dispatch_action=True,
    )
    view = opened(slack, bot, modal(typed("name"), dispatching))

    def redraw(ack: Any, body: Any, client: Any, **_rest: Any) -> None:
        ack()
        again = modal(
            typed("name", initial_value="ignored"), dispatching, typed("extra", initial_value="new")
        )
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=again)

    bot.when("action", redraw)
    answer = slack.act(
        "action",
        user="U0MARA",
        container={"type": "view", "view_id": view["id"]},
        block_id="kind",
        action_id="pick",
        chosen={"selected_option": {"value": "b"}},
        state={"values": {"name": {"typed": {"value": "half"}}}},
    )
    assert answer["ok"]
    body = bot.hears("action")
    assert body["actions"][0]["selected_option"] == option("b")
    assert body["view"]["state"]["values"]["kind"]["pick"]["selected_option"] == option("b")
    redrawn = until(lambda: [one for one in slack.modals() if len(one["blocks"]) == 3])[0]
    values = redrawn["state"]["values"]
    assert values["name"]["typed"]["value"] == "half"
    assert values["kind"]["pick"]["selected_option"] == option("b")
    assert values["extra"]["typed"]["value"] == "new"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        slack.web().views_update(view_id=view["id"], hash=view["hash"], view=modal())
    with pytest.raises(SlackApiError, match="not_found"):
        slack.web().views_update(view_id="V0GONE", view=modal())


def test_an_external_select_asks_the_app(slack: Workspace, bot: Bot) -> None:
    """Names that do not fit into a hundred options are looked up while people type."""
    external = typed("team", "team", type="external_select", min_query_length=2)
    view = opened(slack, bot, modal(external))
    bot.when("options", lambda ack, body, **_rest: ack(options=[option(body["value"])]))

    def ask(query: str) -> Any:
        place = {"type": "view", "view_id": view["id"]}
        return slack.act(
            "suggest",
            user="U0MARA",
            container=place,
            block_id="team",
            action_id="team",
            query=query,
        )

    assert ask("or")["options"] == [option("or")]
    assert ask("o")["options"] == [], "below min_query_length nobody is asked"
    bot.when(
        "options", lambda ack, **_rest: ack(options=[option(str(number)) for number in range(101)])
    )
    assert ask("all")["error"] == "invalid_options"


def test_a_file_in_a_form_reaches_the_app_whole(slack: Workspace, bot: Bot) -> None:
    """A manifest is handed over in a form: the app gets the file object and may fetch the bytes
    with its token.
    """
    view = opened(slack, bot, modal(typed("manifest", "file", type="file_input", max_files=1)))
    file = slack.upload("U0MARA", "lines.jsonl", b'{"source-ref":"s3://a/b"}')

    def send(files: list[Any]) -> dict[str, Any]:
        state = {"values": {"manifest": {"file": {"files": files}}}}
        return slack.act("view_submit", user="U0MARA", view_id=view["id"], state=state)

    assert "required" in send([])["errors"]["manifest"]
    assert "missing" in send([{"id": "F0NOWHERE"}])["errors"]["manifest"]
    assert "1 at most" in send([file, file])["errors"]["manifest"]
    assert send([{"id": file["id"]}])["response_action"] is None
    (given,) = bot.hears("submit")["view"]["state"]["values"]["manifest"]["file"]["files"]
    assert given["name"] == "lines.jsonl"
    headers = {"Authorization": f"Bearer {slack.config.bot_token}"}
    with urllib.request.urlopen(
        urllib.request.Request(given["url_private"], headers=headers)
    ) as reply:
        assert reply.read() == b'{"source-ref":"s3://a/b"}'


def test_closing_is_told_only_when_asked_for(slack: Workspace, bot: Bot) -> None:
    """A draft is thrown away when its form is closed, if the form wants to know."""
    view = opened(slack, bot, modal(typed(), notify_on_close=True))
    assert (
        slack.act("view_close", user="U0MARA", view_id=view["id"], clear=False)["view_stack"] == []
    )
    body = bot.hears("closed")
    assert body["view"]["id"] == view["id"]
    assert body["is_cleared"] is False
    again = slack.act("view_close", user="U0MARA", view_id=view["id"], clear=False)
    assert again["error"] == "not_found"


def test_closing_tells_nothing_of_what_was_typed(slack: Workspace, bot: Bot) -> None:
    """Slack leaves the input blocks out of view_closed: an app that reads a draft from it keeps an
    empty one.
    """
    choice = {
        "type": "section",
        "block_id": "kind",
        "text": {"type": "mrkdwn", "text": "Kind"},
        "accessory": {
            "type": "static_select",
            "action_id": "chosen",
            "options": [{"text": plain("A"), "value": "a"}],
            "initial_option": {"text": plain("A"), "value": "a"},
        },
    }
    written = typed("name", initial_value="ripe-july")
    view = opened(slack, bot, modal(written, choice, notify_on_close=True))
    slack.act("view_close", user="U0MARA", view_id=view["id"], clear=False)
    values = bot.hears("closed")["view"]["state"]["values"]
    assert set(values) == {"kind"}
    assert values["kind"]["chosen"]["selected_option"]["value"] == "a"


def test_a_press_in_a_thread_carries_its_place_and_may_replace_the_message(
    slack: Workspace, bot: Bot
) -> None:
    """Card buttons are the main way to a job: thread, message and response_url must all be
    right.
    """
    web = slack.web()
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    actions = {"type": "actions", "block_id": "row", "elements": [button("stop", value="job-1")]}
    card = web.chat_postMessage(
        channel="C0DATA", text="card", blocks=[section(), actions], thread_ts=root
    )["ts"]
    bot.when(
        "action",
        lambda ack, respond, **_rest: (ack(), respond(text="stopped", replace_original=True)),
    )
    place = {"type": "message", "channel": "C0DATA", "ts": card}
    assert slack.act(
        "action", user="U0SAM", container=place, block_id="row", action_id="stop", chosen={}
    )["ok"]
    body = bot.hears("action")
    container = {
        "type": "message",
        "message_ts": card,
        "channel_id": "C0DATA",
        "is_ephemeral": False,
        "thread_ts": root,
    }
    assert body["container"] == container
    assert body["message"]["thread_ts"] == root
    assert body["actions"][0]["value"] == "job-1"
    assert body["user"]["id"] == "U0SAM"
    changed = until(
        lambda: slack.look("thread", user="U0SAM", channel="C0DATA", ts=root)["messages"][1:]
    )
    until(
        lambda: (
            slack.look("thread", user="U0SAM", channel="C0DATA", ts=root)["messages"][1]["text"]
            == "stopped"
        )
    )
    assert changed[0]["ts"] == card
    gone = slack.act(
        "action", user="U0SAM", container=place, block_id="row", action_id="stop", chosen={}
    )
    assert gone["error"] == "no_such_element"


def test_an_ephemeral_message_is_changed_through_its_buttons(slack: Workspace, bot: Bot) -> None:
    """What only one person sees can be replaced or taken away by the response_url of its own
    button, never by ts.
    """
    actions = {"type": "actions", "block_id": "row", "elements": [button("ok")]}
    slack.web().chat_postEphemeral(channel="C0DATA", user="U0MARA", text="sure?", blocks=[actions])

    def ephemerals() -> Any:
        return slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"]

    (seen,) = ephemerals()
    place = {"type": "ephemeral", "ephemeral_id": seen["ephemeral_id"]}
    bot.when(
        "action", lambda ack, respond, **_rest: (ack(), respond(text="done", replace_original=True))
    )
    slack.act("action", user="U0MARA", container=place, block_id="row", action_id="ok", chosen={})
    body = bot.hears("action")
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body
    until(lambda: ephemerals()[0]["text"] == "done")
    WebhookClient(body["response_url"]).send(delete_original=True)
    assert ephemerals() == []


def test_shortcuts_reach_the_app_with_their_message(slack: Workspace, bot: Bot) -> None:
    """Label these is a message shortcut: without the message there is nothing to label."""
    ts = slack.act("message", user="U0MARA", channel="C0DATA", text="three trees")["ts"]
    assert slack.act("shortcut", user="U0MARA", callback_id="label_these", channel="C0DATA", ts=ts)[
        "ok"
    ]
    body = bot.hears("shortcut")
    assert body["type"] == "message_action"
    assert body["message"]["text"] == "three trees"
    assert slack.act("shortcut", user="U0MARA", callback_id="new_job")["ok"]
    body = bot.hears("shortcut")
    assert body["type"] == "shortcut"
    assert "channel" not in body
    assert (
        slack.act("shortcut", user="U0MARA", callback_id="label_these")["error"]
        == "no_such_shortcut"
    )


def test_events_are_told_only_when_subscribed_and_the_bot_is_there(
    slack: Workspace, bot: Bot
) -> None:
    """Mentions, joins, direct messages and Home openings are the doors that need no command."""
    slack.act("message", user="U0MARA", channel="C0DATA", text="@labeljob status of <b>?")
    event = bot.hears("app_mention")["event"]
    assert event["text"] == "<@U0BOT> status of &lt;b&gt;?"
    assert event["channel"] == "C0DATA"
    direct = slack.act("open_im", user="U0MARA", **{"with": "U0BOT"})["channel"]["id"]
    slack.act("message", user="U0MARA", channel=direct, text="hello")
    assert bot.hears("message")["event"]["channel_type"] == "im"
    slack.act("home_opened", user="U0MARA", tab="home")
    assert bot.hears("app_home_opened")["event"]["tab"] == "home"
    slack.act("invite", user="U0MARA", channel="C0GENERAL", invitee="U0BOT")
    joined = bot.hears("member_joined_channel")
    assert joined["event"]["user"] == "U0BOT"
    assert joined["authorizations"][0]["is_bot"] is True
    before = slack.last_entry()
    slack.act("message", user="U0SAM", channel="C0DATA", text="nobody is mentioned")
    slack.act("home_opened", user="U0SAM", tab="messages")
    bot.hears("app_home_opened")
    assert len(slack.journal("app:event", before)) == 1, "message.channels is not subscribed"


def test_an_event_that_fails_comes_again_with_retry_headers(slack: Workspace, bot: Bot) -> None:
    """Slack repeats events; a bot that was never asked twice would answer a mention twice on its
    first bad day.
    """
    fault = {"operation": "app:event", "fault": "error_500", "times": 2}
    slack.fetch("/_control/faults", fault)
    before = slack.last_entry()
    slack.act("message", user="U0MARA", channel="C0DATA", text="@labeljob again")
    bot.hears("app_mention")
    headers = bot.headers[-1]
    assert (headers["x-slack-retry-num"], headers["x-slack-retry-reason"]) == ("2", "http_error")
    attempts = until(
        lambda: [one for one in slack.journal("app:event", before) if one["status"] is not None][2:]
    )
    assert len(attempts) == 1
    ids = {entry["request"]["event_id"] for entry in slack.journal("app:event", before)}
    assert len(ids) == 1, "the same event under the same id"


def test_slack_gives_up_after_three_more_attempts(slack: Workspace, bot: Bot) -> None:
    """Four failures and the event is lost: whatever must not be lost cannot hang on an event
    alone.
    """
    slack.fetch("/_control/faults", {"operation": "app:event", "fault": "drop_before"})
    before = slack.last_entry()
    slack.act("message", user="U0MARA", channel="C0DATA", text="@labeljob lost")
    until(
        lambda: (
            len([one for one in slack.journal("app:event", before) if one["status"] is not None])
            == 4
        )
    )
    slack.fetch("/_control/faults", method="DELETE")
    assert bot.heard.empty()


def test_every_request_is_signed_and_bolt_refuses_a_forged_one(slack: Workspace, bot: Bot) -> None:
    """Without the check anybody who finds the address could stop jobs."""
    verified = slack.control("request_url", url=bot.url, verify=True)
    assert verified["verified"] is True
    assert bot.statuses[-1] == 200
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Signature": "v0=00",
        "X-Slack-Request-Timestamp": "1",
    }
    forged = urllib.request.Request(
        bot.url, data=json.dumps({"type": "event_callback"}).encode(), headers=headers
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(forged)
    assert refusal.value.code == 401
    refusal.value.close()


def test_a_home_button_needs_no_channel(slack: Workspace, bot: Bot) -> None:
    """The Home has neither channel nor response_url: answers must go another way."""
    actions = {"type": "actions", "block_id": "row", "elements": [button("mine")]}
    slack.web().views_publish(user_id="U0LIN", view={"type": "home", "blocks": [actions]})
    answer = slack.act(
        "action",
        user="U0LIN",
        container={"type": "home"},
        block_id="row",
        action_id="mine",
        chosen={},
    )
    assert answer["ok"]
    body = bot.hears("action")
    assert body["container"]["type"] == "view"
    assert body["view"]["type"] == "home"
    assert "response_url" not in body
    assert plain("Go") == body["actions"][0]["text"]
