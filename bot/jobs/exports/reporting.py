"""What a report says of a job that is over: its counts, its agreement, its ledger, its pictures."""

import base64
import hashlib
import html
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.base.blocks import count, cut
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.cards.agreement_words import agreement_words
from bot.jobs.cards.results_card import marks_of
from bot.jobs.durations import spell_duration
from bot.jobs.exports.report_page import Manifest, Report, croissant
from bot.jobs.facts import Facts, instructions_of
from bot.jobs.job_facts import JobFacts
from bot.jobs.records import Job
from bot.jobs.results.counted import Counted, counted
from bot.jobs.results.wish import Wish
from bot.manifests.formats.format import Findings
from bot.manifests.ledger import State, ledger, said
from bot.pictures.drawn import drawn
from bot.pictures.limits import NO_PILLOW, can_draw

_ALL_UNKNOWN = "Labeljob does not know all objects of this job, so it cannot say which are missing."
_NOT_READ = (
    "The answers of people are not read yet. Make the report again a few minutes after the job "
    "is over."
)
_DESCRIPTION = 1_000


@dataclass(frozen=True, slots=True)
class Reporting:
    """Gathers. `answers` are what people's own answers were read as."""

    facts: Facts
    answers: AnswerRecords

    def report(self, job: Job, results: S3Uri, given: S3Uri | None, storage: Storage) -> Report:
        """The report of a job whose output manifest is `results`; `given` is that of its objects,
        None where nobody knows them all.

        Raises:
            Refusal, Transient: a manifest cannot be read.

        """
        facts, digest = self.facts.of(job), hashlib.sha256()
        found = counted(_hashed(storage.chunks(results), digest), facts.label_attribute, Wish())
        told = instructions_of(job.draft)
        title = facts.title or facts.name
        summary = _summary(job, facts)
        sheet, alt = self._sheet(facts, found, storage)
        source = "source-ref"
        if found.shown and not found.shown[0].address:
            source = "source"
        manifest = Manifest(str(results), digest.hexdigest(), source, facts.label_attribute)
        about = cut(job.draft.description or summary, _DESCRIPTION)
        return Report(
            title=title,
            summary=summary,
            counts=_counts(facts, found),
            nouns=f"{facts.noun}s".capitalize(),
            marks=marks_of(found),
            labels=tuple(
                (label, f"{one.objects:,}", f"{one.times:,}") for label, one in found.ordered
            ),
            agreement=self._agreement(job, facts),
            ledger=_ledger(facts, results, given, storage),
            settings=_settings(job, facts),
            short_html=told.short_html,
            full_html=told.full_html,
            places=_places(job, results),
            sheet=sheet,
            sheet_alt=alt,
            no_sheet="" if can_draw() else NO_PILLOW,
            metadata=croissant(
                title, about, manifest, (job.state.ended_at or job.asked_at).isoformat()
            ),
        )

    def _agreement(self, job: Job, facts: JobFacts) -> tuple[str, ...]:
        if facts.workers_per_object == 1:
            return (f"One person labeled each {facts.noun}, so nobody could disagree.",)
        reading = self.answers.reading(job.id)
        if reading is None:
            return (_NOT_READ,)
        words = agreement_words(facts, reading).replace("*Agreement*: ", "")
        return tuple(html.unescape(line) for line in words.split("\n"))

    @staticmethod
    def _sheet(facts: JobFacts, found: Counted, storage: Storage) -> tuple[str, str]:
        """The first objects as a picture in an address, and in words."""
        if not found.shown or not can_draw():
            return "", ""
        labels = (*facts.labels, *(label for label, _ in found.ordered))
        body, alt = drawn(found.shown, facts.label_attribute, labels, storage, large=False)
        return f"data:image/jpeg;base64,{base64.b64encode(body).decode()}", alt


def _hashed(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _counts(facts: JobFacts, found: Counted) -> str:
    parts = [f"{found.labeled:,} of {count(found.objects, facts.noun)} labeled"]
    if found.empty:
        parts.append(f"{found.empty:,} with nothing marked")
    if found.unreadable:
        parts.append(f"{count(found.unreadable, 'line')} could not be read")
    return f"{', '.join(parts)}."


def _ledger(facts: JobFacts, results: S3Uri, given: S3Uri | None, storage: Storage) -> str:
    if given is None:
        return _ALL_UNKNOWN
    counts: Counter[State] = Counter()
    objects, made = storage.chunks(given), storage.chunks(results)
    for entry in ledger(objects, made, facts.label_attribute, Findings()):
        counts[entry.state] += 1
    return said(counts, facts.noun, facts.engine.place) or f"Every {facts.noun} has a label."


def _summary(job: Job, facts: JobFacts) -> str:
    kind = facts.kind.title if facts.kind else "A labeling job"
    when = _day(job.asked_at)
    if job.state.ended_at and _day(job.state.ended_at) != when:
        when = f"{when} to {_day(job.state.ended_at)}"
    by = f", requested by {job.asked_by_name}" if job.asked_by_name else ""
    return f"{kind} by {facts.team_name or 'a team'}, {when}{by}."


def _settings(job: Job, facts: JobFacts) -> tuple[tuple[str, str], ...]:
    """Name and value of each, in the order of the form."""
    draft = job.draft
    every = (
        ("Job", facts.name),
        ("Kind of work", facts.kind.title if facts.kind else ""),
        ("Description", draft.description),
        ("Labels", ", ".join(facts.labels)),
        ("Label attribute", facts.label_attribute),
        ("Team", facts.team_name),
        (f"People for each {facts.noun}", f"{facts.workers_per_object:,}"),
        ("Time for a task", spell_duration(draft.task_time_limit_s)),
        ("Comes after", facts.chain.name if facts.chain else ""),
        ("Labeled at", facts.engine.place),
    )
    return tuple((name, value) for name, value in every if value)


def _places(job: Job, results: S3Uri) -> tuple[tuple[str, str], ...]:
    every = (
        ("Objects", job.manifest_uri or job.draft.input_uri),
        ("Labels", str(results)),
        ("Everything else", job.draft.output_uri),
    )
    return tuple((name, address) for name, address in every if address)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
