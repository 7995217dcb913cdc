"""Lists of S3 folders, quickly: a lean reader of S3's pages, and many pages at once.

Promises to whoever lists: the objects are those that boto3 itself would give, in S3's own order;
memory holds a few ten thousand of them, a file without a name the others that wait. boto3 asks,
signs and tries again as ever; only its reader of the answers, which takes most of the time, is left
out where a page is plain (`read_leanly`).
"""

import re
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import msgspec

from bot.base.s3_uri import Listed, S3Uri

ARCHIVES = {"GLACIER", "DEEP_ARCHIVE"}  # S3: classes that are read only after a restore
LEAN = "LabeljobListed"  # what the lean reader adds to boto3's answer
PAGE = 1_000  # S3: objects of a page at most
_AT_ONCE = 24  # pages that are asked for
_RANGES = 64  # parts of a folder that are listed side by side
_PAGES_HELD = 4  # of one part, in memory, while those before it are taken
_WAITING_MOST = 1 << 25  # bytes of one part that wait in its file: some 500,000 keys
_LEVELS = 6  # of folders that are looked into for places to part at
_PATIENCE = 0.2  # seconds between two looks whether anybody still takes pages

_PACK = msgspec.msgpack.Encoder().encode
_UNPACK = msgspec.msgpack.Decoder(list[Listed]).decode
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_SIZE = re.compile(r"<Size>(\d+)</Size>")
_COUNT = re.compile(rb"<KeyCount>(\d+)</KeyCount>")
_URL = b"<EncodingType>url</EncodingType>"
_OBJECT, _OBJECT_END, _FOLDER = b"<Contents>", b"</Contents>", b"<CommonPrefixes>"
_SELDOM = "I"  # a letter of every archive's name


def read_leanly(client: Any) -> None:
    """Let the client read lists with our reader, where a page is plain.

    boto3 calls handlers of `before-parse.*.X` before its own of `before-parse.s3.*`, which reads
    the whole page once more to look for an error in it.
    """
    client.meta.events.register("before-parse.*.ListObjectsV2", read_page)


def read_page(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_event: object
) -> None:
    """Read the objects of a page, and leave boto3 the rest of it."""
    if response_dict["status_code"] != 200:  # noqa: PLR2004 - HTTP: fine
        return
    body = response_dict["body"]
    begin, end = body.find(_OBJECT), body.rfind(_OBJECT_END) + len(_OBJECT_END)
    if not 0 <= begin < end:
        return
    rest = body[:begin] + body[end:]
    found = _plain_objects(body[begin:end], rest)
    if found is not None:
        customized_response_dict[LEAN] = found
        response_dict["body"] = rest


def _plain_objects(inner: bytes, rest: bytes) -> list[Listed] | None:
    """The objects that stand in `inner`, between what else is in the page.

    None for a page that is not as plain as nearly all are: no archives, keys in URL encoding, as
    many keys and sizes as S3 says. A look for one letter is fifty times as quick as for a word.
    """
    said = _COUNT.search(rest)
    if said is None or _URL not in rest or not inner.isascii():
        return None
    text = inner.decode()
    if _SELDOM in text and any(name in text for name in ARCHIVES):
        return None
    keys, sizes = _KEY.findall(text), _SIZE.findall(text)
    if not len(keys) == len(sizes) == int(said[1]) - rest.count(_FOLDER):
        return None
    letters = "".join(keys)
    if "&" in letters:
        return None
    if "%" in letters:
        keys = list(map(unquote, keys))
    return list(map(Listed, keys, map(int, sizes)))


def objects(page: Mapping[str, Any]) -> list[Listed]:
    """The objects of a page that boto3 gave."""
    found = page.get(LEAN)
    if found is not None:
        return list(found)
    return [Listed(item["Key"], item["Size"], _archived(item)) for item in page.get("Contents", ())]


def _archived(item: Mapping[str, Any]) -> bool:
    """Whether nobody reads the object at once; a copy that was restored has an end."""
    restored = "RestoreExpiryDate" in item.get("RestoreStatus", ())
    return item.get("StorageClass") in ARCHIVES and not restored


