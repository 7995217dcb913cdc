"""Semantic segmentation: what a painted picture is read as, how painters are brought together, what
lands in S3.
"""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from workers_world import World

from bot.sandbox.crowd import masks
from bot.sandbox.crowd.answers import AnswerFault, read, write
from bot.sandbox.crowd.audits import mask_before
from bot.sandbox.crowd.consolidation import Frame, Labels, Vote, consolidate
from bot.sandbox.crowd.masks import Mask, mask_of, vote
from bot.sandbox.crowd.task_kinds import TaskKind, kind_of
from bot.sandbox.workspace.sample_pictures import SamplePicture, pictures

LABELS = ("apple", "pear", "orange", "lemon")


def kind(name: str) -> TaskKind:
    arn = f"arn:aws:lambda:us-east-1:432418664414:function:ACS-{name}"
    found = kind_of(
        {
            "HumanTaskConfig": {
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": arn}
            }
        }
    )
    assert found is not None
    return found


def painted(*squares: tuple[int, int, int, int, int]) -> Mask:
    """A picture of 20 by 10 pixels with squares of (label number, left, top, right, bottom), edges
    included.
    """
    image = Image.new("L", (20, 10), 0)
    for number, *edges in squares:
        ImageDraw.Draw(image).rectangle(tuple(edges), fill=number)
    return mask_of(LABELS, image)


def png(image: Image.Image) -> str:
    content = io.BytesIO()
    image.save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def answer(image: Image.Image, **colours: str) -> dict[str, Any]:
    """What a page submits for this picture."""
    return {
        "annotatedResult": {
            "inputImageProperties": {"width": 20, "height": 10},
            "labelMappings": {label: {"color": colour} for label, colour in colours.items()},
            "labeledImage": {"pngImageData": png(image)},
        }
    }


def test_the_colours_of_a_page_say_what_is_painted() -> None:
    """Another tool's colours, see-through ground and colours that mean nothing must all be read
    rightly.
    """
    image = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 3, 3), fill=(1, 2, 3, 255))
    draw.rectangle((10, 0, 12, 4), fill=(250, 0, 0, 255))
    draw.rectangle((15, 5, 19, 9), fill=(9, 9, 9, 255))
    found = read(
        kind("SemanticSegmentation"), LABELS, answer(image, pear="#010203", lemon="#FA0000")
    )
    assert found == painted((2, 0, 0, 3, 3), (4, 10, 0, 12, 4))


def test_an_indexed_picture_is_read_by_its_palette() -> None:
    """The quick way must give what the slow one gives, also for a see-through index in a label's
    colour.
    """
    image = Image.new("P", (20, 10), 0)
    image.putpalette([1, 2, 3, 1, 2, 3, 250, 0, 0])
    ImageDraw.Draw(image).rectangle((0, 0, 3, 3), fill=1)
    ImageDraw.Draw(image).rectangle((5, 5, 9, 9), fill=2)
    content = io.BytesIO()
    image.save(content, "PNG", transparency=0)
    colours = {"pear": "#010203", "apple": "#fa0000"}
    assert masks.read_png(content.getvalue(), (20, 10), LABELS, colours) == painted(
        (2, 0, 0, 3, 3), (1, 5, 5, 9, 9)
    )


def test_what_simulated_people_write_is_read_back() -> None:
    """Simulated people and real ones must leave the same files."""
    mask = painted((1, 0, 0, 3, 3), (4, 5, 5, 9, 9))
    content = write(kind("SemanticSegmentation"), mask)
    assert content["crowd-semantic-segmentation"]["labelMappings"]["apple"] == {"color": "#2ca02c"}
    assert read(kind("SemanticSegmentation"), LABELS, content) == mask


def test_a_mask_that_cannot_be_read_is_refused_with_words() -> None:
    """A mask of another size or a broken file would spoil the consolidation of everybody's work."""
    of = kind("SemanticSegmentation")
    good = answer(Image.new("RGBA", (20, 10)), apple="#2ca02c")
    for change, words in (
        ({"labeledImage": {"pngImageData": "%%"}}, "Base64"),
        ({"labeledImage": {"pngImageData": "AAAA"}}, "no PNG"),
        (
            {"inputImageProperties": {"width": 21, "height": 10}},
            "20 by 10 pixels, the picture 21 by 10",
        ),
        ({"labelMappings": {"plum": {"color": "#2ca02c"}}}, "not one of this job's labels"),
        ({"labelMappings": {"apple": {"color": "green"}}}, "no colour"),
        ({"labelMappings": None}, "no painted picture"),
    ):
        with pytest.raises(AnswerFault, match=words):
            read(of, LABELS, {"annotatedResult": good["annotatedResult"] | change})


def test_each_pixel_goes_to_what_most_painted() -> None:
    """A stray stroke of one worker must vanish, and a draw must come out the same in each run."""
    one, two = painted((1, 0, 0, 4, 4)), painted((1, 0, 0, 3, 4), (2, 10, 0, 12, 4))
    three = painted((2, 0, 0, 4, 4))
    agreed, share = vote([one, two, three])
    assert agreed == painted((1, 0, 0, 3, 4))
    assert 0.5 < share < 0.8
    assert vote([painted((2, 0, 0, 4, 4)), painted((1, 0, 0, 4, 4))])[0] == painted((1, 0, 0, 4, 4))
    assert vote([painted(), painted()]) == (painted(), 1.0)


