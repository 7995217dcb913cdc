"""The Web API of the Slack stand-in, asked by slack_sdk's own client as it comes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from slack_practice import APP_TOKEN, BOT_TOKEN, MANIFEST, Workspace, mrkdwn, section
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Workspace(tmp_path_factory.mktemp("slack")) as workspace:
        yield workspace


@pytest.fixture
def web(slack: Workspace) -> Any:
    return slack.web()


def refused(call: Any, *args: Any, **kwargs: Any) -> Any:
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response


def test_the_token_decides_who_is_asked(slack: Workspace, web: WebClient) -> None:
    """A bot that starts with a wrong token must learn it from auth.test, not from silence later."""
    me = web.auth_test()
    assert (me["user_id"], me["team_id"], me["bot_id"]) == ("U0BOT", "T0ORCHARD", "B0LABELJOB")
    assert "chat:write" in me.headers["x-oauth-scopes"]
    assert refused(slack.web("xoxb-wrong").auth_test)["error"] == "invalid_auth"
    assert refused(slack.web(APP_TOKEN).auth_test)["error"] == "not_allowed_token_type"
    assert refused(slack.web("").auth_test)["error"] == "not_authed"
    assert refused(web.api_call, "poems.write")["error"] == "unknown_method"
    slack.control("token", state="token_revoked")
    assert refused(web.auth_test)["error"] == "token_revoked"
    slack.control("token", state=None)
    assert web.auth_test()["ok"]


def test_a_missing_scope_is_named(web: WebClient) -> None:
    """Without needed and provided nobody could say which scope to add to the manifest."""
    answer = refused(web.usergroups_list)
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "usergroups:read"
    assert "chat:write" in answer["provided"]


@pytest.mark.parametrize("token", ["", "xoxb-somebody-else's", "xapp-test"])
def test_whoever_is_not_known_is_told_no_scopes(slack: Workspace, token: str) -> None:
    """A doctor that reads the scopes of a wrong token's refusal would call the token good."""
    stranger = WebClient(token, base_url=f"{slack.url}/api/")
    with pytest.raises(SlackApiError) as caught:
        stranger.auth_test()
    assert not caught.value.response["ok"]
    assert "x-oauth-scopes" not in caught.value.response.headers


def test_membership_is_enforced(web: WebClient) -> None:
    """The bot would believe that it can post everywhere, and fail at the first real channel."""
    assert (
        refused(web.chat_postMessage, channel="C0GENERAL", text="hi")["error"] == "not_in_channel"
    )
    assert (
        refused(web.chat_postMessage, channel="C0SECRET", text="hi")["error"] == "channel_not_found"
    )
    assert (
        refused(web.chat_postMessage, channel="C0NOWHERE", text="hi")["error"]
        == "channel_not_found"
    )
    assert refused(web.conversations_history, channel="C0GENERAL")["error"] == "not_in_channel"
    assert refused(web.conversations_info, channel="C0SECRET")["error"] == "channel_not_found"
    assert web.chat_postMessage(channel="#orchard-data", text="by name")["channel"] == "C0DATA"
    assert web.chat_postMessage(channel="U0LIN", text="to a person")["channel"].startswith("D")


def test_channels_and_people_can_be_listed_in_pages(web: WebClient) -> None:
    """A bot that never sees a second page would lose every channel behind it."""
    first = web.conversations_list(limit=2)
    assert [channel["id"] for channel in first["channels"]] == ["C0DATA", "C0LABEL"]
    second = web.conversations_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [channel["id"] for channel in second["channels"]] == ["C0GENERAL"]
    assert second["response_metadata"]["next_cursor"] == ""
    assert second["channels"][0]["is_member"] is False
    assert web.conversations_members(channel="C0DATA")["members"] == ["U0MARA", "U0SAM", "U0BOT"]
    assert web.users_info(user="U0LIN")["user"]["profile"]["email"] == "lin@orchard.example"
    assert web.users_lookupByEmail(email="MARA@orchard.example")["user"]["id"] == "U0MARA"
    assert refused(web.users_lookupByEmail, email="x@y.z")["error"] == "users_not_found"
    assert len(web.users_list()["members"]) == 4
    assert refused(web.conversations_list, cursor="nonsense")["error"] == "invalid_cursor"


