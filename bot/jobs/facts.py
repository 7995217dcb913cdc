"""From a job's row to what cards, queues and worker pages say of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.base.blocks import rich_words
from bot.engines.protocol import Engine
from bot.instructions import clean
from bot.instructions.page import Instructions
from bot.jobs import lifecycle
from bot.jobs.cards.queue_card import QueueJob
from bot.jobs.chained import possible
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import ASKED, LAUNCHING
from bot.jobs.records import Job
from bot.people.teams import Teams

Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone (""
for nobody's).
"""


class Facts:
    """Says what does not change while a job lives; the work team's name and portal come from the
    cache of teams.
    """

    def __init__(self, teams: Teams, engine: Engine, told: Told = str) -> None:
        self._teams = teams
        self._engine = engine
        self._told = told

    def of(self, job: Job) -> JobFacts:
        """The facts of a job."""
        draft, kind = job.draft, self._engine.task_types.get(job.draft.task_type)
        team = self._teams.get(job.team_id, draft.workteam_arn)
        attribute = draft.label_attribute if job.followed else final_attribute(draft, kind)
        return JobFacts(
            id=job.id,
            name=job.name,
            title=draft.title,
            kind=kind,
            labels=draft.labels,
            team_name=team.name if team else draft.workteam_name,
            workers_per_object=draft.workers_per_object,
            asked_by=job.asked_by,
            channel=job.channel,
            portal_url=team.portal if team else "",
            created_at=job.asked_at,
            expires_at=_expires_at(job),
            output_uri=self._engine.results(draft.output_uri, draft.job_name),
            engine=self._engine.names,
            read_only=job.followed,
            asked_by_name=job.asked_by_name,
            stop_wanted=job.stop_wanted,
            set_aside=job.set_aside or "",
            notes=draft.notes,
            team_id=job.team_id,
            stop_is_soft=self._engine.abilities.stop_is_soft,
            label_attribute=attribute,
            next_try=_next_try(job),
            chain=draft.chain,
            chains=possible(kind, self._engine.task_types),
            feed_folder=draft.extras.feed_folder,
            into=draft.into.name if draft.into else "",
            has_log=bool(job.arn) and not self._engine.abilities.no_log,
            has_preview=not job.followed and not self._engine.abilities.no_preview,
        )

    def heard(self, job: Job) -> JobFacts:
        """The facts for a line that mentions somebody: `asked_by` is whoever hears of the job now
        (Slack is asked).
        """
        return replace(self.of(job), asked_by=self._told(job.asked_by) if job.asked_by else "")

    def announced_in(self, job: Job) -> str:
        """The channel in which the job's work team has its list of work; "" for none."""
        team = self._teams.get(job.team_id, job.draft.workteam_arn)
        return (team.channel if team else None) or ""

    def queued(self, job: Job) -> QueueJob:
        """The job as its labeling team sees it."""
        kind = self._engine.task_types.get(job.draft.task_type)
        return QueueJob(
            id=job.id,
            title=job.draft.title or job.name,
            noun=kind.noun if kind else "object",
            left=job.state.unlabeled if job.state.total else None,
            total=job.state.total,
            seconds_left=lifecycle.seconds_left(job.state),
            ends_at=_expires_at(job),
            says=rich_words(job.draft.short_instructions, job.draft.names) or job.draft.description,
            has_instructions=not job.followed,
        )


def _expires_at(job: Job) -> datetime | None:
    """When the job ends by itself; None for a streaming job, which goes on until it is stopped."""
    if job.draft.extras.streaming:
        return None
    return job.asked_at + timedelta(seconds=job.draft.availability_s)


def _next_try(job: Job) -> datetime | None:
    """When a launch that failed for now is tried again."""
    waits = job.state.state in {ASKED, LAUNCHING} and job.set_aside is None
    if not waits or not job.fails or not job.next_try_at:
        return None
    return datetime.fromtimestamp(job.next_try_at, UTC)


def instructions_of(draft: Draft) -> Instructions:
    """What workers are told, with rich text made safe HTML; without short instructions they see the
    description.
    """
    names = draft.names
    short = clean.from_rich_text(draft.short_instructions, names)
    short = short or clean.from_text(draft.description)
    return Instructions(
        task_title=draft.title or draft.job_name,
        description=draft.description,
        labels=draft.labels,
        short_html=short,
        full_html=clean.from_rich_text(draft.full_instructions, names),
        examples=draft.examples,
    )
