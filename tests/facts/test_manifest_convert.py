"""From Ground Truth's output to Rekognition's input, and what stands against an import."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.s3_uri import S3Uri
from bot.manifests.convert import converted_lines, for_rekognition, refusal
from bot.manifests.examine import Examination, examine, words
from bot.manifests.rekognition_codes import CODES, named_in, remedy

Line = dict[str, Any]
COMMON = {
    "human-annotated": "yes",
    "creation-date": "2024-07-02T09:14:31.120411",
    "job-name": "labeling-job/orchard-july",
}


def one_class(n: Any = 1, **more: Any) -> Line:
    details = {
        "class-name": "ripe",
        "confidence": 0.88,
        "type": "groundtruth/image-classification",
        **COMMON,
    }
    return {
        "source-ref": f"s3://orchard-raw/{n}.jpg",
        "ripeness": 2,
        "ripeness-metadata": {**details, **more},
    }


def several(*indexes: Any) -> Line:
    details = {
        "class-map": {"0": "bruise", "4": "scab"},
        "confidence-map": {"0": 0.91},
        "type": "groundtruth/image-classification-multilabel",
        **COMMON,
    }
    return {
        "source-ref": "s3://orchard-raw/2.jpg",
        "defects": list(indexes),
        "defects-metadata": details,
    }


def boxes(*drawn: tuple[float, float, float, float], size: Any = (800, 600), **more: Any) -> Line:
    annotations = [
        {"class_id": 1, "left": x, "top": y, "width": w, "height": h} for x, y, w, h in drawn
    ]
    details = {
        "objects": [{"confidence": 0.79}] * len(drawn),
        "class-map": {"1": "pear"},
        "type": "groundtruth/object-detection",
        **COMMON,
    }
    return {
        "source-ref": "s3://orchard-raw/3.jpg",
        "fruit": {
            "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
            "annotations": annotations,
        },
        "fruit-metadata": {**details, **more},
    }


def body(*lines: Line | bytes) -> list[bytes]:
    return [
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    ]


@pytest.mark.parametrize("line", [one_class(), boxes((40, 52, 120, 98)), boxes()])
def test_what_rekognition_takes_stays_as_it_is(line: Line) -> None:
    """Converting twice, or touching what fits, could only do harm."""
    assert for_rekognition(line).line == line
    assert {code for code, _ in for_rekognition(line).faults} <= {"WARNING_NO_ANNOTATIONS"}


def test_multi_label_becomes_a_pair_per_class() -> None:
    """AWS's own script writes a type that Rekognition refuses, and breaks where a confidence is
    missing.
    """
    converted = for_rekognition(several(0, 4))
    single = {"type": "groundtruth/image-classification", **COMMON}
    assert converted.line == {
        "source-ref": "s3://orchard-raw/2.jpg",
        "defects0": 0,
        "defects0-metadata": {"class-name": "bruise", "confidence": 0.91, **single},
        "defects4": 4,
        "defects4-metadata": {"class-name": "scab", "confidence": 0, **single},
    }
    assert (converted.labels, converted.faults, converted.kind) == (
        ("bruise", "scab"),
        (),
        "image-classification-multilabel",
    )
    assert for_rekognition(several()).line == {"source-ref": "s3://orchard-raw/2.jpg"}
    assert for_rekognition(several(0, 9)).faults == (("ERROR_MISSING_CLASS_MAP_ID", "class 9"),)


def test_one_attribute_stays() -> None:
    """A chained file would otherwise train on the labels that were corrected since."""
    older = one_class()
    newer = {
        "second": 1,
        "second-metadata": {
            **older["ripeness-metadata"],
            "class-name": "unripe",
            "creation-date": "2025-01-01T00:00:00",
        },
    }
    checked = {
        "ok": 1,
        "ok-metadata": {
            "class-name": "good",
            "type": "groundtruth/label-verification",
            **COMMON,
            "creation-date": "2030",
        },
    }
    line = {**older, **newer, **checked, "id": 7, "source-ref-metadata": {"format": "x"}}
    assert for_rekognition(line).line == {"source-ref": older["source-ref"], **newer}
    assert for_rekognition(line, attribute="ripeness").line == older
    assert for_rekognition(line, attribute="ok").faults == (
        ("ERROR_UNSUPPORTED_USE_CASE_TYPE", "label-verification"),
    )
    mixed = {
        **line,
        **{key: value for key, value in boxes((1, 1, 9, 9)).items() if key.startswith("fruit")},
    }
    assert for_rekognition(mixed, task="object-detection").kind == "object-detection"


def test_labels_of_one_moment_stay_together() -> None:
    """Without this, a manifest in Custom Labels' own form would lose all labels of a picture but
    one, and nobody would be told.
    """
    line = one_class()
    line["scabbed"], line["scabbed-metadata"] = 1, {**line["ripeness-metadata"]}
    line["scabbed-metadata"]["class-name"] = "scab"
    older = {**line["ripeness-metadata"], "creation-date": "2023-01-01T00:00:00"}
    line["before"], line["before-metadata"] = 0, {**older, "class-name": "unripe"}
    found = for_rekognition(line)
    kept = {name: line[name] for name in line if not name.startswith("before")}
    assert found.line == kept
    assert set(found.labels) == {"ripe", "scab"}
    assert found.faults == ()
    alone = for_rekognition(line, attribute="ripeness")
    assert alone.labels == ("ripe",), "where one was named, that one"
    line["scabbed-metadata"]["class-name"] = "x" * 300
    assert for_rekognition(line).faults, "what is wrong with any of them is told"


def test_missing_confidence_becomes_zero_and_texts_numbers() -> None:
    """Old files print the class as text, and some leave out the confidence that Rekognition
    demands.
    """
    line = one_class()
    line["ripeness"] = "2"
    del line["ripeness-metadata"]["confidence"]
    converted = for_rekognition(line)
    assert converted.line is not None
    assert (
        converted.line["ripeness"],
        converted.line["ripeness-metadata"]["confidence"],
        converted.faults,
    ) == (
        2,
        0,
        (),
    )


BIG = tuple((10, 10, 20, 20) for _ in range(51))
FAULTY: list[tuple[Line, str]] = [
    ({"source": "x"}, "ERROR_MISSING_SOURCE_REF"),
    ({"source-ref": "https://x/y.jpg"}, "ERROR_INVALID_SOURCE_REF_FORMAT"),
    ({"source-ref": 4}, "ERROR_INVALID_SOURCE_REF_FORMAT"),
    ({"source-ref": "s3://orchard-raw/1.jpg"}, "WARNING_UNANNOTATED_RECORD"),
    ({**one_class(), "ripeness": None}, "WARNING_UNANNOTATED_RECORD"),
    ({**one_class(), "ripeness": {}}, "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
    (one_class(confidence=1.5), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
    (one_class(**{"human-annotated": "maybe"}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
    (one_class(**{"creation-date": "yesterday"}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
    (one_class(**{"class-name": "x" * 257}), "ERROR_INVALID_LABEL_NAME_LENGTH"),
    (one_class(type="groundtruth/semantic-segmentation"), "ERROR_UNSUPPORTED_USE_CASE_TYPE"),
    (boxes((800, 10, 20, 20)), "ERROR_INVALID_BOUNDING_BOX"),
    (boxes((-20, 10, 20, 20)), "ERROR_INVALID_BOUNDING_BOX"),
    (boxes((10, 10, -5, 20)), "ERROR_INVALID_BOUNDING_BOX"),
    (boxes((1, 10, 1, 1)), "ERROR_BOUNDING_BOX_TOO_SMALL"),
    (boxes((1, 10, 3, 3), size=(4000, 3000)), "ERROR_BOUNDING_BOX_TOO_SMALL"),
    (boxes((1, 10, 1, 20)), "thin_box"),
    (boxes((1, 10, 3, 20), size=(4000, 3000)), "thin_box"),
    (one_class(**{"creation-date": "2026-07-02"}), "unusual_date"),
    (boxes((1, 1, 9, 9), (801, 1, 9, 9)), "ERROR_INVALID_BOUNDING_BOX"),
    (boxes((1, 1, 0, 9)), "thin_box"),
    (boxes((801, 1, 9, 9)), "ERROR_NO_VALID_ANNOTATIONS"),
    (boxes(*BIG), "ERROR_TOO_MANY_BOUNDING_BOXES"),
    (boxes((1, 1, 9, 9), objects=[]), "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"),
    (boxes((1, 1, 9, 9), **{"class-map": {"2": "x"}}), "ERROR_MISSING_CLASS_MAP_ID"),
    (boxes((1, 1, 9, 9), **{"class-map": {"1": ""}}), "ERROR_INVALID_LABEL_NAME_LENGTH"),
    (boxes((1, 1, 9, 9), **{"class-map": 1}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
    (boxes((1, 1, 9, 9), size=(7168, 4562)), "ERROR_INVALID_IMAGE_DIMENSION"),
    (boxes((1, 1, 9, 9), size=(63, 600)), "ERROR_INVALID_IMAGE_DIMENSION"),
    (boxes((1, 1, 9, 9), size=(4000, 64)), "ERROR_INVALID_IMAGE"),
    (boxes(), "WARNING_NO_ANNOTATIONS"),
    ({**boxes((1, 1, 9, 9)), "fruit": {"annotations": []}}, "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
]


@pytest.mark.parametrize(("line", "code"), FAULTY, ids=range(len(FAULTY)))
def test_each_rule_is_found_before_the_import(line: Line, code: str) -> None:
    """AWS tells some of these only after hours of training, and some never."""
    assert code in {found for found, _ in for_rekognition(line).faults}
    found = examine(body(line, one_class(9)), "eu-west-1")
    assert found.counts[code] == 1
    assert CODES[code].remedy in words(found)


def test_a_label_without_metadata_is_named_when_it_was_asked_for() -> None:
    """Other keys pass through a manifest; only the wanted one must be a pair."""
    line = {"source-ref": "s3://orchard-raw/1.jpg", "ripeness": 2}
    assert for_rekognition(line).faults == (("WARNING_UNANNOTATED_RECORD", ""),)
    assert for_rekognition(line, attribute="ripeness").faults[0][0] == "ERROR_NO_LABEL_ATTRIBUTES"


def test_vanishing_lines_are_told_by_number() -> None:
    """Rekognition drops these without a word: 1,240 lines become 1,233 and nobody knows why."""
    long = boxes((1, 1, 9, 9), note="x" * 100_000)
    found = examine(
        body(
            one_class(1),
            one_class(2),
            b"",
            b"{",
            one_class(1),
            long,
            {"source": "x"},
            *map(one_class, range(10, 30)),
        ),
        "eu-west-1",
    )
    assert (found.lines, found.sendable, found.invalid) == (27, 22, 5)
    said = words(found)
    assert "Line 3 is blank." in said
    assert "Line 4 is not JSON: the line ends before the object is closed." in said
    assert "Line 5 repeats a picture: line 1 has it too." in said
    assert "Line 6 is longer than 100,000 characters." in said
    assert 'Line 7 has no "source-ref": it holds text.' in said


TERMINAL: list[tuple[Callable[[], Examination], str]] = [
    (lambda: examine([], "eu-west-1"), "has no lines"),
    (
        lambda: examine(body(one_class(1), b"{"), "eu-west-1"),
        "More than 20 % of the lines are wrong (1 of 2).",
    ),
    (lambda: examine(body(one_class(1)), "eu-west-1"), "too few labels (1)"),
    (
        lambda: examine(
            body(one_class(1), one_class(2) | {"source-ref": "s3://other-raw/1.jpg"}), "eu-west-1"
        ),
        "several buckets (orchard-raw, other-raw)",
    ),
    (
        lambda: examine(
            body(*(one_class(n, **{"class-name": f"c{n}"}) for n in range(251))), "eu-west-1"
        ),
        "more than 250 labels (251)",
    ),
    (
        lambda: examine(body(*map(one_class, range(7001))), "ap-south-1", dataset="test"),
        "too many lines (7,001; ap-south-1 takes 7,000)",
    ),
]


@pytest.mark.parametrize(("find", "said"), TERMINAL, ids=range(len(TERMINAL)))
def test_what_ends_the_whole_import_is_told_first(
    find: Callable[[], Examination], said: str
) -> None:
    """A failed import costs an hour; these can be known from the file alone."""
    assert said in words(find()).split(" Line ", maxsplit=1)[0]


def test_a_good_manifest_has_nothing_against_it() -> None:
    """False alarms would teach people to ignore the check; warnings do not count as wrong."""
    unlabeled = [{"source-ref": f"s3://orchard-raw/u{n}.jpg"} for n in range(5)]
    found = examine(
        body(one_class(1), one_class(2, **{"class-name": "unripe"}), *unlabeled), "eu-west-1"
    )
    assert found.terminal == []
    assert (found.labels, found.unlabeled, found.invalid, found.buckets) == (
        {"ripe": 1, "unripe": 1},
        5,
        0,
        {"orchard-raw": S3Uri("orchard-raw", "1.jpg")},
    )
    assert words(examine(body(boxes((1, 1, 9, 9))), "eu-west-1")) == ""


def test_the_sent_manifest_holds_what_arrives() -> None:
    """What is counted as sendable must be exactly what is sent."""
    given_lines = body(
        one_class(1), b"{", one_class(1), several(0, 4), boxes((800, 1, 20, 20)), {"source": "x"}
    )
    sent = list(converted_lines(given_lines))
    assert len(sent) == examine(given_lines, "eu-west-1").sendable == 3
    assert all(line.endswith(b"\n") and json.loads(line) for line in sent)
    assert len(list(converted_lines(given_lines, faultless=True))) == 2
    assert examine(sent, "eu-west-1").sendable == len(sent)


def test_codes_of_aws_have_a_remedy() -> None:
    """A person must never be left alone with a code."""
    message = (
        "Training failed: ERROR_TOO_MANY_RECORDS_IN_ERROR, ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"
    )
    assert named_in(message) == [
        "ERROR_TOO_MANY_RECORDS_IN_ERROR",
        "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS",
    ]
    # one code is the beginning of another's name
    owner = "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"
    assert named_in(f"The manifest file contains errors: {owner}: no.") == [owner]
    for code in CODES:
        assert remedy(code).endswith(".")
        assert "{" not in remedy(code)
    assert remedy("ERROR_NEW") == "AWS says ERROR_NEW."
    assert refusal("object-detection") == ""
    assert "masks" in refusal("semantic-segmentation")
    assert refusal("point_cloud_object_detection")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Unable to write to output S3 bucket.", "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"),
        (
            "The S3 bucket permissions are incorrect.",
            "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET",
        ),
        (
            "The permissions for the images S3 bucket are invalid.",
            "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET",
        ),
        ("Failed to copy images from S3 bucket.", "ERROR_FAILED_IMAGES_S3_COPY"),
        ("The manifest file is empty.", "ERROR_EMPTY_MANIFEST"),
        (
            "Less than 50% label overlap between the training and testing manifest files.",
            "ERROR_INSUFFICIENT_LABEL_OVERLAP",
        ),
        (
            "Less than 50% usable label overlap between the training and testing manifest files.",
            "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP",
        ),
        ("The manifest file has too few labels.", "ERROR_MANIFEST_TOO_FEW_LABELS"),
        ("The manifest file has too few usable labels.", "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"),
    ],
)
def test_words_without_a_code_have_its_remedy(said: str, code: str) -> None:
    """At a training AWS tells of a whole file's faults in words alone."""
    assert named_in(said) == [code]
    assert named_in("Something else happened.") == []


