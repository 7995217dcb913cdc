"""What is wrong with a training, in the words of its remedy."""

import pytest

from bot.base.s3_uri import Allowed
from bot.models import run_form, train_form
from bot.models.model_state import (
    ASKED,
    DELETING,
    FAILED,
    TRAINED,
    TRAINING,
    ModelState,
    deleting,
    observe,
    undone,
)
from bot.models.run_form import Wish
from bot.models.training import Training

ALLOWED = Allowed(("orchard-out",))
GOOD = Training(
    project="orchard", version_name="v1", output_uri="s3://orchard-out/models/", agreed=True
)


def test_a_good_one_has_no_fault() -> None:
    """Without this, nobody could train."""
    assert train_form.faults(GOOD, ALLOWED) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"project": ""}, "project"),
        ({"version_name": ""}, "version_name"),
        ({"version_name": "v" * 256}, "version_name"),
        ({"version_name": "ä"}, "version_name"),
        ({"test": "both"}, "test"),
        ({"output_uri": ""}, "output_uri"),
        ({"output_uri": "orchard-out"}, "output_uri"),
        ({"output_uri": "s3://others/models/"}, "output_uri"),
        ({"kms_key": "a key"}, "kms_key"),
        ({"tags": "=x"}, "tags"),
        ({"tags": "aws:x=1"}, "tags"),
        ({"tags": "k" * 129}, "tags"),
        ({"tags": f"k={'v' * 257}"}, "tags"),
        ({"tags": "\n".join(f"k{n}=1" for n in range(51))}, "tags"),
        ({"agreed": False}, "agreed"),
    ],
)
def test_each_kind_of_bad_input_stands_at_its_field(changes: dict[str, object], field: str) -> None:
    """Without this, AWS would refuse it hours later, in words of its own."""
    wrong = Training(**{**_members(GOOD), **changes})  # type: ignore[arg-type]
    found = train_form.faults(wrong, ALLOWED)
    assert [each.field for each in found] == [field]


def _members(training: Training) -> dict[str, object]:
    return {name: getattr(training, name) for name in training.__struct_fields__}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(model_id="", seconds=60, offered=(("m", "M"),)), "model_id"),
        (Wish(model_id="other", seconds=60, offered=(("m", "M"),)), "model_id"),
        (Wish(model_id="m", seconds=0, offered=(("m", "M"),)), "seconds"),
        (Wish(model_id="m", seconds=7201, limit=7200, offered=(("m", "M"),)), "seconds"),
        (Wish(model_id="m", seconds=60, units=0, offered=(("m", "M"),)), "units"),
        (Wish(model_id="m", seconds=60, units=101, offered=(("m", "M"),)), "units"),
    ],
)
def test_no_run_without_an_end_within_the_limit(wish: Wish, field: str) -> None:
    """Without this, a model could run until somebody remembers it."""
    assert [each.field for each in run_form.faults(wish)] == [field]


@pytest.mark.parametrize("limit", [72, 1800, 3600, 8 * 3600, 7 * 24 * 3600])
def test_every_end_that_is_offered_is_within_the_limit(limit: int) -> None:
    """Without this, the menu would offer what the check refuses."""
    ends = run_form.ends_within(limit)
    assert ends == sorted(set(ends))
    assert max(ends) == limit


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("TRAINING_IN_PROGRESS", TRAINING),
        ("TRAINING_COMPLETED", TRAINED),
        ("RUNNING", TRAINED),
        ("TRAINING_FAILED", FAILED),
        ("DELETING", FAILED),
        (None, FAILED),
    ],
)
def test_every_status_of_a_training_has_its_meaning(status: str | None, after: str) -> None:
    """Without this, a training would be watched for ever, or its end be told wrongly."""
    found, _changes = observe(ModelState(state=TRAINING), status, "words")
    assert found.state == after
    assert observe(found, "TRAINING_FAILED", "later")[0] == found or after == TRAINING


def test_what_is_undone_is_as_it_was() -> None:
    """Without this, a deletion that was undone would leave a model that cannot be run."""
    trained = ModelState(state=TRAINED)
    gone, _changes = deleting(trained, "Mara")
    assert (gone.state, gone.deleted_by) == (DELETING, "Mara")
    assert undone(gone)[0] == trained
    assert deleting(ModelState(state=ASKED), "Mara") == (ModelState(state=ASKED), ())
