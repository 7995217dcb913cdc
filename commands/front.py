"""The front of the slash commands: finds what somebody typed, and shows what came of it.

Promises to the handlers of an action: whoever asks has the right that the action names as its
first, and the job that was named behind the word is there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.blocks import code, section
from bot.base.nearest import nearest
from bot.base.slack_failures import slack_code
from bot.delivery.message import Message
from bot.delivery.windows import show
from bot.jobs.cards import status_card
from bot.people.action import Action
from bot.people.rules import Role
from bot.slack.app import SlackApp
from commands.actions import RULES
from commands.answers import to_one
from commands.asking import Asking, asking, person_here, words_of
from commands.doing import HANDLERS, Answer, Ask, Opens, Said, Shows, Stories, key_of

_HELP = "help"  # what a command alone is taken for
_ADDRESSES = ("s3://", "https://")  # how those begin that stand in a job's place


def register(
    app: SlackApp,
    name: str,
    actions: Iterable[Action[Any]],
    stories: Stories,
    *,
    unknown: Callable[[str], Message],
) -> None:
    """Tell the app of a command and the words of its actions; `unknown` answers any other word."""
    by_word = {each.word: each for each in actions if each.word}
    app.command(name)(partial(command, by_word=by_word, stories=stories, unknown=unknown))


def command(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    *,
    by_word: Mapping[str, Action[Any]],
    stories: Stories,
    unknown: Callable[[str], Message],
) -> None:
    """A command and a word: the action of that word."""
    word, rest = words_of(body.get("text") or _HELP)
    action = by_word.get(word)
    if action is None:
        ack(**to_one(_meant(unknown(word), body["command"], nearest(word, by_word))))
        return
    answer = _typed(action, asking(body), rest, stories)
    if isinstance(answer, Opens):
        open_window(client, body, answer)
        ack()
    else:
        ack(**to_one(in_words(answer)))


def _meant(message: Message, command_name: str, near: Sequence[str]) -> Message:
    """The answer to an unknown word, led by the words that are like it."""
    if not near:
        return message
    words = f"Did you mean {' or '.join(code(f'{command_name} {each}') for each in near)}?"
    blocks = [section(words), *message.blocks] if message.blocks else []
    return Message(f"{words}\n{message.text}", blocks)


def _typed(action: Action[Any], who: Asking, rest: str, stories: Stories) -> Answer:
    """What an action answers to its command."""
    if action.unnamed and not rest:
        return Said(action.unnamed)
    if action.first:
        _let_in(action.first, who, stories)
    job, name = None, rest
    if action.words:
        name, _, rest = rest.partition(" ")
    if name and action.about and not (action.address and name.startswith(_ADDRESSES)):
        job = stories.jobs.status.named(stories.access.team_id, who.channel, name)
    return handled(action, Ask("command", who, stories, rest, job))


def _let_in(right: str, who: Asking, stories: Stories) -> None:
    """Refuse unless they have the right where they typed. Having typed there shows a member; who
    may manage is asked for.
    """
    access = stories.access
    person = person_here(who, access)
    if RULES[right].least > Role.MEMBER:
        person = access.who(access.team_id, who.user_id, who.channel)
    access.require(right, person)


def handled(action: Action[Any], ask: Ask) -> Answer:
    """What the action answers."""
    return HANDLERS[key_of(action)](ask)


def in_words(answer: Answer) -> Message:
    """An answer as a message to read."""
    if isinstance(answer, Shows):
        return answer.message
    if isinstance(answer, Opens) and answer.offer is not None:
        return answer.offer
    return status_card.plain_message(answer.words if isinstance(answer, Said) else "Done.")


def open_window(client: WebClient, body: dict[str, Any], answer: Opens) -> None:
    """Open the window, or the one in its place."""
    try:
        show(client.views_open, trigger_id=body["trigger_id"], view=answer.view)
    except SlackApiError as error:
        other = answer.otherwise(str(error.response)) if answer.otherwise else None
        if other is None:
            raise
        show(client.views_open, trigger_id=body["trigger_id"], view=other)


def turn_page(client: WebClient, view: dict[str, Any], page: dict[str, Any]) -> None:
    """Put the page in the place of the one that was pressed; a later press that was faster has
    won, and nobody waits for a page that was closed.
    """
    try:
        show(client.views_update, view_id=view["id"], hash=view["hash"], view=page)
    except SlackApiError as error:
        if slack_code(error) not in {"hash_conflict", "not_found"}:
            raise
