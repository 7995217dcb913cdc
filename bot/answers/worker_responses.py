"""Reads who answered what for one object (pure), from the files that Ground Truth keeps below
`annotations/worker-response/`.

Promises to agreement and to people's figures: the answers of every crowd element are read into the
shapes of labels; what cannot be read of a file is told in words, and costs only that answer.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from bot.manifests.custom_answers import colours_in, drawn_in, pixels
from bot.manifests.plain_values import items, member, number, text
from bot.manifests.sequence_labels import frames_answered
from bot.manifests.shapes import Area, Class, Span, Told

_DAY = 86_400.0  # seconds; AWS takes no task that lasts longer with a team of one's own but 30 days
_LONGEST = 30 * _DAY
_DRAWN = {"boundingBoxes": "boxes", "polygons": "drawings", "polylines": "drawings"}
_DRAWN["keypoints"] = "drawings"


Paint = Callable[[bytes, Sequence[tuple[str, str]]], tuple[Area, ...] | None]
"""Opens a mask of these (colour "#rrggbb", label) pairs; None where it cannot be opened."""


class Answer(msgspec.Struct, frozen=True):
    """What one person answered: `worker` is their name at AWS, `sub` the one in their user pool (""
    where the file has none). Times are UTC. `seconds` are those that the task was open.
    """

    worker: str
    sub: str
    said: Told
    accepted: datetime | None = None
    submitted: datetime | None = None
    seconds: float | None = None


class Responses(msgspec.Struct, frozen=True):
    """The answers of one file, and what could not be read of it."""

    answers: tuple[Answer, ...] = ()
    odd: tuple[str, ...] = ()


def responses(body: bytes, paint: Paint | None = None) -> Responses:
    """The answers in a file, in its order; `paint` opens what was painted."""
    try:
        held = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return Responses(odd=("it is no JSON",))
    found = member(held, "answers")
    if not isinstance(found, list):
        return Responses(odd=("it has no list of answers",))
    answers, odd = [], []
    for place, each in enumerate(found, start=1):
        worker = text(member(each, "workerId"))
        content = member(each, "answerContent")
        if not worker:
            odd.append(f"answer {place:,} does not say whose it is")
        elif not isinstance(content, dict):
            odd.append(f"answer {place:,} has no content")
        else:
            answers.append(_answer(worker, each, content, paint))
    return Responses(tuple(answers), tuple(odd))


def _answer(
    worker: str, held: dict[str, Any], content: dict[str, Any], paint: Paint | None
) -> Answer:
    identity = member(member(held, "workerMetadata"), "identityData")
    accepted, submitted = (_moment(held.get(name)) for name in ("acceptanceTime", "submissionTime"))
    seconds = number(held.get("timeSpentInSeconds"))
    if seconds is None and accepted and submitted:
        seconds = (submitted - accepted).total_seconds()
    if seconds is not None and not 0 <= seconds <= _LONGEST:
        seconds = None
    sub = text(member(identity, "sub"))
    return Answer(worker, sub, said_in(content, paint), accepted, submitted, seconds)


def _moment(value: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)


def said_in(content: dict[str, Any], paint: Paint | None = None) -> Told:
    """What the content of an answer says; `custom` where none but its page's maker can tell."""
    for part in (*_parts(content), content):
        for read in (_drawn, _spans, _several, _one, partial(_mask, paint=paint), _frames):
            said = read(part)
            if said is not None:
                return said
    return Told("", "", "custom")


def _parts(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the elements of the page, each by its name, say."""
    return (part for part in content.values() if isinstance(part, dict))


def _drawn(part: dict[str, Any]) -> Told | None:
    """Boxes, polygons, lines or key points; a list without any says that there are none."""
    kinds = [kind for name, kind in _DRAWN.items() if isinstance(part.get(name), list)]
    if not kinds:
        return None
    size = pixels(part.get("inputImageProperties"))
    return Told("", "", **{"kind": kinds[0], "size": size, **drawn_in(part)})


def _spans(part: dict[str, Any]) -> Told | None:
    found = part.get("entities")
    if not isinstance(found, list):
        return None
    spans = []
    for each in found:
        start, end = number(member(each, "startOffset")), number(member(each, "endOffset"))
        label = text(member(each, "label"))
        if start is not None and end is not None and label:
            spans.append(Span(label, int(start), int(end)))
    return Told("", "", "spans", spans=tuple(spans))


def _several(part: dict[str, Any]) -> Told | None:
    found = part.get("labels")
    if not isinstance(found, list):
        return None
    return _classes(name for name in map(text, found) if name)


def _one(part: dict[str, Any]) -> Told | None:
    """One class, with a comment where somebody judged labels."""
    name = text(part.get("label"))
    return _classes([name]) if name else None


def _classes(names: Any) -> Told:
    return Told("", "", "classes", classes=tuple(map(Class, dict.fromkeys(names))))


def _mask(part: dict[str, Any], paint: Paint | None) -> Told | None:
    """What was painted: each label's area, or that of each thing. Without `paint`, or where the
    picture cannot be opened, its size is not known.
    """
    image = part.get("labeledImage")
    if not isinstance(image, dict):
        return None
    areas = None
    try:
        if paint is not None:
            body = base64.b64decode(text(image.get("pngImageData")), validate=True)
            areas = paint(body, list(colours_in(part)))
    except ValueError:
        areas = None
    if areas is None:
        return Told("", "", "mask")
    size = areas[0].size if areas else pixels(part.get("inputImageProperties"))
    return Told("", "", "mask", areas=areas, size=size)


def _frames(part: dict[str, Any]) -> Told | None:
    """What was marked in the frames of a video or of a sequence of point clouds."""
    if not isinstance(part.get("frames"), list):
        return None
    marks = (mark for frame in part["frames"] for mark in items(member(frame, "annotations")))
    names = dict.fromkeys(name for name in (text(member(mark, "label")) for mark in marks) if name)
    frames = frames_answered(part["frames"])
    return Told("", "", "frames", classes=tuple(map(Class, names)), frames=frames)
