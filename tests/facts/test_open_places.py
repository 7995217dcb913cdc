"""Which places are open to which channel: what an administrator writes, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.open_places import OpenPlaces, outside, read_places
from bot.base.s3_uri import Allowed, S3Uri

ALL = Allowed(("orchard-raw", "orchard-out/labels"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("C0DATA=orchard-raw/july/ orchard-out", {"C0DATA": ("orchard-raw/july/", "orchard-out")}),
        ("C0DATA=a-b-c,C0TEST=d-e-f", {"C0DATA": ("a-b-c",), "C0TEST": ("d-e-f",)}),
        (
            " C0DATA = a-b-c   d-e-f/x , * = g-h-i ,",
            {"C0DATA": ("a-b-c", "d-e-f/x"), "*": ("g-h-i",)},
        ),
        ("G0OLD=a-b-c, D0SAM=a-b-c", {"G0OLD": ("a-b-c",), "D0SAM": ("a-b-c",)}),
        ("C0DATA=a-b-c/k=v/", {"C0DATA": ("a-b-c/k=v/",)}),
    ],
)
def test_line_of_settings_is_read(written: str, meant: dict[str, tuple[str, ...]]) -> None:
    """A channel would get other places than the administrator wrote."""
    assert read_places(written) == meant


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("orchard-raw", "“orchard-raw” names no channel and its places."),
        (
            "#orchard-data=orchard-raw",
            "“#orchard-data=orchard-raw” does not begin with a channel's id",
        ),
        ("orchard-data=orchard-raw", "does not begin with a channel's id"),
        ("U0SAM=orchard-raw", "does not begin with a channel's id"),
        ("=orchard-raw", "does not begin with a channel's id"),
        ("C0DATA=", "“C0DATA=” names no bucket."),
        ("C0DATA=s3://orchard-raw/", "write bucket or bucket/folder/, without s3://"),
        ("C0DATA=Orchard_Raw", "“Orchard_Raw” is not the name of a bucket"),
        ("C0DATA=orchard-raw/../x", "“.” or “..”"),
        ("C0DATA=orchard-raw//../x", "“.” or “..”"),
        ("C0DATA=orchard-raw/*", "“C0DATA=orchard-raw/*” names a place with a star"),
        ("C0DATA=a-b-c, C0DATA=d-e-f", "names C0DATA a second time"),
        ("C0DATA=a-b-c C0TEST=d-e-f", "“C0TEST=d-e-f” is not the name of a bucket"),
        (",", "It names no channel."),
    ],
)
def test_wrong_entry_is_named_with_its_remedy(written: str, words: str) -> None:
    """A typing error would close a channel, or open one, and nobody would know until somebody sees
    what is not his.
    """
    with pytest.raises(ValueError, match="with a comma between two channels") as refused:
        read_places(written)
    assert words in str(refused.value)


def test_every_wrong_entry_is_named_at_once() -> None:
    """An administrator would start the bot once per slip."""
    with pytest.raises(ValueError, match="comma") as refused:
        read_places("data=a-b-c, C0TEST=Q, C0GOOD=a-b-c")
    assert "“data=a-b-c”" in str(refused.value)
    assert "“C0TEST=Q”" in str(refused.value)
    assert "C0GOOD" not in str(refused.value)


@given(st.text("C0DATA=*, /.:s3b-", max_size=40))
def test_whatever_is_written_is_read_or_refused(written: str) -> None:
    """A start would end in a traceback, or with a place that is no place."""
    try:
        found = read_places(written)
    except ValueError:
        return
    assert found
    assert all(places for places in found.values())


def test_channel_has_its_own_places_and_no_others() -> None:
    """A project would see another one's pictures."""
    listed = OpenPlaces(ALL, {"C0DATA": ("orchard-raw/july",), "C0TEST": ("orchard-out/labels",)})
    assert listed.of("C0DATA").text("s3://orchard-raw/july/a.jpg")
    assert not listed.of("C0DATA").text("s3://orchard-raw/july-2/a.jpg")
    assert not listed.of("C0DATA").text("s3://orchard-out/labels/a.jpg")
    assert listed.of("C0OTHER").places == ()
    assert OpenPlaces(ALL, {"C0DATA": ("a-b-c",), "*": ("d-e-f",)}).of("C0OTHER").places == (
        "d-e-f",
    )
    assert OpenPlaces(ALL, {"C0DATA": ("a-b-c",), "*": ("d-e-f",)}).of("C0DATA").places == (
        "a-b-c",
    )


def test_without_a_list_every_channel_may_use_all() -> None:
    """Whoever upgrades would find every channel closed."""
    assert OpenPlaces(ALL).of("C0ANY") == ALL
    assert OpenPlaces(ALL, {}).of("C0ANY").places == (), "an empty list is a list"


def test_entry_beyond_the_bots_own_places_is_named() -> None:
    """The form would take an address that the bot then may not touch."""
    listed = {
        "C0DATA": ("orchard-raw/july", "orchard-out"),
        "*": ("orchard-out/labels/x/", "elsewhere"),
    }
    assert outside(listed, ALL) == ["C0DATA=orchard-out", "*=elsewhere"]


@pytest.mark.parametrize(
    ("place", "inside", "outside"),
    [
        (
            "orchard-out/labels",
            ["labels", "labels/", "labels//", "labels/a", "labels//a"],
            ["", "/", "/labels/a", "label", "labels-2/a", "//labels/a"],
        ),
        ("orchard-out//", ["/", "//", "/a", "//a"], ["", "a", "a/", "a//"]),
        ("orchard-out/a//", ["a//", "a//b", "a///"], ["a", "a/", "a/b", "a"]),
        ("orchard-out", ["", "/", "//a", "a"], []),
    ],
)
def test_slashes_open_nothing_that_was_not_named(
    place: str, inside: list[str], outside: list[str]
) -> None:
    """Without this, an empty folder's name in an address would open the folder around it."""
    allowed = Allowed((place,))
    assert [key for key in inside if S3Uri("orchard-out", key) not in allowed] == []
    assert [key for key in outside if S3Uri("orchard-out", key) in allowed] == []


@given(
    key=st.text(alphabet="a/.", max_size=8), folder=st.text(alphabet="ab/", min_size=1, max_size=4)
)
def test_what_is_allowed_lies_letter_by_letter_in_the_place(key: str, folder: str) -> None:
    """Without this, S3 would read the address as another object than the one that was judged."""
    allowed = Allowed((f"orchard-out/{folder}",))
    if not allowed.text(f"s3://orchard-out/{key}"):
        return
    whole = folder if folder.endswith("/") else f"{folder}/"
    assert key.startswith(whole) or (key and f"{key}/" == whole)
    below = S3Uri("orchard-out", key).join("x", "y")
    assert below in allowed
    assert below.key.startswith(whole)
