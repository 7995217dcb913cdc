"""Labels get other names (pure), wherever a manifest's line has them.

Promises to whoever renames or merges labels: every place of a label is rewritten at once (so that
two names can be exchanged), nothing else changes, and the lines are named that people must see
again: where merging makes two labels of one object the same. Files of their own (masks, video
frames, clouds) know labels by numbers and colours, which stay.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from bot.manifests.formats.format import Findings, Unusable
from bot.manifests.json_lines import numbered, parse, written
from bot.manifests.json_words import BadLine, Object, short
from bot.manifests.told import METADATA, label_columns

_OVERLAP = 0.5  # ours, and most benchmarks': from here on two boxes are about the same thing
_ONE_NAME = ("class-name", "label")
_MAPS = ("class-map", "class_map")
_COLOURS = ("internal-color-map", "color-map")
_BOXES = "annotations"
_CLASS_IDS = {"class_id", "class-id"}  # of pictures, of point clouds
_SIDES = ("left", "top", "width", "height")


def mapping(renamed: Iterable[str], merged: Iterable[str]) -> dict[str, str]:
    """The new name of each label, from `old=new` and `one,two=new` as they are typed.

    Raises:
        Unusable: one of them cannot be read, or gives a label two names.

    """
    found: dict[str, str] = {}
    pairs = [(text, [text.rpartition("=")[0]]) for text in renamed]
    pairs += [(text, text.rpartition("=")[0].split(",")) for text in merged]
    for text, old in pairs:
        new = text.rpartition("=")[2].strip()
        names = [name.strip() for name in old]
        if not new or not all(names):
            raise Unusable(f"“{short(text)}” is no new name of a label. Write it like old=new.")
        for name in names:
            if found.setdefault(name, new) != new:
                raise Unusable(f"“{short(name)}” cannot become two labels: say one new name.")
    return found


def relabeled(
    chunks: Iterable[bytes], names: Mapping[str, str], findings: Findings, attribute: str = ""
) -> Iterator[bytes]:
    """The manifest's lines with the new names, of one label attribute or of all; a line that cannot
    be read stays as it is, and is noted.
    """
    met: set[str] = set()
    for number, body in numbered(chunks):
        try:
            line = parse(body)
        except BadLine as fault:
            findings.note(number, fault.code, fault.text() or "cannot be read")
            if body:
                yield body + b"\n"
            continue
        for name, metadata in label_columns(line):
            if attribute in ("", name):
                label = _Label(line.get(name), metadata, names, met)
                line[name + METADATA] = label.metadata
                if name in line:
                    line[name] = label.value
                for words in label.alike:
                    findings.note(number, "see-again", f"“{short(name)}” {words}")
        yield written(line) + b"\n"
    for name in names:
        if name not in met:
            findings.note(0, "unknown", f"no line has a label “{short(name)}”")


class _Label:
    """One label with its new names; `alike` says what has become the same."""

    def __init__(
        self, value: Any, metadata: Object, names: Mapping[str, str], met: set[str]
    ) -> None:
        self._names = names
        self._met = met
        self.alike: list[str] = []
        self._changed = False
        self.value = self._renamed(value)
        self.metadata = self._renamed(metadata)
        if self._changed and self.value is not None:
            self._join(value, metadata)

    def _new(self, name: Any) -> Any:
        if isinstance(name, str) and name in self._names:
            self._met.add(name)
            self._changed = True
            return self._names[name]
        return name

    def _renamed(self, value: Any) -> Any:
        """The value with every label in it renamed."""
        if isinstance(value, list):
            return [self._renamed(each) for each in value]
        if not isinstance(value, dict):
            return value
        found: Object = {}
        for key, each in value.items():
            if key in _ONE_NAME:
                found[key] = self._new(each)
            elif key in _MAPS and isinstance(each, dict):
                found[key] = {at: self._new(name) for at, name in each.items()}
            else:
                found[key] = self._renamed(each)
        return found

    def _join(self, before: Any, metadata: Object) -> None:
        """Make one class of the numbers whose names have become one, and say what is alike now."""
        if isinstance(self.value, list):
            self._join_classes()
        elif isinstance(self.value, dict) and isinstance(self.value.get(_BOXES), list):
            self._join_boxes(before[_BOXES], _class_names(metadata))
        elif isinstance(self.value, dict) and isinstance(self.value.get(_BOXES), dict):
            self._join_spans(before[_BOXES], self.value[_BOXES])

    def _join_classes(self) -> None:
        """A list of classes names each once; of two confidences the higher one stays."""
        first = self._first_numbers()
        listed = [first.get(_key(each), each) for each in self.value]
        kept = list({_key(each): each for each in listed}.values())
        if len(kept) < len(set(map(_key, self.value))):
            self.alike.append("has had two classes that are one now")
        self.value = kept
        sure = self.metadata.get("confidence-map")
        if isinstance(sure, dict):
            joined: Object = {}
            for at, confidence in sure.items():
                one = str(first.get(at, at))
                joined[one] = max(joined.get(one, confidence), confidence, key=_number)
            self.metadata["confidence-map"] = joined

    def _join_boxes(self, before: list[Any], old_names: Mapping[str, Any]) -> None:
        first = self._first_numbers()
        boxes = _dicts(self.value[_BOXES])
        for box in boxes:
            for key in _CLASS_IDS & box.keys():
                box[key] = first.get(_key(box[key]), box[key])
        labels = [_label(each, old_names) for each in _dicts(before)]
        for (one, was), (other, other_was) in combinations(
            zip(boxes[:_MANY], labels, strict=False), 2
        ):
            if was != other_was and _same_class(one, other) and _overlap(one, other) >= _OVERLAP:
                self.alike.append("has two boxes of one label now, on top of each other")
                return

    def _join_spans(self, before: Object, now: Object) -> None:
        """The list of labels beside the spans names each once."""
        labels = now.get("labels")
        if isinstance(labels, list):
            by_name = {str(_member(each, "label")): each for each in reversed(labels)}
            now["labels"] = list(reversed(by_name.values()))
        spans = _dicts(now.get("entities"))
        old = _dicts(before.get("entities"))
        pairs = combinations(zip(spans[:_MANY], old, strict=False), 2)
        for (one, was), (other, other_was) in pairs:
            changed = was.get("label") != other_was.get("label")
            if changed and one.get("label") == other.get("label") and _touch(one, other):
                self.alike.append("has two spans of one label now, over the same words")
                return

    def _first_numbers(self) -> dict[str, int]:
        """By each class's number the first whose name is the same now; the others leave the map.

        Numbers that are no whole numbers stay as they are.
        """
        for key in _MAPS:
            names = self.metadata.get(key)
            if not isinstance(names, dict) or not all(at.isdecimal() for at in names):
                continue
            first: dict[str, int] = {}
            numbers = {}
            for at, name in names.items():
                numbers[at] = first.setdefault(str(name), int(at))
            self.metadata[key] = {
                at: name for at, name in names.items() if str(numbers[at]) == str(int(at))
            }
            return numbers
        return {}


_MANY = 1_000  # ours: boxes of one line that are compared; each is compared with each


def _class_names(metadata: Object) -> Mapping[str, Any]:
    for key in _MAPS:
        names = metadata.get(key)
        if isinstance(names, dict):
            return names
    return {}


def _label(box: Object, names: Mapping[str, Any]) -> Any:
    return names.get(_key(box.get("class_id")))


def _key(at: Any) -> str:
    """A class's number as the maps of classes have it (3.0 is 3)."""
    whole = isinstance(at, float) and at.is_integer()
    return str(int(at)) if whole else str(at)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _dicts(value: Any) -> list[Object]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0.0


def _same_class(one: Object, other: Object) -> bool:
    return "class_id" in one and one["class_id"] == other.get("class_id")


def _overlap(one: Object, other: Object) -> float:
    """The part that two boxes share of all that they cover together, 0 to 1."""
    left, top, width, height = (_number(one.get(side)) for side in _SIDES)
    x, y, across, down = (_number(other.get(side)) for side in _SIDES)
    shared = max(0.0, min(left + width, x + across) - max(left, x))
    shared *= max(0.0, min(top + height, y + down) - max(top, y))
    covered = width * height + across * down - shared
    return shared / covered if covered > 0 else 0.0


def _touch(one: Object, other: Object) -> bool:
    """Whether two spans share a letter."""
    start, end = _number(one.get("startOffset")), _number(one.get("endOffset"))
    return start < _number(other.get("endOffset")) and _number(other.get("startOffset")) < end
