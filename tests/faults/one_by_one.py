"""AWS behind a door that knows jobs and files by name: one alone can be gone, forbidden, rubbish,
or kept.

A proxy on this machine. Everything else passes unchanged, its Host header too, by which requests
are signed.
"""

import http.client
import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

Evil = Literal["deleted", "denied", "garbage", "silent", "never made"]
_JSON = "application/x-amz-json-1.1"
_ANSWERS: dict[Evil, tuple[int, bytes]] = {
    "deleted": (400, b'{"__type": "ResourceNotFound", "message": "Requested resource not found."}'),
    "denied": (
        400,
        (
            b'{"__type": "AccessDeniedException", "message": '
            b'"not authorized to perform this '
            b'operation"}'
        ),
    ),
    "garbage": (200, b'{"LabelingJobName": tr\x00<html>'),
    "silent": (503, b'{"__type": "ServiceUnavailableException", "message": "please try again"}'),
    "never made": (200, b"<html>a proxy has lost its way"),
}


class OneByOne:
    """`bad` names the jobs that have an evil; `tries` counts how often each was met. `keep` and
    `swell` are for files.

    A job that is made is described once as it is; then it is in no list any more, and describing it
    meets its evil.
    """

    def __init__(self, aws_url: str) -> None:
        parts = urlsplit(aws_url)
        self._aws = parts.hostname or "127.0.0.1", parts.port or 80
        self.bad: dict[str, Evil] = {}
        self.tries: Counter[str] = Counter()
        self._described: set[str] = set()
        self._lock = threading.Lock()
        self._kept, self._swollen = "", ("", 0)
        self._asked_for_kept, self._given = threading.Event(), threading.Event()
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, answer = door.answer(
                    self.command, self.path, dict(self.headers.items()), body
                )
                self.send_response_only(status)
                length = headers.pop(
                    "content-length", str(len(answer))
                )  # that of a HEAD is not its own
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815 - the library's names

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The endpoint that the bot is told."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def keep(self, ending: str) -> None:
        """Whoever reads a file whose address ends like this waits until `give`."""
        self._kept = ending

    def give(self) -> None:
        """What was kept is answered, and nothing is kept any more."""
        self._kept = ""
        self._given.set()

    def swell(self, ending: str, size: int) -> None:
        """S3 says of the file whose address ends like this that it has so many bytes; whoever waits
        for them hangs.
        """
        self._swollen = ending, size

    def someone_waits(self, seconds: float) -> bool:
        """Whether somebody reads what is kept, looked for so long."""
        return self._asked_for_kept.wait(seconds)

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """What the bot gets: AWS's own answer, or that of the job's evil."""
        if self._kept and method == "GET" and urlsplit(path).path.endswith(self._kept):
            self._asked_for_kept.set()
            self._given.wait()
        operation = headers.get("X-Amz-Target", "").rpartition(".")[2]
        name = (
            str(json.loads(body).get("LabelingJobName", ""))
            if operation.endswith("LabelingJob")
            else ""
        )
        with self._lock:
            evil = self._evil(operation, name)
            if evil:
                self.tries[name] += 1
                status, answer = _ANSWERS[evil]
                return status, {"Content-Type": _JSON}, answer
        status, kept, answer = self._asked(method, path, headers, body)
        if (
            self._swollen[0]
            and method in {"GET", "HEAD"}
            and urlsplit(path).path.endswith(self._swollen[0])
        ):
            return status, {**kept, "content-length": str(self._swollen[1])}, answer
        if operation == "ListLabelingJobs" and status == 200:
            page = json.loads(answer)
            jobs = page["LabelingJobSummaryList"]
            page["LabelingJobSummaryList"] = [
                job for job in jobs if job["LabelingJobName"] not in self.bad
            ]
            answer = json.dumps(page).encode()
        return status, kept, answer

    def _evil(self, operation: str, name: str) -> Evil | None:
        """What this request meets."""
        evil = self.bad.get(name)
        if evil == "never made":
            return evil if operation == "CreateLabelingJob" else None
        if operation != "DescribeLabelingJob":
            return None
        known = name in self._described
        self._described.add(name)
        return evil if known else None

    def _asked(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(*self._aws, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            dropped = {"transfer-encoding", "connection", "server", "date"}
            dropped |= set() if method == "HEAD" else {"content-length"}
            kept = {
                name.lower(): value
                for name, value in answer.getheaders()
                if name.lower() not in dropped
            }
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    @contextmanager
    def open(self) -> "Iterator[OneByOne]":
        """Serve until the end of the block."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.give()
            self._server.shutdown()
            self._server.server_close()
