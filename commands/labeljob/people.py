"""What the people of a job did, to a manager alone; and the same as a file, for pay."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.jobs.actions import PEOPLE
from bot.jobs.cards.people_words import PEOPLE_CSV_ID
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Shows, Stories, does
from commands.labeljob.press import value_of


@does(PEOPLE)
def people(ask: Ask) -> Answer:
    """The figures, if they manage the channel that the job belongs to."""
    ask.access.require(PEOPLE.right, ask.at_home())
    return Shows(ask.jobs.people.of_job(ask.named), "People")


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button below the figures, which stands on no card."""
    app.action(PEOPLE_CSV_ID)(partial(give, stories=stories))


def give(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[CSV]: the file goes into the direct message of whoever pressed, if they still manage."""
    ack()
    who, jobs, access = asking(body), stories.jobs, stories.access
    job = jobs.standing.job(value_of(body), who.user_id, who.channel)
    access.require(PEOPLE.right, access.at_home(job.team_id, who.user_id, job.channel, who.channel))
    jobs.people.give(job, who.user_id)
    respond(
        text="The file is in your direct messages with Labeljob.",
        response_type="ephemeral",
        replace_original=False,
    )
