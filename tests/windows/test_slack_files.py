"""Files of Slack: they come whole or not at all, and the token goes nowhere else."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.base.errors import LabeljobError
from bot.base.settings import Settings
from bot.base.slack_client import client_of
from bot.delivery.slack_files import FileGone, FileShut, FilesSilent, SlackFiles

PICTURE = b"\xff\xd8\xff a picture"


class Slack:
    """A server that tells of one file and gives it as it is told to."""

    def __init__(self) -> None:
        self.file: dict[str, Any] = {"mimetype": "image/jpeg", "size": len(PICTURE)}
        self.status, self.kind, self.body = 200, "image/jpeg", PICTURE
        self.to, self.error, self.url = "", "", ""
        self.tokens: list[str] = []

    def described(self) -> bytes:
        """What files.info answers."""
        if self.error:
            return json.dumps({"ok": False, "error": self.error}).encode()
        return json.dumps(
            {"ok": True, "file": {"url_private": f"{self.url}/f", **self.file}}
        ).encode()


def served(slack: Slack) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/api/"):
                self.say(200, "application/json", slack.described())
                return
            slack.tokens.append(str(self.headers.get("Authorization")))
            self.say(slack.status, slack.kind, slack.body)

        def say(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if slack.to and status in {301, 302}:
                self.send_header("Location", slack.to)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    slack.url = f"http://127.0.0.1:{server.server_port}"
    return server


@pytest.fixture
def slack() -> Iterator[Slack]:
    made = Slack()
    server = served(made)
    yield made
    server.shutdown()
    server.server_close()


def fetched(slack: Slack) -> bytes:
    settings = Settings(
        _env_file=None, SLACK_BOT_TOKEN="xoxb-test", slack_api_url=f"{slack.url}/api/"
    )
    files = SlackFiles(settings, lambda: client_of(settings, answering=False), may_read=True)
    return b"".join(files.pieces("F1", "a.jpg"))


def test_file_comes_whole(slack: Slack) -> None:
    """Without this, nothing that people bring could be labeled."""
    assert fetched(slack) == PICTURE
    assert slack.tokens == ["Bearer xoxb-test"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": "text/html", "body": b"<title>Sign in</title>"}, FileShut),
        ({"body": PICTURE[:5]}, FilesSilent),
        ({"status": 404}, FileGone),
        ({"status": 403}, FileShut),
        ({"status": 429}, FilesSilent),
        ({"status": 503}, FilesSilent),
        ({"error": "file_not_found"}, FileGone),
        ({"error": "missing_scope"}, FileShut),
        ({"error": "ratelimited"}, FilesSilent),
        ({"file": {"mode": "tombstone"}}, FileGone),
        ({"file": {"mode": "hidden_by_limit"}}, FileGone),
    ],
)
def test_what_is_no_file_is_told_apart(
    slack: Slack, changes: dict[str, Any], error: type[LabeljobError]
) -> None:
    """Without this, a login page would be stored as a picture, or a deleted file tried for ever."""
    for name, value in changes.items():
        setattr(slack, name, value)
    with pytest.raises(error):
        fetched(slack)


def test_token_goes_to_slack_alone(slack: Slack) -> None:
    """Without this, an address in a file's description, or a redirect, could have the token."""
    elsewhere = Slack()
    server = served(elsewhere)
    try:
        slack.file = {"url_private": f"{elsewhere.url}/f"}
        with pytest.raises(FileShut, match="does not lie at Slack itself"):
            fetched(slack)
        slack.file, slack.status, slack.to = {}, 302, f"{elsewhere.url}/f"
        with pytest.raises(FileShut):
            fetched(slack)
        assert elsewhere.tokens == []
    finally:
        server.shutdown()
        server.server_close()
