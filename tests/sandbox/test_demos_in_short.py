"""`labeljob demo --all-types` in its short form: one type of each family of tools."""

from pathlib import Path

from bot.sandbox.workspace.all_types import ALL, FIVE
from tests.all_types import played


def test_a_job_of_each_family_ends_well_in_slack_and_in_its_files(tmp_path: Path) -> None:
    """Without this, the demo of all types could break unseen until somebody shows it."""
    result = played(tmp_path, FIVE)
    assert [job["task_type"] for job in result["jobs"]] == list(FIVE)
    assert {job["status"] for job in result["jobs"]} == {"Completed"}
    assert all(job["labels"] for job in result["jobs"])


def test_all_are_those_of_the_catalogue() -> None:
    """Whoever adds a task type to the product shows it here too."""
    from bot.engines.ground_truth import catalogue  # noqa: PLC0415 - the product's own list

    assert set(ALL) == set(catalogue.TASK_TYPES)
