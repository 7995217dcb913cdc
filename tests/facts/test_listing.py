"""Which jobs of a labeling team are news."""

from datetime import UTC, datetime, timedelta

from bot.jobs.listing import relisted
from bot.people.work_team import UNLISTED, Listing

NOW = datetime(2026, 11, 21, 14, 31, tzinfo=UTC)


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_what_a_new_list_begins_with_is_no_news_of_its_own() -> None:
    """Without this, a team would be called twice for its first job."""
    assert relisted(UNLISTED, ["a", "b"], NOW, stands=False) == Listing(("a", "b"), NOW)


def test_jobs_that_join_within_ten_minutes_share_one_line() -> None:
    """Without this, a project of twenty jobs would call its team twenty times."""
    listing = relisted(UNLISTED, ["a"], NOW, stands=False)
    listing = relisted(listing, ["a", "b"], later(1), stands=True)
    assert (listing.joined, listing.joined_at) == (("b",), later(1))
    listing = relisted(listing, ["a", "b", "c"], later(10), stands=True)
    assert (listing.joined, listing.joined_at) == (("b", "c"), later(1))
    listing = relisted(listing, ["c", "d"], later(12), stands=True)
    assert (listing.joined, listing.joined_at) == (("d",), later(12))
    assert listing.jobs == ("a", "b", "c", "d"), "what was done is counted at the end"
    assert listing.since == NOW


def test_job_that_ended_or_comes_back_is_no_news() -> None:
    """Without this, every end, and every job that AWS lists again, would call the team."""
    listing = relisted(UNLISTED, ["a", "b"], NOW, stands=False)
    for still in (["a"], ["a", "b"], ["b"]):
        listing = relisted(listing, still, later(1), stands=True)
        assert listing == Listing(("a", "b"), NOW)


def test_list_of_an_older_version_is_taken_over_silently() -> None:
    """Without this, an upgrade would call every team for work that it knows."""
    assert relisted(UNLISTED, ["a"], NOW, stands=True) == Listing(("a",))
