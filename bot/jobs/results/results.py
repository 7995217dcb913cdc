"""Results: what was labeled is counted and drawn by a worker, and given to whoever asked.

Promises: the press is answered at once; what was asked is written down and done, also after a kill
(then a picture may come twice); the counts come also where nothing can be drawn, and words where
nothing can be counted. Who may no longer see the job gets nothing; pictures come from places that
are open to the channel in which the job was seen.
"""

from dataclasses import dataclass, replace
from functools import partial

from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import Storage
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.uploads import File, NotUploaded, Uploads
from bot.jobs.answered.read import Reading
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.cards import results_card
from bot.jobs.cards.agreement_words import NOT_YET, agreement_words
from bot.jobs.facts import Facts
from bot.jobs.job_facts import JobFacts
from bot.jobs.records import Job, Records
from bot.jobs.results.counted import Counted, counted
from bot.jobs.results.drawn import NO_PILLOW, can_draw, drawn
from bot.jobs.results.records import ResultsRecords, Wanted
from bot.jobs.results.wish import AskedOf, Wish
from bot.jobs.store import before, subject
from bot.people.access import Access, NotHere
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

SEE = "see"  # the right to look at a job


class NoResults(Refusal):
    """This job is not over yet. Its results can be looked at when it is."""


class NotOverYet(Transient):
    """The job's end is not told yet."""


class NoLabels(NoResults):
    """This job has no labels to look at."""


@dataclass(frozen=True, slots=True)
class Results:
    """Counts, draws and gives."""

    wanted: ResultsRecords
    records: Records
    answers: AnswerRecords
    facts: Facts
    storage: Storage
    open_places: OpenPlaces
    uploads: Uploads
    outbox: Outbox
    access: Access
    tries: Tries
    db: Database

    def show(self, job: Job, user_id: str, channel: str) -> Message:
        """Have the first results shown to a person, who sees the job in `channel`, or in its thread
        there where the channel wants that; what they are told meanwhile.

        Raises:
            NoResults: there are none (yet).

        """
        if not self._shows(channel):
            return self.want(job, user_id, channel, Wish())
        _check(job)
        self.wanted.want(job.id, "", channel, Wish())
        return results_card.on_their_way(self.facts.of(job), in_thread=True)

    def want(self, job: Job, user_id: str, channel: str, wish: Wish) -> Message:
        """Have those results shown to a person alone, who sees the job in `channel`; what they are
        told meanwhile.

        Raises:
            NoResults: there are none (yet).

        """
        _check(job)
        self.wanted.want(job.id, user_id, channel, wish)
        return results_card.on_their_way(self.facts.of(job))

    def at_end(self, job: Job) -> None:
        """A job ends: its results are shown in the threads of channels that want that. Written
        before the end is, so that a kill between the two costs nothing.
        """
        with self.db.read() as session:
            channels = self.outbox.channels(session, subject(job))
        for channel in channels:
            if self._shows(channel):
                self.wanted.want(job.id, "", channel, Wish())

    def _shows(self, channel: str) -> bool:
        """Whether the channel wants results in its threads, and is no other company's too."""
        known = self.records.presets.defaults(self.access.team_id, channel)
        return known.results_in_thread and self.access.is_ours_alone(channel)

    def round(self, start: Start = at_once) -> None:
        """Give everything that is wanted; what takes long does not stop the others."""
        for one in self.wanted.waiting():
            start(f"results:{one.id}", partial(self._take_up, one))

    def _take_up(self, one: Wanted) -> None:
        with about(job=one.job_id):
            self.tries.take_up(
                f"results:{one.id}",
                one,
                self.wanted.get,
                self._give,
                what="showing results",
                refused=self._refuse,
                failed=self._again,
            )

    def _give(self, one: Wanted, hold: LeaseGuard) -> None:
        job = self.records.get(one.job_id)
        if job is None or not self._may(job, one):
            self._over(one)
            return
        if not job.ended:
            raise NotOverYet
        facts = self.facts.of(job)
        allowed = self.open_places.of(one.channel or job.channel)
        storage = self.storage.limited_to(allowed).attended(hold.keep)
        reading = self.answers.reading(job.id) if facts.workers_per_object > 1 else None
        differing = _differing(reading)
        found = self._counted(job, facts, storage, one.wish, differing)
        note = self._given(one, job, facts, found, storage)
        if one.wish.line and not note:
            self._over(one)
            return
        asked = AskedOf(job.id, one.channel, one.wish)
        notes = (job.state.why_unlabeled, note)
        agreed = self._agreed(facts, reading, one.wish)
        many = len(differing)
        message = results_card.results_message(
            facts, found, asked, notes, agreed=agreed, differing=many
        )
        self._over(one, job, message)

    def _agreed(self, facts: JobFacts, reading: Reading | None, wish: Wish) -> str:
        """How far people agree, beside what is not chosen by something else."""
        if (
            facts.workers_per_object == 1
            or wish.page > 1
            or (wish.filtered and wish.which != "differ")
        ):
            return ""
        return NOT_YET if reading is None else agreement_words(facts, reading)

    def _may(self, job: Job, one: Wanted) -> bool:
        """Whether the person may see the job still, or the channel wants its results."""
        if not one.user_id:
            return self._shows(one.channel)
        home = one.channel or job.channel
        try:
            who = self.access.at_home(job.team_id, one.user_id, home, one.channel)
        except NotHere:
            return False
        return self.access.may(SEE, who)

    def _counted(
        self, job: Job, facts: JobFacts, storage: Storage, wish: Wish, differing: frozenset[int]
    ) -> Counted:
        """What the job's output manifest holds."""
        try:
            manifest = S3Uri.parse(job.state.output_uri or facts.output_uri)
        except BadAddress as error:
            raise NoLabels from error
        found = counted(storage.chunks(manifest), facts.label_attribute, wish, differing)
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
        if not can_draw():
            return NO_PILLOW
        if not self.uploads.may:
            return (
                f"Slack takes no files from Labeljob. An administrator can add {Uploads.scope} to "
                "its scopes."
            )
        body, alt = drawn(found.shown, facts, found, storage, large=bool(one.wish.line))
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
        root = self.outbox.root_ts(before(job) or subject(job), channel)
        if root is None:
            raise NotOverYet
        return root

    def _refuse(self, one: Wanted, refusal: Refusal) -> None:
        """It cannot be shown: the person is told why."""
        self._tell(one, refusal.words)

    def _again(self, one: Wanted, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        after = self.tries.paused(one, pause.words)
        if after.set_aside is None:
            self.wanted.save(replace(after))
        else:
            self._tell(one, pause.words)

    def _tell(self, one: Wanted, why: str) -> None:
        job = self.records.get(one.job_id)
        if job is None:
            self._over(one)
            return
        self._over(one, job, results_card.not_made(self.facts.of(job), redact(why)))

    def _over(self, one: Wanted, job: Job | None = None, message: Message | None = None) -> None:
        """It is done; the last words about it, if any, in the same commit."""
        with self.db.write() as session:
            self.wanted.over(session, one)
            if job is not None and message is not None:
                self.outbox.say(
                    session,
                    subject(job),
                    one.user_id or one.channel,
                    message,
                    key=f"results:{one.id}:{one.asked_at}",
                    in_thread=not one.user_id,
                    priority=1,
                )


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
