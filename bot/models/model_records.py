"""The window on the database of models.

Promises: a change is written only on the version it was read at, and a request becomes one model
however often it comes.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.models.model_state import (
    DELETED,
    DELETING,
    REFUSED,
    TO_TRAIN,
    TRAINED,
    TRAINING,
    ModelState,
)
from bot.models.training import Training
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_TRAINING = msgspec.json.Decoder(Training)
_STATE = msgspec.json.Decoder(ModelState)


class ModelRow(TriedRow, table=True):
    """A version of a Custom Labels project. `content` is a `Training`, `story` a `ModelState`, both
    as JSON.
    """

    __tablename__ = "model"

    id: str = Field(primary_key=True)
    team_id: str
    channel: str = Field(index=True)
    project: str
    version_name: str
    request_key: str = Field(unique=True)
    asked_by: str
    asked_at: float
    content: str
    state: str = Field(index=True)
    story: str
    project_arn: str = ""
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Tried):
    """A model as the story knows it. `project_arn` is set once the version's name was found
    free.
    """

    request_key: str
    asked_at: datetime
    training: Training
    state: ModelState
    project_arn: str = ""
    arn: str = ""


class ModelRecords:
    """Models in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, model: Model) -> bool:
        """Take a model in; False when its request was taken in before."""
        try:
            with session.begin_nested():
                session.add(_row(model))
        except IntegrityError:
            return False
        return True

    def get(self, model_id: str) -> Model | None:
        """The model of that id."""
        return next(iter(self._many(ModelRow.id == model_id)), None)

    def of_arn(self, arn: str) -> Model | None:
        """The model of that ARN."""
        return next(iter(self._many(ModelRow.arn == arn)), None)

    def of_request(self, request_key: str) -> Model | None:
        """The model that a request became."""
        return next(iter(self._many(ModelRow.request_key == request_key)), None)

    def in_channel(self, team_id: str, channel: str, project: str = "") -> list[Model]:
        """The models of a channel, or of one project of it, newest first."""
        conditions = [ModelRow.team_id == team_id, ModelRow.channel == channel]
        if project:
            conditions.append(ModelRow.project == project)
        return self._many(*conditions, col(ModelRow.state).not_in((REFUSED, DELETED)))

    def of_project(self, team_id: str, project: str) -> list[Model]:
        """The models of a project that are not deleted, whichever channel they are told in."""
        return self._many(
            ModelRow.team_id == team_id,
            ModelRow.project == project,
            col(ModelRow.state).not_in((REFUSED, DELETED)),
        )

    def trained(self, team_id: str, channel: str) -> list[Model]:
        """The models of a channel that can be run, newest first."""
        there = self.in_channel(team_id, channel)
        return [each for each in there if each.state.state == TRAINED]

    def to_train(self) -> list[Model]:
        """Models that are not trained at AWS yet and whose next try is due, oldest first."""
        return self._due(col(ModelRow.state).in_(TO_TRAIN))

    def promised(self, project: str, version_name: str) -> list[Model]:
        """Models that are to become this version and that AWS does not know yet, newest first."""
        return self._many(
            ModelRow.project == project,
            ModelRow.version_name == version_name,
            col(ModelRow.state).in_(TO_TRAIN),
        )

    def watched(self) -> list[Model]:
        """Models that AWS is training and whose next look is due, oldest first."""
        return self._due(ModelRow.state == TRAINING)

    def to_delete(self) -> list[Model]:
        """Models whose minute to undo their deletion is over, oldest first."""
        return self._due(ModelRow.state == DELETING)

    def save(self, session: Session, model: Model) -> Model:
        """Write a changed model; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(model, version=model.version + 1)
        write_version(session, ModelRow, model, _row(after).model_dump(exclude={"id"}))
        return after

    def _due(self, condition: Any) -> list[Model]:
        now = self._db.sql(due("model"))
        return list(reversed(self._many(condition, now, col(ModelRow.set_aside).is_(None))))

    def _many(self, *conditions: Any) -> list[Model]:
        with self._db.read() as session:
            rows = session.exec(
                select(ModelRow)
                .where(*conditions)
                .order_by(col(ModelRow.asked_at).desc(), col(ModelRow.id).desc())
            ).all()
            return [_model(row) for row in rows]


def _model(row: ModelRow) -> Model:
    own = {"team_id", "channel", "project", "version_name", "asked_by", "content", "story", "state"}
    return Model(
        **row.model_dump(exclude={*own, "asked_at"}),
        asked_at=datetime.fromtimestamp(row.asked_at, UTC),
        training=_TRAINING.decode(row.content),
        state=_STATE.decode(row.story),
    )


def _row(model: Model) -> ModelRow:
    training = model.training
    return ModelRow(
        **columns(model),
        team_id=training.team_id,
        channel=training.channel,
        project=training.project,
        version_name=training.version_name,
        request_key=model.request_key,
        asked_by=training.asked_by,
        asked_at=model.asked_at.timestamp(),
        content=msgspec.json.encode(training).decode(),
        state=model.state.state,
        story=msgspec.json.encode(model.state).decode(),
        project_arn=model.project_arn,
        arn=model.arn,
    )