def test_threads_count_their_replies_and_metadata_comes_back_only_when_asked(
    web: WebClient,
) -> None:
    """The outbox finds its own lost posts by metadata in the thread: without this it would post
    twice.
    """
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    metadata = {"event_type": "labeljob_notice", "event_payload": {"id": "row-1"}}
    reply = web.chat_postMessage(channel="C0DATA", text="reply", thread_ts=root, metadata=metadata)
    assert reply["message"]["thread_ts"] == root
    found = web.conversations_replies(channel="C0DATA", ts=root, include_all_metadata=True)[
        "messages"
    ]
    assert [message["text"] for message in found] == ["root", "reply"]
    assert found[0]["reply_count"] == 1
    assert found[0]["reply_users"] == ["U0BOT"]
    assert found[1]["metadata"] == metadata
    without = web.conversations_replies(channel="C0DATA", ts=root)["messages"]
    assert "metadata" not in without[1]
    listed = web.conversations_history(channel="C0DATA", limit=1)["messages"]
    assert listed[0]["ts"] == root, "replies do not stand in the channel"
    shown = web.chat_postMessage(
        channel="C0DATA", text="loud", thread_ts=root, reply_broadcast=True
    )
    assert web.conversations_history(channel="C0DATA", limit=1)["messages"][0]["ts"] == shown["ts"]
    lost = web.chat_postMessage(channel="C0DATA", text="lost", thread_ts="1500000000.000001")
    assert "thread_ts" not in lost["message"], (
        "a wrong thread_ts silently makes a top-level message"
    )
    assert (
        refused(web.conversations_replies, channel="C0DATA", ts="1500000000.000001")["error"]
        == "thread_not_found"
    )


def test_history_is_cut_by_time_and_page(web: WebClient) -> None:
    """The look-up after a crash asks from first_try on and follows the cursor to the end."""
    posts = [
        web.chat_postMessage(channel="C0LABEL", text=f"n{number}")["ts"] for number in range(5)
    ]
    assert len(set(posts)) == 5
    assert posts == sorted(posts)
    part = web.conversations_history(channel="C0LABEL", oldest=posts[1], latest=posts[4], limit=2)
    assert [message["text"] for message in part["messages"]] == ["n3", "n2"]
    assert not part["has_more"]
    edges = web.conversations_history(channel="C0LABEL", oldest=posts[1], inclusive=True, limit=2)
    assert edges["has_more"]
    rest = web.conversations_history(
        channel="C0LABEL",
        oldest=posts[1],
        inclusive=True,
        limit=2,
        cursor=edges["response_metadata"]["next_cursor"],
    )
    assert [message["text"] for message in rest["messages"]] == ["n2", "n1"]


def test_an_update_with_text_alone_removes_the_blocks(web: WebClient) -> None:
    """A card that is updated carelessly loses its buttons at Slack; the tests must see it here."""
    posted = web.chat_postMessage(
        channel="C0DATA",
        text="card",
        blocks=[section()],
        metadata={"event_type": "x", "event_payload": {"id": 1}},
    )
    assert posted["message"]["blocks"][0]["block_id"]
    change = {"channel": "C0DATA", "ts": posted["ts"], "blocks": [section("new")]}
    kept = web.api_call("chat.update", json=change)
    assert kept["message"]["text"] == "card"
    assert "edited" not in kept["message"]
    changed = web.chat_update(channel="C0DATA", ts=posted["ts"], text="plain")
    assert "blocks" not in changed["message"]
    assert changed["message"]["edited"]["user"] == "U0BOT"
    assert changed["message"]["metadata"]["event_payload"] == {"id": 1}
    missing = refused(web.chat_update, channel="C0DATA", ts="1500000000.000001", text="x")
    assert missing["error"] == "message_not_found"


