"""`labeljob demo --all-types` and `--datasets` in their short forms, in one practice workspace: one
type of each family of tools, and one dataset with its model.
"""

from collections.abc import Iterator

import pytest

from bot.sandbox.__main__ import in_a_hurry
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.all_types import ALL, FIVE
from bot.sandbox.workspace.datasets_demo import SHORT
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.practice import Practice
from tests import all_types, datasets_demo

Opened = tuple[Practice, Addresses, MovableClock]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A practice workspace in a hurry, which the first demo starts."""
    clock = MovableClock()
    practice, addresses = in_a_hurry(tmp_path_factory.mktemp("demos"), clock)
    try:
        yield practice, addresses, clock
    finally:
        practice.stop()


def test_a_job_of_each_family_ends_well_in_slack_and_in_its_files(opened: Opened) -> None:
    """Without this, the demo of all types could break unseen until somebody shows it."""
    practice, addresses, _clock = opened
    result = all_types.played(practice, addresses, FIVE)
    assert [job["task_type"] for job in result["jobs"]] == list(FIVE)
    assert {job["status"] for job in result["jobs"]} == {"Completed"}
    assert all(job["labels"] for job in result["jobs"])


def test_a_dataset_is_split_and_trained_and_its_model_is_stopped_by_its_end(opened: Opened) -> None:
    """Without this, the demo of datasets could break unseen, and with it the way from labels to a
    model that nobody has to remember to stop.
    """
    result = datasets_demo.played(*opened, SHORT)
    assert [each["source"] for each in result["datasets"]] == ["finished job", "split"]
    assert [each["stopped_by"] for each in result["models"]] == ["its end"]


def test_all_are_those_of_the_catalogue() -> None:
    """Whoever adds a task type to the product shows it here too."""
    from bot.engines.ground_truth import catalogue  # noqa: PLC0415 - the product's own list

    assert set(ALL) == set(catalogue.TASK_TYPES)
