"""Words on pictures: in a letter that has all their signs, cut to their room, on a ground of their
own so that they are read over anything.
"""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from bot.pictures.palette import Colour, ink_on

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# What machines have for signs that Pillow's own letter lacks; none of them has to be there.
_OTHERS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "Arial Unicode.ttf",
)
_NO_SIGN = "\U0010ffff"  # never a character: a font draws its empty box
_PAD = 3


@lru_cache(maxsize=1_024)
def width(text: str, size: int) -> int:
    """How many pixels the words take."""
    return round(_font(text, size).getlength(readable(text)))


def line_height(size: int) -> int:
    """The height of a line of this letter, in pixels."""
    return round(size * 1.3)


@lru_cache(maxsize=1_024)
def fitted(text: str, size: int, room: int) -> str:
    """The words on one line, as many as fit; what is cut off is shown by an ellipsis."""
    one = readable(" ".join(text.split()))
    font = _font(one, size)
    if font.getlength(one) <= room:
        return one
    low, high = 0, len(one)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(f"{one[:middle].rstrip()}…") <= room:
            low = middle
        else:
            high = middle - 1
    return f"{one[:low].rstrip()}…"


def write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, ink: Colour
) -> None:
    """One line of words, its upper left corner at `at`."""
    draw.text(at, readable(text), fill=ink, font=_font(text, size))


def tag(image: Image.Image, at: tuple[float, float], text: str, size: int, ground: Colour) -> None:
    """A name on a ground of its colour, its lower left corner at `at`, moved to lie within the
    picture.
    """
    name = _name_plate(text, size, ground, image.width)
    left = min(max(0, round(at[0])), max(0, image.width - name.width))
    top = min(max(0, round(at[1]) - name.height), max(0, image.height - name.height))
    image.paste(name, (left, top))


@lru_cache(maxsize=256)  # one label stands on a sheet a hundred times
def _name_plate(text: str, size: int, ground: Colour, room: int) -> Image.Image:
    words = fitted(text, size, room - 2 * _PAD)
    plate, draw = blank((width(words, size) + 2 * _PAD, line_height(size)), ground)
    write(draw, (_PAD, 1), words, size, ink_on(ground))
    return plate


def readable(text: str) -> str:
    """The text with a sign that no font here has told by its number (U+30EA), so that two labels
    never look alike.
    """
    if text.isascii() or all(_can(_chosen(text), sign) for sign in text):
        return text
    font = _chosen(text)
    return "".join(
        sign if _can(font, sign) else f"U+{ord(sign):04X}" for sign in text if sign.isprintable()
    )


@lru_cache(maxsize=256)
def _chosen(text: str) -> str:
    """The font that has most of the text's signs ("" is Pillow's own)."""
    if text.isascii():
        return ""
    return max(("", *_found()), key=lambda name: sum(_can(name, sign) for sign in text))


@lru_cache(maxsize=1)
def _found() -> tuple[str, ...]:
    """Which of the other fonts this machine has."""
    found = []
    for name in _OTHERS:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        found.append(name)
    return tuple(found)


@lru_cache(maxsize=4_096)
def _can(name: str, sign: str) -> bool:
    """Whether a font has a sign."""
    if sign.isspace() or sign.isascii():
        return True
    font = _named(name, 12)
    return bytes(font.getmask(sign)) != bytes(font.getmask(_NO_SIGN))


def _font(text: str, size: int) -> Font:
    return _named(_chosen(text), size)


@lru_cache(maxsize=64)
def _named(name: str, size: int) -> Font:
    if name:
        return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)


def blank(size: tuple[int, int], ground: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A ground to write on, and its pen."""
    image = Image.new("RGB", size, ground)
    return image, ImageDraw.Draw(image)
