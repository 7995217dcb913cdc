"""`labeljob manifest links`: a link to each object of a manifest, for a while."""

import argparse
import json
from collections.abc import Iterable, Iterator

import msgspec

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri
from bot.manifests.json_lines import numbered, parse_loosely
from bot.manifests.json_words import BadLine
from bot.manifests.plain_values import text
from bot.runtime.manifest_commands.command import FINDINGS, FINE, Command
from bot.runtime.manifest_commands.files import STDOUT, pieces, write

_MINUTES = 15
_MOST = 7 * 24 * 60  # S3: minutes that a link of SigV4 lives at most


class NoLinks(Refusal):
    """There is nothing in this manifest that a link can lead to."""


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, s3://bucket/key, or - for input")
    parser.add_argument(
        "--minutes", type=int, default=_MINUTES, help=f"how long they live ({_MINUTES}; 7 days)"
    )
    parser.add_argument(
        "--out", default=STDOUT, metavar="PLACE", help="a file or s3://bucket/key (standard output)"
    )


def _run(chosen: argparse.Namespace) -> int:
    if not 0 < chosen.minutes <= _MOST:
        raise NoLinks(f"A link lives from 1 minute to 7 days ({_MOST:,} minutes).")
    if chosen.json and chosen.out == STDOUT:
        raise NoLinks("--json tells of the links and prints none of them. Say --out PLACE too.")
    made = _Made()
    write(chosen.out, made.lines(chosen.file, chosen.minutes * 60), "application/x-ndjson")
    if chosen.json:
        print(json.dumps({"links": made.links, "without": made.without, "to": chosen.out}))  # noqa: T201 - this is a command
    elif chosen.out != STDOUT:
        print(f"{count(made.links, 'link')} in {chosen.out}, for {chosen.minutes:,} minutes.")  # noqa: T201 - as above
    return FINDINGS if made.without else FINE


class _Made:
    """Counts the `links`, and the lines `without` an address."""

    def __init__(self) -> None:
        self.links = self.without = 0

    def lines(self, place: str, seconds: int) -> Iterator[bytes]:
        """Lines with an address and its link.

        Raises:
            NoLinks: there would be none.

        """
        from bot.base.own_storage import own_links  # noqa: PLC0415 - help needs none

        waiting: list[str] = []
        for link in own_links(_noted(self._addresses(place), waiting), seconds):
            self.links += 1
            yield msgspec.json.encode({"source-ref": waiting.pop(), "link": link}) + b"\n"
        if not self.links:
            raise NoLinks

    def _addresses(self, place: str) -> Iterator[S3Uri]:
        for _, body in numbered(pieces(place)):
            try:
                yield S3Uri.parse(text(parse_loosely(body).get("source-ref")))
            except (BadLine, BadAddress):
                self.without += 1


def _noted(objects: Iterable[S3Uri], waiting: list[str]) -> Iterator[S3Uri]:
    """The same objects; the address of each waits for its link."""
    for uri in objects:
        waiting.append(str(uri))
        yield uri


LINKS = Command("links", "print a link to each object, for a while", _take, _run)
