"""The worker portal without its pages: who may work on what, the next task of a job, one-time links
and sessions.

Promised to the worker pages: a person sees only the open jobs of the work teams that list them;
asking for the next task gives back the one that is held already; every answer goes through the same
``Tasks`` as the crew's.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.crowd.answers import AnswerFault
from bot.sandbox.crowd.job_request import Job, job_of
from bot.sandbox.crowd.tasks import Member, Tasks, Turn

_LINK_SECONDS = 15 * 60
_TRIES = 25
_TAKEN = (
    "SELECT count(*) FROM assignment a WHERE a.job = o.job AND a.line = o.line AND a.state IN "
    "('accepted','submitted')"
)
_HAD = "SELECT 1 FROM assignment a WHERE a.job = o.job AND a.line = o.line AND a.worker = :sub"


@dataclass(frozen=True)
class Person:
    """Somebody who is in at least one work team."""

    member: Member
    email: str
    team_arns: tuple[str, ...]
    team_names: tuple[str, ...]


@dataclass(frozen=True)
class OpenJob:
    """A job as the portal shows it to a person: how many tasks they can still do in it, how many
    they did.
    """

    job: Job
    left: int
    done: int


@dataclass(frozen=True)
class Held:
    """A task that a person holds until ``deadline`` (epoch seconds); ``left`` counts all they can
    still do here.
    """

    job: Job
    line: int
    entry: Mapping[str, Any]
    deadline: float
    left: int


@dataclass
class Session:
    """One signed-in browser."""

    sub: str
    csrf: str


class TaskGone(Exception):
    """The task is not this person's any more; the message says what happened."""


