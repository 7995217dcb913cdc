"""What was said about one object, in one form whatever wrote it (pure): the shapes of every label.

Promises to counting, drawing, exports and agreement: one word per thing, whatever the task type,
the year and the tool that wrote the line. `told.py` reads a manifest's line into these; a converter
reads another tool's file into these.
"""

from typing import Literal

import msgspec

from bot.manifests.json_lines import LineFault

INLINE = "data:image/png;base64,"
Point = tuple[float, float]
Kind = Literal[
    "classes",  # one class or several of the whole object: pictures, texts, clips
    "boxes",
    "drawings",  # polygons, lines, key points
    "mask",
    "spans",
    "frames",  # a SeqLabel file of a video or a sequence of point clouds
    "cloud",  # one point cloud: cuboids, or a class per point
    "opinion",  # a verification of another attribute
    "custom",  # a form of its own, which nobody but its maker knows
]


class Class(msgspec.Struct, frozen=True, gc=False):
    """A class of the whole object; `confidence` 0 to 1 where it is told (0 for one worker)."""

    name: str
    confidence: float | None = None


class Box(msgspec.Struct, frozen=True):
    """A box in pixels from the picture's upper left corner; fractions where several people drew."""

    label: str
    left: float
    top: float
    width: float
    height: float
    confidence: float | None = None
    attributes: tuple[tuple[str, str], ...] = ()


class Drawing(msgspec.Struct, frozen=True):
    """Points in pixels: closed (polygon), open (polyline), or one each (keypoint)."""

    label: str
    form: Literal["polygon", "polyline", "keypoint"]
    points: tuple[Point, ...]
    confidence: float | None = None


class Mask(msgspec.Struct, frozen=True):
    """A PNG whose colours are labels: its S3 address (or the file itself, in Base64 behind
    `INLINE`), and (colour "#rrggbb", label) pairs; the background is not among them.
    """

    address: str
    colours: tuple[tuple[str, str], ...]


class Area(msgspec.Struct, frozen=True):
    """The pixels of one label in a picture of `size` (width and height): lengths of runs, see
    `areas.py`.
    """

    label: str
    size: tuple[int, int]
    runs: tuple[int, ...]
    confidence: float | None = None


class Span(msgspec.Struct, frozen=True, gc=False):
    """Characters `start` to `end` (not included) of the text."""

    label: str
    start: int
    end: int
    confidence: float | None = None


class Cuboid(msgspec.Struct, frozen=True):
    """A box in a point cloud, in metres: its `center` (x, y, z), its `size` (length, width, height)
    and how it is turned round the upright axis (`yaw`, radians).
    """

    label: str
    center: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float = 0.0
    confidence: float | None = None


class FrameMarks(msgspec.Struct, frozen=True):
    """What was marked in one frame of a video or of a sequence of point clouds, by the name of its
    file.
    """

    frame: str
    boxes: tuple[Box, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    cuboids: tuple[Cuboid, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """What one label attribute says of one object.

    `attribute` is its name as the line has it (`-ref` at its end included), `type` its metadata's
    type without `groundtruth/` ("" where there is none). An empty list of figures is an answer
    (nothing is there). `labeled` is False where the line has metadata without a label; `failure`
    then is the reason, if one is given. `classes` of frames and of a cloud's points are those that
    occur in them, `class_numbers` what their files call these. `size` is width and height in
    pixels. `areas` are what a mask paints, where somebody opened it (it has a `size` then; if it
    could not be opened, `failure` says why). `frames` are what one person marked in each of them.
    `address` is a file of its own (SeqLabel, zlib, custom). `human` is None where nobody says who
    labeled. `about` is the attribute that an opinion or an adjustment is about, where the line
    tells.
    """

    attribute: str
    type: str
    kind: Kind
    classes: tuple[Class, ...] = ()
    boxes: tuple[Box, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    mask: Mask | None = None
    areas: tuple[Area, ...] = ()
    spans: tuple[Span, ...] = ()
    cuboids: tuple[Cuboid, ...] = ()
    frames: tuple[FrameMarks, ...] = ()
    class_numbers: tuple[str, ...] = ()
    address: str = ""
    size: tuple[int, int] | None = None
    human: bool | None = None
    job: str = ""
    created: str = ""
    adjusted: bool | None = None
    comments: tuple[str, ...] = ()
    about: str = ""
    labeled: bool = True
    failure: str = ""


class Line(msgspec.Struct, frozen=True):
    """One object: its address (`source-ref`) or its text (`source`), and all that is told of it, in
    the order of the line. `number` counts from 1. `others` are names in the line that are no label;
    `odd` is what could not be read as it stands. `form` is how its point cloud is written
    ("text/xyzi"), where the line tells.
    """

    number: int
    address: str
    text: str
    told: tuple[Told, ...]
    others: tuple[str, ...] = ()
    odd: tuple[LineFault, ...] = ()
    form: str = ""
