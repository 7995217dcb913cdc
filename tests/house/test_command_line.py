"""The `labeljob` command as an administrator types it: what goes wrong is told in words, never by a
traceback.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.base.db import Database, newest_revision
from tests.faults.postgres import Postgres
from tests.house.trees import ROOT, python

TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": "geheimnis",
}
NOBODY = {
    "LABELJOB_SLACK_API_URL": "http://127.0.0.1:9/",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9/",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}


def labeljob(*arguments: str, **settings: str) -> tuple[int, str]:
    """The exit code, and everything that was written."""
    ran = python("-m", "bot", *arguments, cwd=ROOT, **settings)
    written = ran.stdout + ran.stderr
    assert "Traceback" not in written, written
    return ran.returncode, written


def on(url: str, *arguments: str) -> tuple[int, str]:
    """With this database, and nobody at Slack's and AWS's addresses."""
    return labeljob(*arguments, **TOKENS, **NOBODY, LABELJOB_DATABASE_URL=url)


def set_revision(url: str, revision: str) -> None:
    db = Database(url)
    with db.write() as session:
        session.connection().execute(
            db.sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        )
    db.close()


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_database_of_a_newer_version_is_told(store: str, command: str) -> None:
    """Whoever goes back to an older version would read Alembic's traceback, and not that a backup
    is needed.
    """
    set_revision(store, "0099")
    code, said = on(store, command)
    assert code == 1
    assert "newer version of Labeljob" in said
    assert "0099" in said
    assert newest_revision() in said
    assert "restore the backup" in said


@pytest.mark.parametrize("role", ["web", "worker", "both"])
def test_serve_does_not_begin_on_a_database_without_tables(pg: Postgres, role: str) -> None:
    """The bot would say that it is ready, and write a traceback for every round."""
    url = pg.new_database()
    try:
        code, said = on(url, "serve", "--role", role)
        assert code == 1
        assert "Run: labeljob migrate" in said
        assert "ready" not in said
    finally:
        pg.drop(url)


def test_serve_does_not_begin_on_old_tables(pg: Postgres, pg_template: str) -> None:
    """An upgrade without `labeljob migrate` would fail at people instead of at whoever upgrades."""
    url = pg.new_database(pg_template)
    try:
        set_revision(url, "0001")
        code, said = on(url, "serve", "--role", "worker")
        assert code == 1
        assert "Run: labeljob migrate" in said
    finally:
        pg.drop(url)


AWAY = [
    ("postgresql+psycopg://bot:not-to-be-seen@127.0.0.1:9/labeljob", "Connection refused"),
    ("postgresql+psycopg://bot:not-to-be-seen@127.0.0.1:9/labeljob?colour=red", "colour"),
    (f"sqlite:///{ROOT}/README.md", "not a database"),
]


@pytest.mark.parametrize(
    ("url", "why"), [*AWAY, ("sqlite:////nonexist/a.db", "unable to open database file")]
)
def test_database_that_cannot_be_reached_is_told_with_the_reason(url: str, why: str) -> None:
    """An administrator would try again in a moment, for ever, since nobody says that a folder is
    missing.
    """
    for command in ("migrate", "serve"):
        code, said = on(url, command)
        assert code == 1
        assert why in said
        assert "LABELJOB_DATABASE_URL" in said
        assert "not-to-be-seen" not in said


@pytest.mark.parametrize(("url", "why"), AWAY)
def test_doctor_tells_why_the_database_cannot_be_reached(url: str, why: str) -> None:
    """The doctor itself would fall ill of a driver's rarer answers."""
    code, said = on(url, "doctor")
    assert code == 1
    assert why in said
    assert "not-to-be-seen" not in said


def test_user_of_the_database_who_may_not_make_tables_is_told(pg: Postgres) -> None:
    """A new PostgreSQL lets nobody make tables by itself; its answer would be a traceback of
    Alembic's.
    """
    url = pg.new_database()
    try:
        pg.run("DROP ROLE IF EXISTS guest")
        pg.run("CREATE ROLE guest LOGIN")
        code, said = on(url.replace("postgres@", "guest@"), "migrate")
        assert code == 1
        assert "permission denied" in said
        assert "make and change tables" in said
    finally:
        pg.drop(url)
        pg.run("DROP ROLE IF EXISTS guest")


def test_missing_setting_is_told_with_its_remedy() -> None:
    """`serve` would say less than the doctor."""
    for command in ("serve", "migrate", "doctor"):
        code, said = labeljob(command)
        assert code == 1
        assert "SLACK_BOT_TOKEN" in said
        assert "Field required" not in said
        assert ".env.example" in said


