"""The form in which a running model is shown a picture (pure)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.base import forms
from bot.base.as_typed import plain_address
from bot.base.blocks import Block, context, modal, option, section, select, text_input, typed
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed
from bot.models import of_run
from bot.models import trial as rules
from bot.models.of_run import RUN, least_field
from bot.models.trial import FILES_MOST, Picture, Trial, pictures

TRIAL_FORM = "model_trial_form"  # callback_id
THANKS = "model_trial_thanks"


def _asks(trial: Trial) -> bool:
    """Whether a picture is to be named: none came with a message."""
    return not trial.files


def _of_message(trial: Trial) -> Block:
    options = [option(each.name, each.id) for each in trial.files]
    chosen = trial.file.id if trial.file else trial.files[0].id
    return select(VALUE, options, chosen, placeholder="Choose a picture")


def _chosen(answer: Answer, trial: Trial) -> Trial:
    found = next((each for each in trial.files if each.id == answer.text), None)
    if found is not None:
        found = msgspec.structs.replace(found, name=answer.choice or found.name)
    return msgspec.structs.replace(trial, file=found)


def _picture_fault(trial: Trial, _allowed: Allowed) -> str:
    if trial.file is None:
        return "Choose one of the message's pictures."
    return rules.file_fault(trial.file)


def _brought(answer: Answer, trial: Trial) -> Trial:
    found = pictures(answer.files)
    return msgspec.structs.replace(trial, file=found[0] if found else None)


def _file_fault(trial: Trial, _allowed: Allowed) -> str:
    if trial.file is not None and trial.address:
        return "Give a file or an address, not both."
    return rules.file_fault(trial.file) if trial.file is not None else ""


def _address_fault(trial: Trial, allowed: Allowed) -> str:
    if trial.address:
        return rules.address_fault(trial.address, allowed)
    if trial.file is not None:
        return ""
    if trial.may_read:
        return "Give the address of a picture in S3, or add a file above."
    return "Give the address of a picture in S3: s3://bucket/folder/picture.jpg."


FIELDS: tuple[Field[Trial], ...] = (
    RUN,
    Field(
        name="picture",
        words="Picture",
        element=_of_message,
        read=_chosen,
        fault=_picture_fault,
        applies=lambda trial: bool(trial.files),
    ),
    Field(
        name="file",
        words="Picture",
        hint=lambda _trial: "A file from your computer, up to 10 MB; or its address in S3 below.",
        element=lambda _trial: {"type": "file_input", "action_id": VALUE, "max_files": 1},
        read=_brought,
        fault=_file_fault,
        applies=lambda trial: _asks(trial) and trial.may_read,
        optional=True,
    ),
    Field(
        name="address",
        words="Address in S3",
        hint=lambda _trial: "A .jpg or .png file of at most 15 MB.",
        element=lambda trial: text_input(
            VALUE, trial.address, placeholder="s3://bucket/folder/picture.jpg"
        ),
        read=lambda answer, trial: msgspec.structs.replace(
            trial, address=plain_address(answer.text)
        ),
        fault=_address_fault,
        applies=_asks,
        optional=True,
    ),
    least_field(
        "Show labels from this confidence on, in %",
        "0 shows all. Left empty: the threshold that AWS found for each label.",
    ),
)


def page(trial: Trial, *, nonce: str) -> Block:
    """The form; `nonce` makes this opening of it one of its own."""
    blocks = [
        *forms.blocks_of(_here(trial), trial),
        context("What it finds is posted below the model's card, for everybody in the channel."),
    ]
    sizes = {each.id: each.size for each in trial.files[:FILES_MOST]}
    return modal(
        "Try a model",
        blocks,
        callback_id=TRIAL_FORM,
        submit="Try",
        close="Cancel",
        metadata={"channel": trial.channel, "nonce": nonce, "sizes": sizes},
    )


def _here(trial: Trial) -> Sequence[Field[Trial]]:
    """The fields of this page."""
    return [each for each in FIELDS if each.applies(trial)]


def faults(trial: Trial, allowed: Allowed) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(_here(trial), trial, allowed)


def errors(found: Iterable[Fault], trial: Trial) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the first."""
    return of_run.errors(found, _here(trial))


def carried(view: Mapping[str, Any]) -> tuple[str, str, tuple[Picture, ...]]:
    """The channel, the nonce and the pictures that a form of ours carries (the menu has their
    names); nothing of any other.
    """
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
        files = tuple(Picture(each, "", int(size)) for each, size in kept["sizes"].items())
        return str(kept["channel"]), str(kept["nonce"]), files
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", "", ()


def read(view: Mapping[str, Any], now: Trial) -> Trial:
    """What was chosen and typed, among what is offered `now`."""
    return forms.read(_here(now), view, msgspec.structs.replace(now, run_id=""))


def thanks(trial: Trial, called: str) -> Block:
    """What stands in the form's place."""
    text = (
        f"*{typed(called)}* looks at {typed(trial.called)}; what it finds comes below its card in "
        f"<#{trial.channel}>."
    )
    return modal("Try a model", [section(text)], callback_id=THANKS)