def test_only_own_messages_can_be_changed(slack: Workspace, web: WebClient) -> None:
    """Editing a person's words must fail, here as at Slack."""
    ts = slack.act("message", user="U0MARA", channel="C0DATA", text="mine")["ts"]
    assert (
        refused(web.chat_update, channel="C0DATA", ts=ts, text="x")["error"]
        == "cant_update_message"
    )
    assert refused(web.chat_delete, channel="C0DATA", ts=ts)["error"] == "cant_delete_message"
    own = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    web.chat_postMessage(channel="C0DATA", text="reply", thread_ts=own)
    web.chat_delete(channel="C0DATA", ts=own)
    stone, reply = web.conversations_replies(channel="C0DATA", ts=own)["messages"]
    assert stone["subtype"] == "tombstone"
    assert reply["text"] == "reply"


def test_wrong_blocks_are_refused_with_pointers(web: WebClient) -> None:
    """invalid_blocks without its pointer cannot be mended by anybody."""
    answer = refused(web.chat_postMessage, channel="C0DATA", text="a", blocks=[section("x" * 3001)])
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert (
        refused(web.api_call, "chat.postMessage", data={"channel": "C0DATA", "text": ""})["error"]
        == "no_text"
    )
    long = [{"type": "section", "text": mrkdwn("x" * 2900)} for _ in range(5)]
    assert (
        refused(web.chat_postMessage, channel="C0DATA", text="long", blocks=long)["error"]
        == "msg_blocks_too_long"
    )
    cut = web.chat_postMessage(channel="C0DATA", text="x" * 50_000)
    assert len(cut["message"]["text"]) == 40_000


def test_a_picture_that_cannot_be_fetched_fails_the_whole_message(web: WebClient) -> None:
    """Slack fetches pictures when it takes the message: an expired link takes the card with it."""
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = self.path == "/good.png"
            self.send_response(200 if good else 403)
            self.end_headers()
            self.wfile.write(picture.getvalue() if good else b"<Error>expired</Error>")

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    block = {"type": "image", "alt_text": "a tree", "image_url": f"{base}/good.png"}
    try:
        assert web.chat_postMessage(channel="C0DATA", text="a", blocks=[block])["ok"]
        block["image_url"] = f"{base}/expired.png"
        answer = refused(
            web.chat_postMessage, channel="C0DATA", text="a", blocks=[section(), block]
        )
        assert answer["error"] == "invalid_blocks"
        words = answer["response_metadata"]["messages"]
        assert words == ["[ERROR] downloading image failed [json-pointer:/blocks/1/image_url]"]
    finally:
        server.shutdown()
        server.server_close()


def test_an_ephemeral_message_lives_until_the_page_is_loaded_again(
    slack: Workspace, web: WebClient
) -> None:
    """What only one person sees must never be found in the history, nor be edited by its ts."""
    ts = web.chat_postEphemeral(channel="C0DATA", user="U0MARA", text="psst")["message_ts"]
    (seen,) = slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"]
    assert seen["text"] == "psst"
    assert slack.look("history", user="U0SAM", channel="C0DATA")["ephemerals"] == []
    assert (
        refused(web.chat_update, channel="C0DATA", ts=ts, text="x")["error"] == "message_not_found"
    )
    assert "psst" not in str(web.conversations_history(channel="C0DATA")["messages"])
    slack.look("boot", user="U0MARA")
    assert slack.look("history", user="U0MARA", channel="C0DATA")["ephemerals"] == []
    answer = refused(web.chat_postEphemeral, channel="C0DATA", user="U0LIN", text="psst")
    assert answer["error"] == "user_not_in_channel"


