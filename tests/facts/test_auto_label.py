"""What is said of automated labeling on the review."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.particulars import Extras
from bot.engines.protocol import Names
from bot.jobs.checks.auto_label import AUTO_LABEL
from bot.jobs.draft import Draft
from bot.jobs.finding import Kind

SIGHT: Any = SimpleNamespace(
    engine=SimpleNamespace(names=Names(place="AWS", service="Ground Truth", teams_made="there")),
    kind=lambda draft: TASK_TYPES[draft.task_type],
)
AUTO = Draft(task_type="bounding-box", extras=Extras(auto_label=True))


@pytest.mark.parametrize(("objects", "few"), [(4_999, True), (5_000, False), (None, False)])
def test_cost_is_said_and_too_few_objects(objects: int | None, few: bool) -> None:
    """Without this, people would learn of the price of machines from the bill."""
    draft = msgspec.structs.replace(AUTO, objects=objects)
    said = [one.words for one in AUTO_LABEL.ask(draft, SIGHT).findings]
    assert "costs extra" in said[0]
    assert (len(said) == 2) is few
    assert all("4,999 pictures" in words for words in said[1:])


def test_fewer_than_a_model_takes_block() -> None:
    """Without this, the review would call it a matter of price, and Create would refuse it."""
    draft = msgspec.structs.replace(AUTO, objects=1_249)
    (one,) = AUTO_LABEL.ask(draft, SIGHT).findings
    assert one.kind is Kind.BLOCKS
    assert "needs 1,250 objects; here are 1,249" in one.words


def test_nothing_is_said_where_nobody_asked_for_it() -> None:
    """Without this, every review would speak of machines."""
    assert AUTO_LABEL.applies(AUTO, SIGHT)
    assert not AUTO_LABEL.applies(Draft(task_type="bounding-box"), SIGHT)
