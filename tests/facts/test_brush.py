"""Masks as strokes of Label Studio's brush: judged by bits that are read and written one by one."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests import areas, brush
from bot.manifests.formats.format import Findings
from bot.manifests.shapes import Area, Line, Told
from bot.pictures.masks import kept_masks, opened_masks, painted_mask
from tests.facts.test_formats import SURE, line, read, told, written
from tests.facts.test_masks import area_in, painted

SIZES = st.lists(st.integers(1, 16), min_size=4, max_size=4)
# How exports of others begin: a picture of 3,332 by 2,527, and one of 4,032 by 3,024.
BEGUN = [57, 27, 255, 255, 255, 0, 255, 255, 224, 31, 255, 252, 3, 255, 255, 128, 127]
OTHERS = [((3332, 2527), [2, 1, 233, 240, *BEGUN]), ((4032, 3024), [2, 232, 48, 0, *BEGUN])]


def unpacked(packed: list[int], size: tuple[int, int]) -> np.ndarray:
    """The four words of each pixel, as the scheme is described."""
    bits = "".join(f"{byte:08b}" for byte in packed)
    place = 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        return int(bits[place - count : place], 2)

    words, width = take(32), take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    found: list[int] = []
    while len(found) < words:
        alike = take(1)
        length = take(sizes[take(2)]) + 1
        found += [take(width)] * length if alike else [take(width) for _ in range(length)]
    assert len(found) == words
    assert set(bits[place:]) <= {"0"}
    assert len(bits) - place < 8
    return np.array(found, np.uint8).reshape(size[1], size[0], 4)


def packed(words: list[int], sizes: list[int], chance: Iterator[int]) -> list[int]:
    """Bits of these words, in runs and single words as chance has it."""
    bits = f"{len(words):032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    at = 0
    while at < len(words):
        which = next(chance) % 4
        length = min(1 + next(chance) % 9, 1 << sizes[which], len(words) - at)
        run = words[at : at + length]
        alike = len(set(run)) == 1 and next(chance) % 2
        bits += f"{alike:b}{which:02b}" + format(length - 1, f"0{sizes[which]}b")
        bits += "".join(f"{word:08b}" for word in (run[:1] if alike else run))
        at += length
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def stroke(size: tuple[int, int], rle: Any, label: str = "tree", **more: Any) -> dict[str, Any]:
    """A result as Label Studio exports it."""
    return {
        "from_name": "fruit",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
        "value": {"format": "rle", "rle": rle, "brushlabels": [label], **more},
    }


def exported(*results: dict[str, Any]) -> dict[str, bytes]:
    """A file of one task."""
    task = {"data": {"image": "s3://orchard-raw/a.jpg"}, "annotations": [{"result": results}]}
    return {"tasks.json": json.dumps([task]).encode()}


@given(painted(), SURE)
def test_areas_come_through_label_studio(pixels: np.ndarray, sure: float | None) -> None:
    """Without this, painted pixels would be lost, or come back sheared or under another label."""
    height, width = pixels.shape
    found = tuple(
        Area(label, area.size, area.runs, sure)
        for number, label in ((1, "tree"), (2, "un ripe"), (3, "sky"))
        if areas.pixels_in((area := area_in(pixels, number)).runs)
    )
    answer = told("mask", attribute="fruit-ref", areas=found, size=(width, height))
    files, odd = written("label-studio", line(1, answer))
    [task] = json.loads(files["tasks.json"])
    for number, result in zip(
        [number for number in (1, 2, 3) if (pixels == number).any()],
        task["annotations"][0]["result"],
        strict=True,
    ):
        there = unpacked(result["value"]["rle"], (width, height))
        assert ((there == 255) == (pixels == number)[:, :, None]).all()
        assert ((there == 0) == (pixels != number)[:, :, None]).all()
        assert (result["original_width"], result["original_height"]) == (width, height)
        assert result["type"] == "brushlabels"
    [back], more = read("label-studio", files)
    assert (odd, more) == ([], [])
    assert [(each.kind, each.areas, each.size) for each in back.told] == [
        ("mask", found, (width, height))
    ]


@given(painted(), SIZES, st.data())
def test_strokes_of_others_are_read_by_their_alpha(
    pixels: np.ndarray, sizes: list[int], data: st.DataObject
) -> None:
    """Without this, what a person painted would be read only as we would have packed it, or by its
    colour; soft edges are cut at half.
    """
    height, width = pixels.shape
    alphas = np.array([0, 127, 128, 255], np.uint8)[pixels]
    words = [word for alpha in alphas.ravel().tolist() for word in (255, 9, alpha, alpha)]
    numbers = data.draw(st.lists(st.integers(0, 99), min_size=1, max_size=20))
    chance = (numbers[at % len(numbers)] for at in range(10**9))
    body = packed(words, sizes, chance)
    assert (unpacked(body, (width, height))[:, :, 3] == alphas).all()
    [back], odd = read("label-studio", exported(stroke((width, height), body)))
    runs = area_in((pixels >= 2).astype(np.uint8), 1).runs
    assert odd == []
    assert [(each.attribute, each.areas) for each in back.told] == [
        ("fruit-ref", (Area("tree", (width, height), runs),))
    ]


@pytest.mark.parametrize(("size", "begun"), OTHERS)
def test_strokes_begin_as_those_of_label_studio_itself(
    size: tuple[int, int], begun: list[int]
) -> None:
    """Without this, our reader and our writer could agree on a scheme that nobody else has."""
    body = brush.written(Area("tree", size, (size[0] * size[1],)))
    assert body is not None
    assert list(body[: len(begun)]) == begun


def test_mask_that_a_person_painted_becomes_one_of_ground_truth() -> None:
    """Without this, masks from Label Studio could not be corrected in a job of ours."""
    pixels = np.array([[0, 1, 1], [2, 1, 0]], np.uint8)
    strokes = [
        stroke((3, 2), list(brush.written(area_in(pixels, number)) or b""), label)
        for number, label in ((1, "tree"), (2, "sky"))
    ]
    lines, odd = read("label-studio", exported(*strokes))
    kept: dict[str, bytes] = {}

    def keep(_line: Line, _told: Told, body: bytes) -> str:
        kept["s3://o/1.png"] = body
        return "s3://o/1.png"

    files, more = written("augmented", *kept_masks(lines, keep, Findings()))
    [back] = opened_masks(read("augmented", files)[0], kept.__getitem__)
    assert (odd, more) == ([], [])
    assert back.told[0].areas == (area_in(pixels, 1), area_in(pixels, 2, "sky"))


def test_boxes_and_strokes_of_one_name_are_two_answers() -> None:
    """Without this, one of two tools that a person used on a picture would be dropped."""
    box = {"x": 0, "y": 0, "width": 50, "height": 50, "rectanglelabels": ["tree"]}
    one = stroke((2, 2), list(brush.written(Area("tree", (2, 2), (0, 1, 3))) or b""))
    [back], odd = read(
        "label-studio", exported({**one, "type": "rectanglelabels", "value": box}, one)
    )
    assert odd == []
    assert [(each.attribute, each.kind) for each in back.told] == [
        ("fruit", "boxes"),
        ("fruit-ref", "mask"),
    ]


def test_labels_beside_a_brush_of_their_own_are_read() -> None:
    """Without this, projects with one list of labels for several tools would lose their masks."""
    body = list(brush.written(Area("tree", (2, 2), (1, 3))) or b"")
    one = stroke((2, 2), body, labels=["tree"]) | {"type": "labels"}
    [back], odd = read("label-studio", exported(one))
    assert (odd, back.told[0].areas) == ([], (Area("tree", (2, 2), (1, 3)),))


GOOD = list(brush.written(Area("tree", (4, 4), (3, 5, 8))) or b"")


@pytest.mark.parametrize(
    ("size", "rle"),
    [
        ((4, 5), GOOD),
        ((2, 2), GOOD),
        ((4, 4), GOOD[:-2]),
        ((4, 4), GOOD[:6]),
        ((4, 4), []),
        ((4, 4), [*GOOD[:4], 0b10111001, *GOOD[5:]]),
        ((4, 4), [256, *GOOD[1:]]),
        ((4, 4), [-1, *GOOD[1:]]),
        ((4, 4), ["x"]),
        ((4, 4), [1.5]),
        ((4, 4), "AAAA"),
        ((4, 4), None),
        ((None, 4), GOOD),
        ((30_000, 30_000), [0xD6, 0x93, 0xA4, 0, *BEGUN]),
    ],
)
def test_stroke_that_is_none_of_its_picture_is_told(size: Any, rle: Any) -> None:
    """Without this, one broken mask would end the reading of all, or be a mask of nothing."""
    [back], odd = read("label-studio", exported(stroke(size, rle)))
    assert odd == ["mask"]
    assert not any(each.areas for each in back.told)


@given(st.lists(st.integers(0, 255), max_size=40))
def test_no_bits_crash_the_reader(tail: list[int]) -> None:
    """Without this, a strange export would be a bug of ours."""
    for body in (tail, [*GOOD[:8], *tail]):
        runs = brush.read(bytes(body), (4, 4), brush.Left())
        assert runs is None or areas.fits(runs, (4, 4))


def stripes(side: int, every: int) -> bytes:
    """A mask of a square picture: lines of so many pixels, painted by turns."""
    pixels = np.repeat(np.arange(side) // every % 2, side).reshape(side, side).astype(np.uint8)
    body = brush.written(area_in(pixels, 1))
    assert body is not None
    return body


def test_what_is_short_to_write_and_long_to_read_is_bounded() -> None:
    """Without this, a file of some kilobytes could take the bot's memory and its hours."""
    body, size = stripes(400, 1), (400, 400)
    pieces = 400 * 400
    assert len(body) < pieces / 100
    left = brush.Left()
    held = 0
    while brush.read(body, size, left) is not None:
        held += pieces
    assert brush.PIECES_MOST - pieces < held <= brush.PIECES_MOST, "of one answer"
    of_file, reads = brush.Left(free=2 * pieces), 0
    while brush.read(body, size, of_file) is not None:
        of_file.begin()
        reads += 1
    assert reads == 2, "of a file"
    honest = bytes(GOOD)
    for _ in range(20_000):
        of_file.begin()
        assert brush.read(honest, (4, 4), of_file) is not None, "what is as long as it costs"


