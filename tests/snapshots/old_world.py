"""A workspace with work under way, as files: what a version of the bot left behind when it was
ended.

`record` plays it with the code as it is and writes the bot's tables and Slack's as SQL; `restore`
puts them into a folder, for a world of another version. `python -m tests.snapshots.old_world NAME`
records; a version's files then stay as they are, since what people have on their screens stays too.
"""

import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import ask_for_job, first_page, second_page
from tests.stories.test_managers import at_aws
from tests.stories.world import DATA, LABELERS, QUEUE_TEAM, WAITING, World, an_order

HERE = Path(__file__).parent
_DATABASES = ("labeljob.db", "slack.db")
_PORTS = re.compile(r"http://127\.0\.0\.1:\d+")


def record(name: str) -> None:
    """Play and write `old/<name>/`."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            world.begin()
            _play(world)
        finally:
            world.stop()
        kept = HERE / "old" / name
        kept.mkdir(parents=True, exist_ok=True)
        for database in _DATABASES:
            with closing(sqlite3.connect(Path(folder) / database)) as rows:
                script = "\n".join(rows.iterdump()) + "\n"
            script = _PORTS.sub("http://127.0.0.1:1", script)
            (kept / database).with_suffix(".sql").write_text(script, encoding="utf-8")


def restore(name: str, folder: Path) -> None:
    """Put the databases that `record` wrote into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for database in _DATABASES:
        script = (HERE / "old" / name / database).with_suffix(".sql").read_text(encoding="utf-8")
        with closing(sqlite3.connect(folder / database)) as rows:
            rows.executescript(script)


def _play(world: World) -> None:
    """Jobs and datasets of every kind of "under way", and windows that people have open."""
    world.sam.command(LABELERS, "/labelteam", f"here {QUEUE_TEAM}")
    world.ask(an_order("old-done"))
    world.finish("old-done")
    world.ask(an_order("old-sets"))
    world.finish("old-sets")
    world.ask(an_order("old-queue", team=QUEUE_TEAM, short="Brown spots are overripe"))
    world.ask(an_order("old-running", team=WAITING))
    world.ask(an_order("old-stopping", team=WAITING))
    world.sam.command(DATA, "/labeljob", f"follow {at_aws(world, 'old-followed')}")
    world.pass_time(2)
    world.settle()
    _set_aside(world, "old-aside")
    world.sam.press(world.card("old-stopping"), "job_stop")  # the window stays open
    world.lin.press(
        next(one for one in world.lin.messages(LABELERS) if one.get("bot_id")), "queue_instructions"
    )
    _asked_for(world.mara, "old-asked")
    _dataset(world.mara, "old-sets")
    world.mara.press(world.card("old-done"), "job_make_dataset")
    world.mara.close_windows()
    _two_pages(world.mara, "old-draft")
    world.ana.command(DATA, "/dataset", "create")


def _set_aside(world: World, name: str) -> None:
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.fault("SageMaker.DescribeLabelingJob", "throttle")
    world.ask(an_order(name, team=WAITING))
    for _ in range(2):
        world.let_pauses_pass()
        world.bot.jobs.launch.round()
    world.send()
    world.mend()


def _asked_for(person: Person, name: str) -> None:
    """Taken in, and not launched or told yet."""
    ask_for_job(person, DATA, an_order(name, team=WAITING))


def _dataset(person: Person, job: str) -> None:
    """Taken in, and not sent yet."""
    card = next(
        one for one in reversed(person.messages(DATA)) if one["text"].endswith(f"job {job}")
    )
    person.press(card, "job_make_dataset")
    person.fill(project={"value": f"{job}-project"})
    person.close_windows()


def _two_pages(person: Person, name: str) -> None:
    """A form that is open at its review."""
    order = an_order(name, source=f"s3://{seed.RAW}/ripeness/", team=WAITING, short="Look closely")
    person.command(DATA, "/labeljob", "create")
    first_page(person, order)
    second_page(person, order)


if __name__ == "__main__":
    record(sys.argv[1])
