"""A manifest in numbers: counted by hand, and the fast reader against the slow one."""

import json
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.blocks_of_lines import BLOCK, blocks, halves
from bot.manifests.json_lines import numbered
from bot.manifests.known_lines import Shape
from bot.manifests.repeats import NO_SOURCE, Repeats
from bot.manifests.summary import FINDINGS_KEPT, REST, Limits, Reading, Summary, summarize
from tests.facts.test_told import ANY, KINDS, METADATA, boxes, label

PICTURE = "s3://orchard-raw/july/%d.jpg"


def of(*lines: dict[str, Any] | bytes) -> Summary:
    """The summary of these lines; dictionaries get an address of their own."""
    return summarize(_written(number, line) + b"\n" for number, line in enumerate(lines))


def _written(number: int, line: dict[str, Any] | bytes) -> bytes:
    if isinstance(line, bytes):
        return line
    own = {"source-ref": PICTURE % number} if "source-ref" in line else {}
    return json.dumps(line | own).encode()


def codes(found: Summary) -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in found.findings]


def pear(class_id: int = 1) -> dict[str, Any]:
    return {"class_id": class_id, "left": 1, "top": 2.5, "width": 3, "height": 4}


def test_what_the_summary_says_to_programs() -> None:
    """Without this, a script that reads it would break with a version."""
    body = json.dumps(boxes(pear(), pear())).encode() + b"\n"
    found = json.loads(msgspec.json.encode(summarize([body])))
    assert found == {
        "lines": 1,
        "bytes": len(body),
        "sources": 1,
        "duplicates": 0,
        "attributes": {
            "fruit": {
                "type": "groundtruth/object-detection",
                "labeled": 1,
                "empty": 0,
                "boxes": 2,
                "labels": {"pear": 2},
                "human": 1,
                "machine": 0,
            }
        },
        "findings": [],
    }


def test_labels_are_counted_whoever_labeled() -> None:
    """Without this, a machine's labels would pass for people's, and empty pictures for missing."""
    machine = boxes(pear())
    machine["fruit-metadata"]["human-annotated"] = "no"
    unlabeled = {"source-ref": ""}
    lines = [boxes(pear()), boxes(), machine, unlabeled]
    totals = of(*lines * 30).attributes["fruit"]
    assert (totals.labeled, totals.empty, totals.boxes) == (90, 30, 60)
    assert (totals.human, totals.machine, totals.labels) == (60, 30, {"pear": 60})


def test_every_kind_of_label_is_counted_by_occurrence() -> None:
    """Without this, the numbers of texts, masks and sequences would be a guess."""
    colours = {"0": {"class-name": "BACKGROUND"}, "1": {"class-name": "tree"}}
    entity = {"label": "Person", "startOffset": 0, "endOffset": 3}
    several = {"class-map": {"0": "bruise", "3": "scab"}}
    cuboid = {"class-id": 0, "center-x": 1}
    lines = {
        "ripe": label(1, "image-classification", **{"class-name": "ripe"}),
        "bruise": label([0, 3, 0], "image-classification-multilabel", **several),
        "tree": label("s3://b/0.png", "semantic-segmentation", **{"internal-color-map": colours}),
        "Person": label({"annotations": {"entities": [entity, entity]}}, "text-span"),
        "good": label("1", "label-verification", **{"class-name": "good"}),
        "car": label("s3://b/S.json", "video-object-tracking", **{"class-map": {"0": "car"}}),
        "van": label(
            {"annotations": [cuboid]}, "point_cloud_object_detection", class_map={"0": "van"}
        ),
    }
    counts = {"bruise": 2, "Person": 2}
    for name, line in lines.items():
        found = of(*[line] * 50)
        totals = found.attributes["fruit"]
        assert found.findings == []
        assert (totals.labeled, totals.empty, totals.boxes) == (50, 0, 0)
        assert totals.labels[name] == 50 * counts.get(name, 1)
    custom = of(label({"any": 1}, "custom")).attributes["fruit"]
    assert (custom.labeled, custom.empty, custom.labels) == (1, 0, {})


def test_source_that_comes_again_is_placed() -> None:
    """Without this, a picture that is labeled twice would be found by nobody."""
    first, other = b'{"source-ref":"s3://b/1.jpg"}\n', b'{"source-ref":"s3://b/2.jpg"}\n'
    found = summarize([first, other, first, first])
    assert (found.lines, found.sources, found.duplicates) == (4, 2, 2)
    assert codes(found) == [(3, "repeat"), (4, "repeat")]
    assert found.findings[0].message.startswith("Line 3 repeats a picture: line 1 has it too.")