def test_area_that_would_fill_the_file_is_told() -> None:
    """Without this, a mask of a few letters would become gigabytes of numbers."""
    wide = Area("sky", (6_000, 6_000), (36_000_000,))
    comb = Area("comb", (2_000, 2_000), tuple([2_000] * 2_000))
    whole = Area("all", (4, 4), (0, 16))
    answer = told("mask", attribute="fruit-ref", areas=(wide, comb, whole), size=(4, 4))
    files, odd = written("label-studio", line(1, answer))
    assert odd == ["mask", "mask"]
    [task] = json.loads(files["tasks.json"])
    [kept] = task["annotations"][0]["result"]
    assert kept["value"]["brushlabels"] == ["all"]


def test_areas_of_a_few_letters_are_not_painted_for_hours() -> None:
    """Without this, a line of a kilobyte could keep whoever converts it busy for an hour."""
    whole = Area("tree", (5_000, 5_000), (0, 25_000_000))
    findings = Findings()
    answer = told("mask", areas=(whole,) * 11, size=whole.size)
    [left] = kept_masks([line(1, answer)], lambda *_: "s3://o/1.png", findings)
    assert [fault.code for fault in findings.kept] == ["mask"]
    assert "cover each other" in findings.kept[0].text
    assert left.told[0].mask is None
    small = Area("tree", (5, 5), (0, 25))
    assert painted_mask((small,) * 50, {"tree": (1, 1, 1)})[1] == 0
