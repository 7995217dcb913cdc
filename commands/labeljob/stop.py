"""Stop: a window that says what it would do, to be confirmed. Nothing is stopped by a line of text
alone.
"""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.jobs.actions import STOP
from bot.jobs.cards import card
from bot.jobs.story import JobStory
from bot.people.access import Access
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, does


@does(STOP)
def stop(ask: Ask) -> Answer:
    """Offer the confirmation to whoever may stop the job."""
    job = ask.jobs.stop.stoppable(ask.job, ask.at_home())
    return Opens(ask.jobs.status.stop_view(job), offer=ask.jobs.status.stop_offer(job))


def register(app: SlackApp, *, jobs: JobStory, access: Access) -> None:
    """Tell the app of the window."""
    app.view(card.JOB_STOP_VIEW)(partial(confirmed, jobs=jobs, access=access))


def confirmed(
    ack: Ack, body: dict[str, Any], view: dict[str, Any], *, jobs: JobStory, access: Access
) -> None:
    """The stop was confirmed; the right is asked again, for time has passed."""
    job = jobs.status.job(card.job_of(view))
    who = asking(body)
    jobs.stop.stop(job.id, access.at_home(job.team_id, who.user_id, job.channel, who.channel))
    ack()
