"""Every word of every command, and every button of a job's card, is an action: it does something,
it has a rule, and the lists agree.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bot.jobs.actions import JOB_ACTIONS, PORTAL
from bot.people.action import Action, usage_hint
from commands import dataset, labeljob, labelteam
from commands.actions import ACTIONS, RULES
from commands.doing import HANDLERS, Stories, key_of

EVERY = [each for actions in ACTIONS.values() for each in actions]
REGISTER: list[Callable[[Any, Stories], None]] = [
    labeljob.register,  # reading the packages reads every doing
    labelteam.register,
    dataset.register,
]


def test_every_action_has_its_doing_and_no_other_is_done() -> None:
    """An action without one is offered by help and card, and fails in the face of whoever asks."""
    assert len(REGISTER) == len(ACTIONS)
    wanted = [key_of(each) for each in EVERY if each is not PORTAL]
    assert sorted(wanted) == sorted(HANDLERS), "a link is followed by the browser"
    assert len(wanted) == len(set(wanted)), "two actions of one word"


@pytest.mark.parametrize("command", ACTIONS)
def test_each_doing_lies_in_a_file_of_its_word(command: str) -> None:
    """Whoever looks for what a word does must not search for it."""
    for action in ACTIONS[command]:
        if action.word:
            assert action.command == command
            home = HANDLERS[key_of(action)].__module__
            assert home == f"commands.{command.removeprefix('/')}.{action.word}"


def test_every_action_is_open_to_somebody_by_a_rule() -> None:
    """An action without one would be open to everybody, or to nobody. What can be typed is no
    secret, and a link leads to AWS's own page.
    """
    guarded = [each for each in EVERY if each.word != "help" and each is not PORTAL]
    assert [key_of(each) for each in guarded if each.rule is None] == []
    assert [key_of(each) for each in EVERY if each.first and each.first not in RULES] == []


def test_one_right_has_one_rule() -> None:
    """Rights are known by their names: of two rules under one name, the last list's would win."""
    assert [each.right for each in EVERY if each.rule and RULES[each.right] != each.rule] == []


def test_only_jobs_have_buttons_and_are_mentioned() -> None:
    """A button or a mention of another list is offered by nobody and answered by nobody."""
    others: list[Action[Any]] = [each for each in EVERY if each not in JOB_ACTIONS]
    assert [key_of(each) for each in others if each.button or each.mention or each.about] == []


@pytest.mark.parametrize("command", ACTIONS)
def test_every_word_is_hinted(command: str) -> None:
    """Slack shows the hint to everybody who types; a word that is not in there is never found."""
    hinted = [each.split()[0] for each in usage_hint(ACTIONS[command]).split(" | ")]
    assert hinted == [each.word for each in ACTIONS[command] if each.word]
