"""What became of every object, manifests that become one, and labels that get other names."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.formats.format import Findings, Unusable
from bot.manifests.ledger import Entry, ledger, newest, said, state_of
from bot.manifests.merge import merged
from bot.manifests.relabel import mapping, relabeled

Row = dict[str, Any]


def body(*rows: Row | bytes) -> list[bytes]:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return [b"".join(line + b"\n" for line in lines)]


def picture(key: str, **more: Any) -> Row:
    return {"source-ref": f"s3://orchard-raw/{key}", **more}


def fruit(name: str = "pear", created: str = "2024-07-01", **more: Any) -> Row:
    metadata = {
        "class-name": name,
        "type": "groundtruth/image-classification",
        "creation-date": created,
        "job-name": "labeling-job/july",
    }
    return {"fruit": 1, "fruit-metadata": metadata | more}


def failed(reason: str) -> Row:
    return {"fruit-metadata": {"failure-reason": reason}}


def entries(given: Iterable[bytes], made: Iterable[bytes]) -> tuple[list[Entry], list[str]]:
    findings = Findings()
    found = list(ledger(given, made, "fruit", findings))
    return found, [fault.code for fault in findings.kept]


def test_every_object_of_the_input_has_its_end() -> None:
    """Without this, somebody would compare two files of thousands to find the seven that lack."""
    given = body(*(picture(key) for key in "abcdefa"), {"source": "text"}, b"no json")
    made = body(
        picture("b", **failed("The task expired.")),
        picture("a", **fruit()),
        picture("c", **failed("The task expired: declined by 3 workers.")),
        picture("d", **failed("ClientError: s3://orchard-raw/d is no picture")),
        picture("e"),
        picture("x", **fruit()),
    )
    found, codes = entries(given, made)
    assert found == [
        (1, "s3://orchard-raw/a", "labeled", ""),
        (2, "s3://orchard-raw/b", "expired", "The task expired."),
        (3, "s3://orchard-raw/c", "declined", "The task expired: declined by 3 workers."),
        (4, "s3://orchard-raw/d", "failed", "ClientError: it is no picture"),
        (5, "s3://orchard-raw/e", "no-reason", ""),
        (6, "s3://orchard-raw/f", "never-sent", "not in the output"),
        (7, "s3://orchard-raw/a", "duplicate", "line 1 has it too"),
        (8, "text", "never-sent", "not in the output"),
    ]
    assert codes == ["json", "stranger"]
    assert said(Counter(entry.state for entry in found), "picture") == (
        "7 pictures have no label: 1 expired, 1 declined by workers, 1 failed, 1 without a reason "
        "from AWS, 2 never sent to workers, 1 in the input twice."
    )


def test_nothing_is_said_where_all_are_labeled() -> None:
    """Without this, a whole job's thread would say that none is missing."""
    assert said({"labeled": 3}, "picture") == ""
    assert said({"labeled": 3, "expired": 1}, "text", "the paper") == (
        "1 text has no label: 1 expired."
    )


def test_label_that_came_with_another_try_counts() -> None:
    """Without this, an object that failed and was labeled later would be sent to people again."""
    made = body(picture("a", **fruit()), picture("a", **failed("Expired.")))
    assert entries(body(picture("a")), made)[0][0].state == "labeled"


def test_label_that_is_a_file_is_found_by_the_jobs_name_for_it() -> None:
    """Without this, every mask would be told as missing."""
    made = body(picture("a", **{"fruit-ref": "s3://o/a.png", "fruit-ref-metadata": {"type": "x"}}))
    assert entries(body(picture("a")), made)[0][0].state == "labeled"


def test_newest_attribute_is_that_of_the_job() -> None:
    """Without this, the ledger of a chained job would tell how the job before it went."""
    line = picture("a", **fruit())
    line |= {"check": 1, "check-metadata": {"type": "groundtruth/label-verification"}}
    assert newest(body(line)) == "check"
    with pytest.raises(Unusable):
        newest(body(picture("a")))


def test_guess_at_a_reason_is_no_reason() -> None:
    """Without this, tasks that expired would be told as declined: AWS's words for an expired task
    end in a list of what may be behind it, the last of which is that workers declined.
    """
    words = "ClientError: Annotation tasks expired.  Probable Reasons are 1) TaskAvailability"
    assert state_of(f"{words} is too small. 5) All workers declined the tasks.") == "expired"


@given(st.text(max_size=40))
def test_every_reason_has_its_kind(reason: str) -> None:
    """Without this, a reason that AWS thinks of tomorrow would stop the ledger."""
    assert state_of(reason) in {"failed", "expired", "declined"}


def test_reasons_without_end_do_not_fill_the_memory() -> None:
    """Without this, a job that failed with a number in each reason would be kept whole."""
    given = body(*(picture(str(at)) for at in range(1_500)))
    made = body(*(picture(str(at), **failed(f"Error {at}")) for at in range(1_500)))
    reasons = Counter(entry.reason for entry in entries(given, made)[0])
    assert reasons["other reasons"] == 501


