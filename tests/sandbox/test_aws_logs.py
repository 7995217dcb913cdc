"""CloudWatch Logs in the AWS stand-in, through boto3."""

import time
from collections.abc import Iterator

import pytest
from aws_practice import Practice, refused

GROUP = "/aws/sagemaker/LabelingJobs"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("logs"))
    now = int(time.time() * 1000)
    for number in range(25):
        practice.aws.log(GROUP, f"job-{number % 2}", now + number, f'{{"event-name":"E{number}"}}')
    yield practice
    practice.server.stop()


def test_events_page_by_page(aws: Practice) -> None:
    """The log view of a job must show each event once, in order, and only of that job."""
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, logStreamNames=["job-0"], PaginationConfig={"PageSize": 5}
    )
    messages = [event["message"] for page in pages for event in page["events"]]
    assert messages == [f'{{"event-name":"E{number}"}}' for number in range(0, 25, 2)]


def test_events_by_time_and_words(aws: Practice) -> None:
    """A follower asks from its last event on."""
    everything = aws.logs.filter_log_events(logGroupName=GROUP)["events"]
    assert len(everything) == 25
    late = aws.logs.filter_log_events(logGroupName=GROUP, startTime=everything[20]["timestamp"])[
        "events"
    ]
    assert len(late) == 5
    assert len(aws.logs.filter_log_events(logGroupName=GROUP, filterPattern='"E24"')["events"]) == 1
    assert (
        len(aws.logs.filter_log_events(logGroupName=GROUP, logStreamNamePrefix="job-1")["events"])
        == 12
    )


def test_one_stream_forwards_and_backwards(aws: Practice) -> None:
    """The forward token stays the same at the end; that is how a reader knows to stop."""
    stream = {"logGroupName": GROUP, "logStreamName": "job-0"}
    first = aws.logs.get_log_events(**stream, startFromHead=True, limit=10)
    rest = aws.logs.get_log_events(**stream, nextToken=first["nextForwardToken"], limit=10)
    assert len(first["events"] + rest["events"]) == 13
    end = aws.logs.get_log_events(**stream, nextToken=rest["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], rest["nextForwardToken"])
    newest = aws.logs.get_log_events(**stream, limit=2)["events"]
    assert [event["message"] for event in newest] == [
        '{"event-name":"E22"}',
        '{"event-name":"E24"}',
    ]


def test_groups_and_streams(aws: Practice) -> None:
    """Own groups are made once and written in order of time."""
    aws.logs.create_log_group(logGroupName="/own")
    with pytest.raises(aws.logs.exceptions.ResourceAlreadyExistsException):
        aws.logs.create_log_group(logGroupName="/own")
    aws.logs.create_log_stream(logGroupName="/own", logStreamName="s")
    now = int(time.time() * 1000)
    aws.logs.put_log_events(
        logGroupName="/own", logStreamName="s", logEvents=[{"timestamp": now, "message": "hello"}]
    )
    with refused("InvalidParameterException", words="chronological"):
        events = [{"timestamp": now, "message": "b"}, {"timestamp": now - 5, "message": "a"}]
        aws.logs.put_log_events(logGroupName="/own", logStreamName="s", logEvents=events)
    old = [{"timestamp": now - 15 * 86_400_000, "message": "old"}]
    answer = aws.logs.put_log_events(logGroupName="/own", logStreamName="s", logEvents=old)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert [group["logGroupName"] for group in aws.logs.describe_log_groups()["logGroups"]] == [
        GROUP,
        "/own",
    ]
    streams = aws.logs.describe_log_streams(logGroupName="/own")["logStreams"]
    assert (streams[0]["logStreamName"], streams[0]["lastEventTimestamp"]) == ("s", now)


def test_what_is_not_there(aws: Practice) -> None:
    """A job without a log yet must be told from a failure."""
    with pytest.raises(aws.logs.exceptions.ResourceNotFoundException):
        aws.logs.filter_log_events(logGroupName="/absent")
    with pytest.raises(aws.logs.exceptions.ResourceNotFoundException):
        aws.logs.filter_log_events(logGroupName=GROUP, logStreamNames=["absent"])
    with refused("InvalidParameterException", words="1 validation error detected"):
        aws.logs.filter_log_events(logGroupName="no spaces allowed")
    with refused("InvalidParameterException", words="nextToken"):
        aws.logs.filter_log_events(logGroupName=GROUP, nextToken="made up")