def test_a_file_goes_up_and_comes_down_with_the_token_alone(
    slack: Workspace, web: WebClient
) -> None:
    """The result of a job is a file: it must arrive in the thread, whole, and for members only."""
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    body = b"name,label\ncat,1\n" * 50
    done = web.files_upload_v2(
        channel="C0DATA",
        content=body,
        filename="labels é.csv",
        title="Labels",
        thread_ts=root,
        initial_comment="Here they are",
        alt_txt="a table",
    )
    assert done["file"]["id"]
    posted = web.conversations_replies(channel="C0DATA", ts=root)["messages"][1]
    (file,) = posted["files"]
    assert (posted["text"], file["title"], file["size"]) == ("Here they are", "Labels", len(body))
    url = web.files_info(file=file["id"])["file"]["url_private"]
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"Authorization": f"Bearer {web.token}"})
    ) as got:
        assert got.read() == body
    with urllib.request.urlopen(url) as page:
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html"), (
            "without a token Slack shows its login page"
        )
    own = file["permalink"]
    with urllib.request.urlopen(f"{own}?user=U0MARA") as got:
        assert got.read() == body
    with pytest.raises(urllib.error.HTTPError) as hidden:
        urllib.request.urlopen(f"{slack.url}/files/F0NOWHERE/x?user=U0LIN")
    hidden.value.close()
    assert (
        refused(web.files_getUploadURLExternal, filename="x", length=0)["error"]
        == "invalid_arguments"
    )


def test_a_person_uploads_and_the_app_sees_it_where_it_was_shared(
    slack: Workspace, web: WebClient
) -> None:
    """Labeling the files of a message begins with a file that a person put there."""
    file = slack.upload("U0MARA", "tree.txt", b"leaves")
    assert refused(web.files_info, file=file["id"])["error"] == "file_not_found"
    slack.act("message", user="U0MARA", channel="C0DATA", text="look", file_ids=[file["id"]])
    assert web.files_info(file=file["id"])["file"]["name"] == "tree.txt"
    (message,) = web.conversations_history(channel="C0DATA", limit=1)["messages"]
    assert message["subtype"] == "file_share"


