"""`labeljob manifest build`: the manifest of a folder in S3."""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.base.s3_uri import Listed, S3Uri
from bot.manifests.build import Tally, left_out, lines_for
from bot.manifests.folder_labels import ATTRIBUTE, labeler
from bot.manifests.picked import SEED, Choice, picked
from bot.runtime.manifest_commands.command import FINDINGS, FINE, Command
from bot.runtime.manifest_commands.files import STDOUT, address, watched, write

if TYPE_CHECKING:
    from bot.engines.task_type import TaskType

_TYPE = "image-classification"
_JSON_LINES = "application/x-ndjson"
_NO_LIMIT = 10**12
_LABELED = f'"{ATTRIBUTE}-metadata":'.encode()
_LOOK_AT = ("empty", "large", "archived", "odd")
"""What is left out though it may have been meant."""


class _ByFolder:
    """Makes lines that are labeled by their folders; `bare` are those that lie in none."""

    def __init__(self, folder: S3Uri) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        self._line = labeler(folder, now.isoformat(timespec="microseconds"))
        self.bare = 0

    def __call__(self, address: str) -> bytes:
        line = self._line(address)
        self.bare += _LABELED not in line
        return line


class NoFolder(Refusal):
    """This is no folder in S3 of which a manifest can be made."""


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="S3_FOLDER", help="s3://bucket/folder/")
    parser.add_argument(
        "--to", required=True, metavar="PLACE", help="s3://bucket/key, a file, or - for output"
    )
    parser.add_argument(
        "--for", dest="kind", default=_TYPE, metavar="TASK_TYPE", help=f"whose files ({_TYPE})"
    )
    parser.add_argument(
        "--folder-labels", action="store_true", help="each picture's first folder is its label"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="so many at random")
    parser.add_argument("--seed", type=int, default=SEED, help=f"what chance begins with ({SEED})")


def _run(chosen: argparse.Namespace) -> int:
    folder, kind = _folder(chosen.folder), _kind(chosen.kind)
    if chosen.json and chosen.to == STDOUT:
        raise NoFolder("--json tells of the lines and prints none of them. Say --to PLACE too.")
    if chosen.sample is not None and chosen.sample < 1:
        raise NoFolder("A sample is a number above 0.")
    tally, named = Tally(), _ByFolder(folder) if chosen.folder_labels else None
    lines = _lines(folder, kind, chosen, tally, named)
    write(chosen.to, _some(lines, folder, tally), _JSON_LINES)
    bare = named.bare if named else 0
    if chosen.json:
        more = {"unlabeled": bare} if named else {}
        print(json.dumps(_told(tally, chosen) | more))  # noqa: T201 - this is a command
    elif chosen.to != STDOUT:
        words = f"{count(tally.written, 'line')} in {chosen.to}. {tally.left_out}".rstrip()
        words += f" In no folder, and so without a label: {bare:,}." if bare else ""
        over = f" One job takes {kind.objects_max:,}." if tally.written > kind.objects_max else ""
        print(words + over)  # noqa: T201 - as above
    return FINDINGS if bare or any(getattr(tally, name) for name in _LOOK_AT) else FINE


def _folder(typed: str) -> S3Uri:
    folder = address(typed if typed.endswith("/") else f"{typed}/")
    if not folder.bucket:
        raise NoFolder
    return folder


def _kind(name: str) -> "TaskType":
    """The task type whose files are taken.

    Raises:
        NoFolder: none that takes files.

    """
    from bot.engines.ground_truth.catalogue import TASK_TYPES  # noqa: PLC0415 - help needs none

    kind = TASK_TYPES.get(name)
    if kind is None or kind.source_key == "source" or kind.has_frames or not kind.media:
        raise NoFolder(f"“{name}” is no task type whose files lie in a folder.")
    return kind


def _lines(
    folder: S3Uri,
    kind: "TaskType",
    chosen: argparse.Namespace,
    tally: Tally,
    named: _ByFolder | None,
) -> Iterator[bytes]:
    from bot.base.own_storage import own_storage  # noqa: PLC0415 - as above

    keys: Iterable[Listed] = _watched(own_storage().keys_at_once(folder))
    most = kind.file_bytes_max or None
    if chosen.sample:
        endings = frozenset(kind.media)
        fitting = (one for one in keys if not left_out(one, endings, tally, max_bytes=most))
        choice = Choice(count=chosen.sample, seed=chosen.seed)
        keys = picked(fitting, choice, lambda one: one.key.removeprefix(folder.key))
    return lines_for(
        keys,
        folder.bucket,
        kind.media,
        tally=tally,
        limit=_NO_LIMIT,
        max_bytes=most,
        written=named,
    )


def _some(lines: Iterable[bytes], folder: S3Uri, tally: Tally) -> Iterator[bytes]:
    """The same lines.

    Raises:
        NoFolder: there is none, so that no empty manifest is written.

    """
    yield from lines
    if not tally.written:
        words = f"Nothing in {folder} can be a line of a manifest. {tally.left_out}"
        raise NoFolder(words.rstrip())


def _watched(keys: Iterable[Listed]) -> Iterator[Listed]:
    """The same objects, counted aloud where somebody watches."""
    with watched() as say:
        for number, one in enumerate(keys, 1):
            if not number % 1_000:
                say(f"{number:,} objects listed")
            yield one


def _told(tally: Tally, chosen: argparse.Namespace) -> dict[str, object]:
    """What became of the folder, for programs."""
    numbers = {
        each.name: getattr(tally, each.name)
        for each in fields(tally)
        if isinstance(getattr(tally, each.name), int)
    }
    left = {name: number for name, number in numbers.items() if number and name != "written"}
    if tally.other:
        left["other"] = tally.other.total()
    return {"lines": tally.written, "to": chosen.to, "left_out": left}


BUILD = Command("build", "write the manifest of a folder in S3", _take, _run)
