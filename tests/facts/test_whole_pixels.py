"""Boxes between pixels, and beyond their pictures, on their way to Rekognition."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.convert import for_rekognition
from bot.manifests.examine import examine
from bot.manifests.whole_pixels import Placed, placed
from tests.facts.test_manifest_convert import body, boxes

SIDES = ("left", "top", "width", "height")
WIDTH, HEIGHT = 320, 240


def label(
    *drawn: tuple[Any, Any, Any, Any], size: tuple[Any, Any] = (WIDTH, HEIGHT)
) -> dict[str, Any]:
    """The value of a box label."""
    return {
        "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
        "annotations": [{"class_id": 0, **dict(zip(SIDES, box, strict=True))} for box in drawn],
    }


def sides(found: Placed) -> list[tuple[Any, ...]]:
    return [tuple(box[side] for side in SIDES) for box in found.value["annotations"]]


@pytest.mark.parametrize(
    ("drawn", "sent", "rounded", "clipped"),
    [
        ((10, 20, 50, 40), (10, 20, 50, 40), 0, 0),
        ((10.0, 20.0, 50.0, 40.0), (10, 20, 50, 40), 0, 0),
        ((10.5, 20, 50, 40.5), (11, 20, 50, 41), 1, 0),
        ((11.5, 20, 50, 40), (12, 20, 50, 40), 1, 0),
        ((10 + 1 / 3, 20 + 2 / 3, 49 + 2 / 3, 40), (10, 21, 50, 40), 1, 0),
        ((5.4, 5, 0.2, 5), (5, 5, 1, 5), 1, 0),
        ((319.6, 239.6, 0.4, 0.4), (319, 239, 1, 1), 1, 0),
        ((-0.3, -0.4, 10.3, 10.4), (0, 0, 10, 10), 1, 0),
        ((300, 200, 20.4, 40.4), (300, 200, 20, 40), 1, 0),
        ((-7, 20, 50, 40), (0, 20, 43, 40), 0, 1),
        ((300, 230, 50, 40), (300, 230, 20, 10), 0, 1),
        ((-5.5, 20, 1000.25, 40), (0, 20, 320, 40), 1, 1),
    ],
)
def test_edges_go_to_the_nearest_pixel_of_the_picture(
    drawn: tuple[float, ...], sent: tuple[int, ...], rounded: int, clipped: int
) -> None:
    """Without this, hardly a box that several people drew could be imported, or what was moved
    would be miscounted.
    """
    found = placed(label(drawn))  # type: ignore[arg-type]
    assert sides(found) == [sent]
    assert all(type(side) is int for side in sides(found)[0])
    assert (found.rounded, found.clipped) == (rounded, clipped)


@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        ((320, 20, 30, 40), "ERROR_INVALID_BOUNDING_BOX"),
        ((320.2, 20.5, 30.5, 40), "ERROR_INVALID_BOUNDING_BOX"),
        ((-30.5, 20, 30.5, 40), "ERROR_INVALID_BOUNDING_BOX"),
        ((20, 240.4, 30, 40), "ERROR_INVALID_BOUNDING_BOX"),
        ((20.5, 20, -9.5, 40), "ERROR_INVALID_BOUNDING_BOX"),
        ((-0.5, 20, 0.5, 40), "thin_box"),
        ((20.5, 20, 0, 40), "thin_box"),
        ((20.5, 20, 0.25, 40), "thin_box"),
        (("20", 20, 30, 40), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        ((None, 20, 30, 40), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        ((True, 20, 30, 40), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        ((1e300, 20, 30, 40), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
    ],
)
def test_box_that_is_none_stays_a_fault_of_its_own(
    drawn: tuple[Any, Any, Any, Any], code: str
) -> None:
    """Without this, a box would be invented where nobody drew one, or a bad one would spoil its
    line.
    """
    line = boxes((40, 52, 120, 98), drawn, size=(WIDTH, HEIGHT))
    converted = for_rekognition(line)
    assert [found for found, _ in converted.faults] == [code]
    assert converted.line is not None
    good, _bad = converted.line["fruit"]["annotations"]
    assert good == line["fruit"]["annotations"][0]
    counted = code == "thin_box" and drawn[2] == 0.25
    assert (converted.rounded, converted.clipped) == (counted, 0)


def test_not_a_number_stays_a_bad_line() -> None:
    """Without this, what no reader agrees upon would be rounded to something."""
    found = examine(
        [b'{"source-ref":"s3://a-b/1.jpg","a":{"annotations":[{"left":NaN}]}}\n'], "eu-west-1"
    )
    assert found.counts == {"ERROR_INVALID_JSON_LINE": 1}


@pytest.mark.parametrize("size", [(320.5, 240), ("320", 240), (0, 240), (None, None)])
def test_picture_without_whole_pixels_is_refused(size: tuple[Any, Any]) -> None:
    """Without this, boxes would be cut at the edges of a picture that nobody measured."""
    converted = for_rekognition(boxes((10.5, 10, 20, 20), size=size))
    assert [code for code, _ in converted.faults] == ["ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"]
    assert (converted.rounded, converted.clipped) == (0, 0)


def test_whole_numbers_are_read_however_they_are_written() -> None:
    """Without this, a file that went through a table program (everything becomes 416.0) would be
    refused whole.
    """
    line = boxes((40, 52, 120, 98))
    written = copy.deepcopy(line)
    for part in (*written["fruit"]["annotations"], *written["fruit"]["image_size"]):
        part.update({name: float(number) for name, number in part.items()})
    kept = copy.deepcopy(written)
    converted = for_rekognition(written)
    assert (converted.line, converted.faults, converted.labels) == (line, (), ("pear",))
    assert str(converted.line) == str(line), "416, not 416.0"
    assert (converted.rounded, converted.clipped) == (0, 0)
    assert str(written) == str(kept), "what was given is not touched"


def test_moved_boxes_are_counted_where_they_are_sent() -> None:
    """Without this, people would be told of boxes on lines that never arrive."""
    first = boxes((10.5, 10, 20, 20), (10, 10, 20, 20), (-5.5, 10, 20, 20))
    found = examine(
        body(first, first, boxes((790, 10, 20, 20)) | {"source-ref": "s3://orchard-raw/4.jpg"}),
        "us-east-1",
    )
    assert (found.sendable, found.boxes, found.rounded, found.clipped) == (2, 4, 2, 2)
    assert found.counts == {"source_ref_repeated": 1}


NUMBER = (
    st.integers(-2 * WIDTH, 2 * WIDTH)
    | st.floats(-2 * WIDTH, 2 * WIDTH)
    | st.integers(-960, 1920).map(lambda n: n / 3)
)
BOX = st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)


@given(st.lists(BOX, max_size=5))
def test_every_box_arrives_within_a_pixel_of_where_it_was_drawn(
    drawn: list[tuple[float, float, float, float]],
) -> None:
    """Without this, training would learn from boxes elsewhere, and AWS would list errors that
    nobody was told of.
    """
    found = placed(label(*drawn))
    usable = 0
    for (left, top, width, height), sent in zip(drawn, sides(found), strict=True):
        assert all(type(side) is int for side in sent)
        x, y, across, down = sent
        ends = (max(0, left), max(0, top), min(WIDTH, left + width), min(HEIGHT, top + height))
        if ends[0] < ends[2] and ends[1] < ends[3]:
            usable += 1
            assert x >= 0
            assert y >= 0
            assert across >= 1
            assert down >= 1
            assert x + across <= WIDTH
            assert y + down <= HEIGHT
            for edge, was in zip((x, y, x + across, y + down), ends, strict=True):
                assert abs(edge - was) <= 1
        else:
            faults = for_rekognition(boxes((left, top, width, height), size=(WIDTH, HEIGHT))).faults
            assert {code for code, _ in faults} & {
                "ERROR_INVALID_BOUNDING_BOX",
                "ERROR_BOUNDING_BOX_TOO_SMALL",
                "thin_box",
            }
    assert max(found.rounded, found.clipped) <= usable
    assert placed(found.value) == Placed(found.value), "once is enough"
