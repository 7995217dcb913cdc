"""What a job labels: a manifest as it is, or one made of a folder. Read at the form, read again
before the launch.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, TypeVar

from bot.base.blocks import count
from bot.base.s3_uri import Allowed, Listed, S3Uri
from bot.base.storage import Body, Storage, check_size, gathered
from bot.brought.storing import BadInput
from bot.engines.task_type import TaskType
from bot.jobs.draft import NAMED, SAMPLE, Draft, final_attribute
from bot.jobs.places import is_text_file
from bot.manifests import build, lines, texts
from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine
from bot.manifests.picked import Choice, fits, picked, read_choice
from bot.manifests.sequences import FRAMES, Sequence, sequences_of
from bot.manifests.texts import TextsRead

_NO_LIMIT = 10**12  # objects of a manifest of which only some are labeled

T = TypeVar("T")


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
        source = _Source.of(draft, kind)
        if source.is_manifest:
            return self._manifest(source, final_attribute(draft, kind))
        if (sequences := self._sequences(source)) is not None:
            return _of_sequences(sequences)
        for _line in self._lines(source):
            pass  # the lines themselves are of no use before the launch
        return _counted(source)

    def first(self, draft: Draft, kind: TaskType) -> Mapping[str, Any]:
        """The first object, as its line of the manifest has it.

        Raises:
            BadInput: there is none, or its line is wrong; and what `read` raises.

        """
        source = _Source.of(draft, kind)
        try:
            line = next(self._candidates(source), b"")
            if line == b"":
                raise BadInput(f"There is nothing to label in {source.uri}.")
            return parse(line)
        except BadLine as fault:
            words = fault.text() or "it is no JSON object of 100,000 characters at most"
            raise BadInput(f"The first object of {source.uri} cannot be read: {words}.") from fault

    def _candidates(self, source: "_Source") -> Iterator[bytes | None]:
        """The lines of the first objects, however they come; None for one that is too long."""
        if not source.is_manifest:
            yield from self._lines(source)
        elif not source.choice.takes_all:
            yield from self._chosen_lines(source)
        else:
            bodies = (body for _number, body in numbered(self._storage.chunks(source.uri)))
            yield from (body for body in bodies if body is None or body.strip())

    @contextmanager
    def made(self, draft: Draft, kind: TaskType, folder: S3Uri) -> Iterator[Made]:
        """The manifest that is made of a folder or a file of texts, or of some lines of one, or the
        one that was given. Either is read and checked again. Files that it names (sequences of
        frames) are written below `folder`.

        Raises:
            NoRoom: see `gathered`; and what `read` raises.

        """
        source = _Source.of(draft, kind)
        if source.is_manifest:
            read = self._manifest(source, final_attribute(draft, kind))
            if source.choice.takes_all:
                yield Made(read, None)
                return
            with gathered(self._chosen_lines(source)) as body:
                yield Made(read, body)
            return
        if (sequences := self._sequences(source)) is not None:
            with gathered(self._written(sequences, source, folder)) as body:
                yield Made(_of_sequences(sequences), body)
            return
        with gathered(self._lines(source)) as body:
            yield Made(_counted(source), body)

    def _manifest(self, source: "_Source", attribute: str) -> Input:
        """A manifest whose every line is judged, and of those that are chosen what there is to
        know.
        """
        verdict = self._judged(source, self._storage.chunks(source.uri), attribute)
        if verdict.fine and not source.choice.takes_all:
            whole = verdict.objects
            verdict = self._judged(source, self._chosen_lines(source), attribute)
            if verdict.objects > source.most or not verdict.objects:
                raise BadInput(_not_so_many(verdict.objects, source))
            notes = " ".join(
                filter(None, (_taken(verdict.objects, whole, source), lines.notes(verdict)))
            )
        else:
            notes = lines.notes(verdict)
        if not verdict.fine:
            raise BadInput(lines.words(verdict))
        repeats = sum(verdict.counts.get(code, 0) for code in lines.REPEATS)
        return Input(verdict.objects, 0, notes, labeled=verdict.labeled, repeats=repeats)

    def _judged(self, source: "_Source", chunks: Iterable[bytes], attribute: str) -> lines.Verdict:
        limit = source.most if source.choice.takes_all else _NO_LIMIT
        return lines.check(
            chunks,
            source_key=_source_key(source.kind),
            media=_endings(source.kind),
            allowed=self._allowed.text,
            limit=limit,
            attribute=attribute,
        )

    def _chosen_lines(self, source: "_Source") -> Iterator[bytes]:
        """The lines of a manifest that are chosen; each was judged."""
        numbers = numbered(self._storage.chunks(source.uri))
        bodies = (body for _number, body in numbers if body is not None and body.strip())
        for body in picked(bodies, source.choice, _object_of):
            yield body + b"\n"

    def _lines(self, source: "_Source") -> Iterator[bytes]:
        """The lines of the manifest of a folder or a file of texts, counted in its tally."""
        if source.has_texts:
            return self._texts(source)
        return self._objects(source)

    def _objects(self, source: "_Source") -> Iterator[bytes]:
        kind, keys = source.kind, self._storage.keys(source.uri)
        most = kind.file_bytes_max or None
        if not source.choice.takes_all:
            endings = frozenset(kind.media)
            keys = (
                one
                for one in keys
                if not build.left_out(one, endings, source.tally, max_bytes=most)
            )
            keys = picked(source.counted(keys), source.choice, source.name_of)
        return build.lines_for(
            keys,
            source.uri.bucket,
            kind.media,
            tally=source.tally,
            limit=source.most,
            max_bytes=most,
        )

    def _texts(self, source: "_Source") -> Iterator[bytes]:
        """One object per text of every file of the folder, or of the one file."""
        some = replace(source.choice, pattern="")
        found = self._each_text(source)
        if not some.takes_all:
            found = picked(source.counted(found), some, str)
        for text in found:
            yield from build.text_line(text, source.tally, source.most)
        source.tally.blank = source.seen.blank

    def _each_text(self, source: "_Source") -> Iterator[str]:
        uri, pattern = source.uri, source.choice.pattern
        files = self._storage.keys(uri) if uri.is_folder else [self._listed(uri)]
        endings = frozenset(texts.ENDINGS)
        for listed in files:
            if build.left_out(listed, endings, source.tally):
                continue
            if pattern and not fits(pattern, source.name_of(listed)):
                continue
            file = S3Uri(uri.bucket, listed.key)
            check_size(file, listed.size)
            yield from texts.texts(listed.key, self._storage.chunks(file), source.seen)

    def _sequences(self, source: "_Source") -> list[Sequence] | None:
        """The sequences that are made of a folder with frames; None where its type has none, or
        they lie there made.
        """
        if not source.kind.has_frames or not source.uri.is_folder:
            return None
        frames, tally = frozenset(FRAMES), build.Tally()
        listed = self._storage.keys(source.uri)
        keys = [one.key for one in listed if not build.left_out(one, frames, tally)]
        if not keys:
            return None
        found = sequences_of(keys, source.choice, source.most)
        if not found:
            raise BadInput(_not_so_many(0, source))
        return found

    def _written(
        self, sequences: list[Sequence], source: "_Source", folder: S3Uri
    ) -> Iterator[bytes]:
        """The lines that name the files of the sequences, which are written first."""
        tally = build.Tally()
        for number, each in enumerate(sequences, 1):
            with gathered([each.written(source.uri.bucket, number)]) as body:
                place = folder.join(f"sequence-{number}-{body.sha256[:16]}.json")
                self._storage.put_once(place, body, "application/json")
            yield from build.lines_for(
                [Listed(place.key, body.size)], place.bucket, (".json",), tally=tally
            )

    def _listed(self, uri: S3Uri) -> Listed:
        """A single file, as a listing would have it."""
        head = self._storage.head(uri)
        return Listed(uri.key, head.size, head.archived)


@dataclass(frozen=True, slots=True)
class _Source:
    """What is read: where it lies, for which task type, what of it is chosen, and what has come of
    it so far.
    """

    uri: S3Uri
    kind: TaskType
    choice: Choice
    tally: build.Tally
    seen: texts.Seen

    @classmethod
    def of(cls, draft: Draft, kind: TaskType) -> "_Source":
        """What a draft names."""
        uri, seen = S3Uri.parse(draft.input_uri), texts.Seen(reading_of(draft))
        return cls(uri, kind, choice_of(draft), build.Tally(), seen)

    @property
    def has_texts(self) -> bool:
        """Whether the objects are texts in the lines themselves."""
        return self.kind.source_key == "source"

    @property
    def is_manifest(self) -> bool:
        """Whether it is a manifest, of which none need be made."""
        return not self.uri.is_folder and not (self.has_texts and is_text_file(self.uri.key))

    @property
    def most(self) -> int:
        """The most objects of one request."""
        return self.kind.limit

    def name_of(self, listed: Listed) -> str:
        """What patterns go by: the key below the folder."""
        return listed.key.removeprefix(self.uri.key)

    def counted(self, things: Iterable[T]) -> Iterator[T]:
        """The things, each counted as one of those from which some are chosen."""
        for one in things:
            self.tally.fitting += 1
            yield one


def choice_of(draft: Draft) -> Choice:
    """What was chosen on the form; all, where that cannot be read (its field says so)."""
    chosen = read_choice(draft.more.get(NAMED, ""), draft.more.get(SAMPLE, ""))
    return chosen or Choice()


def _taken(objects: int, whole: int, source: _Source) -> str:
    """How many were chosen, and how; "" where all are taken."""
    if source.choice.takes_all:
        return ""
    return f"Taken: {objects:,} of {count(whole, source.kind.noun)} ({source.choice.words})."


def _not_so_many(objects: int, source: _Source) -> str:
    """Why a choice does not do: it takes none, or more than there may be."""
    if not objects:
        return f"Nothing in {source.uri} is {source.choice.words}. Choose others, or all."
    return (
        f"These are {objects:,} {source.kind.noun}s ({source.choice.words}); one request takes "
        f"{source.most:,}. Choose fewer."
    )


def _of_sequences(found: list[Sequence]) -> Input:
    """What sequences that are made hold."""
    frames = sum(len(one.frames) for one in found)
    notes = (
        f"{count(len(found), 'sequence')} of {count(frames, 'frame')}, one of each folder, in the "
        "order of their numbers."
    )
    return Input(len(found), 0, notes)


def in_several(objects: int, kind: TaskType, place: str) -> str:
    """That so many objects become several jobs, in words; "" where one job takes them."""
    if objects <= kind.objects_max:
        return ""
    jobs = ceil(objects / kind.objects_max)
    return (
        f"{count(objects, kind.noun)} in {jobs} jobs at {place}, {kind.objects_max:,} in each at "
        "most: here they are one job with one card and one end."
    )


def too_much_at_once(objects: int, kind: TaskType, place: str) -> str:
    """That a streaming job cannot begin with so many objects, in words; "" where it can."""
    if objects <= kind.objects_max:
        return ""
    return (
        f"These are {count(objects, kind.noun)}; {place} begins a streaming job with "
        f"{kind.objects_max:,} at most. Begin with fewer, and send the rest when it runs."
    )


def reading_of(draft: Draft) -> texts.Reading:
    """What was chosen on the form about files of texts."""
    return texts.Reading(
        column=draft.more.get("text_column", ""),
        whole=draft.more.get("text_per") == "file",
        encoding=draft.more.get("text_encoding", ""),
    )


def _counted(source: _Source) -> Input:
    """What a folder or a file of texts that was read to its end holds."""
    tally, kind = source.tally, source.kind
    skipped = tally.other.total() + tally.hidden + tally.empty + tally.large + tally.archived
    skipped += tally.odd + tally.over
    if not tally.written and (tally.fitting or source.choice.pattern):
        raise BadInput(_not_so_many(0, source))
    if not tally.written:
        wanted = ", ".join(texts.ENDINGS if source.has_texts else kind.media)
        words = (
            f"There is nothing to label in {source.uri}: no file in it ends in {wanted}. "
            f"{tally.left_out}"
        )
        raise BadInput(words.rstrip())
    taken = _taken(tally.written, tally.fitting, source)
    notes = " ".join(filter(None, (taken, tally.left_out, tally.repeated)))
    return Input(tally.written, skipped, notes, texts=source.seen.read())


def _object_of(line: bytes) -> str:
    """What a line is chosen by: the file that it names, or its text."""
    said = parse(line)
    return str(said.get("source-ref") or said.get("source"))


def _source_key(kind: TaskType) -> lines.SourceKey:
    """Under which name a line has its object; a page of one's own may show either."""
    for key in ("source", "either"):
        if kind.source_key == key:
            return key
    return "source-ref"


def _endings(kind: TaskType) -> tuple[str, ...]:
    """The file endings of a type; text types name none (their catalogue entry is a sentence)."""
    return tuple(ending for ending in kind.media if ending.startswith("."))