@given(
    marks=st.lists(st.integers(-3, 300) | st.integers(0, 4).map(lambda at: at << 50), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=4),
    kept=st.integers(1, 5),
    alone=st.booleans(),
)
def test_repeats_are_counted_and_the_first_are_placed(
    marks: list[int], cuts: list[int], kept: int, alone: bool
) -> None:
    """Without this, a repeat after a hundred thousand lines would count as a source, or be told of
    another line.
    """
    repeats = Repeats(kept=kept)
    for begin, end in pairwise([0, *sorted(cuts), len(marks)]):
        taken = marks[begin:end]
        if alone or len(taken) % 2:
            repeats.take(taken)
        else:
            repeats.join(array("q", taken))
    repeats.end()
    told = [
        (line, marks.index(mark) + 1)
        for line, mark in enumerate(marks, 1)
        if mark != NO_SOURCE and marks.index(mark) + 1 < line
    ]
    assert (repeats.count, repeats.found) == (len(told), told[:kept])
    assert repeats.sources == len(set(marks) - {NO_SOURCE})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "blank"),
        (b"{", "json"),
        (b"[1]", "object"),
        (b'{"source-ref":"\xff"}', "utf8"),
        (b'{"source-ref":"s3://b/k","id":NaN}', "number"),
        (b'{"id":' + b"[" * 3000 + b"]" * 3000 + b"}", "deep"),
        (b"x" * 500_000, "long"),
        (b"{}", "missing"),
        (b'{"source":"a","source-ref":"s3://b/k"}', "both"),
        (b'{"source-ref":4}', "type"),
    ],
)
def test_each_kind_of_bad_line_is_a_finding(body: bytes, code: str) -> None:
    """Without this, one bad line would end the count of a million, or vanish."""
    found = of(boxes(pear()), body, *[boxes(pear())] * 60)
    assert codes(found) == [(2, code)]
    assert (found.lines, found.attributes["fruit"].labeled) == (62, 61)
    assert found.findings[0].message.startswith("Line 2 ")


def test_odd_labels_are_findings() -> None:
    """Without this, a script's mistake would be a wrong number."""
    typed = label(1, "image-classification", **{"class-name": "ripe"})
    failed = {"source-ref": "", "fruit-metadata": {"failure-reason": "no picture"}}
    alone = label(1, "image-classification")
    del alone["fruit"]
    found = of(boxes(pear()), boxes(pear(9)), typed, failed, alone, boxes(3), label(1, "text-span"))
    assert codes(found) == [
        (2, "class"),
        (3, "types"),
        (4, "failed"),
        (5, "no-label"),
        (5, "types"),
        (6, "figure"),
        (7, "shape"),
        (7, "types"),
    ]
    assert found.attributes["fruit"].labels == {"pear": 1, "9": 1, "ripe": 1}


def test_metadata_of_no_label_are_no_attribute() -> None:
    """Without this, what Rekognition adds to every line of a dataset would be a label."""
    line = boxes(pear()) | {"cl-metadata": {"is_labeled": True}, "annotator-metadata": {"type": 3}}
    found = of(*[line] * 50)
    assert list(found.attributes) == ["fruit"]
    assert (found.attributes["fruit"].boxes, found.findings) == (50, [])


def test_labels_without_end_count_together() -> None:
    """Without this, a file with a new label in every line would fill the memory."""
    reading = Reading(limits=Limits(labels=3))
    for name in ("pear", "plum", "fig", "lime", "kiwi", "pear", "lime"):
        line = label(1, "text-classification", **{"class-name": name})
        reading.take(json.dumps({**line, "source-ref": f"s3://b/{reading.summary.lines}"}).encode())
    found = reading.end()
    assert found.attributes["fruit"].labels == {"pear": 2, "plum": 1, "fig": 1, REST: 3}
    assert codes(found) == [(0, "labels")]


def test_number_that_no_computer_holds_hides_no_label() -> None:
    """Without this, the fast reader, which does not look at a box's sides, would count other boxes
    than the slow one.
    """
    wide = json.dumps(boxes(pear())).replace('"width": 3', '"width": 1e999').encode()
    long = json.dumps(boxes(pear())).replace('"width": 3', f'"width": {"9" * 5000}').encode()
    for lines in ([wide, long], [boxes(pear()), wide, long]):
        totals = of(*lines).attributes["fruit"]
        assert (totals.labeled, totals.boxes) == (len(lines), len(lines))


def test_label_whose_name_is_that_of_metadata() -> None:
    """Without this, metadata of metadata, which a script's mistake writes, would end the count."""
    line = label(1, "image-classification", **{"class-name": "ripe"})
    line["fruit-metadata-metadata"] = line["fruit-metadata"]
    found = of(line, line)
    assert [totals.labeled for totals in found.attributes.values()] == [2, 2]


