"""The form of a new dataset: one page, whose fields follow the choice of where its pictures come
from (pure).

Promises to the command: the page is made of a `Source` alone, `read` gives back what was typed in
it, and every fault stands at its field, so that nothing typed is lost on a failed check. `faults`
are asked again before the import.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from bot.base import forms
from bot.base.blocks import Block, context, modal, option, plain, radio, section, select, typed
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field, Part
from bot.base.s3_uri import Allowed
from bot.datasets import source as rules
from bot.datasets.source import JOB, MANIFEST, TEST, TRAIN, Source
from bot.datasets.sources import ORIGINS, origin_of
from bot.datasets.sources.origin import PROJECT_MENU, said, typed_text

DATASET_FORM = "dataset_form"  # callback_id
DATASET_THANKS = "dataset_thanks"
ORIGIN_MENU = "dataset_form_origin"  # block_actions: show the fields of this source
_OPTIONS = 100  # Slack

_TYPES = (
    option("Training set", TRAIN, "What the model learns from"),
    option("Test set", TEST, "What the model is measured by"),
)


def _kept(member: str) -> Callable[[Answer, Source], Source]:
    return lambda answer, source: msgspec.structs.replace(source, **{member: answer.text})


def _read_origin(answer: Answer, source: Source) -> Source:
    if answer.text not in ORIGINS:
        return source
    return msgspec.structs.replace(source, origin=answer.text)


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


ORIGIN: Field[Source] = Field(
    name="origin",
    words="Pictures and labels come from",
    element=lambda source: select(
        ORIGIN_MENU,
        [option(each.words, each.name, each.about) for each in ORIGINS.values()],
        source.origin,
    ),
    read=_read_origin,
    dispatch=True,
    applies=lambda source: source.told_below is None,  # a job's card has said it
)
EVERYBODY: tuple[Field[Source], ...] = (
    Field(
        name="name",
        words="Name",
        hint=said("What it is called here. Left empty: the project's name."),
        element=typed_text("name", "ripe-july"),
        read=_kept("name"),
        fault=lambda source, _allowed: rules.name_fault(source.name),
        optional=True,
    ),
    Field(
        name="project",
        words="Project",
        hint=said(
            "The Rekognition project. It is made if there is none. Keep pictures of different "
            "kinds in projects of their own: a model learns one question."
        ),
        element=typed_text("project", "orchard"),
        read=_kept("project"),
        fault=lambda source, _allowed: rules.project_fault(source.project),
        optional=True,  # one of the two
    ),
    Field(
        name="known_project",
        words="Or a project that is there",
        hint=said("Type a part of its name. What is chosen here counts."),
        element=lambda _source: _PROJECTS,
        read=_chosen_project,
        optional=True,
    ),
    Field(
        name="dataset_type",
        words="Training or test set",
        hint=said(
            "A project takes one of each, and no model is trained without a test set. "
            "/dataset train can make a fifth of the training set the test set."
        ),
        element=lambda source: radio(VALUE, _TYPES, source.dataset_type),
        read=_kept("dataset_type"),
        fault=lambda source, _allowed: rules.type_fault(source.dataset_type),
    ),
)
"""What is asked of every dataset."""


def parts(source: Source) -> list[Part[Source]]:
    """The page for this dataset: where its data come from, what that asks, and what is asked of
    every dataset.
    """
    fields = (ORIGIN, *origin_of(source).fields, *EVERYBODY)
    return [each for each in fields if each.applies(source)]


def page(  # noqa: PLR0913 - what the form carries, and what is told on it
    source: Source,
    *,
    nonce: str,
    draft: str = "",
    job: str = "",
    lead: str = "",
    console: str = "",
) -> Block:
    """The form, filled with what is known.

    `nonce` makes this showing of the page one of its own; `draft` is that of the first showing, so
    that what became of the form counts once; `job` is the id of the finished job on whose card it
    was opened; `lead` is a line on top (the caller escapes nothing); `console` tells of the bucket
    of Rekognition's console.
    """
    blocks = [
        *([section(typed(lead, 600))] if lead else []),
        *forms.blocks_of(parts(source), source),
        *([context(console)] if console else []),
        context("Every line is checked before AWS sees it; what is found is told in the thread."),
    ]
    submit = "Make dataset"
    if origin_of(source).reviewed:
        submit = "Review"
    return modal(
        "New dataset",
        blocks,
        callback_id=DATASET_FORM,
        submit=submit,
        close="Cancel",
        metadata={
            "channel": source.channel,
            "job": job,
            "nonce": nonce,
            "draft": draft or nonce,
        },
    )


def faults(source: Source, allowed: Allowed) -> list[Fault]:
    """Everything wrong with what was asked, at most one fault per field."""
    return forms.faults(parts(source), source, allowed)


def errors(found: Iterable[Fault], source: Source) -> dict[str, str]:
    """The faults as a view_submission's errors; what belongs to no field of this dataset's page
    stands at its name.
    """
    shown = parts(source)
    known = {name for each in forms.fields_of(shown) for name in (each.name, *each.aliases)}
    at_fields = [Fault(one.field if one.field in known else "name", one.text) for one in found]
    return forms.at_their_fields(at_fields, shown)


def offered_jobs(found: Iterable[tuple[str, str]]) -> list[Block]:
    """The options of the menu of finished jobs (100 at most), given as (id, name)."""
    return [option(name, job_id) for job_id, name in found][:_OPTIONS]


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


def begun(view: Mapping[str, Any]) -> Source:
    """What a form began with, as far as it carries that itself: its channel, and the job on whose
    card it was opened.
    """
    kept = carried(view)
    if not kept["job"]:
        return Source(channel=kept["channel"], dataset_type="", origin=MANIFEST)
    below = ("job", kept["job"])
    return Source(channel=kept["channel"], dataset_type="", origin=JOB, told_below=below)


def read(view: Mapping[str, Any], before: Source | None = None) -> Source:
    """The dataset with what stands on the page, of whichever source it is; `before` is what was
    typed until then.
    """
    of_origins = [field for each in ORIGINS.values() for field in each.fields]
    return forms.read((ORIGIN, *of_origins, *EVERYBODY), view, before or begun(view))


def carried(view: Mapping[str, Any]) -> dict[str, str]:
    """What a form of ours carries: the channel, the job ("" for none), the number of this showing
    and that of the first; empty texts for any other.
    """
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    found = {name: str(kept.get(name) or "") for name in ("channel", "job", "nonce", "draft")}
    return {**found, "draft": found["draft"] or found["nonce"]}
