"""Another labeling engine takes Ground Truth's place: the same form, cards and lines, and nothing
of AWS in between.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import first_page
from tests.stories.paper_engine import PaperEngine
from tests.stories.world import DATA, WAITING, World, an_order, shown

OBJECTS = 8
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


def asked(world: World, name: str) -> None:
    """Mara fills the form, whose second page has the team only where there is a choice."""
    order = an_order(name, team=WAITING)
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    typed: dict[str, Any] = {
        "title": {"value": order.title},
        "description": {"value": order.description},
        "labels": {"value": "\n".join(order.labels)},
    }
    try:
        typed["workteam_arn"] = {"selected_option": world.mara.choose("workteam_arn", order.team)}
    except StopIteration:
        assert world.bot.jobs.accept.teams(world.bot.ground.access.team_id, "")
    assert not world.mara.fill(**typed).get("errors")
    world.mara.fill()
    world.mara.close_windows()
    world.settle()


def test_job_of_another_engine_is_told_as_one_of_ground_truth(tmp_path: Path) -> None:
    """Without this, a second engine would need cards, lines and forms of its own."""
    with world_of(tmp_path / "aws") as world:
        asked(world, "same")
        world.pass_time(2)
        world.settle()
        running = told(world, "same")
    paper = PaperEngine(OBJECTS)
    with world_of(tmp_path / "paper", paper) as world:
        asked(world, "same")
        assert told(world, "same") == running
        assert world.aws_jobs("same") == [], "AWS hears nothing of it"
        paper.label("same", 3)
        world.settle()
        assert "3 of 8 (37 %)" in world.card("same")["text"]
        paper.label("same", OBJECTS)
        world.settle()
        card, *lines = world.thread("same")
        assert "Completed" in card
        assert lines[-1].startswith("<@U0MARA> Completed: 8 labeled, 0 not")
        assert "results.manifest" in lines[-1]


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
        with pytest.raises((PracticeError, StopIteration)):
            world.mara.choose("workteam_arn", WAITING)
