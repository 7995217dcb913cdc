"""What a simulated worker submits on a page of one's own: an answer of each crowd element that the
page has.

Promised to the simulated teams: a page is read once for the elements that workers fill in; the
answer has the shape that the same element submits in a browser. Elements that a script of the page
would have to serve are left alone.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from random import Random
from typing import Any

from bot.sandbox.crowd import answers, masks
from bot.sandbox.crowd.answers import Box, Boxes
from bot.sandbox.crowd.sample_truth import outline
from bot.sandbox.crowd.simulated_answers import Thing, imagine, painted
from bot.sandbox.crowd.task_kinds import kind_named

__all__ = ["Field", "fields", "fill", "needs_picture"]

_QUOTED = re.compile(r"""(["'])(.*?)\1\s*(?=[,\]}:]|$)""")
_LABELED = re.compile(r"""\blabel["']?\s*:\s*(["'])(.*?)\1\s*(?=[,}])""")
# Elements whose answer is that of a task type of the service's own.
_AS_TASK = {
    "crowd-image-classifier": "ImageMultiClass",
    "crowd-image-classifier-multi-select": "ImageMultiClassMultiLabel",
    "crowd-classifier": "TextMultiClass",
    "crowd-classifier-multi-select": "TextMultiClassMultiLabel",
    "crowd-bounding-box": "BoundingBox",
    "crowd-semantic-segmentation": "SemanticSegmentation",
    "crowd-entity-annotation": "NamedEntityRecognition",
}
_CORNERS = 20
_REMARKS = ("Looks fine.", "Clear enough.", "Not sure.")


@dataclass(frozen=True)
class Field:
    """One element that a worker fills in: its tag, the name its answer goes by, its labels."""

    tag: str
    name: str
    labels: tuple[str, ...]
    value: str = "on"


class _Reader(HTMLParser):
    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.found: list[Field] = []
        self._labels = tuple(labels)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _AS_TASK or tag in _SHAPES:
            text = given.get("labels", given.get("categories", ""))
            labels = self._labels if "task.input.labels" in text else _listed(text)
            if labels:
                self.found.append(Field(tag, given.get("name", tag), labels))
        elif tag in _SMALL and given.get("name"):
            self.found.append(Field(tag, given["name"], (), given.get("value", "on")))


def _listed(text: str) -> tuple[str, ...]:
    """The labels of an attribute in JSON, or in the lax form that AWS's examples have."""
    try:
        found = json.loads(text)
    except ValueError:
        return tuple(
            match[2] for match in (_LABELED if _LABELED.search(text) else _QUOTED).finditer(text)
        )
    return tuple(str(entry["label"] if isinstance(entry, dict) else entry) for entry in found)


def fields(template: str, labels: Sequence[str]) -> tuple[Field, ...]:
    """The elements of a worker template (Liquid as it is stored); ``labels`` stand for
    ``task.input.labels``.
    """
    reader = _Reader(labels)
    reader.feed(template)
    reader.close()
    return tuple(reader.found)


def needs_picture(found: Sequence[Field]) -> bool:
    """Whether an element of the page is drawn on."""
    return any(field.tag in _SHAPES or _media(field.tag) == "boxes or mask" for field in found)


def _media(tag: str) -> str:
    kind = kind_named(_AS_TASK[tag]) if tag in _AS_TASK else None
    return "boxes or mask" if kind is not None and kind.shape in {"boxes", "mask"} else ""


def fill(
    found: Sequence[Field], thing: Thing, chance: Random, wrong_share: float
) -> dict[str, Any]:
    """One worker's answer to the whole page."""
    content: dict[str, Any] = {}
    for field in found:
        value = _answer(field, thing, chance, wrong_share)
        both = isinstance(value, dict) and isinstance(content.get(field.name), dict)
        content[field.name] = content[field.name] | value if both else value
    return content


def _answer(field: Field, thing: Thing, chance: Random, wrong_share: float) -> Any:
    if field.tag in _SMALL:
        return _SMALL[field.tag](field, chance)
    if field.tag in _SHAPES:
        boxes = imagine(kind_named("BoundingBox"), field.labels, thing, chance, wrong_share)
        assert isinstance(boxes, Boxes)
        size = {"height": boxes.height, "width": boxes.width}
        return {"inputImageProperties": size} | _SHAPES[field.tag](boxes)
    kind = kind_named(_AS_TASK[field.tag])
    [value] = answers.write(kind, imagine(kind, field.labels, thing, chance, wrong_share)).values()
    return value


def _corners(box: Box) -> list[dict[str, int]]:
    points = outline(box.label.casefold())
    return [
        {
            "x": round(box.left + box.width * (1 + x) / 2),
            "y": round(box.top + box.height * (1 + y) / 2),
        }
        for x, y in points[:: len(points) // _CORNERS]
    ]


def _polygons(boxes: Boxes) -> dict[str, Any]:
    return {"polygons": [{"label": box.label, "vertices": _corners(box)} for box in boxes.boxes]}


def _polylines(boxes: Boxes) -> dict[str, Any]:
    # The upper rim, from the left to the right.
    half = _CORNERS // 4
    rims = [(box.label, _corners(box)) for box in boxes.boxes]
    return {
        "polylines": [
            {"label": label, "vertices": rim[-half:] + rim[: half + 1]} for label, rim in rims
        ]
    }


def _lines(boxes: Boxes) -> dict[str, Any]:
    ends = [
        (box.label, [{"x": box.left, "y": middle}, {"x": box.left + box.width, "y": middle}])
        for box in boxes.boxes
        for middle in [box.top + box.height // 2]
    ]
    return {"lines": [{"label": label, "vertices": vertices} for label, vertices in ends]}


def _keypoints(boxes: Boxes) -> dict[str, Any]:
    return {
        "keypoints": [
            {"label": box.label, "x": box.left + box.width // 2, "y": box.top + box.height // 2}
            for box in boxes.boxes
        ]
    }


def _instances(boxes: Boxes) -> dict[str, Any]:
    shown = boxes.boxes[: masks.MOST_LABELS]
    mask = painted(
        [box.label for box in shown], [(number, box) for number, box in enumerate(shown, 1)], boxes
    )
    return {
        "instances": [
            {"color": masks.colour_of(number), "label": box.label}
            for number, box in enumerate(shown, 1)
        ],
        "labeledImage": {"pngImageData": masks.to_text(mask)},
    }


_SHAPES: Mapping[str, Callable[[Boxes], dict[str, Any]]] = {
    "crowd-polygon": _polygons,
    "crowd-polyline": _polylines,
    "crowd-line": _lines,
    "crowd-keypoint": _keypoints,
    "crowd-instance-segmentation": _instances,
}
_SMALL: Mapping[str, Callable[[Field, Random], Any]] = {
    "crowd-input": lambda _field, chance: chance.choice(_REMARKS),
    "crowd-text-area": lambda _field, chance: chance.choice(_REMARKS),
    "crowd-checkbox": lambda field, chance: {field.value: chance.random() < 0.5},  # noqa: PLR2004 - a coin
    "crowd-toggle-button": lambda field, chance: {field.value: chance.random() < 0.5},  # noqa: PLR2004 - a coin
}
