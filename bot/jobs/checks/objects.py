"""Can each object of a manifest be labeled: it is there, holds something, and is not too large, in
an archive or of another kind.

S3 is asked about every object that is looked at (HeadObject), and for a hundred of them for the
beginning, which tells what the ending of a name only promises. A folder's objects were listed with
their sizes already.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from operator import itemgetter

from bot.base.aws import AwsRefused
from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.base.storage import Head, MissingObject, NotAllowedPlace, Storage
from bot.engines.task_type import TaskType
from bot.jobs.checks.check import FORM_OBJECTS, REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind
from bot.jobs.inputs import choice_of
from bot.manifests.json_lines import numbered, parse
from bot.manifests.lines import sources
from bot.manifests.looked import BLOCKING, BY_HEAD, Looked, Thing
from bot.manifests.picked import picked
from bot.manifests.picture_head import ENOUGH, read_head

DROP = "drop"
"""The fix: a new manifest beside the old, without the lines that would fail."""
AT_ONCE = 32  # S3 answers thousands a second; half of the connections that a client keeps
_AT_A_FORM = 6  # many people may fill forms at the same moment
_BATCH = 8 * AT_ONCE  # between two of them progress is told, and a lost lease ends the look
_PIXELS_MAX = 100_000_000  # Ground Truth: 100 million a picture
_BEGINNINGS = 100  # objects whose first bytes are read
_UNCOUNTED = 1_000  # of so many objects one, where their number is not known
_NUMBERED = tuple[int, str]


def _ask(draft: Draft, sight: Sight) -> Seen:
    noun = sight.kind(draft).noun
    looked = _look(draft, sight)
    findings = [
        Finding(_kind(code), words, fix=DROP if code in BY_HEAD else "")
        for code, words in looked.sentences(noun)
    ]
    if looked.done and not looked.blocking:
        findings.append(Finding(Kind.FINE, _fine(looked, draft.objects, noun)))
    return Seen(tuple(findings))


def sound_lines(kind: TaskType, storage: Storage, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The manifest's lines without those whose objects Ground Truth would fail; every object is
    looked at.
    """
    lines = (
        (number, body) for number, body in numbered(chunks) if body is not None and body.strip()
    )
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        while batch := list(islice(lines, _BATCH)):
            asked = [
                pool.submit(
                    things_of,
                    storage,
                    (number, _source(body)),
                    most=kind.file_bytes_max,
                    opened=False,
                    boxes=kind.has_positions,
                )
                for number, body in batch
            ]
            for (_number, body), answer in zip(batch, asked, strict=True):
                if not any(thing.code in BLOCKING for thing in answer.result()):
                    yield body


def things_of(  # noqa: PLR0913 - an object and what is asked of it
    storage: Storage, one: _NUMBERED, *, most: int, opened: bool, boxes: bool, pixels: int = 0
) -> list[Thing]:
    """What is the matter with one object; what blocks alone, where something does. `most` is how
    many bytes it may have (0 for any number), `opened` reads its beginning too, `boxes` minds a
    turned picture, `pixels` one that has more (0 for any number).
    """
    line, address = one
    try:
        uri = S3Uri.parse(address)
        head = storage.head(uri)
    except MissingObject:
        return [Thing(line, "missing", address[-80:])]
    except NotAllowedPlace:
        raise
    except AwsRefused:
        return [Thing(line, "closed", address[-80:])]
    code = _of_head(head, most)
    if code:
        return [Thing(line, code)]
    found = [Thing(line, "sealed", head.key_id)] if head.key_id else []
    if opened:
        found += _of_beginning(storage, line, uri, boxes=boxes, pixels=pixels)
    return found


def _source(body: bytes) -> str:
    return str(parse(body).get("source-ref"))


def _kind(code: str) -> Kind:
    return Kind.BLOCKS if code in BLOCKING else Kind.LOOK_AT


