"""The form of a training: one page (pure).

Promises to the command: the page is made of a `Training` alone, `read` gives back what was typed in
it, and every fault stands at its field, so that nothing typed is lost on a failed check. `faults`
are asked again before AWS is.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from bot.base import forms
from bot.base.as_typed import plain_address
from bot.base.blocks import (
    Block,
    checkboxes,
    context,
    modal,
    option,
    plain,
    radio,
    section,
    text_input,
    typed,
)
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field, Part
from bot.base.s3_uri import Allowed
from bot.models import training as rules
from bot.models.training import OWN, SPLIT, Training

TRAIN_FORM, COPY_FORM = "model_train_form", "model_copy_form"  # callback_ids
THANKS = "model_thanks"
PROJECT_MENU = "model_project"  # block_suggestion: the account's projects

OPTION_MAX = 75  # Slack: an option's text and value
_OFFERED = 100  # Slack: options of a menu
_AGREED = "agreed"
_TESTS = (
    option("The project's own test set", OWN, "What the model is measured by is chosen by you"),
    option(
        "Split: a fifth of the training set", SPLIT, "Moved into the test set now, and for good"
    ),
)
_TIME = "Training takes 30 minutes to 24 hours"


def _text(member: str, placeholder: str) -> Callable[[Training], Block]:
    return lambda training: text_input(VALUE, getattr(training, member), placeholder=placeholder)


def _kept(member: str) -> Callable[[Answer, Training], Training]:
    return lambda answer, training: msgspec.structs.replace(training, **{member: answer.text})


def _hint(words: str) -> Callable[[Training], str]:
    return lambda _training: words


def _project(training: Training) -> Block:
    menu: Block = {
        "type": "external_select",
        "action_id": PROJECT_MENU,
        "min_query_length": 0,
        "placeholder": plain("Choose a project"),
    }
    if training.project:
        menu["initial_option"] = option(training.project, training.project)
    return menu


def _agree(training: Training) -> Block:
    ticked = [_AGREED] if training.agreed else []
    return checkboxes(VALUE, [option(f"{_TIME}; AWS bills its hours", _AGREED)], ticked)


FIELDS: tuple[Part[Training], ...] = (
    Field(
        name="project",
        words="Project",
        hint=_hint("A Rekognition project with a training set. Type a part of its name."),
        element=_project,
        read=_kept("project"),
        fault=lambda training, _allowed: rules.project_fault(training.project),
    ),
    Field(
        name="version_name",
        words="Version",
        hint=_hint("What this model is called in its project. It cannot be changed later."),
        element=_text("version_name", "v1"),
        read=_kept("version_name"),
        fault=lambda training, _allowed: rules.version_fault(training.version_name),
    ),
    Field(
        name="test",
        words="Test set",
        hint=_hint(
            "A model is measured by pictures that it has not seen. Without a test set there is no "
            "training."
        ),
        element=lambda training: radio(VALUE, _TESTS, training.test),
        read=_kept("test"),
        fault=lambda training, _allowed: rules.testing_fault(training.test),
    ),
    Field(
        name="output_uri",
        words="Where AWS writes about it",
        hint=_hint("A folder for the evaluation of the model and for what is wrong with lines."),
        element=_text("output_uri", "s3://bucket/models/"),
        read=lambda answer, training: msgspec.structs.replace(
            training, output_uri=_folder(plain_address(answer.text))
        ),
        fault=lambda training, allowed: rules.output_fault(training.output_uri, allowed),
    ),
    Field(
        name="kms_key",
        words="Encryption key",
        hint=_hint("A KMS key for AWS's copies of the pictures. Left empty: a key of AWS's own."),
        element=_text("kms_key", "alias/orchard"),
        read=_kept("kms_key"),
        fault=lambda training, _allowed: rules.kms_fault(training.kms_key),
        optional=True,
    ),
    Field(
        name="tags",
        words="Tags",
        hint=_hint("A line each."),
        element=lambda training: text_input(
            VALUE, training.tags, placeholder="project=orchard", multiline=True
        ),
        read=lambda answer, training: msgspec.structs.replace(
            training, tags="\n".join(answer.lines)
        ),
        fault=lambda training, _allowed: rules.tags_fault(training.tags),
        optional=True,
    ),
    Field(
        name="agreed",
        words="Time and cost",
        element=_agree,
        read=lambda answer, training: msgspec.structs.replace(
            training, agreed=_AGREED in answer.ticked
        ),
        fault=lambda training, _allowed: rules.agreed_fault(training.agreed),
    ),
)


_COPIED = ("project", "version_name", "output_uri", "kms_key", "tags")
COPY_FIELDS: tuple[Field[Training], ...] = tuple(
    replace(each, hint=_hint("A Rekognition project that is there. Type a part of its name."))
    if each.name == "project"
    else each
    for each in forms.fields_of(FIELDS)
    if each.name in _COPIED
)


def _folder(address: str) -> str:
    return address if not address or address.endswith("/") else f"{address}/"


def page(training: Training, *, nonce: str) -> Block:
    """The form, filled with what is known; `nonce` makes this opening of it one of its own."""
    blocks = [
        *forms.blocks_of(FIELDS, training),
        context("The card in the channel tells how it goes, and at the end how good the model is."),
    ]
    return modal(
        "Train a model",
        blocks,
        callback_id=TRAIN_FORM,
        submit="Train",
        close="Cancel",
        metadata={"channel": training.channel, "nonce": nonce},
    )


def faults(training: Training, allowed: Allowed) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(FIELDS, training, allowed)


def errors(found: Iterable[Fault]) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the first."""
    known = {each.name for each in forms.fields_of(FIELDS)}
    at_fields = [Fault(one.field if one.field in known else "project", one.text) for one in found]
    return forms.at_their_fields(at_fields, FIELDS)


def offered(names: Sequence[str]) -> list[Block]:
    """The options of the menu of projects."""
    return [option(name, name) for name in names if len(name) <= OPTION_MAX][:_OFFERED]


def copy_page(training: Training, called: str, *, model_id: str, nonce: str) -> Block:
    """The form of a copy of the model that people call `called`."""
    blocks = [
        section(f"*{typed(called)}* is copied into another project of this account and Region."),
        *forms.blocks_of(COPY_FIELDS, training),
    ]
    return modal(
        "Copy a model",
        blocks,
        callback_id=COPY_FORM,
        submit="Copy",
        close="Cancel",
        metadata={"channel": training.channel, "nonce": nonce, "model": model_id},
    )


def read_copy(view: Mapping[str, Any], now: Training) -> Training:
    """What was typed in the form of a copy."""
    return forms.read(COPY_FIELDS, view, now)


def read(view: Mapping[str, Any]) -> Training:
    """What was typed, with the channel that the form belongs to. Whoever asks fills in who
    asked.
    """
    return forms.read(FIELDS, view, Training(test="", channel=carried(view)["channel"]))


def thanks(training: Training) -> Block:
    """What stands in the form's place: the training was submitted."""
    text = (
        f"The training of *{typed(training.called)}* was submitted. {_TIME}; the card in "
        f"<#{training.channel}> tells how it goes."
    )
    if training.copy_of:
        text = (
            f"The copy *{typed(training.called)}* was submitted; its card in "
            f"<#{training.channel}> tells how it goes."
        )
    return modal("Train a model", [section(text)], callback_id=THANKS)


def carried(view: Mapping[str, Any]) -> dict[str, str]:
    """The channel and the nonce that a form of ours carries, and the model that is copied; empty
    texts for any other.
    """
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    return {name: str(kept.get(name) or "") for name in ("channel", "nonce", "model")}
