"""Send: what people asked to be sent goes to the job's topic, object by object. Runs in the worker.

The story of one sending: files are put into S3 first; a manifest is made and judged as for a new
job; then its objects go out, a hundred at a time. Each is written down before and after, so that a
try that was killed goes on, and what was sent before is not sent again; what may have been sent is,
for it is labeled once anyway.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import msgspec

from bot.base.aws import AwsRefused
from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.failpoints import AFTER_SEND, failpoint
from bot.base.log import about, redact
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.base.storage import CHUNK, Storage
from bot.brought.storing import Storing
from bot.engines.protocol import IN_PROGRESS, Engine
from bot.jobs.cards import thread_lines
from bot.jobs.data.takes import takes_of
from bot.jobs.draft import Draft, without_source
from bot.jobs.facts import Facts
from bot.jobs.inputs import Inputs, Made
from bot.jobs.records import Job, Records
from bot.jobs.store import JobStore
from bot.jobs.stream.asking import JobOver, NotStreaming
from bot.jobs.stream.feeds import Feeds
from bot.jobs.stream.objects import Sent, object_of
from bot.jobs.stream.records import DONE, REFUSED, Sending, Sendings
from bot.jobs.stream.state import Stream
from bot.jobs.stream.what import as_data
from bot.manifests.json_lines import numbered
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

_AT_ONCE = 100  # objects between two notes of how far it is

log = logging.getLogger(__name__)


class ClosedToBrowsers(Refusal):
    """This bucket sends no CORS header: workers would see broken pictures."""

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"Bucket {bucket} sends no CORS header: workers would see broken pictures. A manager "
            "adds the rule on the review of a form that names the folder, or an administrator in "
            "S3."
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """How what is sent is read: a storage with the worker's patience, the places of each channel,
    the way of files into S3, and what folders have brought by themselves.
    """

    storage: Storage
    open_places: OpenPlaces
    storing: Storing
    feeds: Feeds


class Send:
    """Sends what waits."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        sendings: Sendings,
        store: JobStore,
        facts: Facts,
        engine: Engine,
        reading: Reading,
        tries: Tries,
    ) -> None:
        self._db = db
        self._records = records
        self._sendings = sendings
        self._store = store
        self._facts = facts
        self._engine = engine
        self._reading = reading
        self._tries = tries

    def round(self, start: Start = at_once) -> None:
        """Send what waits for jobs that run (AWS loses what comes while a job gets ready), and say
        of the others that it cannot be sent.
        """
        for sending in self._sendings.waiting():
            job = self._records.get(sending.job_id)
            if job is None or job.ended or job.state.state == IN_PROGRESS:
                start(f"send:{sending.id}", partial(self._take_up, sending))

    def _take_up(self, sending: Sending) -> None:
        with about(job=sending.job_id):
            self._tries.take_up(
                f"send:{sending.job_id}",
                sending,
                self._sendings.get,
                self._send,
                what=f"sending to {sending.job_id}",
                refused=self._refuse,
                failed=self._again,
            )

    def _send(self, sending: Sending, hold: LeaseGuard) -> None:
        job = self._records.get(sending.job_id)
        if job is None or job.ended:
            raise JobOver
        left_out, draft = self._stored(job, sending, hold)
        kind = self._engine.task_types[draft.task_type]
        storage = self._reading.storage.attended(hold.keep)
        folder = S3Uri.parse(draft.output_uri).join(draft.job_name, "labeljob")
        inputs = Inputs(storage, self._reading.open_places.of(job.channel))
        with inputs.made(draft, kind, folder) as made:
            self._check_browsers(draft, storage)
            fed = self._send_all(sending, job, made, _lines(made, draft, storage), hold)
        self._done(sending, job, made.input.objects, fed, (left_out, made.input.notes))

    def _stored(self, job: Job, sending: Sending, hold: LeaseGuard) -> tuple[str, Draft]:
        """What is left out of the files, and the draft whose data lie where it says."""
        draft = as_data(job.draft, sending.what)
        if not draft.brought:
            return "", draft
        left_out = self._reading.storing.put(
            draft.brought,
            S3Uri.parse(draft.input_uri),
            takes_of(self._engine.task_types[draft.task_type]),
            alive=hold.keep,
            told=lambda stored: self._note(sending, stored.of),
        )
        more = without_source(draft.more)
        return left_out, msgspec.structs.replace(draft, brought=(), more=more)

    def _check_browsers(self, draft: Draft, storage: Storage) -> None:
        """Refuse a folder whose pictures no worker would see; where the bot may not look, AWS finds
        out.
        """
        kind, place = self._engine.task_types[draft.task_type], S3Uri.parse(draft.input_uri)
        if not self._engine.abilities.needs_cors or kind.source_key == "source":
            return
        with suppress(AwsRefused):
            if place.is_folder and not storage.browsers_may_read(place.bucket):
                raise ClosedToBrowsers(place.bucket)

    def _send_all(
        self, sending: Sending, job: Job, made: Made, lines: Iterator[bytes], hold: LeaseGuard
    ) -> int:
        """Send them; how many were left out because the job's own folder has brought them."""
        streams, topic = self._engine.streams, job.draft.extras.input_topic
        if streams is None:
            raise NotStreaming
        by_itself = self._brought_by_itself(job, hold)
        left, fed = made.input.objects, 0
        while batch := list(islice(lines, _AT_ONCE)):
            hold.confirm()
            each = [object_of(line) for line in batch]
            objects = {one.id: one for one in each if not by_itself(one)}
            fed += len(batch) - sum(one.id in objects for one in each)
            streams.send(topic, [one.message for one in self._fresh(sending, objects)])
            failpoint(AFTER_SEND)
            left -= len(batch)
            with self._db.write() as session:
                self._sendings.sent(session, job.id, list(objects))
            self._note(sending, left)
        return fed

    def _brought_by_itself(self, job: Job, hold: LeaseGuard) -> Callable[[Sent], bool]:
        """Whether the folder that feeds the job has brought an object: S3's event gives it another
        id than ours, so it would be labeled twice.
        """
        fed, storage = self._reading.feeds.of(job.id), self._reading.storage.attended(hold.keep)
        if fed is None:
            return lambda _one: False

        def brought(one: Sent) -> bool:
            uri = S3Uri.parse(one.id) if one.id.startswith("s3://") else None
            if uri is None or not fed.holds(uri):
                return False
            hold.keep()
            with suppress(Refusal):  # nobody can look: what may not have come is sent
                return fed.brought(storage.head(uri).written_at)
            return False

        return brought

    def _fresh(self, sending: Sending, objects: dict[str, Sent]) -> list[Sent]:
        """Those that nobody has sent, written down as on their way."""
        with self._db.write() as session:
            fresh = self._sendings.note(session, sending.job_id, sending.id, list(objects))
        return [one for one in objects.values() if one.id in fresh]

    def _note(self, sending: Sending, left: int) -> None:
        """How far it is, on the card."""
        with self._db.write() as session:
            sent, _ = self._sendings.counted(session, sending.job_id, sending.id)
            self._store.note_stream(session, sending.job_id, partial(_far, sent=sent, left=left))

    def _done(
        self, sending: Sending, job: Job, objects: int, fed: int, notes: tuple[str, ...]
    ) -> None:
        facts = self._facts.of(job)
        with self._db.write() as session:
            sent, new = self._sendings.counted(session, job.id, sending.id)
            line = thread_lines.sent_line(
                facts, sending.user_name, sent=new, before=objects - fed - new, fed=fed, notes=notes
            )
            self._sendings.save(session, replace(sending, state=DONE))
            self._store.note_stream(session, job.id, partial(_far, sent=sent, left=0))
            self._store.say(session, job, line, key=f"sending:{sending.id}")

    def _refuse(self, sending: Sending, refusal: Refusal) -> None:
        """The end, with words for why not."""
        self._not_sent(replace(sending, state=REFUSED), redact(refusal.words))

    def _again(self, sending: Sending, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        after = self._tries.paused(sending, pause.words)
        log.info("sending to %s failed for now (%s)", sending.job_id, pause.words)
        if after.set_aside:
            self._not_sent(replace(after, state=REFUSED), redact(pause.words))
            return
        with self._db.write() as session:
            self._sendings.save(session, after)

    def _not_sent(self, after: Sending, why: str) -> None:
        job = self._records.get(after.job_id)
        with self._db.write() as session:
            self._sendings.save(session, after)
            if job is None:
                return
            sent, own = self._sendings.counted(session, job.id, after.id)
            line = thread_lines.not_sent_line(self._facts.of(job), after.user_id, why, sent=own)
            self._store.note_stream(session, job.id, partial(_far, sent=sent, left=0))
            self._store.say(session, job, line, key=f"sending:{after.id}")


def _far(stream: Stream, *, sent: int, left: int) -> Stream:
    """How far it is."""
    return msgspec.structs.replace(stream, sent=sent, to_send=left)


def _lines(made: Made, draft: Draft, storage: Storage) -> Iterator[bytes]:
    """The lines of what is sent, which have been judged."""
    chunks = storage.chunks(S3Uri.parse(draft.input_uri))
    if made.body is not None:
        chunks = iter(partial(made.body.file.read, CHUNK), b"")
    return (line for _number, line in numbered(chunks) if line)
