"""Files of the Slack stand-in: what an upload promises, where it is shared, when it can be shown;
and bad pictures.
"""

from __future__ import annotations

import io
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from slack_practice import Bot, Workspace, modal, refused, section, trigger, until

if TYPE_CHECKING:
    from slack_sdk import WebClient


def uploaded(
    web: WebClient, body: bytes = b"a,b\n", name: str = "t.csv", *, says: int | None = None
) -> str:
    """The id of a file whose bytes were sent; `says` is the length that was promised."""
    address = web.files_getUploadURLExternal(filename=name, length=says or len(body))
    urllib.request.urlopen(
        urllib.request.Request(address["upload_url"], body, method="POST")
    ).close()
    return str(address["file_id"])


def test_an_upload_keeps_its_promises(web: WebClient) -> None:
    """Lengths are in bytes, alternative texts have a limit, and nothing is shared before its bytes
    are there.
    """
    long = refused(web.files_getUploadURLExternal, filename="x", length=1, alt_txt="x" * 1001)
    assert long["error"] == "invalid_arguments"
    with pytest.raises(urllib.error.HTTPError) as caught:
        uploaded(web, says=3)
    caught.value.close()
    empty = web.files_getUploadURLExternal(filename="x", length=1)["file_id"]
    assert (
        refused(web.files_completeUploadExternal, files=[{"id": empty}])["error"]
        == "file_not_found"
    )


def test_a_file_is_shared_where_it_is_asked_to(slack: Workspace, web: WebClient) -> None:
    """Without a channel it is the app's alone; with a comment Slack ignores blocks; a thread needs
    its root.
    """
    alone = uploaded(web)
    web.files_completeUploadExternal(files=[{"id": alone}])
    assert web.files_info(file=alone)["file"]["channels"] == []
    root = web.chat_postMessage(channel="C0DATA", text="root")["ts"]
    shared = uploaded(web)
    call = {
        "files": [{"id": shared}],
        "channel_id": "C0DATA",
        "thread_ts": root,
        "initial_comment": "here",
    }
    web.api_call("files.completeUploadExternal", json={**call, "blocks": [section("ignored")]})
    posted = web.conversations_replies(channel="C0DATA", ts=root)["messages"][-1]
    assert (posted["text"], "blocks" in posted, posted["files"][0]["id"]) == ("here", False, shared)
    with_blocks = uploaded(web)
    call = {"files": [{"id": with_blocks}], "channel_id": "C0DATA", "blocks": [section("seen")]}
    web.api_call("files.completeUploadExternal", json=call)
    (message,) = web.conversations_history(channel="C0DATA", limit=1)["messages"]
    assert message["blocks"][0]["text"]["text"] == "seen"
    away = {"files": [{"id": uploaded(web)}], "channel_id": "C0GENERAL"}
    assert (
        refused(web.api_call, "files.completeUploadExternal", json=away)["error"]
        == "not_in_channel"
    )
    web.chat_delete(channel="C0DATA", ts=message["ts"])
    assert web.files_info(file=with_blocks)["file"]["id"] == with_blocks, (
        "the file outlives its message"
    )
    assert slack.url


def test_a_file_is_not_ready_at_once(slack: Workspace, web: WebClient) -> None:
    """Slack works on a file after the upload: a card that shows it in the same breath is refused as
    a whole.
    """
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    slack.control("file_processing", seconds=60)
    file_id = uploaded(web, picture.getvalue(), "tree.png")
    web.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0DATA")
    slack.control("file_processing", seconds=0)
    blocks = [{"type": "image", "alt_text": "a tree", "slack_file": {"id": file_id}}]
    assert web.files_info(file=file_id)["file"]["shares"] == {}
    assert (
        refused(web.chat_postMessage, channel="C0DATA", text="a", blocks=blocks)["error"]
        == "invalid_blocks"
    )
    slack.clock.ahead += 61
    assert "public" in web.files_info(file=file_id)["file"]["shares"]
    assert web.chat_postMessage(channel="C0DATA", text="a", blocks=blocks)["ok"]


def test_one_bad_picture_fails_a_view_too(slack: Workspace, bot: Bot, web: WebClient) -> None:
    """Expired links break views.open, update and publish; and Slack takes no WebP."""
    webp = io.BytesIO()
    Image.new("RGB", (4, 4)).save(webp, "WEBP")

    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/new.webp" else 403)
            self.end_headers()
            self.wfile.write(webp.getvalue() if self.path == "/new.webp" else b"expired")

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for name in ("new.webp", "old.png"):
            block = {
                "type": "image",
                "alt_text": "x",
                "image_url": f"http://127.0.0.1:{server.server_port}/{name}",
            }
            home = {"type": "home", "blocks": [section(), block]}
            view = modal(section(), block)
            for answer in (
                refused(web.views_publish, user_id="U0MARA", view=home),
                refused(web.views_open, trigger_id=trigger(slack, bot), view=view),
            ):
                assert answer["error"] == "invalid_arguments"
                (words,) = answer["response_metadata"]["messages"]
                assert (
                    words
                    == "[ERROR] downloading image failed [json-pointer:/view/blocks/1/image_url]"
                )
    finally:
        server.shutdown()
        server.server_close()


def test_a_signed_out_reader_of_a_file_gets_a_page_and_no_error(
    slack: Workspace, web: WebClient
) -> None:
    """A download without the token is a login page with status 200: only the content type tells."""
    url = web.files_info(file=_shared(web))["file"]["url_private"]
    with urllib.request.urlopen(url) as page:
        assert (page.status, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert slack.url
    until(lambda: slack.journal("files.download"))


def _shared(web: WebClient) -> str:
    file_id = uploaded(web)
    web.files_completeUploadExternal(files=[{"id": file_id}], channel_id="C0DATA")
    return file_id
