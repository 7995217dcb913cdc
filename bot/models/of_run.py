"""What forms about a running model share (pure): which one, from which confidence on, and where
faults stand.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from bot.base import forms
from bot.base.blocks import Block, option, select, text_input
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed
from bot.models.trial import least_fault

_OFFERED = 100  # Slack: options of a menu
_DIGITS = 6
_RUN = "run_id"


class OfRun(Protocol):
    """What is asked of a running model: the models that are offered (ids and names), the one that
    is chosen, and from which confidence on its labels count, in percent (None: its own threshold).
    """

    @property
    def runs(self) -> tuple[tuple[str, str], ...]:
        """Ids and names."""

    @property
    def run_id(self) -> str:
        """The chosen one; "" for none."""

    @property
    def least(self) -> int | None:
        """Percents; below 0 for what is no number."""


def whole(text: str) -> int:
    """A number as it was typed, of percents too; -1 for what is none."""
    bare = text.removesuffix("%").strip()
    return int(bare) if bare.isdecimal() and len(bare) <= _DIGITS else -1


def _menu(asked: OfRun) -> Block:
    options = [option(name, run_id) for run_id, name in asked.runs[:_OFFERED]]
    return select(VALUE, options, asked.run_id, placeholder="Choose a running model")


def _run_fault(asked: OfRun, _allowed: Allowed) -> str:
    if asked.run_id in {run_id for run_id, _name in asked.runs}:
        return ""
    return "Choose a model that runs in this channel."


def _least(answer: Answer, asked: Any) -> Any:
    least = whole(answer.text) if answer.text else None
    return msgspec.structs.replace(asked, least=least)


def _least_shown(asked: OfRun) -> Block:
    known = asked.least is not None and asked.least >= 0
    return text_input(VALUE, str(asked.least) if known else "", placeholder="50")


RUN: Field[Any] = Field(
    name=_RUN,
    words="Model",
    element=_menu,
    read=lambda answer, asked: msgspec.structs.replace(asked, run_id=answer.text),
    fault=_run_fault,
)


def least_field(words: str, hint: str) -> Field[Any]:
    """The field for the least confidence."""
    return Field(
        name="least",
        words=words,
        hint=lambda _asked: hint,
        element=_least_shown,
        read=_least,
        fault=lambda asked, _allowed: least_fault(asked.least),
        optional=True,
    )


def errors(found: Iterable[Fault], fields: Sequence[Field[Any]]) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the model."""
    known = {each.name for each in fields}
    at_fields = [Fault(one.field if one.field in known else _RUN, one.text) for one in found]
    return forms.at_their_fields(at_fields, fields)
