"""Masks and key points in COCO and in a manifest: judged by pycocotools and by plain pixels."""

import base64
import json
from io import BytesIO
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as judge

from bot.base.aws import AwsBusy
from bot.base.errors import Refusal
from bot.manifests import areas
from bot.manifests.formats.format import Findings
from bot.manifests.shapes import Area, Drawing, Line, Mask, Told
from bot.pictures.masks import areas_of, kept_masks, opened_masks, painted_mask
from bot.pictures.words import labels_of
from tests.facts.test_formats import (
    LABELS,
    SURE,
    broken,
    coco_file,
    line,
    nearly,
    read,
    told,
    tried,
    written,
)

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 30))
COLOURS = (("#e69f00", "tree"), ("#000000", "road"), ("#56b4e9", "sky"))


@st.composite
def painted(draw: st.DrawFn) -> np.ndarray:
    """A picture of numbers: 0 the ground, 1 to 3 a label."""
    width, height = draw(SIZES)
    numbers = draw(st.lists(st.integers(0, 3), min_size=width * height, max_size=width * height))
    return np.array(numbers, np.uint8).reshape(height, width)


def area_in(pixels: np.ndarray, number: int, label: str = "tree") -> Area:
    """The area of a number, counted pixel by pixel."""
    height, width = pixels.shape
    runs, now = [0], False
    for inside in (pixels == number).T.ravel().tolist():
        if inside != now:
            runs.append(0)
            now = inside
        runs[-1] += 1
    return Area(label, (width, height), tuple(runs))


def png(pixels: np.ndarray, mode: str) -> bytes:
    """The picture as a mask, its ground white."""
    bands = [tuple(bytes.fromhex(colour[1:])) for colour, _ in COLOURS]
    image = Image.fromarray(pixels, "P")
    image.putpalette([255, 255, 255, *(band for colour in bands for band in colour)])
    kept = BytesIO()
    image.convert(mode).save(kept, "PNG")
    return kept.getvalue()


@given(painted())
def test_runs_are_those_of_cocos_own_tools(pixels: np.ndarray) -> None:
    """Without this, every mask of a dataset would be sheared or mirrored for who trains on it."""
    for number in range(1, 4):
        area = area_in(pixels, number)
        theirs = judge.encode(np.asfortranarray(pixels == number))
        assert areas.written(area.runs) == theirs["counts"].decode()
        assert areas.read(theirs["counts"].decode()) == area.runs
        assert areas.pixels_in(area.runs) == judge.area(theirs)
        if areas.pixels_in(area.runs):
            assert list(areas.box_of(area)) == judge.toBbox(theirs).tolist()
        inside = (pixels == number).T.astype(np.uint8).tobytes().replace(b"\x01", b"\xff")
        assert areas.runs_of(inside) == area.runs


@given(painted(), st.integers(0, 3), st.integers(0, 3))
def test_shared_pixels_are_counted(pixels: np.ndarray, one: int, other: int) -> None:
    """Without this, people who painted the same thing could be told to disagree."""
    mine, yours = area_in(pixels, one), area_in(np.roll(pixels, 1), other)
    shared = int(((pixels == one) & (np.roll(pixels, 1) == other)).sum())
    assert areas.shared_pixels(mine.runs, yours.runs) == shared


@pytest.mark.parametrize("mode", ["P", "RGB", "RGBA"])
@given(pixels=painted())
def test_mask_is_read_into_areas(mode: str, pixels: np.ndarray) -> None:
    """Without this, a mask's pixels would end in a path that no trainer opens."""
    answer = told("mask", attribute="rows-ref", mask=Mask("s3://o/1.png", COLOURS))
    [found] = opened_masks([line(1, answer)], {"s3://o/1.png": png(pixels, mode)}.__getitem__)
    there = [number for number in range(1, 4) if (pixels == number).any()]
    assert found.told[0].areas == tuple(
        area_in(pixels, number, COLOURS[number - 1][1]) for number in there
    )


@given(painted(), SURE)
def test_areas_come_through_coco(pixels: np.ndarray, sure: float | None) -> None:
    """Without this, masks would come back under another label or moved by a pixel."""
    height, width = pixels.shape
    found = tuple(
        Area(label, area.size, area.runs, sure)
        for number, label in ((1, "tree"), (2, "un ripe"))
        if areas.pixels_in((area := area_in(pixels, number)).runs)
    )
    answer = told("mask", attribute="fruit-ref", areas=found, size=(width, height))
    files, odd = written("coco", line(1, answer))
    back, more = read("coco", files)
    assert (odd, more) == ([], [])
    assert [each for each in back[0].told if each.kind == "mask"] == [answer] * bool(found)
    judged = coco_file(files)
    for each, area in zip(judged.loadAnns(judged.getAnnIds()), found, strict=True):
        theirs = judged.annToRLE(each)
        there = pixels == (1 if area.label == "tree" else 2)
        assert theirs == judge.encode(np.asfortranarray(there)) | {"counts": theirs["counts"]}
        assert judge.area(theirs) == each["area"] == int(there.sum())
        assert judge.toBbox(theirs).tolist() == each["bbox"]