def test_the_metadata_has_a_color_map_with_one_confidence() -> None:
    """Training reads the classes of a mask from this map alone; AWS scores a picture as a whole."""
    kept: list[bytes] = []

    def keep(_kind: str, content: bytes) -> str:
        kept.append(content)
        return "s3://out/0.png"

    votes = [Vote(f"w{n}", painted((3, 0, 0, 4 + n, 4))) for n in range(2)]
    frame = Frame("fruit-ref", "Paint", 1_719_911_671.0, keep=keep)
    pair = consolidate(kind("SemanticSegmentation"), Labels(LABELS, {}), votes, frame)
    assert pair["fruit-ref"] == "s3://out/0.png"
    metadata = pair["fruit-ref-metadata"]
    assert metadata["type"] == "groundtruth/semantic-segmentation"
    assert metadata["internal-color-map"].keys() == {"0", "3"}
    assert metadata["internal-color-map"]["0"] | {"confidence": 0} == {
        "class-name": "BACKGROUND",
        "hex-color": "#ffffff",
        "confidence": 0,
    }
    assert metadata["internal-color-map"]["3"]["hex-color"] == "#ff7f0e"
    assert len({entry["confidence"] for entry in metadata["internal-color-map"].values()}) == 1
    with Image.open(io.BytesIO(kept[0])) as picture:
        assert picture.mode == "P"
        assert picture.tobytes() == votes[0].answer.pixels  # type: ignore[union-attr]
        assert picture.convert("RGB").getpixel((0, 0)) == (0xFF, 0x7F, 0x0E)
        assert picture.convert("RGB").getpixel((19, 9)) == (255, 255, 255)


def test_an_adjustment_starts_from_the_earlier_mask() -> None:
    """The review loop counts rounds by this word; it must hold for masks as for boxes."""
    before = painted((1, 0, 0, 4, 4))
    colour_map = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
        "1": {"class-name": "apple", "hex-color": "#2ca02c"},
    }
    line = {
        "old-ref": "s3://b/old.png",
        "old-ref-metadata": {
            "type": "groundtruth/semantic-segmentation",
            "internal-color-map": colour_map,
        },
    }
    found = mask_before(
        line, "new-ref", LABELS, (20, 10), lambda uri: {"s3://b/old.png": masks.to_png(before)}[uri]
    )
    assert found == before
    for given, word in ((before, "unadjusted"), (painted(), "adjusted")):
        frame = Frame("new-ref", "Again", 1.0, keep=lambda *_: "s3://b/new.png")
        pair = consolidate(
            kind("AdjustmentSemanticSegmentation"),
            Labels(LABELS, {}),
            [Vote("w", given)],
            frame,
            found,
        )
        assert pair["new-ref-metadata"]["adjustment-status"] == word


@pytest.fixture(scope="module")
def tables() -> list[SamplePicture]:
    return [sample for sample in pictures(7) if sample.name.startswith("table-")][:8]


@pytest.fixture
def world(tmp_path: Path, tables: list[SamplePicture]) -> Iterator[World]:
    made = World(tmp_path / "aws.db")
    made.team()
    for sample in tables:
        made.objects.kept["orchard", sample.name] = sample.jpeg
    made.lines({"source-ref": f"s3://orchard/{sample.name}"} for sample in tables)
    yield made
    made.store.close()


def test_a_job_paints_the_fruit_and_leaves_its_masks_in_s3(
    world: World, tables: list[SamplePicture]
) -> None:
    """Practice masks that miss the fruit, or lie where AWS does not put them, would teach people a
    wrong thing.
    """
    job = world.job("Paint", "SemanticSegmentation", LABELS, LabelAttributeName="fruit-ref")
    world.later(15)
    assert (world.row(job)["status"], world.row(job)["human"]) == ("Completed", 8)
    for number, (line, sample) in enumerate(zip(world.output("Paint"), tables, strict=True)):
        key = line["fruit-ref"].removeprefix("s3://orchard/")
        assert key.startswith(f"out/Paint/annotations/consolidated-annotation/output/{number}_20")
        assert line["fruit-ref-metadata"]["human-annotated"] == "yes"
        with Image.open(io.BytesIO(world.objects.kept["orchard", key])) as picture:
            assert picture.size == (640, 480)
            for fruit, left, top, width, height in sample.boxes:
                hidden = sum(
                    b[1] <= left + width // 2 <= b[1] + b[3]
                    and b[2] <= top + height // 2 <= b[2] + b[4]
                    for b in sample.boxes
                )
                if hidden == 1:
                    found = picture.getpixel((left + width // 2, top + height // 2))
                    assert isinstance(found, int)
                    assert found in {0, LABELS.index(fruit) + 1}
    answers = [key for _, key in world.objects.kept if "/worker-response/" in key]
    content = json.loads(world.objects.kept["orchard", answers[0]])["answers"][0]["answerContent"]
    assert content["crowd-semantic-segmentation"]["inputImageProperties"] == {
        "height": 480,
        "width": 640,
    }


def test_masks_are_adjusted_and_verified_in_chains(world: World) -> None:
    """The review loop for masks is two more task types; each reads what the one before wrote."""
    world.job("Paint", "SemanticSegmentation", LABELS, LabelAttributeName="fruit-ref")
    world.later(15)
    output = world.output("Paint")
    world.lines(output)
    again = world.job(
        "Again", "AdjustmentSemanticSegmentation", LABELS, LabelAttributeName="fixed-ref"
    )
    world.later(15)
    assert world.row(again)["status"] == "Completed"
    line = world.output("Again")[0]
    assert line["fruit-ref"] == output[0]["fruit-ref"] != line["fixed-ref"]
    assert line["fixed-ref-metadata"]["adjustment-status"] == "adjusted"
    check = world.job(
        "Check", "VerificationSemanticSegmentation", ("good", "bad"), LabelAttributeName="verdict"
    )
    world.later(15)
    assert world.row(check)["status"] == "Completed"
    assert world.output("Check")[0]["verdict-metadata"]["type"] == "groundtruth/label-verification"
