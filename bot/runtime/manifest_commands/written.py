"""Where a command's result goes: standard output, a file, a folder, a zip, or S3.

Promises: a file stands whole or not at all, nothing is written over the input that is still read,
and nothing outside of the folder that was named.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from bot.base.blocks import count
from bot.manifests.formats.format import FINDINGS_KEPT, Findings, Format, Piece
from bot.manifests.formats.packed import files, one_file, zipped
from bot.runtime.manifest_commands.command import FINDINGS, FINE
from bot.runtime.manifest_commands.files import STDOUT, NoFile, is_s3, write

MANIFEST = "application/x-ndjson"
_Thing = TypeVar("_Thing")
_SHOWN = 20  # findings, where people read them


class Passing(Generic[_Thing]):
    """Things that are counted as they pass."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._things = things
        self.count = 0

    def __iter__(self) -> Iterator[_Thing]:
        for thing in self._things:
            self.count += 1
            yield thing


def take_out(parser: argparse.ArgumentParser, what: str = "a file or s3://bucket/key") -> None:
    """Give a command's parser the place of its result."""
    parser.add_argument(
        "--out", default=STDOUT, metavar="PLACE", help=f"{what} (default: standard output)"
    )


def check_out(chosen: argparse.Namespace) -> None:
    """Refuse a result and a report in one stream.

    Raises:
        NoFile: with words.

    """
    if chosen.json and chosen.out == STDOUT:
        raise NoFile("With --json the output is the report: say where the result goes with --out.")


def write_format(pieces: Iterable[Piece], form: Format, place: str) -> None:
    """Write what a format's writer yields.

    Raises:
        NoFile: it cannot be written there.

    """
    if form.file:
        if place.endswith("/") or (place != STDOUT and not is_s3(place) and Path(place).is_dir()):
            place = f"{place.rstrip('/')}/{form.file}"
        write(place, one_file(pieces), form.media_type)
    elif place.lower().endswith(".zip"):
        write(place, zipped(pieces), "application/zip")
    elif place == STDOUT or is_s3(place):
        words = f"{form.title} is a folder of files: say --out FOLDER or --out NAME.zip."
        raise NoFile(words)
    else:
        folder = Path(place).resolve()
        for path, chunks in files(pieces):
            file = (folder / path).resolve()
            if not file.is_relative_to(folder):
                raise NoFile(f"{path} leads out of {place}.")
            _make_folder(file.parent)
            write(str(file), chunks, form.media_type)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFile(f"{folder} cannot be made: {error.strerror}.") from error


def report(
    chosen: argparse.Namespace, facts: dict[str, object], said: str, findings: Findings
) -> int:
    """Tell what was done and found, as JSON or for people; the exit code."""
    if chosen.json:
        listed = [
            {"line": fault.line, "code": fault.code, "message": fault.text}
            for fault in findings.kept
        ]
        whole = facts | {"counts": findings.counts, "findings": listed}
        print(json.dumps(whole, ensure_ascii=False, indent=2))  # noqa: T201 - this is a command
    else:
        beside = sys.stderr if chosen.out == STDOUT else sys.stdout
        print("\n".join([said, *_lines(findings)]), file=beside)
    return FINDINGS if findings.total else FINE


def _lines(findings: Findings) -> Iterable[str]:
    for fault in findings.kept[:_SHOWN]:
        yield f"line {fault.line:,}: {fault.text}" if fault.line else fault.text
    more = findings.total - min(_SHOWN, len(findings.kept))
    if more:
        yield f"and {count(more, 'more finding')} (--json lists {FINDINGS_KEPT} of each kind)"
