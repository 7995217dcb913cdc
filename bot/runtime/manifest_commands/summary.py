"""`labeljob manifest summary`: what a manifest holds, in numbers."""

import argparse
import json
from collections.abc import Iterable, Iterator

import msgspec

from bot.base.blocks import count
from bot.manifests.json_words import short
from bot.manifests.known_lines import Totals
from bot.manifests.summary import Finding, Summary, summarize
from bot.manifests.wording import places
from bot.runtime.manifest_commands.command import FINDINGS, FINE, UNUSABLE, Command
from bot.runtime.manifest_commands.files import pieces
from bot.runtime.manifest_commands.side_by_side import processes_for, summarize_at_once

_LABEL = 200  # characters that are shown of a name, none of which a terminal obeys
_LABELS_SHOWN = 30  # of an attribute, the most frequent; --json has all


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, s3://bucket/key, or - for input")


def _run(chosen: argparse.Namespace) -> int:
    processes = processes_for(chosen.file)
    if processes > 1:
        found = summarize_at_once(chosen.file, processes)
    else:
        found = summarize(pieces(chosen.file))
    if chosen.json:
        print(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))  # noqa: T201 - this is a command
    else:
        print("\n".join(shown(found)))  # noqa: T201 - as above
    if found.unusable:
        return UNUSABLE
    return FINDINGS if found.findings else FINE


def shown(found: Summary) -> list[str]:
    """The summary as people read it."""
    size = f"{found.bytes / 1_000_000:,.1f} MB"
    said = [f"{count(found.lines, 'line')}, {size}, {count(found.sources, 'different object')}"]
    if found.duplicates:
        said[0] += f", {found.duplicates:,} of them again"
    for name, totals in found.attributes.items():
        said += [
            "",
            f"{short(name, _LABEL)} ({short(totals.type, _LABEL) or 'no type'})",
            *_numbers(totals, found.lines),
        ]
    if found.findings:
        said += ["", *_findings(found.findings)]
    return said


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    """The first of each code in words, the others by their lines."""
    codes: dict[str, list[Finding]] = {}
    for finding in findings:
        codes.setdefault(finding.code, []).append(finding)
    for first, *others in codes.values():
        yield first.message
        lines = [finding.line for finding in others if finding.line]
        if lines:
            more = [f"{finding.message}." for finding in others if not finding.line]
            word = "line" if len(lines) == 1 else "lines"
            yield " ".join([f"  The same in {word} {places(lines, len(lines))}.", *more])


def _numbers(totals: Totals, lines: int) -> list[str]:
    parts = [f"{totals.labeled:,} of {lines:,} labeled"]
    parts += [f"{totals.empty:,} with nothing in them"] if totals.empty else []
    parts += [f"{totals.human:,} by people"] if totals.human else []
    parts += [f"{totals.machine:,} by a machine"] if totals.machine else []
    parts += [count(totals.boxes, "box", "boxes")] if totals.boxes else []
    most = totals.labels.most_common(_LABELS_SHOWN)
    wide = max((len(f"{number:,}") for _, number in most), default=0)
    rows = [f"  {number:>{wide},}  {short(label, _LABEL)}" for label, number in most]
    more = len(totals.labels) - len(most)
    return [f"  {', '.join(parts)}", *rows, *([f"  and {more:,} more labels"] if more else [])]


SUMMARY = Command("summary", "say what a manifest holds, in numbers", _take, _run)