@given(
    st.lists(
        st.builds(
            Drawing,
            LABELS,
            st.just("keypoint"),
            st.tuples(st.tuples(st.integers(0, 640), st.integers(0, 480))),
            SURE,
        ),
        min_size=1,
        max_size=5,
    )
)
@pytest.mark.parametrize("name", ["coco", "label-studio"])
def test_key_points_there_and_back(name: str, points: list[Drawing]) -> None:
    """Without this, the points of a pose would be lost on the way to who trains on them."""
    lines = [line(1, told("drawings", drawings=tuple(points), size=(640, 480)))]
    files, odd = written(name, *lines)
    assert odd == []
    assert nearly(read(name, files)[0]) == nearly(lines)
    if name == "coco":
        judged = coco_file(files)
        for each, point in zip(judged.loadAnns(judged.getAnnIds()), points, strict=True):
            assert tuple(each["keypoints"]) == (*point.points[0], 2)
            assert judged.loadCats(each["category_id"])[0]["keypoints"] == [point.label]


def test_pose_of_other_tools_is_read_point_by_point() -> None:
    """Without this, a COCO file of people would be read as boxes alone, or not at all."""
    body = (
        b'{"images":[{"id":1,"file_name":"a.jpg","width":90,"height":90}],'
        b'"categories":[{"id":7,"name":"person","keypoints":["nose","knee","foot"]}],'
        b'"annotations":[{"image_id":1,"category_id":7,"bbox":[1,2,30,40],"num_keypoints":2,'
        b'"keypoints":[5,6,2,0,0,0,7,8,1]},'
        b'{"image_id":1,"category_id":7,"keypoints":[5,6]}]}'
    )
    [found], odd = read("coco", {"a.json": body})
    assert [(each.label, each.points) for each in found.told[0].drawings] == [
        ("nose", ((5, 6),)),
        ("foot", ((7, 8),)),
    ]
    assert [box.label for box in found.told[0].boxes] == ["person"]
    assert odd == ["parts", "figure"]


@pytest.mark.parametrize("counts", ["[1]", "[-1,5]", '"~"', '"0000000000000"', "[1e9]", '"A"', "7"])
def test_runs_that_do_not_cover_the_picture_are_told(counts: str) -> None:
    """Without this, somebody's file could paint beyond the picture, or take all the memory."""
    segmentation = b'{"size":[2,2],"counts":%s}' % counts.encode()
    body = (
        b'{"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":7,"name":"tree"}],'
        b'"annotations":[{"image_id":1,"category_id":7,"bbox":[0,0,1,1],"segmentation":%s}]}'
    )
    [found], odd = read("coco", {"a.json": body % segmentation})
    assert ([each.kind for each in found.told], odd) == (["boxes"], ["mask"])


@given(painted())
def test_areas_are_painted_into_a_manifests_mask(pixels: np.ndarray) -> None:
    """Without this, masks from elsewhere could not be corrected in a job."""
    height, width = pixels.shape
    found = tuple(
        area for number in (1, 2) for area in [area_in(pixels, number, f"label {number}")]
    )
    kept: dict[str, bytes] = {}

    def keep(_line: Line, _told: Told, body: bytes) -> str:
        kept["s3://o/1.png"] = body
        return "s3://o/1.png"

    findings = Findings()
    answer = told("mask", attribute="fruit-ref", areas=found, size=(width, height))
    [made] = kept_masks([line(1, answer)], keep, findings)
    files, odd = written("augmented", made)
    [back] = opened_masks(read("augmented", files)[0], kept.__getitem__)
    assert (findings.kept, odd) == ([], [])
    assert back.told[0].type == "semantic-segmentation"
    assert back.told[0].areas == tuple(area for area in found if areas.pixels_in(area.runs))


def test_pixel_of_two_labels_is_told() -> None:
    """Without this, one of two things that overlap would vanish in silence."""
    over = (Area("one", (2, 2), (0, 3, 1)), Area("two", (2, 2), (2, 2)))
    assert painted_mask(over, {"one": (1, 1, 1), "two": (2, 2, 2)})[1] == 1
    findings = Findings()
    list(kept_masks([line(1, told("mask", areas=over))], lambda *_: "s3://o/1.png", findings))
    assert [fault.code for fault in findings.kept] == ["overlap"]


