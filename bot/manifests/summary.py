"""What a manifest holds, in numbers (pure, streaming): lines, sources, labels, and what is odd.

Promises to `labeljob manifest summary` and to whoever counts results: every line is counted,
nothing in it makes this raise, and memory is one block of lines, 16 bytes a line for the sources,
and the names. A manifest may be read in parts, side by side: joined in the order of the file they
are what one reading gives, to the byte. A label is labeled where its attribute is there (not null);
`labels` counts every occurrence (see `counted.py`); of a name that comes twice in a line the last
value stands, as with most readers.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.manifests import lines
from bot.manifests.blocks_of_lines import BLOCK, blocks, halves
from bot.manifests.json_lines import LineFault, numbered, parse_loosely
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.known_lines import Numbers, Shape, Totals, numbers_of
from bot.manifests.repeats import NO_SOURCE, Repeats
from bot.manifests.told import METADATA, SOURCES, failure, label_columns
from bot.manifests.wording import WHOLE_FILE, Kind, sentence

FINDINGS_KEPT = 20  # of each code: enough to look at; all are counted
REST = "…"

_KINDS = {
    **lines.KINDS,
    "both": Kind('has both "source-ref" and "source"', "", "Keep exactly one."),
    "missing": Kind("names no source", "", 'Each line needs "source-ref" or "source".'),
    "shape": Kind("has a label that is not what its type says", "", ""),
    "figure": Kind("has a figure that cannot be read", "", ""),
    "class": Kind("has a class without a name", "", "Add it to the class-map of this line."),
    "no-label": Kind("has metadata without a label", "", "Both need the same name."),
    "failed": Kind("got no label", "", ""),
    "types": Kind("has a label of another type than the lines before", "", ""),
    "names": Kind("has more label attributes than Labeljob counts", "", ""),
    "labels": Kind("{}", "", "Perhaps the labels are texts that people wrote."),
}


class Finding(msgspec.Struct, frozen=True):
    """Something odd: the line it is in (0 for the file), its code and words for a person."""

    line: int
    code: str
    message: str


class Summary(msgspec.Struct):
    """What a manifest holds. `sources` are different ones; lines whose source came before are
    `duplicates`. `unusable` says that the file is no manifest at all.
    """

    lines: int = 0
    bytes: int = 0
    sources: int = 0
    duplicates: int = 0
    attributes: dict[str, Totals] = msgspec.field(default_factory=dict)
    findings: list[Finding] = msgspec.field(default_factory=list)

    @property
    def unusable(self) -> bool:
        """Whether nothing of it is a manifest."""
        return not self.sources


class Limits(msgspec.Struct, frozen=True):
    """Ours: how many attributes of a manifest are counted (those beyond are told), and how many
    labels of each are told apart (the rest count together).
    """

    names: int = 1_000
    labels: int = 100_000


LIMITS = Limits()


class Part(msgspec.Struct):
    """What whole lines of a manifest hold, for `Reading.join`: `notes` count lines from its own
    first; `marks` are the hashes of its sources, which only processes that were forked share.
    `limited` says that something went beyond a limit, or that it is no manifest.
    """

    lines: int
    bytes: int
    attributes: dict[str, Totals]
    notes: list[LineFault]
    counts: Counter[str]
    marks: "array[int]"
    limited: bool


def summarize(chunks: Iterable[bytes]) -> Summary:
    """The summary of a manifest that arrives in pieces of any size."""
    reading = Reading()
    reading.read(chunks)
    return reading.end()


def read_part(chunks: Iterable[bytes], *, first: bool, limits: Limits = LIMITS) -> Part:
    """What whole lines hold; the `first` ones are the file's beginning."""
    reading = Reading(limits=limits, begins=first)
    reading.read(chunks)
    return reading.part()


