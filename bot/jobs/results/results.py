"""Results: what was labeled is counted and drawn by a worker, and given to whoever asked.

Promises: the press is answered at once; what was asked is written down and done, also after a kill
(then a picture may come twice); the counts come also where nothing can be drawn, and words where
nothing can be counted. Who may no longer see the job gets nothing; pictures come from places that
are open to the channel in which the job was seen.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session

from bot.answers.numbers import unpacked
from bot.base.errors import Refusal, Transient
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import Storage
from bot.delivery.message import Message
from bot.delivery.outbox import Subject
from bot.delivery.uploads import File, NotUploaded, Uploads
from bot.jobs.answered.people import People
from bot.jobs.answered.read import Reading
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.cards import results_card
from bot.jobs.cards.agreement_words import NOT_YET, PRESS_AGAIN, agreement_words
from bot.jobs.cards.people_words import called
from bot.jobs.facts import Facts
from bot.jobs.giving import Giving
from bot.jobs.job_facts import JobFacts
from bot.jobs.records import Job
from bot.jobs.results.counted import Counted, counted
from bot.jobs.results.records import ResultsRecords, Wanted
from bot.jobs.results.wish import AskedOf, Wish
from bot.jobs.store import before, subject
from bot.pictures.drawn import drawn
from bot.pictures.limits import NO_PILLOW, can_draw
from bot.work.leases import LeaseGuard


class NoResults(Refusal):
    """This job is not over yet. Its results can be looked at when it is."""


class NotOverYet(Transient):
    """The job's end is not told yet."""


class NoLabels(NoResults):
    """This job has no labels to look at."""


class NobodySuch(NoResults):
    """What this person answered is not known."""