def merge(*files: list[bytes]) -> tuple[list[Row], list[str]]:
    findings = Findings()

    def begins(file: list[bytes]) -> Callable[[], Iterable[bytes]]:
        return lambda: iter(file)

    named = [(f"{at}.manifest", begins(file)) for at, file in enumerate(files)]
    lines = [json.loads(line) for line in merged(named, findings)]
    return lines, [fault.code for fault in findings.kept]


def test_split_outputs_follow_each_other() -> None:
    """Without this, parts of one job would have to be put together by hand."""
    rows = [picture(key, **fruit()) for key in "abcde"]
    assert merge(body(*rows[:2]), body(*rows[2:3]), body(*rows[3:])) == (rows, [])


def test_chained_labels_stand_in_one_line_with_where_they_come_from() -> None:
    """Without this, boxes and classes of one picture would be two objects to a training."""
    check = {
        "ripe": 0,
        "ripe-metadata": {"type": "groundtruth/image-classification", "job-name": "b"},
    }
    one = body(picture("a", **fruit()), picture("b", **fruit()), picture("c"))
    other = body(picture("c", **check), picture("a", **check), picture("d"))
    lines, found = merge(one, other)
    assert found == []
    by_key = {line["source-ref"][-1]: line for line in lines}
    assert sorted(by_key) == ["a", "b", "c", "d"]
    assert by_key["a"] == picture("a", **fruit(), **check)
    assert by_key["c"] == picture("c", **check)


def test_file_that_an_answer_stands_in_is_named() -> None:
    """Without this, people would look for the other answer in a file that does not have it."""
    files = [body(picture("a", **more)) for more in ({}, {"note": 1}, {"note": 2})]
    findings = Findings()
    named = [(name, partial(iter, file)) for name, file in zip("abc", files, strict=True)]
    (line,) = map(json.loads, merged(named, findings))
    (fault,) = findings.kept
    assert fault.text.startswith("“note” is not the same in ")
    kept = "abc"[line["note"]]
    other = "abc"[3 - line["note"]]
    assert fault.text.endswith(f" in {other} and {kept}; the latter is kept")


def test_newer_of_two_answers_stays_and_is_told() -> None:
    """Without this, an answer that was corrected would come back, or nobody would know of two."""
    old, new = fruit("plum", "2024-07-01"), fruit("pear", "2024-07-02")
    for files in (
        (body(picture("a", **old)), body(picture("a", **new))),
        (body(picture("a", **new)), body(picture("a", **old))),
    ):
        lines, found = merge(*files)
        assert lines == [picture("a", **new)]
        assert found == ["differs"]


def test_label_stays_where_another_try_failed() -> None:
    """Without this, a failure after the fact would take a label away."""
    for files in (
        (body(picture("a", **fruit())), body(picture("a", **failed("Expired.")))),
        (body(picture("a", **failed("Expired."))), body(picture("a", **fruit()))),
    ):
        assert merge(*files) == ([picture("a", **fruit())], [])


def test_other_names_of_two_lines_are_kept_and_differences_told() -> None:
    """Without this, what somebody keeps beside the labels would be lost, or changed in silence."""
    lines, found = merge(body(picture("a", batch=1)), body(picture("a", batch=2, more="x")))
    assert lines == [picture("a", batch=1, more="x")]
    assert found == ["differs"]


def test_line_that_cannot_be_merged_is_named() -> None:
    """Without this, a broken line would stop the merge, or be dropped in silence."""
    lines, found = merge(body(b"{", picture("a"), {"x": 1}), body(picture("b")))
    assert lines == [picture("a"), picture("b")]
    assert found == ["json", "missing"]


def relabel(
    row: Row, *, rename: Iterable[str] = (), merge: Iterable[str] = ()
) -> tuple[Row, list[str]]:
    findings = Findings()
    [line] = relabeled(body(row), mapping(rename, merge), findings)
    return json.loads(line), [fault.code for fault in findings.kept]


def test_class_gets_its_new_name() -> None:
    """Without this, a label that was misspelled would be labeled again."""
    assert relabel(picture("a", **fruit("paer")), rename=["paer=pear"]) == (
        picture("a", **fruit("pear")),
        [],
    )


def test_two_names_can_be_exchanged() -> None:
    """Without this, a=b and b=a would make one label of two."""
    names = mapping(["ripe=unripe", "unripe=ripe"], [])
    rows = body(picture("a", **fruit("ripe")), picture("b", **fruit("unripe")))
    lines = [json.loads(line) for line in relabeled(rows, names, Findings())]
    assert [line["fruit-metadata"]["class-name"] for line in lines] == ["unripe", "ripe"]


def boxes(*drawn: tuple[int, int, int, int, int], names: dict[str, str]) -> Row:
    sides = ("class_id", "left", "top", "width", "height")
    value = {
        "image_size": [{"width": 90, "height": 90, "depth": 3}],
        "annotations": [dict(zip(sides, box, strict=True)) for box in drawn],
    }
    metadata = {"type": "groundtruth/object-detection", "class-map": names}
    return picture("a", fruit=value, **{"fruit-metadata": metadata})


