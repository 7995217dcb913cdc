"""Delete: a model is deleted at AWS a minute after somebody has said so, unless it is undone.

The minute is kept by the database, so that a bot that is killed meanwhile neither forgets it nor
deletes too soon.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlmodel import Session

from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.delivery.outbox import Subject
from bot.models import model_cards
from bot.models.actions import DELETE
from bot.models.custom_labels import Models
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import DELETED, DELETING, deleting, step, undone, with_project
from bot.models.model_store import ModelStore, subject
from bot.models.run_records import RunRecords
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

UNDO_SECONDS = 60.0


class NoSuchModel(Refusal):
    """This channel has no model of that name, or several. /dataset models shows them."""


class NotDeletable(Refusal):
    """This model is not there to be deleted: it is in training, or gone."""


class StillRuns(Refusal):
    """This model runs. Stop it first; then it can be deleted."""


class OtherName(Refusal):
    """This is not the version's name. Type it letter by letter."""

    field = model_cards.NAME_FIELD


class TooLate(Refusal):
    """The minute to undo it is over, or somebody undid it already."""


class Delete:
    """Deletes models, for people who may."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: ModelRecords,
        runs: RunRecords,
        store: ModelStore,
        models: Models,
        access: Access,
        tries: Tries,
    ) -> None:
        self._records = records
        self._runs = runs
        self._store = store
        self._models = models
        self._access = access
        self._tries = tries

    def deletable(self, model_id: str, who: Who) -> Model:
        """The model, if this person may delete it now.

        Raises: NoSuchModel, NotDeletable, StillRuns, NotAllowed: with words.

        """
        model = self._records.get(model_id)
        if model is None:
            raise NoSuchModel
        self._access.require(DELETE.right, who, asked_by=model.training.asked_by)
        if not deleting(model.state, who.name)[1]:
            raise NotDeletable
        if self._runs.of_model(model.arn) is not None:
            raise StillRuns
        return model

    def delete(self, model_id: str, who: Who, typed: str) -> Model:
        """Write down that it is to be deleted in a minute.

        Raises: OtherName, and as `deletable`.

        """
        model = self.deletable(model_id, who)
        if typed.strip() != model.training.version_name:
            raise OtherName
        state, changes = deleting(model.state, who.name)
        due = self._tries.due_in(UNDO_SECONDS)
        return self._store.change(replace(model, next_try_at=due, fails=0), state, changes)

    def undo(self, model_id: str, who: Who) -> Model:
        """It stays.

        Raises: NoSuchModel, TooLate, NotAllowed: with words.

        """
        model = self._records.get(model_id)
        if model is None:
            raise NoSuchModel
        self._access.require(DELETE.right, who, asked_by=model.training.asked_by)
        state, changes = undone(model.state)
        if not changes:
            raise TooLate
        return self._store.change(replace(model, next_try_at=0.0), state, changes)

    def round(self) -> None:
        """Delete what nobody has undone within its minute."""
        for model in self._records.to_delete():
            with about(model=model.id):
                self._tries.take_up(
                    f"delete model:{model.id}",
                    model,
                    self._records.get,
                    self._delete,
                    what=f"deleting model {model.training.called}",
                    refused=self._refused,
                    failed=self._again,
                )

    def with_project(  # noqa: PLR0913 - see `bot.models.delete_project.PartsGone`
        self,
        team_id: str,
        project: str,
        project_arn: str,
        left: Collection[str],
        *,
        by: str,
        tell: Callable[[Subject, str], Callable[[Session], None]],
    ) -> None:
        """The cards of a project's models say that they went with it, in whichever channel they
        are told; see `bot.models.delete_project.PartsGone`.
        """
        for model in self._records.of_project(team_id, project):
            if model.arn in left or (project_arn and model.project_arn not in {"", project_arn}):
                continue
            self._store.change(
                replace(model, fails=0, set_aside=None),
                with_project(model.state, by),
                also=tell(subject(model), model.training.channel),
            )

    def _delete(self, model: Model, hold: LeaseGuard) -> None:
        if model.state.state != DELETING:
            return
        if self._runs.of_model(model.arn) is not None:
            raise StillRuns
        hold.confirm()
        self._models.delete(model.arn)
        state, changes = step(model.state, DELETED)
        self._store.change(replace(model, fails=0), state, changes)

    def _refused(self, model: Model, refusal: Refusal) -> None:
        """AWS will not: it stays, and people are told."""
        line = model_cards.not_deleted_line(model.training, redact(refusal.words))
        state, changes = undone(model.state)
        self._store.change(replace(model, next_try_at=0.0), state, changes, line=line)

    def _again(self, model: Model, pause: Transient) -> None:
        """Another try later; after too many it stays, and people are told."""
        after = self._tries.paused(model, pause.words)
        if after.set_aside:
            line = model_cards.not_deleted_line(model.training, pause.words)
            state, changes = undone(model.state)
            fresh = replace(after, set_aside=None, fails=0, next_try_at=0.0)
            self._store.change(fresh, state, changes, line=line)
            return
        self._store.change(after, after.state)
