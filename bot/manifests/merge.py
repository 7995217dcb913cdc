"""Several manifests become one (pure): parts of a job, and jobs that went on with others' results.

Promises to whoever merges: an object is one line, with every label that any manifest has of it and
that label's own metadata (job, date: where it comes from); of two answers under one name the newer
stays, and is noted. Manifests without a common object follow each other; else they are read side by
side, and memory holds the lines that wait for their other half.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.manifests.formats.format import Findings
from bot.manifests.json_lines import numbered, parse, written
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.plain_values import text
from bot.manifests.told import METADATA, SOURCES, label_columns

Open = Callable[[], Iterable[bytes]]
"""Begins to read a manifest; it is read twice."""


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines with their ends; empty ones, and those that nobody reads, are left out."""
    for _number, line in numbered(chunks):
        if line:
            yield line + b"\n"


def merged(named: Sequence[tuple[str, Open]], findings: Findings) -> Iterator[bytes]:
    """The lines of one manifest made of several, each with what people call it."""
    often: dict[int, int] = {}
    for _name, begin in named:
        for _number, body in numbered(begin()):
            source = _source_of(body)
            if source:
                often[hash(source)] = often.get(hash(source), 0) + 1
    streams = [_lines(name, begin, findings) for name, begin in named]
    shared = any(many > 1 for many in often.values())
    waiting: dict[int, _Object] = {}
    for one in _side_by_side(streams) if shared else _in_turn(streams):
        mark = hash(one.source)
        found = waiting.setdefault(mark, _Object())
        found.take(one, findings)
        if found.seen == often[mark]:
            del waiting[mark]
            yield written(found.line) + b"\n"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a manifest: where it stands, what it is about, and what it says."""

    where: str
    number: int
    source: str
    line: Object


@dataclass(slots=True)
class _Object:
    """What is known of an object so far, and in which file each of its labels stood."""

    line: Object = field(default_factory=dict)
    seen: int = 0
    stood: dict[str, str] = field(default_factory=dict)

    def take(self, one: _Line, findings: Findings) -> None:
        """Add what another line says."""
        self.seen += 1
        if self.seen == 1:
            self.line, self.stood = dict(one.line), dict.fromkeys(one.line, one.where)
            return
        labels = {name for name, _metadata in label_columns(one.line)}
        for name in labels:
            self._take_label(name, one, findings)
        pairs = {key for name in labels for key in (name, name + METADATA)}
        for name, value in one.line.items():
            if name in pairs:
                continue
            where = self.stood.setdefault(name, one.where)
            if self.line.setdefault(name, value) != value:
                words = f"“{short(name)}” is not the same in {one.where} and {where}"
                findings.note(one.number, "differs", f"{words}; the latter is kept")

    def _take_label(self, name: str, one: _Line, findings: Findings) -> None:
        """A label comes with its metadata or not at all."""
        new = _pair(name, one.line)
        old = _pair(name, self.line)
        if old == new:
            return
        if old and name in self.line and name in new:
            words = f"“{short(name)}” is not the same in {one.where} and {self.stood[name]}"
            findings.note(one.number, "differs", f"{words}; the newer is kept")
        if _rank(name, new) >= _rank(name, old):
            for key in old:
                del self.line[key]
            self.line |= new
            self.stood |= dict.fromkeys(new, one.where)


def _pair(name: str, line: Object) -> Object:
    return {key: line[key] for key in (name, name + METADATA) if key in line}


def _rank(name: str, pair: Object) -> tuple[bool, str]:
    """By which of two answers one stays: a label before none, then the newer one."""
    metadata = pair.get(name + METADATA)
    created = metadata.get("creation-date") if isinstance(metadata, dict) else ""
    return pair.get(name) is not None, text(created)


def _lines(name: str, begin: Open, findings: Findings) -> Iterator[_Line]:
    for number, body in numbered(begin()):
        try:
            line = parse(body)
        except BadLine as fault:
            words = f"of {name}: {fault.text() or 'cannot be read'}"
            findings.note(number, fault.code, words)
            continue
        source = _source(line)
        if source:
            yield _Line(name, number, source, line)
        else:
            findings.note(number, "missing", f"of {name}: it names no object; left out")


def _source_of(body: bytes | None) -> str:
    try:
        return _source(parse(body))
    except BadLine:
        return ""


def _source(line: Object) -> str:
    return next((found for name in SOURCES if (found := text(line.get(name)))), "")


def _in_turn(streams: Iterable[Iterator[_Line]]) -> Iterator[_Line]:
    for stream in streams:
        yield from stream


def _side_by_side(streams: Iterable[Iterator[_Line]]) -> Iterator[_Line]:
    """A line of each in turn, so that halves of one object are near each other."""
    open_ones = list(streams)
    while open_ones:
        for stream in list(open_ones):
            one = next(stream, None)
            if one is None:
                open_ones.remove(stream)
            else:
                yield one
