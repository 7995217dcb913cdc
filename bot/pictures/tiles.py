"""From a manifest's line to a tile: its files are fetched, and what is told of it is drawn,
whatever family its labels are of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.base.errors import Refusal
from bot.manifests.sequence_labels import frame_addresses, frame_marks
from bot.manifests.shapes import FrameMarks, Line, Told
from bot.pictures.cloud_card import classes_of, cloud_card, points_of
from bot.pictures.drawing import draw_labels, draw_mask
from bot.pictures.lettering import blank
from bot.pictures.masks import mask_file
from bot.pictures.opened import Undrawable, colours_of, opened
from bot.pictures.palette import Colours
from bot.pictures.sheet import LARGE, LARGE_LETTER, PICTURE, TILE_LETTER, Tile
from bot.pictures.text_card import text_card
from bot.pictures.words import name_of, said_of, told_by

Read = Callable[[str], bytes]
"""The bytes of a file by its address, at most `BYTES_MOST` of them; raises a `Refusal` whose
words fit a tile.
"""
_TEXTS = (".txt", ".text", ".csv", ".md", ".html", ".json")
_CLIPS = (".mp4", ".webm", ".mov", ".ogg", ".avi", ".mkv")
_CLOUDS = (".bin", ".pcd", ".ply", ".xyz", ".txt")
_FRAMES_SMALL, _FRAMES_LARGE = 3, 6
_BAND, _HOLE = (20, 20, 22), (235, 235, 238)


@dataclass(frozen=True, slots=True)
class Easel:
    """What every tile is drawn with: where files come from, the colours, and the room."""

    read: Read
    colours: Colours
    room: tuple[int, int] = PICTURE
    letter: int = TILE_LETTER
    frames: int = _FRAMES_SMALL

    def large(self) -> "Easel":
        """The same for one large picture."""
        return Easel(self.read, self.colours, LARGE, LARGE_LETTER, _FRAMES_LARGE)


def tile_of(line: Line, attribute: str, easel: Easel) -> Tile:
    """The object with what this label attribute says of it; where it cannot be drawn, the reason
    stands in its place.
    """
    told = told_by(line, attribute)
    shown = _shown(line, told)
    try:
        image, why_not = _image(line, shown, easel), ""
    except Refusal as error:
        image, why_not = None, error.words
    return Tile(f"{line.number:,} · {name_of(line)}", said_of(told), image, why_not)


def _shown(line: Line, told: Told | None) -> Told:
    """What is drawn: of an opinion, what it is about."""
    if told is not None and told.kind == "opinion":
        about = told_by(line, told.about)
        return about if about is not None else told
    return told if told is not None else Told("", "", "custom")


def _image(line: Line, told: Told, easel: Easel) -> Image.Image:
    if line.text:
        return text_card(line.text, told.spans, easel.colours, easel.room, letter=easel.letter)
    address = line.address.lower()
    if told.kind == "cloud":
        return _cloud(line, told, easel)
    if told.kind == "frames":
        return _strip(line, told, easel)
    if told.kind in {"spans", "classes"} and address.endswith(_TEXTS):
        text = easel.read(line.address).decode("utf-8", "replace")
        return text_card(text, told.spans, easel.colours, easel.room, letter=easel.letter)
    if address.endswith(_CLIPS):
        raise Undrawable("a clip; Labeljob draws no moving pictures")
    picture = opened(easel.read(line.address), easel.room)
    if told.mask is not None:
        painted = colours_of(mask_file(told.mask, easel.read), picture.image.size)
        return draw_mask(picture.image, painted, told.mask, easel.colours, letter=easel.letter)
    return draw_labels(picture, told, easel.colours, letter=easel.letter)


def _cloud(line: Line, told: Told, easel: Easel) -> Image.Image:
    """A cloud from above, with its cuboids or with the class of each point."""
    cloud = points_of(easel.read(line.address), line.form or line.address.lower())
    labels: list[str] = []
    if told.address:
        names = _class_names(told)
        numbers = classes_of(easel.read(told.address), cloud)
        labels = [names.get(str(each), "") for each in numbers]
    return cloud_card(
        cloud, told.cuboids, easel.colours, easel.room, letter=easel.letter, labels=labels
    )


def _strip(line: Line, told: Told, easel: Easel) -> Image.Image:
    """Some frames of a sequence, evenly spaced, on a strip like film."""
    listed = frame_addresses(easel.read(line.address))
    if not listed:
        raise Undrawable("a sequence file without frames")
    marks: dict[str, FrameMarks] = {}
    if told.address:
        names = _class_names(told)
        marks = {each.frame: each for each in frame_marks(easel.read(told.address), names)}
    many = min(easel.frames, len(listed))
    chosen = [listed[number * (len(listed) - 1) // max(1, many - 1)] for number in range(many)]
    room = _frame_room(easel, many)
    drawn = [_frame(name, address, marks, easel, room) for name, address in chosen]
    return _filmed(drawn, easel.room, room)


def _class_names(told: Told) -> Mapping[str, str]:
    """The names of classes by their numbers."""
    return dict(zip(told.class_numbers, (one.name for one in told.classes), strict=False))


def _frame_room(easel: Easel, many: int) -> tuple[int, int]:
    """What one frame may take of the strip: side by side, or in two rows where there are many."""
    across = many if many <= _FRAMES_SMALL else -(-many // 2)
    rows = -(-many // across)
    return easel.room[0] // across - 4, (easel.room[1] - 24) // rows - 12 * (rows - 1)


def _frame(
    name: str,
    address: str,
    marks: Mapping[str, FrameMarks],
    easel: Easel,
    room: tuple[int, int],
) -> Image.Image:
    """One frame with what was marked in it."""
    marked = marks.get(name, FrameMarks(name))
    body = easel.read(address)
    letter = max(9, easel.letter - 2)
    if address.lower().endswith(_CLOUDS):
        cloud = points_of(body, address.lower())
        return cloud_card(cloud, marked.cuboids, easel.colours, room, letter=letter)
    told = Told("", "", "boxes", boxes=marked.boxes, drawings=marked.drawings)
    picture = opened(body, room)
    return draw_labels(picture, told, easel.colours, letter=letter)


def _filmed(frames: list[Image.Image], size: tuple[int, int], room: tuple[int, int]) -> Image.Image:
    """The frames on a dark band with holes at its edges."""
    across = max(1, size[0] // (room[0] + 4))
    rows = -(-len(frames) // across)
    high = min(size[1], rows * (max(each.height for each in frames) + 24))
    strip, draw = blank((size[0], high), _BAND)
    _holes(draw, size[0], high)
    for number, frame in enumerate(frames):
        left = (number % across) * (room[0] + 4) + 2 + (room[0] - frame.width) // 2
        top = (number // across) * (high // rows) + (high // rows - frame.height) // 2
        strip.paste(frame, (left, top))
    return strip


def _holes(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    for left in range(6, wide, 16):
        draw.rectangle((left, 3, left + 7, 8), fill=_HOLE)
        draw.rectangle((left, high - 9, left + 7, high - 4), fill=_HOLE)