def test_merged_boxes_have_one_class_and_those_on_top_of_each_other_are_told() -> None:
    """Without this, one apple would be two, and nobody would look at it again."""
    names = {"0": "red", "1": "green", "2": "leaf"}
    apart = boxes((0, 1, 1, 9, 9), (1, 40, 40, 9, 9), (2, 1, 1, 9, 9), names=names)
    line, found = relabel(apart, merge=["red,green=apple"])
    assert found == []
    assert [box["class_id"] for box in line["fruit"]["annotations"]] == [0, 0, 2]
    assert line["fruit-metadata"]["class-map"] == {"0": "apple", "2": "leaf"}
    twice = boxes((0, 1, 1, 9, 9), (1, 2, 1, 9, 9), names=names)
    assert relabel(twice, merge=["red,green=apple"])[1] == ["see-again"]
    assert relabel(twice, rename=["red=green"])[1] == ["see-again"]
    before = boxes((0, 1, 1, 9, 9), (0, 1, 1, 9, 9), names=names)
    assert relabel(before, rename=["red=apple"])[1] == []


def test_merged_classes_are_named_once() -> None:
    """Without this, one object would have one label twice, which no training takes."""
    metadata = {
        "type": "groundtruth/image-classification-multilabel",
        "class-map": {"0": "bruise", "3": "scab", "4": "rot"},
        "confidence-map": {"0": 0.5, "3": 0.9, "4": 0.1},
    }
    row = picture("a", defects=[0, 3, 4], **{"defects-metadata": metadata})
    line, found = relabel(row, merge=["bruise,scab=damage"])
    assert found == ["see-again"]
    assert line["defects"] == [0, 4]
    assert line["defects-metadata"]["class-map"] == {"0": "damage", "4": "rot"}
    assert line["defects-metadata"]["confidence-map"] == {"0": 0.9, "4": 0.1}


def test_spans_masks_and_clouds_get_their_new_names() -> None:
    """Without this, some kinds of labels would keep the old name beside the new one."""
    spans = {
        "labels": [{"label": "Person", "shortDisplayName": "per"}, {"label": "Human"}],
        "entities": [
            {"label": "Person", "startOffset": 0, "endOffset": 3},
            {"label": "Human", "startOffset": 2, "endOffset": 5},
        ],
    }
    row = {
        "source": "Ana met Noor",
        "who": {"annotations": spans},
        "who-metadata": {"type": "groundtruth/text-span"},
        "rows-ref": "s3://o/a.png",
        "rows-ref-metadata": {
            "type": "groundtruth/semantic-segmentation",
            "internal-color-map": {"1": {"class-name": "Person", "hex-color": "#2ca02c"}},
        },
        "cars": {"annotations": [{"class-id": 1, "center-x": 1}, {"class-id": 0}]},
        "cars-metadata": {
            "type": "groundtruth/point_cloud_object_detection",
            "class_map": {"0": "Human", "1": "Person"},
        },
    }
    line, found = relabel(row, merge=["Person,Human=Someone"])
    assert found == ["see-again"]
    assert [each["label"] for each in line["who"]["annotations"]["entities"]] == ["Someone"] * 2
    assert [each["label"] for each in line["who"]["annotations"]["labels"]] == ["Someone"]
    assert line["rows-ref-metadata"]["internal-color-map"]["1"]["class-name"] == "Someone"
    assert [each["class-id"] for each in line["cars"]["annotations"]] == [0, 0]
    assert line["cars-metadata"]["class_map"] == {"0": "Someone"}


@given(st.sampled_from(["x=y", "plum=plum"]))
def test_what_no_label_has_changes_nothing_and_is_told(rename: str) -> None:
    """Without this, a misspelled name would pass for a rename that was done."""
    row = boxes((0, 1, 1, 9, 9), (1, 1, 1, 9, 9), names={"0": "red", "1": "red"})
    assert relabel(row, rename=[rename]) == (row, ["unknown"])


@pytest.mark.parametrize("typed", ["a", "=b", "a=", "a,=b", ""])
def test_name_that_cannot_be_read_is_refused(typed: str) -> None:
    """Without this, half a name would empty a label."""
    with pytest.raises(Unusable):
        mapping([], [typed])
    with pytest.raises(Unusable):
        mapping(["a=b", "a=c"], [])


def test_odd_classes_stay_as_they_are() -> None:
    """Without this, one strange line would end the renaming of all."""
    metadata = {"type": "groundtruth/image-classification-multilabel", "class-map": {"0": "a"}}
    row = picture("a", defects=[[1], {"x": 2}, 0, None], **{"defects-metadata": metadata})
    line, found = relabel(row, rename=["a=b"])
    assert line["defects"] == [[1], {"x": 2}, 0, None]
    assert found == []


def test_line_that_cannot_be_read_stays_as_it_is() -> None:
    """Without this, renaming a label would lose lines."""
    findings = Findings()
    lines = list(relabeled(body(b"{", picture("a")), {}, findings))
    assert lines == [b"{\n", b'{"source-ref":"s3://orchard-raw/a"}\n']
    assert [fault.code for fault in findings.kept] == ["json"]
