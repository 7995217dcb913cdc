"""The pictures of a dataset in words: what is told of entries, of the balance of labels, and of
what is chosen.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.blocks import MESSAGE_SIZE
from bot.brought.brought import Brought
from bot.datasets.gallery import adding, balance, gallery_card
from bot.datasets.gallery.entry import LABELS, entry_of
from bot.datasets.gallery.gallery_card import Found
from bot.datasets.gallery.wish import AskedOf, Wish, fitting, read, words, written
from bot.datasets.lifecycle import LabelCount, Report
from bot.datasets.source import TEST, TRAIN, Source
from bot.manifests.rekognition_codes import CODES
from bot.pictures.words import said_of

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)

CLASS = {"type": "groundtruth/image-classification", "confidence": 1, "human-annotated": "yes"}
LONG = st.sampled_from(
    ["*" * 3000, "<!channel>" * 300, "&" * 3000, "🍐" * 1500, "x " * 1500, "ripe"]
)
SOURCE = Source(project="orchard", name="Ripe", channel="C1", team_id="T1")


def listed(**labels: Any) -> dict[str, Any]:
    """An entry as AWS lists it."""
    return {"source-ref": "s3://b/a.jpg", **labels, "cl-metadata": {"is_labeled": bool(labels)}}


def test_classes_of_a_picture_are_told_as_one_label() -> None:
    """Without this, only the first of several classes would be shown: Custom Labels has an
    attribute for each.
    """
    entry = entry_of(
        7,
        listed(
            **{"a0": 0, "a0-metadata": {**CLASS, "class-name": "ripe"}},
            **{"a1": 1, "a1-metadata": {**CLASS, "class-name": "bruised"}},
        ),
    )
    [told] = entry.line.told
    assert (told.attribute, [one.name for one in told.classes]) == (LABELS, ["ripe", "bruised"])
    assert entry.line.number == 7
    assert "cl-metadata" not in entry.given


def test_entry_without_a_label_and_with_errors_is_told_as_that() -> None:
    """Without this, what AWS adds to an entry would be read as a label."""
    errors = [{"code": "ERROR_INVALID_BOUNDING_BOX"}, {"code": "ERROR_INVALID_BOUNDING_BOX"}]
    entry = entry_of(1, {**listed(), "cl-errors": errors})
    assert said_of(None) == "no label"
    assert entry.line.told == ()
    assert entry.codes == ("ERROR_INVALID_BOUNDING_BOX",), "each once"


@pytest.mark.parametrize(
    ("counts", "kind", "said"),
    [
        ({"a": 20, "b": 19}, TRAIN, []),
        ({"a": 20, "b": 1}, TEST, []),
        ({"a": 9, "b": 1}, TRAIN, ["b has fewer than 2 pictures"]),
        ({"a": 8}, TRAIN, ["needs 2 labels or more"]),
        ({"a": 100, "b": 9, "c": 10}, TRAIN, ["b and c have less than a tenth"]),
        ({}, TRAIN, []),
    ],
)
def test_balance_warns_of_what_aws_stumbles_over(
    counts: dict[str, int], kind: str, said: list[str]
) -> None:
    """Without this, a training of an hour would end with the code that was to be seen before."""
    labels = [LabelCount(name, many) for name, many in counts.items()]
    found = balance.warnings(labels, kind)
    assert len(found) == len(said)
    for warning, part in zip(found, said, strict=True):
        assert part.replace(" and ", ", ") in warning


def test_boxes_of_one_label_are_enough() -> None:
    """Without this, a set of one kind of box would be called too small for a training."""
    assert balance.warnings([LabelCount("fish", 8, 20)], TRAIN) == []


@pytest.mark.parametrize(
    ("wish", "many", "filters"),
    [
        (Wish(), 60, {}),
        (Wish("labeled"), 40, {"Labeled": True}),
        (Wish("unlabeled"), 20, {"Labeled": False}),
        (Wish("errors"), 3, {"HasErrors": True}),
        (Wish(label="ripe"), 7, {"ContainsLabels": ["ripe"]}),
        (Wish(part="s7"), None, {"SourceRefContains": "s7"}),
        (Wish("errors", "ripe"), None, {"HasErrors": True, "ContainsLabels": ["ripe"]}),
    ],
)
def test_wish_is_asked_of_aws_and_counted(
    wish: Wish, many: int | None, filters: dict[str, Any]
) -> None:
    """Without this, a sheet would say "of 60" of twenty, or AWS be asked for other pictures."""
    assert fitting(wish, Report("CREATE_COMPLETE", 60, 40, 2, 3), 7) == many
    assert wish.filters == filters
    assert read(written(AskedOf("d", wish))) == AskedOf("d", wish)
    assert bool(words(wish)) == bool(filters)


@pytest.mark.parametrize(
    ("addresses", "folder"),
    [
        (["s3://fruit/a/b/1.jpg", "s3://fruit/a/c/2.jpg"], "s3://fruit/a/"),
        (["s3://fruit/1.jpg", "s3://fruit/2.jpg"], "s3://fruit/"),
        (["s3://fruit/ab/1.jpg", "s3://fruit/ac/2.jpg"], "s3://fruit/"),
        (["s3://fruit/a/1.jpg", "s3://fresh/a/2.jpg"], "s3://fruit/a/"),
        (["s3://fruit//a/1.jpg", "s3://fruit/b/2.jpg"], "s3://fruit/"),
        (["s3://fruit//a//1.jpg", "s3://fruit//a//2.jpg"], "s3://fruit//a//"),
    ],
)
def test_more_pictures_are_put_where_the_others_lie(addresses: list[str], folder: str) -> None:
    """Without this, pictures would lie in two buckets, of which no model is trained."""
    assert adding.blank(SOURCE, addresses).store == folder


@pytest.mark.parametrize("value", ["", "{", "[]", '{"dataset": 1}', '{"dataset":"d","wish":3}'])
def test_what_is_no_wish_is_none(value: str) -> None:
    """Without this, a button of another version would end in an error of ours."""
    assert read(value) is None


@given(
    name=LONG,
    label=LONG,
    many=st.sampled_from([0, 1, 3, 250]),
    shown=st.sampled_from([0, 1, 20]),
    wish=st.builds(
        Wish,
        which=st.sampled_from(["all", "labeled", "unlabeled", "errors"]),
        label=LONG.map(lambda text: text[:255]),
        part=LONG.map(lambda text: text[:200]),
        page=st.sampled_from([1, 500]),
        at=st.sampled_from([0, 0, 17]),
    ),
    kind=st.sampled_from([TRAIN, TEST]),
)
def test_every_message_and_window_is_one_that_slack_takes(
    *, name: str, label: str, many: int, shown: int, wish: Wish, kind: str
) -> None:
    """Without this, long labels would leave whoever asked without any answer."""
    source = Source(project="orchard", name=name[:100], dataset_type=kind, channel="C1")
    codes = [{"code": code} for code in [*list(CODES)[:5], f"ERROR_{label}"]]
    address = f"s3://b/{name[:1000]}.jpg"
    shown = min(shown, 1) if wish.at else shown
    entries = tuple(
        entry_of(number, {"source-ref": address, "cl-errors": codes})
        for number in range(1, shown + 1)
    )
    labels = tuple(LabelCount(f"{number}{label}"[:255], 1 + number) for number in range(many))
    found = Found(Report("UPDATE_COMPLETE", 60, 40, 2, 3), labels, entries, None, more=True)
    asked = AskedOf("0" * 32, wish)
    messages = [
        gallery_card.gallery_message(source, found, asked, "1" * 32, (name,)),
        gallery_card.on_their_way(source),
        gallery_card.not_made(source, name),
    ]
    for message in messages:
        assert not validator.validate_message(message.payload())
        counted = [block for block in message.blocks if block["type"] != "table"]
        assert len(json.dumps(counted, ensure_ascii=False)) <= MESSAGE_SIZE + 500
        assert message.text.strip()
    for view in (
        gallery_card.filter_page(source, asked, [one.name for one in labels]),
        gallery_card.being_drawn(source),
        adding.window(adding.blank(source, [one.address for one in entries]), {"sheet": "1" * 32}),
        adding.taken(source, (Brought(name=label, id="F1"),), first=True),
        adding.taken(source, (), first=False),
    ):
        assert not validator.validate_view(view)
    if entries:
        assert gallery_card.sheet_words(source, found, wish)
        assert len(gallery_card.sheet_name(source, wish)) < 200
