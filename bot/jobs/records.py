"""The window on the database of the job story: drafts (forms being filled) and jobs.

Promises: a change of a job is written only on the version it was read at (`save` refuses a stale
one), so that two replicas, or a person and the clock, never overwrite each other. Times in rows are
seconds since 1970.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import RowMapping, UniqueConstraint
from sqlalchemy import select as columns_of
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.jobs.draft import Draft
from bot.jobs.lifecycle import ENDED, IN_PROGRESS, STOPPABLE, JobState
from bot.jobs.preset import LAST, NOTHING, PRESET
from bot.jobs.presets import Presets
from bot.work.tries import Tried, TriedRow, columns, due, write_version

# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_DRAFT = msgspec.json.Decoder(Draft)
_STATE = msgspec.json.Decoder(JobState)
_READ_BEFORE = 2_048  # ours: texts kept with what they mean, a few KB each


_DRAFT_KEPT_S = 86_400.0  # ours: who comes back a day later begins anew
_DRAFTS_SEEN = 10


class NoSuchJob(Refusal):
    """There is no such labeling job in this channel. /labeljob list shows those there are."""


class DraftRow(SQLModel, table=True):
    """A form that is being filled; nothing typed is lost. `content` is a `Draft` as JSON."""

    __tablename__ = "draft"

    id: str = Field(primary_key=True)
    team_id: str
    user_id: str
    channel: str
    content: str
    changed: float


class JobRow(TriedRow, table=True):
    """A labeling job. `name_key` is the name in lower case while the job holds it (AWS names ignore
    capitals).

    `silent` counts looks in a row to which AWS gave no answer.
    """

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("account", "region", "name_key"),)

    id: str = Field(primary_key=True)
    team_id: str
    account: str
    region: str
    name: str
    name_key: str | None
    request_key: str = Field(unique=True)
    channel: str = Field(index=True)
    asked_by: str
    asked_by_name: str
    asked_at: float
    followed: bool = False
    content: str
    state: str = Field(index=True)
    story: str
    arn: str = ""
    manifest_uri: str = ""
    template_uri: str = ""
    stop_wanted: bool = False
    silent: int = 0


# Columns, not objects: a round reads every job that runs, and an object of the ORM costs as much as
# the rest of it.
_JOBS = columns_of(*SQLModel.metadata.tables["job"].columns)
_OWN = {"name_key", "content", "story", "state", "asked_at"}  # what a row has in a shape of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Tried):
    """A labeling job as the story knows it."""

    team_id: str
    account: str
    region: str
    name: str
    channel: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    followed: bool
    draft: Draft
    state: JobState
    request_key: str
    arn: str = ""
    manifest_uri: str = ""
    template_uri: str = ""
    stop_wanted: bool = False
    silent: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state.state in ENDED


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A form that was filled and not submitted, and when it was kept last."""

    id: str
    draft: Draft
    changed: datetime


