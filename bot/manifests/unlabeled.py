"""Which objects of an ended job have no label, and why, from its output manifest (pure, streaming).

Promises to the line that tells of a job's end: memory stays flat whatever the manifest's size,
nothing in it can make this raise, and what nobody gave a reason for is counted as that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.base.blocks import count
from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine, Object
from bot.manifests.told import failure

LOOKED_AT = 200  # objects without a reason that are looked at in S3, to find one
_REASONS = 20  # different ones that are told apart
_TEXT = 160  # characters of a reason
_NAME = 80  # characters of an object's name
_STATES = {  # of one object, of several; {} is what an object is called
    "missing": ("is not there any more", "are not there any more"),
    "empty": ("holds nothing", "hold nothing"),
    "large": ("is larger than 40 MB", "are larger than 40 MB"),
    "archived": ("lies in an archive", "lie in an archive"),
    "strange": ("is no {}", "are no {}s"),
    "pixels": ("has over 100 million pixels", "have over 100 million pixels"),
    "sealed": ("is sealed by a KMS key", "are sealed by a KMS key"),
    "closed": ("may not be read by the bot", "may not be read by the bot"),
}


@dataclass(slots=True)
class Group:
    """How many objects have the same reason, and the name of the first."""

    count: int = 0
    first: str = ""

    def take(self, name: str) -> None:
        """Count one more."""
        self.count += 1
        self.first = self.first or name


@dataclass(slots=True)
class Unlabeled:
    """The objects without a label: those for which the manifest has a reason, by its text, and
    those that are `silent`, of which the first are kept as (line number, address; "" for a text).
    """

    told: dict[str, Group] = field(default_factory=dict)
    silent: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.silent + sum(group.count for group in self.told.values())


def unlabeled(chunks: Iterable[bytes], attribute: str) -> Unlabeled:
    """The objects of an output manifest that lack the label attribute, or whose metadata name a
    failure.
    """
    found = Unlabeled()
    for number, line in _objects(chunks):
        reason = _reason(line, attribute)
        if attribute in line and not reason:
            continue
        address = line.get("source-ref")
        address = address if isinstance(address, str) else ""
        if reason:
            text = reason.replace(address, "it") if address else reason
            known = text if text in found.told or len(found.told) < _REASONS else "other reasons"
            found.told.setdefault(known, Group()).take(_name(number, address))
            continue
        found.silent += 1
        if len(found.first) < LOOKED_AT:
            found.first.append((number, address))
    return found


def words(
    found: Unlabeled, states: Mapping[int, str], noun: str, place: str, *, to_its_end: bool = True
) -> str:
    """Why so many have no label.

    `7 pictures have no label: 5 are not there any more (first: a.jpg), 2 without a reason from
    AWS.`

    `states` are what is the matter with the silent ones that were looked at, by line (codes of
    `bot.manifests.looked`). Of a job that was not worked on to its end, those without any reason
    are not told: nobody came to them. "" where there is nothing to tell.
    """
    seen: dict[str, Group] = {}
    for number, address in found.first:
        if states.get(number) in _STATES:
            seen.setdefault(states[number], Group()).take(_name(number, address))
    parts = [
        f"{group.count:,} {_STATES[code][group.count > 1].format(noun)}{_first(group)}"
        for code, group in seen.items()
    ]
    parts += [f"{group.count:,}: “{text}”{_first(group)}" for text, group in found.told.items()]
    rest = found.silent - sum(group.count for group in seen.values())
    total = found.total
    if not to_its_end:
        total -= rest
    elif rest:
        parts.append(f"{rest:,} without a reason from {place}")
    if not parts:
        return ""
    have = "has" if total == 1 else "have"
    return f"{count(total, noun)} {have} no label: {', '.join(parts)}."


def _objects(chunks: Iterable[bytes]) -> Iterator[tuple[int, Object]]:
    for number, body in numbered(chunks):
        try:
            yield number, parse(body)
        except BadLine:
            continue


def _reason(line: Object, attribute: str) -> str:
    """Why it failed, in AWS's words; "" where the metadata do not say."""
    metadata = line.get(f"{attribute}-metadata")
    if not isinstance(metadata, dict):
        return ""
    return " ".join(failure(metadata).split()).rstrip(".")[:_TEXT]


def _name(number: int, address: str) -> str:
    """What an object is called: its key, or its line where it is a text."""
    key = address.removeprefix("s3://").partition("/")[2]
    return key[-_NAME:] if key else f"line {number:,}"


def _first(group: Group) -> str:
    return f" (first: {group.first})" if group.count > 1 else f" ({group.first})"
