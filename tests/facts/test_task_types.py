"""The catalogue of task types."""

import pytest

from bot.engines.ground_truth.catalogue import (
    REGIONS,
    TASK_TYPES,
    RegionWithoutTypes,
    lambda_arn,
)
from bot.engines.particulars import Particulars
from bot.engines.task_type import TILES


def test_every_offered_type_can_be_launched() -> None:
    """Without a Lambda pair, an element and a source key a type on the form would fail at AWS."""
    for kind in (one for name in TASK_TYPES.categories for one in TASK_TYPES.offered(name)):
        assert kind.default_title
        assert kind.default_keywords
        if kind.own_page:
            assert "template" in kind.asks
            continue
        assert kind.pre.removeprefix("PRE-") == kind.acs.removeprefix("ACS-") != ""
        if kind.ui_kind == "arn":
            assert kind.human_task_ui
            continue
        assert kind.element.startswith("crowd-")
        assert kind.labels_attribute in ("categories", "labels")
        assert kind.source_key in ("source-ref", "source")


def test_only_the_types_of_a_category_show() -> None:
    """A requester who labels texts must not be offered boxes."""
    assert TASK_TYPES.categories == ("Image", "Text", "Video", "3D", "Custom")
    assert [one.id for one in TASK_TYPES.offered("Image") if not one.audits] == [
        "image-classification",
        "image-classification-multilabel",
        "bounding-box",
        "semantic-segmentation",
    ]
    assert [one.id for one in TASK_TYPES.offered("Text")] == [
        "text-classification",
        "text-classification-multilabel",
        "named-entity-recognition",
    ]
    assert TASK_TYPES.offered("image; drop") == []


def test_tiles_hold_every_type_and_show_what_can_be_launched() -> None:
    """A type on no tile could never be asked for, and an empty tile leads nowhere."""
    assert {kind.tile for kind in TASK_TYPES.values()} == set(TILES)
    assert [tile for tile in TILES if TASK_TYPES.of_tile(tile)] == list(TASK_TYPES.tiles)
    assert "bounding-box" in [kind.id for kind in TASK_TYPES.of_tile("boxes")]
    assert TASK_TYPES.of_tile("boxes; drop") == []


def test_types_ask_for_what_there_is() -> None:
    """A question of no member of the particulars could be asked and its answer kept nowhere."""
    for kind in TASK_TYPES.values():
        assert set(kind.asks) <= set(Particulars.__struct_fields__), kind.id
        assert ("audited" in kind.asks) is bool(kind.audits), kind.id
        assert kind.audits in {"", *TASK_TYPES}, kind.id


@pytest.mark.parametrize(
    ("task_type", "least", "most", "element"),
    [
        ("image-classification", 2, None, "crowd-image-classifier"),
        ("bounding-box", 1, 50, "crowd-bounding-box"),
        ("text-classification", 2, None, "crowd-classifier"),
        ("semantic-segmentation", 1, None, "crowd-semantic-segmentation"),
    ],
)
def test_label_limits_are_those_of_the_type(
    task_type: str, least: int, most: int | None, element: str
) -> None:
    """A wrong limit either refuses good jobs or lets AWS refuse them later."""
    kind = TASK_TYPES[task_type]
    assert (kind.labels_min, kind.labels_max, kind.element) == (least, most, element)


def test_the_whole_catalogue_reads() -> None:
    """A row that does not read would keep the bot from starting."""
    assert len(TASK_TYPES) == 24
    assert all(
        kind.ref_suffix in ("must", "must-not") and kind.noun for kind in TASK_TYPES.values()
    )
    assert {kind.id for kind in TASK_TYPES.values() if kind.makes_dataset} == {
        "image-classification",
        "image-classification-multilabel",
        "bounding-box",
        "bounding-box-adjustment",
    }


def test_lambda_arns_name_the_account_of_the_region() -> None:
    """An ARN with another Region's account is refused by AWS without a word about why."""
    assert (
        lambda_arn("us-east-1", "PRE-BoundingBox")
        == "arn:aws:lambda:us-east-1:432418664414:function:PRE-BoundingBox"
    )
    assert lambda_arn("eu-west-1", "ACS-TextMultiClass").split(":")[4] == "568282634449"
    assert len(REGIONS) == 12


def test_a_region_without_types_is_refused_in_words() -> None:
    """Sending a made-up ARN would fail later and for no visible reason."""
    with pytest.raises(RegionWithoutTypes, match="eu-north-1"):
        lambda_arn("eu-north-1", "PRE-BoundingBox")
