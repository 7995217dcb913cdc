"""The windows about a channel's forms: what they begin with, and the name of a preset (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.base import forms
from bot.base.blocks import (
    Block,
    button,
    checkboxes,
    input_block,
    modal,
    option,
    section,
    text_input,
    typed,
)
from bot.base.errors import Fault
from bot.base.s3_uri import Allowed
from bot.delivery.message import Message
from bot.jobs.draft import Draft
from bot.jobs.form import rules
from bot.jobs.form.asked import Asked
from bot.jobs.form.extra_fields import DECLARED, OUTPUT_KEY, TAGS
from bot.jobs.form.fields import OUTPUT
from bot.jobs.form.more_fields import WORKERS
from bot.jobs.form.reading import hint
from bot.jobs.preset import NAME_MAX, ChannelDefaults, Preset

DEFAULTS_VIEW, PRESET_VIEW = "channel_defaults", "preset_name"
DELETE_PRESET = "preset_delete"
_NAME = "preset"


def _output_fault(asked: Asked, allowed: Allowed) -> str:
    return rules.output_fault(asked, allowed) if asked.draft.output_uri else ""


RESULTS = "results_in_thread"
RESULTS_IN_THREAD: forms.Field[Asked] = forms.Field(
    name=RESULTS,
    words="Results in the thread",
    hint=hint("Everybody in the channel sees the pictures. Off: they come to whoever asks."),
    element=lambda asked: checkboxes(
        forms.VALUE,
        [option("At the end of a job or a training, and when somebody asks for them", "yes")],
        [asked.draft.more.get(RESULTS, "")],
    ),
    read=lambda answer, asked: asked.but(
        more={**asked.draft.more, RESULTS: "".join(answer.ticked)}
    ),
    optional=True,
)
SHARED = Fault(
    RESULTS,
    "This channel is shared with another company, or Slack does not say that it is not: results "
    "are never shown in its threads.",
)

DEFAULTS: tuple[forms.Field[Asked], ...] = (
    replace(OUTPUT, optional=True, fault=_output_fault, applies=lambda _asked: True),
    WORKERS,
    OUTPUT_KEY,
    TAGS,
    DECLARED,
    RESULTS_IN_THREAD,
)
"""What can be set for every form of a channel."""


def defaults_page(asked: Asked, channel: str) -> Block:
    """What forms of the channel begin with, to be changed."""
    words = f"Forms of <#{channel}> begin with this. Whoever fills one may change it there."
    return modal(
        "Defaults of the channel",
        [section(words), *forms.blocks_of(DEFAULTS, asked)],
        callback_id=DEFAULTS_VIEW,
        submit="Save",
        close="Cancel",
        metadata={"channel": channel},
    )


def as_draft(defaults: ChannelDefaults) -> Draft:
    """The defaults as a draft, which fields are made for."""
    return Draft(
        output_uri=defaults.output_uri,
        workers_per_object=defaults.workers_per_object,
        extras=defaults.extras,
        more={RESULTS: "yes"} if defaults.results_in_thread else {},
    )


def read_defaults(view: Mapping[str, Any], asked: Asked) -> Asked:
    """What the window holds."""
    return forms.read(DEFAULTS, view, asked)


def faults(asked: Asked, allowed: Allowed) -> list[Fault]:
    """What is wrong with it."""
    return forms.faults(DEFAULTS, asked, allowed)


def as_defaults(draft: Draft) -> ChannelDefaults:
    """The defaults that a draft of the window says."""
    return ChannelDefaults(
        draft.output_uri, draft.workers_per_object, draft.extras, bool(draft.more.get(RESULTS))
    )


def preset_page(of: Mapping[str, str], name: str) -> Block:
    """The name of a preset; `of` says of which draft or job it is made."""
    return modal(
        "Save as a preset",
        [
            section("The next form of this channel can start from it, as it stands now."),
            input_block("Name", text_input(forms.VALUE, name[:NAME_MAX]), _NAME),
        ],
        callback_id=PRESET_VIEW,
        submit="Save",
        close="Cancel",
        metadata=dict(of),
    )


def preset_name(view: Mapping[str, Any]) -> str:
    """The name that was typed, on one line."""
    values = (view.get("state") or {}).get("values") or {}
    answer = forms.Answer(next(iter((values.get(_NAME) or {}).values()), {}))
    return " ".join(answer.text.split())


def name_errors(name: str) -> dict[str, str]:
    """What is wrong with a preset's name, at its field."""
    if 1 <= len(name) <= NAME_MAX:
        return {}
    return {_NAME: f"Write a name of 1 to {NAME_MAX} characters."}


def saved(name: str) -> Block:
    """The window after a preset was saved."""
    words = f"*{typed(name)}* is saved. `/labeljob create` offers it under Start from."
    return modal("Save as a preset", [section(words)], callback_id="preset_saved")


def presets_message(presets: Sequence[Preset]) -> Message:
    """The presets of a channel, each with its button."""
    if not presets:
        words = (
            "This channel has no presets yet. [Save as preset…] stands on the review of a form and "
            "on the status of a job that is over."
        )
        return Message(words, [section(words)])
    lines = [f"{typed(each.name)} · saved by <@{each.made_by}>" for each in presets]
    blocks: list[Block] = []
    for each, line in zip(presets, lines, strict=True):
        delete = button("Delete", DELETE_PRESET, each.id, label=f"Delete the preset {each.name}")
        blocks.append(section(line, accessory=delete))
    text = "\n".join(["Presets of this channel:", *lines])
    return Message(text, [section("*Presets of this channel*"), *blocks[:48]])
