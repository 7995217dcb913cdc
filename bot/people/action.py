"""Something that a person can do, as a value (pure): its word, its help, its rule and its button.

Promises to whoever walks over a list of actions: commands, mentions, help, rights and the buttons
of a card are all made from it, and `make manifest` writes its usage hint. What an action does lies
in `commands/<command>/<word>.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.base.blocks import Block, button, cut, option, overflow
from bot.people.rules import Rule

S = TypeVar("S")
"""What a card is made of: a button decides by it whether it stands there."""

MENU_ID = "more"  # stands behind ⋯ on a card: a choice there is a press of its button
_MENU_MAX = 5  # Slack: options of an overflow menu
_LABEL = 75  # Slack: a button's accessibility_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Generic[S]):
    """The button of an action on a card of `S`.

    `text` is what it says for this card, "" where it does not stand; `spoken` what a screen reader
    says, with {} for the name of what it is about. `place` orders the buttons of a card; `url`
    makes it a link. `tucked` says whether it stands behind ⋯ on this card. `queue_id` is its id in
    the message of a labeling team's queue, "" where it does not stand there.
    """

    id: str
    text: Callable[[S], str]
    place: int
    spoken: str = ""
    url: Callable[[S], str] | None = None
    tucked: Callable[[S], bool] = lambda _card: False
    queue_id: str = ""

    def plain(self, words: str, value: str, name: str) -> Block:
        """The button with these words, wherever it stands."""
        return button(words, self.id, value, label=self._label(name))

    def on(self, card: S, value: str, name: str) -> Block:
        """The button as it stands on the card of that name; its press carries `value`."""
        url = self.url(card) if self.url else None
        return button(self.text(card), self.id, value, url=url, label=self._label(name))

    def _label(self, name: str) -> str | None:
        """What a screen reader says; None for the words that everybody sees."""
        return cut(self.spoken.format(name), _LABEL) if self.spoken else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[S]):
    """One action.

    `command` is the slash command it belongs to and `word` what is typed after it ("" for what is
    only pressed); `usage` is the whole of it as the usage hint shows it, `help` a line of help.
    `words` says that more may stand behind that name: what is looked for in it.
    `right` names its rule: rows of the database carry these names, so they stay. `first` is the
    right that whoever types it must have before anything is looked up. `about` says which job is
    named behind the word ("" where none is), and `unnamed` what is answered without a name where
    one is needed. `address` says that an S3 address may stand in the name's place.
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
    words: bool = False
    address: bool = False
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
    """The buttons that stand on a card, in their order; those that are tucked away in a menu
    behind ⋯, the last. A menu of one would be a press for nothing: it is a button.
    """
    shown = [each.button for each in actions if each.button and each.button.text(card)]
    ordered = sorted(shown, key=lambda each: each.place)
    menu = [each for each in ordered if each.tucked(card)]
    if len(menu) < 2:  # noqa: PLR2004
        menu = []
    menu = menu[-_MENU_MAX:]
    blocks = [each.on(card, value, name) for each in ordered if each not in menu]
    if menu:
        options = [option(each.text(card), f"{each.id} {value}") for each in menu]
        blocks.append(overflow(MENU_ID, *options))
    return blocks


def pressed_of(press: Mapping[str, Any]) -> tuple[str, str]:
    """Which button a press is of, and the value it carries: its own, or those of a choice behind
    ⋯.
    """
    if press.get("action_id") != MENU_ID:
        return str(press.get("action_id") or ""), str(press.get("value") or "")
    chosen = press.get("selected_option") or {}
    which, _, value = str(chosen.get("value") or "").partition(" ")
    return which, value
