"""Mentions: what is said to the bot does what the command does, in a thread too, where no command
can be typed.
"""

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.base.errors import LabeljobError
from bot.delivery.message import Message
from bot.jobs.actions import JOB_ACTIONS, STATUS, Shown
from bot.jobs.cards import status_card
from bot.jobs.records import Job
from bot.people.action import Action
from bot.slack.app import SlackApp
from commands.asking import Asking, asking, person_here, words_of
from commands.doing import Ask, Stories
from commands.front import handled, in_words

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_BY_WORD: Mapping[str, Action[Shown]] = {each.word: each for each in JOB_ACTIONS if each.mention}
_SAYABLE = (
    f"A mention understands: {', '.join(each.mention for each in _BY_WORD.values())}. "
    "`/labeljob create` asks for a job."
)

log = logging.getLogger(__name__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of mentions."""
    app.event("app_mention")(partial(mentioned, stories=stories))


def mentioned(body: dict[str, Any], event: dict[str, Any], *, stories: Stories) -> None:
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
        message = _answer_to(who, text, root, stories)
    except LabeljobError as refusal:
        message = status_card.plain_message(refusal.words)
    key = f"mention:{who.channel}:{event['ts']}"
    stories.jobs.status.reply(stories.access.team_id, who.channel, root, message, key)


def _answer_to(who: Asking, text: str, root: str, stories: Stories) -> Message:
    """The answer to a mention's words; words that are no command get the status, and what can be
    said.
    """
    word, rest = words_of(text)
    stories.access.require("see", person_here(who, stories.access))
    known = _BY_WORD.get(word or STATUS.word)
    if known is None:
        return status_card.hinted(_answered(STATUS, "", who, root, stories), _SAYABLE)
    return _answered(known, rest, who, root, stories)


def _answered(
    action: Action[Shown], rest: str, who: Asking, root: str, stories: Stories
) -> Message:
    """The action's answer, about the job that is named or in whose thread the mention stands."""
    name = rest
    if action.words:
        name, _, rest = rest.partition(" ")
    if name and action.about:
        job: Job | None = stories.jobs.status.named(stories.access.team_id, who.channel, name)
    else:
        job = stories.jobs.status.in_thread(who.channel, root)
    if action.unnamed and job is None:
        return status_card.plain_message(f"Name {action.about}: @labeljob {action.usage}.")
    return in_words(handled(action, Ask("mention", who, stories, rest, job)))
