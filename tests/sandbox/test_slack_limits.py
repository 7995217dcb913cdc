"""Limits of the Slack stand-in around messages, views, files and answers that no block is to blame
for.
"""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import (
    MANIFEST,
    Bot,
    Workspace,
    button,
    modal,
    plain,
    refused,
    section,
    trigger,
    typed,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.sandbox.slack.rate_limits import RESPONSE_URL, RateLimits

if TYPE_CHECKING:
    from pathlib import Path

    from slack_sdk import WebClient


# -- rates
# --------------------------------------------------------------------------------------------------

A_MINUTE = [
    *((name, 20) for name in ("conversations.list", "users.list")),
    *(
        (name, 50)
        for name in ("chat.update", "chat.delete", "conversations.history", "conversations.replies")
    ),
    *(
        (name, 50)
        for name in (
            "conversations.join",
            "conversations.open",
            "reactions.add",
            "users.lookupByEmail",
        )
    ),
    ("apps.connections.open", 50),
    *(
        (name, 100)
        for name in (
            "views.open",
            "views.push",
            "views.update",
            "views.publish",
            "chat.postEphemeral",
        )
    ),
    *(
        (name, 100)
        for name in ("users.info", "conversations.members", "files.getUploadURLExternal")
    ),
    ("files.completeUploadExternal", 100),
    ("chat.postMessage", 600),
]


@pytest.mark.parametrize(("method", "a_minute"), A_MINUTE, ids=[row[0] for row in A_MINUTE])
def test_every_method_has_its_rate(method: str, a_minute: int) -> None:
    """A bot that is faster than its tier works in the practice and is cut off on its first busy
    day.
    """
    now = [1000.0]
    limits = RateLimits(lambda: now[0])
    assert [limits.wait_for(method) for _ in range(a_minute)] == [0] * a_minute
    wait = limits.wait_for(method)
    assert wait >= 1
    now[0] += wait
    assert limits.wait_for(method) == 0, "after Retry-After the call passes"


def test_a_channel_takes_one_message_a_second() -> None:
    """The burst is short: whoever posts a list line by line is stopped in the middle."""
    now = [1000.0]
    limits = RateLimits(lambda: now[0])
    assert [limits.wait_for("chat.postMessage", "C1") for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert limits.wait_for("chat.postMessage", "C2") == 0
    for _ in range(3):
        now[0] += 1.0
        assert limits.wait_for("chat.postMessage", "C1") == 0
        assert limits.wait_for("chat.postMessage", "C1") == 1


def test_buckets_of_old_addresses_are_forgotten() -> None:
    """Every press makes an address: a practice that runs for days must not grow by each of them."""
    now = [1000.0]
    limits = RateLimits(lambda: now[0])
    for number in range(12_000):
        now[0] += 1.0
        limits.wait_for(RESPONSE_URL, str(number))
    assert len(limits._buckets) < 6_000


def test_answers_through_a_response_url_have_a_rate(tmp_path: Path) -> None:
    """A bot that answers in many small pieces loses the last of them."""
    with Workspace(tmp_path, rate_limits=True) as slack, Bot(slack) as bolt:
        slack.control("request_url", url=bolt.url)
        slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
        hook = WebhookClient(bolt.hears("command")["response_url"], retry_handlers=[])
        answers = [hook.send(text=str(number)) for number in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) == 1
        slack.clock.ahead += 1.1
        assert hook.send(text="later").status_code == 200


# -- messages
# --------------------------------------------------------------------------------------------------


def test_markdown_text_is_a_message_of_its_own_kind(web: WebClient) -> None:
    """Standard Markdown goes in an argument of its own; beside text or blocks Slack refuses the
    whole message.
    """
    said = web.chat_postMessage(channel="C0DATA", markdown_text="# Ripe\n\n**12** of 40")["message"]
    assert [(one["type"], one["text"]) for one in said["blocks"]] == [
        ("markdown", "# Ripe\n\n**12** of 40")
    ]
    changed = web.chat_update(channel="C0DATA", ts=said["ts"], markdown_text="*all*")["message"]
    assert changed["blocks"][0]["text"] == changed["text"] == "*all*"
    assert web.chat_postEphemeral(channel="C0DATA", user="U0MARA", markdown_text="*psst*")["ok"]
    for more in ({"text": "words"}, {"blocks": [section()]}):
        answer = refused(web.chat_postMessage, channel="C0DATA", markdown_text="x", **more)
        assert answer["error"] == "markdown_text_conflict"
    assert web.chat_postMessage(channel="C0DATA", markdown_text="x" * 12_000)["ok"]
    assert (
        refused(web.chat_postMessage, channel="C0DATA", markdown_text="x" * 12_001)["error"]
        == "msg_too_long"
    )


def test_the_id_of_a_markdown_block_is_not_kept(web: WebClient) -> None:
    """A bot that finds its blocks by id would never find this one."""
    blocks = [{"type": "markdown", "text": "words", "block_id": "mine"}, section(block_id="kept")]
    said = web.chat_postMessage(channel="C0DATA", text="words", blocks=blocks)["message"]["blocks"]
    assert [one["block_id"] == "mine" for one in said] == [False, False]
    assert said[1]["block_id"] == "kept"


def test_a_video_needs_its_scope_and_its_domain(
    slack: Workspace, web: WebClient, tmp_path: Path
) -> None:
    """A video block that the app may not embed fails the whole message."""
    video = {
        "type": "video",
        "alt_text": "How to label",
        "title": plain("How to label"),
        "title_url": "https://videos.example/1",
        "thumbnail_url": "https://videos.example/1.png",
        "video_url": "https://videos.example/embed/1",
    }
    assert slack.url
    answer = refused(web.chat_postMessage, channel="C0DATA", text="look", blocks=[section(), video])
    assert answer["error"] == "invalid_blocks"
    assert "/blocks/1/video_url" in answer["response_metadata"]["messages"][0]
    manifest = copy.deepcopy(MANIFEST)
    manifest["features"]["unfurl_domains"] = ["videos.example"]
    manifest["oauth_config"]["scopes"]["bot"].append("links.embed:write")
    with Workspace(tmp_path, manifest=manifest) as able:
        assert able.web().chat_postMessage(channel="C0DATA", text="look", blocks=[video])["ok"]


def test_a_message_takes_a_hundred_attachments(web: WebClient) -> None:
    """The hundred-and-first is refused, and with it the message."""
    assert web.chat_postMessage(channel="C0DATA", text="a", attachments=[{"text": "x"}] * 100)["ok"]
    answer = refused(
        web.chat_postMessage, channel="C0DATA", text="a", attachments=[{"text": "x"}] * 101
    )
    assert answer["error"] == "too_many_attachments"


def test_metadata_has_a_shape(web: WebClient) -> None:
    """The outbox finds its posts by metadata; a shape that Slack refuses would stop every
    message.
    """
    for metadata, error in (
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": 1, "event_payload": {}}, "invalid_metadata_schema"),
        ([], "invalid_metadata_format"),
        ("{", "invalid_metadata_format"),
    ):
        call: dict[str, Any] = {"channel": "C0DATA", "text": "a", "metadata": metadata}
        assert refused(web.api_call, "chat.postMessage", json=call)["error"] == error


def test_a_private_channel_is_known_by_its_id_alone(slack: Workspace, web: WebClient) -> None:
    """Names are a legacy habit that works in public channels only."""
    slack.act("invite", user="U0SAM", channel="C0SECRET", invitee="U0BOT")
    assert web.chat_postMessage(channel="C0SECRET", text="by id")["ok"]
    assert (
        refused(web.chat_postMessage, channel="secret", text="by name")["error"]
        == "channel_not_found"
    )


def test_a_reply_to_a_reply_is_an_orphan(slack: Workspace, web: WebClient) -> None:
    """Whoever answers below a reply instead of its root writes where nobody looks."""
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    reply = web.chat_postMessage(channel="C0DATA", text="reply", thread_ts=root)["ts"]
    web.chat_postMessage(channel="C0DATA", text="orphan", thread_ts=reply)
    thread = slack.look("thread", user="U0MARA", channel="C0DATA", ts=root)["messages"]
    assert [one["text"] for one in thread] == ["root", "reply"]


def test_an_ephemeral_answer_stays_in_its_thread(slack: Workspace, web: WebClient) -> None:
    """An answer for one person that lands in the channel is read without its context."""
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    web.chat_postEphemeral(channel="C0DATA", user="U0MARA", text="psst", thread_ts=root)
    seen = slack.look("thread", user="U0MARA", channel="C0DATA", ts=root)["ephemerals"]
    assert [one["text"] for one in seen] == ["psst"]
    assert slack.look("thread", user="U0SAM", channel="C0DATA", ts=root)["ephemerals"] == []
    answer = refused(web.chat_postEphemeral, channel="C0GENERAL", user="U0MARA", text="psst")
    assert answer["error"] == "not_in_channel"


def test_answers_by_response_url_go_where_they_are_asked_to(
    slack: Workspace, bot: Bot, web: WebClient
) -> None:
    """Without thread_ts an answer leaves its thread; where the bot is no member the address still
    works.
    """
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
    hook = bot.hears("command")["response_url"]
    for body in ({"text": "in", "thread_ts": root}, {"text": "out"}):
        request = urllib.request.Request(
            hook, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request).close()
    thread = slack.look("thread", user="U0MARA", channel="C0DATA", ts=root)["ephemerals"]
    channel = slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"]
    assert ([one["text"] for one in thread][-1], [one["text"] for one in channel][-1]) == (
        "in",
        "out",
    )
    slack.act("command", user="U0MARA", channel="C0GENERAL", command="/labeljob", text="")
    assert WebhookClient(bot.hears("command")["response_url"]).send(text="here").status_code == 200
    assert (
        slack.look("history", user="U0MARA", channel="C0GENERAL")["ephemerals"][-1]["text"]
        == "here"
    )


# -- views
# --------------------------------------------------------------------------------------------------


def test_an_external_id_names_one_view(slack: Workspace, bot: Bot, web: WebClient) -> None:
    """It is unique in the workspace, and another way to find an open view."""
    view = web.views_open(trigger_id=trigger(slack, bot), view=modal(external_id="draft-1"))["view"]
    assert (
        web.views_update(external_id="draft-1", view=modal(external_id="draft-1"))["view"]["id"]
        == view["id"]
    )
    home = {"type": "home", "external_id": "draft-1", "blocks": [section()]}
    assert (
        refused(web.views_publish, user_id="U0SAM", view=home)["error"] == "duplicate_external_id"
    )
    assert refused(web.views_update, external_id="draft-2", view=modal())["error"] == "not_found"


def test_three_views_are_all_that_can_be_pushed(slack: Workspace, bot: Bot, web: WebClient) -> None:
    """A push from a trigger outside of a view finds no place, a fourth view neither."""
    assert (
        refused(web.views_push, trigger_id=trigger(slack, bot), view=modal())["error"]
        == "invalid_trigger_id"
    )
    actions = {"type": "actions", "block_id": "row", "elements": [button("deeper")]}
    web.views_open(trigger_id=trigger(slack, bot), view=modal(actions))
    errors = []
    for _ in range(3):
        top = slack.modals()[-1]
        place = {"type": "view", "view_id": top["id"]}
        slack.act(
            "action", user="U0MARA", container=place, block_id="row", action_id="deeper", chosen={}
        )
        try:
            web.views_push(trigger_id=bot.hears("action")["trigger_id"], view=modal(actions))
        except SlackApiError as problem:
            errors.append(problem.response["error"])
    assert errors == ["push_limit_reached"]
    assert len(slack.modals()) == 3


def test_a_view_that_is_too_large_is_refused_as_a_whole(
    slack: Workspace, bot: Bot, web: WebClient
) -> None:
    """A form that carries its data in itself breaks when the data grow."""
    large = modal(*[section("x" * 2900, block_id=str(number)) for number in range(90)])
    assert (
        refused(web.views_open, trigger_id=trigger(slack, bot), view=large)["error"]
        == "view_too_large"
    )


def test_an_initial_value_counts_only_for_a_new_field(
    slack: Workspace, bot: Bot, web: WebClient
) -> None:
    """Whoever wants to preset a field again must give it another block_id."""
    view = web.views_open(
        trigger_id=trigger(slack, bot), view=modal(typed("a", initial_value="one"))
    )["view"]
    same = web.views_update(view_id=view["id"], view=modal(typed("a", initial_value="two")))["view"]
    assert same["state"]["values"]["a"]["typed"]["value"] == "one"
    other = web.views_update(view_id=view["id"], view=modal(typed("b", initial_value="two")))[
        "view"
    ]
    assert other["state"]["values"] == {
        "b": {"typed": {"type": "plain_text_input", "value": "two"}}
    }


def test_a_field_speaks_only_when_asked(slack: Workspace, bot: Bot, web: WebClient) -> None:
    """Input blocks are silent until the form is submitted, unless they dispatch."""
    view = web.views_open(trigger_id=trigger(slack, bot), view=modal(typed("a")))["view"]
    place = {"type": "view", "view_id": view["id"]}
    answer = slack.act(
        "action",
        user="U0MARA",
        container=place,
        block_id="a",
        action_id="typed",
        chosen={"value": "x"},
    )
    assert answer["error"] == "not_dispatched"


def test_a_form_knows_its_channel_only_by_a_select(
    slack: Workspace, bot: Bot, web: WebClient
) -> None:
    """A submission has no channel; a select with response_url_enabled is the one way to answer
    somewhere.
    """
    pick = typed("where", "pick", type="conversations_select", response_url_enabled=True)
    view = web.views_open(trigger_id=trigger(slack, bot), view=modal(pick))["view"]
    state = {"values": {"where": {"pick": {"selected_conversation": "C0DATA"}}}}
    slack.act("view_submit", user="U0MARA", view_id=view["id"], state=state)
    body = bot.hears("submit")
    assert not {"channel", "response_url"} & set(body)
    (answer,) = body["response_urls"]
    assert (answer["channel_id"], answer["block_id"], answer["action_id"]) == (
        "C0DATA",
        "where",
        "pick",
    )
    assert WebhookClient(answer["response_url"]).send(text="done").status_code == 200


def test_an_external_select_that_is_too_slow_shows_nothing(
    slack: Workspace, bot: Bot, web: WebClient
) -> None:
    """Options are never asked for twice, and from the third letter on unless the view says
    otherwise.
    """
    view = web.views_open(
        trigger_id=trigger(slack, bot), view=modal(typed("t", "t", type="external_select"))
    )["view"]
    ask = {
        "user": "U0MARA",
        "container": {"type": "view", "view_id": view["id"]},
        "block_id": "t",
        "action_id": "t",
    }
    before = slack.last_entry()
    assert slack.act("suggest", **ask, query="or")["options"] == []
    assert slack.journal("app:block_suggestion", before) == []
    slack.fetch(
        "/_control/faults",
        {"operation": "app:block_suggestion", "fault": "delay", "seconds": 2.3, "times": 1},
    )
    assert slack.act("suggest", **ask, query="orc")["error"] == "operation_timeout"
    assert len(slack.journal("app:block_suggestion", before)) == 1


def test_a_home_that_is_switched_off_cannot_be_published(tmp_path: Path) -> None:
    """The manifest decides whether there is a Home tab."""
    manifest = copy.deepcopy(MANIFEST)
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    with Workspace(tmp_path, manifest=manifest) as slack:
        home = {"type": "home", "blocks": [section()]}
        assert (
            refused(slack.web().views_publish, user_id="U0MARA", view=home)["error"]
            == "not_enabled"
        )
