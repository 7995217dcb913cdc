"""Drawing results: every family of labels, colours and names, and pictures that mean harm."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.base.errors import Refusal
from bot.manifests.sequence_labels import frame_addresses, frame_marks
from bot.manifests.shapes import Box, Class, Cuboid, Drawing, Line, Mask, Span, Told
from bot.pictures.cloud_card import classes_of, points_of
from bot.pictures.lettering import fitted, readable, width
from bot.pictures.limits import BYTES_MOST
from bot.pictures.opened import Undrawable, opened
from bot.pictures.palette import LABELS, Colours, contrast, ink_on
from bot.pictures.scores import Row, scores
from bot.pictures.sent import sendable
from bot.pictures.sheet import PICTURE, WIDTH, Tile, contact_sheet, large_picture
from bot.pictures.tiles import Easel, tile_of
from bot.pictures.words import confidence_of, sheet_words

GREEN = (20, 90, 40)
ORANGE, BLUE, BLUISH = LABELS[:3]
SIZE = (400, 300)
APPLE = Box("apple", 100, 60, 200, 150, 0.4)


def saved(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def plain(size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new("RGB", size, GREEN)


FILES = {
    "s3://b/a.png": saved(plain()),
    "s3://b/seq.json": b'{"prefix":"s3://b/","frames":[{"frame":"a.png"},{"frame":"b.png"}]}',
    "s3://b/b.png": saved(plain()),
    "s3://b/labels.json": (
        b'{"tracking-annotations":[{"frame":"b.png","annotations":[{"class-id":"3","left":0,'
        b'"top":0,"width":400,"height":300}]}]}'
    ),
    "s3://b/cloud.txt": b"0 0 0 1\n10 0 0 1\n10 10 0 1\n0 10 0 1\n",
    "s3://b/classes.zlib": zlib.compress(bytes([1, 1, 2, 0])),
    "s3://b/story.txt": b"Ana met Noor in Lyon",
}


class Gone(Refusal):
    """There is nothing at this address."""


def read(address: str) -> bytes:
    if address not in FILES:
        raise Gone
    return FILES[address]


def tile(told: Told | None, address: str = "s3://b/a.png", text: str = "", **more: Any) -> Tile:
    said = () if told is None else (told,)
    easel = Easel(read, Colours(["apple", "pear"]))
    return tile_of(Line(7, address, text, said, **more), "fruit", easel)


def told(kind: Any, **figures: Any) -> Told:
    return Told("fruit", "any", kind, **figures)


def drawn(made: Tile) -> Image.Image:
    assert made.image is not None, made.why_not
    return made.image


def has(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Whether the colour is somewhere in the picture."""
    return colour in {each for _, each in image.getcolors(1 << 20) or ()}


def at(image: Image.Image, x: float, y: float) -> Any:
    """The colour at a place, given as shares of the picture."""
    return image.getpixel((round(x * image.width), round(y * image.height)))


def test_box_stands_where_it_was_drawn() -> None:
    """Without this, every box of a sheet could be shifted or scaled, and people would judge good
    labels bad.
    """
    image = drawn(tile(told("boxes", boxes=(APPLE,), size=SIZE)))
    assert image.size == (246, 184)
    assert at(image, 0.25, 0.5) == ORANGE
    assert at(image, 0.75, 0.5) == ORANGE
    assert at(image, 0.5, 0.2) == ORANGE
    assert at(image, 0.5, 0.5) == GREEN
    assert at(image, 0.1, 0.5) == GREEN


def test_box_of_a_picture_that_workers_saw_larger_is_scaled() -> None:
    """The manifest's size counts: without this, boxes on a picture replaced by a smaller copy would
    lie outside.
    """
    twice = Box("apple", 200, 120, 400, 300)
    image = drawn(tile(told("boxes", boxes=(twice,), size=(800, 600))))
    assert at(image, 0.25, 0.5) == ORANGE


def test_polygon_line_and_key_point_are_drawn() -> None:
    """Without this, a sheet of drawings would show bare pictures."""
    corners = ((100.0, 60.0), (300.0, 60.0), (300.0, 240.0), (100.0, 240.0))
    closed = drawn(tile(told("drawings", drawings=(Drawing("apple", "polygon", corners),))))
    assert at(closed, 0.25, 0.5) == ORANGE
    line = drawn(tile(told("drawings", drawings=(Drawing("apple", "polyline", corners),))))
    assert at(line, 0.25, 0.5) == GREEN
    assert at(line, 0.5, 0.2) == ORANGE
    point = drawn(tile(told("drawings", drawings=(Drawing("pear", "keypoint", ((200, 150),)),))))
    assert at(point, 0.5, 0.5) == BLUE


