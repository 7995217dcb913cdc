"""Draw the documentation's results again: every family of labels over the samples of the practice
workspace, on one sheet, and one object large.

For maintainers: `make drawings`, then look at them. What is drawn is the samples' own truth, so a
label that lies beside its fruit is a fault of the drawing.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from bot.manifests.shapes import Box, Class, Cuboid, Drawing, Line, Mask, Span, Told
from bot.pictures.palette import Colours
from bot.pictures.sheet import contact_sheet, large_picture
from bot.pictures.tiles import Easel, tile_of
from bot.sandbox.crowd import sample_scenes, sample_truth
from bot.sandbox.workspace import sample_pictures, seed
from bot.sandbox.workspace import sample_scenes as scene_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.crowd.sample_truth import Fruit, Scene

HERE = Path(__file__).parent
BUCKET = "orchard-raw"
SIZE = (640, 480)
SCENES = list(sample_truth.scenes(seed.SEED))
TABLE = max((each for each in SCENES if each.name.startswith("table")), key=lambda s: len(s.fruits))
MASK = "s3://masks/table.png"
MARKS = "s3://labels/belt.json"
HEX = {"apple": "#d62728", "pear": "#2ca02c", "orange": "#ff7f0e", "lemon": "#bcbd22"}


def fruit_points(fruit: Fruit) -> tuple[tuple[float, float], ...]:
    """The fruit's skin in pixels."""
    return tuple(
        (fruit.x + fruit.half_width * x, fruit.y + fruit.half_height * y)
        for x, y in sample_truth.outline(fruit.kind)
    )


def files() -> dict[str, bytes]:
    """The samples by their addresses, with a mask and a file of frames made of their truth."""
    painted = sample_pictures.paint([*SCENES[:2], TABLE])
    found = {f"s3://{BUCKET}/{each.name}": each.jpeg for each in painted}
    found |= {f"s3://{BUCKET}/{key}": body for key, body in scene_files.files(BUCKET, seed.SEED)}
    found[MASK] = mask(TABLE)
    found[MARKS] = json.dumps({"tracking-annotations": list(belt_marks(found))}).encode()
    found[f"s3://{BUCKET}/cut-off.jpg"] = found[f"s3://{BUCKET}/{TABLE.name}"][:9_000]
    return found


def mask(scene: Scene) -> bytes:
    """The fruits of a picture as a mask, each kind in a colour."""
    image = Image.new("RGB", SIZE, "white")
    for fruit in scene.fruits:
        ImageDraw.Draw(image).polygon(fruit_points(fruit), fill=HEX[fruit.kind])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def belt_marks(found: dict[str, bytes]) -> Iterator[dict[str, object]]:
    """What rolls along the belt, frame by frame, as Ground Truth writes it."""
    for address in found:
        rolling = sample_scenes.belt(address) if "belt-s7-01" in address else None
        marks = [
            {
                "left": each.left,
                "top": each.top,
                "width": each.width,
                "height": each.height,
                "class-id": str(list(HEX).index(each.kind)),
                "object-name": f"{each.kind}:{each.number}",
            }
            for each in rolling or ()
        ]
        if marks:
            yield {"frame": address.rpartition("/")[2], "annotations": marks}


def lines(found: dict[str, bytes]) -> list[Line]:
    """One object of every family."""
    table = f"s3://{BUCKET}/{TABLE.name}"
    sequence = next(each for each in found if "belt" in each and each.endswith(".json"))
    cloud = next(each for each in found if "row" in each and each.endswith(".txt"))
    boxes = tuple(Box(fruit.kind, *fruit.box) for fruit in TABLE.fruits)
    outlines = tuple(Drawing(each.kind, "polygon", fruit_points(each)) for each in TABLE.fruits)
    stems = tuple(
        Drawing("stem", "keypoint", ((each.x, each.y - each.half_height),)) for each in TABLE.fruits
    )
    edge = Drawing("edge of the table", "polyline", ((0, TABLE.horizon), (640, TABLE.horizon)))
    things = tuple(
        Cuboid(each.kind, each.center, each.size, each.yaw)
        for each in sample_scenes.cloud_things(cloud) or ()
    )
    colours = tuple((HEX[kind], kind) for kind in {fruit.kind: 0 for fruit in TABLE.fruits})
    named = {"classes": tuple(map(Class, ("apple", "pear"))), "class_numbers": ("0", "1")}
    text, tone = sample_truth.texts(seed.SEED)[0]
    told: list[tuple[str, str, dict[str, Any]]] = [
        (f"s3://{BUCKET}/{SCENES[0].name}", "", {"classes": (Class(SCENES[0].label, 0.88),)}),
        (table, "", {"kind": "boxes", "boxes": boxes, "size": SIZE}),
        (table, "", {"kind": "drawings", "drawings": outlines, "size": SIZE}),
        (table, "", {"kind": "drawings", "drawings": (*stems, edge), "size": SIZE}),
        (table, "", {"kind": "mask", "mask": Mask(MASK, colours)}),
        ("", text, {"classes": (Class(tone, 0.6),)}),
        ("", text, {"kind": "spans", "spans": tuple(spans(text))}),
        (sequence, "", {"kind": "frames", "address": MARKS, **named}),
        (cloud, "", {"kind": "cloud", "cuboids": things}),
        (table, "", {"kind": "boxes", "size": SIZE}),
        (f"s3://{BUCKET}/cut-off.jpg", "", {"kind": "boxes", "boxes": boxes, "size": SIZE}),
    ]
    made = [
        Line(
            number,
            address,
            words,
            (Told(**{"attribute": "fruit", "type": "", "kind": "classes", **figures}),),
        )
        for number, (address, words, figures) in enumerate(told, 1)
    ]
    judged = Told(
        "judged",
        "label-verification",
        "opinion",
        classes=(Class("incorrect", 0.93),),
        comments=("one box is too wide",),
        about="fruit",
    )
    return [*made, Line(12, table, "", (*made[1].told, judged))]


def spans(text: str) -> Iterator[Span]:
    """Two words of the text, marked."""
    words = [word for word in text.split() if len(word) > 5]  # noqa: PLR2004 - not "the"
    for label, word in zip(("praise", "complaint"), words, strict=False):
        yield Span(label, text.index(word), text.index(word) + len(word))


def main() -> None:
    """Draw both."""
    found = files()
    easel = Easel(found.__getitem__, Colours(("apple", "pear", "orange", "lemon")))
    objects = lines(found)
    tiles = [tile_of(each, each.told[-1].attribute, easel) for each in objects]
    keep("results", contact_sheet(tiles))
    keep("results-large", large_picture(tile_of(objects[1], "fruit", easel.large())))


def keep(name: str, body: bytes) -> None:
    """Save a picture beside the pages."""
    file = HERE / f"{name}.jpg"
    file.write_bytes(body)
    print(f"{file.name}: {len(body) // 1_000} kB")


if __name__ == "__main__":
    main()
