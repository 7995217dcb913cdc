"""Rekognition's rules, asked of both sides: the bot's verdict on a manifest, and the stand-in's
import of the same bytes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aws_practice import BUCKET, Practice, lines
from test_aws_rekognition import boxed, classified, imported, project

from bot.datasets.findings import TRAINING_ONLY
from bot.manifests.examine import Examination, examine
from bot.manifests.rekognition_codes import AT_TRAINING, CODES, UNSETTLED

SUMS_UP = "ERROR_NO_VALID_LABEL_ATTRIBUTES"  # the stand-in's, beside the code that says why
METADATA = "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
SMALL = "ERROR_BOUNDING_BOX_TOO_SMALL"
FORMAT = "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"


@dataclass(frozen=True, slots=True)
class Case:
    """A line among good ones: what both sides list against it.

    `doubt` is what the bot calls it where no document settles it; the stand-in is strict then.
    """

    name: str
    line: dict[str, Any]
    listed: str = ""
    doubt: str = ""


def renamed(line: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """The line with another name for one key."""
    return {after if key == before else key: value for key, value in line.items()}


def sized(width: int, height: int) -> dict[str, Any]:
    """A picture of this size with a fine box."""
    line = boxed(0, (10, 10, 20, 20))
    line["box"]["image_size"][0].update(width=width, height=height)
    return line


CASES = [
    Case("class", classified(0, "ripe")),
    Case("box", boxed(0, (1, 1, 50, 50))),
    Case("box of one pixel", boxed(0, (1, 1, 1, 1)), SMALL),
    Case("box of a pixel and a half, shrunk to less", boxed(0, (1, 1, 2, 2), size=4000), SMALL),
    Case("thin box", boxed(0, (1, 1, 1, 100)), SMALL, "thin_box"),
    Case("flat box", boxed(0, (1, 1, 0, 50)), SMALL, "thin_box"),
    Case("two pixels", boxed(0, (1, 1, 2, 2))),
    Case("box of a class that is not named", boxed(0, (1, 1, 9, 9), **{"class-map": {}})),
    Case("box without a confidence", boxed(0, (1, 1, 9, 9), objects=[])),
    Case("box outside", boxed(0, (700, 1, 9, 9)), "ERROR_INVALID_BOUNDING_BOX"),
    Case("51 boxes", boxed(0, *[(1, 1, 9, 9)] * 51), "ERROR_TOO_MANY_BOUNDING_BOXES"),
    Case("no boxes", boxed(0)),
    Case("wide picture", sized(2800, 100)),
    Case("small picture", sized(63, 640), "ERROR_INVALID_IMAGE_DIMENSION"),
    Case("large picture", sized(4097, 640), "ERROR_INVALID_IMAGE_DIMENSION"),
    Case("no date", classified(0, "ripe", **{"creation-date": "soon"}), METADATA),
    Case("number for a date", classified(0, "ripe", **{"creation-date": 1}), METADATA),
    Case("day that is none", classified(0, "ripe", **{"creation-date": "2026-13-01T00:00:00"})),
    Case("date in UTC", classified(0, "ripe", **{"creation-date": "2026-11-21T10:00:00Z"})),
    Case(
        "date alone",
        classified(0, "ripe", **{"creation-date": "2026-11-21"}),
        METADATA,
        "unusual_date",
    ),
    Case(
        "date elsewhere",
        boxed(0, (1, 1, 9, 9), **{"creation-date": "2026-11-21T10:00:00+02:00"}),
        METADATA,
        "unusual_date",
    ),
    Case("nobody or somebody", classified(0, "ripe", **{"human-annotated": "maybe"}), METADATA),
    Case("too sure", classified(0, "ripe", confidence=1.5), METADATA),
    Case("class that is no number", {**classified(0, "ripe"), "kind": 1.5}, FORMAT),
    Case("long name", classified(0, "x" * 257), "ERROR_INVALID_LABEL_NAME_LENGTH"),
    Case(
        "two names", renamed(classified(0, "ripe"), "kind", "normal"), "ERROR_NO_LABEL_ATTRIBUTES"
    ),
    Case(
        "two names of boxes",
        renamed(boxed(0, (1, 1, 9, 9)), "box-metadata", "auto-metadata"),
        "ERROR_NO_LABEL_ATTRIBUTES",
    ),
    Case(
        "other kind",
        classified(0, "ripe", type="groundtruth/text-span"),
        "ERROR_UNSUPPORTED_USE_CASE_TYPE",
    ),
    Case("picture alone", {"source-ref": f"s3://{BUCKET}/fruit/0.png"}),
]
EXPLICIT = {
    "box of a class that is not named": "ERROR_MISSING_CLASS_MAP_ID",
    "box without a confidence": "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE",
    "day that is none": METADATA,
}
"""Cases that need no argument of their own above, for the width of the page."""

GOOD = [classified(number, f"label {number % 2}") for number in range(1, 10)]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("one-truth"))
    practice.s3.create_bucket(Bucket=BUCKET)
    yield practice
    practice.server.stop()


def verdict(body: str) -> Examination:
    """What the bot says of these bytes."""
    return examine([body.encode()], "us-east-1")


def listed_by_bot(found: Examination) -> set[str]:
    """The codes that the bot expects AWS to list after the import."""
    return {
        code
        for code in found.counts
        if CODES[code].level == "line" and code not in AT_TRAINING and code != SUMS_UP
    }


def listed_by_aws(aws: Practice, dataset: str) -> set[str]:
    """The codes that the stand-in lists."""
    entries = aws.rekognition.list_dataset_entries(DatasetArn=dataset, HasErrors=True)
    errors = [json.loads(entry)["cl-errors"] for entry in entries["DatasetEntries"]]
    return {error["code"] for each in errors for error in each} - {
        SUMS_UP,
        "ERROR_NO_VALID_ANNOTATIONS",
    }


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_held_against_a_line_is_the_same_on_both_sides(aws: Practice, case: Case) -> None:
    """Without this, people would mend what AWS takes, or be told after the import what the bot let
    through.
    """
    body = lines(case.line, *GOOD)
    wanted = {case.listed or EXPLICIT.get(case.name, "")} - {""}
    found = verdict(body)
    dataset, described = imported(aws, project(aws, f"line-{CASES.index(case)}"), body)
    assert described["Status"] == "CREATE_COMPLETE"
    assert listed_by_aws(aws, dataset) == wanted
    ours = listed_by_bot(found) - {"ERROR_NO_VALID_ANNOTATIONS"}
    if case.doubt:
        assert ours == set()
        assert found.counts[case.doubt] == 1
        assert case.doubt in UNSETTLED
    else:
        assert ours == wanted
        assert not UNSETTLED & set(found.counts)


def whole(name: str) -> str:
    """A manifest by the rule on whole files that it is about."""
    good = [classified(number, f"label {number % 2}") for number in range(8)]
    bad = [classified(number, "x", confidence=7) for number in (8, 9, 10)]
    return {
        "empty": "",
        "fine": lines(*good),
        "three of ten vanish": lines(*good[:7]) + "{\n" * 3,
        "two of ten vanish": lines(*good) + "{\n" * 2,
        "three of ten are blank": lines(*good[:7]) + "\n" * 3,
        "three of ten repeat": lines(*good[:7], *good[:3]),
        "three of ten are listed": lines(*good[:7], *bad),
        "no label on half": lines(
            *good, *({"source-ref": f"s3://{BUCKET}/{n}.png"} for n in range(8))
        ),
        "251 labels": lines(*(classified(number, f"label {number}") for number in range(251))),
    }[name]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty", "ERROR_EMPTY_MANIFEST"),
        ("fine", ""),
        ("three of ten vanish", "ERROR_TOO_MANY_RECORDS_IN_ERROR"),
        ("two of ten vanish", ""),
        ("three of ten are blank", "ERROR_TOO_MANY_RECORDS_IN_ERROR"),
        ("three of ten repeat", "ERROR_TOO_MANY_RECORDS_IN_ERROR"),
        ("three of ten are listed", ""),
        ("no label on half", ""),
        ("251 labels", "ERROR_MANIFEST_TOO_MANY_LABELS"),
    ],
)
def test_what_fails_an_import_is_the_same_on_both_sides(
    aws: Practice, name: str, code: str
) -> None:
    """Without this, the bot would refuse imports that AWS takes, or send those that it gives up."""
    body = whole(name)
    ours = {fault.code for fault in verdict(body).terminal} - TRAINING_ONLY
    assert ours == ({code} - {""})
    _dataset, described = imported(aws, project(aws, name.replace(" ", "-")), body)
    assert described["Status"] == ("CREATE_FAILED" if code else "CREATE_COMPLETE")
    assert code in described["StatusMessage"]


def test_lines_that_are_listed_fail_a_training_and_not_the_import() -> None:
    """Without this, nobody would know before they pay for a training that it cannot run."""
    found = verdict(whole("three of ten are listed"))
    (fault,) = found.terminal
    assert fault.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    assert fault.code in TRAINING_ONLY


def test_a_wide_picture_is_known_before_the_training() -> None:
    """Without this, a picture that a training leaves out would be found out after it."""
    assert verdict(lines(sized(2800, 100), *GOOD)).counts == {"ERROR_INVALID_IMAGE": 1}