class _Chosen(NamedTuple):
    """The lines of the results that people's answers choose; whose answers, and what is missing of
    them, in words.
    """

    lines: frozenset[int]
    person: str = ""
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """Counts, draws and gives."""

    giving: Giving[Wanted]
    wanted: ResultsRecords
    answers: AnswerRecords
    people: People
    facts: Facts
    storage: Storage
    open_places: OpenPlaces
    uploads: Uploads

    def show(self, job: Job, user_id: str, channel: str) -> Message:
        """Have the first results shown to a person, who sees the job in `channel`, or in its thread
        there where the channel wants that; what they are told meanwhile.

        Raises:
            NoResults: there are none (yet).

        """
        if not self.shows(channel):
            return self.want(job, user_id, channel, Wish())
        _check(job)
        self.wanted.want(job.id, "", channel, Wish())
        return results_card.on_their_way(self.facts.of(job), in_thread=True)

    def want(self, job: Job, user_id: str, channel: str, wish: Wish) -> Message:
        """Have those results shown to a person alone, who sees the job in `channel`; what they are
        told meanwhile.

        Raises:
            NoResults: there are none (yet).
            NotByPerson, NotAllowed: they may not choose by who labeled.

        """
        _check(job)
        if wish.worker:
            self.people.answered_by(job, wish.worker, user_id, channel)
        self.wanted.want(job.id, user_id, channel, wish)
        return results_card.on_their_way(self.facts.of(job))

    def at_end(self, job: Job) -> None:
        """A job ends: its results are shown in the threads of channels that want that. Written
        before the end is, so that a kill between the two costs nothing.
        """
        with self.giving.db.read() as session:
            channels = self.giving.outbox.channels(session, subject(job))
        for channel in channels:
            if self.shows(channel):
                self.wanted.want(job.id, "", channel, Wish())

    def shows(self, channel: str) -> bool:
        """Whether the channel wants results in its threads, and is no other company's too."""
        known = self.giving.records.presets.defaults(self.giving.access.team_id, channel)
        return known.results_in_thread and self.giving.access.is_ours_alone(channel)

    def round(self, start: Start = at_once) -> None:
        """Give everything that is wanted; what takes long does not stop the others."""
        self.giving.round(self._give, start)

    def _give(self, one: Wanted, hold: LeaseGuard) -> None:
        job = self.giving.records.get(one.job_id)
        if job is None or not self._may(job, one):
            self.giving.over(one)
            return
        again = one.wish.only_counts
        if not job.ended or (again and self.wanted.waits(job.id, one.user_id or one.channel)):
            raise NotOverYet
        facts = self.facts.of(job)
        allowed = self.open_places.of(one.channel or job.channel)
        storage = self.storage.limited_to(allowed).attended(hold.keep)
        reading = self.answers.reading(job.id) if facts.workers_per_object > 1 else None
        chosen = self._chosen(job, one, reading)
        found = self._counted(job, facts, storage, one.wish, chosen.lines)
        found.person = chosen.person
        note = _not_drawn(self.uploads)
        if not again and not note:
            note = self._given(one, job, facts, found, storage)
        if one.wish.line and not note:
            self.giving.over(one)
            return
        remarks = results_card.Remarks(
            notes=(job.state.why_unlabeled, chosen.partial, note),
            agreed=self._agreed(facts, reading, one.wish),
            differing=len(_differing(reading)),
        )
        asked = AskedOf(job.id, one.channel, one.wish)
        message = results_card.results_message(facts, found, asked, remarks)
        if not one.user_id:
            self._put_in_thread(one, job, message)
        elif again or remarks.agreed == NOT_YET:
            self._tell_alone(one, job, message)
        else:
            self.giving.over(one, job, message)

    def agreement_known(self, session: Session, job: Job) -> None:
        """How far people agree was read: counts that stand without it, in threads and in direct
        messages, are told anew. Written in the commit of the reading.
        """
        if job.draft.workers_per_object > 1:
            channels = self.giving.outbox.channels(session, _below_card(job))
            self.wanted.want_counts(session, job.id, channels)

    def _put_in_thread(self, one: Wanted, job: Job, message: Message) -> None:
        """The counts stand in the thread until somebody asks once more."""
        self._root(job, one.channel)
        about, outbox = _below_card(job), self.giving.outbox
        with self.giving.db.write() as session:
            self.wanted.over(session, one)
            if one.wish.only_counts and one.channel not in outbox.channels(session, about):
                return
            if not one.wish.only_counts:
                outbox.renew(session, about, one.channel)
            card = before(job) or subject(job)
            outbox.show(session, about, one.channel, message, below=card)

    def _tell_alone(self, one: Wanted, job: Job, message: Message) -> None:
        """The counts that are told to a person stand there until they ask once more, and are told
        anew once it is known how far people agree.
        """
        about, outbox = Subject(job.team_id, "results alone", job.id), self.giving.outbox
        with self.giving.db.write() as session:
            self.wanted.over(session, one)
            if one.wish.only_counts:
                if one.user_id not in outbox.channels(session, about):
                    return
            else:
                outbox.renew(session, about, one.user_id)
                self.wanted.agreement_waits(session, one)
            outbox.show(session, about, one.user_id, message)

    def _chosen(self, job: Job, one: Wanted, reading: Reading | None) -> _Chosen:
        """What people's answers choose of the objects."""
        lines = _differing(reading)
        if not one.wish.worker:
            return _Chosen(lines)
        labeler = self.people.answered_by(job, one.wish.worker, one.user_id, one.channel)
        if labeler is None:
            raise NobodySuch
        answered = frozenset(number + 1 for number in unpacked(labeler.work.answered))
        if one.wish.which == "differ":
            answered &= lines
        read = self.answers.reading(job.id)
        return _Chosen(answered, called(labeler), read.partial if read else "")

    def _agreed(self, facts: JobFacts, reading: Reading | None, wish: Wish) -> str:
        """How far people agree, beside what is not chosen by something else."""
        if (
            facts.workers_per_object == 1
            or wish.page > 1
            or (wish.filtered and wish != Wish(which="differ"))
        ):
            return ""
        if reading is None:
            return PRESS_AGAIN if wish.filtered or wish.line else NOT_YET
        return agreement_words(facts, reading)

    def _may(self, job: Job, one: Wanted) -> bool:
        """Whether the person may see the job still, or the channel wants its results."""
        if not one.user_id:
            return self.shows(one.channel)
        return self.giving.may(job, one)

    def _counted(
        self, job: Job, facts: JobFacts, storage: Storage, wish: Wish, among: frozenset[int]
    ) -> Counted:
        """What the job's output manifest holds."""
        try:
            manifest = S3Uri.parse(job.state.output_uri or facts.output_uri)
        except BadAddress as error:
            raise NoLabels from error
        found = counted(storage.chunks(manifest), facts.label_attribute, wish, among)
        if wish.line and not found.shown:
            raise NoLabels(f"The results have no line {wish.line:,}.")
        return found

    def _given(
        self, one: Wanted, job: Job, facts: JobFacts, found: Counted, storage: Storage
    ) -> str:
        """Draw what is shown and give it to the person; why not, "" where that was done, or there
        is nothing to draw.
        """
        if not found.shown:
            return ""
        labels = (*facts.labels, *(label for label, _ in found.ordered))
        large = bool(one.wish.line)
        body, alt = drawn(found.shown, facts.label_attribute, labels, storage, large=large)
        name = results_card.sheet_name(facts, one.wish)
        file = File(name, body, f"Results of {facts.title or facts.name}"[:100], alt)
        words = results_card.sheet_words(facts, found, one.wish)
        try:
            if one.user_id:
                self.uploads.give(one.user_id, [file], words)
            else:
                self.uploads.post(one.channel, self._root(job, one.channel), file, words)
        except NotUploaded as error:
            return error.words
        return ""

    def _root(self, job: Job, channel: str) -> str:
        """The message in whose thread the job is told of."""
        root = self.giving.outbox.root_ts(before(job) or subject(job), channel)
        if root is None:
            raise NotOverYet
        return root


def _below_card(job: Job) -> Subject:
    """Whom the counts in a thread speak about."""
    return Subject(job.team_id, "results", job.id)


def _not_drawn(uploads: Uploads) -> str:
    """Why nothing is drawn here; "" where it is."""
    if not can_draw():
        return NO_PILLOW
    if not uploads.may:
        return (
            f"Slack takes no files from Labeljob. An administrator can add {Uploads.scope} to its "
            "scopes."
        )
    return ""


def _check(job: Job) -> None:
    """Refuse a job without results."""
    if not job.ended:
        raise NoResults
    if not job.state.labeled:
        raise NoLabels


def _differing(reading: Reading | None) -> frozenset[int]:
    """The lines of the results about whose objects people differ most."""
    if reading is None:
        return frozenset()
    return frozenset(one.number + 1 for one in reading.agreement.differing)
