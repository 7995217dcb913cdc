"""Many lines of a known shape at once (pure): typed by msgspec, only what is counted is decoded.

Promises to the summary: what it gives for a block is exactly what `counted.py` gives line by line,
or it gives nothing, and the slower reader takes the block. The shape is what lines so far were made
of: which names they have and the types of their labels. A box manifest costs little more than the
fastest decode of it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bot.manifests.counted import counted
from bot.manifests.json_words import Object
from bot.manifests.told import FAILURES, GROUND_TRUTH, METADATA, SOURCES, label_columns

_NAMES_MOST = 64  # ours: names of one shape; a line with more of them is read by itself
_BOXES = GROUND_TRUTH + "object-detection"
_SOURCE = attrgetter("source")
_CLASS_ENDINGS = ("classification", "label-verification")


class Numbers(msgspec.Struct):
    """What some lines say of one attribute; `labels` as often as they occur."""

    labeled: int
    empty: int
    boxes: int
    labels: list[str]
    human: int
    machine: int


class Totals(msgspec.Struct):
    """What all lines say of one attribute: `labeled` lines have it, of which `empty` say that
    nothing is there; `labels` counts every occurrence; `human` and `machine` count labeled lines by
    who labeled them, where they say so.
    """

    type: str
    labeled: int = 0
    empty: int = 0
    boxes: int = 0
    labels: Counter[str] = msgspec.field(default_factory=Counter)
    human: int = 0
    machine: int = 0

    def add(self, more: "Numbers | Totals") -> None:
        """Add some lines' numbers; new labels keep their order."""
        self.labeled += more.labeled
        self.empty += more.empty
        self.boxes += more.boxes
        self.labels.update(more.labels)
        self.human += more.human
        self.machine += more.machine


class Block(msgspec.Struct):
    """The numbers of a block by attribute, and the hash of each line's source."""

    marks: list[int]
    numbers: dict[str, Numbers]


class _Box(msgspec.Struct, gc=False):
    class_id: int


class _Drawn(msgspec.Struct, gc=False):
    annotations: list[_Box]


class _WholeBox(msgspec.Struct, gc=False):
    """With sides that are numbers, as a box has that can be drawn."""

    class_id: int
    left: float
    top: float
    width: float
    height: float


class _WhollyDrawn(msgspec.Struct, gc=False):
    annotations: list[_WholeBox]


class _Sure(msgspec.Struct, gc=False):
    confidence: float | UnsetType = UNSET


class _NoLabel(msgspec.Struct, gc=False):
    """Metadata of no label: without a type and a failure, which are texts where they are any."""

    type: int | UnsetType = UNSET
    failure: int | UnsetType = msgspec.field(name="failure-reason", default=UNSET)
    camel_case: int | UnsetType = msgspec.field(name="failureReason", default=UNSET)
    snake_case: int | UnsetType = msgspec.field(name="failure_reason", default=UNSET)


_NO_FAILURE: list[Any] = [
    (f"failure{at}", int | UnsetType, msgspec.field(name=name, default=UNSET))
    for at, name in enumerate(FAILURES)
]

_CONFIDENCE: list[Any] = [
    ("sure", float | UnsetType, msgspec.field(name="confidence", default=UNSET))
]
_CONFIDENCES: dict[str, list[Any]] = {
    _BOXES: [("objects", list[_Sure], msgspec.field(default_factory=list))]
}

# Prepared with this module, by one thread; a shape's own decoder is of types made for it alone.
_PREPARED = msgspec.json.Decoder(_Drawn | None), msgspec.json.Decoder(_NoLabel)


class _Unlike(Exception):
    """A line of this block is not of the known shape."""


_UNREAD = (msgspec.MsgspecError, RecursionError, UnicodeError, _Unlike)


