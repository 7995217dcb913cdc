"""`/labeljob` and the buttons of a job's card: status, list, stop, retry, follow, instructions, and mentions."""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.blocks import modal
from bot.base.clock import NewId
from bot.base.errors import LabeljobError
from bot.delivery.message import Message
from bot.jobs import card, queue_card, status_card
from bot.jobs.records import Job
from bot.jobs.verbs import JobVerbs
from bot.people.access import Access, Who
from bot.slack_app import Door
from commands import labeljob_form
from commands.answers import to_one
from commands.asking import Asking, asking, person_here, words_of

log = logging.getLogger(__name__)

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_SAYABLE = "A mention understands: status, list, stop, retry, follow name, help. `/labeljob create` asks for a job."


def register(app: Door, *, jobs: JobVerbs, access: Access, new_id: NewId) -> None:
    """Tell the app of the command, its form, the card's buttons and mentions."""
    bound: dict[str, Any] = {"jobs": jobs, "access": access}
    app.command("/labeljob")(partial(command, **bound, new_id=new_id))  # first: Bolt tries listeners in this order
    labeljob_form.register(app, accept=jobs.accept, access=access, new_id=new_id)
    app.action(card.JOB_STATUS)(partial(status_pressed, **bound))
    app.action(card.JOB_POST_STATUS)(partial(post_status, **bound))
    app.action(card.JOB_STOP)(partial(stop_pressed, **bound))
    app.view(card.JOB_STOP_VIEW)(partial(stop_confirmed, **bound))
    app.action(card.JOB_RETRY)(partial(retry_pressed, **bound))
    app.action(card.JOB_TAKE_OVER)(partial(take_over, **bound))
    app.action(card.JOB_INSTRUCTIONS)(partial(instructions, jobs=jobs))
    app.action(queue_card.QUEUE_INSTRUCTIONS)(partial(instructions, jobs=jobs))
    app.action(card.OPEN_PORTAL)(link_pressed)
    app.event("app_mention")(partial(mentioned, **bound))


def command(
    ack: Ack, body: dict[str, Any], client: WebClient, *, jobs: JobVerbs, access: Access, new_id: NewId
) -> None:
    """`/labeljob create | list [words] | status [name] | stop name | retry name | follow name | help`."""
    word, rest = words_of(body.get("text") or "help")
    if word == "create":
        labeljob_form.open_form(body, client, accept=jobs.accept, access=access, new_id=new_id)
        ack()
        return
    who = asking(body)
    answer = _ANSWERS.get(word)
    if answer is None:
        ack(**to_one(status_card.help_message(unknown=word if word != "help" else "")))
        return
    message = answer(who, rest, body, client, jobs, access)
    ack(**to_one(message)) if message else ack()


def _status(who: Asking, name: str, _body: Any, _client: Any, jobs: JobVerbs, access: Access) -> Message:
    _member(who, access)
    if not name:
        return jobs.status.of_channel(access.team_id, who.channel)
    return jobs.status.of_job(jobs.status.named(access.team_id, who.channel, name))


def _list(who: Asking, wanted: str, _body: Any, _client: Any, jobs: JobVerbs, access: Access) -> Message:
    _member(who, access)
    return jobs.status.listed(access.team_id, who.channel, wanted)


def _stop(  # noqa: PLR0917 - the answers of a command have one shape
    who: Asking, name: str, body: Any, client: WebClient, jobs: JobVerbs, access: Access
) -> Message | None:
    """Opens the confirmation; nothing is stopped by a line of text alone."""
    if not name:
        return status_card.plain_message("Name the job to stop: /labeljob stop name. /labeljob list shows the names.")
    _member(who, access)
    job = jobs.status.named(access.team_id, who.channel, name)
    jobs.control.stoppable(job, _at_home(who, job, access))
    client.views_open(trigger_id=body["trigger_id"], view=jobs.status.stop_view(job))
    return None


