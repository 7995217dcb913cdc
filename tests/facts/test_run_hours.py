"""How long models may run, as an administrator writes it."""

import pytest

from bot.base.run_hours import longest_of, read_hours


def test_a_channel_has_its_own_limit_and_others_the_usual() -> None:
    """Without this, one channel's need would open every other channel's purse."""
    hours = read_hours("4, C0DATA=0.5")
    assert longest_of(hours, "C0DATA") == 1800
    assert longest_of(hours, "C0OTHER") == 4 * 3600
    assert longest_of(read_hours("C0DATA=2"), "C0OTHER") == 8 * 3600


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("eight", "not a number"),
        ("0", "not a number"),
        ("-1", "not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("1000", "not a number"),
        ("orchard=2", "channel's id"),
        ("C0DATA=1, C0DATA=2", "second"),
        ("1, 2", "second"),
    ],
)
def test_what_is_wrong_is_named(written: str, wrong: str) -> None:
    """Without this, a slip in a setting would let models run for ever, or not at all."""
    with pytest.raises(ValueError, match=wrong):
        read_hours(written)
