"""A file of another tool (pure): COCO, VOC, YOLO, CSV, Label Studio; one file, a folder or a zip in
S3. The bot writes a manifest of it; what the manifest cannot hold is said with its lines.
"""

from collections.abc import Iterable, Iterator

import msgspec

from bot.base.blocks import option, select
from bot.base.errors import Refusal
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed, S3Uri
from bot.datasets.source import Source
from bot.datasets.sources.origin import (
    STORE,
    Notes,
    Origin,
    Sight,
    kept_address,
    place_fault,
    place_words,
    said,
    typed_more,
    typed_text,
    with_slash,
)
from bot.manifests.formats import FORMATS
from bot.manifests.formats.augmented import AUGMENTED
from bot.manifests.formats.format import Findings, Naming
from bot.manifests.formats.guess import guessed
from bot.manifests.formats.objects import opened
from bot.manifests.json_lines import LineFault
from bot.manifests.shapes import Line

EXPORT, FORMAT, PICTURES = "export", "format", "pictures"
_BY_LOOK = "look"
_READ = ("coco", "voc", "yolo", "csv", "label-studio")
_CHOICE = (
    option("By its look", _BY_LOOK),
    *(option(FORMATS[name].title, name) for name in _READ),
)
_LINES_NAMED = 5


class NothingRead(Refusal):
    """There is no picture in this file."""

    field = EXPORT


class Outside(Refusal):
    """Pictures lie in places that are not open to this channel."""

    field = EXPORT


def _answered(name: str, text: str, source: Source) -> Source:
    return msgspec.structs.replace(source, more={**source.more, name: text})


def _read_pictures(answer: Answer, source: Source) -> Source:
    return _answered(PICTURES, with_slash(answer.text), source)


def _pictures_fault(source: Source, allowed: Allowed) -> str:
    address = source.more.get(PICTURES, "")
    return place_fault(address, allowed, "s3://bucket/pictures/") if address else ""


def _lines(source: Source, sight: Sight, notes: Notes) -> Iterator[bytes]:
    findings = Findings()
    naming = Naming(
        pictures=source.more.get(PICTURES, ""), job=source.called, created=sight.created
    )
    with opened(sight.storage, S3Uri.parse(source.place)) as files:
        name = source.more.get(FORMAT, _BY_LOOK)
        form = FORMATS[name if name in _READ else guessed(files)]
        lines = _dated(_within(form.read(files, naming, findings), sight.allowed), sight.created)
        empty = True
        for piece in AUGMENTED.write(lines, "", findings):
            empty = empty and not piece.body
            yield piece.body
    notes.said += found(findings)
    if empty:
        words = f"No picture was found in {source.place}, read as {form.title}."
        raise NothingRead(" ".join((words, *notes.said)))


def _within(lines: Iterable[Line], allowed: Allowed) -> Iterator[Line]:
    """The same lines.

    Raises:
        Outside: one is about a picture in a place that is closed to the channel.

    """
    for line in lines:
        if line.address and not allowed.text(line.address):
            raise Outside(
                f"Picture {line.number:,} lies at {line.address[:200]}, which is not open to this "
                f"channel. The bot may use: {allowed.words()}."
            )
        yield line


def _dated(lines: Iterable[Line], created: str) -> Iterator[Line]:
    """The same lines, each label with what Rekognition wants to know and few tools say: when, and
    that a person made it.
    """
    for line in lines:
        told = tuple(
            msgspec.structs.replace(
                each, created=each.created or created, human=each.human is not False
            )
            for each in line.told
        )
        yield msgspec.structs.replace(line, told=told)


def found(findings: Findings) -> Iterator[str]:
    """What was found, a sentence for each kind, with its lines."""
    for code, number in findings.counts.items():
        first, *others = [one for one in findings.kept if one.code == code]
        words = f"{first.text.rstrip('.')}."
        if first.line:
            words = f"Picture {first.line:,}: {words}"
        if number > 1:
            words += f" And {number - 1:,} more like it{_named(others, number - 1)}."
        yield words


def _named(others: list[LineFault], number: int) -> str:
    """The first of the others by their numbers, in brackets; "" where they have none."""
    named = [f"{one.line:,}" for one in others[:_LINES_NAMED] if one.line]
    if not named:
        return ""
    if number > len(named):
        named.append("…")
    return f" ({', '.join(named)})"


ORIGIN = Origin(
    name=EXPORT,
    words="A file of another tool",
    about="COCO, VOC, YOLO, CSV, Label Studio",
    fields=(
        Field(
            name=EXPORT,
            words="File",
            hint=said("A file in S3, a folder (with / at its end), or a zip."),
            element=typed_text("place", "s3://bucket/exports/annotations.json"),
            read=kept_address("place"),
            fault=lambda source, allowed: place_fault(
                source.place, allowed, "s3://bucket/exports/annotations.json"
            ),
            aliases=("manifest_uri", "input_uri"),
        ),
        Field(
            name=FORMAT,
            words="Format",
            element=lambda source: select(VALUE, _CHOICE, source.more.get(FORMAT, _BY_LOOK)),
            read=lambda answer, source: _answered(FORMAT, answer.text, source),
        ),
        Field(
            name=PICTURES,
            words="Where its pictures lie",
            hint=said("A folder in S3. Left empty where the file has their S3 addresses."),
            element=typed_more(PICTURES, "s3://bucket/pictures/"),
            read=_read_pictures,
            fault=_pictures_fault,
            optional=True,
        ),
        STORE,
    ),
    from_words=place_words("file"),
    lines=_lines,
)