def _retry(who: Asking, name: str, _body: Any, _client: Any, jobs: JobVerbs, access: Access) -> Message:
    if not name:
        return status_card.plain_message("Name the job to try again: /labeljob retry name. /labeljob list shows them.")
    _member(who, access)
    return _retried(jobs.status.named(access.team_id, who.channel, name), who, jobs, access)


def _follow(who: Asking, name: str, _body: Any, _client: Any, jobs: JobVerbs, access: Access) -> Message:
    if not name:
        return status_card.plain_message("Name the labeling job as AWS knows it: /labeljob follow name.")
    person = person_here(who, access)
    access.check_here(who.channel)
    done = jobs.control.follow(name, access.team_id, who.channel, person)
    return status_card.plain_message(f"{done.job.name} {_FOLLOWED[done.how]}")


_FOLLOWED = {
    "new": "is followed: its card appears in this channel.",
    "shown": "is a job of another channel: its card appears in this channel too.",
    "here": "has its card in this channel already.",
}
_Answer = Callable[[Asking, str, Any, Any, JobVerbs, Access], Message | None]
_ANSWERS: dict[str, _Answer] = {"status": _status, "list": _list, "stop": _stop, "retry": _retry, "follow": _follow}


def status_pressed(
    ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond, *, jobs: JobVerbs, access: Access
) -> None:
    """[Status]: how the job goes, to this person alone (in a window on the App Home)."""
    ack()
    who, job = _pressed(body, jobs)
    # A card may stand in a second channel: whoever is in there sees it anyway.
    access.require("see", access.at_home(job.team_id, who.user_id, who.channel or job.channel, who.channel))
    if body.get("response_url"):
        respond(**to_one(jobs.status.of_job(job)), replace_original=False, thread_ts=who.thread_ts)
        return
    told = jobs.status.of_job(job, with_button=False)
    client.views_open(trigger_id=body["trigger_id"], view=modal("Status", told.blocks, callback_id="status"))


def post_status(ack: Ack, body: dict[str, Any], respond: Respond, *, jobs: JobVerbs, access: Access) -> None:
    """[Post in thread]: the same for everybody, once per press."""
    ack()
    who, job = _pressed(body, jobs)
    channel = who.channel or job.channel
    access.require("see", access.who(job.team_id, who.user_id, channel))
    jobs.status.post(job, channel, f"post:{who.user_id}:{body['actions'][0].get('action_ts')}:{job.id}")
    respond(text="Posted in the thread.", response_type="ephemeral", replace_original=True)


def stop_pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, jobs: JobVerbs, access: Access) -> None:
    """[Stop…]: what it would do, to be confirmed."""
    ack()
    who, job = _pressed(body, jobs)
    jobs.control.stoppable(job, _at_home(who, job, access))
    client.views_open(trigger_id=body["trigger_id"], view=jobs.status.stop_view(job))


def stop_confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, jobs: JobVerbs, access: Access) -> None:
    """The stop was confirmed; the right is asked again, for time has passed."""
    job = jobs.status.job(card.job_of(view))
    jobs.control.stop(job.id, _at_home(asking(body), job, access))
    ack()


def retry_pressed(ack: Ack, body: dict[str, Any], *, jobs: JobVerbs, access: Access) -> None:
    """[Try again]: a job that was set aside is taken up; its card and its thread say so to everybody."""
    ack()
    who, job = _pressed(body, jobs)
    jobs.control.retry(job.id, _at_home(who, job, access))


def take_over(ack: Ack, body: dict[str, Any], *, jobs: JobVerbs, access: Access) -> None:
    """[Take over]: a followed job becomes one of ours."""
    ack()
    who, job = _pressed(body, jobs)
    jobs.control.take_over(job.id, _at_home(who, job, access))