def test_file_of_settings_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The bot would start on the environment alone without a word."""
    for command in ("serve", "migrate", "doctor"):
        code, said = labeljob(command, "--env-file", str(tmp_path / "none.env"), **TOKENS)
        assert code == 1
        assert "none.env cannot be read: there is no such file" in said


@pytest.mark.parametrize("host", ["no-such-machine.invalid", "192.0.2.1", "a..b"])
def test_host_that_is_not_here_is_told(host: str) -> None:
    """The web server would end in a panic of its own."""
    more = {"LABELJOB_SLACK_TRANSPORT": "http", "LABELJOB_HOST": host}
    code, said = labeljob("serve", "--role", "web", **TOKENS, **more)
    assert code == 1
    assert "LABELJOB_HOST" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "99999"], "a port is a number"),
        (["--port", "65535"], "no free port"),
        (["--pace", "-1"], "the pace is a number above 0"),
        (["--pace", "nan"], "the pace is a number above 0"),
        (["--folder", "/proc/x"], "--folder"),
    ],
)
def test_practice_workspace_that_cannot_be_is_told(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    """The first minute of a newcomer would be a traceback."""
    code, said = labeljob("sandbox", "--folder", str(tmp_path / "practice"), *arguments)
    assert code in {1, 2}
    assert words in said


@pytest.mark.parametrize(
    ("command", "wanted"),
    [(["doctor"], 1), (["doctor"], 0), (["doctor", "--json"], 0), (["slack-manifest"], 0)],
)
def test_output_that_nobody_reads_to_its_end_is_no_error(command: list[str], wanted: int) -> None:
    """`labeljob doctor | head` would end with a traceback below the lines that were wanted."""
    settings = {**TOKENS, **NOBODY, "LABELJOB_DATABASE_URL": "sqlite:////nonexist/a.db"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        assert len(ran.stdout.read(wanted)) == wanted
        ran.stdout.close()
        said = ran.stderr.read().decode()
    assert (ran.returncode, said) == (141, "")


def test_migrate_goes_on_as_before(tmp_path: Path, migrated: Path) -> None:
    """The checks before it would stand in its way."""
    shutil.copy(migrated, tmp_path / "old.db")
    for file in ("new.db", "old.db"):
        code, said = on(f"sqlite:///{tmp_path}/{file}", "migrate")
        assert (code, said) == (0, "The database's tables are those of this version.\n")


def test_version_is_that_of_the_package() -> None:
    """Without this, nobody could say which version a report is about, or would say another's."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert labeljob("--version") == (0, f"labeljob {declared}\n")


FORM = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>{}'


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (FORM.format(""), 0, "0 errors, 0 warnings."),
        (FORM.format("\n<img src='s3://raw/a.png'>"), 0, "page.html:2: warning: A browser cannot"),
        (FORM.format("\n{{ x | }}"), 1, "page.html:2: error: The Liquid cannot be read"),
        ("\udcff", 1, "is not UTF-8 (byte 1)"),
        (None, 1, "cannot be read: No such file"),
    ],
)
def test_template_check(tmp_path: Path, content: str | None, code: int, said: str) -> None:
    """Without this, a template's author would hear of a fault from the first worker."""
    page = tmp_path / "page.html"
    if content is not None:
        page.write_bytes(content.encode(errors="surrogateescape"))
    ended, written = labeljob("template", "check", str(page))
    assert ended == code
    assert said in written


def test_template_check_as_json(tmp_path: Path) -> None:
    """Without this, no pipeline could tell errors from warnings."""
    page = tmp_path / "page.html"
    page.write_text(FORM.format("\n<a-b>\n<c-d>"), encoding="utf-8")
    ended, written = labeljob("template", "check", str(page), "--json")
    told = json.loads(written)
    assert ended == 0
    assert told["ok"]
    assert told["errors"] == []
    assert [each["line"] for each in told["warnings"]] == [2, 3]


def test_practice_workspace_without_its_extra_is_told(tmp_path: Path) -> None:
    """Without this, whoever installed only what production needs would read a traceback, after a
    bot was started already.
    """
    for command in ("demo", "sandbox"):
        ran = python("-S", "-m", "bot", command, cwd=ROOT)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "needs its extra: pip install 'labeljob[sandbox]' (missing: " in ran.stderr
        assert "PIL" in ran.stderr
        assert "Traceback" not in ran.stderr
    nothing = ("--forget", "--folder", str(tmp_path / "none"))
    assert python("-S", "-m", "bot", "sandbox", *nothing, cwd=ROOT).returncode == 0
