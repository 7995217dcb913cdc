"""The import check (pure, streaming): what Rekognition would say of a manifest, before it is asked.

Promised to the dataset import and to the form: every rule that can be known from the file alone,
with line numbers in the file as given, counted as Rekognition counts (after the conversion; 20 %
over all causes that drop a line, and at a training those that it lists; warnings do not count).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.base.s3_uri import S3Uri
from bot.manifests.convert import (
    BOXES,
    CLASSIFICATION,
    MULTI_LABEL,
    Converted,
    code_of,
    encode,
    for_rekognition,
    has_error,
)
from bot.manifests.json_lines import LineFault, numbered, parse
from bot.manifests.json_words import BadLine
from bot.manifests.rekognition_codes import CODES, KINDS
from bot.manifests.wording import WHOLE_FILE, sentences

SIZE_LIMIT = 1_000_000_000  # UNSURE: "1 GB"; the smaller reading
LINE_COUNT_LIMIT = 250_000
RAISED_LIMIT = 500_000  # pictures without boxes, where AWS has raised it for an account that asked
SMALL_REGIONS = {"ap-south-1", "eu-west-2"}  # Mumbai and London take fewer pictures
SMALL_LIMITS = {"train": 28_000, "test": 7_000}
LABEL_LIMIT = 250
INVALID_SHARE = 0.2
FAULTS_KEPT = 200


@dataclass(slots=True)
class Examination:
    """What an import would find.

    `lines` counts all lines, `sendable` those that would arrive, `silent` those that Rekognition
    drops, `invalid` those with an error (silent or listed). `faults` (200 of each code are kept,
    `counts` has all) carry Rekognition's codes and line numbers; `terminal` are codes that fail the
    whole import or a training from it, with details. `labels` counts pictures per label, `boxes`
    all boxes, `rounded` and `clipped` those that are moved to whole pixels and cut at the edges of
    their pictures, `unlabeled` pictures without a label, `kinds` lines per kind of label. `buckets`
    are those of the pictures that are sent, each with the address of its first.
    """

    lines: int = 0
    sendable: int = 0
    silent: int = 0
    invalid: int = 0
    size: int = 0
    sent_bytes: int = 0
    faults: list[LineFault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    boxes: int = 0
    rounded: int = 0
    clipped: int = 0
    buckets: dict[str, S3Uri] = field(default_factory=dict)
    unlabeled: int = 0
    terminal: list[LineFault] = field(default_factory=list)

    def note(self, line: int, code: str, text: str) -> None:
        """Counts a fault, and keeps it while there are few of its code."""
        self.counts[code] += 1
        if self.counts[code] <= FAULTS_KEPT:
            self.faults.append(LineFault(line, code, text))

    def refuse(self, line: int, fault: BadLine) -> None:
        """Counts a line that is no JSON object, and explains it while there are few of its code."""
        code = code_of(fault)
        self.invalid += 1
        self.silent += 1
        self.note(line, code, fault.text() if self.counts[code] < FAULTS_KEPT else "")

    def end(self, code: str, text: str = "") -> None:
        """Notes what fails the whole import."""
        self.terminal.append(LineFault(WHOLE_FILE, code, text))


def examine(  # noqa: PLR0913 - what is imported, where to, and how its labels are chosen
    chunks: Iterable[bytes],
    region: str,
    *,
    attribute: str | None = None,
    task: str | None = None,
    pair: bool = False,
    dataset: Literal["train", "test"] = "train",
    faultless: bool = False,
) -> Examination:
    """The examination of a Ground Truth output manifest (or one written by hand) for import in
    `region`.

    `attribute`, `task` and `pair` choose the label as in `convert.for_rekognition`, `faultless` the
    lines as in `convert.each_line`. Memory holds
    one line, the labels and one number per picture. Nothing in the file can make this raise.
    """
    found = Examination()
    seen: dict[int, int] = {}
    for number, body in numbered(_weighed(chunks, found)):
        found.lines += 1
        try:
            converted = for_rekognition(parse(body), attribute=attribute, task=task, pair=pair)
        except BadLine as fault:
            found.refuse(number, fault)
            continue
        _take(found, number, converted, seen, faultless=faultless)
    _end(found, region, dataset)
    return found


def line_limit(region: str, dataset: Literal["train", "test"]) -> int:
    """How many lines a manifest, and pictures a set, may have there."""
    return SMALL_LIMITS[dataset] if region in SMALL_REGIONS else LINE_COUNT_LIMIT


def words(found: Examination) -> str:
    """What stands against the import, gravest first, in sentences with remedies; empty when nothing
    does.
    """
    order = {"silent": 0, "line": 1, "warning": 2}
    faults = sorted(found.faults, key=lambda fault: order.get(CODES[fault.code].level, 0))
    return " ".join(
        [*sentences(found.terminal, {}, KINDS), *sentences(faults, found.counts, KINDS)]
    )


def _weighed(chunks: Iterable[bytes], found: Examination) -> Iterator[bytes]:
    for chunk in chunks:
        found.size += len(chunk)
        yield chunk


def _take(
    found: Examination,
    number: int,
    converted: Converted,
    seen: dict[int, int],
    *,
    faultless: bool,
) -> None:
    """One converted line enters the examination."""
    faults = list(converted.faults)
    if converted.line is not None:
        source = converted.line["source-ref"]
        earlier = seen.get(hash(source))
        encoded = encode(converted.line)
        if encoded is None:
            faults = [("line_too_long", "")]
        elif earlier is not None:
            faults = [("source_ref_repeated", f"line {earlier:,} has it too")]
        elif not (faultless and has_error(converted)):
            seen[hash(source)] = number
            found.sendable += 1
            found.sent_bytes += len(encoded)
            address = S3Uri.parse(source)
            found.buckets.setdefault(address.bucket, address)
            _count(found, converted)
    for code, text in faults:
        found.note(number, code, text)
    levels = {CODES[code].level for code, _ in faults}
    found.silent += "silent" in levels
    found.invalid += bool(levels & {"silent", "line"})


def _count(found: Examination, converted: Converted) -> None:
    found.labels.update(converted.labels)
    found.boxes += converted.boxes
    found.rounded += converted.rounded
    found.clipped += converted.clipped
    found.unlabeled += not converted.labels
    if converted.kind:
        found.kinds[converted.kind] += 1


def _end(found: Examination, region: str, dataset: Literal["train", "test"]) -> None:
    """The rules on the file as a whole; size and lines are those of the manifest that is sent."""
    if not found.lines:
        found.end("ERROR_EMPTY_MANIFEST")
        return
    # an import counts what it drops, a training also what it lists
    if found.silent > found.lines * INVALID_SHARE:
        found.end("ERROR_TOO_MANY_RECORDS_IN_ERROR", f" ({found.silent:,} of {found.lines:,})")
    elif found.invalid > found.lines * INVALID_SHARE:
        text = f" ({found.invalid:,} of {found.lines:,})"
        found.end("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", text)
    if found.sent_bytes > SIZE_LIMIT:
        found.end("ERROR_MANIFEST_SIZE_TOO_LARGE")
    limit = line_limit(region, dataset)
    if found.sendable > limit:
        found.end(
            "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM",
            f" ({found.sendable:,}; {region} takes {limit:,})",
        )
    if len(found.labels) > LABEL_LIMIT:
        found.end("ERROR_MANIFEST_TOO_MANY_LABELS", f" ({len(found.labels):,})")
    classes = found.kinds[CLASSIFICATION] + found.kinds[MULTI_LABEL]
    # UNSURE: the limits page asks one label for boxes, the validation page two for everything.
    if len(found.labels) < (1 if found.kinds[BOXES] >= classes and found.kinds[BOXES] else 2):
        found.end("ERROR_MANIFEST_TOO_FEW_LABELS", f" ({len(found.labels)})")
    if len(found.buckets) > 1:
        found.end(
            "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", f" ({', '.join(sorted(found.buckets)[:4])})"
        )
