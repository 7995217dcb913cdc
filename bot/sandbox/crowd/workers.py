"""The crew: carries every labeling job from Initializing to its end, and labels for the simulated
work teams.

Promised to the stand-in's server: ``Crew.tick`` may be called at any rhythm from one thread; what
happens depends only on the store, the clock handed in and the seed, so runs repeat, and a killed
process goes on where it was. A status is only ever changed from the status that was read, so that a
Stop is never overwritten. Teams that are not simulated wait for people at the worker pages.
"""

import logging
from collections.abc import Callable

from bot.sandbox.aws.messaging.queues import Queues
from bot.sandbox.aws.messaging.topics import Topics
from bot.sandbox.crowd.intake import IntakeFailure, take_in
from bot.sandbox.crowd.job_request import Job, ObjectGone, Objects, job_of
from bot.sandbox.crowd.outputs import write_final, write_intermediate
from bot.sandbox.crowd.simulated_teams import LEAST_FOR_MODEL, Behaviours, SimulatedTeams
from bot.sandbox.crowd.streaming import LONGEST_IDLE, Streams
from bot.sandbox.crowd.tasks import Log, Member, Tasks, Turn
from bot.sandbox.crowd.team_notices import TeamNotices
from bot.sandbox.store import Store

__all__ = ["Behaviours", "Crew"]

_log = logging.getLogger(__name__)
_LONGEST_LIFE = 30 * 86_400
_REASON_LENGTH = 1024


