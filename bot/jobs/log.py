"""A job's log, as far as its engine keeps one: asked while a person waits."""

from dataclasses import dataclass

from bot.base.errors import Refusal
from bot.base.log import redact
from bot.delivery.message import Message
from bot.engines.protocol import Engine, Known, LogEntry
from bot.jobs.cards import log_card
from bot.jobs.facts import Facts
from bot.jobs.records import Job


class NoLog(Refusal):
    """This job has no log: it was not launched."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Reads the logs of jobs."""

    engine: Engine
    facts: Facts

    def of(self, job: Job, wanted: str = "") -> Message:
        """The newest entries of a job's log that hold every word of `wanted`.

        Raises:
            NoLog: the job was never at its engine, or that keeps none.
            Refusal, Transient: of the engine.

        """
        facts = self.facts.of(job)
        if self.engine.abilities.no_log:
            raise NoLog(f"{facts.engine.place} keeps no log of a job.")
        if not facts.has_log:
            raise NoLog
        log = self.engine.log(Known(job.arn, job.name), wanted.split())
        entries = tuple(LogEntry(one.at, redact(one.words)) for one in log.entries)
        return log_card.log_message(facts, entries, whole=log.whole, wanted=wanted)
