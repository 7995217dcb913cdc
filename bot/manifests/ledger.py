"""The ledger of a job (pure): what became of every object of its input, from its output manifest.

Promises to whoever asks where the missing ones are: each line of the input is one entry, by its
source; what has no label has its reason, where AWS gives one; memory holds some bytes an object,
never their lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from bot.base.blocks import count
from bot.manifests.formats.format import Findings, Unusable
from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.labels_there import labels_there
from bot.manifests.sheet import rows
from bot.manifests.told import METADATA, SOURCES, failure

State = Literal[
    "labeled",
    "expired",  # its time was over
    "declined",  # workers would not label it
    "failed",  # any other reason that AWS gives
    "no-reason",  # the output has it without a label, and says no more
    "never-sent",  # the output does not have it
    "duplicate",  # an earlier line of the input is the same object
]
STATES: tuple[State, ...] = get_args(State)
_WORDS: dict[State, str] = {
    "expired": "expired",
    "declined": "declined by workers",
    "failed": "failed",
    "never-sent": "never sent to workers",
    "duplicate": "in the input twice",
}
_REASON = 160  # characters
_NAME = 160  # characters of an object's address, or of its text
_REASONS_MOST = 1_000  # different ones that are told apart
# UNSURE: AWS documents no list of reasons; these words are those that its messages have.
_SIGNS: tuple[tuple[str, State], ...] = (
    ("declin", "declined"),
    ("expire", "expired"),
    ("timed out", "expired"),
    ("timeout", "expired"),
    ("lifetime", "expired"),
)


_GUESSES = "probable reasons"
"""AWS's words in front of a list of all that may be behind an expired task; it names declining."""


class Entry(NamedTuple):
    """What became of one object: its line in the input, its address or text, and why."""

    line: int
    object: str
    state: State
    reason: str = ""


@dataclass(slots=True)
class _Outcomes:
    """What the output says, by the hash of the source: outcomes are few, objects are many."""

    known: list[tuple[State, str]] = field(default_factory=lambda: [("labeled", "")])
    numbers: dict[tuple[State, str], int] = field(default_factory=lambda: {("labeled", ""): 0})
    of: dict[int, int] = field(default_factory=dict)

    def take(self, source: str, state: State, reason: str) -> None:
        """Keep it; a label that is there wins over a line without one."""
        outcome = (state, reason)
        if outcome not in self.numbers and len(self.known) >= _REASONS_MOST:
            outcome = (state, "other reasons")
        number = self.numbers.setdefault(outcome, len(self.known))
        if number == len(self.known):
            self.known.append(outcome)
        self.of[hash(source)] = min(number, self.of.get(hash(source), number))


def newest(chunks: Iterable[bytes]) -> str:
    """The label attribute that an output manifest's job wrote: the last of those in its lines.

    Raises:
        Unusable: no line has a label.

    """
    there = labels_there(chunks)
    if not there:
        words = "The output has no labels that can be told by their metadata: name their attribute."
        raise Unusable(words)
    return there[-1].attribute


def ledger(
    given: Iterable[bytes], made: Iterable[bytes], attribute: str, findings: Findings
) -> Iterator[Entry]:
    """An entry for each object of the input manifest `given`, by the output manifest `made`."""
    outcomes = _outcomes(made, attribute, findings)
    seen: dict[int, int] = {}
    for number, line in _objects(given, "input", findings):
        source = _source(line)
        name = short(source, _NAME)
        earlier = seen.setdefault(hash(source), number)
        if earlier != number:
            yield Entry(number, name, "duplicate", f"line {earlier:,} has it too")
            continue
        at = outcomes.of.get(hash(source))
        if at is None:
            yield Entry(number, name, "never-sent", "not in the output")
        else:
            yield Entry(number, name, *outcomes.known[at])
    strangers = len(outcomes.of.keys() - seen.keys())
    if strangers:
        verb = "is" if strangers == 1 else "are"
        words = f"{count(strangers, 'object')} of the output {verb} not in the input"
        findings.note(0, "stranger", words)


def table(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The entries as CSV."""
    yield rows([("line", "object", "state", "reason")])
    for entry in entries:
        yield rows([entry])


def said(counts: Mapping[State, int], noun: str, place: str = "AWS") -> str:
    """`2 pictures have no label: 1 expired, 1 without a reason from AWS.`; "" if none lacks one."""
    missing = {state: counts.get(state, 0) for state in STATES[1:] if counts.get(state)}
    if not missing:
        return ""
    words = _WORDS | {"no-reason": f"without a reason from {place}"}
    total = sum(missing.values())
    have = "has" if total == 1 else "have"
    parts = ", ".join(f"{many:,} {words[state]}" for state, many in missing.items())
    return f"{count(total, noun)} {have} no label: {parts}."


def state_of(reason: str) -> State:
    """What a reason of AWS's amounts to; its guesses do not count."""
    lower = reason.lower().partition(_GUESSES)[0]
    return next((state for sign, state in _SIGNS if sign in lower), "failed")


def _outcomes(made: Iterable[bytes], attribute: str, findings: Findings) -> _Outcomes:
    found = _Outcomes()
    for _number, line in _objects(made, "output", findings):
        found.take(_source(line), *_outcome(line, attribute))
    return found


def _outcome(line: Object, attribute: str) -> tuple[State, str]:
    """What a line of the output says; a label that is a file has "-ref" behind its name."""
    for name in (attribute, f"{attribute}-ref"):
        metadata = line.get(name + METADATA)
        reason = failure(metadata) if isinstance(metadata, dict) else ""
        if reason:
            words = " ".join(reason.split()).replace(_source(line), "it")
            return state_of(reason), short(words, _REASON)
        if line.get(name) is not None:
            return "labeled", ""
    return "no-reason", ""


def _objects(
    chunks: Iterable[bytes], what: str, findings: Findings
) -> Iterator[tuple[int, Object]]:
    for number, body in numbered(chunks):
        try:
            line = parse(body)
        except BadLine as fault:
            findings.note(number, fault.code, f"of the {what}: {fault.text() or 'cannot be read'}")
            continue
        if _source(line):
            yield number, line
        else:
            findings.note(number, "missing", f"of the {what}: it names no object")


def _source(line: Object) -> str:
    """The object's address or text; "" where the line has none."""
    found = (line.get(name) for name in SOURCES)
    return next((source for source in found if isinstance(source, str)), "")
