"""Whose folder a place for results lies in."""

from datetime import UTC, datetime

import pytest

from bot.jobs.draft import Draft
from bot.jobs.lifecycle import JobState
from bot.jobs.records import Job
from bot.jobs.results_folder import folder_fault, names_within


def a_job(name: str, output: str, channel: str = "C0DATA") -> Job:
    return Job(
        id=name,
        team_id="T0",
        account="1",
        region="us-east-1",
        name=name,
        channel=channel,
        asked_by="U0MARA",
        asked_by_name="Mara",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
        followed=False,
        draft=Draft(job_name=name, output_uri=output),
        state=JobState(),
        request_key=name,
    )


def words(output: str, *others: Job) -> str:
    return folder_fault(Draft(job_name="new", output_uri=output, channel="C0DATA"), others)


OTHER = a_job("ripe-july", "s3://orchard-out/results/")


@pytest.mark.parametrize(
    "output",
    ["s3://orchard-out/results/ripe-july/", "s3://orchard-out/results/ripe-july/manifests/output/"],
)
def test_folder_of_another_job_is_refused_with_one_beside_it(output: str) -> None:
    """Two jobs' labels would lie in one folder, and whoever takes one job's takes the other's."""
    assert words(output, OTHER) == (
        "Here the job ripe-july keeps its own results. Choose a folder beside it, for example "
        "s3://orchard-out/results/."
    )


@pytest.mark.parametrize(
    "output",
    [
        "s3://orchard-out/results/",
        "s3://orchard-out/results/ripe-july-2/",
        "s3://orchard-out/results/ripe/",
        "s3://orchard-out/ripe-july/",
        "s3://orchard-raw/results/ripe-july/",
        "s3://orchard-out/results/Ripe-July/",
        "s3://orchard-out/",
    ],
)
def test_folder_beside_another_job_is_taken(output: str) -> None:
    """Jobs could not share the folder that they each have one in."""
    assert words(output, OTHER) == ""


def test_job_of_another_channel_is_not_named() -> None:
    """Channels would learn each other's jobs by their folders."""
    said = words(
        "s3://orchard-out/results/ripe-july/",
        a_job("ripe-july", "s3://orchard-out/results/", "C0OTHER"),
    )
    assert said.startswith("Here another job keeps its own results.")


def test_output_that_only_aws_knows_is_passed_over() -> None:
    """A followed job with a strange address would end every form in an error page."""
    assert words("s3://orchard-out/x/ripe-july/", a_job("ripe-july", "s3://orchard-out//x/")) == ""
    assert words("s3://orchard-out/ripe-july/", a_job("ripe-july", "s3://orchard-out")) != "", (
        "a bucket is a folder too"
    )
    assert words("not an address", OTHER) == ""


def test_names_that_can_matter_are_the_folders_of_the_address() -> None:
    """The database would be asked for every job there ever was."""
    assert names_within("s3://orchard-out/Results/ripe-july/x/") == {"results", "ripe-july", "x"}
    assert names_within("s3://orchard-out/") == set()
    assert names_within("") == set()
