"""Row 20: an old version's database with everything in flight is brought to this version, which
goes on with it.

For each revision that was ever released: three workers are killed, one between a post and its own
note of it, one between AWS's work and its note, one with a row in its hand; jobs, drafts, lines,
cards and half-sent rows are then taken to that revision's tables, and up again by `labeljob
migrate`. What the old one was at is finished once.
"""

import subprocess
import sys
from contextlib import suppress

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bot.base.db import Database
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.running_bot import RunningBot
from tests.faults.book import Figures, Place, Row
from tests.faults.near import Near
from tests.faults.oracle import Verdict, judge, settled
from tests.faults.world import World, ask, order, running, until

_DEATHS = ("after-create:2", "claimed:3", "posted")  # steps at which the old version dies
_DYING = 6.0
_SETTLE = 120.0
_MOST_JOBS = 10
_PACE = 200.0  # objects a second: what AWS does meanwhile is not the point


def run(place: Place) -> Figures:
    """The row."""
    released = revisions(Database(place.database_url))
    # 18 s each: the short form takes the oldest and the newest two, the ways of the tables take all
    newest = place.of(len(released), 2)
    released = list(dict.fromkeys([released[0], *released[-newest:]]))
    in_flight = lost = twice = disorder = 0
    findings: list[str] = []
    for number, revision in enumerate(released):
        folder = place.folder / revision
        folder.mkdir()
        url = place.database_url
        if number:
            url = (
                f"sqlite:///{folder}/labeljob.db"
                if place.server is None
                else place.server.new_database()
            )
        with running(folder, url, pace=_PACE) as world:
            verdict, rows = _carried_over(world, revision, place.of(_MOST_JOBS, 3))
        in_flight += rows
        lost, twice = lost + verdict.lost, twice + verdict.duplicates
        disorder += verdict.out_of_order
        findings += [f"from {revision}: {finding}" for finding in verdict.findings]
    ways = up_and_down(_another(place))
    findings += ways
    return Figures(
        {
            "revisions": len(released),
            "rows_in_flight": in_flight,
            "lost": lost,
            "twice": twice,
            "out_of_order": disorder,
            "ways_that_failed": len(ways),
        },
        not (lost or twice or disorder or ways) and in_flight > 0,
        tuple(findings),
    )


def _carried_over(world: World, revision: str, jobs: int) -> tuple[Verdict, int]:
    """The old version dies with work in hand, the tables go to `revision` and back, this version
    goes on.
    """
    near = Near(world)
    names = [f"old-{number}" for number in range(jobs)]
    for name in names:
        near.accept(name)
    near.fill("a draft that was never sent")
    near.bot.ground.db.close()
    doomed = [
        world.replica(
            f"doomed-{step[:5]}", role="worker", LABELJOB_FAILPOINT=step, LABELJOB_LEASE="1.5"
        )
        for step in _DEATHS
    ]
    for bot in doomed:
        bot.start()
    _wait_for_the_end(doomed)
    with world.db.migrating() as config:
        command.downgrade(config, revision)
    rows = _undone(world)
    _labeljob_migrate(world)
    world.start("new")
    if ask(world.mara, order("fresh")):
        names.append("fresh")
    with suppress(PracticeError):
        until(lambda: settled(world, names), _SETTLE, "everything to be told")
    return judge(world, names, [*names, "fresh"]), rows


def _wait_for_the_end(doomed: list[RunningBot]) -> None:
    """Each dies at its step, or soon after if the others have left nothing to do there."""
    with suppress(PracticeError):
        until(lambda: not any(bot.alive() for bot in doomed), _DYING, "their deaths")
    for bot in doomed:
        bot.kill()
        bot.stop()  # closes its log


def _undone(world: World) -> int:
    """How many rows are in the middle of something."""
    with world.db.read() as session:
        statement = (
            "SELECT (SELECT count(*) FROM outbox WHERE state <> 'done') + (SELECT count(*) FROM "
            "draft) + "
            "(SELECT count(*) FROM thread WHERE due_at IS NOT NULL) + "
            "(SELECT count(*) FROM job WHERE state NOT IN ('completed', 'failed', 'stopped', "
            "'refused'))"
        )
        return int(session.connection().execute(world.db.sql(statement)).scalar_one())


def _labeljob_migrate(world: World) -> None:
    """As an administrator does it."""
    settings = {**world.services.environment(), "LABELJOB_DATABASE_URL": world.database_url}
    subprocess.run(
        [sys.executable, "-m", "bot", "migrate"], env=settings, check=True, capture_output=True
    )


def _another(place: Place) -> str:
    """The address of an empty database."""
    if place.server is not None:
        return place.server.new_database()
    return f"sqlite:///{place.folder}/ways.db"


def revisions(db: Database) -> list[str]:
    """Every revision that was ever released, oldest first."""
    with db.migrating() as config:
        found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    db.close()
    return found[::-1]


def up_and_down(url: str) -> list[str]:
    """From every revision up to the newest, and from there down to it and to nothing: the ways that
    fail.
    """
    db = Database(url)
    db.migrate()
    newest, shapes, failed = columns(db), {}, []
    for revision in [*revisions(Database(url))[::-1], "base"]:
        with db.migrating() as config:
            command.downgrade(config, revision)
        shapes[revision] = columns(db)
    if shapes["base"]:
        failed.append(f"down to nothing leaves {sorted(shapes['base'])}")
    for revision, shape in shapes.items():
        with db.migrating() as config:
            command.downgrade(config, "base")
            command.upgrade(config, revision if revision != "base" else "head")
        if revision != "base" and columns(db) != shape:
            failed.append(f"down to {revision} is not what up to it makes")
        db.migrate()
        if columns(db) != newest:
            failed.append(f"up from {revision} does not make the newest tables")
    db.close()
    return failed


def columns(db: Database) -> dict[str, list[str]]:
    """The columns and indexes of each table."""
    found = inspect(db.engine)
    return {
        table: sorted(
            [
                *(column["name"] for column in found.get_columns(table)),
                *(str(i["name"]) for i in found.get_indexes(table)),
            ]
        )
        for table in sorted(found.get_table_names())
        if table != "alembic_version"
    }


ROW = Row(
    20, "upgrade", "an old version's work in flight is finished by this one", run, short=("sqlite",)
)