class Records:
    """Drafts and jobs in the database."""

    def __init__(self, db: Database, clock: Clock, new_id: NewId) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self.presets = Presets(db, clock, new_id)

    def start_draft(self, draft: Draft) -> str:
        """Keep a new draft; its id."""
        row = DraftRow(
            id=self._new_id(),
            team_id=draft.team_id,
            user_id=draft.asked_by,
            channel=draft.channel,
            content=_encode(draft),
            changed=self._clock().timestamp(),
        )
        with self._db.write() as session:
            session.add(row)
            return row.id

    def draft(self, draft_id: str, user_id: str) -> Draft | None:
        """The draft, if it is this person's."""
        with self._db.read() as session:
            row = session.get(DraftRow, draft_id)
            return _DRAFT.decode(row.content) if row and row.user_id == user_id else None

    def keep_draft(self, draft_id: str, draft: Draft) -> None:
        """What was typed so far."""
        with self._db.write() as session:
            row = session.get(DraftRow, draft_id)
            if row is not None:
                row.content, row.changed = _encode(draft), self._clock().timestamp()
                session.add(row)

    def keep_found(self, draft_id: str, read: Draft, found: Draft) -> None:
        """What was found out about a draft, unless somebody has changed it since it was `read`."""
        with self._db.write() as session:
            row = session.get(DraftRow, draft_id)
            if row is not None and row.content == _encode(read):
                row.content = _encode(found)
                session.add(row)

    def left_drafts(self, team_id: str, channel: str, user_id: str) -> list[KeptDraft]:
        """The forms that this person filled in the channel within a day and did not submit, newest
        first.
        """
        submitted = select(JobRow.id).where(col(JobRow.request_key) == "draft:" + col(DraftRow.id))
        with self._db.read() as session:
            rows = session.exec(
                select(DraftRow)
                .where(
                    DraftRow.team_id == team_id,
                    DraftRow.channel == channel,
                    DraftRow.user_id == user_id,
                    DraftRow.changed > self._clock().timestamp() - _DRAFT_KEPT_S,
                    ~submitted.exists(),
                )
                .order_by(col(DraftRow.changed).desc())
                .limit(_DRAFTS_SEEN)
            ).all()
            return [
                KeptDraft(
                    row.id, _DRAFT.decode(row.content), datetime.fromtimestamp(row.changed, UTC)
                )
                for row in rows
            ]

    def last_asked(self, team_id: str, channel: str, user_id: str = "") -> Job | None:
        """The newest job that was asked for by the form in the channel, by anybody or by one
        person.
        """
        jobs = self._many(
            JobRow.team_id == team_id,
            JobRow.channel == channel,
            # a job that was made elsewhere and taken over was never asked for here
            col(JobRow.request_key).startswith("draft:"),
            *([JobRow.asked_by == user_id] if user_id else []),
        )
        return jobs[0] if jobs else None

    def starts(self, draft: Draft) -> list[tuple[str, str]]:
        """What this person's form may begin with: the value of each, and its words."""
        found: list[tuple[str, str]] = []
        last = self.last_asked(draft.team_id, draft.channel, draft.asked_by)
        if last is not None:
            found.append((LAST, f"Your last job: {last.name}"))
        kept = self.presets.of_channel(draft.team_id, draft.channel)
        found += [(f"{PRESET}:{each.id}", f"Preset: {each.name}") for each in kept]
        return [*found, (NOTHING, "Nothing")]

    def add(self, session: Session, job: Job) -> bool:
        """Take a job in; False when its request was taken in before (a form submitted twice) or its
        name is held.
        """
        try:
            with session.begin_nested():
                session.add(_row(job))
        except IntegrityError:
            return False
        return True

    def of_request(self, request_key: str) -> Job | None:
        """The job that a request became."""
        return self._one(JobRow.request_key == request_key)

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        return self._one(JobRow.id == job_id)

    def get_for_update(self, session: Session, job_id: str) -> Job | None:
        """The job of that id, which nobody else changes before this transaction ends."""
        row = (
            session.connection()
            .execute(_JOBS.where(col(JobRow.id) == job_id).with_for_update())
            .mappings()
            .first()
        )
        return _job(row) if row else None

    def holding(self, account: str, region: str, name: str) -> Job | None:
        """The job that holds a name (capitals do not count)."""
        return self._one(
            JobRow.account == account, JobRow.region == region, JobRow.name_key == name.lower()
        )

    def named(self, account: str, names: set[str]) -> list[Job]:
        """The jobs that hold one of these names (in lower case), in any Region of the account,
        newest first.
        """
        return (
            self._many(JobRow.account == account, col(JobRow.name_key).in_(names)) if names else []
        )

    def listening(self, topic: str) -> list[Job]:
        """The streaming jobs that are not over and get their objects from a topic."""
        named = msgspec.json.encode({"input_topic": topic}).decode().strip("{}")
        written = col(JobRow.content).contains(named, autoescape=True)
        return self._many(col(JobRow.state).not_in(ENDED), written)

    def names_like(self, account: str, region: str, name: str) -> set[str]:
        """Names that begin like this one (its number aside) and are held, in lower case."""
        stem = name.lower().rstrip("0123456789").rstrip("-")
        with self._db.read() as session:
            held = select(JobRow.name_key).where(
                JobRow.account == account,
                JobRow.region == region,
                col(JobRow.name_key).startswith(stem, autoescape=True),
            )
            return {key for key in session.exec(held) if key}

    def in_channel(self, team_id: str, channel: str) -> list[Job]:
        """Every job of a channel, newest first."""
        return self._many(JobRow.team_id == team_id, JobRow.channel == channel)

    def asked_by(self, team_id: str, user_id: str) -> list[Job]:
        """Every job a person asked for, newest first."""
        return self._many(JobRow.team_id == team_id, JobRow.asked_by == user_id)

    def to_launch(self) -> list[Job]:
        """Jobs that AWS does not know yet and whose next try is due, oldest first."""
        now = self._db.sql(due("job"))
        waiting = self._many(col(JobRow.state).in_(("asked", "launching")), now)
        return [job for job in reversed(waiting) if job.set_aside is None]

    def watched(self) -> list[Job]:
        """Jobs that AWS knows and that are not over."""
        jobs = self._many(col(JobRow.state).not_in(("asked", "launching", *ENDED)))
        return [job for job in jobs if job.set_aside is None]

    def streaming(self) -> list[Job]:
        """Streaming jobs that take objects. The database finds them: most jobs are none."""
        is_stream = col(JobRow.content).contains('"streaming":true', autoescape=True)
        jobs = self._many(col(JobRow.state) == IN_PROGRESS, is_stream)
        return [job for job in jobs if job.set_aside is None]

    def to_stop(self) -> list[Job]:
        """Jobs that somebody wants stopped and that AWS still works on."""
        return self._many(col(JobRow.stop_wanted).is_(True), col(JobRow.state).in_(STOPPABLE))

    def of_team(self, team_id: str, workteam_arn: str) -> list[Job]:
        """Jobs that a work team can label now, oldest first."""
        active = self._many(
            JobRow.team_id == team_id, col(JobRow.state).in_(("initializing", "in_progress"))
        )
        return [job for job in reversed(active) if job.draft.workteam_arn == workteam_arn]

    def save(self, session: Session, job: Job) -> Job:
        """Write a changed job; what is returned carries the new version.

        Raises:
            Stale: it was changed since it was read.

        """
        after = replace(job, version=job.version + 1)
        write_version(session, JobRow, job, _row(after).model_dump(exclude={"id"}))
        return after

    def _one(self, *conditions: Any) -> Job | None:
        with self._db.read() as session:
            row = session.connection().execute(_JOBS.where(*conditions)).mappings().first()
        return _job(row) if row else None

    def _many(self, *conditions: Any) -> list[Job]:
        with self._db.read() as session:
            newest_first = _JOBS.where(*conditions).order_by(col(JobRow.asked_at).desc())
            rows = session.connection().execute(newest_first).mappings().all()
        return [_job(row) for row in rows]


