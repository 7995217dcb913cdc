"""Drafting: a running model looks at the next pictures, and what it finds is written as a labeled
manifest, whose labels people then correct.

Promises: every step can be repeated. The pictures are listed once, into a file; each chunk of them
becomes two files (with drafts and without) before the row says that it is done, so that after a
kill no picture is missing and none comes twice. What a model cannot look at is counted and listed;
a model that stops before its end leaves what was drafted so far.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import msgspec

from bot.base.blocks import count
from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import Refusal, Refused, Transient
from bot.base.failpoints import failpoint
from bot.base.log import about, redact
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import MissingObject, NotAllowedPlace, Storage, gathered
from bot.manifests.build import lines_for
from bot.manifests.lines import sources
from bot.manifests.picture_head import ENOUGH, read_head
from bot.models import batch_form
from bot.models.actions import DRAFT
from bot.models.batch import DONE, ENDINGS, FAILED, Batch, Progress, bare_line, draft_line, is_fit
from bot.models.batch_records import BatchRecords, Drafted
from bot.models.batch_store import BatchStore
from bot.models.detections import Detection
from bot.models.detector import Detector, LargePicture, NoSuchPicture, NotRunning, OddPicture
from bot.models.model_records import ModelRecords
from bot.models.run_records import Run, RunRecords
from bot.models.run_state import RUNNING
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

_CHUNK = 25  # pictures: what a kill costs at most
_CHUNKS = 4  # of one turn, so that several batches go on side by side
_AT_ONCE = 4  # pictures that a model is shown at once; one unit does some a second
_UNSEEN = (LargePicture, OddPicture, NoSuchPicture, MissingObject, NotAllowedPlace, BadAddress)
_LINES = "application/x-ndjson"

log = logging.getLogger(__name__)


class NoPicturesThere(Refusal):
    """There is no .jpg, .jpeg or .png file."""


class NothingDrafted(Refusal):
    """The model found nothing in any of the pictures."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that was looked at: what was found (None where it could not be looked at), and its
    size in pixels where boxes were found or may be wanted.
    """

    address: str
    found: tuple[Detection, ...] | None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Drafting:
    """Takes batches in, and drafts."""

    records: BatchRecords
    store: BatchStore
    runs: RunRecords
    models: ModelRecords
    detector: Detector
    storage: Storage
    open_places: OpenPlaces
    access: Access
    tries: Tries
    db: Database
    new_id: NewId

    def blank(self, there: Iterable[Run], channel: str, run_id: str = "") -> Batch:
        """What the form begins with: the folder of the model's own evaluation for the drafts."""
        known = list(there)
        chosen = next((each for each in known if each.id == run_id), None)
        if chosen is None and len(known) == 1:
            chosen = known[0]
        folder = ""
        if chosen is not None:
            model = self.models.of_arn(chosen.arn)
            folder = model.training.output_uri if model else ""
        return Batch(
            run_id=chosen.id if chosen else "",
            channel=channel,
            output_uri=folder,
            runs=tuple((each.id, each.called) for each in known),
        )

    def accept(self, batch: Batch, who: Who, team_id: str, request_key: str) -> bool:
        """Take a batch in, once per request; whether it was taken in now.

        Raises:
            Refused: what was asked has faults; each with its field.
            NotRunning: the model runs no more.

        """
        found = batch_form.faults(batch, self.open_places.of(batch.channel))
        if found:
            raise Refused(found)
        run = self.runs.get(batch.run_id)
        if run is None:
            raise NotRunning
        model = self.models.of_arn(run.arn)
        labels = sorted(each.label for each in model.state.labels) if model else []
        return self.store.add(
            Drafted(
                id=self.new_id(),
                team_id=team_id,
                request_key=request_key,
                asked_by=who.user_id,
                asked_by_name=who.name,
                asked_at=self.db.time(),
                model=run.called,
                arn=run.arn,
                labels=tuple(labels),
                batch=batch,
                progress=Progress(),
            )
        )

    def round(self, start: Start = at_once) -> None:
        """Take every batch some chunks further; one that fails does not stop the others."""
        for each in self.records.at_work():
            start(f"drafts:{each.id}", partial(self._take_up, each))

    def _take_up(self, drafted: Drafted) -> None:
        with about(run=drafted.batch.run_id):
            self.tries.take_up(
                f"drafts:{drafted.id}",
                drafted,
                self.records.get,
                self._go_on,
                what=f"drafts of {drafted.model}",
                refused=self._end,
                failed=self._again,
            )

    def _go_on(self, drafted: Drafted, hold: LeaseGuard) -> None:
        """Some chunks further, or the end."""
        allowed = self.open_places.of(drafted.batch.channel)
        storage = self.storage.limited_to(allowed).attended(hold.keep)
        if not drafted.progress.total:
            drafted = self._listed(drafted, storage, hold)
        addresses = self._addresses(drafted, storage)
        for _ in range(_CHUNKS):
            if drafted.progress.done >= drafted.progress.total:
                self._finish(drafted, storage)
                return
            self._check(drafted)
            drafted = self._chunk(drafted, addresses, storage, hold)

    def _check(self, drafted: Drafted) -> None:
        """The model runs still, and who asked may still have it draft.

        Raises: NotRunning, NotAllowed: with words.

        """
        run = self.runs.get(drafted.batch.run_id)
        if run is None or run.stop_wanted or run.state.state != RUNNING:
            raise NotRunning("The model has stopped.")
        who = self.access.who(drafted.team_id, drafted.asked_by, drafted.batch.channel)
        if not who.gone:
            self.access.require(DRAFT.right, who)

    def _listed(self, drafted: Drafted, storage: Storage, hold: LeaseGuard) -> Drafted:
        """The batch with its pictures listed in a file."""
        batch = drafted.batch
        found = list(islice(_pictures(batch, storage), batch.most))
        if not found:
            raise NoPicturesThere(f"There is no .jpg, .jpeg or .png file in {batch.source}.")
        hold.confirm()
        body = "".join(f"{each}\n" for each in found).encode()
        storage.put(drafted.folder.join("pictures.txt"), body, "text/plain; charset=utf-8")
        failpoint("drafts-listed")
        progress = msgspec.structs.replace(drafted.progress, total=len(found))
        return self.store.change(replace(drafted, fails=0), progress)

    def _addresses(self, drafted: Drafted, storage: Storage) -> list[str]:
        """The pictures, as they were listed."""
        body = b"".join(storage.chunks(drafted.folder.join("pictures.txt")))
        return body.decode().split("\n")[:-1]  # other ends of lines can stand in a key

    def _chunk(
        self, drafted: Drafted, addresses: list[str], storage: Storage, hold: LeaseGuard
    ) -> Drafted:
        """The batch one chunk further."""
        before = drafted.progress
        wanted = addresses[before.done : before.done + _CHUNK]
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="drafts") as pool:
            looked = list(pool.map(partial(self._seen, drafted=drafted, storage=storage), wanted))
        boxes = before.boxes or any(
            each.box is not None for one in looked for each in one.found or ()
        )
        drafts, rest = [], []
        for one in looked:
            line = _line(one, drafted, boxes=boxes)
            if line:
                drafts.append(line)
            else:
                rest.append(bare_line(one.address))
        hold.confirm()
        number = before.done // _CHUNK
        storage.put(_part(drafted, number, "drafts"), b"".join(drafts) or b"\n", _LINES)
        failpoint("drafts-half")
        storage.put(_part(drafted, number, "rest"), b"".join(rest) or b"\n", _LINES)
        failpoint("drafts-written")
        refused = sum(one.found is None for one in looked)
        progress = msgspec.structs.replace(
            before,
            done=before.done + len(wanted),
            boxes=boxes,
            drafted=before.drafted + len(drafts),
            refused=before.refused + refused,
            nothing=before.nothing + len(rest) - refused,
        )
        return self.store.change(replace(drafted, fails=0), progress)

    def _seen(self, address: str, drafted: Drafted, storage: Storage) -> Seen:
        """The picture, looked at. One that EXIF turns is left out of boxes: nobody says whether
        they are counted before or after the turn.
        """
        try:
            uri = S3Uri.parse(address)
            if uri not in self.open_places.of(drafted.batch.channel):
                return Seen(address, None)
            found = self.detector.found(drafted.arn, uri, drafted.batch.least)
            if all(each.box is None for each in found) and not drafted.progress.boxes:
                return Seen(address, found)
            head = read_head(storage.beginning(uri, ENOUGH))
        except _UNSEEN as error:
            log.info("%s was not looked at: %s", address, error)
            return Seen(address, None)
        if head.turned or not head.width or not head.height:
            return Seen(address, None)
        return Seen(address, found, (head.width, head.height))

    def _finish(self, drafted: Drafted, storage: Storage, cause: str = "") -> None:
        """One manifest of the drafts, one of the rest; then it is told."""
        progress = drafted.progress
        if not progress.drafted:
            raise NothingDrafted(cause or _why_nothing(progress))
        for name, uri in (("drafts", drafted.drafts), ("rest", drafted.rest)):
            with gathered(_parts(drafted, name, storage)) as body:
                if body.size:
                    storage.put_file(uri, body, _LINES)
        failpoint("drafts-whole")
        ended = msgspec.structs.replace(progress, state=DONE, cause=cause)
        self.store.change(replace(drafted, fails=0), ended)

    def _end(self, drafted: Drafted, refusal: Refusal) -> None:
        """It cannot go on: what was drafted so far is kept, or nothing was."""
        current = self.records.get(drafted.id) or drafted
        cause = redact(refusal.words)
        if current.progress.drafted and not isinstance(refusal, NothingDrafted):
            left = current.progress.total - current.progress.done
            cause = f"{cause} {left:,} pictures were not looked at any more."
            try:
                storage = self.storage.limited_to(self.open_places.of(current.batch.channel))
                self._finish(current, storage, cause)
            except (Refusal, Transient) as worse:
                log.warning("the drafts of %s were not put together: %s", current.id, worse)
                cause = f"{cause} {redact(worse.words)} The parts are in {current.folder}."
            else:
                return
        ended = msgspec.structs.replace(current.progress, state=FAILED, cause=cause)
        self.store.change(current, ended)

    def _again(self, drafted: Drafted, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        current = self.records.get(drafted.id) or drafted
        after = self.tries.paused(current, pause.words)
        if after.set_aside is None:
            self.store.change(after, after.progress)
            return
        self._end(replace(after, set_aside=None), Refusal(pause.words))


def _why_nothing(progress: Progress) -> str | None:
    """Why there is no draft at all, where that is not the model's doing."""
    if progress.refused < progress.total:
        return None
    return (
        f"None of the {count(progress.total, 'picture')} could be looked at: the bot or "
        "Rekognition may not read them there, or they are in another Region."
    )


def _pictures(batch: Batch, storage: Storage) -> Iterator[str]:
    """The pictures of the source, in its order, each once."""
    uri, met = S3Uri.parse(batch.source), set[str]()
    if batch.from_folder:
        found: Iterator[str] = (
            line.decode().rstrip("\n")
            for line in lines_for(
                storage.keys(uri), uri.bucket, ENDINGS, written=lambda each: f"{each}\n".encode()
            )
        )
    else:
        found = (address for _number, address in sources(storage.chunks(uri)))
    for address in found:
        if is_fit(address) and address not in met:
            met.add(address)
            yield address


def _line(one: Seen, drafted: Drafted, *, boxes: bool) -> bytes:
    """The line of a picture that has a draft, or nothing: without boxes it needs a class."""
    if one.found is None or (boxes and one.size is None) or not (boxes or one.found):
        return b""
    return draft_line(
        one.address,
        one.found,
        size=one.size if boxes else None,
        labels=drafted.labels,
        job=f"drafts-{drafted.id}",
        created=datetime.fromtimestamp(drafted.asked_at, UTC).isoformat(timespec="microseconds"),
    )


def _part(drafted: Drafted, number: int, name: str) -> S3Uri:
    return drafted.folder.join(f"parts/{number:05}.{name}")


def _parts(drafted: Drafted, name: str, storage: Storage) -> Iterator[bytes]:
    """All that was written under that name, in order; an empty part is one blank line."""
    for number in range(-(-drafted.progress.done // _CHUNK)):
        for piece in storage.chunks(_part(drafted, number, name)):
            if piece != b"\n":
                yield piece
