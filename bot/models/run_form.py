"""The form of a run (pure): which model, how large, and the end that it cannot do without."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base import forms
from bot.base.blocks import (
    Block,
    context,
    duration,
    modal,
    option,
    section,
    select,
    text_input,
    typed,
)
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed

RUN_FORM = "model_run_form"  # callback_id
THANKS = "model_run_thanks"

# ours: AWS has an account's quota, and says so in words
UNITS_MAX = 100
_HOUR = 3600
_ENDS = (_HOUR // 2, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 12 * _HOUR, 24 * _HOUR)
_MODELS_MAX = 100  # Slack: options of a menu
_DIGITS = 9


class Wish(msgspec.Struct, frozen=True):
    """A run as it is asked for: the model by its id here, inference units (0 for none that can be
    read), and the seconds after which it ends (0 while none is chosen).

    `offered` are the models to choose from, as (id, name); `limit` the longest run of the channel
    in seconds, `price` what an inference unit costs an hour.
    """

    model_id: str = ""
    units: int = 1
    seconds: int = 0
    channel: str = ""
    offered: tuple[tuple[str, str], ...] = ()
    limit: int = 8 * _HOUR
    price: float = 0.0


def ends_within(limit: int) -> list[int]:
    """The ends that can be chosen: every usual one up to the limit, and the limit itself."""
    return [*[each for each in _ENDS if each < limit], limit]


def _models(wish: Wish) -> Block:
    options = [option(name, model_id) for model_id, name in wish.offered[:_MODELS_MAX]]
    return select(VALUE, options, wish.model_id, placeholder="Choose a model")


def _ends(wish: Wish) -> Block:
    options = [option(f"in {duration(each)}", str(each)) for each in ends_within(wish.limit)]
    return select(VALUE, options, str(wish.seconds), placeholder="Choose its end")


def _number(answer: Answer) -> int:
    text = answer.text
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


def _model_fault(wish: Wish, _allowed: Allowed) -> str:
    known = {model_id for model_id, _name in wish.offered}
    return "" if wish.model_id in known else "Choose a model that was trained from this channel."


def _units_fault(wish: Wish, _allowed: Allowed) -> str:
    if 1 <= wish.units <= UNITS_MAX:
        return ""
    return f"A whole number from 1 to {UNITS_MAX}."


def _end_fault(wish: Wish, _allowed: Allowed) -> str:
    if 0 < wish.seconds <= wish.limit:
        return ""
    return f"Choose when it is stopped: in {duration(wish.limit)} at the latest."


def _units_hint(wish: Wish) -> str:
    if not wish.price:
        return "How much it can do at once. Each is billed for as long as the model runs."
    return f"How much it can do at once. Each costs about ${wish.price:,.2f} an hour."


FIELDS: tuple[Field[Wish], ...] = (
    Field(
        name="model_id",
        words="Model",
        element=_models,
        read=lambda answer, wish: msgspec.structs.replace(wish, model_id=answer.text),
        fault=_model_fault,
    ),
    Field(
        name="units",
        words="Inference units",
        hint=_units_hint,
        element=lambda wish: text_input(VALUE, str(wish.units or ""), placeholder="1"),
        read=lambda answer, wish: msgspec.structs.replace(wish, units=_number(answer)),
        fault=_units_fault,
    ),
    Field(
        name="seconds",
        words="Stop it",
        hint=lambda wish: (
            "Counted from now; starting takes some minutes of it. This channel lets a model run "
            f"for {duration(wish.limit)} at most."
        ),
        element=_ends,
        read=lambda answer, wish: msgspec.structs.replace(wish, seconds=_number(answer)),
        fault=_end_fault,
    ),
)


def page(wish: Wish, *, nonce: str) -> Block:
    """The form; `nonce` makes this opening of it one of its own."""
    blocks = [
        *forms.blocks_of(FIELDS, wish),
        context("It is stopped at its end by itself. Reminders come at half and at 80 % of it."),
    ]
    return modal(
        "Run a model",
        blocks,
        callback_id=RUN_FORM,
        submit="Run",
        close="Cancel",
        metadata={"channel": wish.channel, "nonce": nonce},
    )


def faults(wish: Wish) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(FIELDS, wish, Allowed(()))


def errors(found: Iterable[Fault]) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the first."""
    known = {each.name for each in FIELDS}
    at_fields = [Fault(one.field if one.field in known else "model_id", one.text) for one in found]
    return forms.at_their_fields(at_fields, FIELDS)


def read(view: Mapping[str, Any], now: Wish) -> Wish:
    """What was chosen, among what is offered `now`."""
    empty = msgspec.structs.replace(now, model_id="", units=0)
    return forms.read(FIELDS, view, empty)


def thanks(called: str, channel: str, seconds: float) -> Block:
    """What stands in the form's place."""
    text = (
        f"*{typed(called)}* is started and stopped in {duration(seconds)}; the card in "
        f"<#{channel}> tells how it goes."
    )
    return modal("Run a model", [section(text)], callback_id=THANKS)