def test_huge_area_is_not_painted() -> None:
    """Without this, a line of somebody's file could take all the memory."""
    huge = (Area("one", (10**9, 10**9), (0, 10**18)),)
    findings = Findings()
    answer = told("mask", areas=huge)
    [same] = kept_masks([line(1, answer)], lambda *_: "s3://o/1.png", findings)
    assert (same.told, [fault.code for fault in findings.kept]) == ((answer,), ["mask"])
    assert written("augmented", same)[1] == written("csv", same)[1] == ["mask"]


def test_mask_that_cannot_be_opened_is_no_empty_picture() -> None:
    """Without this, a picture whose mask is lost would teach a model that nothing is on it."""

    class Gone(Refusal):
        """Not there any more."""

    def gone(_place: str) -> bytes:
        raise Gone

    answer = told("mask", attribute="rows-ref", mask=Mask("s3://o/1.png", COLOURS))
    for lines in ([line(1, answer)], list(opened_masks([line(1, answer)], gone))):
        files, odd = written("coco", *lines)
        assert (coco_file(files).getImgIds(), odd) == ([], ["mask"])
    broken = opened_masks([line(1, answer)], lambda _place: b"no picture")
    assert "broken" in next(iter(broken)).told[0].failure


def test_a_checkerboard_is_refused_before_it_fills_the_memory() -> None:
    """Without this, one small answer of one labeler would take a worker's memory, again and
    again.
    """
    board = (np.indices((1_500, 1_500)).sum(axis=0) % 2).astype(np.uint8)
    assert areas_of(png(board, "P"), COLOURS) is None
    many = [(f"#{number:06x}", "x") for number in range(10_000)]
    assert areas_of(png(np.zeros((2, 2), np.uint8), "P"), many) is None


def test_a_mask_that_cannot_be_had_now_is_asked_for_again() -> None:
    """Without this, a throttled moment in a long export would cost labels for good."""

    def busy(_place: str) -> bytes:
        raise AwsBusy

    answer = told("mask", attribute="rows-ref", mask=Mask("s3://o/1.png", COLOURS))
    with pytest.raises(AwsBusy):
        list(opened_masks([line(1, answer)], busy))


def test_no_odd_mask_or_key_point_crashes_a_reader_or_a_writer() -> None:
    """Without this, one strange mask of somebody's file would end the conversion of all."""
    chance, areas_of_one = Random(7), (Area("tree", (4, 3), (0, 5, 7)),)
    points = (Drawing("nose", "keypoint", ((1, 2),)),)
    files, _odd = written(
        "coco",
        line(1, told("mask", attribute="fruit-ref", areas=areas_of_one, size=(4, 3))),
        line(2, told("drawings", drawings=points, size=(4, 3))),
    )
    whole = json.loads(files["annotations.json"])
    for _ in range(400):
        odd = json.dumps(broken(whole, chance)).encode()
        lines, _words = tried("coco", {"annotations.json": odd})
        for each in kept_masks(lines, lambda *_: "s3://o/1.png", Findings()):
            for name in ("coco", "augmented", "csv"):
                written(name, each)


def nowhere(place: str) -> bytes:
    raise AssertionError(place)


def test_things_painted_on_a_page_of_ones_own_are_areas() -> None:
    """Without this, instance masks, which AWS keeps in the line itself, would go nowhere at all."""
    pixels = np.array([[0, 1], [2, 1]], np.uint8)
    answer = {
        "instances": [
            {"color": COLOURS[0][0], "label": "pear"},
            {"color": COLOURS[1][0], "label": "pear"},
        ],
        "labeledImage": {"pngImageData": base64.b64encode(png(pixels, "P")).decode()},
    }
    content = json.dumps({"crowd-instance-segmentation": answer})
    one = {"annotationsFromAllWorkers": [{"annotationData": {"content": content}}]}
    metadata = {"type": "groundtruth/custom", "creation-date": "2026-07-02"}
    row = {"source-ref": "s3://orchard-raw/1.jpg", "fruit": one, "fruit-metadata": metadata}
    [found], odd = read("augmented", {"some.manifest": json.dumps(row).encode()})
    assert (found.told[0].kind, labels_of(found.told[0]), odd) == ("mask", {"pear": 1}, [])
    [opened] = opened_masks([found], nowhere)
    pears = tuple(area_in(pixels, number, "pear") for number in (1, 2))
    assert opened.told[0].areas == pears
    judged = coco_file(written("coco", opened)[0])
    assert [each["area"] for each in judged.loadAnns(judged.getAnnIds())] == [2, 1]
    for name in ("augmented", "csv", "coco"):
        assert written(name, found)[1] == ["mask"], "it has no file that can be named"
    content = content.replace("iVBOR", "\u00e4")
    one["annotationsFromAllWorkers"][0]["annotationData"]["content"] = content
    [found], _odd = read("augmented", {"some.manifest": json.dumps(row).encode()})
    [broken_one] = opened_masks([found], nowhere)
    assert "broken" in broken_one.told[0].failure