class Crew:
    """The people (and the service's own steps) behind all labeling jobs of one stand-in.

    ``pace`` is the number of objects per second that each simulated team labels, shared over the
    team's jobs.
    """

    def __init__(  # noqa: PLR0913 - what a crew lives on
        self,
        store: Store,
        objects: Objects,
        log: Log,
        clock: Callable[[], float],
        *,
        pace: float = 4.0,
        seed: int = 7,
        behaviours: Behaviours | None = None,
        topics: Topics | None = None,
    ) -> None:
        behaviours = behaviours or Behaviours()
        topics = topics or Topics(store, Queues(store, clock), clock)
        self.tasks = Tasks(store, objects, log, topics)
        self._streams = Streams(store, topics, self.tasks)
        self._notices = TeamNotices(store, topics)
        self._teams = SimulatedTeams(self.tasks, pace=pace, seed=seed, behaviours=behaviours)
        self._store = store
        self._objects = objects
        self._clock = clock
        self._behaviours = behaviours
        self._last_tick: float | None = None
        self._written: dict[str, float] = {}

    def hurry(self, pace: float, behaviours: Behaviours) -> None:
        """From now on simulated teams label `pace` objects per second, and everybody behaves like
        that.
        """
        self._teams.pace = pace
        self._teams.behaviours = self._behaviours = behaviours

    @property
    def present(self) -> set[str]:
        """Members (by ``sub``) who sit at the worker pages themselves: the crew does not answer in
        their name.
        """
        return self._teams.present

    def tick(self) -> None:
        """Bring every unfinished job up to the clock. A job that breaks is logged and the others go
        on.
        """
        now = self._clock()
        passed = 0.0 if self._last_tick is None else max(0.0, now - self._last_tick)
        self._last_tick = now
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT * FROM labeling_job WHERE status IN ('Initializing', 'InProgress', "
                "'Stopping')"
                " ORDER BY created, name_key"
            ).fetchall()
        jobs = [job_of(row) for row in rows]
        working: dict[str, list[Job]] = {}
        for job in jobs:
            try:
                self._carry_on(job, now)
            except ObjectGone as gone:
                reason = f"ClientError: {gone}"[:_REASON_LENGTH]
                if self._change_status(job, "Failed", now, reason=reason):
                    self.tasks.tell_job(job, "JOB_FAILED", reason, now)
                continue
            except Exception:  # noqa: BLE001 - logged; one broken job must not stop the others
                _log.exception("labeling job %s did not move", job.name)
                continue
            if job.status == "InProgress" and job.counted:
                working.setdefault(str(job.task["WorkteamArn"]), []).append(job)
        for team, team_jobs in working.items():
            self._teams.work(team, team_jobs, passed, now)

    def _carry_on(self, job: Job, now: float) -> None:
        if job.status == "Initializing":
            if now - job.created >= self._behaviours.initializing_seconds:
                self._begin(job, now)
        elif job.status == "Stopping":
            if now - job.modified >= self._behaviours.stopping_seconds:
                self._end(job, "Stopped", now)
        elif not job.counted:
            if now - job.modified >= self._behaviours.counting_seconds:
                self._count(job, now)
        else:
            self._look_after(job, now)

    def _begin(self, job: Job, now: float) -> None:
        try:
            lines = take_in(self._store, self._objects, job)
            if job.input_topic:
                self._streams.begin(job, now)
        except IntakeFailure as failure:
            self._fail(job, str(failure), now)
            return
        if self._change_status(job, "InProgress", now):
            self.tasks.tell_job(job, "JOB_STARTED", f"The manifest has {lines:,} objects.", now)

    def _count(self, job: Job, now: float) -> None:
        """Fill the counters. UNSURE: whether lines that had the attribute before are counted; here
        they are not.
        """
        with self._store.write() as connection:
            connection.execute(
                "UPDATE labeling_job SET counted = 1, modified = ?, total ="
                " (SELECT count(*) FROM job_object WHERE job = name_key AND state = 'open')"
                " WHERE name_key = ? AND status = 'InProgress' AND counted = 0",
                (now, job.key),
            )
            self._notices.available(job)

    def _look_after(self, job: Job, now: float) -> None:
        """Expire what is over time, and end the job when nothing is left, a condition is met, or it
        is too old.
        """
        if job.input_topic:
            self._look_after_stream(job, now)
            return
        if now - job.created > _LONGEST_LIFE:
            self._fail(
                job, "ClientError: The labeling job expired: it ran for more than 30 days.", now
            )
            return
        self._expire(job, now)
        if self._sample_failed(job):
            # UNSURE: how large the first sample is; here the fifth that people label before the
            # model begins.
            words = "more than 10% of the objects of the first sample could not be labeled."
            self._fail(job, f"ClientError: automated data labeling failed: {words}", now)
            return
        if job.open_objects == 0:
            self._end(job, "Completed", now)
        elif self._condition_met(job):
            # UNSURE: which status a stopping condition ends in; the guide only says that the job is
            # stopped.
            self._end(job, "Stopped", now)
        else:
            self._notices.look(job, now)
            self._show_progress(job, now)

    def _look_after_stream(self, job: Job, now: float) -> None:
        """Take in what came; a stream has no end of its own but ten idle days, and stopping
        conditions do not count.
        """
        fault = self._streams.fault(job)
        if fault:
            self._fail(job, fault, now)
            return
        self._streams.take(job, now)
        self._expire(job, now)
        # UNSURE: when a stream is idle; here when nothing came and nothing was labeled.
        if now - max(self._streams.last_object(job), job.modified) > LONGEST_IDLE:
            self._end(job, "Stopped", now)
        else:
            self._show_progress(job, now)

    def _show_progress(self, job: Job, now: float) -> None:
        if (
            job.human
            and now - self._written.get(job.key, 0.0) >= self._behaviours.intermediate_seconds
        ):
            self._written[job.key] = now
            write_intermediate(self._store, self._objects, job)

    def _expire(self, job: Job, now: float) -> None:
        with self._store.read() as connection:
            over = connection.execute(
                (
                    "SELECT line, worker FROM assignment WHERE job = ? AND state = 'accepted' AND "
                    "accepted_at < ?"
                ),
                (job.key, now - job.time_limit),
            ).fetchall()
        lifetime = job.task.get("TaskAvailabilityLifetimeInSeconds")
        late: list[int] = []
        if lifetime is not None and (job.input_topic or now - job.created > lifetime):
            late = self._streams.expired(job, now - lifetime)
        if not over and not late:
            return
        with self._store.write() as connection:
            turn = Turn(connection, job, now)
            for row in over:
                self.tasks.let_go(turn, row["line"], Member(row["worker"], ""), "expired")
            for line in late:
                self.tasks.fail(turn, line, "The task expired before enough workers took it.")

    def _sample_failed(self, job: Job) -> bool:
        tried = job.human + job.failed
        automated = job.automated and job.total >= LEAST_FOR_MODEL
        return bool(
            automated and not job.machine and tried * 5 >= job.total and job.failed * 10 > tried
        )

    def _condition_met(self, job: Job) -> bool:
        conditions = job.request.get("StoppingConditions", {})
        most = conditions.get("MaxHumanLabeledObjectCount")
        share = conditions.get("MaxPercentageOfInputDatasetLabeled")
        labeled = job.human + job.machine
        return (most is not None and job.human >= most) or (
            share is not None and labeled * 100 >= share * job.total
        )

    def _end(self, job: Job, status: str, now: float) -> None:
        uri = write_final(self._store, self._objects, job, now)
        if self._change_status(job, status, now, output_uri=uri):
            words = (
                f"{job.human + job.machine:,} of {job.total:,} objects labeled, {job.failed:,} "
                "failed."
            )
            self.tasks.tell_job(job, f"JOB_{status.upper()}", words, now)

    def _fail(self, job: Job, reason: str, now: float) -> None:
        uri = ""
        if job.counted:
            uri = write_final(self._store, self._objects, job, now)
        if self._change_status(job, "Failed", now, output_uri=uri, reason=reason[:_REASON_LENGTH]):
            self.tasks.tell_job(job, "JOB_FAILED", reason, now)

    def _change_status(
        self, job: Job, status: str, now: float, *, output_uri: str = "", reason: str = ""
    ) -> bool:
        """Move from the status that was read; False when somebody (a Stop) was quicker."""
        with self._store.write() as connection:
            changed = connection.execute(
                "UPDATE labeling_job SET status = ?, modified = ?, output_uri = "
                "coalesce(nullif(?, ''), output_uri), failure_reason = coalesce(nullif(?, ''), "
                "failure_reason) WHERE name_key = ? AND status = ?",
                (status, now, output_uri, reason, job.key, job.status),
            ).rowcount
            if changed and status in {"Completed", "Failed", "Stopped"}:
                connection.execute(
                    "UPDATE assignment SET state = 'returned' WHERE job = ? AND state = 'accepted'",
                    (job.key,),
                )
                self._streams.end(job)
        return bool(changed)
