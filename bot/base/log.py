"""Logging: one line a fact, and no secret on any path.

Promises to the administrator: every line has its time (UTC), level, logger and, where known, the
request, round, job, dataset or outbox row that it is about; tokens, AWS keys, signatures, presigned
links, response addresses and trigger ids never reach it, whichever library wrote it, tracebacks,
uncaught errors and broken log calls included.
"""

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import TextIO

from bot.base.redaction import Redaction

_about: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed, only replaced
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")

redact = Redaction()
"""Takes the secrets out of a text; `start` tells it the settings' own."""


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Every line that this thread writes inside says what it is about: `about(job=job.id)`. Nests;
    empty is nothing.
    """
    before = _about.get()
    _about.set({**before, **{name: value for name, value in names.items() if value}})
    try:
        yield
    finally:
        _about.set(before)


def subject() -> dict[str, str]:
    """What the lines of this thread are about at this moment."""
    return dict(_about.get())


class _Line(logging.Formatter):
    """A record's parts, each without secrets. What somebody typed cannot begin a line of its
    own.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def message(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(_escaped, redact(record.getMessage()))

    def trace(self, record: logging.LogRecord) -> str:
        parts = []
        if record.exc_info:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return redact("\n".join(parts))

    def about(self) -> dict[str, str]:
        return {name: _CONTROL.sub(_escaped, redact(value)) for name, value in _about.get().items()}


class TextLine(_Line):
    """`2026-11-21T09:00:00.000Z INFO bot.jobs.launch: … [job=…]`, then the traceback where there is
    one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without secrets."""
        about_it = " ".join(f"{name}={value}" for name, value in self.about().items())
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {self.message(record)}"
        trace = self.trace(record)
        return line + (f" [{about_it}]" if about_it else "") + (f"\n{trace}" if trace else "")


class JsonLine(_Line):
    """One JSON object: time, level, logger, message, what it is about, and the traceback where
    there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without secrets."""
        parts = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.message(record),
            **self.about(),
        }
        trace = self.trace(record)
        return json.dumps(parts | ({"exception": trace} if trace else {}), ensure_ascii=False)


class _Handler(logging.StreamHandler[TextIO]):
    """A broken log call is a line too; the standard way prints the record's raw arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say that a line could not be written, without what was in it; where nothing can be, go on
        all the same.
        """
        kind = sys.exc_info()[0]
        why = kind.__name__ if kind else "unknown"
        words = (
            f"A line of {record.name} could not be written ({why}, "
            f"{record.filename}:{record.lineno}).\n"
        )
        with suppress(
            OSError
        ):  # its disk is full, or nobody reads it any more: no reason to leave anybody unanswered
            sys.stderr.write(words)


def start(level: str = "INFO", form: str = "text", *, secrets: Iterable[str] = ()) -> None:
    """Send every logger's lines, warnings and uncaught errors to standard error, without secrets.

    `form` is "text" or "json"; `secrets` are values that must never be seen (the settings' own).
    """
    redact.know(secrets)
    handler = _Handler(sys.stderr)
    handler.setFormatter(JsonLine() if form == "json" else TextLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    # A round that still runs when its time comes again is no news, nor that Bolt has seen the token
    # in the environment.
    for quiet in ("apscheduler", "bot.bolt"):
        logging.getLogger(quiet).setLevel(logging.ERROR)
    for noisy in ("alembic", "botocore", "slack_bolt", "slack_sdk", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _escaped(match: re.Match[str]) -> str:
    """A control character as it is written in source code."""
    return match[0].encode("unicode_escape").decode()


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error that nobody caught ends the process; its traceback goes through the redaction."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("an error that nobody caught", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
        trace = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        logging.getLogger("bot").critical("an error that nobody caught in a thread", exc_info=trace)
