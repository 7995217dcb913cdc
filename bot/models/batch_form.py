"""The form of the next batch that a running model labels as drafts (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base import forms
from bot.base.as_typed import plain_address
from bot.base.blocks import Block, context, modal, section, text_input, typed
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed
from bot.models import batch as rules
from bot.models import of_run
from bot.models.batch import PICTURES_MOST, Batch
from bot.models.of_run import RUN, least_field, whole
from bot.models.training import output_fault

BATCH_FORM = "model_batch_form"  # callback_id
THANKS = "model_batch_thanks"


def _folder(answer: Answer, batch: Batch) -> Batch:
    address = plain_address(answer.text)
    if address and not address.endswith("/"):
        address = f"{address}/"
    return msgspec.structs.replace(batch, output_uri=address)


FIELDS: tuple[Field[Batch], ...] = (
    RUN,
    Field(
        name="source",
        words="Pictures",
        hint=lambda _batch: "A folder with / at its end, or a manifest. .jpg and .png are taken.",
        element=lambda batch: text_input(
            VALUE, batch.source, placeholder="s3://bucket/pictures/august/"
        ),
        read=lambda answer, batch: msgspec.structs.replace(
            batch, source=plain_address(answer.text)
        ),
        fault=lambda batch, allowed: rules.source_fault(batch.source, allowed),
    ),
    Field(
        name="most",
        words="How many at most",
        hint=lambda _batch: f"The first ones, up to {PICTURES_MOST:,}. The model must run as long.",
        element=lambda batch: text_input(VALUE, str(max(0, batch.most) or ""), placeholder="200"),
        read=lambda answer, batch: msgspec.structs.replace(batch, most=whole(answer.text)),
        fault=lambda batch, _allowed: rules.most_fault(batch.most),
    ),
    least_field(
        "Take labels from this confidence on, in %",
        "Left empty: the threshold that AWS found for each label.",
    ),
    Field(
        name="output_uri",
        words="Where the drafts are written",
        hint=lambda _batch: "A folder; a manifest of them is put below it.",
        element=lambda batch: text_input(
            VALUE, batch.output_uri, placeholder="s3://bucket/models/"
        ),
        read=_folder,
        fault=lambda batch, allowed: output_fault(batch.output_uri, allowed),
    ),
)


def page(batch: Batch, *, nonce: str) -> Block:
    """The form; `nonce` makes this opening of it one of its own."""
    blocks = [
        *forms.blocks_of(FIELDS, batch),
        context("People correct the drafts in a job, and the next model is trained with them."),
    ]
    return modal(
        "Label the next batch",
        blocks,
        callback_id=BATCH_FORM,
        submit="Draft",
        close="Cancel",
        metadata={"channel": batch.channel, "nonce": nonce},
    )


def faults(batch: Batch, allowed: Allowed) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(FIELDS, batch, allowed)


def errors(found: Iterable[Fault]) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the first."""
    return of_run.errors(found, FIELDS)


def read(view: Mapping[str, Any], now: Batch) -> Batch:
    """What was chosen and typed, among what is offered `now`."""
    return forms.read(FIELDS, view, msgspec.structs.replace(now, run_id="", most=-1))


def thanks(batch: Batch, called: str) -> Block:
    """What stands in the form's place."""
    text = (
        f"*{typed(called)}* drafts labels for the pictures; a message below its card in "
        f"<#{batch.channel}> tells how far it is."
    )
    return modal("Label the next batch", [section(text)], callback_id=THANKS)
