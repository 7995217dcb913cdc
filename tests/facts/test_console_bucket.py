"""The bucket of Rekognition's console: found, closed, absent or not known, each in its words."""

import pytest

from bot.base.console_bucket import ConsoleBucket, named
from bot.base.s3_uri import Allowed

REGION = "eu-west-1"
CONSOLE = f"custom-labels-console-{REGION}-0123456789"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["raw", CONSOLE], CONSOLE),
        (["custom-labels-console-eu-west-12-0", "custom-labels-console-us-east-1-0"], ""),
        ([f"my-{CONSOLE}", "custom-labels-console-eu-west-1"], ""),
        ([], ""),
    ],
)
def test_only_the_console_bucket_of_this_region_is_taken_for_it(
    names: list[str], found: str
) -> None:
    """Without this, a bucket of another Region would be offered, where nothing can be trained."""
    assert named(names, REGION) == found


@pytest.mark.parametrize(
    ("name", "allowed", "said"),
    [
        (CONSOLE, (CONSOLE,), f"console bucket in {REGION} is {CONSOLE}; it is open"),
        (CONSOLE, ("raw",), f"{CONSOLE}, is not open to this channel. An administrator can"),
        (CONSOLE, (), "is not open to this channel"),
        ("", (CONSOLE,), f"has no bucket of Rekognition's console in {REGION}"),
        (None, (CONSOLE,), "is not known: the bot may not list buckets (s3:ListAllMyBuckets)"),
    ],
)
def test_each_case_is_told_apart(name: str | None, allowed: tuple[str, ...], said: str) -> None:
    """Without this, a right that the bot lacks would read like a bucket that is not there."""
    bucket = ConsoleBucket(REGION, name)
    assert said in bucket.words(Allowed(allowed))
    closed = bucket.closed_words(Allowed(allowed))
    assert bool(closed) == (bool(name) and name not in allowed)
    assert bool(bucket.offered(f"{CONSOLE}/assets/")) == bool(name)
    assert bucket.offered("raw/assets/") == ""
