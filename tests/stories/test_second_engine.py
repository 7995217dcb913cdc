"""Another labeling engine takes Ground Truth's place: the same form, cards and lines, with its own
task types and name, and nothing of AWS in between.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.base import forms
from bot.base.s3_uri import Allowed
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.jobs.draft import Draft
from bot.jobs.form.pages import Beside, job_form
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.paper_engine import MARGINS, PILES, PaperEngine
from tests.stories.test_create import pick
from tests.stories.world import DATA, WAITING, World, an_order, shown, words

OBJECTS = 8
SAID = (
    *("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"),
    *("views.open", "views.update", "views.publish"),
    *("app:/labeljob", "app:/labelteam", "app:view_submission", "app:block_actions", "app:event"),
)
_MOMENTS = re.compile(
    r"<!date[^>]*>|in \d+ \w+( \d+ \w+)?|\d+ seconds? ago|s3://\S+|berry-team|everybody"
)


@contextmanager
def world_of(folder: Path, engine: PaperEngine | None = None) -> Iterator[World]:
    world = World(folder, engine=engine)
    try:
        world.begin()
        yield world
    finally:
        world.stop()


def told(world: World, name: str) -> list[str]:
    """Card and lines, without moments, places and the team's name."""
    return [_MOMENTS.sub("…", line) for line in world.thread(name)]


def paper_says(line: str) -> str:
    """A line of Ground Truth's as it reads where paper is labeled."""
    title = TASK_TYPES["image-classification"].title
    return line.replace(title, PILES.title).replace("AWS", PaperEngine.names.place)


def everything_said(world: World) -> str:
    """Every message and window that the bot gave Slack in this test."""
    return json.dumps([world.journal(each) for each in SAID], ensure_ascii=False)


def asked(world: World, name: str, task_type: str = PILES.id) -> None:
    """Mara fills the form, which asks for the team only where there is a choice."""
    order = an_order(name, team=WAITING, task_type=task_type)
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert not second_page(world.mara, order).get("errors")
    world.mara.fill()
    world.mara.close_windows()
    world.settle()


def test_job_of_another_engine_is_told_as_one_of_ground_truth(tmp_path: Path) -> None:
    """Without this, a second engine would need cards, lines and forms of its own."""
    with world_of(tmp_path / "aws") as world:
        asked(world, "same", "image-classification")
        world.pass_time(2)
        world.settle()
        running = told(world, "same")
    paper = PaperEngine(OBJECTS)
    with world_of(tmp_path / "paper", paper) as world:
        asked(world, "same")
        assert told(world, "same") == [paper_says(line) for line in running]
        assert world.aws_jobs("same") == [], "AWS hears nothing of it"
        paper.label("same", 3)
        world.settle()
        assert "3 of 8." in world.card("same")["text"]
        paper.label("same", OBJECTS)
        world.settle()
        card, *lines = world.thread("same")
        assert "Completed" in card
        assert lines[-1].startswith("<@U0MARA> Completed: all 8 labeled")
        assert "results.manifest" in lines[-1]


def test_form_offers_the_task_types_of_the_engine(tmp_path: Path) -> None:
    """Without this, a second engine would be offered work that it cannot do, within limits of
    another one.
    """
    with world_of(tmp_path, PaperEngine(OBJECTS)) as world:
        world.mara.command(DATA, "/labeljob", "create")
        pick(world.mara, "tile", "classify")
        first = shown(world.mara.view())
        assert PILES.title in first
        assert MARGINS.title in first
        assert TASK_TYPES["image-classification"].title not in first
        world.mara.close_windows()
        world.mara.command(DATA, "/labeljob", "create")
        order = an_order("piles", task_type=PILES.id)
        assert not first_page(world.mara, order).get("errors")
        assert PILES.label_limits in str(world.mara.view())
        typed = {"input_uri": {"value": order.source}, "output_uri": {"value": order.output}}
        answer = world.mara.fill(**typed, labels={"value": "left\nright"})
        assert answer["errors"] == {"labels": "Write 3 labels at least, each on its own line."}
        answer = world.mara.fill(**typed, labels={"value": "1\n2\n3\n4\n5"})
        assert answer["errors"]["labels"].startswith(f"{PILES.title} takes 4 labels at most")


