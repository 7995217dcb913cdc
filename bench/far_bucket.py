"""A bucket in a process of its own, each of whose answers takes as long as a far one's: nothing but
ListObjectsV2, as S3 writes it.

`python -m bench.far_bucket KEYS MILLISECONDS` prints its address and serves until it is ended. The
keys lie in 20 folders.
"""

import sys
import time
from bisect import bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

FOLDERS = 20
_PAGE = 1_000
_OBJECT = (
    "<Contents><Key>{}</Key><LastModified>2026-07-02T09:14:31.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><ChecksumAlgorithm>CRC64NVME"
    "</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>294123</Size>"
    "<StorageClass>STANDARD</StorageClass></Contents>"
)
_FOLDER = "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>"


def names(count: int) -> list[str]:
    """So many keys, in order."""
    each = count // FOLDERS
    return [f"july/row-{row:02}/{at:07}.jpg" for row in range(FOLDERS) for at in range(each)]


def page(keys: list[str], asked: dict[str, str]) -> str:
    """The answer to a request."""
    prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
    start = bisect_right(
        keys, asked.get("continuation-token") or asked.get("start-after") or prefix
    )
    found = [key for key in keys[start : start + _PAGE] if key.startswith(prefix)]
    folders: list[str] = []
    if delimiter:
        rest = {key[len(prefix) :] for key in keys if key.startswith(prefix)}
        folders = sorted({f"{prefix}{name.partition('/')[0]}/" for name in rest if "/" in name})
        found = [] if folders else found
    more = bool(found) and start + _PAGE < len(keys) and keys[start + _PAGE].startswith(prefix)
    token = f"<NextContinuationToken>{quote(found[-1])}</NextContinuationToken>" if more else ""
    inner = "".join(_OBJECT.format(quote(key)) for key in found)
    inner += "".join(
        f"<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>" for name in folders
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult '
        'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>far</Name>'
        f"<KeyCount>{len(found) + len(folders)}</KeyCount><MaxKeys>1000</MaxKeys>"
        f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
        f"{inner}{token}</ListBucketResult>"
    )


def serve(count: int, seconds: float) -> None:
    """Serve so many keys."""
    keys = names(count)

    class Far(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            begin = time.monotonic()
            asked = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
            body = page(keys, asked).encode()
            time.sleep(max(0.0, seconds - (time.monotonic() - begin)))
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            self.wfile.write(head + body)

        def log_message(self, *_words: object) -> None:
            """Nothing: it would be printed between the rows."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Far)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), float(sys.argv[2]) / 1000)
