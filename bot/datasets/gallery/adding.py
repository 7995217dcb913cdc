"""Pictures for a dataset that stands, brought in a window (pure)."""

import json
from collections.abc import Mapping, Sequence
from posixpath import commonprefix
from typing import Any

import msgspec

from bot.base import forms
from bot.base.blocks import Block, context, count, modal, section, text_input, typed
from bot.base.errors import Fault
from bot.base.forms import VALUE, Field
from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.brought.brought import Brought
from bot.datasets.source import Source
from bot.datasets.sources.origin import kept_folder, place_fault, said
from bot.datasets.sources.pictures import INPUTS

ADD_ID, ADD_VIEW = "gallery_add", "gallery_add_view"
_NAME = 100
_EXAMPLE = "s3://my-pictures/orchard/"


def _fault(source: Source, allowed: Allowed) -> str:
    """A folder that is open to the channel, in the bucket of the other pictures."""
    fault = place_fault(source.store, allowed, _EXAMPLE)
    if fault or not source.place:
        return fault
    bucket = S3Uri.parse(source.place).bucket
    if S3Uri.parse(source.store).bucket == bucket:
        return ""
    return (
        f"The pictures of this dataset lie in bucket {bucket}, and Rekognition takes one bucket "
        "for all of them. Name a folder there."
    )


STORE: Field[Source] = Field(
    name="store",
    words="Where they are put",
    hint=said("A folder in S3, in the bucket of the dataset's other pictures."),
    element=lambda source: text_input(VALUE, source.store, placeholder=_EXAMPLE),
    read=kept_folder("store"),
    fault=_fault,
)
_FIELDS = (*INPUTS, STORE)


def blank(source: Source, pictures: Sequence[str]) -> Source:
    """What the window begins with: the folder in which some pictures of the dataset lie, as far as
    their addresses are known.
    """
    known = pictures or [source.place or source.manifest_uri]
    try:
        bucket = f"s3://{S3Uri.parse(known[0]).bucket}/"
    except BadAddress:
        return msgspec.structs.replace(source, place="", brought=())
    addresses = [one for one in known if one.startswith(bucket)]
    shared, slash, _ = commonprefix(addresses).rpartition("/")
    folder = f"{shared}{slash}"  # an empty part (//) is the name of a folder like any other
    return msgspec.structs.replace(source, place=folder, store=folder, brought=())


def window(source: Source, carries: Mapping[str, str], lead: str = "") -> Block:
    """The window, filled with what is known. It carries the `sheet` below which it was opened, or
    the `dataset` and the `draft` that holds a message's files; `lead` is a line on top.
    """
    return modal(
        "Add pictures",
        [
            section(f"*Dataset {typed(source.called, _NAME)}*"),
            *([section(typed(lead, 600))] if lead else []),
            *forms.blocks_of(_FIELDS, source),
            context(
                "They come without labels, on which no model is trained. Labels… below the "
                "dataset's pictures gives them some."
            ),
        ],
        callback_id=ADD_VIEW,
        submit="Add",
        close="Cancel",
        metadata=dict(carries),
    )


def carried(view: Mapping[str, Any]) -> dict[str, str]:
    """What the window carries (see `window`); "" for what it does not."""
    kept = json.loads(view.get("private_metadata") or "{}")
    return {name: str(kept.get(name) or "") for name in ("sheet", "dataset", "draft")}


def read(
    view: Mapping[str, Any], source: Source, allowed: Allowed
) -> tuple[Source, dict[str, str]]:
    """The dataset's source with the files that were brought and where they are put; and what is
    wrong with these, by field.
    """
    found = forms.read(_FIELDS, view, source)
    faults: list[Fault] = forms.faults(_FIELDS, found, allowed)
    return found, forms.at_their_fields(faults, _FIELDS)


def taken(source: Source, brought: Sequence[Brought], *, first: bool) -> Block:
    """What stands in the window's place."""
    words = (
        f"{count(len(brought), 'file')} for dataset *{typed(source.called, _NAME)}*: stored in S3 "
        "first, then sent to AWS. The dataset's thread tells when AWS has them."
    )
    if not first:
        words = "These files are on their way already."
    return modal("Add pictures", [section(words)], callback_id="gallery_add_taken")


def about_words(source: Source) -> str:
    """What is changed, for the dataset's thread."""
    return (
        f"{count(len(source.brought), 'file')} of pictures added, without labels; Labels… below "
        f"/dataset show {source.called} gives them some"
    )
