"""Every action that people can ask for does something."""

from typing import Any

from bot.jobs.actions import CREATE, JOB_ACTIONS, MAKE_DATASET
from bot.people.action import Action
from commands import labeljob
from commands.doing import HANDLERS, key_of

FORMS = (CREATE, MAKE_DATASET)  # each opens a form of several pages, and registers by hand


def _is_asked_for(action: Action[Any]) -> bool:
    link = action.button is not None and action.button.url is not None
    return bool(action.word or action.button is not None) and not link


def test_every_action_has_its_doing() -> None:
    """An action without one is offered by help and card, and fails in the face of whoever asks."""
    assert labeljob.__all__ == ["register"]  # reading the package reads every doing
    wanted = {key_of(each) for each in JOB_ACTIONS if _is_asked_for(each) and each not in FORMS}
    assert wanted == set(HANDLERS)
