"""The dataset story: its parts, joined, and what they do as time passes."""

from dataclasses import dataclass

from bot.base.bucket_rights import BucketRights
from bot.base.pool import Pool
from bot.base.questions import Questions
from bot.base.rounds import Round, simple
from bot.base.storage import Storage
from bot.brought.storing import Storing
from bot.datasets.accept import Accept
from bot.datasets.comparison import Comparison
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.delete import Delete
from bot.datasets.drafts import Drafts
from bot.datasets.gallery.assign import Assign
from bot.datasets.gallery.gallery import Gallery
from bot.datasets.gallery.records import GalleryRecords
from bot.datasets.ledgers import Ledgers
from bot.datasets.let_in import LetIn
from bot.datasets.load import Load
from bot.datasets.looks import Looks
from bot.datasets.records import Records
from bot.datasets.sights import Sights
from bot.datasets.status import Status
from bot.datasets.store import DatasetStore, Noted
from bot.datasets.update_records import UpdateRecords
from bot.datasets.updates import Updates
from bot.datasets.watch import Watch
from bot.ground import Ground

_AT_ONCE = 4  # imports of one worker: a long one leaves room for the others


@dataclass(frozen=True, slots=True)
class DatasetStory:
    """Everything that can be done with datasets."""

    accept: Accept
    drafts: Drafts
    looks: Looks
    load: Load
    watch: Watch
    status: Status
    delete: Delete
    gallery: Gallery
    updates: Updates
    assign: Assign
    ledgers: Ledgers
    let_in: LetIn
    ground: Ground

    def rounds(self) -> list[Round]:
        """What a worker does for datasets."""
        gaps = self.ground.settings
        quick = gaps.quick_gap
        return [
            Round("look at datasets", quick, self.looks.round, Pool("looks", _AT_ONCE)),
            Round("load datasets", quick, self.load.round, Pool("load", _AT_ONCE)),
            Round("watch datasets", gaps.poll_gap, simple(self.watch.round)),
            Round("update datasets", gaps.quick_gap, self.updates.round, Pool("update", _AT_ONCE)),
            Round("delete datasets", gaps.poll_gap, simple(self.delete.round)),
            Round("gallery", quick, self.gallery.round, Pool("gallery", _AT_ONCE)),
        ]


def dataset_story(ground: Ground, noted: Noted) -> DatasetStory:
    """Join the parts of the story; `noted` hears of datasets that are made of jobs."""
    settings = ground.settings
    records = Records(ground.db)
    store = DatasetStore(
        db=ground.db,
        records=records,
        outbox=ground.outbox,
        gap=settings.card_gap,
        noted=noted,
        told=ground.access.told,
    )
    custom_labels = CustomLabels(ground.aws)
    drafts = Drafts(ground.db)
    storage = Storage.for_work(ground.aws, settings.allowed)
    rights = BucketRights(ground.aws, storage)
    sights = Sights(storage, custom_labels, rights, settings.open_places)
    updates = _updates(ground, records, store, custom_labels, storage)
    return DatasetStory(
        accept=_accept(ground, records, store, custom_labels),
        drafts=drafts,
        looks=_looks(ground, drafts, sights),
        load=_load(ground, records, store, sights),
        watch=_watch(ground, records, store, custom_labels, rights),
        status=Status(records=records),
        delete=_delete(ground, records, store, custom_labels),
        gallery=_gallery(ground, records, store, storage, custom_labels),
        updates=updates,
        let_in=LetIn(
            records,
            BucketRights(ground.aws, Storage.for_form(ground.aws, settings.allowed)),
            settings.open_places,
            ground.access,
        ),
        ledgers=Ledgers(
            records=records,
            updates=UpdateRecords(ground.db),
            storage=Storage.for_form(ground.aws, settings.allowed),
            open_places=settings.open_places,
            access=ground.access,
            link_life=settings.link_life,
        ),
        assign=_assign(ground, updates),
        ground=ground,
    )


def _accept(
    ground: Ground, records: Records, store: DatasetStore, custom_labels: CustomLabels
) -> Accept:
    """The part that takes datasets in."""
    settings = ground.settings
    storage = Storage.for_form(ground.aws, settings.allowed)
    rights = BucketRights(ground.aws, storage)
    return Accept(
        records=records,
        store=store,
        open_places=settings.open_places,
        sights=Sights(storage, custom_labels, rights, settings.open_places, hurried=True),
        questions=Questions(settings.form_wait),
        region=settings.aws_region,
        clock=ground.clock,
        new_id=ground.new_id,
    )


def _looks(ground: Ground, drafts: Drafts, sights: Sights) -> Looks:
    """The part that fills reviews."""
    return Looks(
        drafts=drafts,
        windows=ground.windows,
        sights=sights,
        region=ground.settings.aws_region,
        tries=ground.tries,
        clock=ground.clock,
        new_id=ground.new_id,
    )


def _assign(ground: Ground, updates: Updates) -> Assign:
    """The part that changes labels and pictures."""
    settings = ground.settings
    return Assign(
        updates=updates,
        access=ground.access,
        clock=ground.clock,
        open_places=settings.open_places,
        storage=Storage.for_form(ground.aws, settings.allowed),
        questions=Questions(settings.form_wait),
    )


def _load(ground: Ground, records: Records, store: DatasetStore, sights: Sights) -> Load:
    """The part that imports."""
    return Load(
        records=records,
        store=store,
        sights=sights,
        storing=Storing(sights.storage, ground.files),
        access=ground.access,
        tries=ground.tries,
        settings=ground.settings,
        clock=ground.clock,
    )


def _watch(
    ground: Ground,
    records: Records,
    store: DatasetStore,
    custom_labels: CustomLabels,
    rights: BucketRights,
) -> Watch:
    """The part that looks at imports."""
    return Watch(
        records=records,
        store=store,
        custom_labels=custom_labels,
        rights=rights,
        comparison=Comparison(rights.storage, ground.settings.open_places),
        tries=ground.tries,
        clock=ground.clock,
    )


def _delete(
    ground: Ground, records: Records, store: DatasetStore, custom_labels: CustomLabels
) -> Delete:
    """The part that deletes."""
    return Delete(
        records=records,
        store=store,
        custom_labels=custom_labels,
        access=ground.access,
        tries=ground.tries,
    )


def _gallery(
    ground: Ground,
    records: Records,
    store: DatasetStore,
    storage: Storage,
    custom_labels: CustomLabels,
) -> Gallery:
    """The part that shows pictures."""
    return Gallery(
        sheets=GalleryRecords(ground.db),
        records=records,
        store=store,
        custom_labels=custom_labels,
        storage=storage,
        open_places=ground.settings.open_places,
        uploads=ground.uploads,
        outbox=ground.outbox,
        access=ground.access,
        tries=ground.tries,
        db=ground.db,
        new_id=ground.new_id,
    )


def _updates(
    ground: Ground,
    records: Records,
    store: DatasetStore,
    custom_labels: CustomLabels,
    storage: Storage,
) -> Updates:
    """The part that sends more lines."""
    settings = ground.settings
    return Updates(
        db=ground.db,
        records=records,
        updates=UpdateRecords(ground.db),
        store=store,
        custom_labels=custom_labels,
        storing=Storing(storage, ground.files),
        comparison=Comparison(storage, settings.open_places),
        open_places=settings.open_places,
        access=ground.access,
        tries=ground.tries,
        new_id=ground.new_id,
        region=settings.aws_region,
        poll_gap=settings.poll_gap,
    )
