"""JSON Lines from a stream of bytes (pure): numbered lines in bounded memory, and JSON errors in a
person's words.

Promises to everyone who reads a manifest: whatever the bytes, reading never raises and never holds
more than one line of the permitted length; a line that is too long is named by its number and its
rest is skipped.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from bot.manifests.json_words import BadLine, Object, explained, unique

LINE_LIMIT = 100_000  # Ground Truth and Rekognition: characters in one manifest line
DEPTH_LIMIT = 50  # ours: the deepest labeling format nests 6 levels; other readers break far beyond
BYTES_KEPT = 4 * LINE_LIMIT  # a UTF-8 character takes 4 bytes at most
_WINDOW = 1 << 18
_NAME_END = b'":'
_HIDDEN_NAME_END = (b"\\u0022", b"\\u003")  # an escaped quote or colon: counting would be fooled


@dataclass(frozen=True, slots=True)
class LineFault:
    """One thing wrong with one line. `line` counts from 1; 0 means the file as a whole.

    `code` groups faults of one kind; `text` says what is wrong here (it may be empty where the code
    says it all).
    """

    line: int
    code: str
    text: str


def numbered(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    r"""Lines of the stream with their numbers from 1, without their ends (`\n`, `\r\n`).

    A line that cannot be within the limit of 100,000 characters comes as None; its bytes are not
    kept. What follows the last line end is a line only when it is not empty.
    """
    number, size = 1, 0
    kept: list[bytes] = []
    for chunk in chunks:
        for start in range(0, len(chunk), _WINDOW):
            pieces = chunk[start : start + _WINDOW].split(b"\n")
            for piece in pieces[:-1]:
                size += len(piece)
                if size <= BYTES_KEPT + 1:
                    kept.append(piece)
                    line = kept[0] if len(kept) == 1 else b"".join(kept)
                    yield number, line[:-1] if line.endswith(b"\r") else line
                else:
                    yield number, None
                number, size = number + 1, 0
                kept.clear()
            size += len(pieces[-1])
            if size > BYTES_KEPT + 1:
                kept.clear()
            elif pieces[-1]:
                kept.append(pieces[-1])
    if size > BYTES_KEPT + 1:
        yield number, None
    elif size:
        yield number, b"".join(kept)


def parse(body: bytes | None) -> Object:
    """The one JSON object that a line holds.

    Strict beyond JSON readers' habit: names that come twice, NaN and Infinity, halves of characters
    and nesting deeper than 50 are refused, because readers disagree about them.

    Raises: BadLine: with the code (`long`, `blank`, `utf8`, `json`, `object`, `twice`, `number`,
        `deep`) and words.

    """
    value = _object(body, _refuse_number)
    assert body is not None  # a line that was not kept is refused
    _refuse_deep(body, value)
    if body.count(_NAME_END) != written(value).count(_NAME_END) or any(
        mark in body for mark in _HIDDEN_NAME_END
    ):
        # a name comes twice, or a text looks like one, or blanks part them
        json.loads(body, object_pairs_hook=unique)
    return value


def parse_loosely(body: bytes | None) -> Object:
    """As `parse`, for whoever counts: of a name that comes twice the last value stands, numbers may
    be larger than a computer's, and values may nest as deep as the reader bears (1,000).

    Raises:
        BadLine: as `parse`, but not `twice`.

    """
    return _object(body, _any_number)


def _object(body: bytes | None, large: Callable[[bytes], Any]) -> Object:
    """The object of a line; `large` reads one that has a number too large for the fast reader."""
    if body is None:
        raise BadLine("long", "")
    if len(body) > LINE_LIMIT and len(body.decode(errors="replace")) > LINE_LIMIT:
        raise BadLine("long", "")
    if not body or body.isspace():
        raise BadLine("blank", "")
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        raise BadLine("deep", "") from None
    except msgspec.ValidationError:
        value = large(body)
    except (UnicodeDecodeError, msgspec.MsgspecError):
        raise explained(body) from None
    if not isinstance(value, dict):
        raise BadLine("object", f"it holds {_kind(value)}")
    return value


def _refuse_number(body: bytes) -> Any:
    raise explained(body) from None


def _any_number(body: bytes) -> Any:
    """The line with numbers that no float holds as infinite ones."""
    try:
        value = json.loads(body.decode(), parse_int=float, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()  # refuses halves of characters
    except (ValueError, RecursionError):
        raise explained(body) from None
    return value


def _no_number(word: str) -> Any:
    raise ValueError(word)


def written(value: Any) -> bytes:
    """The value as compact UTF-8 JSON, whatever `parse` let through (whole numbers beyond 64 bits
    too).
    """
    try:
        return msgspec.json.encode(value)
    except OverflowError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse_deep(body: bytes, value: Object) -> None:
    """Raises when objects and lists nest deeper than the limit; looks only where there are brackets
    enough.
    """
    if body.count(b"{") + body.count(b"[") <= DEPTH_LIMIT:
        return
    level: list[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        within = chain.from_iterable(
            node.values() if isinstance(node, dict) else node for node in level
        )
        level = [inner for inner in within if isinstance(inner, dict | list)]
        if not level:
            return
    raise BadLine("deep", "")


def _kind(value: object) -> str:
    """What a value is, in words."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a text"
    if value is None:
        return "nothing (null)"
    return "a number" if isinstance(value, int | float) else "something else"
