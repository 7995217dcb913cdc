"""Which of many objects are labeled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.picked import Choice, lines_words, picked, read_choice, runs_of

KEYS = [f"july/cam{number % 3}-{number:04}.jpg" for number in range(1_000)]


def taken(choice: Choice) -> list[str]:
    return list(picked(KEYS, choice, str))


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("", Choice()),
        ("100", Choice(count=100)),
        ("1,000 seed 7", Choice(count=1000, seed=7)),
        ("10%", Choice(share=0.1)),
        ("2.5 % at random, seed 3", Choice(share=0.025, seed=3)),
        ("every 5", Choice(every=5)),
        ("Every 3rd", Choice(every=3)),
        ("line 7", Choice(lines=((7, 7),))),
        ("Lines 9 - 12, 3; 4 10-11", Choice(lines=((3, 4), (9, 12)))),
    ],
)
def test_what_people_write_is_read(typed: str, choice: Choice) -> None:
    """Without this, people would have to learn a language for one field."""
    assert read_choice("", typed) == choice


@pytest.mark.parametrize("typed", ["0", "0%", "101%", "2.5", "some", "every 0", "-3", "10 men"])
def test_what_says_nothing_is_refused(typed: str) -> None:
    """Without this, a slip would have everything labeled, and paid for."""
    assert read_choice("", typed) is None


def test_same_seed_takes_the_same_and_another_takes_others() -> None:
    """Without this, a second job could neither repeat a sample nor go beyond it."""
    first = taken(Choice(count=50))
    assert len(first) == 50
    assert first == taken(Choice(count=50)) == sorted(first, key=KEYS.index)
    assert first != taken(Choice(count=50, seed=2))
    assert set(first) <= set(taken(Choice(count=60))), "a larger sample holds the smaller one"


def test_share_is_about_that_share_and_every_nth_is_exact() -> None:
    """Without this, a tenth could be a half."""
    assert 60 < len(taken(Choice(share=0.1))) < 140
    assert taken(Choice(share=1.0)) == KEYS
    assert taken(Choice(every=7)) == KEYS[::7]


def test_lines_are_exactly_those() -> None:
    """Without this, other objects would be verified than those that somebody doubts."""
    assert taken(Choice(lines=((1, 1), (3, 5), (10**8, 10**9)))) == [KEYS[0], *KEYS[2:5]]
    assert taken(Choice(lines=((2, 2),))) == [KEYS[1]]
    runs = runs_of([12, 3, 4, 3, 5])
    assert lines_words(runs) == "lines 3-5, 12"
    assert read_choice("", lines_words(runs)) == Choice(lines=runs)
    assert Choice("cam*", lines=runs).words == "named cam*, lines 3-5, 12"
    for wrong in ("lines", "lines 0", "lines 5-3", "lines 3,,4x", "lines 3-"):
        assert read_choice("", wrong) is None


def test_names_are_chosen_before_a_sample_is_taken() -> None:
    """Without this, a hundred of one camera would be some of all cameras."""
    assert taken(Choice("cam1-*")) == KEYS[1::3]
    assert taken(Choice("july/cam1*")) == KEYS[1::3]
    assert taken(Choice("CAM1*")) == []
    some = taken(Choice("cam1-*", count=10))
    assert len(some) == 10
    assert set(some) <= set(KEYS[1::3])


def test_choice_is_told_with_its_seed() -> None:
    """Without this, nobody could repeat what they see."""
    assert Choice("cam1*", count=1_000).words == "named cam1*, 1,000 at random (seed 1)"
    assert Choice(share=0.025, seed=4).words == "about 2.5% at random (seed 4)"
    assert [Choice(every=n).words for n in (2, 3, 11, 21)] == [
        "every 2nd",
        "every 3rd",
        "every 11th",
        "every 21st",
    ]
    assert Choice().takes_all


@given(st.text(max_size=20), st.text(max_size=20), st.lists(st.text(max_size=9), max_size=20))
def test_whatever_is_typed_is_read_or_refused(named: str, typed: str, keys: list[str]) -> None:
    """Without this, a strange sign in a field would be a bug of ours."""
    choice = read_choice(named, typed)
    if choice is not None:
        assert len(list(picked(keys, choice, str))) <= len(keys)
