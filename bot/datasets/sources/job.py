"""A finished labeling job of the channel (pure): its output manifest is found by itself.

A form that was opened from the job's card knows the job, and offers its manifest to be changed.
"""

from dataclasses import replace

import msgspec

from bot.base.blocks import Block, option, plain
from bot.base.forms import Answer, Field
from bot.base.s3_uri import Allowed
from bot.datasets.source import JOB, Source
from bot.datasets.sources.manifest import ADDRESS, FAULTY, PAIRING
from bot.datasets.sources.origin import Origin, said

JOB_MENU = "dataset_job"  # block_suggestion: finished jobs of the channel
JOB_FIELD = "finished_job"
_CALLED = "job_called"  # what the menu calls the chosen one
_MENU: Block = {
    "type": "external_select",
    "action_id": JOB_MENU,
    "min_query_length": 0,
    "placeholder": plain("Choose a job"),
}


def _of_card(source: Source) -> bool:
    return source.told_below is not None


def _chosen(answer: Answer, source: Source) -> Source:
    if not answer.text:
        return source
    more = {**source.more, JOB: answer.text, _CALLED: answer.choice}
    return msgspec.structs.replace(source, more=more)


def _menu(source: Source) -> Block:
    chosen, called = source.more.get(JOB), source.more.get(_CALLED)
    if not chosen or not called:
        return _MENU
    return {**_MENU, "initial_option": option(called, chosen)}


def _fault(source: Source, _allowed: Allowed) -> str:
    return "" if source.more.get(JOB) else "Choose a finished job of this channel."


MENU: Field[Source] = Field(
    name=JOB_FIELD,
    words="Finished job",
    hint=said("Of this channel, with classes or boxes of pictures. Type a part of its name."),
    element=_menu,
    read=_chosen,
    fault=_fault,
    applies=lambda source: not _of_card(source),
    aliases=("manifest_uri",),
)

ORIGIN = Origin(
    name=JOB,
    words="A finished labeling job",
    about="Its labels as they are, of one part or of several",
    fields=(
        MENU,
        replace(ADDRESS, applies=_of_card),
        replace(PAIRING, applies=_of_card),
        FAULTY,
    ),
)
