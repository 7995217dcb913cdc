"""The simulated work teams: who takes which object, how long they think, who declines, what they
answer.

Promised to the crew: a team labels ``pace`` objects per second over all its jobs; everything else
about it follows from the seed, the job's name and the line number, so a repeated run repeats, and a
restart changes nothing.
"""

import json
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from bot.sandbox.crowd import answers
from bot.sandbox.crowd.consolidation import Vote, consolidate
from bot.sandbox.crowd.job_request import Job, ObjectGone, fetch
from bot.sandbox.crowd.simulated_answers import Thing, imagine, picture_size
from bot.sandbox.crowd.simulated_pages import Field, fields, fill, needs_picture
from bot.sandbox.crowd.simulated_scenes import View, look, mark
from bot.sandbox.crowd.tasks import Member, Tasks, Turn

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 200
LEAST_FOR_MODEL = 1_250
_LENT = "lent-hand-"
_LARGEST_PICTURE, _MOST_PIXELS = 40 * 1024 * 1024, 100_000_000


@dataclass(frozen=True)
class Behaviours:
    """How the simulated people and the service behave; shares are 0 to 1, times are seconds of the
    clock.
    """

    wrong_share: float = 0.08
    slow_share: float = 0.06
    decline_share: float = 0.03
    lost_share: float = 0.0
    """Objects that every worker declines, which makes them fail."""
    thinks: tuple[float, float] = (0.4, 1.6)
    slow_thinks: tuple[float, float] = (4.0, 9.0)
    initializing_seconds: float = 1.0
    counting_seconds: float = 1.0
    stopping_seconds: float = 0.5
    intermediate_seconds: float = 2.0


FLYING = Behaviours(
    thinks=(0.02, 0.1),
    slow_thinks=(0.2, 0.4),
    initializing_seconds=0.2,
    counting_seconds=0.2,
    stopping_seconds=0.2,
    intermediate_seconds=0.5,
)
"""People and service in a hurry, for whoever has no time to watch."""