@dataclass(slots=True)
class Shape:
    """What lines so far were made of; `read` understands their like, and of `whole` boxes only
    those that can be drawn. Where it is to be told how `sure` labels are, confidences are numbers.
    """

    whole: bool = False
    sure: bool = False
    _source: str = ""
    _types: dict[str, str] = field(default_factory=dict)
    _others: dict[str, None] = field(default_factory=dict)
    _decoder: Any = None

    def learn(self, line: Object, known: Mapping[str, Totals]) -> None:
        """Take in what a line is made of, as far as it fits the `known` labels and types."""
        source = next((name for name in SOURCES if name in line), "")
        before = len(self._types) + len(self._others)
        if not source or before + len(line) > _NAMES_MOST or not all(map(_plain, line)):
            return
        self._source = self._source or source
        for name, metadata in label_columns(line):
            kind = str(metadata.get("type"))
            fits = name in known and known[name].type == kind and not name.endswith(METADATA)
            if fits and not {name, name + METADATA} & self._others.keys():
                self._types.setdefault(name, kind)
        taken = {*SOURCES, *self._types, *(name + METADATA for name in self._types)}
        self._others.update(dict.fromkeys(name for name in line if name not in taken))
        if len(self._types) + len(self._others) > before or self._decoder is None:
            self._decoder = self._made()

    def _made(self) -> Any:
        """The decoder of lines of this shape, which refuses names that it does not know."""
        fields: list[Any] = [("source", str, msgspec.field(name=self._source))]
        for number, (name, kind) in enumerate(self._types.items()):
            value, metadata = _typed(kind, whole=self.whole, sure=self.sure)
            labeled = msgspec.field(name=name, default=UNSET)
            fields.append((f"value{number}", value | UnsetType, labeled))
            said = msgspec.field(name=name + METADATA, default=UNSET)
            fields.append((f"metadata{number}", metadata | UnsetType, said))
        for number, name in enumerate(self._others):
            no_label = _NoLabel | UnsetType if _may_label(name) else Raw | UnsetType
            fields.append((f"other{number}", no_label, msgspec.field(name=name, default=UNSET)))
        line = msgspec.defstruct("Line", fields, gc=False, forbid_unknown_fields=True)
        return msgspec.json.Decoder(line)

    def read(self, block: bytes) -> Block | None:
        """The numbers of a block of lines; None where the slower reader is needed."""
        try:
            lines = self._lines(block)
            numbers = {
                name: _numbers(kind, place, lines)
                for place, (name, kind) in enumerate(self._types.items())
            }
        except _UNREAD:
            return None
        return Block(list(map(hash, map(_SOURCE, lines))), numbers)

    def labels(self, block: bytes, attribute: str) -> list[list[str] | None] | None:
        """The labels of an attribute, of boxes or of classes, line by line: an empty list where
        nothing is there, None for a line without it. None in all where the slower reader is needed.
        """
        kind = self._types.get(attribute, "")
        if kind != _BOXES and not kind.endswith(_CLASS_ENDINGS):
            return None
        place = list(self._types).index(attribute)
        try:
            pairs = _pairs(place, self._lines(block))
            if kind == _BOXES:
                return [None if value is UNSET else _named(value, said) for value, said in pairs]
            return [None if value is UNSET else [said.name] for value, said in pairs]
        except (*_UNREAD, KeyError):
            return None

    def least_sure(self, block: bytes, attribute: str) -> list[float | None]:
        """The least confidence of each line's labels, None where none is told; of a block that
        `labels` has read, by a shape that tells how `sure` they are.
        """
        place = list(self._types).index(attribute)
        pairs = _pairs(place, self._lines(block))
        if self._types[attribute] == _BOXES:
            return [_least_of_boxes(value, said) for value, said in pairs]
        return [None if said is UNSET or said.sure is UNSET else said.sure for _, said in pairs]

    def _lines(self, block: bytes) -> list[Any]:
        """The lines of a block, decoded.

        Raises:
            _Unlike: there is no shape yet, or this is no text.

        """
        if self._decoder is None or not (block.isascii() or _is_utf8(block)):
            raise _Unlike
        return list(map(self._decoder.decode, BytesIO(block)))


def _plain(name: str) -> bool:
    """Whether msgspec takes it for the name of a member."""
    return name.isprintable() and not {'"', "\\"} & set(name)


def _may_label(name: str) -> bool:
    """Whether it is the name of metadata that may be a label's."""
    return name.endswith(METADATA) and name.removesuffix(METADATA) not in SOURCES


def _is_utf8(block: bytes) -> bool:
    """Whether it is: msgspec does not look at texts that nobody asks for."""
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _typed(kind: str, *, whole: bool, sure: bool) -> tuple[Any, Any]:
    """The types of a label's value and metadata: of boxes and classes what is counted, of others
    everything. A `whole` label has no reason why there is none.
    """
    more = [*(_NO_FAILURE if whole else []), *(_CONFIDENCES.get(kind, _CONFIDENCE) if sure else [])]
    if kind == _BOXES:
        names = ("names", dict[int, str], msgspec.field(name="class-map"))
        return _WhollyDrawn if whole else _Drawn, _metadata(kind, [names], more)
    if kind.endswith(_CLASS_ENDINGS):
        name = Annotated[str, msgspec.Meta(min_length=1)]
        row = ("name", name, msgspec.field(name="class-name"))
        return int | float | str | bool, _metadata(kind, [row], more)
    return Any, Object


