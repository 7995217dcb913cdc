"""What each person answered at Ground Truth, object by object: the files below
`annotations/worker-response/`; and who declined tasks, by the log of workers' activity.

Promises to the engine: memory stays flat however many objects a job has; a file that cannot be read
is told of, and stops nothing.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby, islice
from typing import NamedTuple

import msgspec

from bot.answers.worker_responses import Answer, Paint, responses
from bot.base.aws import Aws, renamed
from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.engines.protocol import Answered
from bot.manifests.plain_values import member, text
from bot.manifests.shapes import Area
from bot.pictures.limits import can_draw

_FOLDER = "annotations/worker-response/"
_AT_ONCE = 16
_BATCH = 8 * _AT_ONCE  # objects whose files are asked for before the next are
_BYTES_MAX = 32 << 20  # ours: a painted picture of several people is a few MB
_ACTIVITY = "/aws/sagemaker/groundtruth/WorkerActivity"
_DECLINED = "task_declined_time"
_DIGITS = 10  # of a number of an object, of which a job has 100,000 at most
_PAGES = 20  # of 10,000 events each, as many as CloudWatch gives at once


class _File(NamedTuple):
    number: int
    address: S3Uri
    size: int


class WorkerAnswers:
    """Reads answers, with the worker's patience."""

    def __init__(self, aws: Aws, storage: Storage) -> None:
        self._logs = aws.act("logs")
        self._storage = storage

    def of(self, output: str, name: str, alive: Callable[[], None]) -> Iterator[Answered]:
        """The answers to each object that has any, of the job of that name whose results go to the
        folder `output`, in the order in which S3 lists them.
        """
        storage, paint = self._storage.attended(alive), _painter()
        folder = S3Uri.parse(f"{output.rstrip('/')}/{name}/{_FOLDER}")
        objects = (list(files) for _, files in groupby(_files(storage, folder), lambda f: f.number))
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="answers") as pool:
            while batch := list(islice(objects, _BATCH)):
                yield from pool.map(partial(_read, storage, paint), batch)

    def declined(self, job_arn: str) -> dict[str, int]:
        """How often each worker, by their `sub`, declined a task of the job.

        UNSURE: which stream an event goes to; so all of the group are asked.

        Raises:
            AwsRefused: the bot may not read the log, or there is none.

        """
        times: dict[str, int] = {}
        token: dict[str, str] = {}
        for _ in range(_PAGES):
            with renamed():
                page = self._logs.filter_log_events(
                    logGroupName=_ACTIVITY, filterPattern=f'"{job_arn}" "{_DECLINED}"', **token
                )
                events = page["events"]
            for event in events:
                sub = _who_declined(str(event.get("message") or ""), job_arn)
                if sub:
                    times[sub] = times.get(sub, 0) + 1
            if not page.get("nextToken"):
                break
            token = {"nextToken": page["nextToken"]}
        return times


def _files(storage: Storage, folder: S3Uri) -> Iterator[_File]:
    """The files of answers, those of one object beside each other.

    UNSURE: whether objects are counted on from one iteration to the next; in files that people have
    shown they are.
    """
    for found in storage.keys(folder):
        *_, number, name = ["", *found.key.removeprefix(folder.key).split("/")]
        if number.isdecimal() and len(number) < _DIGITS and name.endswith(".json"):
            yield _File(int(number), S3Uri(folder.bucket, found.key), found.size)


def _painter() -> Paint | None:
    """What opens masks, one at a time, for a large one takes 200 MB; nothing without Pillow."""
    if not can_draw():
        return None
    from bot.pictures.masks import areas_of  # noqa: PLC0415 - Pillow is an extra

    alone = threading.Lock()

    def paint(body: bytes, colours: Sequence[tuple[str, str]]) -> tuple[Area, ...] | None:
        with alone:
            return areas_of(body, colours)

    return paint


def _read(storage: Storage, paint: Paint | None, files: list[_File]) -> Answered:
    """Everybody's answers to one object; the last of whoever answered twice."""
    by_worker: dict[str, Answer] = {}
    odd: list[str] = []
    for file in files:
        if file.size > _BYTES_MAX:
            odd.append(f"{file.address} is too large to be read")
            continue
        try:
            read = responses(b"".join(storage.chunks(file.address)), paint)
        except Refusal as refusal:
            odd.append(f"{file.address}: {refusal.words}")
            continue
        by_worker.update((answer.worker, answer) for answer in read.answers)
        odd += (f"{file.address}: {words}" for words in read.odd)
    return Answered(files[0].number, tuple(by_worker.values()), tuple(odd))


def _who_declined(message: str, job_arn: str) -> str:
    """The worker of an event of the job's; "" for any other."""
    try:
        event = msgspec.json.decode(message)
    except msgspec.DecodeError:
        return ""
    if text(member(event, "labeling_job_arn")) != job_arn or not member(event, _DECLINED):
        return ""
    return text(member(event, "cognito_sub_id"))