MEMBER = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "annotations",
                    "image_size",
                    "width",
                    "height",
                    "depth",
                    "class_id",
                    "left",
                    "0",
                    "confidence",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KIND = st.sampled_from(
    ["image-classification", "object-detection", "image-classification-multilabel", "custom"]
)
NAMES = st.sampled_from(
    ["class-map", "objects", "class-name", "confidence", "confidence-map", "creation-date"]
)


@given(KIND, MEMBER, st.dictionaries(NAMES, MEMBER))
def test_any_shape_is_examined(kind: str, value: Any, more: dict[str, Any]) -> None:
    """Whatever a script wrote, the import check answers in words."""
    line = {
        "source-ref": "s3://orchard-raw/1.jpg",
        "a": value,
        "a-metadata": {"type": f"groundtruth/{kind}", **more},
    }
    found = examine(body(line, line), "eu-west-1")
    words(found)
    assert found.sendable == len(list(converted_lines(body(line, line))))


def two_names(n: int = 1) -> Line:
    """A label whose metadata has another name, as a real file has it."""
    line = one_class(n)
    line["normal"] = line.pop("ripeness")
    line["auto-label-metadata"] = line.pop("ripeness-metadata")
    return line


def test_a_label_and_metadata_of_two_names_are_named_and_paired_where_it_is_wanted() -> None:
    """Without this, every label of such a file would be left out as “no label”."""
    found = for_rekognition(two_names())
    (fault,) = found.faults
    assert fault[0] == "ERROR_NO_LABEL_ATTRIBUTES"
    assert fault[1] == "“normal” and “auto-label-metadata” do not have the same name"
    assert found.line == {"source-ref": "s3://orchard-raw/1.jpg"}
    paired = for_rekognition(two_names(), pair=True)
    assert (paired.faults, paired.labels) == ((), ("ripe",))
    assert paired.line is not None
    assert set(paired.line) == {"source-ref", "normal", "normal-metadata"}
    drawn = boxes((1, 1, 9, 9))
    (name,) = [key for key in drawn if key != "source-ref" and not key.endswith("-metadata")]
    drawn["drawn"] = drawn.pop(name)
    assert for_rekognition(drawn, pair=True).labels == ("pear",)


@pytest.mark.parametrize(
    "more",
    [
        {"other": 3},  # which of two
        {"normal": "a text"},
        {"normal": True},
        {"normal": None},
        {"second-metadata": {"type": "groundtruth/image-classification"}},
    ],
)
def test_only_what_fits_alone_is_paired(more: Line) -> None:
    """Without this, a number that is no label would become one."""
    found = for_rekognition({**two_names(), **more}, pair=True)
    assert found.labels == ()
    assert found.line == {"source-ref": "s3://orchard-raw/1.jpg"}


def test_a_name_that_is_right_is_left_alone() -> None:
    """Without this, a number beside a label would be taken for it."""
    line = {**one_class(), "id": 7}
    assert for_rekognition(line, pair=True) == for_rekognition(line)