class Portal:
    """The people side over the stand-in's store; sessions and one-time links live as long as the
    process.
    """

    def __init__(self, tasks: Tasks, clock: Callable[[], float], present: set[str]) -> None:
        self.tasks = tasks
        self._clock = clock
        self._present = present
        self._links: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, Session] = {}

    def people(self) -> list[Person]:
        """Everybody in any work team, by name."""
        with self.tasks.store.read() as connection:
            rows = connection.execute(
                "SELECT arn, name, members FROM workteam"
                " WHERE arn LIKE '%:workteam/private-crowd/%' ORDER BY name"
            ).fetchall()
        found: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {}
        for row in rows:
            for member in json.loads(row["members"]):
                _, arns, names = found.setdefault(str(member["sub"]), (member, [], []))
                arns.append(row["arn"])
                names.append(row["name"])
        people = [
            Person(
                Member(sub, str(member.get("name", ""))),
                str(member.get("email", "")),
                tuple(arns),
                tuple(names),
            )
            for sub, (member, arns, names) in found.items()
        ]
        return sorted(people, key=lambda person: (person.member.name.casefold(), person.member.sub))

    def person(self, sub: str) -> Person | None:
        """One of them, None when no team lists this person any more."""
        return next((person for person in self.people() if person.member.sub == sub), None)

    # Signing in

    def login_link(self, sub: str) -> str:
        """A token that signs this person in once, within 15 minutes."""
        token = secrets.token_urlsafe(24)
        self._links[token] = (sub, self._clock() + _LINK_SECONDS)
        return token

    def redeem(self, token: str) -> str | None:
        """The cookie for a one-time token; None when it was used, is too old or unknown."""
        sub, until = self._links.pop(token, ("", 0.0))
        return self.sign_in(sub) if sub and self._clock() <= until else None

    def sign_in(self, sub: str) -> str | None:
        """A new session's cookie; None for somebody in no team. From now on the crew leaves their
        tasks to them.
        """
        if self.person(sub) is None:
            return None
        with self.tasks.store.write() as connection:
            connection.execute("UPDATE cognito_user SET status = 'CONFIRMED' WHERE sub = ?", (sub,))
        cookie = secrets.token_urlsafe(24)
        self._sessions[cookie] = Session(sub, secrets.token_urlsafe(24))
        self._present.add(sub)
        return cookie

    def sign_out(self, cookie: str) -> None:
        """End a session; the crew may answer in this person's name again when it was the last
        one.
        """
        session = self._sessions.pop(cookie, None)
        if session and all(other.sub != session.sub for other in self._sessions.values()):
            self._present.discard(session.sub)

    def session(self, cookie: str | None) -> Session | None:
        """The session of a cookie."""
        return self._sessions.get(cookie or "")

    # Work

    def open_jobs(self, person: Person) -> list[OpenJob]:
        """The running, counted jobs of the person's teams, oldest first, also those with nothing
        left for them.
        """
        jobs = [job for job in self._running() if str(job.task["WorkteamArn"]) in person.team_arns]
        return [self._listed(job, person.member) for job in jobs]

    def _listed(self, job: Job, member: Member) -> OpenJob:
        left = 0 if job.kind.is_scene else self._left(job, member)
        return OpenJob(job, left, self._done(job, member))

    def _running(self) -> list[Job]:
        with self.tasks.store.read() as connection:
            rows = connection.execute(
                "SELECT * FROM labeling_job WHERE status = 'InProgress' AND counted = 1 ORDER BY "
                "created, name_key"
            ).fetchall()
        return [job_of(row) for row in rows]

    def _left(self, job: Job, member: Member) -> int:
        with self.tasks.store.read() as connection:
            found = connection.execute(
                "SELECT count(*) FROM job_object o WHERE job = :job AND state = 'open' AND "
                f"(({_TAKEN}) < :most"
                f" AND NOT EXISTS ({_HAD} AND a.state IN ('submitted', 'declined', 'accepted'))"
                f" OR EXISTS ({_HAD} AND a.state = 'accepted'))",
                {"job": job.key, "most": job.workers_per_object, "sub": member.sub},
            ).fetchone()
        return int(found[0])

    def _done(self, job: Job, member: Member) -> int:
        with self.tasks.store.read() as connection:
            found = connection.execute(
                (
                    "SELECT count(*) FROM assignment WHERE job = ? AND worker = ? AND state = "
                    "'submitted'"
                ),
                (job.key, member.sub),
            ).fetchone()
        return int(found[0])

    def next_task(self, person: Person, key: str) -> Held | OpenJob | None:
        """The task to show: the one held already, else the first that needs somebody.

        Gives the OpenJob when nothing is left for this person, also when the job has just ended
        with their answer, and for frames and point clouds, which have no page here; None when the
        job is not open to them.
        """
        job = self._job(key)
        if job is None or str(job.task["WorkteamArn"]) not in person.team_arns:
            return None
        if job.kind.is_scene:
            return OpenJob(job, 0, self._done(job, person.member))
        if not job.is_open:
            done = self._done(job, person.member)
            return OpenJob(job, 0, done) if done else None
        listed, now = self._listed(job, person.member), self._clock()
        with self.tasks.store.write() as connection:
            turn = Turn(connection, job, now)
            held = self._held(turn, person.member, listed.left)
            if held is None:
                rows = connection.execute(
                    "SELECT line FROM job_object o WHERE job = :job AND state = 'open' AND "
                    f"({_TAKEN}) < :most AND NOT EXISTS ({_HAD} AND a.state IN ('submitted', "
                    "'declined')) ORDER BY line LIMIT :tries",
                    {
                        "job": job.key,
                        "most": job.workers_per_object,
                        "sub": person.member.sub,
                        "tries": _TRIES,
                    },
                ).fetchall()
                for row in rows:
                    if self.tasks.accept(turn, row["line"], person.member):
                        held = self._held(turn, person.member, listed.left)
                        break
        return held or listed

    def _job(self, key: str) -> Job | None:
        with self.tasks.store.read() as connection:
            row = connection.execute(
                "SELECT * FROM labeling_job WHERE name_key = ?", (key.lower(),)
            ).fetchone()
        return None if row is None else job_of(row)

    def _held(self, turn: Turn, member: Member, left: int = 0) -> Held | None:
        row = turn.connection.execute(
            "SELECT a.line, a.accepted_at, o.manifest_line FROM assignment a"
            " JOIN job_object o ON o.job = a.job AND o.line = a.line"
            " WHERE a.job = ? AND a.worker = ? AND a.state = 'accepted' ORDER BY a.accepted_at "
            "LIMIT 1",
            (turn.job.key, member.sub),
        ).fetchone()
        if row is None:
            return None
        deadline = row["accepted_at"] + turn.job.time_limit
        if deadline < turn.now:
            self.tasks.let_go(turn, row["line"], member, "expired")
            return None
        return Held(turn.job, row["line"], json.loads(row["manifest_line"]), deadline, left)

    def submit(self, person: Person, key: str, line: int, content: Any) -> None:
        """Record an answer. Raises AnswerFault for one that cannot be, TaskGone when the task is
        not held any more.
        """
        self._act(person, key, line, lambda turn: self._submit(turn, line, person.member, content))

    def _submit(self, turn: Turn, line: int, member: Member, content: Any) -> bool:
        held = self._held(turn, member)
        if held is None or held.line != line:
            return False
        if not isinstance(content, dict):
            raise AnswerFault("The page sent no answer. Reload the page and try again.")
        return self.tasks.submit(turn, line, member, content)

    def decline(self, person: Person, key: str, line: int) -> None:
        """Refuse a task for good. Raises TaskGone."""
        self._act(
            person, key, line, lambda turn: self.tasks.let_go(turn, line, person.member, "declined")
        )

    def give_back(self, person: Person, key: str, line: int) -> None:
        """Return a task, so that anybody (this person too) may take it later. Raises TaskGone."""
        self._act(
            person, key, line, lambda turn: self.tasks.let_go(turn, line, person.member, "returned")
        )

    def _act(self, person: Person, key: str, line: int, act: Callable[[Turn], bool]) -> None:
        job = next((one for one in self._running() if one.key == key.lower()), None)
        if job is None:
            raise TaskGone(
                "This job has ended or was stopped. Your answer was not needed any more."
            )
        if str(job.task["WorkteamArn"]) not in person.team_arns:
            raise TaskGone("This job belongs to a work team that you are not in.")
        with self.tasks.store.write() as connection:
            if not act(Turn(connection, job, self._clock())):
                raise TaskGone(
                    f"You do not hold task {line + 1:,} any more: its time was over, or it was "
                    "answered."
                )
