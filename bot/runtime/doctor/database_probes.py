"""Probes of the database and of what waits in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bot.base.blocks import count
from bot.base.db import newest_revision, reason
from bot.base.errors import LabeljobError
from bot.runtime import health
from bot.runtime.doctor.examination import Finding, Surroundings, Verdict, probe

LOOK_AFTER, FAILS_AFTER = 600.0, 3600.0  # seconds that a line may wait to be sent


@probe("database", needs=("LABELJOB_DATABASE_URL",))
def database(around: Surroundings) -> Iterator[Finding]:
    """The database of LABELJOB_DATABASE_URL answers and can be written.

    Check LABELJOB_DATABASE_URL (sqlite:///file, or postgresql+psycopg:// with user, password, host
    and name), that the server runs, that its user may write, that the disk is not full, and that it
    is the primary and not a read-only copy.
    """
    url = make_url(around.settings.database_url)
    host = url.host or url.query.get("host") or "this machine"
    name = (
        f"SQLite, {url.database}"
        if around.db.is_sqlite
        else f"PostgreSQL on {host}, {url.database}"
    )
    if around.db.is_sqlite and not _there(url.database or ""):
        remedy = "Nothing to do: `labeljob serve` (or `labeljob migrate`) makes it."
        yield Finding(Verdict.LOOK, f"{name}: there is no such file yet.", remedy)
        return
    try:
        with around.db.write() as session:
            connection = session.connection()
            if around.db.is_sqlite:
                version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                # a write that changes nothing
                connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")
            elif connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
                yield Finding(Verdict.FAILS, f"{name}: read-only.")
                return
    except LabeljobError as error:
        yield Finding(Verdict.FAILS, f"{name}: {reason(error) or error.words}")
        return
    except DBAPIError as error:
        yield Finding(Verdict.FAILS, f"{name}: {reason(error)}")
        return
    yield Finding(Verdict.OK, f"{name}: answers and can be written.")


def _there(path: str) -> bool:
    """Whether an SQLite file exists; asked before connecting, since that would make it."""
    return path in {"", ":memory:"} or path.startswith("file:") or Path(path).exists()


@probe("tables", needs=("database",))
def tables(around: Surroundings) -> Iterator[Finding]:
    """The tables are those of this version.

    Run `labeljob migrate` with this version before it serves. Tables that are newer belong to a
    newer version: run that one.
    """
    at, newest = around.db.revision(), newest_revision()
    if at == newest:
        yield Finding(Verdict.OK, f"At revision {at}, the newest.")
    else:
        yield Finding(
            Verdict.FAILS, f"At revision {at or 'none'}; this version works with {newest}."
        )


@probe("outbox", needs=("tables",))
def outbox(around: Surroundings) -> Iterator[Finding]:
    """What must be said is said soon.

    See that a worker runs (labeljob serve --role worker), and read its log for what Slack answers.
    Messages that cannot be said (dead) are told to whoever asked for the job; their reasons are
    Slack's error codes.
    """
    ((lines, age),) = _rows(
        around,
        (
            "SELECT count(*), coalesce(:now - min(created), 0) FROM outbox WHERE state IN "
            "('ready', 'sending')"
        ),
    )
    dead = _rows(
        around,
        "SELECT coalesce(last_error, 'unknown'), count(*) FROM ("
        "SELECT last_error FROM outbox WHERE state = 'dead' UNION ALL "
        "SELECT last_error FROM thread WHERE state = 'dead') AS gone GROUP BY 1 ORDER BY 2 DESC",
    )
    words = f"{count(lines, 'line')} waiting" + (
        f", the oldest for {round(age / 60):,} min" if lines else ""
    )
    if dead:
        words += "; dead: " + ", ".join(f"{many:,} ({why})" for why, many in dead[:5])
    verdict = Verdict.LOOK if dead or age > LOOK_AFTER else Verdict.OK
    if age > FAILS_AFTER:
        verdict = Verdict.FAILS
    yield Finding(verdict, f"{words}.")


@probe("worker", needs=("tables",))
def worker(around: Surroundings) -> Iterator[Finding]:
    """A worker does its rounds, and Slack takes its messages.

    Start one: labeljob serve --role worker (or labeljob serve, which is both roles). If one runs,
    read its log.
    """
    for check in (health.worker, health.breaker):
        try:
            check(around.db)
        except health.NoWorker:
            yield Finding(Verdict.LOOK, "No worker has told of itself in the last minute.")
            return
        except health.BreakerOpen as error:
            yield Finding(Verdict.FAILS, error.words)
            return
    yield Finding(Verdict.OK, "A worker does its rounds.")


def _rows(around: Surroundings, statement: str) -> list[Any]:
    with around.db.read() as session:
        return list(session.connection().execute(around.db.sql(statement)))
