"""What a simulated worker marks in video frames and point clouds: right for the sample scenes,
plausible and repeatable for all else.

Promised to the simulated teams: ``look`` loads what a task shows, or None where the worker's page
could not; ``mark`` gives one worker's answer. An audit begins with the marks that are there, and
what may not be edited is left as it is.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from bot.sandbox.crowd.category_files import Asked, Settings
from bot.sandbox.crowd.job_request import Job, ObjectGone
from bot.sandbox.crowd.sample_scenes import Cuboid, belt, cloud_things
from bot.sandbox.crowd.scene_results import scene_before
from bot.sandbox.crowd.scenes import Mark, PointClasses, Scene, SceneFrame
from bot.sandbox.crowd.sequences import Frame, Point, Unreadable, points_of, sequence_of
from bot.sandbox.crowd.simulated_answers import label_for, picture_size

__all__ = ["View", "look", "mark"]

_SHAKE = 0.03  # a hand misses an edge by up to three hundredths of its length
_CORNERS = 8
_REMARK = "as seen"
_NEAR = 2.0  # meters

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class View:
    """What a task shows: its frames, the size of a picture in pixels or each cloud's points, and in
    an audit the marks that are there.
    """

    source: str
    frames: tuple[Frame, ...]
    size: tuple[int, int]
    points: tuple[tuple[Point, ...], ...]
    before: Scene | PointClasses | None


def look(job: Job, settings: Settings, entry: Mapping[str, Any], fetch: Fetch) -> View | None:
    """What the task of this manifest line shows; None where something of it cannot be loaded, or an
    audit has nothing to begin with.
    """
    kind, uri = job.kind, str(entry["source-ref"])
    try:
        frames = _frames(job, entry, fetch)
        size, points = (0, 0), []
        for frame in frames:
            content = fetch(frame.uri)
            if kind.media == "frames":
                size = picture_size(content) or (0, 0)
            else:
                points.append(points_of(frame.uri, frame.format, content))
        before = scene_before(kind, list(settings.of_label), entry, settings.audited, fetch)
    except (ObjectGone, Unreadable):
        return None
    if (kind.media == "frames" and size == (0, 0)) or (kind.audit and before is None):
        return None
    return View(uri, frames, size, tuple(points), before)


def _frames(job: Job, entry: Mapping[str, Any], fetch: Fetch) -> tuple[Frame, ...]:
    uri = str(entry["source-ref"])
    if job.kind.is_sequence:
        return sequence_of(job.kind, fetch(uri))
    described = entry.get("source-ref-metadata", {})
    return (Frame(0, uri.rpartition("/")[2], uri, str(described.get("format", ""))),)


def mark(
    job: Job, settings: Settings, view: View, chance: Random, wrong_share: float
) -> Scene | PointClasses:
    """One worker's answer; ``wrong_share`` (0 to 1) is how often something is overlooked."""
    wrong = chance.random() < wrong_share
    if isinstance(view.before, PointClasses):
        return _points_again(settings, view.before, chance)
    if isinstance(view.before, Scene):
        return _again(settings, view.before, chance)
    if job.kind.shape == "points":
        return PointClasses(_classes(settings, view), _filled(settings.of_frame, chance))
    things = [_things(settings, view, at) for at in range(len(view.frames))]
    if wrong and len(things[-1]) > 1:
        things[-1] = things[-1][:-1]
    ids = _ids(view.source, things) if job.kind.follows else {}
    return Scene(
        tuple(
            SceneFrame(
                frame.number,
                frame.name,
                tuple(_marked(settings, mark, ids, chance) for mark in found),
                _filled(settings.of_frame, chance),
            )
            for frame, found in zip(view.frames, things, strict=True)
        )
    )


def _things(settings: Settings, view: View, at: int) -> list[Mark]:
    """What there is to mark in a frame, drawn without a slip."""
    labels = list(settings.of_label)
    if view.points:
        found = [(each.kind, _as_cuboid(each)) for each in _cuboids(labels, view, at)]
    else:
        found = [(kind, _drawn(settings.drawn, box)) for kind, box in _boxes(labels, view, at)]
    named, counts = [], Counter[str]()
    for kind, place in found:
        label = label_for(labels, kind)
        if label is not None:
            counts[label] += 1
            named.append(Mark(label, place, {}, f"{label}:{counts[label]}"))
    return named


