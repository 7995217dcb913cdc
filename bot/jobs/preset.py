"""Presets and what the forms of a channel begin with, as values (pure)."""

from dataclasses import dataclass

import msgspec

from bot.engines.particulars import Extras
from bot.jobs.draft import Draft

LAST, NOTHING, PRESET = "last", "nothing", "preset"
"""What a form may begin with; behind `preset:` stands its id."""

NAME_MAX = 60  # ours: it stands in a menu, whose options have 75 characters


class ChannelDefaults(msgspec.Struct, frozen=True):
    """What forms of a channel begin with; of the extras its keys, tags and declarations.
    `results_in_thread`: results are shown in a job's thread, at its end and when somebody presses
    [Results].
    """

    output_uri: str = ""
    workers_per_object: int = 1
    extras: Extras = Extras()
    results_in_thread: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A form that was filled once, under a name of its own."""

    id: str
    team_id: str
    channel: str
    name: str
    draft: Draft
    made_by: str


def with_defaults(draft: Draft, defaults: ChannelDefaults) -> Draft:
    """The draft with what its channel begins with where it says nothing itself."""
    extras, usual = draft.extras, defaults.extras
    extras = msgspec.structs.replace(
        extras,
        output_key=extras.output_key or usual.output_key,
        tags={**usual.tags, **extras.tags},
        declarations=extras.declarations or usual.declarations,
    )
    output = draft.output_uri or defaults.output_uri
    asks = draft.asks_output and not output
    return msgspec.structs.replace(draft, extras=extras, output_uri=output, asks_output=asks)
