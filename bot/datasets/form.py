"""The form of a new dataset: one page (pure).

Promises to the command: the page is made of a `Source` alone, `read` gives back what was typed in
it, and every fault stands at its field, so that nothing typed is lost on a failed check. `faults`
are asked again before the import.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from bot.base import forms
from bot.base.as_typed import plain_address
from bot.base.blocks import Block, context, modal, option, plain, radio, section, text_input, typed
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field, Part
from bot.base.s3_uri import Allowed
from bot.datasets import source as rules
from bot.datasets.source import TEST, TRAIN, Source

DATASET_FORM = "dataset_form"  # callback_id
DATASET_THANKS = "dataset_thanks"
PROJECT_MENU = "dataset_project"  # block_suggestion: the account's projects

_TYPES = (
    option("Training set", TRAIN, "What the model learns from"),
    option("Test set", TEST, "What the model is measured by"),
)


_PAIR, _APART = "pair", "apart"
_PAIRING = (
    option("Leave them out", _APART),
    option("Pair them", _PAIR, "Where a picture has one label and one metadata that fit"),
)


def _text(member: str, placeholder: str) -> Callable[[Source], Block]:
    return lambda source: text_input(VALUE, getattr(source, member), placeholder=placeholder)


def _kept(member: str) -> Callable[[Answer, Source], Source]:
    return lambda answer, source: msgspec.structs.replace(source, **{member: answer.text})


def _hint(words: str) -> Callable[[Source], str]:
    return lambda _source: words


def _chosen_project(answer: Answer, source: Source) -> Source:
    """A project that was chosen stands in for what was typed."""
    if not answer.text:
        return source
    return msgspec.structs.replace(source, project=answer.text)


_PROJECTS: Block = {
    "type": "external_select",
    "action_id": PROJECT_MENU,
    "min_query_length": 0,
    "placeholder": plain("Choose a project"),
}


FIELDS: tuple[Part[Source], ...] = (
    Field(
        name="name",
        words="Name",
        hint=_hint("What it is called here. Left empty: the project's name."),
        element=_text("name", "ripe-july"),
        read=_kept("name"),
        fault=lambda source, _allowed: rules.name_fault(source.name),
        optional=True,
    ),
    Field(
        name="project",
        words="Project",
        hint=_hint(
            "The Rekognition project. It is made if there is none. Keep pictures of different "
            "kinds in projects of their own: a model learns one question."
        ),
        element=_text("project", "orchard"),
        read=_kept("project"),
        fault=lambda source, _allowed: rules.project_fault(source.project),
        optional=True,  # one of the two
    ),
    Field(
        name="known_project",
        words="Or a project that is there",
        hint=_hint("Type a part of its name. What is chosen here counts."),
        element=lambda _source: _PROJECTS,
        read=_chosen_project,
        optional=True,
    ),
    Field(
        name="dataset_type",
        words="Training or test set",
        hint=_hint(
            "A project takes one of each, and no model is trained without a test set. "
            "/dataset train can make a fifth of the training set the test set."
        ),
        element=lambda source: radio(VALUE, _TYPES, source.dataset_type),
        read=_kept("dataset_type"),
        fault=lambda source, _allowed: rules.type_fault(source.dataset_type),
    ),
    Field(
        name="manifest_uri",
        words="Manifest",
        hint=_hint(
            "A Ground Truth output manifest with classes or boxes. Several labels on a picture "
            "are converted."
        ),
        element=_text(
            "manifest_uri", "s3://bucket/results/ripe-july/manifests/output/output.manifest"
        ),
        read=lambda answer, source: msgspec.structs.replace(
            source, manifest_uri=plain_address(answer.text)
        ),
        fault=lambda source, allowed: rules.manifest_fault(source.manifest_uri, allowed),
    ),
    Field(
        name="pair",
        words="Labels whose metadata has another name",
        hint=_hint("Rekognition takes ripe with ripe-metadata only."),
        element=lambda source: radio(VALUE, _PAIRING, _PAIR if source.pair else _APART),
        read=lambda answer, source: msgspec.structs.replace(source, pair=answer.text == _PAIR),
        optional=True,
    ),
)


def page(source: Source, *, nonce: str, job: str = "", lead: str = "") -> Block:
    """The form, filled with what is known.

    `nonce` makes this opening of the form one of its own, so that its submission counts once; `job`
    is the id of the finished job that the dataset is made of; `lead` is a line on top (the caller
    escapes nothing).
    """
    blocks = [
        *([section(typed(lead, 600))] if lead else []),
        *forms.blocks_of(FIELDS, source),
        context("Every line is checked before AWS sees it; what is found is told in the thread."),
    ]
    return modal(
        "New dataset",
        blocks,
        callback_id=DATASET_FORM,
        submit="Make dataset",
        close="Cancel",
        metadata={"channel": source.channel, "job": job, "nonce": nonce},
    )


def faults(source: Source, allowed: Allowed) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(FIELDS, source, allowed)


def errors(found: Iterable[Fault]) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field stands at the first."""
    known = {each.name for each in forms.fields_of(FIELDS)}
    first = forms.fields_of(FIELDS)[0].name
    at_fields = [Fault(one.field if one.field in known else first, one.text) for one in found]
    return forms.at_their_fields(at_fields, FIELDS)


def lead(source: Source, task_type_title: str, other_set: str) -> str:
    """What stands on top of the form of a finished job; `other_set` is the set that was made of it
    already, if any.
    """
    told = f"From the finished job {source.name} ({task_type_title})."
    if not other_set:
        return told
    return (
        f"{told} Its pictures are in the {other_set} set of project {source.project} already, and "
        "Rekognition takes no picture in both sets of a project: name another project, or give a "
        "manifest with other pictures."
    )


def thanks(source: Source) -> Block:
    """What stands in the form's place: the dataset was submitted."""
    text = (
        f"*{typed(source.called)}* was submitted. The manifest is checked first; the card in "
        f"<#{source.channel}> tells how it goes."
    )
    return modal("New dataset", [section(text)], callback_id=DATASET_THANKS)


def read(view: Mapping[str, Any]) -> Source:
    """What was typed, with the channel that the form belongs to. Whoever asks fills in who
    asked.
    """
    empty = Source(dataset_type="", channel=carried(view)["channel"])
    return forms.read(FIELDS, view, empty)


def carried(view: Mapping[str, Any]) -> dict[str, str]:
    """The channel, the job ("" for none) and the nonce that a form of ours carries; empty texts for
    any other.
    """
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    return {name: str(kept.get(name) or "") for name in ("channel", "job", "nonce")}
