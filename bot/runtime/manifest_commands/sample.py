"""`labeljob manifest sample`: some lines of a manifest, the same ones for the same seed."""

import argparse
import json
from collections.abc import Iterator
from contextlib import suppress

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.manifests.json_lines import numbered, parse_loosely
from bot.manifests.json_words import BadLine
from bot.manifests.picked import SEED, Choice, picked
from bot.manifests.plain_values import text
from bot.manifests.told import SOURCES
from bot.runtime.manifest_commands.command import FINE, Command
from bot.runtime.manifest_commands.files import STDOUT, pieces, write

_WHOLE = 100  # percent


class BadChoice(Refusal):
    """This says no choice of lines."""


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, s3://bucket/key, or - for input")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--count", type=int, metavar="N", help="so many lines at random")
    how.add_argument("--percent", type=float, metavar="P", help="about so many in a hundred")
    how.add_argument("--every", type=int, metavar="N", help="the first of every N lines")
    parser.add_argument("--seed", type=int, default=SEED, help=f"what chance begins with ({SEED})")
    parser.add_argument("--named", default="", metavar="PATTERN", help="of those named like a*.jpg")
    parser.add_argument(
        "--out", default=STDOUT, metavar="PLACE", help="a file or s3://bucket/key (standard output)"
    )


def _run(chosen: argparse.Namespace) -> int:
    choice = choice_of(chosen)
    if chosen.json and chosen.out == STDOUT:
        raise BadChoice("--json tells of the lines and prints none of them. Say --out PLACE too.")
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for body in picked(_bodies(chosen.file), choice, _object_of):
            taken += 1
            yield body + b"\n"
        if not taken:
            raise BadChoice(f"No line of {chosen.file} is chosen by that.")

    write(chosen.out, lines(), "application/x-ndjson")
    if chosen.json:
        print(json.dumps({"lines": taken, "to": chosen.out, "seed": chosen.seed}))  # noqa: T201 - this is a command
    elif chosen.out != STDOUT:
        print(f"{count(taken, 'line')} ({choice.words}) in {chosen.out}.")  # noqa: T201 - as above
    return FINE


def choice_of(chosen: argparse.Namespace) -> Choice:
    """What the arguments choose.

    Raises:
        BadChoice: a number that chooses nothing.

    """
    percent = chosen.percent or 0.0
    numbers = [each for each in (chosen.count, chosen.percent, chosen.every) if each is not None]
    if any(each <= 0 for each in numbers) or percent > _WHOLE:
        raise BadChoice("A choice is a number above 0; a percentage is 100 at most.")
    if not 0 <= chosen.seed < 1 << 64:
        raise BadChoice("A seed is a whole number from 0 on.")
    return Choice(
        chosen.named,
        every=chosen.every or 0,
        count=chosen.count or 0,
        share=percent / _WHOLE,
        seed=chosen.seed,
    )


def _bodies(place: str) -> Iterator[bytes]:
    """The lines that hold something, without their ends."""
    return (body for _, body in numbered(pieces(place)) if body and not body.isspace())


def _object_of(body: bytes) -> str:
    """What a line is about, by which it is chosen; the line itself where that cannot be read."""
    with suppress(BadLine):
        line = parse_loosely(body)
        return next((text(line[name]) for name in SOURCES if text(line.get(name))), str(body))
    return str(body)


SAMPLE = Command(
    "sample", "take some lines of a manifest, by chance or one in so many", _take, _run
)