def test_findings_are_few_and_all_counted() -> None:
    """Without this, a million bad lines would fill the memory and the screen."""
    found = of(boxes(pear()), *[b"{}"] * 100)
    assert len(found.findings) == FINDINGS_KEPT + 1
    assert found.findings[-1].message == "80 more lines have this"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "empty"), (b"a,b\n1,2\n", "csv"), (b"\x89PNG\r\n", "picture"), (b"[\n", "array")],
)
def test_file_that_is_no_manifest_is_told(body: bytes, code: str) -> None:
    """Without this, a table would be a thousand lines that are not JSON."""
    found = summarize([body])
    assert codes(found) == [(0, code)]
    assert found.unusable


def test_byte_order_mark_is_told_and_its_line_counted() -> None:
    """Without this, the first picture of an editor's file would be missing."""
    found = of(b"\xef\xbb\xbf" + json.dumps(boxes(pear())).encode())
    assert codes(found) == [(1, "bom")]
    assert found.sources == 1


@given(
    lines=st.lists(st.sampled_from([0, 1, BLOCK // 3, BLOCK - 1, BLOCK, 5 * BLOCK]), max_size=6),
    sizes=st.lists(st.integers(BLOCK // 9, 2 * BLOCK), min_size=1, max_size=4),
    end=st.booleans(),
)
def test_blocks_hold_the_same_lines(lines: list[int], sizes: list[int], end: bool) -> None:
    """Without this, a line at a block's edge would be counted twice or not at all."""
    body = b"\n".join(b"x" * length for length in lines) + b"\n" * end
    found = list(blocks(_cut(body, sizes)))
    joined = [line for block in found for half in halves(block) for line in numbered([half])]
    assert [line for _, line in joined] == [line for _, line in numbered([body])]
    assert all(len(block) <= BLOCK or len(block.split(b"\n")[0]) > BLOCK // 8 for block in found)


def _cut(body: bytes, sizes: list[int]) -> Iterator[bytes]:
    place = turn = 0
    while place < len(body):
        yield body[place : place + sizes[turn % len(sizes)]]
        place += sizes[turn % len(sizes)]
        turn += 1


class Slow(Shape):
    """A shape that learns nothing, so that each line is read by itself."""

    def learn(self, *_told: Any) -> None:
        pass


LABELS = st.tuples(
    st.sampled_from(["fruit", "fruit-metadata", "tone", "rows-ref", "w\\b", 'q"t', "é"]),
    st.sampled_from(KINDS),
    ANY | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=3),
    METADATA | st.fixed_dictionaries({"class-name": st.sampled_from(["a", "b", ""])}),
    st.sampled_from(["yes", "no", "maybe", None]),
)
BOXES = st.builds(
    lambda ids, names, who: boxes(
        *[{"class_id": each} for each in ids], **{"class-map": names, "human-annotated": who}
    ),
    st.lists(st.integers(-1, 3) | st.sampled_from(["1", 1.0, None, True]), max_size=4),
    st.dictionaries(
        st.sampled_from(["0", "1", "2", "01", "x"]), st.sampled_from("abc"), max_size=3
    ),
    st.sampled_from(["yes", "no"]),
)


def _line(source: Any, labels: Iterable[Any], more: dict[str, Any]) -> bytes:
    line = {"source-ref": source, **more}
    for name, kind, value, metadata, who in labels:
        line[name] = value
        line[name + "-metadata"] = {
            **metadata,
            "type": f"groundtruth/{kind}",
            "human-annotated": who,
        }
    return json.dumps(line).encode()


LINES = st.builds(
    _line,
    st.sampled_from(["s3://b/1", "s3://b/2", 4]),
    st.lists(LABELS, max_size=2),
    st.dictionaries(st.sampled_from(["id", "source", "fruit", "m-metadata"]), ANY, max_size=2),
) | st.sampled_from(
    [b"", b"{}", b'{"source":"a"}{"source":"b"}', b'{"source-ref":', b"4}", b"\xff"]
)


@given(
    lines=st.lists(LINES | BOXES.map(lambda line: json.dumps(line).encode()), max_size=12),
    repeat=st.integers(1, 40),
)
def test_the_fast_reader_counts_what_the_slow_one_counts(lines: list[bytes], repeat: int) -> None:
    """Without this, a long manifest would have other numbers than its parts."""
    body = b"\n".join(lines * repeat)
    slow = Reading(shape=Slow())
    for block in blocks([body]):
        slow.take(block)
    fast = Reading()
    for block in blocks([body]):
        fast.take(block)
    assert msgspec.to_builtins(fast.end()) == msgspec.to_builtins(slow.end())
