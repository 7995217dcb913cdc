"""The doctor's report: rows as they come, for people or as JSON."""

import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import TextIO

from slack_sdk import WebClient

from bot.base import settings as settings_of
from bot.base.aws import Aws
from bot.base.blocks import count
from bot.base.clock import new_id
from bot.base.db import Database
from bot.base.log import redact
from bot.base.settings import BadSettings, Settings, Wrong
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
    """The settings, and all that can be asked with those of them that are right."""
    try:
        settings, wrong = settings_of.examine(env_file)
    except BadSettings as error:
        yield from _wrong(error.wrong, error.remedy)
        return
    redact.know(settings.secrets)
    yield from _wrong(wrong, settings_of.REMEDY)
    names = {each.name for each in wrong}
    yield from _settings(settings, names)
    around = surroundings(settings, clock)
    try:
        yield from examine(around, ORDER, begins, names)
    finally:
        around.db.close()


def _wrong(wrong: Iterable[Wrong], remedy: str) -> Iterator[Row]:
    for name, words in wrong:
        yield Row(f"settings: {name}", Verdict.FAILS, redact(words), remedy)


def _settings(settings: Settings, wrong: set[str]) -> Iterator[Row]:
    """What is set; a bot without managers works, but nobody can stop another person's job."""
    if not settings.managers and "LABELJOB_MANAGERS" not in wrong:
        remedy = (
            "Name people (U…) or user groups (S…) in LABELJOB_MANAGERS who may stop, take over "
            "and import every job."
        )
        yield Row("settings", Verdict.LOOK, "Nobody is a manager.", remedy)
    elif not wrong:
        yield Row("settings", Verdict.OK, f"{_summary(settings)}.")


_PEOPLE = {"off": "not kept", "grouped": "told for groups", "by-person": "told by person"}


def _summary(settings: Settings) -> str:
    way = f"signed HTTP on {settings.host}:{settings.port}"
    if settings.slack_transport == "socket":
        way = "Socket Mode"
    words = [
        way,
        f"Region {settings.aws_region}",
        count(len(settings.buckets), "bucket"),
        count(len(settings.managers), "manager"),
        f"people's figures {_PEOPLE[settings.people]}",
    ]
    if settings.aws_endpoint_url:
        words.append("another AWS than Amazon's")
    return ", ".join(words)


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