def _metadata(kind: str, fields: list[Any], optional: list[Any]) -> Any:
    more: list[Any] = [
        ("human", Literal["yes", "no"], msgspec.field(name="human-annotated")),
        ("type", Literal[kind]),
    ]
    return msgspec.defstruct("Metadata", [*fields, *more, *optional], gc=False)


def _numbers(kind: str, place: int, lines: Sequence[Any]) -> Numbers:
    """The numbers of one attribute.

    Raises:
        _Unlike: something about it is to be told of its line.

    """
    values, said = _columns(place, lines)
    if kind == _BOXES:
        return _boxes(values, said)
    if kind.endswith(_CLASS_ENDINGS):
        return _classes(said)
    return _whatever(kind, values, said)


def _columns(place: int, lines: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """The labels, and their metadata, of the lines that have them.

    Raises:
        _Unlike: one of them stands alone.

    """
    values = list(map(attrgetter(f"value{place}"), lines))
    said = list(map(attrgetter(f"metadata{place}"), lines))
    if UnsetType not in {*map(type, values), *map(type, said)}:
        return values, said
    whole = [pair for pair in _pairs(place, lines) if pair[0] is not UNSET]
    return [value for value, _ in whole], [metadata for _, metadata in whole]


_Pairs = Sequence[tuple[Any, Any]]


def _pairs(place: int, lines: Sequence[Any]) -> _Pairs:
    """The label and the metadata of each line, or neither.

    Raises:
        _Unlike: one of them stands alone.

    """
    pairs = list(map(attrgetter(f"value{place}", f"metadata{place}"), lines))
    told = sum(value is not UNSET and said is not UNSET for value, said in pairs)
    if told < len(pairs) and any(pair.count(UNSET) == 1 for pair in pairs):
        raise _Unlike
    return pairs


def _least_of_boxes(value: Any, said: Any) -> float | None:
    if value is UNSET:
        return None
    told = [each.confidence for each, _box in zip(said.objects, value.annotations, strict=False)]
    return min((one for one in told if one is not UNSET), default=None)


def _named(value: Any, said: Any) -> list[str]:
    """The labels of boxes.

    Raises:
        KeyError: one has no name.

    """
    names = said.names
    return [names[box.class_id] for box in value.annotations]


def _boxes(values: Sequence[Any], said: Sequence[Any]) -> Numbers:
    drawn = [value.annotations for value in values]
    maps = [metadata.names for metadata in said]
    try:
        labels = [
            names[box.class_id] for names, boxes in zip(maps, drawn, strict=True) for box in boxes
        ]
    except KeyError:
        raise _Unlike from None
    return Numbers(len(drawn), drawn.count([]), len(labels), labels, *_labelers(said))


def _classes(said: Sequence[Any]) -> Numbers:
    labels = [metadata.name for metadata in said]
    return Numbers(len(labels), 0, 0, labels, *_labelers(said))


def _labelers(said: Sequence[Any]) -> tuple[int, int]:
    """How many lines people and machines labeled."""
    human = [metadata.human for metadata in said].count("yes")
    return human, len(said) - human


def _whatever(kind: str, values: Sequence[Any], said: Sequence[Any]) -> Numbers:
    sums = Numbers(0, 0, 0, [], 0, 0)
    for value, metadata in zip(values, said, strict=True):
        if value is None or metadata.get("type") != kind:
            raise _Unlike
        one = numbers_of(value, metadata, _refuse)
        sums.labeled += 1
        sums.empty += one.empty
        sums.boxes += one.boxes
        sums.labels += one.labels
        sums.human += one.human
        sums.machine += one.machine
    return sums


def _refuse(_code: str, _words: str) -> None:
    raise _Unlike


def numbers_of(value: Any, metadata: Object, say: Callable[[str, str], object]) -> Numbers:
    """The numbers of one line's label; what is odd is said."""
    found = counted(value, metadata, say)
    labeler = metadata.get("human-annotated")
    return Numbers(
        1, found.empty, found.boxes, list(found.labels), labeler == "yes", labeler == "no"
    )
