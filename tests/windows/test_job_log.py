"""A job's log: what CloudWatch has of it, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.base.aws import Aws, AwsRefused
from bot.base.deadline import within
from bot.base.settings import Settings
from bot.engines.ground_truth.job_log import GROUP, JobLog, plain_words
from bot.sandbox.aws import app
from bot.sandbox.http import Server
from tests.one_answer import OneAnswer

KEYS = {"AKIAPRACTICE": "practice-secret"}
BEGAN = 1_780_000_000_000  # ms


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[app.Aws, str]]:
    folder: Path = tmp_path_factory.mktemp("logs")
    aws = app.create_app(app.AwsConfig(folder, KEYS))
    for number in range(30):
        words = f'{{"event-name": "OBJECT_FAILED", "event-log-message": "Object {number}: gone"}}'
        aws.log(GROUP, "ripe", BEGAN + number * 1000, words)
    aws.log(GROUP, "other", BEGAN, "another job's")
    aws.log(GROUP, "short", BEGAN, "only  one\nentry")
    with aws.store.write() as rows:
        rows.executemany(
            "INSERT INTO log_event (group_name, stream, at_ms, message) VALUES (?, 'long', ?, ?)",
            [(GROUP, BEGAN + number, f"entry {number}") for number in range(12_000)],
        )
        rows.execute("INSERT INTO log_stream VALUES (?, 'long', ?)", (GROUP, BEGAN))
    server = Server(aws.app).start()
    yield aws, server.url
    server.stop()


def of(url: str) -> JobLog:
    (key, secret) = next(iter(KEYS.items()))
    return JobLog(
        Aws(
            Settings(
                SLACK_BOT_TOKEN="xoxb-test",
                AWS_ENDPOINT_URL=url,
                AWS_REGION="us-east-1",
                AWS_ACCESS_KEY_ID=key,
                AWS_SECRET_ACCESS_KEY=secret,
            )
        )
    )


def test_newest_entries_come_first_and_are_few(practice: tuple[app.Aws, str]) -> None:
    """Without this, people would scroll through a job's life to see how it ended."""
    log = of(practice[1]).newest("ripe")
    assert [one.words for one in log.entries] == [
        f"Object failed: Object {number}: gone" for number in range(29, 9, -1)
    ]
    assert log.entries[0].at == datetime.fromtimestamp(BEGAN / 1000 + 29, UTC)
    assert not log.whole


def test_short_log_is_whole(practice: tuple[app.Aws, str]) -> None:
    """Without this, people would be sent to look for entries that are not there."""
    log = of(practice[1]).newest("short")
    assert [one.words for one in log.entries] == ["only one entry"]
    assert log.whole


def test_words_are_looked_for_in_older_pages_too(practice: tuple[app.Aws, str]) -> None:
    """Without this, what happened at the beginning of a long job would not be found."""
    log = of(practice[1]).newest("long", ("ENTRY", "4321"))
    assert [one.words for one in log.entries] == ["entry 4321"]


def test_ten_pages_are_read_and_no_more(practice: tuple[app.Aws, str]) -> None:
    """Without this, a word that never occurs would be looked for through millions of entries."""
    log = of(practice[1]).newest("long", ("entry", "321x"))
    assert log.entries == ()
    assert not log.whole


def test_whoever_waits_gets_what_the_time_allows(practice: tuple[app.Aws, str]) -> None:
    """Without this, a slow CloudWatch would cost the answer that was found already."""
    with within(0.5):
        log = of(practice[1]).newest("long", ("nothing like it",))
    assert not log.whole


def test_job_that_wrote_nothing_yet_has_an_empty_log(practice: tuple[app.Aws, str]) -> None:
    """Without this, a new job's log would be answered with an error of AWS's."""
    assert of(practice[1]).newest("nobody").entries == ()


def test_missing_right_is_told_by_its_name() -> None:
    """Without this, an administrator would not know what to add."""
    mood = OneAnswer("AccessDeniedException")
    with mood.open(), pytest.raises(AwsRefused, match="GetLogEvents"):
        JobLog(mood.aws).newest("ripe")
    assert mood.asked == ["GetLogEvents"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('{"event-name": "JOB_STARTED", "event-log-message": "8  objects."}', "Job started: 8 obj"),
        ('{"event-log-message": "alone"}', "alone"),
        ('{"event-name": "ALONE"}', '{"event-name": "ALONE"}'),
        ("[1, 2]", "[1, 2]"),
        ("broken {", "broken {"),
        ("", ""),
    ],
)
def test_what_is_known_is_said_in_plain_words(message: str, words: str) -> None:
    """Without this, an entry of another form would be lost, or shown as a program's text."""
    assert plain_words(message).startswith(words)
