"""Which objects somebody answered, in little room."""

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.numbers import MOST, packed, unpacked


@given(st.frozensets(st.integers(0, MOST - 1), max_size=200))
def test_numbers_come_back(numbers: frozenset[int]) -> None:
    """Without this, a manager would look at other people's labels than those that were chosen."""
    assert unpacked(packed(numbers)) == numbers


def test_numbers_beyond_all_bounds_are_left_out() -> None:
    """Names of files are other people's: without this, one could fill the memory."""
    assert unpacked(packed([3, MOST, 10**15, -1])) == {3}
    assert packed([]) == b""
