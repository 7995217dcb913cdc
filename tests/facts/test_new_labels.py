"""Labels that are named for a dataset before any picture has them."""

from typing import Any

import pytest

from bot.datasets.gallery import names, new_labels
from bot.datasets.lifecycle import READY, DatasetState, LabelCount
from bot.datasets.source import Source

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)

LABELS = ["ripe", "unripe"]
SOURCE = Source(project="orchard", name="Ripe", channel="C1")
STATE = DatasetState(state=READY, arrived=23, labels=(LabelCount("ripe", 23),))


def filled(new: str = "", renamed: str = "") -> dict[str, Any]:
    """The window's state."""
    values = {"names": {"value": {"value": renamed}}, "new_labels": {"value": {"value": new}}}
    return {"state": {"values": values}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ripe", "The dataset has “ripe” already. Take that line out."),
        ("rotten\nRotten", "The dataset has “rotten” already."),
        ("x" * 256, "A label has at most 255 characters; one here has 256."),
        ("\n".join(f"l{number}" for number in range(249)), "would have 251 labels"),
    ],
)
def test_slip_is_named_with_its_remedy(text: str, said: str) -> None:
    """Without this, a dataset would get a label that its training takes for another one."""
    _, _, errors = names.changes(filled(text), LABELS, ())
    assert said in errors["new_labels"]


@pytest.mark.parametrize(
    ("new", "waiting", "wanted"),
    [
        (" rotten \n\nrotten", (), ("rotten",)),
        ("", ("rotten",), ()),
        ("a, b", ("rotten",), ("a, b",)),
        ("rotten", ("rotten",), ("rotten",)),
    ],
)
def test_what_stands_in_the_field_is_what_waits(
    new: str, waiting: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    """Without this, a label that was named by mistake would stand in every menu for ever."""
    assert names.changes(filled(new), LABELS, waiting) == ({}, wanted, {})


def test_names_and_new_labels_are_told_apart() -> None:
    """Without this, an empty window would be taken, or a new label ask for a new name."""
    found, new, errors = names.changes(filled("rotten", "unripe = green"), LABELS, ())
    assert (found, new, errors) == ({"unripe": "green"}, ("rotten",), {})
    assert "or a new label" in names.changes(filled(), LABELS, ())[2]["names"]
    assert "or a new label" in names.changes(filled(), [], ())[2]["new_labels"]
    _, _, errors = names.changes(filled("ripe", "nobody = x"), LABELS, ())
    assert set(errors) == {"names", "new_labels"}


def test_label_waits_until_a_picture_has_it() -> None:
    """Without this, a label would be called new when a hundred pictures have it."""
    assert new_labels.still(("a", "b"), ["b", "c"]) == ("a",)
    assert new_labels.words(("a", "b")) == "No picture has these labels yet: a, b."
    assert new_labels.words(()) == ""


def test_what_must_be_looked_at_again_depends_on_the_kind() -> None:
    """Without this, people would look for a button that a dataset of boxes does not have."""
    assert "Any of its 23 pictures may be of this label" in (
        said := new_labels.look_again(SOURCE, STATE, ["rotten"])
    )
    assert "Labels… below them" in said
    boxed = DatasetState(state=READY, arrived=1, labels=(LabelCount("ripe", 1, 3),))
    assert "Correct boxes… below them" in new_labels.look_again(SOURCE, boxed, ["a", "b"])


@pytest.mark.parametrize("label", ["*" * 255, "<!channel>" * 25, "🍐" * 120, "x, y"])
@pytest.mark.parametrize("many", [1, 250])
def test_words_and_windows_are_ones_that_slack_takes(label: str, many: int) -> None:
    """Without this, long labels would leave whoever presses without a window."""
    new = [f"{number}{label}"[:255] for number in range(many)]
    line = new_labels.line(SOURCE, STATE, new, "Mara")
    assert not validator.validate_message(line.payload())
    assert line.text.startswith("*Dataset Ripe*: new label")
    note = f"{new_labels.words(new)} {new_labels.look_again(SOURCE, STATE, new)}"
    for view in (
        names.window(SOURCE, "1" * 32, [], new[:8]),
        names.window(SOURCE, "1" * 32, new, new[:8]),
        names.taken(SOURCE, {}, first=False, note=note),
    ):
        assert not validator.validate_view(view)
