"""A dataset that is there, of any project (pure): Rekognition copies it, so that what is changed in
one later does not touch the other.

Its entries are written as a manifest too: by it the copy is counted, and its lines are named.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from bot.base.blocks import Block, option, plain, radio, typed
from bot.base.errors import Refusal
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed
from bot.datasets.source import COPY, TEST, TRAIN, TYPE_WORDS, Source
from bot.datasets.sources.origin import PROJECT_MENU, STORE, Notes, Origin, Sight, said
from bot.manifests.json_lines import parse

COPIED, SET = "copied_project", "copied_set"
_SETS = (option("Training set", TRAIN), option("Test set", TEST))


class NothingThere(Refusal):
    """This dataset has no pictures yet, so there is nothing to copy."""

    field = COPIED


class Closed(Refusal):
    """Pictures of this dataset lie in places that are not open to this channel. It can be copied
    where they are.
    """

    field = COPIED


def copied(source: Source) -> tuple[str, str]:
    """The project whose set is copied, and which set."""
    return source.more.get(COPIED, ""), source.more.get(SET, TRAIN)


def _menu(source: Source) -> Block:
    project, _set = copied(source)
    menu: dict[str, Any] = {
        "type": "external_select",
        "action_id": PROJECT_MENU,
        "min_query_length": 0,
        "placeholder": plain("Choose a project"),
    }
    return menu | ({"initial_option": option(project, project)} if project else {})


def _read_project(answer: Answer, source: Source) -> Source:
    if not answer.text:
        return source
    return msgspec.structs.replace(source, more={**source.more, COPIED: answer.text})


def _read_set(answer: Answer, source: Source) -> Source:
    chosen = answer.text if answer.text in TYPE_WORDS else TRAIN
    return msgspec.structs.replace(source, more={**source.more, SET: chosen})


def _fault(source: Source, _allowed: Allowed) -> str:
    project, _set = copied(source)
    if not project:
        return "Choose the project whose dataset is copied."
    if project == source.project:
        return (
            "Rekognition takes no picture in both sets of a project: name another project for the "
            "copy."
        )
    return ""


def _lines(source: Source, sight: Sight, _notes: Notes) -> Iterator[bytes]:
    empty = True
    for line in sight.entries(*copied(source)):
        if not sight.allowed.text(str(parse(line).get("source-ref") or "")):
            raise Closed
        empty = False
        yield line
    if empty:
        raise NothingThere


def _words(source: Source) -> str:
    project, which = copied(source)
    return f"copied from the {TYPE_WORDS[which]} set of project {typed(project, 100)}"


ORIGIN = Origin(
    name=COPY,
    words="A dataset that is there",
    about="A copy of a project's set; later changes do not touch it",
    fields=(
        Field(
            name=COPIED,
            words="Copied from project",
            hint=said("Type a part of its name."),
            element=_menu,
            read=_read_project,
            fault=_fault,
            aliases=("manifest_uri",),
        ),
        Field(
            name=SET,
            words="Its set",
            element=lambda source: radio(VALUE, _SETS, copied(source)[1]),
            read=_read_set,
        ),
        STORE,
    ),
    from_words=_words,
    place_of=lambda source: "/".join(copied(source)),
    lines=_lines,
)
