"""Where a job's buttons stand: a press is honoured only in a channel that shows the job, or on its
asker's Home.

Promises to every listener of a button: a job's id that came from anywhere else (a copied value, an
older message, a request made by hand) opens nothing, and the refusal does not even tell whether
there is such a job.
"""

from bot.base.db import Database
from bot.base.errors import Refusal
from bot.delivery.outbox import Outbox
from bot.jobs.records import Job, Records
from bot.jobs.store import subject
from bot.people.access import Access, NotHere
from bot.people.teams import Teams


class NothingHere(Refusal):
    """This button does nothing here any more. In the channel of its job, /labeljob status name
    tells how it goes.
    """


class Standing:
    """Finds the job of a pressed button. `channel` is "" for a press on the App Home."""

    def __init__(
        self, *, db: Database, records: Records, outbox: Outbox, teams: Teams, access: Access
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._teams = teams
        self._access = access

    def job(self, job_id: str, user_id: str, channel: str) -> Job:
        """The job of a button that stands on the job's card, or on what was answered about it.

        Raises: NothingHere: it has no card in this channel, or is not among the jobs of this
            person's Home.

        """
        job = self._records.get(job_id)
        if job is None or not self._stands(job, user_id, channel):
            raise NothingHere
        return job

    def also_in_queue(self, job_id: str, user_id: str, channel: str, right: str) -> Job:
        """The job of a button that stands in its labeling team's queue too, for whoever has the
        right in any channel that shows the job.

        Raises: NothingHere: neither its card nor its team's queue stands here, or this person's
            Home shows neither. NotAllowed: the person is a member of no channel that gives the
            right. SlackSilent: Slack did not tell.

        """
        job = self._records.get(job_id)
        if job is None:
            raise NothingHere
        team_channel = self._team_channel(job)
        mine = self._stands(job, user_id, channel)
        # A Home shows the queues of the teams whose channel the person is in: that is asked below.
        if not mine and (team_channel is None or channel not in {"", team_channel}):
            raise NothingHere
        giving = dict.fromkeys(each for each in (channel, job.channel, team_channel) if each)
        if any(self._may(right, job, user_id, each) for each in giving):
            return job
        if not mine and not channel:
            raise NothingHere
        self._access.require(
            right, self._access.at_home(job.team_id, user_id, channel or job.channel, channel)
        )
        return job

    def _stands(self, job: Job, user_id: str, channel: str) -> bool:
        """Whether the job's card is shown in the channel, or on this person's Home."""
        if not channel:
            return job.asked_by == user_id
        with self._db.read() as session:
            return channel in self._outbox.channels(session, subject(job))

    def _team_channel(self, job: Job) -> str | None:
        """Where the job's labeling team is told of work."""
        team = self._teams.get(job.team_id, job.draft.workteam_arn)
        return team.channel if team else None

    def _may(self, right: str, job: Job, user_id: str, channel: str) -> bool:
        """Whether the person has the right in this channel; one that is closed to us gives none."""
        try:
            return self._access.may(right, self._access.who(job.team_id, user_id, channel))
        except NotHere:
            return False
