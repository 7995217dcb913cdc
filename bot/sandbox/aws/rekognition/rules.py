"""What Rekognition Custom Labels makes of manifest lines: which vanish, which are kept with errors,
which fail all.

Promises the import the behaviour of the guide's error tables. Lines with a terminal content error
are not told of anywhere (too long, bad JSON, `source-ref` missing, malformed or repeated); other
faults are kept with the entry.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import strict_json

__all__ = ["Entry", "Import", "LineGone", "most_lines", "read_line", "read_lines"]

LONGEST_LINE = 100_000
LARGEST_MANIFEST = 1_000_000_000
MOST_LINES = 250_000
SMALL_REGIONS, MOST_LINES_SMALL = {"ap-south-1", "eu-west-2"}, {"TRAIN": 28_000, "TEST": 7_000}
MOST_LABELS = 250
MOST_BOXES = 50
LONGEST_LABEL = 256
SMALLEST_SIDE, LARGEST_SIDE = 64, 4096
RESIZED_SIDE = 1280
MOST_BAD_SHARE = 0.2
_DATE = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|\+00:00)?",
    re.ASCII,
)
_SIDES = ("left", "top", "width", "height")
CLASSIFICATION, BOXES = "groundtruth/image-classification", "groundtruth/object-detection"


@dataclass(frozen=True)
class Entry:
    """A line that is kept. `labels` maps each label to its number of boxes (0 for a
    classification).
    """

    source_ref: str
    line: str
    kinds: frozenset[str] = frozenset()
    labels: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()

    @property
    def labeled(self) -> bool:
        """Whether the entry brings a usable label (an image with no boxes on it brings none)."""
        return bool(self.labels)


@dataclass(frozen=True)
class Import:
    """A manifest, read: the entries by source-ref, how many lines vanished, and the code that fails
    it all, if any.
    """

    entries: dict[str, Entry]
    vanished: int
    failure: str = ""


class LineGone(Exception):
    """A terminal content error: at import the line vanishes, a training names the code."""


def most_lines(region: str, dataset_type: str) -> int:
    """How many lines a manifest may have there."""
    if region in SMALL_REGIONS:
        return MOST_LINES_SMALL[dataset_type]
    return MOST_LINES


def read_lines(
    body: bytes, most: int = MOST_LINES, is_lost: Callable[[str], bool] = lambda _source: False
) -> Import:
    """Read a manifest whole, of so many lines at most; pictures that are lost leave no trace."""
    # UNSURE: the guide names this code at a training; what an import says of no lines is not told.
    if not body:
        return Import({}, 0, "ERROR_EMPTY_MANIFEST")
    try:
        lines = body.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return Import({}, 0, "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    if len(lines) > most:
        return Import({}, 0, "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
    entries: dict[str, Entry] = {}
    vanished = 0
    for line in lines:
        try:
            entry = read_line(line.removesuffix("\r"))
        except LineGone:
            vanished += 1
            continue
        # UNSURE: which of two lines with one source-ref stays; here the first.
        if entry.source_ref in entries:
            vanished += 1
        elif not is_lost(entry.source_ref):
            entries[entry.source_ref] = entry
    return Import(entries, vanished, _failure(entries, vanished))


def _failure(entries: Mapping[str, Entry], vanished: int) -> str:
    # UNSURE: at import the guide speaks of lines with terminal errors; that other errors count too
    # is said of training.
    if vanished > (vanished + len(entries)) * MOST_BAD_SHARE:
        return "ERROR_TOO_MANY_RECORDS_IN_ERROR"
    if len({label for entry in entries.values() for label in entry.labels}) > MOST_LABELS:
        return "ERROR_MANIFEST_TOO_MANY_LABELS"
    return ""


def read_line(line: str) -> Entry:
    """Read one line; raises for a line that vanishes."""
    if len(line) > LONGEST_LINE:
        raise LineGone("ERROR_INVALID_JSON_LINE")
    try:
        content = strict_json.loads(line)
    except ValueError as error:
        raise LineGone("ERROR_INVALID_JSON_LINE") from error
    source = content.get("source-ref") if isinstance(content, dict) else None
    if source is None:
        raise LineGone(
            "ERROR_MISSING_SOURCE_REF" if isinstance(content, dict) else "ERROR_INVALID_JSON_LINE"
        )
    if (
        not isinstance(source, str)
        or not source.startswith("s3://")
        or not source[5:].partition("/")[2]
    ):
        raise LineGone("ERROR_INVALID_SOURCE_REF_FORMAT")
    return _Reading(source, line, content).entry()


class _Reading:
    """One line while its label attributes are looked at."""

    def __init__(self, source: str, line: str, content: Mapping[str, Any]) -> None:
        self._source = source
        self._line = line
        self._content = content
        self._errors: list[Mapping[str, str]] = []
        self._labels: dict[str, int] = {}
        self._kinds: set[str] = set()

    def entry(self) -> Entry:
        """The line with what was found."""
        names = [
            name for name in self._content if name not in {"source-ref", "source-ref-metadata"}
        ]
        for name in names:
            if name.endswith("-metadata"):
                if name.removesuffix("-metadata") not in self._content:
                    self._error("ERROR_NO_LABEL_ATTRIBUTES", name)
            elif f"{name}-metadata" in self._content:
                self._attribute(name)
            else:
                self._error("ERROR_NO_LABEL_ATTRIBUTES", name)
        # UNSURE: whether the codes of single attributes are given beside this one, which sums them
        # up.
        if names and not self._kinds:
            self._error("ERROR_NO_VALID_LABEL_ATTRIBUTES", names[0])
        return Entry(
            self._source, self._line, frozenset(self._kinds), self._labels, tuple(self._errors)
        )

    def _error(self, code: str, where: str) -> None:
        self._errors.append({"code": code, "message": f"{_WORDS.get(code, code)} ({where})"})

    def _attribute(self, name: str) -> None:
        metadata = self._content[f"{name}-metadata"]
        if not isinstance(metadata, dict):
            self._error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", name)
        elif metadata.get("type") == CLASSIFICATION:
            self._classification(name, metadata)
        elif metadata.get("type") == BOXES:
            self._boxes(name, metadata)
        else:
            self._error("ERROR_UNSUPPORTED_USE_CASE_TYPE", name)

    def _classification(self, name: str, metadata: Mapping[str, Any]) -> None:
        label, value = metadata.get("class-name"), self._content[name]
        if isinstance(value, bool) or not _is_whole(value):
            self._error("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", name)
        elif (
            not _metadata_common(metadata)
            or not isinstance(label, str)
            or not label
            or not _sure(metadata)
        ):
            self._error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", name)
        elif len(label) > LONGEST_LABEL:
            self._error("ERROR_INVALID_LABEL_NAME_LENGTH", name)
        else:
            self._labels.setdefault(label, 0)
            self._kinds.add("classification")

    def _boxes(self, name: str, metadata: Mapping[str, Any]) -> None:
        value = self._content[name]
        size = _image_size(value)
        annotations = value.get("annotations") if isinstance(value, dict) else None
        # UNSURE: what it does with boxes between pixels; here the whole label is refused, for 416.0
        # as for 416.5.
        if (
            size is None
            or not isinstance(annotations, list)
            or any(map(_has_fractions, annotations))
        ):
            self._error("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", name)
            return
        objects, classes = metadata.get("objects"), metadata.get("class-map")
        if (
            not _metadata_common(metadata)
            or not isinstance(objects, list)
            or not isinstance(classes, dict)
        ):
            self._error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", name)
            return
        if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in size):
            self._error("ERROR_INVALID_IMAGE_DIMENSION", name)
            return
        if len(annotations) > MOST_BOXES:
            self._error("ERROR_TOO_MANY_BOUNDING_BOXES", name)
            return
        self._kinds.add("boxes")
        good = sum(
            self._box(name, each, objects, classes, size, at) for at, each in enumerate(annotations)
        )
        if annotations and not good:
            self._error("ERROR_NO_VALID_ANNOTATIONS", name)
            self._kinds.discard("boxes")

    def _box(  # noqa: PLR0913, PLR0917 - a box is judged against all of them
        self,
        name: str,
        box: Any,
        objects: list[Any],
        classes: Mapping[str, Any],
        size: tuple[int, int],
        at: int,
    ) -> bool:
        where = f"{name}, box {at + 1}"
        numbers = _box_numbers(box)
        if numbers is None:
            self._error("ERROR_INVALID_BOUNDING_BOX", where)
            return False
        left, top, width, height = numbers
        scale = RESIZED_SIDE / max(size) if max(size) > RESIZED_SIDE else 1.0
        label = classes.get(str(box.get("class_id")))
        code = ""
        if at >= len(objects) or not isinstance(objects[at], dict) or not _sure(objects[at]):
            code = "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"
        elif not isinstance(label, str):
            code = "ERROR_MISSING_CLASS_MAP_ID"
        elif not 1 <= len(label) <= LONGEST_LABEL:
            code = "ERROR_INVALID_LABEL_NAME_LENGTH"
        elif (
            left < 0
            or top < 0
            or left + width > size[0]
            or top + height > size[1]
            or min(width, height) < 0
        ):
            code = "ERROR_INVALID_BOUNDING_BOX"
        # UNSURE: a box that is a pixel thin along one side only; the guide says “1 x 1 pixels”.
        elif width * scale <= 1 or height * scale <= 1:
            code = "ERROR_BOUNDING_BOX_TOO_SMALL"
        if code:
            self._error(code, where)
            return False
        self._labels[str(label)] = self._labels.get(str(label), 0) + 1
        return True


_WORDS = {
    "ERROR_NO_LABEL_ATTRIBUTES": "The label attribute or its metadata is missing.",
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": (
        "The label attribute does not have the expected format."
    ),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": (
        "The label attribute metadata does not have the expected format."
    ),
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": "No valid label attributes were found.",
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": "The type in the metadata is not supported.",
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": "The confidence of a bounding box is missing.",
    "ERROR_MISSING_CLASS_MAP_ID": "A class id is missing in the class map.",
    "ERROR_INVALID_BOUNDING_BOX": "A bounding box has invalid values.",
    "ERROR_BOUNDING_BOX_TOO_SMALL": "A bounding box is too small.",
    "ERROR_TOO_MANY_BOUNDING_BOXES": "There are more bounding boxes than allowed.",
    "ERROR_NO_VALID_ANNOTATIONS": "No valid annotations were found.",
    "ERROR_INVALID_IMAGE_DIMENSION": "The image dimensions are not supported.",
    "ERROR_INVALID_LABEL_NAME_LENGTH": "A label name is too long.",
}


def _is_whole(value: Any) -> bool:
    """The guide prints strings where real files have integers: both pass."""
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit())


def _metadata_common(metadata: Mapping[str, Any]) -> bool:
    # UNSURE: which forms of a date it reads; here the one that Ground Truth writes, in UTC.
    date = metadata.get("creation-date")
    is_date = isinstance(date, str) and _DATE.fullmatch(date) is not None
    return metadata.get("human-annotated") in {"yes", "no"} and is_date


def _sure(metadata: Mapping[str, Any]) -> bool:
    confidence = metadata.get("confidence")
    return (
        isinstance(confidence, int | float)
        and not isinstance(confidence, bool)
        and 0 <= confidence <= 1
    )


def _image_size(value: Any) -> tuple[int, int] | None:
    sizes = value.get("image_size") if isinstance(value, dict) else None
    if not isinstance(sizes, list) or len(sizes) != 1 or not isinstance(sizes[0], dict):
        return None
    width, height = sizes[0].get("width"), sizes[0].get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None


def _has_fractions(box: Any) -> bool:
    return isinstance(box, dict) and any(isinstance(box.get(name), float) for name in _SIDES)


def _box_numbers(box: Any) -> tuple[int, int, int, int] | None:
    if not isinstance(box, dict):
        return None
    values = [box.get(name) for name in _SIDES]
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return None
    left, top, width, height = (int(value) for value in values if value is not None)
    return left, top, width, height


def label_stats(entries: Iterable[Mapping[str, int]]) -> dict[str, tuple[int, int]]:
    """For every label: on how many entries it is, and how many boxes it has."""
    stats: dict[str, tuple[int, int]] = {}
    for labels in entries:
        for label, boxes in labels.items():
            count, all_boxes = stats.get(label, (0, 0))
            stats[label] = (count + 1, all_boxes + boxes)
    return stats
