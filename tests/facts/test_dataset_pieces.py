"""Lines cut into pieces, and what is told of them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.lifecycle import DatasetState
from bot.datasets.pieces import Progress, whole_lines
from bot.datasets.source import Source
from bot.datasets.update_cards import failed_piece, not_done_line

LINES = st.lists(st.binary(max_size=9).map(lambda each: each.replace(b"\n", b"")), min_size=1)


@given(lines=LINES, most=st.integers(10, 40))
def test_pieces_are_whole_lines_and_all_of_them(lines: list[bytes], most: int) -> None:
    """Without this, AWS would get halves of lines, which vanish without a word."""
    whole = b"".join(each + b"\n" for each in lines)
    pieces, at = [], 0
    while at < len(whole):
        pieces.append(whole_lines(whole[at : at + most]))
        at += len(pieces[-1])
    assert b"".join(pieces) == whole
    assert all(each.endswith(b"\n") and len(each) <= most for each in pieces)


def test_failed_piece_is_named_by_its_lines_with_the_remedy() -> None:
    """Without this, a piece of thousands of lines that AWS gave up would have no name."""
    progress = Progress(
        known=DatasetState(lines=9_000, sent=9_000), taken_lines=8_000, piece_lines=3_000
    )
    said = failed_piece(progress, "ERROR_TOO_MANY_RECORDS_IN_ERROR: Too many records.")
    assert said.startswith("AWS did not take lines 5,001 to 8,000 of those sent: ERROR_TOO_MANY")
    line = not_done_line(Source(project="orchard"), progress, said).text
    assert "8,000 of 9,000 lines were sent, and what arrived of them stays." in line
    assert "what is there already is not doubled" in line
