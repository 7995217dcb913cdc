"""Which formats a job's labels are offered in."""

import pytest

from bot.jobs.exports.wish import LEDGER, REPORT, TITLES, offered


@pytest.mark.parametrize(
    ("noun", "tile", "first"),
    [
        ("picture", "boxes", "coco"),
        ("picture", "classify", "csv"),
        ("picture", "masks", "coco"),
        ("picture", "", "coco"),
        ("text", "text", "csv"),
    ],
)
def test_the_format_that_is_chosen_at_first_can_hold_the_labels(
    noun: str, tile: str, first: str
) -> None:
    """Without this, whoever presses Export on a job of classes gets an empty COCO file."""
    assert offered(noun, tile)[0][0] == first


def test_every_format_of_pictures_stays_within_reach() -> None:
    """Without this, boxes of an earlier job in the same results could not be taken along."""
    assert dict(offered("picture", "classify")) == TITLES
    assert {LEDGER, REPORT} <= dict(offered("text", "text")).keys()
