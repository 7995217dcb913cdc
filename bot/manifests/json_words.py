"""Why a line is not one JSON object, in a person's words (pure).

Promises to whoever reads a faulty manifest: the mistake is named as they would name it, at the last
name before it.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

# Each text of a line once, closed or not, and whether a colon follows. Nothing is given back
# (`*+`), so that a line of quotes and backslashes costs as much as its length, not the square of
# it.
_TEXT = re.compile(r'"((?:[^"\\]++|\\.)*+)(?:"(\s*+:)?)?', re.DOTALL)
_SHOWN = 40
_CURLY = "\u2018\u2019\u201c\u201d"

Object = dict[str, Any]


class BadLine(ValueError):
    """This line is not one JSON object.

    Words that are costly to find are given as a function, which is asked for them when somebody
    reads them: of a file of a million faulty lines few are ever shown.
    """

    def __init__(self, code: str, words: str | Callable[[], str]) -> None:
        super().__init__(code)
        self.code = code
        self._words = words

    def text(self) -> str:
        """What is wrong, in words; "" where the code says it all."""
        return self._words if isinstance(self._words, str) else self._words()


def short(text: str, limit: int = _SHOWN) -> str:
    """Text from the file, cut so that it can be quoted; line ends and control characters are shown
    as spaces.
    """
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: limit + 1])
    return plain if len(text) <= limit else plain[: limit - 1].rstrip() + "…"


def unique(pairs: list[tuple[str, Any]]) -> Object:
    """The object of these pairs; refuses a name that comes twice (a hook for `json.loads`)."""
    seen: Object = {}
    for name, value in pairs:
        if name in seen:
            raise BadLine("twice", f"“{short(name)}”")
        seen[name] = value
    return seen


def explained(body: bytes) -> BadLine:  # noqa: PLR0911 - one answer per mistake
    """Why a fast reader refused the line; the slow reader knows the place."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return BadLine("utf8", f"byte {error.start + 1:,} is 0x{body[error.start]:02x}")
    if text.startswith("\ufeff"):
        return BadLine("json", "an invisible byte order mark stands before it")
    try:
        json.loads(text, object_pairs_hook=unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return BadLine("json", partial(_words, error, text))
    except BadLine as fault:
        return fault
    except (
        RecursionError,
        ValueError,
    ) as error:  # ValueError: Python refuses whole numbers of over 4,300 digits
        return (
            BadLine("deep", "")
            if isinstance(error, RecursionError)
            else BadLine("number", "a number is too long")
        )
    if re.search(r"\\u[dD][89a-fA-F]", text):
        return BadLine("json", r"half of a character (a lone \ud8… escape)")
    return BadLine("number", "a number is too large")


def _no_constant(word: str) -> Any:
    raise BadLine("number", f"{word} is no JSON number")


def _words(error: json.JSONDecodeError, text: str) -> str:
    """What is wrong where the reader gave up; first what the reader itself names, then what the
    place shows.
    """
    place, rest = _place(text, error.pos), text[error.pos :].strip()
    if error.msg.startswith("Extra data"):
        return _behind(rest)
    if error.msg.startswith("Unterminated string"):
        return f"a text is not closed with a double quote{place}"
    if error.msg.startswith("Invalid control character"):
        return rf"a tab or another control character stands in a text{place}; write a tab as \t"
    if error.msg.startswith("Invalid \\"):
        return rf"a backslash that JSON does not know{place}; write \\ for a backslash"
    if not rest:
        return f"the line ends before the object is closed{place}"
    return _at_place(error.msg, place, text[: error.pos].rstrip(), rest)


def _at_place(message: str, place: str, before: str, rest: str) -> str:  # noqa: PLR0911 - as above
    """The mistake that shows in the characters round the place."""
    if rest[0] == "'":
        return f"single quotes{place}; JSON wants double quotes"
    if rest[0] in _CURLY:
        return f"curly quotes{place}; JSON wants straight double quotes"
    if "':'" in message:
        return (
            f'colon missing after "{short(before.rpartition(chr(34))[0].rpartition(chr(34))[2])}"'
        )
    if "','" in message:
        return f"comma missing{place}"
    if before.endswith(",") and rest[0] in "}]":
        return f"one comma too many before {rest[0]}"
    if message.startswith(
        "Illegal trailing comma"
    ):  # Python 3.13 stands at the comma, older ones behind it
        return f"one comma too many before {rest[1:].lstrip()[0]}"
    if "property name" in message:
        return f"a name without double quotes{place}: {short(rest, 20)}"
    return _no_value(place, rest)


def _no_value(place: str, rest: str) -> str:
    """What stands where a value should."""
    if rest[0] in "},]":
        return f"value missing{place}"
    python = re.match("True|False|None", rest)
    if python:
        return f"{python[0]} is Python; JSON writes true, false, null"
    return f"a value without double quotes{place}: {short(rest, 20)}"


def _behind(rest: str) -> str:
    """What stands behind a complete value."""
    if rest == ",":
        return "a comma stands behind the object; remove it"
    if rest.lstrip(", ").startswith("{"):
        return "two objects stand on one line; break the line between them"
    return f"something stands behind the object: {short(rest, 20)}"


def _place(text: str, position: int) -> str:
    """` after "name"`: the last name before the place, which a person finds sooner than a
    column.
    """
    name = None
    for found in _TEXT.finditer(text, 0, position):
        if found[2]:
            name = found[1]
    return "" if name is None else f' after "{short(name)}"'