def test_the_home_is_published_per_person_and_guards_its_hash(
    slack: Workspace, web: WebClient
) -> None:
    """Two publications that cross must not leave the older one on the screen."""
    home = {"type": "home", "blocks": [section("one")]}
    first = web.views_publish(user_id="U0MARA", view=home)["view"]
    second = web.views_publish(user_id="U0MARA", view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    answer = refused(web.views_publish, user_id="U0MARA", view=home, hash=first["hash"])
    assert answer["error"] == "hash_conflict"
    assert slack.look("home", user="U0MARA")["view"]["hash"] == second["hash"]
    assert slack.look("home", user="U0LIN")["view"] is None


def test_joining_and_reacting_work_as_far_as_the_scopes_go(
    slack: Workspace, web: WebClient
) -> None:
    """A bot invited by itself into a public channel can then post there."""
    assert web.conversations_join(channel="C0GENERAL")["channel"]["is_member"]
    ts = web.chat_postMessage(channel="C0GENERAL", text="hello")["ts"]
    web.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes")
    assert (
        refused(web.reactions_add, channel="C0GENERAL", timestamp=ts, name="eyes")["error"]
        == "already_reacted"
    )
    answer = refused(web.conversations_leave, channel="C0GENERAL")
    assert answer["error"] == "missing_scope"
    link = web.chat_getPermalink(channel="C0GENERAL", message_ts=ts)["permalink"]
    assert link == f"{slack.url}/archives/C0GENERAL/p{ts.replace('.', '')}"


def test_a_planned_refusal_comes_once_and_does_nothing(slack: Workspace, web: WebClient) -> None:
    """Rare refusals (is_archived, internal_error) need a way to happen in tests."""
    slack.control("refuse", method="chat.*", error="is_archived", times=1)
    assert refused(web.chat_postMessage, channel="C0DATA", text="x")["error"] == "is_archived"
    assert web.chat_postMessage(channel="C0DATA", text="y")["ok"]


def test_too_many_messages_in_a_channel_are_answered_with_retry_after(tmp_path: Path) -> None:
    """A bot that does not obey 429 here would be cut off by Slack on its first busy day."""
    with Workspace(tmp_path, rate_limits=True) as slack:
        web = slack.web()
        for number in range(5):
            web.chat_postMessage(channel="C0DATA", text=str(number))
        answer = refused(web.chat_postMessage, channel="C0DATA", text="too soon")
        assert answer.status_code == 429
        assert answer["error"] == "ratelimited"
        assert int(answer.headers["Retry-After"]) >= 1
        assert web.chat_postMessage(channel="C0LABEL", text="another channel")["ok"]
        slack.clock.ahead += 1.1
        assert web.chat_postMessage(channel="C0DATA", text="now")["ok"]
        for _ in range(20):
            web.users_list()
        assert refused(web.users_list).status_code == 429


def test_everything_is_still_there_after_a_restart(tmp_path: Path) -> None:
    """The practice workspace is stopped and killed at will; a lost message would look like the
    bot's fault.
    """
    with Workspace(tmp_path) as slack:
        ts = slack.web().chat_postMessage(channel="C0DATA", text="kept")["ts"]
        slack.web().views_publish(
            user_id="U0MARA", view={"type": "home", "blocks": [section("home")]}
        )
    with Workspace(tmp_path) as slack:
        (message,) = slack.web().conversations_history(channel="C0DATA")["messages"]
        assert (message["ts"], message["text"]) == (ts, "kept")
        assert slack.look("home", user="U0MARA")["view"]["blocks"][0]["text"]["text"] == "home"
        assert slack.web().chat_postMessage(channel="C0DATA", text="next")["ts"] > ts


def test_a_killed_workspace_has_kept_what_it_answered(tmp_path: Path) -> None:
    """An answer that a kill -9 takes back would be a message lost by Slack, which Slack does not
    do.
    """
    script = (
        "import pathlib, sys; sys.path.insert(0, sys.argv[2]); from slack_practice import "
        "Workspace; "
        "print(Workspace(pathlib.Path(sys.argv[1])).url, flush=True); sys.stdin.read()"
    )
    here = str(Path(__file__).parent)
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), here],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        web = WebClient(BOT_TOKEN, base_url=f"{url}/api/", retry_handlers=[])
        posted = [
            web.chat_postMessage(channel="C0DATA", text=str(number))["ts"] for number in range(10)
        ]
        child.kill()
    with Workspace(tmp_path) as slack:
        found = slack.web().conversations_history(channel="C0DATA")["messages"]
        assert [message["ts"] for message in found][::-1] == posted


def test_posts_at_the_same_moment_get_their_own_ts(web: WebClient) -> None:
    """A ts is the name of a message: two messages of one name could not both be updated."""

    def post(number: int) -> str:
        return str(web.chat_postMessage(channel="C0LABEL", text=f"at once {number}")["ts"])

    with ThreadPoolExecutor(8) as pool:
        stamps = list(pool.map(post, range(40)))
    assert len(set(stamps)) == 40
    assert all(re.fullmatch(r"\d{10}\.\d{6}", ts) for ts in stamps)


def test_a_manifest_that_slack_would_refuse_does_not_start(tmp_path: Path) -> None:
    """A slash command without a description is found at installation, not by the first user."""
    wrong = {
        **MANIFEST,
        "features": {**MANIFEST["features"], "slash_commands": [{"command": "labeljob"}]},
    }
    with pytest.raises(ValueError, match=r"command must begin with /.*description"):
        Workspace(tmp_path, manifest=wrong)