def instructions(ack: Ack, body: dict[str, Any], client: WebClient, *, jobs: JobVerbs) -> None:
    """[Instructions]: as workers see them, with links to the pictures made now, for this person."""
    ack()
    who = asking(body)
    job = jobs.standing.to_read(_value(body), who.user_id, who.channel)
    view = modal("Instructions", jobs.status.instructions(job), callback_id=queue_card.INSTRUCTIONS_VIEW)
    try:
        client.views_open(trigger_id=body["trigger_id"], view=view)
    except SlackApiError as error:
        # One picture that Slack cannot load refuses the whole window.
        # UNSURE: that a refused view leaves its trigger unused is documented nowhere.
        if "image" not in str(error.response):
            raise
        client.views_open(trigger_id=body["trigger_id"], view=queue_card.without_pictures(view, str(error.response)))


def link_pressed(ack: Ack) -> None:
    """A link button: the browser follows it; Slack wants an empty answer all the same."""
    ack()


def mentioned(body: dict[str, Any], event: dict[str, Any], *, jobs: JobVerbs, access: Access) -> None:
    """A mention does what the command does (which cannot run in a thread); in a job's thread it means that job.

    What apps and workflows write is not answered: two bots that answer each other never end.
    """
    who = asking(body)
    if event.get("bot_id") or not who.user_id:
        log.info("a mention by an app or a workflow is not answered")
        return
    root = str(event.get("thread_ts") or event["ts"])
    try:
        message = _answer_to(who, _MENTION.sub(" ", str(event.get("text") or "")), root, jobs, access)
    except LabeljobError as refusal:
        message = status_card.plain_message(refusal.words)
    jobs.status.reply(access.team_id, who.channel, root, message, f"mention:{who.channel}:{event['ts']}")


def _answer_to(who: Asking, text: str, root: str, jobs: JobVerbs, access: Access) -> Message:
    """The answer to a mention's words; words that are no command get the status, and what can be said."""
    word, name = words_of(text)
    _member(who, access)
    named = name and word in {"status", "stop", "retry"}
    job = jobs.status.named(access.team_id, who.channel, name) if named else None
    job = job or jobs.status.in_thread(who.channel, root)
    if word == "help":
        return status_card.help_message()
    if word == "list":
        return jobs.status.listed(access.team_id, who.channel, name)
    if word == "follow":
        return _follow(who, name, None, None, jobs, access)
    if word in {"stop", "retry"}:
        return _done_to(job, word, who, jobs, access)
    here = access.team_id, who.channel
    told = jobs.status.of_job(job, with_button=False) if job else jobs.status.of_channel(*here, with_button=False)
    return told if word in {"", "status"} else status_card.hinted(told, _SAYABLE)


def _done_to(job: Job | None, word: str, who: Asking, jobs: JobVerbs, access: Access) -> Message:
    """A mention's stop (to be confirmed) or retry of a job."""
    if job is None:
        what = "stop" if word == "stop" else "try again"
        return status_card.plain_message(f"Name the job to {what}: @labeljob {word} name.")
    if word == "retry":
        return _retried(job, who, jobs, access)
    return jobs.status.stop_offer(jobs.control.stoppable(job, _at_home(who, job, access)))


def _retried(job: Job, who: Asking, jobs: JobVerbs, access: Access) -> Message:
    """A job that was set aside is taken up again."""
    jobs.control.retry(job.id, _at_home(who, job, access))
    return status_card.plain_message(f"{job.name} is taken up again; its thread tells how it goes.")


def _member(who: Asking, access: Access) -> None:
    """Refuse unless the person may see this channel's jobs."""
    access.require("see", person_here(who, access))


def _at_home(who: Asking, job: Job, access: Access) -> Who:
    """The person in the channel that the job belongs to, wherever they typed: rights to manage are those of there."""
    return access.at_home(job.team_id, who.user_id, job.channel, who.channel)


def _pressed(body: dict[str, Any], jobs: JobVerbs) -> tuple[Asking, Job]:
    """Who pressed where, and the job of the button, if it stands there."""
    who = asking(body)
    return who, jobs.standing.job(_value(body), who.user_id, who.channel)


def _value(body: dict[str, Any]) -> str:
    """The job's id, which every button of a card carries."""
    return str(body["actions"][0].get("value") or "")
