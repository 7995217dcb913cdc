"""Updates: more lines for a dataset that stands, piece after piece (UpdateDatasetEntries). Accepted
within Slack's 3 seconds; sent in the worker, as often as it takes.

Promises: one piece at a time to a dataset, and the next one only when AWS has read the one before;
what is sent is written down, so that a bot that was killed goes on where it was. A piece that may
have been sent is sent again: AWS finds an entry by its picture, so nothing doubles. At the end the
lines sent are compared with what the dataset holds.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import Fault, Refusal, Refused, Transient
from bot.base.failpoints import failpoint
from bot.base.log import about, redact
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.base.storage import Body, Storage, gathered
from bot.brought.brought import Brought, untold
from bot.brought.storing import Storing
from bot.datasets import corrections, entries, update_cards
from bot.datasets.actions import ADD
from bot.datasets.comparison import Comparison, Had
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.examination import Unfit
from bot.datasets.findings import Finding, blocking
from bot.datasets.gallery import names as renaming
from bot.datasets.gallery.new_labels import still
from bot.datasets.lifecycle import (
    DELETED,
    GONE,
    READY,
    DatasetState,
    GoneAtAws,
    Report,
    Updating,
    found_gone,
)
from bot.datasets.pieces import PIECE_MOST, Progress, whole_lines
from bot.datasets.prepared import prepared
from bot.datasets.records import Dataset, Records
from bot.datasets.room import most_pictures, room_finding
from bot.datasets.source import MANIFEST, manifest_fault
from bot.datasets.sources.pictures import TAKES, bare_lines
from bot.datasets.store import DatasetStore
from bot.datasets.update_records import DONE, REFUSED, Update, UpdateRecords
from bot.delivery.message import Message
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

_CHANGING = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}

log = logging.getLogger(__name__)


class NotReady(Refusal):
    """This dataset takes no lines: it is still imported, was never made, or is deleted.
    /dataset status says how it stands.
    """


class DatasetGone(Refusal):
    """The dataset was deleted meanwhile."""


class NoneHasIt(Refusal):
    """No picture of this dataset has such a label any more."""


class PieceFailed(Refusal):
    """AWS did not take these lines."""


@dataclass(frozen=True, slots=True)
class Updates:
    """Takes lines in, and sends them. `poll_gap` is how many seconds lie between two looks at what
    AWS makes of them.
    """

    db: Database
    records: Records
    updates: UpdateRecords
    store: DatasetStore
    custom_labels: CustomLabels
    storing: Storing
    comparison: Comparison
    open_places: OpenPlaces
    access: Access
    tries: Tries
    new_id: NewId
    region: str
    poll_gap: float

    def add(self, dataset: Dataset, manifest_uri: str, who: Who) -> bool:
        """Take the lines of a manifest in for a dataset; False where they wait for it already.

        Raises:
            NotAllowed, NotReady: with words.
            Refused: the address has a fault.

        """
        self.access.require(ADD.right, who, asked_by=dataset.source.asked_by)
        fault = manifest_fault(manifest_uri, self.open_places.of(dataset.source.channel))
        if fault:
            raise Refused([Fault("manifest_uri", fault)])
        return self._take_in(dataset, who, manifest_uri=manifest_uri)

    def change(self, dataset: Dataset, lines: Iterable[bytes], who: Who, about: str) -> bool:
        """Take lines in that are written as Rekognition reads them (few: they are kept in the
        database); False where the same ones wait already. `about` says what they change. Whether
        `who` may is the caller's business.

        Raises:
            NotReady: with words.

        """
        written = "".join(f"{each.decode()}\n" for each in lines)
        return self._take_in(dataset, who, lines=written, about=about)

    def bring(
        self, dataset: Dataset, brought: tuple[Brought, ...], folder: str, who: Who, about: str
    ) -> bool:
        """Take files in: they are stored in that folder, and their pictures sent without labels;
        False where the same ones wait already. Whether `who` may is the caller's business.

        Raises:
            NotReady: with words.

        """
        return self._take_in(dataset, who, place=folder, brought=brought, about=about)

    def rename(self, dataset: Dataset, names: Mapping[str, str], who: Who) -> bool:
        """Have labels get other names; False where the same change waits already. Whether `who`
        may is the caller's business.

        Raises:
            NotReady: with words.

        """
        more = {renaming.RENAMED: renaming.kept(names)}
        return self._take_in(dataset, who, more=more, about=renaming.about_words(names))

    def put_back(self, dataset: Dataset, of: corrections.OfJob, who: Who) -> bool:
        """Take the labels in that a job's people gave; False where they wait already.

        Raises:
            NotAllowed, NotReady, ThereAlready: with words.
            Refused: the manifest's address has a fault.

        """
        self.access.require(ADD.right, who, asked_by=dataset.source.asked_by)
        fault = manifest_fault(of.manifest, self.open_places.of(dataset.source.channel))
        if fault:
            raise Refused([Fault("manifest_uri", fault)])
        _check_ready(dataset)  # of one that is deleted nothing is there any more
        if self.updates.has(dataset.id, of):
            raise corrections.ThereAlready
        about_it = f"labels of job {of.name}"
        return self._take_in(dataset, who, more=corrections.kept(of), about=about_it)

    def round(self, start: Start = at_once) -> None:
        """Take what is due one step further; what takes long does not stop the others."""
        for waiting in self.updates.waiting():
            start(f"update:{waiting.id}", partial(self._take_up, waiting))

    def _take_in(  # noqa: PLR0913 - the ways in which lines come
        self,
        dataset: Dataset,
        who: Who,
        *,
        manifest_uri: str = "",
        lines: str = "",
        place: str = "",
        brought: tuple[Brought, ...] = (),
        more: Mapping[str, str] = {},
        about: str = "",
    ) -> bool:
        _check_ready(dataset)
        source = msgspec.structs.replace(
            dataset.source,
            origin=MANIFEST,
            more=dict(more),
            manifest_uri=manifest_uri,
            place=place,
            brought=brought,
            label_attribute=None,
            pair=False,
            asked_by=who.user_id,
            asked_by_name=who.name,
        )
        update = Update(
            id=self.new_id(),
            dataset_id=dataset.id,
            source=source,
            lines=lines,
            progress=Progress(about=about),
        )
        with self.db.write() as session:
            return self.updates.add(session, update)

    def _take_up(self, waiting: Update) -> None:
        with about(dataset=waiting.dataset_id):
            self.tries.take_up(
                f"update:{waiting.dataset_id}",
                waiting,
                self.updates.get,
                self._step,
                what=f"sending lines to {waiting.source.called}",
                refused=self._refuse,
                failed=self._again,
            )

    def _step(self, update: Update, hold: LeaseGuard) -> None:
        """One step: what is sent is made ready, one piece is sent, or the end is told."""
        dataset = self.records.get(update.dataset_id)
        if dataset is None or dataset.state.deletion == DELETED:
            raise DatasetGone
        if dataset.state.deletion:  # its minute runs: it may be undone
            self._wait(update)
            return
        report = self.custom_labels.report(dataset.arn)
        if report.aws_status == GONE:
            raise GoneAtAws
        if report.aws_status in _CHANGING:
            self._wait(update)
            return
        if not update.progress.size:
            dataset, update = self._made_ready(dataset, update, report, hold)
        progress = _taken(update.progress, report)
        if progress.taken < progress.size:
            self._send(dataset, replace(update, progress=progress), hold)
        else:
            self._end(dataset, replace(update, progress=progress), report, hold)

    def _wait(self, update: Update) -> None:
        """AWS is at it, or somebody may change their mind: look again later."""
        later = replace(update, next_try_at=self.tries.due_in(self.poll_gap))
        with self.db.write() as session:
            self.updates.save(session, later)

    def _made_ready(
        self, dataset: Dataset, update: Update, report: Report, hold: LeaseGuard
    ) -> tuple[Dataset, Update]:
        """The lines examined, converted and written, and how many there are.

        Raises:
            Unfit: Rekognition would not take them.

        """
        there = report.total
        if not report.counted:
            there = sum(1 for _ in hold.through(self.custom_labels.pictures(dataset.arn)))
        if update.source.brought:
            self._check_room(dataset, there, len(update.source.brought))  # at least so many
            update = self._stored(update, hold)
        if update.lines:
            body = update.lines.encode()
            lines = body.count(b"\n")
            known = DatasetState(lines=lines, sent=lines)
            progress = Progress(known=known, size=len(body))
        elif names := renaming.names_of(update.source.more):
            update, progress = self._renamed(dataset, update, names, hold)
        else:
            if of := corrections.job_of(update.source.more):
                update = self._corrected(dataset, update, of, hold)
            allowed = self.open_places.of(update.source.channel)
            storage = self._storage_of(update, hold)
            ready = prepared(update.source, storage, self.region, allowed)
            known = ready.told(DatasetState())
            progress = Progress(known=known, sent_uri=str(ready.place), size=ready.size)
        counted = msgspec.structs.replace(progress, before=there, about=update.progress.about)
        update = replace(update, progress=counted)
        if not update.source.more:  # what gets new names is there
            update = self._with_room(dataset, update, hold)
        failpoint("lines-ready")
        return self._write(dataset, update)

    def _with_room(self, dataset: Dataset, update: Update, hold: LeaseGuard) -> Update:
        """The update, found to fit into the dataset, or with the doubt that it does. Which of its
        pictures are new is asked only where all of them would not fit.

        Raises:
            Unfit: they do not fit.

        """
        progress = update.progress
        if progress.before + progress.known.sent <= most_pictures(dataset.source, self.region):
            return update
        there = entries.Pictures(hold.through(self.custom_labels.pictures(dataset.arn)))
        new = sum(each not in there for each in entries.sources(self._sent(update, hold)))
        doubt = self._check_room(dataset, progress.before, new)
        findings = (*progress.known.findings, *doubt)
        known = msgspec.structs.replace(progress.known, findings=findings)
        return replace(update, progress=msgspec.structs.replace(progress, known=known))

    def _check_room(self, dataset: Dataset, there: int, new: int) -> tuple[Finding, ...]:
        """Refuse pictures for which there is no room; what is to be said of room that there may
        be.
        """
        boxes = any(label.boxes for label in dataset.state.labels)
        found = room_finding(dataset.source, self.region, there=there, new=new, boxes=boxes)
        if found is None:
            return ()
        if blocking([found]):
            raise Unfit([found])
        return (found,)

    def _renamed(
        self, dataset: Dataset, update: Update, names: Mapping[str, str], hold: LeaseGuard
    ) -> tuple[Update, Progress]:
        """The lines with the new names, written beside the manifest that the dataset came with."""
        seen = renaming.Seen()
        listed = hold.through(self.custom_labels.entries(dataset.arn, renaming.filters(names)))
        lines = 0

        def counted() -> Iterator[bytes]:
            nonlocal lines
            for line in renaming.lines_of(listed, names, seen):
                lines += 1
                yield line

        with gathered(counted()) as body:
            if not lines:
                raise NoneHasIt
            place = self._beside(dataset, update, body, hold)
            size = body.size
        after = _of_our_own(update, place, f"{update.progress.about}{seen.words}")
        known = DatasetState(lines=lines, sent=lines)
        return after, Progress(known=known, sent_uri=str(place), size=size)

    def _corrected(
        self, dataset: Dataset, update: Update, of: corrections.OfJob, hold: LeaseGuard
    ) -> Update:
        """The update with a manifest of what a job's people labeled."""
        counted = corrections.Counted()
        given = self._storage_of(update, hold).chunks(S3Uri.parse(of.manifest))
        with gathered(corrections.lines_of(given, of.attribute, counted)) as body:
            if not counted.labeled:
                raise corrections.NothingCorrected
            place = self._beside(dataset, update, body, hold)
        return _of_our_own(update, place, corrections.about_words(of, counted))

    def _beside(self, dataset: Dataset, update: Update, body: Body, hold: LeaseGuard) -> S3Uri:
        """Write a manifest of our own beside the one that the dataset came with; its address."""
        sent = S3Uri.parse(dataset.sent_uri)
        place = S3Uri(sent.bucket, sent.key.rpartition("/")[0]).join(f"{body.sha256}.manifest")
        self._storage_of(update, hold).put_once(place, body, "application/x-ndjson")
        return place

    def _stored(self, update: Update, hold: LeaseGuard) -> Update:
        """The update with a line for each of its pictures, which lie in S3 by now."""
        source, folder = update.source, S3Uri.parse(update.source.place)
        left = self.storing.put(source.brought, folder, TAKES, alive=hold.keep, told=untold)
        lines = b"".join(bare_lines(folder, self._storage_of(update, hold))).decode()
        if not left:
            return replace(update, lines=lines)
        about = f"{update.progress.about} ({left.rstrip('.')})"
        progress = msgspec.structs.replace(update.progress, about=about)
        return replace(update, lines=lines, progress=progress)

    def _send(self, dataset: Dataset, update: Update, hold: LeaseGuard) -> None:
        """The next piece."""
        progress = update.progress
        piece = whole_lines(self._piece(update, progress.taken, hold))
        hold.confirm()
        if not self.custom_labels.update(dataset.arn, piece):
            self._wait(update)
            return
        to = progress.taken + len(piece)
        lines = piece.count(b"\n")
        sent = progress.taken_lines + lines
        after = replace(
            update,
            progress=msgspec.structs.replace(progress, to=to, taken_lines=sent, piece_lines=lines),
            next_try_at=self.tries.due_in(self.poll_gap),
        )
        self._write(dataset, after)

    def _piece(self, update: Update, begin: int, hold: LeaseGuard) -> bytes:
        """Bytes of what is sent, from `begin` on, as many as one call takes."""
        if update.lines:
            return update.lines.encode()[begin : begin + PIECE_MOST]
        place = S3Uri.parse(update.progress.sent_uri)
        return self._storage_of(update, hold).part(place, begin, PIECE_MOST)

    def _write(self, dataset: Dataset, update: Update) -> tuple[Dataset, Update]:
        """Write down how far it is, and show it on the dataset's card."""
        progress = update.progress
        shown = Updating(progress.known.sent, progress.taken_lines)
        saved: list[Update] = []
        changed = self.store.change(
            dataset,
            msgspec.structs.replace(dataset.state, updating=shown),
            also=lambda session: saved.append(self.updates.save(session, replace(update, fails=0))),
        )
        return changed, saved[0]

    def _end(self, dataset: Dataset, update: Update, report: Report, hold: LeaseGuard) -> None:
        """AWS has read all of it: what arrived is compared with what was sent, and told."""
        compared = self._compared(dataset, update, hold)
        labels = self.custom_labels.labels(dataset.arn)
        new = max(0, report.total - update.progress.before)
        missing = compared.sent - compared.arrived
        state = msgspec.structs.replace(
            dataset.state,
            lines=dataset.state.lines + new + missing,
            sent=dataset.state.sent + new + missing,
            arrived=report.total,
            labeled=report.labeled,
            errors=report.errors,
            labels=labels,
            new_labels=still(dataset.state.new_labels, [one.name for one in labels]),
            updating=None,
        )
        progress = msgspec.structs.replace(update.progress, known=compared)
        after = replace(update, progress=progress, state=DONE, lines="")
        line = update_cards.done_line(
            self.store.heard(update.source),
            compared,
            new,
            update.id,
            about=progress.about,
            strange=_strange(dataset, update, [one.name for one in labels]),
        )
        self._tell(dataset, state, after, line)

    def _compared(self, dataset: Dataset, update: Update, hold: LeaseGuard) -> DatasetState:
        """What is known of the lines, with those that did not arrive and those with errors."""
        arn = dataset.arn
        arrived = entries.Pictures(hold.through(self.custom_labels.pictures(arn)))
        listed = {
            one.source_ref: one.codes for one in hold.through(self.custom_labels.bad_entries(arn))
        }
        sent = entries.sources(self._sent(update, hold))
        missing, bad = entries.compared(sent, arrived, listed)
        known = msgspec.structs.replace(
            update.progress.known,
            state=READY,
            arrived=update.progress.known.sent - missing,
            errors=len(bad),
        )
        had = Had(arrived, missing, bad)
        given = self._given(update, hold)
        return self.comparison.compared(update.source, known, given, had, hold)

    def _sent(self, update: Update, hold: LeaseGuard) -> Iterable[bytes]:
        if update.lines:
            return (update.lines.encode(),)
        return self._storage_of(update, hold).chunks(S3Uri.parse(update.progress.sent_uri))

    def _given(self, update: Update, hold: LeaseGuard) -> Iterable[bytes]:
        """The lines as they were given."""
        if update.lines:
            return (update.lines.encode(),)
        return self._storage_of(update, hold).chunks(update.source.manifest)

    def _storage_of(self, update: Update, hold: LeaseGuard) -> Storage:
        allowed = self.open_places.of(update.source.channel)
        return self.storing.storage.attended(hold.keep).limited_to(allowed)

    def _refuse(self, update: Update, refusal: Refusal) -> None:
        """The end, with words for why not."""
        found = getattr(refusal, "findings", ())
        known = msgspec.structs.replace(update.progress.known, findings=found)
        after = replace(
            update,
            state=REFUSED,
            lines="",
            progress=msgspec.structs.replace(update.progress, known=known),
        )
        self._give_up(after, redact(refusal.words), gone=isinstance(refusal, GoneAtAws))

    def _again(self, update: Update, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        log.info("lines for %s were not sent for now (%s)", update.source.called, pause.words)
        now = self.updates.get(update.id) or update  # this try may have got it further
        after = self.tries.paused(now, pause.words)
        if after.set_aside:
            self._give_up(after, redact(pause.words))
            return
        with self.db.write() as session:
            self.updates.save(session, after)

    def _give_up(self, after: Update, why: str, *, gone: bool = False) -> None:
        dataset = self.records.get(after.dataset_id)
        if dataset is None:
            with self.db.write() as session:
                self.updates.save(session, after)
            return
        line = update_cards.not_done_line(self.store.heard(after.source), after.progress, why)
        state = msgspec.structs.replace(dataset.state, updating=None)
        if gone:
            state = found_gone(dataset.state)
        self._tell(dataset, state, after, line)

    def _tell(self, dataset: Dataset, state: DatasetState, after: Update, line: Message) -> None:
        self.store.change(
            dataset,
            state,
            line=line,
            also=lambda session: self.updates.save(session, after),
        )


def _strange(dataset: Dataset, update: Update, labels: Sequence[str]) -> list[str]:
    """The labels that lines brought and the dataset did not have; none where it had none at all, or
    where people named the labels themselves.
    """
    had = {one.name for one in dataset.state.labels}
    if not had or update.lines or renaming.names_of(update.source.more):
        return []
    return [one for one in labels if one not in had]


def _of_our_own(update: Update, manifest: S3Uri, words: str) -> Update:
    """The update whose manifest the bot wrote, with words about what it changes."""
    source = msgspec.structs.replace(update.source, manifest_uri=str(manifest))
    progress = msgspec.structs.replace(update.progress, about=words)
    return replace(update, source=source, progress=progress)


def _taken(progress: Progress, report: Report) -> Progress:
    """How far it is once AWS is not at it any more.

    Raises:
        PieceFailed: AWS gave the piece up that it was at.

    """
    if progress.to <= progress.taken:
        return progress
    if report.aws_status == "UPDATE_FAILED":
        raise PieceFailed(update_cards.failed_piece(progress, report.message))
    return msgspec.structs.replace(progress, taken=progress.to)


def _check_ready(dataset: Dataset) -> None:
    """Refuse a dataset that takes no lines now."""
    if dataset.state.state != READY or dataset.state.deletion or not dataset.arn:
        raise NotReady