def joined(
    parts: Iterable[tuple[Part, Callable[[], Iterable[bytes]]]], limits: Limits = LIMITS
) -> Summary:
    """The summary of a manifest that was read in parts, in the order of the file, each with what
    gives its bytes once more: where lines of a part depend on those before, it is read here.
    """
    reading = Reading(limits=limits)
    for part, again in parts:
        if not reading.join(part):
            reading.read(again())
        if reading.other:
            break
    return reading.end()


@dataclass(slots=True)
class Reading:
    """A manifest on its way, from where it `begins` or from somewhere in it."""

    summary: Summary = field(default_factory=Summary)
    shape: Shape = field(default_factory=Shape)
    repeats: Repeats = field(default_factory=lambda: Repeats(FINDINGS_KEPT))
    notes: list[LineFault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rest: Counter[str] = field(default_factory=Counter)
    limits: Limits = field(default_factory=Limits)
    begins: bool = True
    other: str = ""

    def read(self, chunks: Iterable[bytes]) -> None:
        """Count the next lines, which arrive in pieces of any size; where the file is something
        `other` than a manifest, nothing is counted.
        """
        size = 0

        def weighed() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                size += len(chunk)
                yield chunk

        for block in blocks(weighed()):
            if self.begins and not self.summary.lines:
                self.other = lines.other_file(block.split(b"\n", 1)[0])
            if self.other:
                self.note(WHOLE_FILE, self.other)
                return
            self.take(block)
        self.summary.bytes += size

    def take(self, block: bytes) -> None:
        """Count a block of lines: at once where they are of the known shape, else in halves."""
        if len(block) <= BLOCK and self._known(block):
            return
        first, second = halves(block)
        if second:
            self.take(first)
            self.take(second)
            return
        for _, body in numbered([block]):
            self.summary.lines += 1
            self._one(self.summary.lines, body)

    def _known(self, block: bytes) -> bool:
        found = self.shape.read(block)
        if found is None:
            return False
        self.summary.lines += len(found.marks)
        self.repeats.take(found.marks)
        for name, numbers in found.numbers.items():
            if numbers.labeled:
                self._add(name, numbers)
        return True

    def _add(self, name: str, numbers: Numbers) -> None:
        """Add some lines' numbers; of labels without end the first are told apart."""
        totals = self.summary.attributes[name]
        totals.add(numbers)
        while len(totals.labels) > self.limits.labels:
            self.rest[name] += totals.labels.popitem()[1]

    def _one(self, number: int, body: bytes | None) -> None:
        """Count a line by itself, and learn from it what others may be like."""
        if number == 1 and self.begins and body and body.startswith(lines.BOM):
            self.note(number, "bom")
            body = body.removeprefix(lines.BOM)
        try:
            line = parse_loosely(body)
        except BadLine as fault:
            self.repeats.take([NO_SOURCE])
            self.note(number, fault.code, fault.text)
            return
        self.repeats.take([self._source(number, line)])
        for name, metadata in label_columns(line):
            self._label(number, name, line.get(name), metadata)
        self.shape.learn(line, self.summary.attributes)

    def _source(self, number: int, line: Object) -> int:
        """The hash of a line's source."""
        found = [name for name in SOURCES if name in line]
        if len(found) > 1:
            self.note(number, "both")
        source = line[found[0]] if found else None
        if isinstance(source, str):
            return hash(source)
        self.note(number, "type" if found else "missing")
        return NO_SOURCE

    def _label(self, number: int, name: str, value: Any, metadata: Object) -> None:
        kind = metadata.get("type")
        totals = self._totals(number, name, kind if isinstance(kind, str) else "")
        if totals is None:
            return
        if value is None:
            self._unlabeled(number, name, metadata)
            return
        odd: dict[str, str] = {}
        self._add(name, numbers_of(value, metadata, odd.setdefault))
        for code, words in odd.items():
            self.note(number, code, f"“{short(name)}” {words}")

    def _totals(self, number: int, name: str, kind: str) -> Totals | None:
        known = self.summary.attributes.get(name)
        if known is None:
            if len(self.summary.attributes) >= self.limits.names:
                self.note(number, "names", f"“{short(name)}”")
                return None
            known = self.summary.attributes[name] = Totals(kind)
        if known.type != kind and kind:
            if known.type:
                self.note(number, "types", f"“{short(name)}” is {short(kind)}")
            known.type = known.type or kind
        return known

    def _unlabeled(self, number: int, name: str, metadata: Object) -> None:
        reason = failure(metadata)
        if reason:
            self.note(number, "failed", f"“{short(name)}”: {short(reason, 160)}")
        else:
            words = f"“{short(name + METADATA)}” has no “{short(name)}” beside it"
            self.note(number, "no-label", words)

    def note(self, number: int, code: str, text: str | Callable[[], str] = "") -> None:
        """Keep a finding while there are few of its code."""
        self.counts[code] += 1
        if self.counts[code] <= FINDINGS_KEPT:
            words = text if isinstance(text, str) else text()
            self.notes.append(LineFault(number, code, words))

    def part(self) -> Part:
        """What was read so far."""
        found = self.summary
        limited = bool(self.rest or self.other) or "names" in self.counts
        return Part(
            found.lines,
            found.bytes,
            found.attributes,
            self.notes,
            self.counts,
            self.repeats.marks,
            limited,
        )

    def join(self, part: Part) -> bool:
        """Add what the next lines hold, if that is what reading them here would give; else add
        nothing: then they must be read here.
        """
        found = self.summary
        if not self._fits(part):
            return False
        for fault in part.notes:
            self.note(found.lines + fault.line, fault.code, fault.text)
        self.counts += part.counts - Counter(fault.code for fault in part.notes)
        found.lines += part.lines
        found.bytes += part.bytes
        for name, totals in part.attributes.items():
            known = found.attributes.setdefault(name, Totals(totals.type))
            known.type = known.type or totals.type
            known.add(totals)
        self.repeats.join(part.marks)
        return True

    def _fits(self, part: Part) -> bool:
        """Whether each line of the part would be judged here as it was there: labels have the same
        types, and no limit is met.
        """
        known = self.summary.attributes
        if part.limited or len(known.keys() | part.attributes.keys()) > self.limits.names:
            return False
        return all(
            self._alike(known[name], totals)
            for name, totals in part.attributes.items()
            if name in known
        )

    def _alike(self, known: Totals, more: Totals) -> bool:
        new = sum(label not in known.labels for label in more.labels)
        within = len(known.labels) + new <= self.limits.labels
        return within and (known.type == more.type or not (known.type and more.type))

    def end(self) -> Summary:
        """The whole summary, its findings in the order of the lines."""
        found = self.summary
        self.repeats.end()
        found.sources, found.duplicates = self.repeats.sources, self.repeats.count
        for number, earlier in self.repeats.found:
            self.note(number, "repeat", f"line {earlier:,} has it too")
        self.counts["repeat"] += self.repeats.count - len(self.repeats.found)
        if not found.lines and not self.notes:
            self.note(WHOLE_FILE, "empty")
        for name, count in self.rest.items():
            found.attributes[name].labels[REST] += count
            words = f"“{short(name)}” has more than {self.limits.labels:,} different labels."
            self.note(WHOLE_FILE, "labels", words)
        found.findings = list(map(_finding, self.notes))
        for code, count in self.counts.items():
            if count > FINDINGS_KEPT:
                words = f"{count - FINDINGS_KEPT:,} more lines have this"
                found.findings.append(Finding(WHOLE_FILE, code, words))
        found.findings.sort(key=lambda finding: (finding.line or found.lines + 1, finding.code))
        return found


def _finding(fault: LineFault) -> Finding:
    return Finding(fault.line, fault.code, sentence([fault], 1, _KINDS[fault.code]))
