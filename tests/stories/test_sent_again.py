"""What is sent again because its answer was lost, or because there was none: read as it is now, and
done once.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.world import DATA, WAITING, World, an_order, shown

LATER = "What was changed in the form after it is not part of it."


@contextmanager
def broken(world: World, statement: str, mended: str) -> Iterator[None]:
    """The database takes nothing to be said."""
    _run(world, statement)
    try:
        yield
    finally:
        _run(world, mended)


def _run(world: World, statement: str) -> None:
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text(statement))


def lost_answer(world: World, **typed: str) -> None:
    """Mara submits the window on top; what the app answers is lost, and Slack says that it had
    trouble.
    """
    world.fault("app:view_submission", "drop_after", slack=True, times=1)
    with pytest.raises(PracticeError, match="trouble"):
        world.mara.fill(**{field: {"value": value} for field, value in typed.items()})


def test_page_that_is_sent_again_changed_is_read_as_it_is_now(world: World) -> None:
    """Without this, whoever mends a page after Slack's "trouble connecting" creates a job with the
    old words.
    """
    world.mara.command(DATA, "/labeljob", "create")
    world.fault("app:view_submission", "drop_after", slack=True, times=1)
    with pytest.raises(PracticeError, match="trouble"):
        first_page(world.mara, an_order("again-mistyped", team=WAITING))
    order = an_order("again-mended", team=WAITING)
    assert not world.mara.fill(job_name={"value": order.name}).get("errors")
    assert not second_page(world.mara, order).get("errors")
    assert "again-mended" in shown(world.mara.view())
    world.mara.fill()
    world.settle()
    assert world.aws_jobs("again-") == ["again-mended"]
    world.sagemaker.stop_labeling_job(LabelingJobName="again-mended")


def test_form_that_is_changed_after_it_was_taken_makes_one_job_and_says_so(world: World) -> None:
    """Without this, people would believe that the job was made with what they typed last."""
    order = an_order("taken-first", team=WAITING, title="The first title")
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert not second_page(world.mara, order).get("errors")
    lost_answer(world)
    world.mara.press_in_view("job_form_show_more")
    assert not world.mara.fill(title={"value": "The second title"}).get("errors")
    assert "*taken-first* was submitted." in shown(world.mara.view())
    assert LATER in shown(world.mara.view())
    world.settle()
    assert world.aws_jobs("taken-first") == ["taken-first"]
    made = world.sagemaker.describe_labeling_job(LabelingJobName="taken-first")
    assert made["HumanTaskConfig"]["TaskTitle"] == "The first title"
    world.sagemaker.stop_labeling_job(LabelingJobName="taken-first")


def test_form_of_a_dataset_that_is_sent_again_changed_thanks_for_what_was_taken(
    world: World,
) -> None:
    """Without this, people would wait for a dataset that was never taken in."""
    channel = world.channel("own-sent-again")
    world.mara.command(channel, "/dataset", "create")
    told = {"class-name": "warm", "confidence": 0, "type": "groundtruth/image-classification"}
    told |= {"human-annotated": "yes", "job-name": "x", "creation-date": "2026-11-01T10:00:00"}
    line = {"source-ref": f"s3://{seed.RAW}/a.jpg", "tone": 1, "tone-metadata": told}
    address = world.put("sent-again/one.manifest", json.dumps(line))
    lost_answer(world, project="first-project", manifest_uri=address)
    world.mara.fill(project={"value": "second-project"})
    assert "*first-project* was submitted." in shown(world.mara.view())
    assert LATER in shown(world.mara.view())
    world.settle()
    said = json.dumps(world.mara.messages(channel))
    assert "Dataset first-project" in said
    assert "second-project" not in said


def test_mention_that_could_not_be_answered_for_now_is_delivered_again_and_answered_once(
    world: World,
) -> None:
    """Without this, a mention is acknowledged, forgotten and never answered: Slack repeats only
    what got no 200.
    """
    channel = world.channel("own-mention-again")
    assert world.slack_uses(world.door.url)
    before = world.so_far()
    away = "ALTER TABLE outbox RENAME TO outbox_away", "ALTER TABLE outbox_away RENAME TO outbox"
    try:
        with broken(world, *away):
            ts = world.mara.say(channel, "@labeljob help")
            first, *_ = world.until(
                lambda: [
                    entry for entry in world.journal("app:event", after=before) if entry["status"]
                ],
                "an answer",
            )
        assert first["status"] == 503
        assert world.door.again(first)[0] == 200, "Slack does it by itself, a minute later"
        assert world.door.again(first)[0] == 200
    finally:
        world.slack_uses(None)
    world.settle()
    assert len(world.mara.thread(channel, ts)) == 2


def test_mention_that_met_a_fault_of_ours_is_told_so(world: World) -> None:
    """Without this, a person would wait for an answer that nobody is going to give."""
    channel = world.channel("own-mention-fault")
    before = world.so_far()
    refuses = (
        "CREATE TRIGGER no_lines BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'a fault'); END"
    )
    with broken(world, refuses, "DROP TRIGGER no_lines"):
        world.mara.say(channel, "@labeljob help")
        world.until(lambda: world.journal("chat.postEphemeral", after=before), "words")
    (told,) = [entry["request"] for entry in world.journal("chat.postEphemeral", after=before)]
    assert told["user"] == "U0MARA"
    assert told["text"].startswith(
        "Something went wrong on our side; nothing was done. Tell your administrator this"
    )
