"""The doctor's report: rows as they come, for people or as JSON."""

import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TextIO

from slack_sdk import WebClient

from bot.base import settings as settings_of
from bot.base.aws import Aws
from bot.base.blocks import count
from bot.base.clock import new_id
from bot.base.db import Database
from bot.base.log import redact
from bot.base.settings import BadSettings, Settings
from bot.runtime.doctor import aws_probes, bucket_probes, database_probes, slack_probes
from bot.runtime.doctor.examination import PROBES, Row, Surroundings, Verdict, examine

_FILES = (slack_probes, aws_probes, bucket_probes, database_probes)
ORDER = tuple(
    each for file in _FILES for each in PROBES.values() if each.ask.__module__ == file.__name__
)
"""Every probe, in the order of the report."""

_WIDTH = 110
_NAME = 34
_COLOURS = {Verdict.OK: "32", Verdict.LOOK: "33", Verdict.FAILS: "31"}
_SLACK_PATIENCE = 10  # seconds


def run(
    env_file: str | None = None, *, as_json: bool = False, clock: Callable[[], float] = time.time
) -> int:
    """Probe everything and print it; the exit code: 0 when nothing fails."""
    page = _Page(sys.stdout)
    rows = []
    for row in _rows(env_file, clock, (lambda _name: None) if as_json else page.begins):
        rows.append(row)
        if not as_json:
            page.show(row)
    well = not any(row.verdict is Verdict.FAILS for row in rows)
    if as_json:
        told = {"ok": well, "rows": [asdict(row) for row in rows]}
        print(json.dumps(told, indent=2, ensure_ascii=False))  # noqa: T201 - this is a command
    else:
        page.end(rows)
    return 0 if well else 1


def _rows(
    env_file: str | None, clock: Callable[[], float], begins: Callable[[str], None]
) -> Iterator[Row]:
    """The settings, and everything else where they can be read."""
    try:
        settings = settings_of.read(env_file)
    except BadSettings as error:
        for name, words in error.wrong:
            yield Row(f"settings: {name}", Verdict.FAILS, redact(words), error.remedy)
        return
    redact.know(settings.secrets)
    yield _settings(settings)
    around = surroundings(settings, clock)
    try:
        yield from examine(around, ORDER, begins)
    finally:
        around.db.close()


def _settings(settings: Settings) -> Row:
    """What is set; a bot without managers works, but nobody can stop another person's job."""
    way = (
        "Socket Mode"
        if settings.slack_transport == "socket"
        else f"signed HTTP on {settings.host}:{settings.port}"
    )
    words = f"{way}, Region {settings.aws_region}, {count(len(settings.buckets), 'bucket')}"
    elsewhere = ", another AWS than Amazon's" if settings.aws_endpoint_url else ""
    if not settings.managers:
        remedy = (
            "Name people (U…) or user groups (S…) in LABELJOB_MANAGERS who may stop, take over "
            "and import every job."
        )
        return Row("settings", Verdict.LOOK, f"{words}{elsewhere}; nobody is a manager.", remedy)
    return Row(
        "settings", Verdict.OK, f"{words}{elsewhere}, {count(len(settings.managers), 'manager')}."
    )


def surroundings(settings: Settings, clock: Callable[[], float] = time.time) -> Surroundings:
    """What the probes look at, by the settings."""
    token = settings.slack_bot_token.get_secret_value()
    slack = WebClient(
        token, base_url=settings.slack_api_url, timeout=_SLACK_PATIENCE, retry_handlers=[]
    )
    db = Database(settings.database_url, busy_wait=2.0)
    return Surroundings(settings, slack, Aws(settings), db, clock, new_id)


class _Page:
    """Rows for people; colour and a line for what is being probed only on a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._clear = "\r\x1b[2K" if self._terminal else ""
        self._colour = self._terminal and not os.environ.get("NO_COLOR")

    def begins(self, name: str) -> None:
        """What is being probed now."""
        if self._terminal:
            self._write(f"{self._clear}…        {name}")

    def show(self, row: Row) -> None:
        """A finished row, with its remedy below."""
        word = f"{row.verdict.value:<8}"
        if self._colour:
            word = f"\x1b[{_COLOURS[row.verdict]}m{word}\x1b[0m"
        lines = [f"{self._clear}{word} {row.name:<{_NAME}} {row.found}"]
        if row.remedy:
            wrapped = textwrap.wrap(
                row.remedy, _WIDTH, break_long_words=False, break_on_hyphens=False
            )
            lines += [
                f"         {'  ' if number else '→ '}{line}" for number, line in enumerate(wrapped)
            ]
        self._write("\n".join(lines) + "\n")

    def end(self, rows: list[Row]) -> None:
        """How many of each."""
        many = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
        words = (
            f"{many[Verdict.OK]} ok, {many[Verdict.LOOK]} to look at, "
            f"{count(many[Verdict.FAILS], 'failure')}."
        )
        self._write(f"{self._clear}\n{words}\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