def _fine(looked: Looked, objects: int | None, noun: str) -> str:
    if objects is None or looked.done < objects:
        return f"{looked.done:,} {noun}s looked at, all there"
    return f"all {looked.done:,} {noun}s are there"


def _look(draft: Draft, sight: Sight) -> Looked:
    """The look, from where an earlier one was broken off."""
    looked = sight.look.begun or _plan(draft.objects, sight.look.most)
    chunks = sight.storage.chunks(S3Uri.parse(draft.input_uri))
    chosen = picked(sources(chunks), choice_of(draft), itemgetter(1))
    left = _left(chosen, looked, sight.look.most)
    kind = sight.kind(draft)
    opens = kind.noun == "picture" and sight.look.most != FORM_OBJECTS
    at_once = _AT_A_FORM if sight.look.most == FORM_OBJECTS else AT_ONCE
    with ThreadPoolExecutor(at_once, thread_name_prefix="look") as pool:
        while batch := list(islice(left, _BATCH)):
            asked = [
                pool.submit(
                    things_of,
                    sight.storage,
                    one,
                    most=kind.file_bytes_max,
                    opened=opens and _is_opened(looked.done + number, looked.of),
                    boxes=kind.has_positions,
                    pixels=kind.auto_label_pixels_max if draft.extras.auto_label else 0,
                )
                for number, one in enumerate(batch)
            ]
            things = [thing for answer in asked for thing in answer.result()]
            looked = looked.with_more(batch[-1][0], len(batch), things)
            sight.look.told(looked)
    return looked


def _is_opened(place: int, of: int) -> bool:
    """Whether the beginning of the object at this place is read: of a hundred spread over all, or,
    where nobody counted them, of the first hundred and then of every thousandth.
    """
    if of:
        return place % max(1, of // _BEGINNINGS) == 0
    return place < _BEGINNINGS or place % _UNCOUNTED == 0


def _plan(objects: int | None, most: int | None) -> Looked:
    """All, or every so many that `most` are looked at; the first where a person waits for it."""
    if objects is None or most == FORM_OBJECTS:
        return Looked(of=min(most or 0, objects or most or 0))
    if most is None or objects <= most:
        return Looked(of=objects)
    every = -(-objects // most)
    return Looked(of=-(-objects // every), every=every)


def _left(lines: Iterator[_NUMBERED], looked: Looked, most: int | None) -> Iterator[_NUMBERED]:
    """The lines that are to be looked at and were not."""
    chosen = islice(lines, 0, None, looked.every)
    return islice((one for one in chosen if one[0] > looked.line), most)


def _of_head(head: Head, most: int) -> str:
    """What blocks by what S3 says of it; "" for nothing."""
    if not head.size:
        return "empty"
    if most and head.size > most:
        return "large"
    return "archived" if head.archived else ""


def _of_beginning(
    storage: Storage, line: int, uri: S3Uri, *, boxes: bool, pixels: int
) -> list[Thing]:
    """What its first bytes tell."""
    try:
        head = read_head(storage.beginning(uri, ENOUGH))
    except Refusal as refusal:
        return [Thing(line, "closed", refusal.words.rstrip("."))]
    if not head.known:
        return [Thing(line, "strange", uri.key[-80:])]
    if head.width * head.height > _PIXELS_MAX:
        return [Thing(line, "pixels", f"{head.width:,} x {head.height:,}")]
    found = [Thing(line, "turned")] if boxes and head.turned else []
    if pixels and head.width * head.height > pixels:
        found.append(Thing(line, "wide"))
    return found


OBJECTS = Check(
    name="objects are there",
    place=7,
    page=REVIEW_PAGE,
    field="input_uri",
    words="whether each object is there",
    ask=_ask,
    needs=("category", "task_type"),
    applies=lambda draft, sight: (
        sight.names_files(draft) and not S3Uri.parse(draft.input_uri).is_folder
    ),
)
