"""Sequence files and point clouds: read strictly, or what is wrong with them.

Promised to the intake and to the simulated workers: ``sequence_of`` reads the file that a manifest
line of frames or of moving clouds names, ``points_of`` the points of one cloud; both raise
``Unreadable`` in words that end a sentence ("has no list of frames"). Limits and members are those
of AWS's pages on frame and cloud sequences.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import strict_json
from bot.sandbox.crowd.task_kinds import TaskKind

__all__ = ["MOST_SEQUENCES", "Frame", "Point", "Unreadable", "line_fault", "points_of"]
__all__ += ["sequence_of"]

MOST_SEQUENCES = 10  # of video frames in a manifest
_MOST_FRAMES = {"frames": 2000, "clouds": 500}
_FORMATS = ("xyz", "xyzi", "xyzrgb", "xyzirgb")
_MOST_CAMERAS = 8

Point = tuple[float, float, float]
"""x, y and z in meters."""


class Unreadable(ValueError):
    """The file is not what a labeling job can use; the message says why."""


@dataclass(frozen=True)
class Frame:
    """One frame of a sequence: its number as written, its name below the prefix, its address, and
    for a cloud its format.
    """

    number: Any
    name: str
    uri: str
    format: str = ""


def sequence_of(kind: TaskKind, content: bytes) -> tuple[Frame, ...]:
    """The frames of a sequence file, in order. Raises Unreadable."""
    try:
        given = strict_json.loads(content)
    except ValueError as fault:
        raise Unreadable("is not valid JSON") from fault
    if not isinstance(given, dict) or not isinstance(given.get("frames"), list):
        raise Unreadable("has no list of frames")
    frames, prefix = given["frames"], given.get("prefix")
    if type(given.get("seq-no")) is not int:
        raise Unreadable("has no whole number seq-no")
    if not isinstance(prefix, str) or not prefix.startswith("s3://") or not prefix.endswith("/"):
        raise Unreadable("has a prefix that is not s3://bucket/folder/ with a slash at its end")
    if given.get("number-of-frames") != len(frames):
        raise Unreadable(
            f"has number-of-frames {given.get('number-of-frames')} and {len(frames):,} frames"
        )
    most = _MOST_FRAMES[kind.media]
    if not 1 <= len(frames) <= most:
        raise Unreadable(f"has {len(frames):,} frames; 1 to {most:,} are allowed")
    return tuple(_frame(kind, prefix, each) for each in frames)


def _frame(kind: TaskKind, prefix: str, given: Any) -> Frame:
    name = given.get("frame") if isinstance(given, dict) else None
    if not isinstance(name, str) or not name:
        raise Unreadable("has a frame without the name of its file")
    if kind.media == "frames" and not isinstance(given.get("frame-no"), int | str):
        raise Unreadable(f"has no frame-no for {name}")
    if kind.media == "clouds":
        fault = _cloud_fault(given)
        if fault:
            raise Unreadable(f"{fault} for {name}")
    return Frame(given.get("frame-no"), name, prefix + name, str(given.get("format", "")))


def line_fault(entry: Mapping[str, Any]) -> str:
    """What a manifest line of single clouds lacks ("has no source-ref-metadata"); "" when nothing.

    UNSURE: whether the service fails the job or only the object; here the job.
    """
    described = entry.get("source-ref-metadata")
    if not isinstance(described, dict):
        return "has no source-ref-metadata, which a point cloud needs"
    return _cloud_fault(described)


def _cloud_fault(described: Mapping[str, Any]) -> str:
    at = described.get("unix-timestamp")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return "has no number unix-timestamp"
    known = {f"{way}/{form}" for way in ("binary", "text") for form in _FORMATS}
    if described.get("format") not in {None, *known}:
        return f"has the format {str(described['format'])[:40]!r}, which is unknown"
    if len(described.get("images", ())) > _MOST_CAMERAS:
        return f"has more than {_MOST_CAMERAS} images"
    return ""


def points_of(uri: str, form: str, content: bytes) -> tuple[Point, ...]:
    """The points of a cloud in its own order; without a format the name's end decides. Raises
    Unreadable.
    """
    way, _, members = (form or _usual(uri)).partition("/")
    width = len(members)
    try:
        rows = _texts(content, width) if way == "text" else _packs(content, width)
    except (ValueError, struct.error) as fault:
        raise Unreadable(f"is not of the format {way}/{members}") from fault
    if not rows or not all(math.isfinite(number) for row in rows for number in row):
        raise Unreadable("has no points, or one without a place")
    return tuple(rows)


def _usual(uri: str) -> str:
    return "text/xyzi" if uri.endswith(".txt") else "binary/xyzi"


def _texts(content: bytes, width: int) -> list[Point]:
    rows = [line.split() for line in content.decode("ascii").splitlines() if line.strip()]
    if any(len(row) != width for row in rows):
        raise ValueError("a point has too many or too few numbers")
    return [(float(x), float(y), float(z)) for x, y, z, *_ in rows]


def _packs(content: bytes, width: int) -> list[Point]:
    return [(x, y, z) for x, y, z, *_ in struct.iter_unpack(f"<{width}f", content)]
