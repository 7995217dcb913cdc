"""The job that a button far from its card is about: in direct messages, or in a window."""

from bot.jobs.actions import RESULTS
from bot.jobs.records import Job
from commands.doing import Stories


def job_seen(stories: Stories, job_id: str, channel: str, user_id: str) -> Job:
    """The job, if the person sees it in that channel ("" for their Home), still.

    Raises:
        NothingHere: it has no card there.
        NotAllowed, NotHere: the person may not see it (any more).

    """
    job = stories.jobs.standing.job(job_id, user_id, channel)
    check_seen(stories, job, channel, user_id)
    return job


def check_seen(stories: Stories, job: Job, channel: str, user_id: str) -> None:
    """Refuse whoever may not see the job. A card may stand in a second channel: whoever is in
    there sees it anyway.
    """
    access = stories.access
    who = access.at_home(job.team_id, user_id, channel or job.channel, channel)
    access.require(RESULTS.right, who)
