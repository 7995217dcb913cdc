"""A person's own pictures (pure): files of a form, at most thirty at a time, or zips of them. They
are put into S3 first, and have no labels yet.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from bot.base.blocks import Block
from bot.base.errors import Refusal
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed, S3Uri
from bot.brought.brought import (
    Brought,
    Takes,
    files_fault,
    from_slack,
    mark_of,
    shown,
    together,
)
from bot.datasets.source import Source
from bot.datasets.sources.origin import (
    STORE,
    Notes,
    Origin,
    Reads,
    Sight,
    place_words,
    said,
)
from bot.manifests.build import lines_for

PICTURES = "pictures"
MEDIA = (".jpg", ".jpeg", ".png")  # Custom Labels: PNG and JPEG
_BYTES_MAX = 15_000_000  # Custom Labels: 15 MB a picture
_ANY_NUMBER = 10**12  # the examination knows how many lines a dataset takes
_INPUTS = 3  # ours, and Slack's: three inputs with ten files each
TAKES = Takes(frozenset(MEDIA), frozenset(MEDIA), _BYTES_MAX)
INPUT: Block = {
    "type": "file_input",
    "action_id": VALUE,
    "max_files": 10,  # Slack's most
    "filetypes": ["jpg", "jpeg", "png", "zip"],
}


class NoneStored(Refusal):
    """None of these pictures is in S3."""

    field = "files_1"


def pictures_fault(brought: tuple[Brought, ...]) -> str:
    """What is wrong with the files; "" for nothing."""
    large = [one for one in brought if one.size > _BYTES_MAX and not one.is_zip]
    if large:
        return f"{large[0].name} is larger than the 15 MB that Rekognition takes. Make it smaller."
    return files_fault(brought, MEDIA, "picture")


def folder_of(store: str, brought: tuple[Brought, ...]) -> str:
    """Where they are put: the same for the same files."""
    return f"{store}labeljob/pictures-{mark_of(brought)}/"


def bare_lines(folder: S3Uri, storage: Reads) -> Iterator[bytes]:
    """A line without labels for each picture of a folder."""
    keys = storage.keys_at_once(folder)
    yield from lines_for(keys, folder.bucket, MEDIA, max_bytes=_BYTES_MAX, limit=_ANY_NUMBER)


def _lines(source: Source, sight: Sight, _notes: Notes) -> Iterator[bytes]:
    many = 0
    for line in bare_lines(S3Uri.parse(source.place), sight.storage):
        many += 1
        yield line
    if not many:
        raise NoneStored


def _place_of(source: Source) -> str:
    return folder_of(source.store, source.brought)


def _add(answer: Answer, source: Source) -> Source:
    found = together(source.brought, from_slack(answer.files))
    return msgspec.structs.replace(source, brought=found)


def _first(answer: Answer, source: Source) -> Source:
    """New files stand for those that were kept: else one that is too large would stay for ever."""
    found = from_slack(answer.files)
    return msgspec.structs.replace(source, brought=found) if found else source


def _first_hint(source: Source) -> str:
    kept = f"{shown(source.brought)}. New files replace these. " if source.brought else ""
    return f"{kept}JPEG or PNG, or a zip of them; 30 files at a time."


def _fault(source: Source, _allowed: Allowed) -> str:
    return pictures_fault(source.brought)


def _input(number: int) -> Field[Source]:
    if number == 1:
        return Field(
            name="files_1",
            words="Pictures",
            hint=_first_hint,
            element=lambda _source: INPUT,
            read=_first,
            fault=_fault,
            optional=True,
            aliases=("brought", "manifest_uri"),
        )
    return Field(
        name=f"files_{number}",
        words=f"More pictures ({number} of {_INPUTS})",
        element=lambda _source: INPUT,
        read=_add,
        optional=True,
    )


INPUTS = tuple(_input(number) for number in range(1, _INPUTS + 1))
_KEPT = replace(
    STORE,
    words="Where they are kept",
    hint=said("A folder in S3 that the bot may write to: pictures and their manifest stay there."),
)
ORIGIN = Origin(
    name=PICTURES,
    words="My own pictures",
    about="Files from your computer; they get their labels afterwards",
    fields=(*INPUTS, _KEPT),
    from_words=place_words("pictures in"),
    lines=_lines,
    place_of=_place_of,
    in_s3=False,
)