def _taken_back(job: Job) -> bool:
    """Whether it was stopped before AWS knew it."""
    return job.state.withdrawn and not job.arn


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


# A round reads every job that runs, and nearly all of them stand as they stood a round before.
@lru_cache(maxsize=_READ_BEFORE)
def _draft(content: str) -> Draft:
    return _DRAFT.decode(content)


@lru_cache(maxsize=_READ_BEFORE)
def _state(story: str) -> JobState:
    return _STATE.decode(story)


def _job(row: RowMapping) -> Job:
    shared = {name: value for name, value in row.items() if name not in _OWN}
    return Job(
        **shared,
        asked_at=datetime.fromtimestamp(row["asked_at"], UTC),
        draft=_draft(row["content"]),
        state=_state(row["story"]),
    )


def _row(job: Job) -> JobRow:
    return JobRow(
        **columns(job),
        team_id=job.team_id,
        account=job.account,
        region=job.region,
        name=job.name,
        # A job that was refused or taken back before AWS took it gives its name back.
        name_key=None if job.state.state == "refused" or _taken_back(job) else job.name.lower(),
        request_key=job.request_key,
        channel=job.channel,
        asked_by=job.asked_by,
        asked_by_name=job.asked_by_name,
        asked_at=job.asked_at.timestamp(),
        followed=job.followed,
        content=_encode(job.draft),
        state=job.state.state,
        story=_encode(job.state),
        arn=job.arn,
        manifest_uri=job.manifest_uri,
        template_uri=job.template_uri,
        stop_wanted=job.stop_wanted,
        silent=job.silent,
    )
