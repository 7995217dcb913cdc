"""`labeljob manifest check`: whether a labeling job or a Custom Labels import takes a manifest."""

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.manifests import examine, lines
from bot.manifests.json_lines import LineFault
from bot.manifests.rekognition_codes import KINDS
from bot.manifests.wording import Kind, sentence
from bot.runtime.manifest_commands.command import FINDINGS, FINE, UNUSABLE, Command
from bot.runtime.manifest_commands.files import pieces

if TYPE_CHECKING:
    from bot.engines.task_type import TaskType

_CUSTOM_LABELS = "custom-labels"
_REGION = "us-east-1"  # its limits are those of most Regions


class NoSuchType(Refusal):
    """There is no task type of this name."""


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, s3://bucket/key, or - for input")
    parser.add_argument(
        "--for",
        dest="kind",
        metavar="TASK_TYPE",
        required=True,
        help=f"{_CUSTOM_LABELS}, or a task type such as bounding-box (any other word lists them)",
    )
    parser.add_argument("--attribute", metavar="NAME", help="the label attribute that counts")
    parser.add_argument(
        "--region", default=_REGION, help=f"where Custom Labels is to import it ({_REGION})"
    )


def _run(chosen: argparse.Namespace) -> int:
    if chosen.kind == _CUSTOM_LABELS:
        return _import(chosen)
    from bot.engines.ground_truth.catalogue import TASK_TYPES  # noqa: PLC0415 - help needs none

    if chosen.kind not in TASK_TYPES:
        raise NoSuchType(
            f"“{chosen.kind}” is no task type. Choose {_CUSTOM_LABELS} or one of: "
            f"{', '.join(TASK_TYPES)}."
        )
    return _job(TASK_TYPES[chosen.kind], chosen)


def _job(kind: "TaskType", chosen: argparse.Namespace) -> int:
    verdict = lines.check(
        pieces(chosen.file),
        source_key=_source_key(kind),
        media=tuple(ending for ending in kind.media if ending.startswith(".")),
        limit=kind.limit,
        attribute=chosen.attribute or "",
    )
    faults = _told([*verdict.faults, *verdict.warnings], verdict.counts, lines.KINDS)
    words = " ".join(filter(None, [lines.words(verdict), lines.notes(verdict)]))
    told = {
        "for": kind.id,
        "objects": verdict.objects,
        "good": verdict.good,
        "labeled": verdict.labeled,
        "bytes": verdict.size,
        "findings": faults,
    }
    return _end(chosen, told, words)


def _source_key(kind: "TaskType") -> lines.SourceKey:
    """What a line names its object by, for this task type."""
    keys: tuple[lines.SourceKey, ...] = ("source", "either")
    return next((key for key in keys if key == kind.source_key), "source-ref")


def _import(chosen: argparse.Namespace) -> int:
    found = examine.examine(pieces(chosen.file), chosen.region, attribute=chosen.attribute)
    told = {
        "for": _CUSTOM_LABELS,
        "objects": found.lines,
        "good": found.lines - found.invalid,
        "labels": dict(found.labels),
        "boxes": found.boxes,
        "bytes": found.size,
        "findings": _told([*found.terminal, *found.faults], found.counts, KINDS),
    }
    return _end(chosen, told, examine.words(found))


def _told(
    faults: list[LineFault], counts: Mapping[str, int], kinds: Mapping[str, Kind]
) -> list[dict[str, object]]:
    """Every fault that was kept, and how many of its code were not, by line."""
    kept: dict[str, int] = {}
    for fault in faults:
        kept[fault.code] = kept.get(fault.code, 0) + 1
    said = [
        _finding(fault.line, fault.code, sentence([fault], 1, kinds[fault.code]))
        for fault in sorted(faults, key=lambda fault: fault.line)
    ]
    more = {code: counts.get(code, number) - number for code, number in kept.items()}
    return said + [
        _finding(0, code, f"{number:,} more lines have this")
        for code, number in more.items()
        if number
    ]


def _finding(line: int, code: str, message: str) -> dict[str, object]:
    return {"line": line, "code": code, "message": message}


def _end(chosen: argparse.Namespace, told: dict[str, object], words: str) -> int:
    """Print it; the exit code."""
    if chosen.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))  # noqa: T201 - this is a command
    else:
        good, objects = told["good"], told["objects"]
        assert isinstance(objects, int)
        print(f"{count(objects, 'object')}, {good:,} of them good for {told['for']}.")  # noqa: T201 - as above
        if words:
            print(words)  # noqa: T201 - as above
    if not told["good"]:
        return UNUSABLE
    return FINDINGS if told["findings"] else FINE


CHECK = Command("check", "say what a labeling job or an import would refuse", _take, _run)
