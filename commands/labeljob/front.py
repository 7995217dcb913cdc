"""The front of the job actions: finds what somebody typed, pressed or mentioned, and shows what
came of it.

Promises to the handlers: whoever asks may see the channel's jobs, and the job that an action is
about is there.
"""

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.blocks import modal
from bot.base.clock import NewId
from bot.base.errors import LabeljobError
from bot.delivery.message import Message
from bot.jobs.actions import (
    CREATE,
    HELP,
    INSTRUCTIONS,
    JOB_ACTIONS,
    LABELJOB,
    POST_STATUS_ID,
    STATUS,
)
from bot.jobs.cards import queue_card, status_card
from bot.jobs.records import Job
from bot.jobs.story import JobStory
from bot.people.access import Access
from bot.people.action import Action
from bot.slack.app import SlackApp
from bot.slack.windows import show
from commands.answers import to_one
from commands.asking import Asking, asking, person_here, words_of
from commands.doing import HANDLERS, Answer, Ask, Opens, Said, Shows, key_of
from commands.labeljob import create, stop

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_BY_WORD: Mapping[str, Action[Any]] = {each.word: each for each in JOB_ACTIONS if each.word}

log = logging.getLogger(__name__)


def register(app: SlackApp, *, jobs: JobStory, access: Access, new_id: NewId) -> None:
    """Tell the app of the command, its form, the card's buttons and mentions."""
    bound: dict[str, Any] = {"jobs": jobs, "access": access}
    # first: Bolt tries listeners in this order
    app.command(LABELJOB)(partial(command, **bound, new_id=new_id))
    create.register(app, accept=jobs.accept, access=access, new_id=new_id)
    stop.register(app, **bound)
    for action in JOB_ACTIONS:
        if action.button is not None and key_of(action) in HANDLERS:
            app.action(action.button.id)(partial(pressed, action=action, **bound))
        elif action.button is not None and action.button.url is not None:
            app.action(action.button.id)(link_pressed)
    app.action(queue_card.QUEUE_INSTRUCTIONS)(partial(pressed, action=INSTRUCTIONS, **bound))
    app.action(POST_STATUS_ID)(partial(post_status, **bound))
    app.event("app_mention")(partial(mentioned, **bound))


def command(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    *,
    jobs: JobStory,
    access: Access,
    new_id: NewId,
) -> None:
    """`/labeljob` and a word: the action of that word."""
    word, rest = words_of(body.get("text") or HELP.word)
    if word == CREATE.word:
        create.open_form(body, client, accept=jobs.accept, access=access, new_id=new_id)
        ack()
        return
    action, who = _BY_WORD.get(word), asking(body)
    if action is None:
        ack(**to_one(status_card.help_message(unknown=word)))
        return
    answer = _typed(action, who, rest, jobs, access)
    if isinstance(answer, Opens):
        _open(client, body, answer)
        ack()
    else:
        ack(**to_one(_message(answer)))


def _typed(action: Action[Any], who: Asking, rest: str, jobs: JobStory, access: Access) -> Answer:
    """What an action answers to its command."""
    if action.unnamed and not rest:
        return Said(action.unnamed)
    if action.first:
        access.require(action.first, person_here(who, access))
    job = None
    if rest and action.about:
        job = jobs.status.named(access.team_id, who.channel, rest)
    return _handled(action, Ask("command", who, jobs, access, rest, job))


def pressed(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    respond: Respond,
    *,
    action: Action[Any],
    jobs: JobStory,
    access: Access,
) -> None:
    """A button of a card, if it stands where it was pressed."""
    ack()
    who = asking(body)
    find = jobs.standing.to_read if action is INSTRUCTIONS else jobs.standing.job
    job = find(_value(body), who.user_id, who.channel)
    answer = _handled(action, Ask("press", who, jobs, access, job=job))
    if isinstance(answer, Opens):
        _open(client, body, answer)
    elif isinstance(answer, Shows) and body.get("response_url"):
        respond(**to_one(answer.message), replace_original=False, thread_ts=who.thread_ts)
    elif isinstance(answer, Shows):
        view = modal(answer.title, answer.message.blocks, callback_id="status")
        show(client.views_open, trigger_id=body["trigger_id"], view=view)


