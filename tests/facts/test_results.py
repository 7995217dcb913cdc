"""Which objects of a job's results are wanted, and how they are counted."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from bot.jobs.cards.results_card import read_filter
from bot.jobs.results.counted import OTHERS, counted
from bot.jobs.results.wish import AskedOf, Wish, fits, read, words, written
from bot.manifests.shapes import Box, Line, Told
from tests.manifest_fuzz import at_once, cases, line_by_line, whole_lines

PEAR = Box("pear", 0, 0, 1, 1, 0.3)
NO_BOX = Told("fruit", "", "boxes")
PEARS = Told("fruit", "", "boxes", boxes=(PEAR, PEAR))
FAILED = Told("fruit", "", "boxes", labeled=False, failure="Access denied")


@pytest.mark.parametrize(
    ("wish", "fitting"),
    [
        (Wish(), [1, 2, 3, 4]),
        (Wish(which="labeled"), [1, 2]),
        (Wish(which="empty"), [1]),
        (Wish(which="unlabeled"), [3, 4]),
        (Wish(label="pear"), [2]),
        (Wish(label="pear", which="empty"), []),
        (Wish(below=0.31), [2]),
        (Wish(below=0.3), []),
        (Wish(below=0.5, which="unlabeled"), []),
        (Wish(which="differ"), [2, 3]),
        (Wish(worker="w1"), [2, 3]),
        (Wish(worker="w1", which="labeled"), [2]),
    ],
)
def test_wish_chooses_among_the_objects(wish: Wish, fitting: list[int]) -> None:
    """Without this, a filter would show what nobody asked for, or hide the bad ones."""
    lines = [Line(1, "", "a", (NO_BOX,)), Line(2, "", "b", (PEARS,)), Line(3, "", "c", (FAILED,))]
    lines.append(Line(4, "", "d", ()))
    assert [
        line.number for line in lines if fits(line, "fruit", wish, frozenset({2, 3}))
    ] == fitting


def test_wish_for_somebodys_answers_shows_no_others() -> None:
    """Without this, everybody's objects would pass for those of one person."""
    wish = Wish(worker="w1")
    assert wish.filtered
    assert not fits(Line(1, "", "a", (PEARS,)), "fruit", wish)
    assert words(wish, "picture", "<@U1>") == "labeled by <@U1>"


def test_button_carries_a_wish_and_nothing_else_is_one() -> None:
    """Without this, a value made by hand could end the bot's answer with an error of ours."""
    asked = AskedOf("j" * 36, "C1", Wish(label="x" * 200, which="empty", below=0.25, page=9))
    assert read(written(asked)) == asked
    assert len(written(asked)) < 2_000
    assert read("") is read("no wish") is read('{"job":3}') is None


def test_labels_beyond_all_bounds_are_counted_together() -> None:
    """Manifests are other people's: without this, one with a new label in each line would fill the
    memory.
    """

    def lines() -> Iterator[bytes]:
        for number in range(2_100):
            name = f'{{"class-name":"label {number}","type":"groundtruth/image-classification"}}'
            yield f'{{"source":"a","tone":{number},"tone-metadata":{name}}}\n'.encode()

    found = counted(lines(), "tone", Wish(page=105))
    assert found.labeled == found.fitting == 2_100
    assert len(found.labels) == 2_001
    assert found.labels[OTHERS].objects == 100
    assert [line.number for line in found.shown] == list(range(2_081, 2_101))


def test_one_line_is_found_by_its_number() -> None:
    """Without this, the large picture would be another than the one that was chosen."""
    body = b'{"source":"a"}\nno line\n{"source":"b"}\n'
    found = counted([body], "tone", Wish(line=3))
    assert [line.text for line in found.shown] == ["b"]
    assert (found.objects, found.unlabeled, found.unreadable) == (2, 2, 1)


def view(**values: Any) -> dict[str, Any]:
    return {"state": {"values": {name: {"value": value} for name, value in values.items()}}}


def test_window_may_hold_anything() -> None:
    """A client may send anything: without this, it would end in an error nobody explains."""
    assert read_filter({}, ()) == (Wish(), {})
    wish, errors = read_filter(view(label={"value": " Pear "}, below={"value": "nan"}), ())
    assert wish == Wish(label="Pear")
    assert set(errors) == {"below"}
    odd = view(label={"selected_option": {"value": "77"}}, which={"selected_option": 3})
    assert read_filter(odd, ("a", "b")) == (Wish(), {})


WISHES = (Wish(), Wish(label="ripe"), Wish(which="empty"), Wish(below=0.6))


@pytest.mark.parametrize("wish", [replace(wish, page=2) for wish in WISHES], ids=str)
def test_many_lines_at_once_are_counted_as_one_by_one(wish: Wish) -> None:
    """Without this, the figures on the card would depend on how a file's lines happen to lie."""
    kinds = [line for line in whole_lines() if b'"fruit"' in line]
    alike = [[each] * 60 for each in kinds]
    drawn = json.loads(kinds[2]) | {"fruit-metadata": {"failure-reason": "Expired."}}
    sides = kinds[2].replace(b'"left": 1, ', b"")
    mixed = [*kinds, b"no line", json.dumps(drawn).encode(), sides, b"", *kinds[::-1]] * 3
    for lines in (*alike, mixed, *cases(400, seed=3)):
        body = b"\n".join(lines)
        assert at_once(body, wish) == line_by_line(body, wish)
