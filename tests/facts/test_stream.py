"""What comes to streaming jobs: objects, when they are idle, and how what is sent is read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.base.s3_uri import Allowed
from bot.brought.brought import Brought
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.streams import BYTES_AT_ONCE, TooLong, batches
from bot.engines.particulars import Extras
from bot.engines.protocol import Names
from bot.jobs.draft import Draft, begun_with
from bot.jobs.form import rules
from bot.jobs.form.asked import Asked
from bot.jobs.lifecycle import COMPLETED, IN_PROGRESS, INITIALIZING, JobState, Report, observe
from bot.jobs.stream.idle import due_warning
from bot.jobs.stream.objects import object_of
from bot.jobs.stream.state import Stream
from bot.jobs.stream.what import as_data, fault_of, what_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ENGINE = Names(place="AWS", service="Ground Truth", teams_made="there")


def line(**members: Any) -> bytes:
    return json.dumps(members).encode()


def test_the_same_thing_has_the_same_id() -> None:
    """Without this, a picture or a text that comes again would be labeled, and paid for, again."""
    one = object_of(line(**{"source-ref": "s3://raw/a.jpg", "shelf": 4}))
    again = object_of(
        line(**{"source-ref": "s3://raw/a.jpg", "dataset-objectid-attribute-name": "shelf"})
    )
    assert one.id == again.id == "s3://raw/a.jpg"
    assert json.loads(one.message)["dataset-objectid-attribute-name"] == "source-ref"
    assert json.loads(one.message)["shelf"] == 4
    texts = [object_of(line(source=text)) for text in ("ripe", "ripe", "unripe")]
    assert texts[0] == texts[1] != texts[2]
    said = json.loads(texts[0].message)
    assert said[said["dataset-objectid-attribute-name"]] == texts[0].id


def test_messages_go_together_as_sns_takes_them() -> None:
    """Without this, AWS would refuse ten long lines, and with them all that is sent."""
    assert [len(one) for one in batches(["x"] * 23)] == [10, 10, 3]
    half = "é" * (BYTES_AT_ONCE // 4)
    assert [len(one) for one in batches([half, half, half])] == [2, 1]
    assert list(batches([])) == []
    with pytest.raises(TooLong):
        list(batches(["x" * (BYTES_AT_ONCE + 1)]))


def idle(days: float, **members: Any) -> JobState:
    """A streaming job that began so long ago."""
    began = NOW - timedelta(days=days)
    return JobState(state=IN_PROGRESS, launched_at=began, stream=Stream(**members))


@pytest.mark.parametrize(
    ("state", "days"),
    [
        (idle(6.9), 0),
        (idle(7), 7),
        (idle(7.5, warned=(7,)), 0),
        (idle(9, warned=(7,)), 9),
        (idle(9.5, warned=(7, 9)), 0),
        (idle(9.5), 9),
        (idle(30, active_at=NOW - timedelta(days=1)), 0),
        (idle(30, active_at=NOW - timedelta(days=8)), 7),
        (msgspec.structs.replace(idle(8), last_label_at=NOW), 0),
        (msgspec.structs.replace(idle(8), stream=None), 0),
        (msgspec.structs.replace(idle(8), state=INITIALIZING), 0),
    ],
)
def test_warnings_are_due_after_seven_and_nine_days(state: JobState, days: int) -> None:
    """Without this, a stream is stopped unsaid, or its requester is told every minute."""
    assert due_warning(state, NOW) == days


def test_an_object_that_came_ends_the_idleness() -> None:
    """Without this, a job that a folder feeds would be called idle: the bot sends nothing to it."""
    before = idle(8, warned=(7,))
    after, _ = observe(before, Report(IN_PROGRESS, unlabeled=1), NOW)
    assert after.stream == Stream(active_at=NOW)
    same, _ = observe(after, Report(IN_PROGRESS, unlabeled=1), NOW + timedelta(days=1))
    assert same.stream == after.stream
    plain, _ = observe(JobState(state=IN_PROGRESS), Report(COMPLETED, labeled=1), NOW)
    assert plain.stream is None


def fault(kind: str, address: str, *files: Brought) -> str:
    """What is wrong with what is sent to a job of this type."""
    job = Draft(job_name="cars", task_type=kind, output_uri="s3://raw/out/")
    streaming = msgspec.structs.replace(job, extras=Extras(streaming=True))
    sent = as_data(streaming, what_of(address, files))
    return fault_of(Asked(sent, ENGINE, TASK_TYPES), Allowed(("raw",)))


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        ("bounding-box", "s3://raw/in", ""),
        ("bounding-box", "s3://raw/in/", ""),
        ("bounding-box", "s3://raw/new.manifest", ""),
        ("bounding-box", "s3://raw/new.zip", ""),
        ("text-classification", "s3://raw/new.txt", ""),
        ("bounding-box", "", "Name a manifest"),
        ("bounding-box", "in", "Begin with s3://"),
        ("bounding-box", "s3://theirs/in/", "may not use"),
        ("bounding-box", "s3://raw/new.txt", "A manifest's name ends"),
        ("bounding-box", "https://example.com/a.zip", "no zip from the web"),
        ("bounding-box-verification", "s3://raw/in/", "needs a manifest"),
        ("bounding-box-verification", "s3://raw/in.zip", "is sent as a manifest"),
    ],
)
def test_what_is_sent_is_judged_as_a_forms_data(kind: str, address: str, said: str) -> None:
    """Without this, what no job could begin with would be sent to one that runs."""
    found = fault(kind, address)
    assert said in found
    assert bool(found) == bool(said)


def test_files_are_judged_and_have_a_folder_of_their_own() -> None:
    """Without this, files of two sendings would overwrite each other, or a text be sent as a
    picture.
    """
    picture = Brought(name="a.jpg", size=5, id="F1")
    assert fault("bounding-box", "", picture) == ""
    assert "cannot be labeled" in fault("bounding-box", "", Brought(name="a.txt", size=5, id="F2"))
    job = Draft(job_name="cars", task_type="bounding-box", output_uri="s3://raw/out/")
    places = [
        as_data(job, what_of("", [Brought(name="a.jpg", size=5, id=each)])).input_uri
        for each in ("F1", "F2")
    ]
    assert places[0] != places[1]
    assert all(place.startswith("s3://raw/out/cars/data-") for place in places)


def test_a_form_that_begins_like_a_stream_listens_to_no_topic() -> None:
    """Without this, two jobs would listen to one topic, and each label all that comes."""
    extras = Extras(streaming=True, input_topic="arn", feed_folder="s3://raw/in/", tags={"a": "b"})
    job = Draft(job_name="cars", extras=extras)
    assert begun_with(job, "cars-2", "U0MARA").extras == Extras(tags={"a": "b"})
    assert begun_with(job, "cars", "U0MARA", mended=True).extras == extras


def test_a_stream_has_no_end_by_the_clock() -> None:
    """Without this, the form would promise an end that AWS knows nothing of."""
    job = Draft(due=1_796_000_000, availability_s=3_600, extras=Extras(streaming=True))
    assert "until somebody stops it" in rules.due_fault(Asked(job, ENGINE, TASK_TYPES))
