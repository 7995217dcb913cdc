"""What a job labels: a manifest as it is, or one made of a folder. Read at the form, read again
before the launch.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, Listed, S3Uri
from bot.base.storage import Body, Storage, check_size, gathered
from bot.engines.task_type import TaskType
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.places import is_text_file
from bot.manifests import build, json_lines, lines, texts
from bot.manifests.json_words import BadLine
from bot.manifests.texts import TextsRead


class BadInput(Refusal):
    """The data cannot be labeled as it is."""

    field = "input_uri"


@dataclass(frozen=True, slots=True)
class Input:
    """What was read: how many objects, how many files were left out, and what of it is worth a
    look, in words; `labeled` objects have the label attribute already, `repeats` name one that
    came before; `texts` is how files of texts were read.
    """

    objects: int
    skipped: int
    notes: str
    labeled: int = 0
    repeats: int = 0
    texts: TextsRead = TextsRead()  # noqa: RUF009 - it is frozen


@dataclass(frozen=True, slots=True)
class Made:
    """What was read, and the manifest that was made of it; no `body` where the input is a manifest
    itself.
    """

    input: Input
    body: Body | None


class Inputs:
    """Reads inputs; `storage` has the patience of whoever waits."""

    def __init__(self, storage: Storage, allowed: Allowed) -> None:
        self._storage = storage
        self._allowed = allowed

    def read(self, draft: Draft, kind: TaskType) -> Input:
        """The input of a draft whose first page has no faults, as its task type reads it.

        Raises: BadInput: with line numbers and the remedy (not JSON Lines, wrong shape, nothing to
            label in the folder). MissingObject, NotAllowedPlace, TooLarge, AwsRefused, AwsBusy: see
            `bot.base.storage`.

        """
        uri = S3Uri.parse(draft.input_uri)
        if not _is_made(uri, kind):
            return self._manifest(uri, kind, final_attribute(draft, kind))
        tally, seen = build.Tally(), texts.Seen(reading_of(draft))
        for _line in self._lines(uri, tally, kind, seen):
            pass  # the lines themselves are of no use before the launch
        return _counted(uri, tally, kind, seen.read())

    def first(self, draft: Draft, kind: TaskType) -> Mapping[str, Any]:
        """The first object, as its line of the manifest has it.

        Raises:
            BadInput: there is none, or its line is wrong; and what `read` raises.

        """
        uri = S3Uri.parse(draft.input_uri)
        line: bytes | None
        if _is_made(uri, kind):
            tally, seen = build.Tally(), texts.Seen(reading_of(draft))
            line = next(self._lines(uri, tally, kind, seen), b"")
        else:
            numbered = json_lines.numbered(self._storage.chunks(uri))
            line = next((body for _number, body in numbered if body is None or body.strip()), b"")
        if line == b"":
            raise BadInput(f"There is nothing to label in {uri}.")
        try:
            return json_lines.parse(line)
        except BadLine as fault:
            words = fault.text() or "it is no JSON object of 100,000 characters at most"
            raise BadInput(f"The first object of {uri} cannot be read: {words}.") from fault

    @contextmanager
    def made(self, draft: Draft, kind: TaskType) -> Iterator[Made]:
        """The manifest that is made of a folder or a file of texts, or the one that was given.
        Either is read and checked again.

        Raises:
            NoRoom: see `gathered`; and what `read` raises.

        """
        uri = S3Uri.parse(draft.input_uri)
        if not _is_made(uri, kind):
            yield Made(self._manifest(uri, kind, final_attribute(draft, kind)), None)
            return
        tally, seen = build.Tally(), texts.Seen(reading_of(draft))
        with gathered(self._lines(uri, tally, kind, seen)) as body:
            yield Made(_counted(uri, tally, kind, seen.read()), body)

    def _manifest(self, uri: S3Uri, kind: TaskType, attribute: str) -> Input:
        verdict = lines.check(
            self._storage.chunks(uri),
            source_key=_source_key(kind),
            media=_endings(kind),
            allowed=self._allowed.text,
            limit=kind.limit,
            attribute=attribute,
        )
        if not verdict.fine:
            raise BadInput(lines.words(verdict))
        return Input(
            verdict.objects,
            0,
            lines.notes(verdict),
            labeled=verdict.labeled,
            repeats=verdict.counts.get("repeat", 0),
        )

    def _lines(
        self,
        uri: S3Uri,
        tally: build.Tally,
        kind: TaskType,
        seen: texts.Seen,
    ) -> Iterator[bytes]:
        """The lines of the manifest of a folder or a file of texts, counted in `tally`."""
        if kind.source_key == "source":
            return self._texts(uri, tally, kind, seen)
        return self._objects(uri, tally, kind)

    def _objects(self, uri: S3Uri, tally: build.Tally, kind: TaskType) -> Iterator[bytes]:
        keys = self._storage.keys(uri)
        limit = kind.limit
        return build.lines_for(
            keys,
            uri.bucket,
            kind.media,
            tally=tally,
            limit=limit,
            max_bytes=kind.file_bytes_max or None,
        )

    def _texts(
        self,
        uri: S3Uri,
        tally: build.Tally,
        kind: TaskType,
        seen: texts.Seen,
    ) -> Iterator[bytes]:
        """One object per text of every file of the folder, or of the one file."""
        files = self._storage.keys(uri) if uri.is_folder else [self._listed(uri)]
        endings = frozenset(texts.ENDINGS)
        for listed in files:
            if build.left_out(listed, endings, tally):
                continue
            file = S3Uri(uri.bucket, listed.key)
            check_size(file, listed.size)
            for text in texts.texts(listed.key, self._storage.chunks(file), seen):
                yield from build.text_line(text, tally, kind.limit)
        tally.blank = seen.blank

    def _listed(self, uri: S3Uri) -> Listed:
        """A single file, as a listing would have it."""
        head = self._storage.head(uri)
        return Listed(uri.key, head.size, head.archived)


def in_several(objects: int, kind: TaskType, place: str) -> str:
    """That so many objects become several jobs, in words; "" where one job takes them."""
    if objects <= kind.objects_max:
        return ""
    jobs = ceil(objects / kind.objects_max)
    return (
        f"{count(objects, kind.noun)} in {jobs} jobs at {place}, which takes "
        f"{kind.objects_max:,} in one: here they are one job with one card and one end."
    )


def reading_of(draft: Draft) -> texts.Reading:
    """What was chosen on the form about files of texts."""
    return texts.Reading(
        column=draft.more.get("text_column", ""),
        whole=draft.more.get("text_per") == "file",
        encoding=draft.more.get("text_encoding", ""),
    )


def _is_made(uri: S3Uri, kind: TaskType) -> bool:
    """Whether the input is no manifest: one is made of it."""
    return uri.is_folder or (kind.source_key == "source" and is_text_file(uri.key))


def _counted(uri: S3Uri, tally: build.Tally, kind: TaskType, read: TextsRead) -> Input:
    """What a folder or a file of texts that was read to its end holds."""
    skipped = tally.other.total() + tally.hidden + tally.empty + tally.large + tally.archived
    skipped += tally.odd + tally.over
    if not tally.written:
        wanted = ", ".join(texts.ENDINGS if kind.source_key == "source" else kind.media)
        words = (
            f"There is nothing to label in {uri}: no file in it ends in {wanted}. {tally.left_out}"
        )
        raise BadInput(words.rstrip())
    return Input(tally.written, skipped, tally.left_out, texts=read)


def _source_key(kind: TaskType) -> lines.SourceKey:
    """Under which name a line has its object; a page of one's own may show either."""
    for key in ("source", "either"):
        if kind.source_key == key:
            return key
    return "source-ref"


def _endings(kind: TaskType) -> tuple[str, ...]:
    """The file endings of a type; text types name none (their catalogue entry is a sentence)."""
    return tuple(ending for ending in kind.media if ending.startswith("."))
