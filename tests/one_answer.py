"""AWS in one mood: a server on this machine that refuses whatever it is asked, in the words it was
given.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.base.aws import Aws
from bot.base.settings import Settings


class OneAnswer:
    """`codes` are answered in turn, the last one for ever; "" hangs up instead. `asked` are the
    requests so far.
    """

    def __init__(self, *codes: str, status: int = 400) -> None:
        self._codes = list(codes)
        self._status = status
        self.asked: list[str] = []
        self.url = ""

    @property
    def aws(self) -> Aws:
        """Our way to it."""
        return Aws(
            Settings(
                _env_file=None,
                slack_bot_token="xoxb-test",
                aws_endpoint_url=self.url,
                aws_access_key_id="AKIAPRACTICE00000001",
                aws_secret_access_key="practice-secret",
            )
        )

    def answer(self, request: str) -> str:
        """The code for this request."""
        self.asked.append(request)
        return self._codes.pop(0) if len(self._codes) > 1 else self._codes[0]

    @contextmanager
    def open(self) -> Iterator["OneAnswer"]:
        """While it can be reached."""
        answers, status = self, self._status

        class Handler(BaseHTTPRequestHandler):
            def _refuse(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                target = self.headers.get("X-Amz-Target", "")
                code = answers.answer(target.rpartition(".")[2] or f"{self.command} {self.path}")
                if not code:
                    return
                body = f"<Error><Code>{code}</Code><Message>so it is</Message></Error>"
                if target:
                    body = json.dumps({"__type": code, "message": "so it is"})
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_PUT = do_POST = _refuse  # noqa: N815 - the library's names

            def log_message(self, *_arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
