"""The window in which pictures of a dataset get other labels."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.gallery.classes import (
    Chosen,
    line_of,
    read,
    taken,
    takes_classes,
    window,
)
from bot.datasets.gallery.entry import Entry, entry_of
from bot.datasets.lifecycle import LabelCount
from bot.datasets.source import Source
from bot.manifests.json_lines import parse
from bot.manifests.rekognition_rules import classification

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)

NOW = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
SOURCE = Source(project="orchard", name="Ripe", channel="C1")
LABELS = ["ripe", "unripe"]


def entry(number: int, *labels: str) -> Entry:
    """A picture with these labels, as AWS lists it."""
    return entry_of(number, parse(line_of(f"s3://b/{number}.jpg", labels, NOW)))


def filled(**values: Any) -> dict[str, Any]:
    """The window's state."""
    return {"state": {"values": {name: {"value": held} for name, held in values.items()}}}


def ticked(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": value} for value in values]}


def mark(label: str) -> str:
    """What the menu tells of a label."""
    page = window(SOURCE, "1" * 32, [entry(1)], [label])
    (block,) = [each for each in page["blocks"] if each.get("block_id") == "labels"]
    return str(block["element"]["options"][0]["value"])


def test_a_label_is_meant_by_its_name_whatever_the_set_gets_meanwhile() -> None:
    """Without this, a label that came while the window was open would be set in another's place."""
    given_view = filled(pictures=ticked("0"), labels=ticked(mark("ripe")))
    chosen, errors = read(given_view, [entry(1)], ["green", *LABELS])
    assert (chosen.labels, errors) == (("ripe",), {})


def test_what_is_chosen_becomes_lines_that_rekognition_takes() -> None:
    """Without this, a label set in Slack would be an entry with errors at AWS."""
    given_view = filled(
        pictures=ticked("1", "0"),
        labels=ticked(mark("ripe")),
        others={"value": "bruised\n\n bruised "},
    )
    chosen, errors = read(given_view, [entry(21), entry(22, "unripe")], LABELS)
    assert errors == {}
    assert chosen == Chosen(("s3://b/22.jpg", "s3://b/21.jpg"), ("ripe", "bruised"), ("bruised",))
    line = parse(line_of("s3://b/22.jpg", chosen.labels, NOW))
    assert line["source-ref"] == "s3://b/22.jpg"
    for number, label in enumerate(chosen.labels):
        metadata = line[f"labels{number}-metadata"]
        assert metadata["class-name"] == label
        assert not list(classification(line[f"labels{number}"], metadata))


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"labels": ticked(mark("ripe"))}, "pictures", "Choose the pictures"),
        ({"pictures": ticked("0")}, "labels", "Choose a label"),
        (
            {"pictures": ticked("0"), "others": {"value": "x" * 256}},
            "others",
            "has 256 characters; a label has at most 255",
        ),
        ({"pictures": ticked("0"), "others": {"value": "Ripe"}}, "others", "has “ripe”"),
        (
            {"pictures": ticked("0"), "others": {"value": "\n".join(map(str, range(51)))}},
            "labels",
            "51 labels; Rekognition takes 50",
        ),
        (
            {"pictures": ticked("0"), "others": {"value": "\n".join(map(str, range(249)))}},
            "others",
            "would have 251 labels",
        ),
        ({"pictures": ticked("7", "x"), "labels": ticked("9")}, "pictures", "Choose"),
        ({"pictures": ticked("0"), "labels": ticked(mark("gone"))}, "labels", "have changed"),
    ],
)
def test_what_cannot_be_taken_stands_at_its_field(
    values: dict[str, Any], field: str, said: str
) -> None:
    """Without this, AWS would list the picture with an error, minutes later, in its own words."""
    _, errors = read(filled(**values), [entry(1)], LABELS)
    assert said in errors[field]


def test_a_set_without_labels_asks_for_one_where_it_is_typed() -> None:
    """Without this, the fault would stand at a field that the window does not have."""
    _, errors = read(filled(pictures=ticked("0")), [entry(1)], [])
    assert list(errors) == ["others"]


def test_a_new_label_that_is_like_one_there_is_said_to_be() -> None:
    """Without this, a slip of the pen would found a label of its own without a word."""
    values = filled(pictures=ticked("0"), others={"value": "unrip"})
    chosen, errors = read(values, [entry(1)], LABELS)
    assert not errors
    page = str(taken(SOURCE, chosen, first=True))
    assert "New in this dataset: unrip." in page
    assert "It has labels that are like these: unripe." in page
    assert "on their way already" in str(taken(SOURCE, chosen, first=False))


def test_one_picture_is_chosen_already_with_its_labels() -> None:
    """Without this, adding a second label would begin with choosing the first again."""
    page = window(SOURCE, "1" * 32, [entry(5, "unripe")], LABELS)
    fields = {block["block_id"]: block["element"] for block in page["blocks"] if "element" in block}
    assert [one["value"] for one in fields["pictures"]["initial_options"]] == ["0"]
    assert [one["text"]["text"] for one in fields["labels"]["initial_options"]] == ["unripe"]


def test_whole_pictures_are_labeled_where_no_boxes_are() -> None:
    """Without this, a training would drop either the boxes or these labels, and say so nowhere."""
    shown = [entry(1)]
    assert takes_classes(shown, [])
    assert takes_classes(shown, [LabelCount("ripe", 3)])
    assert not takes_classes(shown, [LabelCount("ripe", 3), LabelCount("fish", 3, 5)])
    assert not takes_classes([], [])


@given(
    label=st.sampled_from(["*" * 255, "<!channel>" * 25, "🍐" * 120, "x, y"]),
    many=st.sampled_from([0, 1, 99, 250]),
    shown=st.sampled_from([1, 20]),
)
def test_every_window_is_one_that_slack_takes(label: str, many: int, shown: int) -> None:
    """Without this, long labels would leave whoever presses without a window."""
    labels = [f"{number}{label}"[:255] for number in range(many)]
    entries = [entry(number, label) for number in range(1, shown + 1)]
    chosen = Chosen(("s3://b/1.jpg",), tuple(labels[:50]) or ("a",), (label,), (label,))
    for view in (
        window(SOURCE, "1" * 32, entries, labels),
        taken(SOURCE, chosen, first=True),
        taken(SOURCE, chosen, first=False),
    ):
        assert not validator.validate_view(view)
