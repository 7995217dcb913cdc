"""The form of a new dataset: one page (pure).

Promises to the command: the page is made of a `Source` alone, `read` gives back what was typed in it, and `place`
puts every fault at its field, so that nothing typed is lost on a failed check.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base.blocks import Block, context, cut, input_block, modal, option, plain, radio, section, text_input, typed
from bot.base.errors import Fault
from bot.datasets.source import FIELD_WORDS, TEST, TRAIN, Source

DATASET_FORM = "dataset_form"  # callback_id
DATASET_THANKS = "dataset_thanks"
VALUE = "value"  # the action_id of every field; the block_id is the field's name
FIELDS = ("name", "project", "dataset_type", "manifest_uri")
_ERROR_MAX = 1000  # ours: an error below a field is read at a glance


def page(source: Source, *, nonce: str, job: str = "", lead: str = "") -> Block:
    """The form, filled with what is known.

    `nonce` makes this opening of the form one of its own, so that its submission counts once; `job` is the id of the
    finished job that the dataset is made of; `lead` is a line on top (the caller escapes nothing).
    """
    types = [
        option("Training set", TRAIN, "What the model learns from"),
        option("Test set", TEST, "What the model is measured by"),
    ]
    blocks = [
        *([section(typed(lead, 600))] if lead else []),
        _text("name", source.name, "What it is called here. Left empty: the project's name.", "ripe-july", True),
        _text(
            "project", source.project,
            "The Rekognition project. It is made if there is none. Keep pictures of different kinds in projects of "
            "their own: a model learns one question.", "orchard",
        ),
        input_block(
            FIELD_WORDS["dataset_type"], radio(VALUE, types, source.dataset_type), "dataset_type",
            hint="A project takes one of each.",
        ),
        _text(
            "manifest_uri", source.manifest_uri,
            "A Ground Truth output manifest with classes or boxes. Several labels on a picture are converted.",
            "s3://bucket/results/ripe-july/manifests/output/output.manifest",
        ),
        context("Every line is checked before AWS sees it; what is found is told in the thread."),
    ]  # fmt: skip
    return modal(
        "New dataset",
        blocks,
        callback_id=DATASET_FORM,
        submit="Make dataset",
        close="Cancel",
        metadata={"channel": source.channel, "job": job, "nonce": nonce},
    )


def lead(source: Source, task_type_title: str, other_set: str) -> str:
    """What stands on top of the form of a finished job; `other_set` is the set that was made of it already, if any."""
    told = f"From the finished job {source.name} ({task_type_title})."
    if not other_set:
        return told
    return (
        f"{told} Its pictures are in the {other_set} set of project {source.project} already, and Rekognition takes no "
        "picture in both sets of a project: name another project, or give a manifest with other pictures."
    )


def thanks(source: Source) -> Block:
    """What stands in the form's place: the dataset is taken in."""
    text = (
        f"*{typed(source.called)}* is taken in. The manifest is checked first; the card in <#{source.channel}> tells "
        "how it goes."
    )
    return modal("New dataset", [section(text)], callback_id=DATASET_THANKS)


def read(view: Mapping[str, Any]) -> Source:
    """What was typed, with the channel that the form belongs to. Whoever asks fills in who asked."""
    values = (view.get("state") or {}).get("values") or {}
    typed_in = {field: _typed(values.get(field) or {}) for field in FIELDS}
    known = {field: text for field, text in typed_in.items() if text}
    return msgspec.structs.replace(Source(dataset_type=""), **known, channel=carried(view)["channel"])


def carried(view: Mapping[str, Any]) -> dict[str, str]:
    """The channel, the job ("" for none) and the nonce that a form of ours carries; empty texts for any other."""
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    return {name: str(kept.get(name) or "") for name in ("channel", "job", "nonce")}


def place(faults: Iterable[Fault]) -> dict[str, str]:
    """The faults as a view_submission's errors, {block_id: text}; what belongs to no field stands at the first."""
    errors: dict[str, str] = {}
    for fault in faults:
        field = fault.field if fault.field in FIELDS else FIELDS[0]
        errors[field] = cut(f"{errors[field]} {fault.text}" if field in errors else fault.text, _ERROR_MAX)
    return errors


def note(words: str) -> Block:
    """Words in place of the form. Nothing in them is a mark, a mention or a link."""
    return modal("New dataset", [{"type": "section", "text": plain(words)}], callback_id=DATASET_THANKS)


def _text(field: str, value: str, hint: str, placeholder: str, optional: bool = False) -> Block:
    box = text_input(VALUE, value, placeholder=placeholder)
    return input_block(FIELD_WORDS[field], box, field, hint=hint, optional=optional)


def _typed(field: Mapping[str, Any]) -> str:
    answer = field.get(VALUE) or {}
    chosen = answer.get("selected_option")
    return str(chosen.get("value") or "") if isinstance(chosen, dict) else str(answer.get("value") or "").strip()
