"""Train: what was accepted is trained at AWS, and watched until it is evaluated.

Every step can be repeated: a test set that is there is not made again, a split that was done is not
done again, and a version whose answer was lost is found by its name. What a person must mend ends
it as refused, with words in its thread; what may pass is tried again, with growing pauses.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import msgspec

from bot.base.aws import AwsRefused
from bot.base.bucket_rights import BucketRights
from bot.base.errors import LabeljobError, Refusal, Refused, Transient
from bot.base.log import about
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.models import model_cards, train_form
from bot.models.actions import TRAIN
from bot.models.custom_labels import Models, Project, VersionTaken
from bot.models.failure import Failure
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import (
    ASKED,
    CREATING,
    REFUSED,
    SPLITTING,
    TRAINED,
    TRAINING,
    ModelState,
    Score,
    evaluated,
    observe,
    step,
)
from bot.models.model_store import ModelStore
from bot.models.training import SPLIT, read_tags
from bot.people.access import Access
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries, counts

_SUMMARY_MAX = 4 * 1024 * 1024  # bytes: 250 labels, each confused with each other, take 3 MB
_LOOK_AGAIN = 5.0  # seconds until a set that changes is looked at again
_HALF_SPLIT = (
    "The split was begun: the project may have a test set by now, empty or with a fifth of the "
    "training pictures, and the next training goes on from it."
)

AtEnd = Callable[[Model, ModelState], None]
"""What is done right before it is written down that a model is trained, and again after a kill
between the two.
"""

log = logging.getLogger(__name__)


class NoTrainingSet(Refusal):
    """The project has no training set. Make one with /dataset create first."""

    field = "project"


class NoTestSet(Refusal):
    """The project has no test set. Let a fifth of the training set become it, or make one with
    /dataset create.
    """

    field = "test"


class AlreadySplit(Refusal):
    """The project has a test set with pictures already, so there is nothing to split. Choose the
    project's own.
    """

    field = "test"


class Train:
    """Trains what was accepted."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: ModelRecords,
        store: ModelStore,
        models: Models,
        rights: BucketRights,
        access: Access,
        tries: Tries,
        open_places: OpenPlaces,
        at_end: Sequence[AtEnd],
    ) -> None:
        self._records = records
        self._store = store
        self._models = models
        self._storage = rights.storage
        self._failure = Failure(models, rights, open_places)
        self._access = access
        self._tries = tries
        self._open = open_places
        self._at_end = at_end

    def round(self, start: Start = at_once) -> None:
        """Take every model that is due one try further; one that fails does not stop the others."""
        for waiting in self._records.to_train():
            start(f"train:{waiting.id}", partial(self._take_up, waiting))

    def _take_up(self, waiting: Model) -> None:
        with about(model=waiting.id):
            self._tries.take_up(
                f"train:{waiting.id}",
                waiting,
                self._records.get,
                self._train,
                what=f"training {waiting.training.called}",
                refused=self._refuse,
                failed=self._again,
            )

    def _train(self, model: Model, hold: LeaseGuard) -> None:
        """One try further."""
        training = model.training
        if model.state.state == CREATING:
            made = self._models.version(model.project_arn, training.version_name)
            if made is not None:  # by an earlier try, whose answer was lost
                self._begun(model, made.arn)
                return
        if not model.project_arn:
            model = self._reserve(model)
        project = self._models.project(training.project)
        if model.state.state in {ASKED, SPLITTING} and training.test == SPLIT:
            hold.confirm()
            if not self._split(model, project):
                return
            model = self._records.get(model.id) or model
        if model.state.state != CREATING:
            state, changes = step(model.state, CREATING)
            model = self._store.change(model, state, changes)
        hold.confirm()
        self._begun(model, self._made(model))

    def _made(self, model: Model) -> str:
        """The ARN of what is trained now, or copied."""
        training = model.training
        wanted = (model.project_arn, training.version_name, training.output)
        tags, key = dict(read_tags(training.tags)), training.kms_key
        if training.copy_of:
            source = (training.copy_from, training.copy_of)
            return self._models.copy(source, *wanted, tags=tags, kms_key=key)
        return self._models.train(*wanted, tags=tags, kms_key=key)

    def _begun(self, model: Model, arn: str) -> None:
        """AWS trains it."""
        state, changes = step(model.state, TRAINING)
        state = msgspec.structs.replace(state, began_at=self._tries.due_in(0.0))
        self._store.change(replace(model, arn=arn, fails=0), state, changes)

    def _reserve(self, model: Model) -> Model:
        """What the form checked, checked again; the version's name is free, so what bears it from
        now on is ours.
        """
        training = model.training
        who = self._access.who(training.team_id, training.asked_by, training.channel)
        if not who.gone:
            self._access.require(TRAIN.right, who)
        found = train_form.faults(training, self._open.of(training.channel))
        if found:
            raise Refused(found)
        project = self._models.project(training.project)
        if not training.copy_of:
            check_sets(self._models, project, training.test)
        if self._models.version(project.arn, training.version_name) is not None:
            raise VersionTaken
        if any(_precedes(other, model) for other in self._promised(model)):
            raise VersionTaken
        return self._store.change(replace(model, project_arn=project.arn), model.state)

    def _promised(self, model: Model) -> list[Model]:
        """The others that are to become the same version, which AWS does not know yet."""
        training = model.training
        found = self._records.promised(training.project, training.version_name)
        return [each for each in found if each.id != model.id]

    def _split(self, model: Model, project: Project) -> bool:
        """Whether a fifth of the training set is the test set now; else another look is due
        soon.
        """
        if model.state.state == ASKED:
            state, changes = step(model.state, SPLITTING)
            model = self._store.change(model, state, changes)
        if project.train is None:
            raise NoTrainingSet
        if project.test is None:
            self._models.make_test_set(project.arn)
        elif not project.train.changing and not project.test.changing:
            if self._models.entries(project.test.arn):
                return True
            self._models.split(project.train.arn, project.test.arn)
        due = self._tries.due_in(_LOOK_AGAIN)
        self._store.change(replace(model, fails=0, next_try_at=due), model.state)
        return False

    def _refuse(self, model: Model, refusal: Refusal) -> None:
        """The end, with words for why not."""
        current = self._records.get(model.id) or model
        cause = refusal.words
        if current.state.state == SPLITTING:
            cause = f"{cause} {_HALF_SPLIT}"
        state, changes = step(current.state, REFUSED, cause=cause)
        if isinstance(refusal, AwsRefused):
            state = self._failure.refused(current.training, state)
        self._store.change(current, state, changes)

    def _again(self, model: Model, pause: Transient) -> None:
        """Another try later, or the end of trying."""
        current = self._records.get(model.id) or model
        why = f"{pause.words.partition('. ')[0].rstrip('.')}."
        after = self._tries.paused(current, why)
        line = None
        if after.set_aside:
            line = model_cards.set_aside_line(self._store.heard(after.training), why)
        self._store.change(after, after.state, line=line)
        log.info("training %s failed for now (%s)", current.training.called, pause.words)

    def watch(self) -> None:
        """Look at every model that is being trained; nothing is asked while there is none."""
        for model in self._records.watched():
            with about(model=model.id):
                self._tries.take_up(
                    f"watch model:{model.id}",
                    model,
                    self._records.get,
                    self._look,
                    what=f"looking at model {model.training.called}",
                    refused=self._count_failure,
                    failed=self._count_failure,
                )

    def _look(self, model: Model, _hold: LeaseGuard) -> None:
        seen = self._models.version(model.project_arn, model.training.version_name)
        status, message = (seen.status, seen.message) if seen else (None, "")
        state, changes = observe(model.state, status, message)
        if seen is not None and state.state == TRAINED:
            billed = 0 if model.training.copy_of else seen.billed
            state = msgspec.structs.replace(state, whole=Score(f1=seen.f1), billed=billed)
            state = self._scored(state, seen.summary)
            for each in self._at_end:
                each(model, state)
        elif seen is not None and state.ended:
            state = msgspec.structs.replace(state, billed=seen.billed)
            state = self._failure.told(model.training, state, seen)
        if state != model.state or model.fails:
            self._store.change(replace(model, fails=0), state, changes)

    def _scored(self, state: ModelState, summary: S3Uri | None) -> ModelState:
        """The state with the numbers of the summary file; without them where it cannot be read: the
        model is trained all the same.
        """
        if summary is None:
            return state
        try:
            body = self._storage.beginning(summary, _SUMMARY_MAX)
            found = json.loads(body)
        except (Refusal, ValueError) as error:
            log.warning("the evaluation %s cannot be read: %s", summary, error)
            return state
        return evaluated(state, found) if isinstance(found, dict) else state

    def _count_failure(self, model: Model, error: LabeljobError) -> None:
        """A failure that says something about this model counts."""
        log.warning("looking at model %s failed: %s", model.training.called, error.words)
        if not counts(error):
            return
        after = self._tries.counted(model, error.words)
        line = None
        if after.set_aside:
            heard = self._store.heard(after.training)
            line = model_cards.set_aside_line(heard, error.words)
        self._store.change(after, after.state, line=line)


def _precedes(other: Model, model: Model) -> bool:
    """Whether a version's name is the other's: it has it already, or was asked for before."""
    return bool(other.project_arn) or (other.asked_at, other.id) < (model.asked_at, model.id)


def check_sets(models: Models, project: Project, test: str, *, hurried: bool = False) -> None:
    """Refuse a project that cannot be trained as asked.

    Raises:
        NoTrainingSet, NoTestSet, AlreadySplit: with the way out.

    """
    if project.train is None:
        raise NoTrainingSet
    if test == SPLIT:
        there = project.test and not project.test.changing
        if project.test and there and models.entries(project.test.arn, hurried=hurried):
            raise AlreadySplit
        return
    if project.test is None:
        raise NoTestSet
