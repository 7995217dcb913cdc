"""How a job goes, or all that run in a channel; and the same for everybody in the thread."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.jobs.actions import POST_STATUS_ID, STATUS
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Shows, Stories, does
from commands.labeljob.press import value_of


@does(STATUS)
def status(ask: Ask) -> Answer:
    """The job that was named, pressed or meant by its thread; else the channel's running ones."""
    alone = ask.how == "command" or bool(ask.who.channel and ask.how == "press")
    if ask.how == "press":
        # A card may stand in a second channel: whoever is in there sees it anyway.
        job = ask.named
        channel = ask.who.channel or job.channel
        who = ask.access.at_home(job.team_id, ask.who.user_id, channel, ask.who.channel)
        ask.access.require("see", who)
    if ask.job is not None:
        return Shows(ask.jobs.status.of_job(ask.job, with_button=alone), "Status")
    shown = ask.jobs.status.of_channel(ask.team_id, ask.who.channel, with_button=alone)
    return Shows(shown, "Status")


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button below a status, which stands on no card."""
    app.action(POST_STATUS_ID)(partial(post_status, stories=stories))


def post_status(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[Post in thread]: the status for everybody, once per press."""
    ack()
    who, jobs, access = asking(body), stories.jobs, stories.access
    job = jobs.standing.job(value_of(body), who.user_id, who.channel)
    channel = who.channel or job.channel
    access.require("see", access.who(job.team_id, who.user_id, channel))
    key = f"post:{who.user_id}:{body['actions'][0].get('action_ts')}:{job.id}"
    jobs.status.post(job, channel, key)
    respond(text="Posted in the thread.", response_type="ephemeral", replace_original=True)
