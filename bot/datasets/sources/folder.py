"""A folder in S3 (pure), with or without the names of its folders as labels, as Rekognition's
console does it: the label is the first folder below the chosen one, at any depth; what lies in the
chosen folder itself has none.
"""

from collections.abc import Iterator

import msgspec

from bot.base.blocks import option, radio
from bot.base.errors import Refusal
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import S3Uri
from bot.datasets.source import Source
from bot.datasets.sources.origin import (
    STORE,
    Notes,
    Origin,
    Sight,
    kept_folder,
    place_fault,
    place_words,
    said,
    typed_text,
)
from bot.manifests.build import Tally, lines_for
from bot.manifests.folder_labels import labeler

FOLDER, LABELS = "folder", "folder_labels"
_NAMES, _NONE = "names", "none"
_EXAMPLE = "s3://bucket/pictures/"
_MEDIA = (".jpg", ".jpeg", ".png")  # Custom Labels: PNG and JPEG
_BYTES_MAX = 15_000_000  # Custom Labels: 15 MB a picture
_ANY_NUMBER = 10**12  # the examination knows how many lines a dataset takes
_LABELS = (
    option("Names of folders", _NAMES, "The first folder below it is the label of all inside"),
    option("No labels", _NONE, "They can be added later"),
)


class NoPictures(Refusal):
    """There is no picture in this folder that Rekognition takes (.jpg, .jpeg, .png)."""

    field = FOLDER


def _named(source: Source) -> bool:
    return source.more.get(LABELS, _NAMES) == _NAMES


def _read_labels(answer: Answer, source: Source) -> Source:
    return msgspec.structs.replace(source, more={**source.more, LABELS: answer.text})


def _lines(source: Source, sight: Sight, notes: Notes) -> Iterator[bytes]:
    folder, tally = S3Uri.parse(source.place), Tally()
    yield from lines_for(
        sight.storage.keys_at_once(folder),
        folder.bucket,
        _MEDIA,
        tally=tally,
        limit=_ANY_NUMBER,
        max_bytes=_BYTES_MAX,
        written=labeler(folder, sight.created) if _named(source) else None,
    )
    if not tally.written:
        words = f"No picture that Rekognition takes (.jpg, .jpeg, .png) lies in {folder}."
        raise NoPictures(f"{words} {tally.left_out}".rstrip())
    if tally.left_out:
        notes.said.append(tally.left_out)


ORIGIN = Origin(
    name=FOLDER,
    words="A folder in S3",
    about="Its pictures; names of folders can be the labels",
    fields=(
        Field(
            name=FOLDER,
            words="Folder",
            hint=said("All pictures in it and in its folders are taken, and nothing beside it."),
            element=typed_text("place", _EXAMPLE),
            read=kept_folder("place"),
            fault=lambda source, allowed: place_fault(source.place, allowed, _EXAMPLE),
            aliases=("manifest_uri",),
        ),
        Field(
            name=LABELS,
            words="Labels",
            element=lambda source: radio(VALUE, _LABELS, source.more.get(LABELS, _NAMES)),
            read=_read_labels,
        ),
        STORE,
    ),
    from_words=place_words("folder"),
    lines=_lines,
    label_from=lambda label: f"{label}/",
)
