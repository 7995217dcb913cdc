"""What an output manifest holds: labels, classes, people, and what does not fit."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.labels import labels_in


def metadata(kind: str, **more: Any) -> dict[str, Any]:
    plain = {
        "type": f"groundtruth/{kind}",
        "human-annotated": "yes",
        "creation-date": "2024-07-02T09:14:31.120411",
        "job-name": "labeling-job/orchard-july",
    }
    return {**plain, **{name.replace("_", "-"): value for name, value in more.items()}}


def classified(n: int, name: str, value: Any = 2, **more: Any) -> dict[str, Any]:
    return {
        "source-ref": f"s3://orchard-raw/{n}.jpg",
        "ripe": value,
        "ripe-metadata": metadata("image-classification", class_name=name, confidence=0.5, **more),
    }


def boxed(n: int, *classes: int, objects: int | None = None) -> dict[str, Any]:
    boxes = [{"class_id": each, "left": 1, "top": 2, "width": 30, "height": 40} for each in classes]
    sure = [{"confidence": 0.25}] * (len(classes) if objects is None else objects)
    return {
        "source-ref": f"s3://orchard-raw/{n}.jpg",
        "fruit": {"image_size": [{"width": 800, "height": 600, "depth": 3}], "annotations": boxes},
        "fruit-metadata": metadata("object-detection", objects=sure, class_map={"0": "apple", "1": "pear"}),
    }


def body(*lines: Any) -> list[bytes]:
    return [b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)]


def test_classes_and_people_are_counted() -> None:
    """The result card says how many of each label, and how many a machine made."""
    summary = labels_in(
        body(
            classified(1, "ripe"),
            classified(2, "unripe", value="1"),
            classified(3, "ripe", human_annotated="no"),
            {"source-ref": "s3://orchard-raw/4.jpg"},
        )
    )
    ripe = summary.attributes["ripe"]
    assert (summary.lines, summary.unlabeled("ripe"), ripe.labeled, ripe.human, ripe.machine) == (4, 1, 3, 2, 1)
    assert ripe.classes == {"ripe": 2, "unripe": 1}
    assert (ripe.kind, ripe.mean_confidence, ripe.jobs) == ("image-classification", 0.5, {"labeling-job/orchard-july"})
    assert summary.current is ripe
    assert summary.unlabeled("nothing") == 4


def test_boxes_are_counted_and_mismatches_named() -> None:
    """Pictures without a box may be right; a confidence that belongs to no box never is."""
    summary = labels_in(body(boxed(1, 0, 0, 1), boxed(2), boxed(3, 1, objects=2), boxed(4, 7)))
    fruit = summary.attributes["fruit"]
    assert fruit.boxes == {"apple": 2, "pear": 2, "7": 1}
    assert fruit.classes == {"apple": 1, "pear": 2, "7": 1}
    assert (fruit.labeled, fruit.empty) == (4, 1)
    assert [(fault.line, fault.text) for fault in summary.faults] == [
        (3, "“fruit”: 1 boxes, but 2 confidences"),
        (4, "“fruit”: class 7 is not in the class map"),
    ]


def test_other_kinds_are_counted_by_their_own_shape() -> None:
    """Every task type has a result card, not pictures alone."""
    summary = labels_in(
        body(
            {
                "source": "Ana met Noor",
                "who": {"annotations": {"labels": [], "entities": [{"label": "Person"}, {"label": "Person"}]}},
                "who-metadata": metadata("text-span", entities=[{"confidence": 0}, {"confidence": 1}]),
                "tone": [0, 3],
                "tone-metadata": metadata(
                    "text-classification-multilabel", class_map={"0": "warm"}, confidence_map={"0": 0.9}
                ),
                "rows-ref": "s3://orchard-out/0.png",
                "rows-ref-metadata": metadata(
                    "semantic-segmentation",
                    internal_color_map={"0": {"class-name": "BACKGROUND"}, "1": {"class-name": "tree"}},
                ),
                "cars-ref": "s3://cams/SeqLabel.json",
                "cars-ref-metadata": metadata("video-object-tracking", class_map={"0": "car"}),
                "check": 1,
                "check-metadata": metadata("label-verification", class_name="bad", creation_date="2030-01-01"),
            }
        )
    )
    labels = summary.attributes
    assert (labels["who"].boxes, labels["who"].classes) == ({"Person": 2}, {"Person": 1})
    assert labels["who"].mean_confidence == 0.5
    assert labels["tone"].classes == {"warm": 1, "3": 1}
    assert labels["rows-ref"].classes == {"tree": 1}
    assert labels["cars-ref"].labeled == 1
    assert summary.current is not labels["check"]
    assert [fault.text for fault in summary.faults] == ["“tone”: class 3 is not in the class map"]


def test_metadata_that_is_no_label_is_no_label() -> None:
    """3D frames carry source-ref-metadata, and real files have names that do not match: report, never count."""
    summary = labels_in(
        body(
            {"source-ref": "s3://x/1.bin", "source-ref-metadata": {"format": "binary/xyzi", "unix-timestamp": 1}},
            {"source-ref": "s3://x/2.jpg", "normal": 1, "auto-label-metadata": metadata("image-classification")},
            {"source-ref": "s3://x/3.jpg", "annotator-metadata": "Ana", "metadata": {"type": "groundtruth/custom"}},
            {"source-ref": "s3://x/4.jpg", "ripe-metadata": {"type": "groundtruth/image-classification", "objects": 3}},
        )
    )
    assert {name: one.labeled for name, one in summary.attributes.items()} == {"auto-label": 0}
    assert summary.attributes["auto-label"].failed == 1
    assert set(summary.loose) == {
        *("source-ref-metadata", "auto-label-metadata", "annotator-metadata", "ripe-metadata"),
    }
    assert [fault.line for fault in summary.faults] == [4]


def test_the_newest_label_is_the_current_one() -> None:
    """A chained manifest holds the older label too; results are about the one just made."""
    line = classified(1, "ripe") | {
        "again": 1,
        "again-metadata": metadata("image-classification", class_name="x", creation_date="2025-01-01T00:00:00.000001"),
    }
    assert labels_in(body(line)).current.name == "again"  # type: ignore[union-attr]
    only = labels_in(body(line), "ripe")
    assert set(only.attributes) == {"ripe"}
    assert labels_in([]).current is None


def test_broken_lines_are_counted_not_raised() -> None:
    """One damaged line must not hide the results of the others."""
    summary = labels_in(body(classified(1, "ripe"), b"{", b"[1]", b"", b"[" * 50_000, classified(2, "ripe")))
    assert (summary.lines, summary.broken, summary.attributes["ripe"].labeled) == (5, 3, 2)


MEMBER = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["annotations", "entities", "class_id", "label", "0"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KIND = st.sampled_from(
    [
        "image-classification",
        "object-detection",
        "text-span",
        "image-classification-multilabel",
        "semantic-segmentation",
    ]
)


@given(KIND, MEMBER, st.dictionaries(st.sampled_from(["class-map", "objects", "entities", "class-name"]), MEMBER))
def test_any_shape_is_survived(kind: str, value: Any, more: dict[str, Any]) -> None:
    """Custom jobs write what they like under the built-in names."""
    line = {"source-ref": "s3://x/1.jpg", "a": value, "a-metadata": {"type": f"groundtruth/{kind}", **more}}
    summary = labels_in(body(line))
    assert summary.lines == 1
    assert summary.broken == 0
