"""Something that a person can do, as a value (pure): its word, its help, its rule and its button.

Promises to whoever walks over a list of actions: commands, mentions, help, rights and the buttons
of a card are all made from it, and `make manifest` writes its usage hint. What an action does lies
in `commands/<command>/<word>.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.base.blocks import Block, button, cut
from bot.people.rules import Rule

S = TypeVar("S")
"""What a card is made of: a button decides by it whether it stands there."""

_LABEL = 75  # Slack: a button's accessibility_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Generic[S]):
    """The button of an action on a card of `S`.

    `text` is what it says for this card, "" where it does not stand; `spoken` what a screen reader
    says, with {} for the name of what it is about. `place` orders the buttons of a card; `url`
    makes it a link. `queue_id` is its id in the message of a labeling team's queue, "" where it
    does not stand there.
    """

    id: str
    text: Callable[[S], str]
    place: int
    spoken: str = ""
    url: Callable[[S], str] | None = None
    queue_id: str = ""

    def plain(self, words: str, value: str, name: str) -> Block:
        """The button with these words, wherever it stands."""
        return button(words, self.id, value, label=self._label(name))

    def on(self, card: S, value: str, name: str) -> Block | None:
        """The button as it stands on the card of that name; its press carries `value`."""
        words = self.text(card)
        if not words:
            return None
        url = self.url(card) if self.url else None
        return button(words, self.id, value, url=url, label=self._label(name))

    def _label(self, name: str) -> str | None:
        """What a screen reader says; None for the words that everybody sees."""
        return cut(self.spoken.format(name), _LABEL) if self.spoken else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[S]):
    """One action.

    `command` is the slash command it belongs to and `word` what is typed after it ("" for what is
    only pressed); `usage` is the whole of it as the usage hint shows it, `help` a line of help.
    `right` names its rule: rows of the database carry these names, so they stay. `first` is the
    right that whoever types it must have before anything is looked up. `about` says which job is
    named behind the word ("" where none is), and `unnamed` what is answered without a name where
    one is needed.
    `mention` is what is said to the bot for it, "" where a mention cannot.
    """

    command: str = ""
    word: str = ""
    usage: str = ""
    help: str = ""
    right: str = ""
    rule: Rule | None = None
    first: str = ""
    about: str = ""
    unnamed: str = ""
    mention: str = ""
    button: Button[S] | None = None


def usage_hint(actions: Iterable[Action[S]]) -> str:
    """What Slack shows behind the command as it is typed: "create | list | status [name]"."""
    return " | ".join(each.usage for each in actions if each.usage)


def help_lines(actions: Iterable[Action[S]], place: str = "") -> list[tuple[str, str]]:
    """What can be typed, and what it does; `{place}` in its words is where labeling happens."""
    helped = [each for each in actions if each.help]
    return [(f"{each.command} {each.usage}", each.help.format(place=place)) for each in helped]


def rules_of(actions: Iterable[Action[S]]) -> Mapping[str, Rule]:
    """The rules of the actions that have one, by the names of the rights."""
    return {each.right: each.rule for each in actions if each.rule is not None}


def buttons_on(actions: Iterable[Action[S]], card: S, value: str, name: str) -> list[Block]:
    """The buttons that stand on a card, in their order."""
    shown = [each.button for each in actions if each.button is not None]
    ordered = sorted(shown, key=lambda each: each.place)
    return [block for each in ordered if (block := each.on(card, value, name)) is not None]
