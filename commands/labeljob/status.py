"""How a job goes, or all that run in a channel; and the same for everybody in the thread."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.base.errors import Refusal
from bot.jobs.actions import POST_STATUS_ID, STATUS, STATUS_SHORTCUT
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Answer, Ask, Shows, Stories, does
from commands.labeljob.press import value_of


class NoJobThere(Refusal):
    """This message is not in the thread of a labeling job. Choose Job status on a job's card, or on
    a message below it.
    """


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
    """Tell the app of the button below a status, which stands on no card, and of the shortcut."""
    app.action(POST_STATUS_ID)(partial(post_status, stories=stories))
    app.message_shortcut(STATUS_SHORTCUT)(partial(of_message, stories=stories))


def of_message(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """*Job status* on a message: the status of the job in whose thread it stands."""
    ack()
    who, jobs, access = asking(body), stories.jobs, stories.access
    access.require("see", access.who(access.team_id, who.user_id, who.channel))
    job = jobs.status.in_thread(who.channel, who.thread_ts or str(body["message_ts"]))
    if job is None:
        raise NoJobThere
    answer = jobs.status.of_job(job)
    respond(**to_one(answer), replace_original=False, thread_ts=who.thread_ts)


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