def pages(
    client: Any, folder: S3Uri, after: str = "", *, size: int = PAGE
) -> Iterator[list[Listed]]:
    """The folder's objects a page of `size` at a time, one page after the other; those behind the
    key `after`.
    """
    more: dict[str, Any] = {"StartAfter": after} if after else {}
    asked = client.get_paginator("list_objects_v2").paginate(
        Bucket=folder.bucket,
        Prefix=folder.key,
        OptionalObjectAttributes=["RestoreStatus"],
        PaginationConfig={"PageSize": size},
        **more,
    )
    yield from map(objects, asked)


def pages_at_once(client: Any, folder: S3Uri, *, size: int = PAGE) -> Iterator[list[Listed]]:
    """The same pages of a folder with folders in it, many asked for at once.

    S3 lists in the order of the keys, so a folder can be parted at the names of the folders in it;
    one without folders is listed a page after the other, as nobody knows where to part it.
    """
    bounds = _bounds(client, folder)
    if not bounds:
        yield from pages(client, folder, size=size)
        return
    parts = [
        _Part(after, until, size)
        for after, until in zip(["", *bounds], [*bounds, None], strict=True)
    ]
    stopped = threading.Event()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="listing") as pool:
        try:
            for part in parts:
                pool.submit(part.fill, client, folder, stopped.is_set)
            for part in parts:
                yield from part.taken()
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            for part in parts:
                part.close()


class _Part:
    """The keys behind `after` up to `until`, as pages that wait to be taken: a few in memory, more
    in a file without a name. Who waits for its turn does not stop asking, for else a folder would
    be listed one part after the other.
    """

    def __init__(self, after: str, until: str | None, size: int) -> None:
        self._size = size
        self._after = after
        self._until = until
        self._changed = threading.Condition()
        self._held: deque[list[Listed]] = deque()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when all of it is taken
        self._read = self._written = 0
        self._sizes: deque[int] = deque()
        self._end: Exception | bool = False

    def fill(self, client: Any, folder: S3Uri, stopped: Callable[[], bool]) -> None:
        """Ask for the pages, until there are enough or nobody takes them any more."""
        end: Exception | bool = True
        try:
            for page in pages(client, folder, self._after, size=self._size):
                whole = self._until is None or not page or page[-1].key <= self._until
                self._put(page if whole else self._within(page), stopped)
                if not whole or stopped():
                    break
        except Exception as error:  # noqa: BLE001 - whoever takes the pages gets it
            end = error
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def taken(self) -> Iterator[list[Listed]]:
        """The pages, in order.

        Raises what asking for them raised.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._sizes or self._end)
                if not self._held and not self._sizes:
                    break
                page = self._held.popleft() if self._held else self._from_file()
                self._changed.notify_all()
            yield page
        if isinstance(self._end, Exception):
            raise self._end

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _within(self, page: list[Listed]) -> list[Listed]:
        assert self._until is not None
        return [one for one in page if one.key <= self._until]

    def _put(self, page: list[Listed], stopped: Callable[[], bool]) -> None:
        with self._changed:
            if not self._sizes and len(self._held) < _PAGES_HELD:
                self._held.append(page)
            else:
                body = _PACK(page)
                self._file.seek(self._written)
                self._file.write(body)
                self._written += len(body)
                self._sizes.append(len(body))
            self._changed.notify_all()
            while self._written - self._read > _WAITING_MOST and not stopped():
                self._changed.wait(_PATIENCE)

    def _from_file(self) -> list[Listed]:
        self._file.seek(self._read)
        size = self._sizes.popleft()
        self._read += size
        return _UNPACK(self._file.read(size))


def _bounds(client: Any, folder: S3Uri) -> list[str]:
    """Names of folders at which the folder can be parted, in order, some 64 at most."""
    found = newest = _folders(client, folder.bucket, folder.key)
    for _ in range(_LEVELS):
        if not 0 < len(found) < _AT_ONCE:
            break
        newest = [name for outer in newest for name in _folders(client, folder.bucket, outer)]
        found = sorted({*found, *newest})
    step = max(1, len(found) // _RANGES)
    return found[::step]


def _folders(client: Any, bucket: str, prefix: str) -> list[str]:
    """The folders in a folder, by the first page of its list."""
    page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/")
    return [each["Prefix"] for each in page.get("CommonPrefixes", ())]
