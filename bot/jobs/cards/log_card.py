"""A job's log, for one person (pure)."""

from collections.abc import Sequence

from bot.base.blocks import context, cut, fit, moment, section, typed
from bot.delivery.message import Message
from bot.engines.protocol import LogEntry
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import remedy

_WORDS = 400  # characters of an entry that are shown


def log_message(
    job: JobFacts, entries: Sequence[LogEntry], *, whole: bool, wanted: str = ""
) -> Message:
    """The entries, newest first; `whole` says that no older ones were left unread, `wanted` for
    which words somebody asked.
    """
    about = f" for “{typed(wanted, 100)}”" if wanted else ""
    if not entries:
        return _nothing(job, about, whole=whole)
    lead = f"*Log of {job.called}*{about}, newest first"
    rows = [_line(one) for one in entries]
    head, helps = section(lead), _helps(entries)
    tail = [context(helps)] if helps else []
    older = context(f"{job.engine.place} has older entries.")
    shown, left_out = fit([[section(row)] for row in rows], taken=[head, *tail, older])
    if left_out or not whole:
        tail.append(older)
    text = "\n".join([lead, *rows, helps])
    return Message(cut(text.rstrip(), 3500), [head, *shown, *tail])


def _nothing(job: JobFacts, about: str, *, whole: bool) -> Message:
    words = f"The log of {job.called} has nothing{about} yet."
    if about:
        words = f"The log of {job.called} has nothing{about}."
    if not whole:
        words = f"The newest part of the log of {job.called} has nothing{about}; it is long."
    return Message(words, [section(words)])


def _line(entry: LogEntry) -> str:
    return f"{moment(entry.at)} {typed(entry.words, _WORDS)}"


def _helps(entries: Sequence[LogEntry]) -> str:
    """What to do about the newest entry that tells of a failure; "" where none does."""
    failures = (one.words for one in entries if "fail" in one.words.lower())
    return next(filter(None, map(remedy, failures)), "")