def test_mask_is_seen_through_in_the_labels_colour() -> None:
    """Without this, a mask would hide its picture, or lie elsewhere."""
    mask = Image.new("P", SIZE, 0)
    mask.putpalette([255, 255, 255, 44, 160, 44])
    mask.paste(1, (0, 0, 200, 300))
    FILES["s3://b/mask.png"] = saved(mask)
    painted = told("mask", mask=Mask("s3://b/mask.png", (("#2ca02c", "apple"), ("oops", "pear"))))
    image = drawn(tile(painted))
    left = at(image, 0.1, 0.8)
    assert at(image, 0.9, 0.8) == GREEN
    assert left != GREEN
    assert all(min(a, b) <= c <= max(a, b) for a, b, c in zip(GREEN, ORANGE, left, strict=True))


def test_text_has_its_marks_in_colour_wherever_it_lies() -> None:
    """Without this, a text's words could be told from its marks only by reading JSON."""
    marks = told("spans", spans=(Span("apple", 0, 3), Span("pear", 8, 12), Span("pear", 900, 2)))
    for made in (
        tile(marks, address="", text="Ana met Noor in Lyon"),
        tile(marks, address="s3://b/story.txt"),
    ):
        image = drawn(made)
        assert image.size == PICTURE
        assert has(image, ORANGE)
        assert has(image, BLUE)
        assert made.said == "2 pear, 1 apple"


def test_long_text_is_shown_from_its_first_mark_on() -> None:
    """Without this, a mark at the end of a long text would never be seen."""
    text = "word " * 3_000 + "Lyon"
    image = drawn(tile(told("spans", spans=(Span("pear", 15_000, 15_004),)), "", text))
    assert has(image, BLUE)


