"""What a job labels: a manifest as it is, or one made of a folder. Read at the form, read again
before the launch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import Body, Storage, check_size, gathered
from bot.engines.task_type import TaskType
from bot.jobs.draft import Draft, final_attribute
from bot.manifests import build, lines

_TEXT_FILES = (".txt", ".csv")
_IMAGE_BYTES_MAX = 40 * 1024 * 1024  # Ground Truth: 40 MB an image


class BadInput(Refusal):
    """The data cannot be labeled as it is."""

    field = "input_uri"


@dataclass(frozen=True, slots=True)
class Input:
    """What was read: how many objects, how many files were left out, and what of it is worth a
    look, in words; `labeled` objects have the label attribute already, `repeats` name one that
    came before.
    """

    objects: int
    skipped: int
    notes: str
    labeled: int = 0
    repeats: int = 0


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
        if not uri.is_folder:
            return self._manifest(uri, kind, final_attribute(draft, kind))
        tally = build.Tally()
        for _line in self._lines(uri, tally, kind):
            pass  # the lines themselves are of no use before the launch
        return _counted(uri, tally, kind)

    @contextmanager
    def made(self, draft: Draft, kind: TaskType) -> Iterator[Made]:
        """The manifest that is made of a folder, or the one that was given. Either is read and
        checked again.

        Raises:
            NoRoom: see `gathered`; and what `read` raises.

        """
        uri = S3Uri.parse(draft.input_uri)
        if not uri.is_folder:
            yield Made(self._manifest(uri, kind, final_attribute(draft, kind)), None)
            return
        tally = build.Tally()
        with gathered(self._lines(uri, tally, kind)) as body:
            yield Made(_counted(uri, tally, kind), body)

    def _manifest(self, uri: S3Uri, kind: TaskType, attribute: str) -> Input:
        verdict = lines.check(
            self._storage.chunks(uri),
            source_key="source" if kind.source_key == "source" else "source-ref",
            media=_endings(kind),
            allowed=self._allowed.text,
            limit=kind.objects_max,
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

    def _lines(self, uri: S3Uri, tally: build.Tally, kind: TaskType) -> Iterator[bytes]:
        """The lines of the manifest of a folder, counted in `tally`."""
        return (
            self._texts(uri, tally, kind)
            if kind.source_key == "source"
            else self._objects(uri, tally, kind)
        )

    def _objects(self, uri: S3Uri, tally: build.Tally, kind: TaskType) -> Iterator[bytes]:
        keys = self._storage.keys(uri)
        limit = kind.objects_max
        return build.lines_for(
            keys, uri.bucket, kind.media, tally=tally, limit=limit, max_bytes=_IMAGE_BYTES_MAX
        )

    def _texts(self, uri: S3Uri, tally: build.Tally, kind: TaskType) -> Iterator[bytes]:
        """One object per line of every text file of the folder."""
        for key, size, archived in self._storage.keys(uri):
            if key.lower().endswith(_TEXT_FILES) and archived:
                tally.archived += 1
            elif key.lower().endswith(_TEXT_FILES):
                file = S3Uri(uri.bucket, key)
                check_size(file, size)
                chunks = self._storage.chunks(file)
                yield from build.text_lines(chunks, tally=tally, limit=kind.objects_max)
            elif not key.endswith("/"):
                tally.other[key.rpartition(".")[2]] += 1


def _counted(uri: S3Uri, tally: build.Tally, kind: TaskType) -> Input:
    """What a folder that was read to its end holds."""
    skipped = tally.other.total() + tally.hidden + tally.empty + tally.large + tally.archived
    skipped += tally.odd + tally.over
    if not tally.written:
        wanted = ", ".join(_TEXT_FILES if kind.source_key == "source" else kind.media)
        words = (
            f"There is nothing to label in {uri}: no file in it ends in {wanted}. {tally.left_out}"
        )
        raise BadInput(words.rstrip())
    return Input(tally.written, skipped, tally.left_out)


def _endings(kind: TaskType) -> tuple[str, ...]:
    """The file endings of a type; text types name none (their catalogue entry is a sentence)."""
    return tuple(ending for ending in kind.media if ending.startswith("."))