def _boxes(
    labels: Sequence[str], view: View, at: int
) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Kinds and boxes of a frame: the known truth, else two things that move to the right."""
    width, height = view.size
    rolling = belt(view.frames[at].uri)
    if rolling is not None:
        return [(each.kind, (each.left, each.top, each.width, each.height)) for each in rolling]
    own, found = Random(f"frames {view.source}"), []
    for _ in range(2):
        side = max(2, min(width, height) // own.randint(4, 6))
        left = min(own.randint(0, width // 2) + at * max(1, width // 50), width - side)
        found.append((own.choice(labels), (left, own.randint(0, height - side), side, side)))
    return found


def _cuboids(labels: Sequence[str], view: View, at: int) -> Sequence[Cuboid]:
    """What stands in a cloud: the known truth, else the points round one of them, the same one in
    each frame.
    """
    known = cloud_things(view.frames[at].uri)
    if known is not None:
        return known
    points, own = view.points[at], Random(f"cloud {view.source}")
    kind, (x, y, z) = own.choice(labels), points[own.randrange(len(points))]
    near = [each for each in points if math.dist(each, (x, y, z)) <= _NEAR]
    lows = [min(each[axis] for each in near) for axis in range(3)]
    highs = [max(each[axis] for each in near) for axis in range(3)]
    center = [round((low + high) / 2, 3) for low, high in zip(lows, highs, strict=True)]
    size = [round(max(0.2, high - low), 3) for low, high in zip(lows, highs, strict=True)]
    return [Cuboid(kind, 1, (center[0], center[1], center[2]), (size[0], size[1], size[2]), 0)]


def _as_cuboid(thing: Cuboid) -> dict[str, float]:
    sides = dict(zip(("length", "width", "height"), thing.size, strict=True))
    middle = dict(zip(("center-x", "center-y", "center-z"), thing.center, strict=True))
    return {**middle, **sides, "roll": 0, "pitch": 0, "yaw": thing.yaw}


def _drawn(drawn: str, box: tuple[int, int, int, int]) -> dict[str, Any]:
    """A box as the tool of this annotation type draws it."""
    left, top, width, height = box
    if drawn == "Keypoint":
        return {"x": left + width // 2, "y": top + height // 2}
    if drawn == "BoundingBox":
        return {"left": left, "top": top, "width": width, "height": height}
    corners = [
        {
            "x": round(left + width * (1 + math.cos(turn)) / 2),
            "y": round(top + height * (1 + math.sin(turn)) / 2),
        }
        for turn in (math.tau * step / _CORNERS for step in range(_CORNERS))
    ]
    return {"vertices": corners if drawn == "Polygon" else corners[: _CORNERS // 2 + 1]}


def _marked(settings: Settings, found: Mark, ids: Mapping[str, str], chance: Random) -> Mark:
    """The thing as a hand marks it, with what is said of it."""
    return replace(
        found,
        place=_shaken(found.place, chance),
        attributes=_filled(settings.of_label[found.label], chance),
        object_id=ids.get(found.name, ""),
    )


def _shaken(place: Mapping[str, Any], chance: Random) -> dict[str, Any]:
    """A hand that is not quite steady; sizes shrink a little, so nothing leaves the picture."""
    moved = dict(place)
    for name in ("width", "height", "length"):
        if name in moved:
            shorter = moved[name] * (1 - chance.uniform(0, _SHAKE))
            moved[name] = round(shorter) if isinstance(moved[name], int) else round(shorter, 6)
    return moved


def _ids(source: str, things: Sequence[Sequence[Mark]]) -> dict[str, str]:
    """An id for every thing, the same in all frames."""
    own = Random(f"ids {source}")
    names = sorted({each.name for found in things for each in found})
    return {name: str(UUID(int=own.getrandbits(128), version=4)) for name in names}


def _filled(asked: Sequence[Asked], chance: Random) -> dict[str, Any]:
    return {each.name: _value(each, chance) for each in asked}


def _value(asked: Asked, chance: Random) -> Any:
    if asked.is_number:
        return chance.randint(asked.least, asked.most)
    return chance.choice(asked.choices) if asked.choices else _REMARK


def _classes(settings: Settings, view: View) -> bytes:
    """The class of each point: that of the thing it lies in."""
    things = _things(settings, view, 0)
    labels = list(settings.of_label)
    numbered = [(labels.index(each.label) + 1, each.place) for each in things]
    return bytes(
        next((number for number, place in numbered if _is_in(point, place)), 0)
        for point in view.points[0]
    )


def _is_in(point: Point, place: Mapping[str, float]) -> bool:
    """Whether a point lies in a cuboid that stands upright."""
    x, y, z = (
        at - place[name]
        for at, name in zip(point, ("center-x", "center-y", "center-z"), strict=True)
    )
    cosine, sine = math.cos(place["yaw"]), math.sin(place["yaw"])
    along, across = x * cosine + y * sine, y * cosine - x * sine
    return (
        abs(along) <= place["length"] / 2
        and abs(across) <= place["width"] / 2
        and abs(z) <= place["height"] / 2
    )


def _again(settings: Settings, before: Scene, chance: Random) -> Scene:
    """An audit of marks: a third of what may be edited is set right, attributes are filled in."""
    frames = []
    for frame in before.frames:
        marks = tuple(_looked_at(settings, each, chance) for each in frame.marks)
        said = _said_again(settings.of_frame, frame.attributes, chance)
        frames.append(replace(frame, marks=marks, attributes=said))
    return Scene(tuple(frames))


def _looked_at(settings: Settings, found: Mark, chance: Random) -> Mark:
    said = _said_again(settings.of_label[found.label], found.attributes, chance)
    if found.label in settings.fixed or chance.random() < 2 / 3:
        return replace(found, attributes=said)
    return replace(found, place=_shaken(found.place, chance), attributes=said)


def _said_again(
    asked: Sequence[Asked], before: Mapping[str, Any], chance: Random
) -> dict[str, Any]:
    """What was said stays; what is new is filled in, unless it may not be edited."""
    new = [each for each in asked if each.name not in before and not each.fixed]
    return {**before, **_filled(new, chance)}


def _points_again(settings: Settings, before: PointClasses, chance: Random) -> PointClasses:
    said = _said_again(settings.of_frame, before.attributes, chance)
    labels = list(settings.of_label)
    free = [number for number, label in enumerate(labels, 1) if label not in settings.fixed]
    classes = bytearray(before.classes)
    if free and 0 in classes:
        classes[classes.index(0)] = free[0]
    return PointClasses(bytes(classes), said)
