"""The window on the database of runs.

Promises: a change is written only on the version it was read at; a request becomes one run however
often it comes; and a model has one run at a time (`live_key`), whoever asks for a second.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, select

from bot.base.db import Database
from bot.models.run_facts import RunFacts
from bot.models.run_state import ENDED, RunState
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_STATE = msgspec.json.Decoder(RunState)
_OWN = {"state", "story", "asked_at", "live_key"}


class RunRow(TriedRow, table=True):
    """A run of a model. `story` is a `RunState` as JSON; `ends_at` is its end by the database's
    clock; `live_key` names its model until it is over.
    """

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    team_id: str
    channel: str = Field(index=True)
    request_key: str = Field(unique=True)
    asked_by: str
    asked_by_name: str
    asked_at: float
    project: str
    project_arn: str
    version_name: str
    arn: str
    units: int
    seconds: float
    ends_at: float
    stop_wanted: bool
    live_key: str | None = Field(default=None, unique=True)
    state: str = Field(index=True)
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Tried):
    """A run as the story knows it: which model, on how many inference units, for how many seconds
    at most.
    """

    team_id: str
    channel: str
    request_key: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    project: str
    project_arn: str
    version_name: str
    arn: str
    units: int
    seconds: float
    ends_at: float
    stop_wanted: bool = False
    state: RunState = RunState()  # noqa: RUF009 - frozen

    @property
    def called(self) -> str:
        """The model's name as people read it."""
        return self.facts.called

    @property
    def facts(self) -> RunFacts:
        """What its card and its lines are made of."""
        return RunFacts(
            id=self.id,
            project=self.project,
            version_name=self.version_name,
            units=self.units,
            seconds=self.seconds,
            ends_at=self.ends_at,
            asked_by=self.asked_by,
            asked_by_name=self.asked_by_name,
            stop_wanted=self.stop_wanted,
            state=self.state,
        )


class RunRecords:
    """Runs in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, session: Session, run: Run) -> bool:
        """Take a run in; False when its request was taken in before, or its model has a run."""
        try:
            with session.begin_nested():
                session.add(_row(run))
        except IntegrityError:
            return False
        return True

    def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        return next(iter(self._many(RunRow.id == run_id)), None)

    def of_request(self, request_key: str) -> Run | None:
        """The run that a request became."""
        return next(iter(self._many(RunRow.request_key == request_key)), None)

    def of_model(self, arn: str) -> Run | None:
        """The run of a model that is not over."""
        return next(iter(self._many(RunRow.live_key == arn)), None)

    def live(self) -> list[Run]:
        """Every run that is not over and whose next look is due, oldest first."""
        now = self._db.sql(due("run"))
        return self._many(col(RunRow.state).not_in(ENDED), now)

    def arns(self) -> frozenset[str]:
        """The models of every run that is not over."""
        return frozenset(each.arn for each in self._many(col(RunRow.state).not_in(ENDED)))

    def in_channel(self, team_id: str, channel: str) -> list[Run]:
        """The runs of a channel that are not over, oldest first."""
        return self._many(
            RunRow.team_id == team_id,
            RunRow.channel == channel,
            col(RunRow.state).not_in(ENDED),
        )

    def save(self, session: Session, run: Run) -> Run:
        """Write a changed run; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(run, version=run.version + 1)
        write_version(session, RunRow, run, _row(after).model_dump(exclude={"id"}))
        return after

    def _many(self, *conditions: Any) -> list[Run]:
        with self._db.read() as session:
            rows = session.exec(
                select(RunRow).where(*conditions).order_by(col(RunRow.asked_at), col(RunRow.id))
            ).all()
            return [_run(row) for row in rows]


def _run(row: RunRow) -> Run:
    return Run(
        **row.model_dump(exclude=_OWN),
        asked_at=datetime.fromtimestamp(row.asked_at, UTC),
        state=_STATE.decode(row.story),
    )


def _row(run: Run) -> RunRow:
    same = ("team_id", "channel", "request_key", "asked_by", "asked_by_name", "project")
    more = ("project_arn", "version_name", "arn", "units", "seconds", "ends_at", "stop_wanted")
    return RunRow(
        **columns(run),
        **{name: getattr(run, name) for name in (*same, *more)},
        asked_at=run.asked_at.timestamp(),
        live_key=None if run.state.ended else run.arn,
        state=run.state.state,
        story=msgspec.json.encode(run.state).decode(),
    )
