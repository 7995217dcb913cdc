"""Send: more objects for a streaming job, by a window, an address behind its name, or the files of
a message.
"""

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Refusal
from bot.brought.brought import FILES_MAX, NoFiles, TooManyFiles, from_slack
from bot.jobs.actions import SEND, SEND_THESE_SHORTCUT
from bot.jobs.stream import window
from bot.jobs.stream.what import what_of
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Said, Stories, does
from commands.front import open_window
from commands.labeljob.label_these import FilesClosed


@does(SEND)
def send(ask: Ask) -> Answer:
    """The window, or, with an address behind the name, the word that it is taken in."""
    job, sends, who = ask.named, ask.jobs.sends, ask.at_home()
    ask.access.require(SEND.right, who)
    sends.check(job)
    sending_id = sends.open(who, job.channel)
    if ask.said:
        sends.accept(sending_id, job.id, what_of(ask.said), who)
        return Said(f"{ask.said} is sent to {job.name}; its thread tells when it is through.")
    known = [(job.id, job.draft.title or job.name)]
    may_read = ask.jobs.ground.files.may_read
    return Opens(window.window(sending_id, known, asks_files=may_read))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window and of the shortcut."""
    app.view(window.SEND_VIEW)(partial(submitted, stories=stories))
    app.message_shortcut(SEND_THESE_SHORTCUT)(partial(send_these, stories=stories))


def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Send: taken in, or what is wrong with it at its field."""
    user, jobs = asking(body), stories.jobs
    sending_id, job_id = window.carried_by(view)
    jobs.sends.own(sending_id, user.user_id)
    job = jobs.status.job(job_id)
    who = stories.access.at_home(job.team_id, user.user_id, job.channel, user.channel)
    try:
        jobs.sends.accept(sending_id, job_id, what_of(*window.read(view)), who)
    except Refusal as refusal:
        errors = window.errors(view, refusal.words)
        if not errors:
            raise
        ack(response_action="errors", errors=errors)
        return
    page = window.sent(job.draft.title or job.name, job.channel)
    ack(response_action="update", view=page)


def send_these(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """*Send to a job* on a message with files: the window with those files in it."""
    ack()
    user, access, jobs = asking(body), stories.access, stories.jobs
    access.check_here(user.channel)
    who = access.who(access.team_id, user.user_id, user.channel)
    access.require(SEND.right, who)
    files = from_slack((body.get("message") or {}).get("files") or ())
    if not files:
        raise NoFiles
    if len(files) > FILES_MAX:
        raise TooManyFiles
    if not jobs.ground.files.may_read:
        raise FilesClosed
    known = jobs.sends.jobs(user.channel)
    sending_id = jobs.sends.open(who, user.channel, files)
    open_window(client, body, Opens(window.window(sending_id, known, files, asks_files=False)))
