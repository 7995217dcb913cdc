"""How many pictures more a set takes, with plain numbers."""

import msgspec
import pytest

from bot.datasets.findings import Finding, words
from bot.datasets.room import room_finding
from bot.datasets.source import TEST, Source

VIRGINIA, LONDON = "us-east-1", "eu-west-2"
SOURCE = Source(project="orchard")


def found(region: str, there: int, new: int, *, kind: str = "TRAIN", boxes: bool = False) -> str:
    """What is said of it, and how grave it is; "" where they fit."""
    source = msgspec.structs.replace(SOURCE, dataset_type=kind)
    finding = room_finding(source, region, there=there, new=new, boxes=boxes)
    return f"{finding.level}: {words(finding)}" if isinstance(finding, Finding) else ""


@pytest.mark.parametrize(
    ("region", "kind", "most"),
    [(VIRGINIA, "TRAIN", 250_000), (LONDON, "TRAIN", 28_000), (LONDON, TEST, 7_000)],
)
def test_a_set_is_full_at_the_limit_of_its_kind_and_region(
    region: str, kind: str, most: int
) -> None:
    """Without this, pictures would be refused that fit, or sent where AWS has no room."""
    assert found(region, most - 2, 2, kind=kind, boxes=True) == ""
    assert found(region, most + 5, 0, kind=kind, boxes=True) == "", "labels of what is there"
    said = found(region, most - 2, 3, kind=kind, boxes=True)
    assert said.startswith("file: The dataset has no room for these pictures: ")
    words_of_kind = {"TRAIN": "training", TEST: "test"}[kind]
    assert f"{most - 2:,} are there, 3 would be new, and a {words_of_kind} set in {region}" in said
    assert f"takes {most:,}. " in said


def test_what_aws_may_have_raised_is_said_and_not_refused() -> None:
    """Without this, an account with a raised limit could not use it."""
    said = found(VIRGINIA, 249_990, 20)
    assert said.startswith("warning: 10 lines are more than the 250,000 pictures that Rekognition")
    assert "whether it has is not known here" in said
    assert found(VIRGINIA, 249_990, 11).startswith("warning: 1 line is more than the 250,000")
    assert found(VIRGINIA, 499_990, 11).startswith("file: ")
    assert found(LONDON, 27_999, 2).startswith("file: "), "raised nowhere but where it is 250,000"
