"""Stop: a window that says what it would do, to be confirmed. Nothing is stopped by a line of text
alone.
"""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.jobs.actions import STOP
from bot.jobs.cards import card
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does


@does(STOP)
def stop(ask: Ask) -> Answer:
    """Offer the confirmation to whoever may stop the job."""
    job = ask.jobs.stop.stoppable(ask.job, ask.at_home())
    return Opens(ask.jobs.status.stop_view(job), offer=ask.jobs.status.stop_offer(job))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window."""
    app.view(card.JOB_STOP_VIEW)(partial(confirmed, stories=stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The stop was confirmed; the right is asked again, for time has passed."""
    who, jobs = asking(body), stories.jobs
    job = jobs.status.job(card.job_of(view))
    person = stories.access.at_home(job.team_id, who.user_id, job.channel, who.channel)
    jobs.stop.stop(job.id, person)
    ack()
