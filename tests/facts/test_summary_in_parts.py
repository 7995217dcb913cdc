"""A manifest read in parts, side by side: always what one reading gives, to the byte."""

import json
from functools import partial
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.manifests.ranges import ReadAt, Shortened, ranges, within
from bot.manifests.summary import LIMITS, Limits, Reading, joined, read_part
from tests.facts.test_summary import BOXES, LINES, PICTURE, pear
from tests.facts.test_told import boxes, label

FEW = Limits(names=3, labels=2)


def whole(body: bytes, limits: Limits) -> bytes:
    reading = Reading(limits=limits)
    reading.read([body])
    return msgspec.json.encode(reading.end())


def reader(body: bytes) -> ReadAt:
    return lambda many, place: body[place : place + many]


def in_parts(body: bytes, some: int, limits: Limits) -> bytes:
    file = reader(body)
    read = (
        (
            read_part(within(file, *each), first=each[0] == 0, limits=limits),
            partial(within, file, *each),
        )
        for each in ranges(file, len(body), some)
    )
    return msgspec.json.encode(joined(read, limits))


def classified(name: Any, attribute: str = "fruit") -> bytes:
    line = label(1, "text-classification", **{"class-name": name})
    renamed = {key.replace("fruit", attribute): value for key, value in line.items()}
    return json.dumps(renamed | {"source-ref": PICTURE % len(attribute)}).encode()


ODD = st.sampled_from(
    [
        b"\xef\xbb\xbf{}",
        b"x" * 400_100,
        b"a,b",
        b"[",
        b'{"source-ref":"s3://b/1"}\r',
        b'{"fruit-metadata":{"failure-reason":"no picture"}}',
    ]
) | st.builds(classified, st.sampled_from("abcd"), st.sampled_from(["fruit", "tone", "k", "m"]))


@given(
    lines=st.lists(LINES | ODD | BOXES.map(lambda line: json.dumps(line).encode()), max_size=12),
    repeat=st.integers(1, 4),
    some=st.integers(1, 6_000),
    limits=st.sampled_from([LIMITS, FEW]),
    end=st.booleans(),
)
@example(lines=[b"{}"] * 30, repeat=2, some=100, limits=LIMITS, end=True)
@example(lines=[b"{}", b"\xef\xbb\xbf{}"], repeat=2, some=1, limits=LIMITS, end=True)
@example(lines=[b"", b"", b"a,b"], repeat=1, some=1, limits=LIMITS, end=False)
def test_any_parts_are_the_same_as_the_whole(
    lines: list[bytes], repeat: int, some: int, limits: Limits, end: bool
) -> None:
    """Without this, a large file would have other numbers, or other line numbers, on a machine with
    more processors.
    """
    body = b"\n".join(lines * repeat) + b"\n" * end
    assert in_parts(body, some, limits) == whole(body, limits)


@pytest.mark.parametrize(
    "lines",
    [
        [classified("a"), classified("b"), classified("c"), classified("a")],
        [b'{"fruit-metadata":{"failure-reason":"no picture"}}', classified("a")],
        [classified("a", name) for name in ("k", "l", "m", "n", "k")],
        [json.dumps(boxes(pear())).encode(), classified("a"), json.dumps(boxes(pear(9))).encode()],
    ],
)
def test_what_depends_on_lines_before_is_read_again(lines: list[bytes]) -> None:
    """Without this, a limit that two parts reach together, or a label whose type differs between
    them, would be met by one reader and not by the other.
    """
    body = b"\n".join(lines)
    assert in_parts(body, 1, FEW) == whole(body, FEW)
    assert b'findings":[]' not in whole(body, FEW)


def test_joining_needs_no_second_reading_of_plain_lines() -> None:
    """Without this, the parts could all be read twice, by one process."""
    body = b"".join(
        json.dumps(boxes(pear()) | {"source-ref": PICTURE % (at % 40)}).encode() + b"\n"
        for at in range(60)
    )
    file = reader(body)
    reading = Reading()
    parts = [
        read_part(within(file, *each), first=not each[0]) for each in ranges(file, len(body), 5_000)
    ]
    assert len(parts) > 3
    assert all(map(reading.join, parts))
    assert reading.end().duplicates == 20


@given(
    lengths=st.lists(st.integers(0, 9) | st.integers(250_000, 600_000), max_size=6),
    some=st.integers(1, 12) | st.integers(100_000, 700_000),
    end=st.booleans(),
)
def test_ranges_are_the_file_in_whole_lines(lengths: list[int], some: int, end: bool) -> None:
    """Without this, a line at the edge of a part would be counted twice, in halves, or not."""
    body = b"\n".join(b"x" * length for length in lengths) + b"\n" * end
    found = list(ranges(reader(body), len(body), some))
    bounds = [0, *(stop for _begin, stop in found)]
    assert found == list(pairwise(bounds))
    assert bounds[-1] == len(body)
    for begin, stop in found:
        assert stop == len(body) or body[stop - 1 : stop] == b"\n"
        assert stop == len(body) or b"\n" not in body[begin + some - 1 : stop - 1]


def test_file_that_becomes_shorter_is_told() -> None:
    """Without this, what is gone would be counted as nothing, or waited for without end."""
    with pytest.raises(Shortened):
        list(within(reader(b"{}\n"), 0, 27))
    with pytest.raises(Shortened):
        list(ranges(reader(b"{}\n"), 27, 9))
