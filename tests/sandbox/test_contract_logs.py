"""What CloudWatch Logs promises, asked of our stand-in and of moto with the same tests."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import refused
from contract import Endpoint, endpoints, expect_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    yield from endpoints(tmp_path_factory.mktemp("contract"))


@pytest.fixture(params=["ours", "moto"])
def logs(request: pytest.FixtureRequest, both: dict[str, Endpoint]) -> Any:
    """One implementation's logs."""
    expect_difference(request, request.param)
    return both[request.param].client("logs")


@pytest.fixture
def group(logs: Any) -> str:
    """A group of the test's own."""
    name = f"/contract/{uuid.uuid4().hex[:12]}"
    logs.create_log_group(logGroupName=name)
    return name


@pytest.fixture
def now() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)


@pytest.fixture
def written(logs: Any, group: str, now: int) -> str:
    """A group with two streams of six events each, that take turns."""
    for stream in ("job-a", "job-b"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        shift = 0 if stream == "job-a" else 1
        events = [
            {"timestamp": now - 1000 + 10 * number + shift, "message": f"{stream} event {number}"}
            for number in range(6)
        ]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return group


def _messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_groups_are_made_once(logs: Any, group: str) -> None:
    """Who makes a group again is told, and nothing is lost."""
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName="s")


def test_what_is_not_there(logs: Any, group: str) -> None:
    """A job without a log yet must be told from a failure."""
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(logGroupName="/none")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.get_log_events(logGroupName=group, logStreamName="none")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.put_log_events(
            logGroupName=group, logStreamName="none", logEvents=[{"timestamp": 1, "message": "m"}]
        )
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.describe_log_streams(logGroupName="/none")


def test_a_stream_that_is_not_there(logs: Any, group: str) -> None:
    """A filter on a stream that does not exist is an error, not an empty answer."""
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(logGroupName=group, logStreamNames=["none"])


def test_events_of_all_streams(logs: Any, written: str) -> None:
    """One list in order of time, whichever stream an event is of."""
    found = logs.filter_log_events(logGroupName=written)["events"]
    assert len(found) == 12
    assert [event["timestamp"] for event in found] == sorted(event["timestamp"] for event in found)
    assert {event["logStreamName"] for event in found} == {"job-a", "job-b"}
    assert len({event["eventId"] for event in found}) == 12


def test_events_of_one_stream(logs: Any, written: str) -> None:
    """A job's log holds that job's events only."""
    wanted = [f"job-b event {number}" for number in range(6)]
    assert (
        _messages(logs.filter_log_events(logGroupName=written, logStreamNames=["job-b"])) == wanted
    )
    assert (
        _messages(logs.filter_log_events(logGroupName=written, logStreamNamePrefix="job-b"))
        == wanted
    )


def test_events_from_a_time_on(logs: Any, written: str, now: int) -> None:
    """A follower asks from its last event on, that event included."""
    found = logs.filter_log_events(
        logGroupName=written, logStreamNames=["job-a"], startTime=now - 1000 + 30
    )
    assert _messages(found) == ["job-a event 3", "job-a event 4", "job-a event 5"]
    assert logs.filter_log_events(logGroupName=written, startTime=now + DAY_MS)["events"] == []


def test_events_with_words(logs: Any, written: str) -> None:
    """A quoted phrase finds the events that have it."""
    assert _messages(
        logs.filter_log_events(logGroupName=written, filterPattern='"job-a event 2"')
    ) == ["job-a event 2"]


def test_pages_of_a_filter(logs: Any, written: str) -> None:
    """Every event is on one page and only on one."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=written, PaginationConfig={"PageSize": 5}
    )
    found = [message for page in pages for message in _messages(page)]
    assert found == _messages(logs.filter_log_events(logGroupName=written))


def test_one_stream_forwards(logs: Any, written: str) -> None:
    """From the head on, page by page; at the end the token stays the same."""
    place = {"logGroupName": written, "logStreamName": "job-a"}
    first = logs.get_log_events(**place, startFromHead=True, limit=4)
    rest = logs.get_log_events(**place, nextToken=first["nextForwardToken"], limit=4)
    assert _messages(first) + _messages(rest) == [f"job-a event {number}" for number in range(6)]
    end = logs.get_log_events(**place, nextToken=rest["nextForwardToken"], limit=4)
    assert (end["events"], end["nextForwardToken"]) == ([], rest["nextForwardToken"])


def test_the_newest_of_a_stream(logs: Any, written: str) -> None:
    """Without a wish the newest events come, in order of time."""
    newest = logs.get_log_events(logGroupName=written, logStreamName="job-a", limit=2)
    assert _messages(newest) == ["job-a event 4", "job-a event 5"]


def test_events_of_long_ago(logs: Any, group: str, now: int) -> None:
    """What is older than 14 days is named and left out, the rest is kept."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    events = [
        {"timestamp": now - 15 * DAY_MS, "message": "old"},
        {"timestamp": now, "message": "new"},
    ]
    answer = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert _messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == ["new"]


def test_events_out_of_order(logs: Any, group: str, now: int) -> None:
    """One request brings its events in order of time, or nothing."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    events = [{"timestamp": now, "message": "b"}, {"timestamp": now - 5, "message": "a"}]
    with refused("InvalidParameterException", 400):
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    assert logs.get_log_events(logGroupName=group, logStreamName="s")["events"] == []


def test_groups_by_their_beginning(logs: Any, group: str) -> None:
    """`doctor` looks for the service's own groups."""
    logs.create_log_group(logGroupName=f"{group}/below")
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert [each["logGroupName"] for each in found] == [group, f"{group}/below"]
    assert all(each["arn"].startswith("arn:aws:logs:us-east-1:") for each in found)
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=group, PaginationConfig={"PageSize": 1}
    )
    assert [each["logGroupName"] for page in pages for each in page["logGroups"]] == [
        group,
        f"{group}/below",
    ]


def test_streams_of_a_group(logs: Any, written: str, now: int) -> None:
    """Streams tell when their first and last events were."""
    found = logs.describe_log_streams(logGroupName=written)["logStreams"]
    assert [each["logStreamName"] for each in found] == ["job-a", "job-b"]
    assert (found[0]["firstEventTimestamp"], found[0]["lastEventTimestamp"]) == (
        now - 1000,
        now - 950,
    )
    some = logs.describe_log_streams(logGroupName=written, logStreamNamePrefix="job-b")[
        "logStreams"
    ]
    assert [each["logStreamName"] for each in some] == ["job-b"]


def test_a_token_that_was_made_up(logs: Any, written: str) -> None:
    """A made-up token is refused, not taken for the beginning."""
    with refused("InvalidParameterException", 400):
        logs.get_log_events(logGroupName=written, logStreamName="job-a", nextToken="made up")


def test_a_name_that_no_group_has(logs: Any) -> None:
    """A name that AWS would refuse is refused here."""
    with refused("InvalidParameterException", 400):
        logs.create_log_group(logGroupName="no spaces allowed")
