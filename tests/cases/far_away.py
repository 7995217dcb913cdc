"""S3 as a client of the wrong Region meets it: 301 with the right one, and an answer once the
request is signed for it.

boto3 follows it there by itself, and so does whoever uses it without a look at the answer.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUCKET, REGION = "far-away", "eu-west-1"
MANIFEST = b'{"source-ref":"s3://far-away/a.jpg"}\n'
_SIGNED_FOR = re.compile(r"/\d{8}/([a-z0-9-]+)/s3/aws4_request")
_LIST = (
    '<?xml version="1.0"?><ListBucketResult '
    f'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{BUCKET}</Name>'
    "<Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"
).encode()
_MOVED = (
    "<?xml "
    'version="1.0"?><Error><Code>PermanentRedirect</Code><Message>The '
    "bucket you are "
    "attempting to access "
    "must be"
    " addressed using the specified "
    f"endpoint.</Message><Endpoint>{BUCKET}.s3.{REGION}.amazonaws.com</Endpoint>"
    f"<Bucket>{BUCKET}</Bucket></Error>"
).encode()


class _FarAway(BaseHTTPRequestHandler):
    """One bucket of another Region, which holds a manifest and lists nothing."""

    def do_GET(self) -> None:
        self._answer(_LIST if "list-type" in self.path else MANIFEST)

    def do_HEAD(self) -> None:
        self._answer(MANIFEST)

    def _answer(self, body: bytes) -> None:
        signed_for = _SIGNED_FOR.search(self.headers.get("Authorization", ""))
        here = signed_for is not None and signed_for[1] == REGION
        sent = body if here else _MOVED
        self.send_response(200 if here else 301)
        self.send_header("x-amz-bucket-region", REGION)
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Content-Type", "application/xml")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def far_away() -> Iterator[str]:
    """While it can be reached: its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _FarAway)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
