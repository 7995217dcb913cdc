"""The story of models: its parts, joined, and what they do as time passes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.base.bucket_rights import BucketRights
from bot.base.pool import Pool
from bot.base.questions import Questions
from bot.base.rounds import Round, simple
from bot.base.storage import Storage
from bot.delivery.dead_letters import Asker
from bot.ground import Ground
from bot.models.accept_run import AcceptRun
from bot.models.accept_training import AcceptTraining
from bot.models.batch_records import BatchRecords
from bot.models.batch_store import BatchStore
from bot.models.custom_labels import Models
from bot.models.delete import Delete
from bot.models.delete_project import DeleteProject, PartsGone
from bot.models.detector import Detector
from bot.models.drafting import Drafting
from bot.models.elsewhere import Elsewhere
from bot.models.going_records import GoingRecords
from bot.models.let_in import LetIn
from bot.models.mistake_records import MistakeRecords
from bot.models.model_records import ModelRecords
from bot.models.model_store import ModelStore
from bot.models.projects import Projects
from bot.models.run_records import RunRecords
from bot.models.run_store import RunStore
from bot.models.runs import Runs
from bot.models.score_picture import ScorePicture
from bot.models.share import Share
from bot.models.show_mistakes import ShowMistakes
from bot.models.status import Status
from bot.models.train import Train
from bot.models.trial_records import TrialRecords
from bot.models.try_out import Trials

_AT_ONCE = 8  # looks of one worker: one that hangs must not keep another's end waiting
_DRAWN_AT_ONCE = 2  # pictures: each may take 150 MB for a moment


@dataclass(frozen=True, slots=True)
class ModelStory:
    """Everything that can be done with models."""

    accept_training: AcceptTraining
    train: Train
    accept_run: AcceptRun
    runs: Runs
    trials: Trials
    drafting: Drafting
    delete: Delete
    delete_project: DeleteProject
    share: Share
    let_in: LetIn
    elsewhere: Elsewhere
    status: Status
    mistakes: ShowMistakes
    ground: Ground

    def rounds(self) -> list[Round]:
        """What a worker does for models."""
        gaps, runs = self.ground.settings, Pool("run", _AT_ONCE)
        return [
            Round("run models", gaps.quick_gap, self.runs.urgent, runs),
            Round("watch runs", gaps.poll_gap, self.runs.round, runs),
            Round("try models", gaps.quick_gap, self.trials.round, Pool("try", _DRAWN_AT_ONCE)),
            Round(
                "mistakes", gaps.quick_gap, self.mistakes.round, Pool("mistakes", _DRAWN_AT_ONCE)
            ),
            Round(
                "draft labels", gaps.quick_gap, self.drafting.round, Pool("drafts", _DRAWN_AT_ONCE)
            ),
            Round("train models", gaps.quick_gap, self.train.round, Pool("train", _AT_ONCE)),
            Round("watch models", gaps.poll_gap, simple(self.train.watch)),
            Round("delete models", gaps.poll_gap, simple(self.delete.round)),
            Round("delete projects", gaps.quick_gap, simple(self.delete_project.round)),
            Round("models elsewhere", gaps.poll_gap, simple(self.elsewhere.round)),
        ]

    def askers(self) -> Mapping[str, Asker]:
        """Who hears of what cannot be said in its channel, by kind."""
        return {
            "model": self.status.model_asker,
            "run": self.status.run_asker,
            "drafts": self.status.batch_asker,
            "project": self.delete_project.asker,
        }


def model_story(
    ground: Ground, sets_gone: PartsGone, shown_in: Callable[[str], bool]
) -> ModelStory:
    """Join the parts of the story; `sets_gone` hears of datasets that went with their project,
    `shown_in` says whether a channel wants results in its threads.
    """
    models, records = Models(ground.aws), ModelRecords(ground.db)
    runs, price = RunRecords(ground.db), ground.settings.unit_price
    mistakes = _mistakes(ground, models, records, shown_in)
    accept_training, train, delete = _training(ground, models, records, runs, mistakes)
    accept_run, started = _running(ground, models, records, runs)
    return ModelStory(
        accept_training=accept_training,
        train=train,
        accept_run=accept_run,
        runs=started,
        trials=_trials(ground, runs),
        drafting=_drafting(ground, records, runs),
        delete=delete,
        delete_project=_deleting(ground, models, (delete.with_project, sets_gone)),
        let_in=LetIn(
            records,
            BucketRights(ground.aws, Storage.for_form(ground.aws, ground.settings.allowed)),
            ground.settings.open_places,
            ground.access,
        ),
        share=Share(models, ground.access, ground.settings.aws_region),
        elsewhere=Elsewhere(
            db=ground.db,
            records=runs,
            models=models,
            outbox=ground.outbox,
            access=ground.access,
            tries=ground.tries,
            price=price,
        ),
        status=Status(
            db=ground.db,
            models=records,
            runs=runs,
            batches=BatchRecords(ground.db),
            price=price,
        ),
        mistakes=mistakes,
        ground=ground,
    )


def _running(
    ground: Ground, models: Models, records: ModelRecords, runs: RunRecords
) -> tuple[AcceptRun, Runs]:
    """The parts that start, watch and stop."""
    price = ground.settings.unit_price
    store = RunStore(
        db=ground.db,
        records=runs,
        outbox=ground.outbox,
        gap=ground.settings.card_gap,
        price=price,
        told=ground.access.told,
    )
    accept = AcceptRun(
        db=ground.db,
        models=records,
        records=runs,
        store=store,
        limit_of=ground.settings.longest_run,
        price=price,
        clock=ground.clock,
        new_id=ground.new_id,
    )
    started = Runs(
        db=ground.db,
        records=runs,
        store=store,
        models=models,
        access=ground.access,
        tries=ground.tries,
    )
    return accept, started


def _trials(ground: Ground, runs: RunRecords) -> Trials:
    """The part that shows pictures to running models."""
    settings = ground.settings
    return Trials(
        records=TrialRecords(ground.db),
        runs=runs,
        detector=Detector(ground.aws),
        storage=Storage.for_work(ground.aws, settings.allowed),
        files=ground.files,
        open_places=settings.open_places,
        uploads=ground.uploads,
        outbox=ground.outbox,
        access=ground.access,
        tries=ground.tries,
        db=ground.db,
    )


def _deleting(ground: Ground, models: Models, gone: Sequence[PartsGone]) -> DeleteProject:
    """The part that deletes whole projects."""
    return DeleteProject(
        db=ground.db,
        records=GoingRecords(ground.db),
        projects=Projects(ground.aws, models),
        gone=gone,
        outbox=ground.outbox,
        access=ground.access,
        tries=ground.tries,
    )


def _drafting(ground: Ground, records: ModelRecords, runs: RunRecords) -> Drafting:
    """The part that has the next pictures labeled as drafts."""
    settings, batches = ground.settings, BatchRecords(ground.db)
    return Drafting(
        records=batches,
        store=BatchStore(
            db=ground.db,
            records=batches,
            outbox=ground.outbox,
            gap=settings.card_gap,
            told=ground.access.told,
        ),
        runs=runs,
        models=records,
        detector=Detector(ground.aws),
        storage=Storage.for_work(ground.aws, settings.allowed),
        open_places=settings.open_places,
        access=ground.access,
        tries=ground.tries,
        db=ground.db,
        new_id=ground.new_id,
    )


def _mistakes(
    ground: Ground, models: Models, records: ModelRecords, shown_in: Callable[[str], bool]
) -> ShowMistakes:
    """The part that shows what models take for what."""
    settings = ground.settings
    return ShowMistakes(
        wanted=MistakeRecords(ground.db),
        records=records,
        models=models,
        storage=Storage.for_work(ground.aws, settings.allowed),
        open_places=settings.open_places,
        uploads=ground.uploads,
        outbox=ground.outbox,
        access=ground.access,
        tries=ground.tries,
        db=ground.db,
        shown_in=shown_in,
    )


def _training(
    ground: Ground,
    models: Models,
    records: ModelRecords,
    runs: RunRecords,
    mistakes: ShowMistakes,
) -> tuple[AcceptTraining, Train, Delete]:
    """The parts that train, and delete what was trained."""
    settings = ground.settings
    store = ModelStore(db=ground.db, records=records, outbox=ground.outbox, told=ground.access.told)
    accept = AcceptTraining(
        models=models,
        records=records,
        store=store,
        open_places=settings.open_places,
        questions=Questions(settings.form_wait),
        clock=ground.clock,
        new_id=ground.new_id,
    )
    train = Train(
        records=records,
        store=store,
        models=models,
        rights=BucketRights(ground.aws, Storage.for_work(ground.aws, settings.allowed)),
        access=ground.access,
        tries=ground.tries,
        open_places=settings.open_places,
        at_end=(ScorePicture(ground.uploads, ground.outbox).post, mistakes.at_end),
    )
    delete = Delete(
        records=records,
        runs=runs,
        store=store,
        models=models,
        access=ground.access,
        tries=ground.tries,
    )
    return accept, train, delete
