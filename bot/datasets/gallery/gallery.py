"""The gallery: the pictures of a dataset are drawn with their labels by a worker, and given to
whoever asked.

Promises: the press is answered at once; what was asked is written down and done, also after a kill
(then a picture may come twice); the counts come also where nothing can be drawn. Who may no longer
see the dataset gets nothing; pictures come from places that are open to its channel.
"""

from dataclasses import dataclass
from itertools import islice

from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.failpoints import SHEET_GIVEN, failpoint
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.storage import Storage
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.gallery import gallery_card as card
from bot.datasets.gallery import new_labels
from bot.datasets.gallery.entry import LABELS
from bot.datasets.gallery.records import GalleryRecords, Sheet
from bot.datasets.gallery.wish import PAGES_MAX, AskedOf, Wish, fitting
from bot.datasets.lifecycle import GONE, READY, GoneAtAws, LabelCount, found_gone
from bot.datasets.records import Dataset, Records
from bot.datasets.store import DatasetStore, subject
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.uploads import File, NotUploaded, Uploads
from bot.manifests.json_lines import written
from bot.people.access import Access, NotHere
from bot.pictures.drawn import drawn
from bot.pictures.limits import NO_PILLOW, TILES, can_draw
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries
from bot.work.wishes import Wishes

SEE = "see"  # the right to look at a dataset


class NothingToShow(Refusal):
    """This dataset is not ready. Its pictures can be looked at when it is."""


class Changing(Transient):
    """The dataset is changing at AWS, which lists no pictures meanwhile. Ask again in a minute."""


class NoSuchSheet(Refusal):
    """These pictures were shown too long ago. /dataset show shows them again."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Fetches, draws and gives."""

    sheets: GalleryRecords
    records: Records
    store: DatasetStore
    custom_labels: CustomLabels
    storage: Storage
    open_places: OpenPlaces
    uploads: Uploads
    outbox: Outbox
    access: Access
    tries: Tries
    db: Database
    new_id: NewId

    def want(self, dataset: Dataset, user_id: str, wish: Wish) -> Message:
        """Have those pictures shown to a person alone; what they are told meanwhile.

        Raises:
            NothingToShow: it is not ready, or being deleted.

        """
        if dataset.state.state != READY or dataset.state.deletion:
            raise NothingToShow
        self.sheets.want(self.new_id(), dataset.id, user_id, wish)
        return card.on_their_way(dataset.source)

    def sheet(self, sheet_id: str, user_id: str) -> Sheet:
        """A sheet that was shown to this person.

        Raises:
            NoSuchSheet: it is older than a week, or not theirs.

        """
        sheet = self.sheets.get(sheet_id)
        if sheet is None or sheet.user_id != user_id:
            raise NoSuchSheet
        return sheet

    def round(self, start: Start = at_once) -> None:
        """Give everything that is wanted; what takes long does not stop the others."""
        Wishes(
            name="gallery",
            what="showing pictures of a dataset",
            records=self.sheets,
            of=lambda one: {"dataset": one.dataset_id},
            tries=self.tries,
        ).round(self._give, self._tell, start)

    def _give(self, one: Sheet, hold: LeaseGuard) -> None:
        dataset = self.records.get(one.dataset_id)
        if dataset is None or not self._may(dataset, one):
            self._over(one)
            return
        found = self._found(dataset, one.wish, hold)
        note = self._drawn(one, dataset, found, hold)
        message = card.gallery_message(
            dataset.source,
            found,
            AskedOf(dataset.id, one.wish),
            one.id,
            (note, new_labels.words(dataset.state.new_labels)),
        )
        failpoint(SHEET_GIVEN)
        shown = tuple(written(entry.given).decode() for entry in found.shown)
        self._over(one, dataset, message, shown)

    def _may(self, dataset: Dataset, one: Sheet) -> bool:
        """Whether the person may see the dataset still."""
        source = dataset.source
        try:
            who = self.access.at_home(source.team_id, one.user_id, source.channel, "")
        except NotHere:
            return False
        return self.access.may(SEE, who)

    def _found(self, dataset: Dataset, wish: Wish, hold: LeaseGuard) -> card.Found:
        """The wanted page of the dataset, and what AWS counts in it."""
        report = self.custom_labels.report(dataset.arn)
        if report.aws_status == GONE:
            self.store.change(dataset, found_gone(dataset.state))
            raise GoneAtAws
        if report.aws_status.endswith("_IN_PROGRESS"):
            raise Changing
        labels = self.custom_labels.labels(dataset.arn)
        first = (min(wish.page, PAGES_MAX) - 1) * TILES
        last = first + TILES
        if wish.at:
            first, last = wish.at - 1, wish.at
        listed = hold.through(self.custom_labels.entries(dataset.arn, wish.filters))
        page = tuple(islice(listed, first, last + 1))
        many = fitting(wish, report, _with(labels, wish.label))
        return card.Found(report, labels, page[: last - first], many, len(page) > last - first)

    def _drawn(self, one: Sheet, dataset: Dataset, found: card.Found, hold: LeaseGuard) -> str:
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
        source = dataset.source
        storage = self.storage.limited_to(self.open_places.of(source.channel)).attended(hold.keep)
        lines = [entry.line for entry in found.shown]
        # by name, so that a label keeps its colour when counts change
        names = sorted(label.name for label in found.labels)
        body, alt = drawn(lines, LABELS, names, storage, large=bool(one.wish.at))
        title = f"Pictures of {source.called}"[:100]
        file = File(card.sheet_name(source, one.wish), body, title, alt)
        try:
            self.uploads.give(one.user_id, [file], card.sheet_words(source, found, one.wish))
        except NotUploaded as error:
            return error.words
        return ""

    def _tell(self, one: Sheet, why: str) -> None:
        """It cannot be shown: the person is told why."""
        dataset = self.records.get(one.dataset_id)
        if dataset is None:
            self._over(one)
            return
        self._over(one, dataset, card.not_made(dataset.source, why))

    def _over(
        self,
        one: Sheet,
        dataset: Dataset | None = None,
        message: Message | None = None,
        shown: tuple[str, ...] = (),
    ) -> None:
        """It is done; the last words about it, if any, in the same commit."""
        with self.db.write() as session:
            self.sheets.over(session, one, shown)
            if dataset is not None and message is not None:
                self.outbox.say(
                    session,
                    subject(dataset),
                    one.user_id,
                    message,
                    key=f"gallery:{one.id}",
                    in_thread=False,
                    priority=1,
                )


def _with(labels: tuple[LabelCount, ...], wanted: str) -> int | None:
    """How many pictures have that label."""
    return next((one.pictures for one in labels if one.name == wanted), 0)
