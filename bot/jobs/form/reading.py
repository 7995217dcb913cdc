"""How fields of a labeling job are shown and read: what several of them share (pure)."""

from collections.abc import Callable

from bot.base.as_typed import as_folder, plain_name
from bot.base.blocks import Block, text_input
from bot.base.forms import VALUE, Answer
from bot.base.s3_uri import Allowed, BadAddress
from bot.jobs.draft import MADE_UP, Draft
from bot.jobs.form.asked import Asked
from bot.jobs.places import read_place

Read = Callable[[Answer, Asked], Asked]
"""How an answer comes into what is asked."""

_DEFAULTS = Draft()


def hint(words: str) -> Callable[[Asked], str]:
    """A hint that is the same for every draft."""
    return lambda _asked: words


def judged(rule: Callable[[Asked], str]) -> Callable[[Asked, Allowed], str]:
    """A rule that the open places do not matter to."""
    return lambda asked, _allowed: rule(asked)


def text(
    value: Callable[[Draft], str], placeholder: str = "", *, multiline: bool = False
) -> Callable[[Asked], Block]:
    """A text field that shows what the draft holds."""
    return lambda asked: text_input(
        VALUE, value(asked.draft), placeholder=placeholder or None, multiline=multiline
    )


def kept(member: str) -> Read:
    """What was typed becomes the draft's member."""
    return lambda answer, asked: asked.but(**{member: answer.text})


def kept_name(member: str) -> Read:
    """The name in what was typed becomes the draft's member, without quotes, marks and dashes."""
    return lambda answer, asked: asked.but(**{member: plain_name(answer.text)})


def kept_more(name: str) -> Read:
    """What was typed or chosen becomes the draft's answer of that name."""
    return lambda answer, asked: asked.but(more={**asked.draft.more, name: answer.text})


def written(member: str, read: Read) -> Read:
    """What the bot makes up of the other answers while nobody writes it; an emptied field is made
    up again.
    """
    assert member in MADE_UP

    def read_written(answer: Answer, asked: Asked) -> Asked:
        before = asked.draft
        after = read(answer, asked)
        others = tuple(each for each in before.made_up if each != member)
        if not answer.text:
            return after.but(made_up=(*others, member))
        same = getattr(after.draft, member) == getattr(before, member)
        if member in before.made_up and same and member not in after.draft.typed:
            return after
        return after.but(made_up=others)

    return read_written


def number(member: str, parse: Callable[[str], int | None]) -> Read:
    """The number that a text says, the default for none; what says none is kept in `typed`."""

    def read(answer: Answer, asked: Asked) -> Asked:
        default, typed = getattr(_DEFAULTS, member), asked.draft.typed
        unread = {name: text for name, text in typed.items() if name != member}
        found = parse(answer.text) if answer.text else default
        if found is None:
            found, unread[member] = default, answer.text
        return asked.but(typed=unread, **{member: found})

    return read


def whole(text: str) -> int | None:
    """A whole number of four digits at most; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= 4 else None  # noqa: PLR2004 - longer is never meant


def normal(text: str) -> str:
    """An S3 address in its one form; what is none stays as typed, for the fault to speak of."""
    try:
        return str(read_place(text))
    except BadAddress:
        return text


def folder(text: str) -> str:
    """An S3 address in its one form; a folder typed without its slash gets it."""
    try:
        return as_folder(str(read_place(text)))
    except BadAddress:
        return text
