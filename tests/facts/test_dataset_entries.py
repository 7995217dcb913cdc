"""The lines of a manifest as the entries of a dataset: made before, compared after."""

import json
from typing import Any

from bot.base.s3_uri import Allowed, S3Uri
from bot.datasets import findings
from bot.datasets.entries import (
    Made,
    Numbered,
    Pictures,
    after_import,
    make,
    place,
    same_pictures,
)
from bot.datasets.findings import VANISHED, Finding
from bot.datasets.lines import Arrived, outcomes
from bot.datasets.source import Source
from bot.manifests.examine import examine

OPEN = Allowed(("orchard-raw",))


def one_class(picture: str, label: str = "ripe", number: int = 0) -> dict[str, Any]:
    return {
        "source-ref": f"s3://orchard-raw/{picture}",
        "ripeness": number,
        "ripeness-metadata": {
            "class-name": label,
            "confidence": 0.9,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": "2026-07-02T09:14:31.120411",
        },
    }


def written(*lines: object) -> list[bytes]:
    return [
        b"".join(
            (line if isinstance(line, str) else json.dumps(line)).encode() + b"\n" for line in lines
        )
    ]


JULY = written(
    one_class("1.jpg"),
    one_class("2.jpg", "unripe", 1),
    one_class("1.jpg"),
    "not json",
    one_class("3.jpg"),
    {"source-ref": "s3://orchard-raw/4.jpg"},
    one_class("5.jpg"),
)


def test_what_is_sent_is_what_was_examined() -> None:
    """The numbers of the card would not be those of the file that AWS reads."""
    made = Made()
    sent = list(make(JULY, made, attribute=None, allowed=OPEN))
    assert made.lines == examine(JULY, "us-east-1").sendable == 5
    assert [json.loads(line)["source-ref"][-5:] for line in sent] == [
        "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg",
    ]  # fmt: skip


def test_pictures_outside_the_open_places_are_found() -> None:
    """A manifest could make the bot hand pictures of a closed bucket to AWS."""
    stray = written(
        one_class("1.jpg"), {"source-ref": "s3://secret/a.jpg"}, {"source-ref": "s3://secret/b.jpg"}
    )
    made = Made()
    assert len(list(make(stray, made, attribute=None, allowed=OPEN))) == 3
    assert (made.outside, made.first_outside) == (2, "s3://secret/a.jpg")


def test_the_made_manifest_lies_beside_the_job_under_its_own_hash() -> None:
    """Two imports would overwrite each other's manifest, or AWS would refuse a key without an
    extension.
    """
    output = S3Uri.parse("s3://orchard-out/july/ripe/manifests/output/output.manifest")
    assert str(place(output, "5f1")).startswith("s3://orchard-out/july/ripe/labeljob/")
    assert place(output, "5f1") != place(output, "5f2")
    assert place(output, "5f1").key.endswith(".manifest")
    assert str(place(S3Uri.parse("s3://b-1/own.jsonl"), "5f1")).startswith("s3://b-1/labeljob/")
    assert str(place(S3Uri.parse("s3://b-1/manifests/output/o.manifest"), "5f1")).startswith(
        "s3://b-1/labeljob/"
    )


def noted(arrived: Arrived) -> Numbered:
    """What is known of July's lines once AWS has read them."""
    found = Numbered()
    list(found.through(outcomes(JULY, Source(), arrived)))
    return found


def test_lines_that_aws_dropped_are_named_by_their_numbers() -> None:
    """Nobody would learn which pictures are missing: no call of AWS tells."""
    before = findings.of_examination(examine(JULY, "us-east-1"))
    arrived = Pictures(f"s3://orchard-raw/{n}.jpg" for n in (1, 2, 4))
    after = after_import(before, noted(Arrived(arrived, {})), missing=2, bad={})
    lost = next(finding for finding in after if finding.code == VANISHED)
    assert (lost.count, lost.lines) == (2, (5, 7))
    assert findings.words(lost).startswith("Lines 5 and 7 were sent and did not arrive.")
    assert {finding.code for finding in after if finding.level == "silent"} == {
        "source_ref_repeated", "ERROR_INVALID_JSON_LINE", VANISHED,
    }  # fmt: skip


def test_the_word_of_aws_on_bad_lines_replaces_ours() -> None:
    """A rule that AWS does not apply would be held against the dataset for ever."""
    before = (
        Finding("ERROR_INVALID_BOUNDING_BOX", 3, (2, 5, 7), "a box"),
        Finding("source_ref_repeated", 1, (3,), "line 1 has it too"),
        Finding("WARNING_UNANNOTATED_RECORD", 1, (6,)),
    )
    bad = {
        "s3://orchard-raw/3.jpg": ("ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE"),
        "s3://orchard-raw/9.jpg": ("NEW",),
    }
    after = after_import(before, noted(Arrived(None, bad)), missing=0, bad=bad)
    assert {one.code: (one.count, one.lines) for one in after} == {
        "source_ref_repeated": (1, (3,)),
        "WARNING_UNANNOTATED_RECORD": (1, (6,)),
        "ERROR_INVALID_IMAGE": (1, (5,)),
        "NEW": (1, ()),
    }
    assert findings.words(after[-1]) == "1 line has the error NEW."


def test_without_the_manifest_the_numbers_stand_alone() -> None:
    """A manifest that was deleted meanwhile would keep the result from being told."""
    after = after_import((), Numbered(), missing=3, bad={})
    assert findings.words(after[0]).startswith("3 lines were sent and did not arrive.")


def test_what_fails_a_training_alone_does_not_block_an_import() -> None:
    """A dataset that gets its second label tomorrow could not be made today."""
    one = findings.of_examination(examine(written(one_class("1.jpg")), "us-east-1"))
    assert [finding.code for finding in one] == ["ERROR_MANIFEST_TOO_FEW_LABELS"]
    assert findings.blocking(one) == ()


def test_too_many_wrong_lines_block_the_import() -> None:
    """AWS would give the whole import up minutes later, without the lines."""
    found = findings.of_examination(examine(JULY, "us-east-1"))
    assert [finding.code for finding in findings.blocking(found)] == [
        "ERROR_TOO_MANY_RECORDS_IN_ERROR"
    ]
    assert "More than 20 % of the lines are wrong (2 of 7)" in findings.words(found[0])


def test_a_dataset_is_ours_when_its_pictures_are() -> None:
    """Somebody else's dataset would be taken for ours, or ours for somebody else's."""
    sent = list(make(JULY, Made(), attribute=None, allowed=OPEN))
    assert same_pictures(sent, ["s3://orchard-raw/3.jpg", "s3://orchard-raw/1.jpg"])
    assert not same_pictures(sent, ["s3://orchard-raw/3.jpg", "s3://elsewhere/1.jpg"])
    assert not same_pictures(sent, [])


def test_a_repeat_of_a_line_that_is_too_long_is_sent() -> None:
    """The file that was examined and the one that is sent would differ for ever, and nothing would
    be imported.
    """
    long = {**one_class("1.jpg"), "ripeness-metadata": {**one_class("1.jpg")["ripeness-metadata"]}}
    long["ripeness-metadata"]["job-name"] = "j" * 100_001
    lines = written(long, one_class("1.jpg"), one_class("2.jpg", "unripe", 1))
    sent = list(make(lines, Made(), attribute=None, allowed=OPEN))
    assert len(sent) == examine(lines, "us-east-1").sendable == 2
