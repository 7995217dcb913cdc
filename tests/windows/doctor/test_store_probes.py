"""What can be wrong with the database and the worker, each with its remedy."""

import json
from pathlib import Path

from sqlalchemy import make_url

from bot.runtime.health import Pulse
from tests.faults.postgres import Postgres
from tests.windows.doctor.conftest import Clinic


def test_database(clinic: Clinic, tmp_path: Path) -> None:
    """A database that is missing, old, read-only or away would show as an error of the first
    command.
    """
    rows = clinic.examine()
    assert rows["database"]["verdict"] == "look at"
    assert not (tmp_path / "labeljob.db").exists()
    (tmp_path / "labeljob.db").touch()
    assert clinic.examine()["tables"]["found"].startswith("At revision none")
    clinic.migrate().close()
    assert clinic.examine()["tables"]["verdict"] == "ok"
    read_only = f"sqlite:///file:{tmp_path}/labeljob.db?mode=ro&uri=true"
    row = clinic.examine(LABELJOB_DATABASE_URL=read_only)["database"]
    assert row["verdict"] == "fails"
    assert "readonly" in row["found"]
    away = clinic.examine(
        LABELJOB_DATABASE_URL="postgresql+psycopg://bot:not-to-be-seen@127.0.0.1:9/labeljob"
    )
    assert away["database"]["verdict"] == "fails"
    assert "not-to-be-seen" not in json.dumps(away)


def test_no_part_of_a_password_is_shown(clinic: Clinic) -> None:
    """A report that is pasted into a ticket would hold what stands behind an @ in a password, as a
    host or a name.
    """
    for password in ("two@halves", "two@halves:5", "two:@halves/", "two?x@halves"):
        rows = clinic.examine(
            LABELJOB_DATABASE_URL=f"postgresql://bot:{password}@127.0.0.1:9/labeljob"
        )
        assert "database" not in rows
        assert "%40" in rows["settings: LABELJOB_DATABASE_URL"]["found"]
        assert "halves" not in json.dumps(rows)
    for password in ("two%40halves", "two:halves", "two/halves"):
        rows = clinic.examine(
            LABELJOB_DATABASE_URL=f"postgresql://bot:{password}@127.0.0.1:9/labeljob"
        )
        assert rows["database"]["verdict"] == "fails"
        assert "127.0.0.1" in rows["database"]["found"]
        assert "halves" not in json.dumps(rows)


def test_postgresql(clinic: Clinic, pg: Postgres) -> None:
    """Replicas would be set up on a copy that cannot be written, or on tables of another
    version.
    """
    url = pg.new_database()
    try:
        rows = clinic.examine(LABELJOB_DATABASE_URL=url)
        assert rows["database"]["verdict"] == "ok"
        assert rows["tables"]["found"].startswith("At revision none")
        clinic.database_url = url
        clinic.migrate().close()
        rows = clinic.examine()
        assert {rows[name]["verdict"] for name in ("database", "tables", "outbox")} == {"ok"}
        assert rows["worker"]["verdict"] == "look at"
        pg.run(f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")
        row = clinic.examine()["database"]
        assert row["verdict"] == "fails"
        assert "read-only" in row["found"]
    finally:
        pg.drop(url)


def test_outbox_and_worker(clinic: Clinic) -> None:
    """A worker that died in the night would be noticed by the people who wait."""
    db = clinic.migrate()
    row = clinic.examine()["worker"]
    assert row["verdict"] == "look at"
    assert "labeljob serve" in row["remedy"]
    with db.write() as session:
        for key, state, age in (("a", "ready", 900), ("b", "dead", 9000)):
            session.connection().execute(
                db.sql(
                    "INSERT INTO outbox (id, dedupe_key, team_id, channel, subject_kind, "
                    "subject_id, priority, broadcast, payload, state, fence, lease_until, "
                    "not_before, tries, created, last_error) VALUES (:key, :key, 'T', 'C', 'job', "
                    "'j', 5, FALSE, '{}', :state, 0, 0, 0, 1, :now - :age,"
                    " 'is_archived')"
                ),
                {"key": key, "state": state, "age": age},
            )
    row = clinic.examine()["outbox"]
    assert row["verdict"] == "look at"
    assert "1 line waiting, the oldest for 15 min; dead: 1 (is_archived)" in row["found"]
    with db.write() as session:
        session.connection().execute(
            db.sql("UPDATE outbox SET created = :now - 7200 WHERE id = 'a'")
        )
        values = {"scope": "T0:*"}
        session.connection().execute(
            db.sql(
                "INSERT INTO budget (scope, tokens, refilled_at, blocked_until) VALUES (:scope, "
                "0, :now, :now + 60)"
            ),
            values,
        )
    Pulse(db).beat()
    rows = clinic.examine()
    assert rows["outbox"]["verdict"] == "fails"
    assert rows["worker"]["verdict"] == "fails"
    assert "token" in rows["worker"]["found"]
    db.close()
