"""What people read of a picture that a model looked at (pure)."""

from collections.abc import Iterable

from bot.base.blocks import cut, escape, person, section, typed
from bot.delivery.message import Message
from bot.models.detections import Detection, found_words
from bot.models.trial import Trial

_NAME = 100
ALT_MOST = 1_000  # Slack: alternative text of an uploaded file


def result_words(model: str, trial: Trial, found: Iterable[Detection], user_id: str) -> str:
    """What it found, beside the picture: who asked, and how sure it is of what."""
    return (
        f"*Model {typed(model, _NAME)}* looked at {typed(trial.called, _NAME)} for "
        f"{person(user_id)} and found {escape(found_words(found, trial.least))}."
    )


def alt_words(trial: Trial, found: Iterable[Detection]) -> str:
    """What stands for the picture."""
    return cut(
        f"{trial.called} with what the model found: {found_words(found, trial.least)}", ALT_MOST
    )


def result_message(words: str, why_not_drawn: str) -> Message:
    """The result where there is no picture of it, and why not."""
    return _line(f"{words} {why_not_drawn}".strip())


def not_tried(model: str, trial: Trial, why: str) -> Message:
    """It could not be looked at: for whoever asked."""
    return _line(
        f"Model {typed(model, _NAME)} did not look at {typed(trial.called, _NAME)}: "
        f"{typed(why, 900)}"
    )


def _line(text: str) -> Message:
    return Message(cut(text, 3500), [section(text)])
