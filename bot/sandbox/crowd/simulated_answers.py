"""What a simulated worker answers: right for the sample pictures and texts, plausible and
repeatable for all else.

Promised to the crew: the same seed, object and worker always give the same answer. Where the truth
is unknown, the object itself (not the worker) picks the class, so that workers mostly agree with
one another as people would.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from PIL import Image, ImageDraw, UnidentifiedImageError

from bot.sandbox.crowd.answers import Answer, Box, Boxes, Classes, Custom, Span, Spans
from bot.sandbox.crowd.masks import Mask, mask_of
from bot.sandbox.crowd.sample_scenes import clip_kind
from bot.sandbox.crowd.sample_truth import KINDS, Truth, outline, truth_of_picture, truth_of_text
from bot.sandbox.crowd.task_kinds import TaskKind

__all__ = ["Thing", "imagine", "label_for", "painted", "picture_size"]

_NAMES = re.compile(r"\b[A-Z][\w'-]+(?: [A-Z][\w'-]+)*|\b\d[\d.,:]*\b")
_SHAKE = 0.03  # a hand misses a box's edge by up to three hundredths of its size


@dataclass(frozen=True)
class Thing:
    """One object as a worker sees it: its URI or its text, and for a picture its size in pixels."""

    source: str
    size: tuple[int, int] | None = None

    @property
    def truth(self) -> Truth | None:
        """What it shows, when it is one of the sample objects."""
        if not self.source.startswith("s3://"):
            return truth_of_text(self.source)
        fruit = clip_kind(self.source)
        return Truth(fruit) if fruit else truth_of_picture(self.source)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, None for bytes that are no picture."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None


def imagine(
    kind: TaskKind, labels: Sequence[str], thing: Thing, chance: Random, wrong_share: float
) -> Answer:
    """One worker's answer; ``chance`` is that worker's own, ``wrong_share`` (0 to 1) how often it
    errs.
    """
    wrong = chance.random() < wrong_share
    match kind.shape:
        case "one":
            return Classes((_class(labels, thing, chance, wrong=wrong),))
        case "several":
            return Classes(_classes(labels, thing, chance, wrong=wrong))
        case "boxes":
            return _boxes(labels, thing, chance, wrong=wrong)
        case "mask":
            return _mask(labels, thing, chance, wrong=wrong)
        case "spans":
            return _spans(labels, thing, chance, wrong=wrong)
        case _:
            return Custom(_anything(labels, thing, chance, wrong=wrong))


def _same(label: str, word: str) -> bool:
    return label.casefold().strip() in {word.casefold(), f"{word}s".casefold()}


def _right(labels: Sequence[str], thing: Thing) -> str:
    """The right class: the known truth, else a label that a folder or the file's name holds, else
    by the object.
    """
    truth = thing.truth
    if truth:
        for label in labels:
            if _same(label, truth.label):
                return label
    if thing.source.startswith("s3://"):
        words = [
            word for word in re.split(r"[/_.\-\s\d]+", thing.source.split("://", 1)[1]) if word
        ]
        for word in reversed(words):
            for label in labels:
                if _same(label, word):
                    return label
    return Random(f"class {thing.source}").choice(labels)


def _class(labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool) -> str:
    right = _right(labels, thing)
    others = [label for label in labels if label != right]
    return chance.choice(others) if wrong and others else right


def _classes(
    labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool
) -> tuple[str, ...]:
    truth = thing.truth
    shown = {kind for kind, *_ in truth.boxes} | {truth.label} if truth else set()
    right = [label for label in labels if any(_same(label, word) for word in shown)]
    if not right:
        own = Random(f"classes {thing.source}")
        right = own.sample(list(labels), k=min(len(labels), own.choice((1, 1, 2))))
    if wrong:
        slip = chance.choice(labels)
        right = [label for label in right if label != slip] if slip in right else [*right, slip]
    return tuple(label for label in labels if label in right)


def label_for(labels: Sequence[str], word: str) -> str | None:
    """The label that a person gives to a thing of this kind; None for one that is left alone."""
    for label in labels:
        if _same(label, word):
            return label
    if any(_same(label, kind) for label in labels for kind in ("apple", "pear", "orange", "lemon")):
        return None  # the job names some fruits and this is another: a person would leave it alone
    return labels[0] if len(labels) == 1 else Random(f"box {word}").choice(labels)


def _boxes(labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool) -> Boxes:
    width, height = thing.size or (640, 480)
    truth = thing.truth
    if truth:
        named = [(label_for(labels, word), edges) for word, *edges in truth.boxes]
        right = [Box(label, *edges) for label, edges in named if label is not None]
    else:
        own = Random(f"boxes {thing.source}")
        right = []
        for _ in range(own.randint(1, 3)):
            box_width, box_height = (
                own.randint(width // 6, width // 3),
                own.randint(height // 6, height // 3),
            )
            corner = own.randint(0, width - box_width), own.randint(0, height - box_height)
            right.append(Box(own.choice(labels), *corner, box_width, box_height))
    boxes = [_shaken(box, width, height, chance) for box in right]
    if wrong and boxes:
        boxes.pop(chance.randrange(len(boxes)))
    return Boxes(tuple(boxes), width, height)


def _mask(labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool) -> Mask:
    """What a worker paints: the outline of each thing, by a hand that is not quite steady."""
    drawn = _boxes(labels, thing, chance, wrong=wrong)
    return painted(
        labels, [(labels.index(box.label) + 1, box) for box in drawn.boxes], drawn, thing
    )


def painted(
    labels: Sequence[str],
    numbered: Sequence[tuple[int, Box]],
    picture: Boxes,
    thing: Thing | None = None,
) -> Mask:
    """A label map with the outline of what is in each box, painted with the box's number; later
    ones lie on top.
    """
    kinds = [kind for kind, *_ in thing.truth.boxes] if thing and thing.truth else list(KINDS)
    image = Image.new("L", (picture.width, picture.height), 0)
    draw = ImageDraw.Draw(image)
    for number, box in numbered:
        kind = next((kind for kind in kinds if label_for(labels, kind) == box.label), "")
        draw.polygon(_outline(kind, box), fill=number)
    return mask_of(labels, image)


def _outline(kind: str, box: Box) -> list[tuple[float, float]]:
    """The outline of a fruit (or of something round) that fills this box."""
    return [
        (box.left + box.width * (1 + x) / 2, box.top + box.height * (1 + y) / 2)
        for x, y in outline(kind)
    ]


def _shaken(box: Box, width: int, height: int, chance: Random) -> Box:
    def off(length: int) -> int:
        return round(length * chance.uniform(-_SHAKE, _SHAKE))

    left, top = (
        min(max(0, box.left + off(box.width)), width - 2),
        min(max(0, box.top + off(box.height)), height - 2),
    )
    right = min(width, max(left + 1, box.left + box.width + off(box.width)))
    bottom = min(height, max(top + 1, box.top + box.height + off(box.height)))
    return Box(box.label, left, top, right - left, bottom - top)


def _spans(labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool) -> Spans:
    found = [
        Span(name.start(), name.end(), Random(f"entity {name[0]}").choice(labels))
        for name in _NAMES.finditer(thing.source)
        if name.start() > 0 or " " in name[0]  # the first word has a capital letter anyway
    ]
    if wrong and found:
        found.pop(chance.randrange(len(found)))
    return Spans(tuple(found))


def _anything(
    labels: Sequence[str], thing: Thing, chance: Random, *, wrong: bool
) -> Mapping[str, Any]:
    """For a page of one's own nobody knows the fields: a label where there are labels, else a short
    remark.
    """
    if labels:
        return {"annotatedResult": {"label": _class(labels, thing, chance, wrong=wrong)}}
    return {"annotatedResult": "Looks fine." if not wrong else "Not sure."}