def post_status(
    ack: Ack, body: dict[str, Any], respond: Respond, *, jobs: JobStory, access: Access
) -> None:
    """[Post in thread]: the status for everybody, once per press."""
    ack()
    who = asking(body)
    job = jobs.standing.job(_value(body), who.user_id, who.channel)
    channel = who.channel or job.channel
    access.require("see", access.who(job.team_id, who.user_id, channel))
    key = f"post:{who.user_id}:{body['actions'][0].get('action_ts')}:{job.id}"
    jobs.status.post(job, channel, key)
    respond(text="Posted in the thread.", response_type="ephemeral", replace_original=True)


def link_pressed(ack: Ack) -> None:
    """A link button: the browser follows it; Slack wants an empty answer all the same."""
    ack()


def mentioned(
    body: dict[str, Any], event: dict[str, Any], *, jobs: JobStory, access: Access
) -> None:
    """A mention does what the command does (which cannot run in a thread); in a job's thread it
    means that job.

    What apps and workflows write is not answered: two bots that answer each other never end.
    """
    who = asking(body)
    if event.get("bot_id") or not who.user_id:
        log.info("a mention by an app or a workflow is not answered")
        return
    root = str(event.get("thread_ts") or event["ts"])
    text = _MENTION.sub(" ", str(event.get("text") or ""))
    try:
        message = _answer_to(who, text, root, jobs, access)
    except LabeljobError as refusal:
        message = status_card.plain_message(refusal.words)
    key = f"mention:{who.channel}:{event['ts']}"
    jobs.status.reply(access.team_id, who.channel, root, message, key)


def _answer_to(who: Asking, text: str, root: str, jobs: JobStory, access: Access) -> Message:
    """The answer to a mention's words; words that are no command get the status, and what can be
    said.
    """
    word, rest = words_of(text)
    access.require("see", person_here(who, access))
    action = _BY_WORD.get(word or STATUS.word)
    known = action is not None and bool(action.mention)
    if action is None or not known:
        action, rest = STATUS, ""
    job = _meant(action, rest, who, root, jobs, access)
    if action.unnamed and job is None:
        return status_card.plain_message(f"Name {action.about}: @labeljob {action.usage}.")
    answer = _handled(action, Ask("mention", who, jobs, access, rest, job))
    message = _message(answer)
    return message if known else status_card.hinted(message, _SAYABLE)


_SAYABLE = (
    f"A mention understands: {', '.join(each.mention for each in JOB_ACTIONS if each.mention)}. "
    "`/labeljob create` asks for a job."
)


def _meant(  # noqa: PLR0917 - where and what a mention is
    action: Action[Any], rest: str, who: Asking, root: str, jobs: JobStory, access: Access
) -> Job | None:
    """The job that a mention names, or in whose thread it stands."""
    if rest and action.about:
        return jobs.status.named(access.team_id, who.channel, rest)
    return jobs.status.in_thread(who.channel, root)


def _handled(action: Action[Any], ask: Ask) -> Answer:
    return HANDLERS[key_of(action)](ask)


def _message(answer: Answer) -> Message:
    """An answer as a message to read."""
    if isinstance(answer, Shows):
        return answer.message
    if isinstance(answer, Opens) and answer.offer is not None:
        return answer.offer
    return status_card.plain_message(answer.words if isinstance(answer, Said) else "Done.")


def _open(client: WebClient, body: dict[str, Any], answer: Opens) -> None:
    """Open the window, or the one in its place."""
    try:
        show(client.views_open, trigger_id=body["trigger_id"], view=answer.view)
    except SlackApiError as error:
        other = answer.otherwise(str(error.response)) if answer.otherwise else None
        if other is None:
            raise
        show(client.views_open, trigger_id=body["trigger_id"], view=other)


def _value(body: dict[str, Any]) -> str:
    """The job's id, which every button of a card carries."""
    return str(body["actions"][0].get("value") or "")
