"""What a contact sheet costs beside decoding its pictures."""

import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from bot.manifests.shapes import Box, Line, Told
from bot.pictures.limits import TILES
from bot.pictures.palette import Colours
from bot.pictures.sheet import PICTURE, contact_sheet
from bot.pictures.tiles import Easel, tile_of

_SIZE = (1_152, 864)  # a megapixel
_BOXES = 5


def contact_sheets() -> tuple[Callable[[], None], Callable[[], None]]:
    """The floor (the scaled decode alone) and a whole sheet of the same twenty pictures."""
    chance = random.Random(20)  # noqa: S311 - the same every time
    files = {f"s3://bench/{number:02d}.jpg": _photograph(chance) for number in range(TILES)}
    lines = [
        Line(number, address, "", (Told("fruit", "", "boxes", boxes=_boxes(chance), size=_SIZE),))
        for number, address in enumerate(files, 1)
    ]
    easel = Easel(files.__getitem__, Colours(["apple", "pear"]))

    def floor() -> None:
        for body in files.values():
            with Image.open(BytesIO(body)) as image:
                image.draft("RGB", PICTURE)
                image.load()

    def ours() -> None:
        contact_sheet([tile_of(line, "fruit", easel) for line in lines])

    return floor, ours


def _photograph(chance: random.Random) -> bytes:
    """A JPEG that packs like a photograph: large forms and a little noise."""
    image = Image.effect_noise(_SIZE, 24).convert("RGB")
    for _ in range(12):
        left, top = chance.randrange(1_000), chance.randrange(700)
        colour = tuple(chance.randrange(256) for _ in range(3))
        image.paste(colour, (left, top, left + 150, top + 150))
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def _boxes(chance: random.Random) -> tuple[Box, ...]:
    return tuple(
        Box(
            chance.choice(("apple", "pear")),
            chance.uniform(0, 900),
            chance.uniform(0, 600),
            150,
            150,
        )
        for _ in range(_BOXES)
    )