class SimulatedTeams:
    """All teams whose members answer by themselves."""

    def __init__(self, tasks: Tasks, *, pace: float, seed: int, behaviours: Behaviours) -> None:
        self.present: set[str] = set()
        self._tasks = tasks
        self.pace = pace
        self._seed = seed
        self.behaviours = behaviours
        self._credit: dict[str, float] = {}
        self._model_credit: dict[str, float] = {}
        self._next_line: dict[str, int] = {}
        self._pages: dict[str, tuple[Field, ...]] = {}

    def work(self, team_arn: str, jobs: Sequence[Job], passed: float, now: float) -> None:
        """Let a team work for ``passed`` seconds on its counted jobs; a team of real people is left
        alone, but for frames and point clouds, for which no person has a tool here.
        """
        team = self._team(team_arn)
        if team is None or team["members"] == "[]":
            return
        if not team["simulated"]:
            jobs = [job for job in jobs if job.kind.is_scene]
        credit = min(self._credit.get(team_arn, 0.0) + self.pace * passed, float(_MOST_AT_ONCE))
        for place, job in enumerate(jobs):
            share = int(credit) // (len(jobs) - place)
            try:
                with self._tasks.store.write() as connection:
                    turn = Turn(connection, job, now)
                    self._finish_tasks(turn)
                    credit -= self._start_objects(turn, self._members(team, job), share)
                    self._let_model_work(turn, passed)
            except Exception:  # noqa: BLE001 - logged; one broken job must not stop the others
                _log.exception("the simulated team could not work on %s", job.name)
        # What nobody could use is not saved up: a team that waited does not race afterwards.
        self._credit[team_arn] = min(credit, max(1.0, self.pace * passed))

    def _team(self, team_arn: str) -> sqlite3.Row | None:
        with self._tasks.store.read() as connection:
            row: sqlite3.Row | None = connection.execute(
                "SELECT * FROM workteam WHERE arn = ?", (team_arn,)
            ).fetchone()
        return row

    def _is_present(self, sub: str, job: Job) -> bool:
        """Whether this member answers by hand: never where only the service has the tool."""
        return sub in self.present and not job.kind.is_scene

    def _members(self, row: sqlite3.Row, job: Job) -> list[Member]:
        members = [
            Member(str(m["sub"]), str(m.get("name", ""))) for m in json.loads(row["members"])
        ]
        # A job may ask for nine workers: a practice team that is smaller gets hands lent, else it
        # would wait for ever.
        lent = [Member(f"{_LENT}{number}-of-{row['name']}", "Lent hand") for number in range(1, 12)]
        return [member for member in members if not self._is_present(member.sub, job)] + lent

    def _chance(self, *of: object) -> Random:
        return Random(" ".join(str(part) for part in (self._seed, *of)))

    def _start_objects(self, turn: Turn, members: Sequence[Member], most: int) -> int:
        """Hand out the next objects that need workers, with those in hand not more than the job
        allows at once (MaxConcurrentTaskCount); gives how many were begun.
        """
        job = turn.job
        most = min(most, job.batch - _in_hand(turn))
        if most <= 0:
            return 0
        rows = turn.connection.execute(
            "SELECT line FROM job_object o WHERE job = ? AND line >= ? AND state = 'open' AND"
            " (SELECT count(*) FROM assignment a WHERE a.job = o.job AND a.line = o.line"
            "  AND a.state IN ('accepted', 'submitted')) < ? ORDER BY line LIMIT ?",
            (job.key, self._next_line.get(job.key, 0), job.workers_per_object, most),
        ).fetchall()
        for row in rows:
            self._start_one(turn, members, row["line"])
        # Past the last line the search begins again, for objects that somebody declined or
        # returned.
        self._next_line[job.key] = rows[-1]["line"] + 1 if len(rows) == most else 0
        return len(rows)

    def _start_one(self, turn: Turn, members: Sequence[Member], line: int) -> None:
        own = [member for member in members if not member.sub.startswith(_LENT)]
        lent = [member for member in members if member.sub.startswith(_LENT)]
        self._chance("order", turn.job.name, line).shuffle(own)
        taken = turn.connection.execute(
            (
                "SELECT count(*) FROM assignment WHERE job = ? AND line = ? AND state IN "
                "('accepted', 'submitted')"
            ),
            (turn.job.key, line),
        ).fetchone()[0]
        for member in own + lent:
            if taken >= turn.job.workers_per_object:
                return
            taken += self._tasks.accept(turn, line, member)

    def _thinks(self, job: Job, line: int, worker: str) -> float:
        chance = self._chance("time", job.name, line, worker)
        slow = chance.random() < self.behaviours.slow_share
        return chance.uniform(*(self.behaviours.slow_thinks if slow else self.behaviours.thinks))

    def _finish_tasks(self, turn: Turn) -> None:
        rows = turn.connection.execute(
            "SELECT a.line, a.worker, a.accepted_at, o.manifest_line FROM assignment a"
            " JOIN job_object o ON o.job = a.job AND o.line = a.line"
            " WHERE a.job = ? AND a.state = 'accepted' ORDER BY a.line, a.worker",
            (turn.job.key,),
        ).fetchall()
        things: dict[int, Thing | View | None] = {}
        for row in rows:
            line, worker = row["line"], row["worker"]
            due = row["accepted_at"] + self._thinks(turn.job, line, worker)
            if due > turn.now or self._is_present(worker, turn.job):
                continue
            if line not in things:
                things[line] = self._seen(turn.job, row["manifest_line"])
            self._finish_one(
                Turn(turn.connection, turn.job, due), line, Member(worker, ""), things[line]
            )

    def _finish_one(
        self, turn: Turn, line: int, member: Member, thing: Thing | View | None
    ) -> None:
        if thing is None:
            self._tasks.fail(turn, line, "The workers' pages could not load the object.")
        elif self._declines(turn, line, member):
            self._tasks.let_go(turn, line, member, "declined")
            self._next_line[turn.job.key] = min(line, self._next_line.get(turn.job.key, 0))
        else:
            chance = self._chance("answer", turn.job.name, line, member.sub)
            self._tasks.submit(turn, line, member, self._answer(turn.job, thing, chance))

    def _answer(self, job: Job, thing: Thing | View, chance: Random) -> dict[str, Any]:
        """What one worker submits."""
        slips = self.behaviours.wrong_share
        if isinstance(thing, View):
            marked = mark(job, self._tasks.settings(job), thing, chance, slips)
            return answers.write(job.kind, marked)
        page = self._page(job)
        if page:
            return fill(page, thing, chance, slips)
        names = self._tasks.labels(job).names
        return answers.write(job.kind, imagine(job.kind, names, thing, chance, slips))

    def _declines(self, turn: Turn, line: int, member: Member) -> bool:
        """Lost objects are declined by all; of the others never by so many that the object would be
        lost.
        """
        if self._chance("lost", turn.job.name, line).random() < self.behaviours.lost_share:
            return True
        if (
            self._chance("declines", turn.job.name, line, member.sub).random()
            >= self.behaviours.decline_share
        ):
            return False
        declined = turn.connection.execute(
            "SELECT count(*) FROM assignment WHERE job = ? AND line = ? AND state = 'declined'",
            (turn.job.key, line),
        ).fetchone()[0]
        return bool(declined + 1 < turn.job.workers_per_object)

    def _page(self, job: Job) -> tuple[Field, ...]:
        """What there is to fill in on a custom job's own page; nothing for the service's task
        types.
        """
        uri = job.task["UiConfig"].get("UiTemplateS3Uri")
        if job.kind.shape != "any" or not uri:
            return ()
        if job.key not in self._pages:
            try:
                template = fetch(self._tasks.objects, uri).decode("utf-8", "replace")
            except ObjectGone:
                return ()
            self._pages[job.key] = fields(template, self._tasks.labels(job).names)
        return self._pages[job.key]

    def _seen(self, job: Job, text: str) -> Thing | View | None:
        """The object as a worker sees it; None when something of it cannot be loaded."""
        if not job.kind.is_scene:
            return self._thing(job, text)
        entry, objects = json.loads(text), self._tasks.objects
        return look(job, self._tasks.settings(job), entry, partial(fetch, objects))

    def _thing(self, job: Job, text: str) -> Thing | None:
        """A picture, a clip or a text; None when the picture cannot be loaded."""
        entry = json.loads(text)
        if "source" in entry:
            return Thing(str(entry["source"]))
        uri = str(entry["source-ref"])
        try:
            content = fetch(self._tasks.objects, uri)
        except ObjectGone:
            return None
        is_picture = job.kind.media == "image" or needs_picture(self._page(job))
        size = picture_size(content) if is_picture and len(content) <= _LARGEST_PICTURE else None
        size = size if size and size[0] * size[1] <= _MOST_PIXELS else None
        return None if is_picture and size is None else Thing(uri, size)

    def _let_model_work(self, turn: Turn, passed: float) -> None:
        """Automated labeling: once people have labeled a fifth, the model labels from the end, five
        times as fast.

        UNSURE: whether the real service fails a job with fewer than 1,250 objects; here its model
        just never starts.
        """
        job = turn.job
        if not job.automated or job.total < LEAST_FOR_MODEL:
            return
        if job.human * 5 < job.total:
            return
        credit = min(
            self._model_credit.get(job.key, 0.0) + 5 * self.pace * passed, float(_MOST_AT_ONCE)
        )
        rows = turn.connection.execute(
            "SELECT line, manifest_line FROM job_object o WHERE job = ? AND state = 'open' AND "
            "NOT EXISTS (SELECT 1 FROM assignment a WHERE a.job = o.job AND a.line = o.line) "
            "ORDER BY line DESC LIMIT ?",
            (job.key, int(credit)),
        ).fetchall()
        for row in rows:
            self._model_label(turn, row["line"], row["manifest_line"])
        self._model_credit[job.key] = credit - len(rows)

    def _model_label(self, turn: Turn, line: int, text: str) -> None:
        job = turn.job
        thing = self._thing(job, text)
        if thing is None:
            self._tasks.fail(turn, line, "The object could not be loaded.")
            return
        labels = self._tasks.labels(job)
        chance = self._chance("model", job.name, line)
        votes = [
            Vote(name, imagine(job.kind, labels.names, thing, chance, 0.0))
            for name in ("model", "model again")
        ]
        pair = consolidate(job.kind, labels, votes, self._tasks.frame(turn, line, human=False))
        self._tasks.machine_label(turn, line, pair)


def _in_hand(turn: Turn) -> int:
    """How many objects of the job somebody works on."""
    found = turn.connection.execute(
        "SELECT count(DISTINCT line) FROM assignment WHERE job = ? AND state = 'accepted'",
        (turn.job.key,),
    ).fetchone()
    return int(found[0])