def test_frames_stand_side_by_side_with_what_was_marked() -> None:
    """Without this, a video's labels could not be seen at all."""
    frames = told(
        "frames", address="s3://b/labels.json", classes=(Class("pear"),), class_numbers=("3",)
    )
    image = drawn(tile(frames, address="s3://b/seq.json"))
    assert has(image.crop((image.width // 2, 0, *image.size)), BLUE)
    assert not has(image.crop((0, 0, image.width // 2 - 4, image.height)), BLUE)
    [marks] = frame_marks(FILES["s3://b/labels.json"], {})
    assert marks.boxes[0].label == "?"
    assert not frame_addresses(b"[1]")
    assert not frame_marks(b"{", {})


def test_cloud_is_seen_from_above() -> None:
    """Without this, cuboids and classes of points could not be looked at."""
    cuboid = Cuboid("pear", (5, 5, 0), (4, 2, 1), 0.3)
    assert has(drawn(tile(told("cloud", cuboids=(cuboid,)), "s3://b/cloud.txt")), BLUE)
    names = {"classes": (Class("apple"), Class("pear")), "class_numbers": ("1", "2")}
    classes = told("cloud", address="s3://b/classes.zlib", **names)
    image = drawn(tile(classes, "s3://b/cloud.txt"))
    assert has(image, ORANGE)
    assert has(image, BLUE)
    cloud = points_of(struct.pack("<8f", 1, 2, 3, 4, 5, 6, 7, 8), ".bin")
    assert cloud.points == [(1, 2), (5, 6)]
    three = points_of(struct.pack("<6f", 1, 2, 3, 5, 6, 7), "binary/xyz")
    assert three.points == [(1, 2), (5, 6)]
    assert points_of(b"0 0\n" * 200_000, ".txt").numbers[1] == 3
    assert classes_of(zlib.compress(bytes(1_000)), cloud) == [0, 0]


def test_opinion_is_read_below_what_it_is_about() -> None:
    """Without this, a verification's sheet would show pictures without the boxes that were judged
    bad.
    """
    boxes = Told("boxes", "object-detection", "boxes", boxes=(APPLE,), size=SIZE)
    opinion = told("opinion", classes=(Class("bad", 0.93),), comments=("too wide",), about="boxes")
    made = tile_of(
        Line(1, "s3://b/a.png", "", (boxes, opinion)), "fruit", Easel(read, Colours(["apple"]))
    )
    assert at(drawn(made), 0.25, 0.5) == ORANGE
    assert made.said == "bad 0.93: too wide"


@pytest.mark.parametrize("turn", range(1, 9))
def test_picture_is_upright_as_its_workers_saw_it(turn: int) -> None:
    """Boxes are drawn on the turned picture: without this, those of most telephones' photographs
    would lie beside what they mark.
    """
    exif = Image.Exif()
    exif[0x0112] = turn
    seen = plain((160, 80))
    seen.paste((250, 250, 250), (0, 0, 40, 20))  # upper left, as people see it
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(turn)
    stored = seen if undo is None else seen.transpose(Image.Transpose(undo))
    image = opened(saved(stored, exif=exif), (160, 160))
    assert image.size == (160, 80)
    assert image.image.getpixel((5, 5)) == (250, 250, 250)


def test_scores_are_bars_of_their_length() -> None:
    """Without this, a bad label would look as good as the others."""
    rows = [Row("all", (1.0, None, 0.0)), Row("x" * 300, (0.5, 0.25, 0.75))]
    image = Image.open(BytesIO(scores("orchard / v1", rows * 30)))
    assert image.width == 1_000
    line = image.convert("RGB").crop((0, 112, 1_000, 113))
    seen = line.getcolors(1_000) or []
    long = sum(
        many
        for many, each in seen
        if isinstance(each, tuple) and abs(each[0] - 230) < 20 and abs(each[1] - 159) < 20
    )
    assert long > 600, "all of its row is coloured"
    one, many = scores("a", rows[:1]), scores("a", rows * 30)
    assert Image.open(BytesIO(one)).height < Image.open(BytesIO(many)).height < 2_000


@pytest.mark.parametrize(
    ("body", "same"),
    [
        (saved(plain()), True),
        (saved(plain(), "JPEG"), True),
        (saved(plain(), "GIF"), False),
        (saved(plain((300, 200)), "BMP"), False),
    ],
)
def test_picture_is_made_fit_for_a_model(body: bytes, same: bool) -> None:
    """Without this, a model would refuse what every phone and browser shows."""
    sent = sendable(body, 100_000)
    assert (sent == body) is same
    with Image.open(BytesIO(sent)) as image:
        assert image.format in {"PNG", "JPEG"}
    assert len(sent) <= 100_000


def test_picture_for_a_model_stands_upright_and_is_small_enough() -> None:
    """Without this, boxes of a phone's photo would lie on their side, and large ones be refused."""
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(BytesIO(sendable(saved(plain((80, 40)), "JPEG", exif=exif), 90_000))) as image:
        assert image.size == (40, 80)
    large = saved(Image.effect_noise((2_600, 2_600), 90), "JPEG", quality=95)
    with Image.open(BytesIO(sendable(large, 2_500_000))) as image:
        assert max(image.size) == 2_048


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_picture_of_every_kind_is_shown_in_colours(mode: str) -> None:
    """Without this, one grey or transparent picture would leave a tile empty."""
    image = Image.new(mode, (60, 40))
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(saved(image, kind), PICTURE).image.mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    """A PNG of so many pixels in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    packed = zlib.compress(bytes(1_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def with_words() -> bytes:
    """A PNG whose text unpacks to 60 times its size."""
    words = PngImagePlugin.PngInfo()
    words.add_text("much", "x" * 70_000_000, zip=True)
    return saved(plain((4, 4)), pnginfo=words)


def scans() -> bytes:
    """A progressive JPEG that asks for a thousand scans of a million pixels."""
    body = saved(plain((1_000, 1_000)), "JPEG", progressive=True)
    return body[:-2] + b"\xff\xda\x00\x08" * 1_000 + body[-2:]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not a picture (JPEG, PNG, GIF, WebP)"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture (JPEG, PNG, GIF, WebP)"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (saved(plain(), "TIFF"), "not a picture"),
        (saved(plain())[:90], "the file is broken"),
        (saved(plain(), "JPEG")[:700], "the file is broken"),
        (bomb(6_000, 5_000), "30 megapixels; 25 at most"),
        (bomb(60_000, 60_000), "hundreds of megapixels"),
        (with_words(), "the file is broken"),
        (scans(), "made of 1,01"),
        (bytes(BYTES_MOST + 1), "larger than 30 MB"),
    ],
    ids=["empty", "svg", "eps", "tiff", "cut", "cut-jpeg", "large", "huge", "words", "scans", "MB"],
)
def test_picture_that_means_harm_is_refused_before_it_costs(body: bytes, why: str) -> None:
    """Without this, one file in a bucket could take a worker's memory, or minutes of its time."""
    with pytest.raises(Undrawable) as refused:
        opened(body, PICTURE)
    assert refused.value.words.startswith(why)


def with_camera_extras(picture: Image.Image, **more: Any) -> bytes:
    """A photo as phones write it: a thumbnail in its EXIF data, a second picture behind it."""
    exif = b"Exif\x00\x00II*\x00\x08" + bytes(9) + saved(plain((160, 120)), "JPEG")
    small = plain((100, 80))
    return saved(picture, "MPO", save_all=True, append_images=[small], exif=exif, **more)


def test_photo_of_a_large_camera_is_drawn() -> None:
    """Most phones put small pictures into a photo: without this, each of theirs would count as one
    more scan, and a photo of 28 megapixels be a grey tile.
    """
    body = with_camera_extras(plain((6_400, 4_400)))
    assert body.count(b"\xff\xda") > 2
    assert opened(body, PICTURE).size == (6_400, 4_400)


def test_photo_of_many_scans_is_refused_however_many_pictures_it_holds() -> None:
    """Without this, a second picture behind the first would let a thousand scans through."""
    body = with_camera_extras(plain((1_000, 1_000)), progressive=True)
    end = body.rindex(b"\xff\xd9", 0, body.rindex(b"\xff\xd8"))
    with pytest.raises(Undrawable, match="made of 1,02"):
        opened(body[:end] + b"\xff\xda\x00\x08" * 1_000 + body[end:], PICTURE)


def test_place_outside_of_a_picture_breaks_nothing() -> None:
    """Manifests are other people's: a box at infinity would end the whole sheet."""
    wild = (float("inf"), -1e300), (float("nan"), 5.0), (1e12, -1e12)
    made = tile(
        told(
            "boxes",
            boxes=(Box("apple", -1e300, float("nan"), 1e300, -5), Box("pear", 1e9, 1e9, 5, 5)),
            drawings=(Drawing("apple", "polygon", wild), Drawing("pear", "keypoint", ())),
            size=(0, -4),
        )
    )
    assert drawn(made).size == (246, 184)


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("s3://b/gone.png", "boxes", "There is nothing at this address."),
        ("s3://b/story.txt", "boxes", "not a picture (JPEG, PNG, GIF, WebP)"),
        ("s3://b/roll.webm", "classes", "a clip; Labeljob draws no moving pictures"),
        ("s3://b/a.png", "frames", "a sequence file without frames"),
        ("s3://b/a.png", "cloud", "a point cloud"),
        ("s3://b/story.txt", "cloud", "not a point cloud that can be read"),
    ],
)
def test_object_that_cannot_be_drawn_says_why(address: str, kind: str, why: str) -> None:
    """Without this, one missing picture would cost a whole sheet, or be left out in silence."""
    made = tile(told(kind), address)
    if made.image is None:
        assert made.why_not.startswith(why)
        sheet = Image.open(BytesIO(contact_sheet([made])))
        assert sheet.width == WIDTH
        assert Image.open(BytesIO(large_picture(made))).width >= 640


def test_names_of_every_script_fit_their_room_and_stay_apart() -> None:
    """Without this, labels in Japanese would be equal boxes, and long ones would run over their
    neighbours.
    """
    assert readable("ripe") == "ripe"
    assert readable("\U000e0001x") != readable("\U000e0002x") or readable("\U000e0001x") == "x"
    assert readable("りんご") != readable("なし")
    assert width(fitted("overripe and bruised " * 9, 13, 100), 13) <= 100
    assert fitted("pear", 13, 100) == "pear"


def test_every_colour_can_be_told_from_the_others_and_read_on() -> None:
    """Without this, two labels could look alike, or a name be unreadable on its own colour."""
    assert len(set(LABELS)) == 7
    assert all(contrast(ink_on(each), each) >= 4.5 for each in LABELS)
    colours = Colours(["a", "b"])
    assert colours.of("new") == LABELS[2]
    assert colours.of("b") == LABELS[1]


def test_sheet_says_in_words_what_it_shows() -> None:
    """Without this, whoever cannot see the sheet would learn nothing of it."""
    lines = [
        Line(1, "s3://b/a.png", "", (told("boxes", boxes=(APPLE, APPLE)),)),
        Line(4, "s3://b/a.png", "", (told("boxes"),)),
        Line(9, "s3://b/a.png", "", ()),
    ]
    assert sheet_words(lines, "fruit", ["", "", "gone"]) == (
        "3 objects with their labels drawn, lines 1 to 9; 2 apple; 1 with nothing marked; "
        "1 without a label; 1 that could not be drawn."
    )
    assert (
        len(
            sheet_words(
                [
                    Line(
                        1,
                        "s3://b/a",
                        "",
                        (
                            told(
                                "boxes",
                                boxes=tuple(Box("x" * 250 + str(n), 0, 0, 1, 1) for n in range(9)),
                            ),
                        ),
                    )
                ],
                "fruit",
            )
        )
        <= 1_000
    )
    assert confidence_of(told("boxes", boxes=(APPLE, Box("pear", 0, 0, 1, 1, 0.9)))) == 0.4


def test_twenty_tiles_are_one_sheet() -> None:
    """Without this, a page of results would be cut, or grow without end."""
    made = tile(told("boxes", boxes=(APPLE,)))
    sheet = Image.open(BytesIO(contact_sheet([made] * 25)))
    assert sheet.width == WIDTH == 1_280
    assert sheet.height == Image.open(BytesIO(contact_sheet([made] * 20))).height