def test_type_of_another_engine_is_asked_anew() -> None:
    """Without this, whoever begins with the last job's words after the engine was changed could
    ask for what the new one does not know.
    """
    form = job_form(PaperEngine(OBJECTS))
    draft = Draft(category="Text", task_type="text-classification")
    faults = {each.field: each.text for each in form.faults(draft, Allowed(()))}
    assert faults["task_type"] == "Choose what is to be done."
    assert "Classify" in shown(form.page(draft, "d", Beside()))


def test_life_of_a_job_is_told_in_the_words_of_its_engine(tmp_path: Path) -> None:
    """Without this, people would look for their job at AWS, where it never was."""
    paper = PaperEngine(OBJECTS, lose=("project", "objects"))
    with world_of(tmp_path, paper) as world:
        mara = world.mara
        mara.command(DATA, "/labeljob", "create")
        wrong = first_page(mara, an_order("x" * 70, task_type=PILES.id, attribute="source"))
        assert wrong["errors"]["job_name"].startswith("This has 70 characters; Papermill takes 63")
        assert wrong["errors"]["label_attribute"].startswith("Papermill keeps the word source")
        mara.close_windows()
        asked(world, "told")
        for _ in range(2):
            mara.press(world.card("told"), "job_stop")
            mara.close_windows()
            world.let_pauses_pass()
            world.settle()
        assert PILES.title in words(mara.command(DATA, "/labeljob", "status told"))
        for labeled in (3, OBJECTS):
            mara.command(DATA, "/labeljob", "status told")
            paper.label("told", labeled)
            world.settle()
        asked(world, "stopped")
        mara.press(world.card("stopped"), "job_stop")
        mara.fill()
        world.settle()
        world.settle()
        for typed in ("help", "follow", "nonsense", "list"):
            world.sam.command(DATA, "/labeljob", typed)
        for typed in ("help", "list", "here nobody", "here"):
            world.sam.command(DATA, "/labelteam", typed)
        world.sam.open_home()
        assert "Stopped by Mara" in world.thread("stopped")[-1]
        said = everything_said(world)
        assert "Papermill" in said
        for word in ("AWS", "Ground Truth", "SageMaker"):
            found = [said[at.start() - 80 : at.end() + 80] for at in re.finditer(word, said)]
            assert found == []


def test_stop_of_an_engine_without_states_is_told_as_it_is(tmp_path: Path) -> None:
    """Without this, a soft stop would be promised as a hard one, or never come to its end."""
    paper = PaperEngine(OBJECTS)
    with world_of(tmp_path, paper) as world:
        asked(world, "soft")
        paper.label("soft", 2)
        world.settle()
        world.mara.press(world.card("soft"), "job_stop")
        assert "people may still hand in what they began" in shown(world.mara.view())
        world.mara.fill()
        world.settle()
        world.settle()
        assert paper.projects[1].stopped
        assert world.thread("soft")[-1].startswith("<@U0MARA> Stopped by Mara")


@pytest.mark.parametrize("step", ["project", "objects"])
def test_steps_whose_answer_was_lost_are_not_done_again(tmp_path: Path, step: str) -> None:
    """Without this, an engine whose jobs take several calls would get some of them twice."""
    paper = PaperEngine(OBJECTS, lose=(step,))
    with world_of(tmp_path, paper) as world:
        asked(world, "resumed")
        world.let_pauses_pass()
        world.settle()
        assert (len(paper.projects), paper.imports) == (1, 1)
        assert [line.split(";")[0] for line in world.thread("resumed")[1:]] == ["Launched"]


def test_two_jobs_may_bear_one_name_where_the_engine_lets_them(tmp_path: Path) -> None:
    """Without this, people would be told that a name is taken for ever which the engine gives
    again.
    """
    with world_of(tmp_path, PaperEngine(OBJECTS)) as world:
        world.mara.command(DATA, "/labeljob", "create")
        assert "AWS keeps a name" not in str(world.mara.view())
        with pytest.raises(PracticeError):
            world.mara.choose("workteam_arn", WAITING)


def test_an_engine_without_streams_asks_for_none() -> None:
    """Without this, people would tick what nobody can do."""
    names = {each.name for each in forms.fields_of(job_form(PaperEngine(OBJECTS)).parts)}
    assert not names & {"streaming", "input_topic", "feed_folder"}
    assert "keywords" in names
