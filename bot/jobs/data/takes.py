"""Which files a task type reads, and how many objects will be made of what somebody brings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.base.s3_uri import Listed, S3Uri
from bot.base.storage import Storage
from bot.brought.brought import PICTURE_BYTES_MAX, Brought, Takes, endings_of
from bot.brought.storing import BadInput, in_s3
from bot.engines.task_type import TaskType
from bot.manifests.build import Tally, left_out
from bot.manifests.zipped import Zip


def takes_of(kind: TaskType) -> Takes:
    """What a task type reads."""
    endings = frozenset(endings_of(kind.media, texts=kind.source_key == "source"))
    if kind.noun != "picture":
        return Takes(endings)
    return Takes(endings, endings, PICTURE_BYTES_MAX)


def takes_of_any(kinds: Iterable[TaskType]) -> Takes:
    """What any of these task types reads: nobody knows yet which it will be."""
    each = [takes_of(kind) for kind in kinds]
    return Takes(
        frozenset().union(*(one.endings for one in each)),
        frozenset().union(*(one.pictures for one in each)),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many objects there will be, None where that is not known before the files are fetched;
    what is left out, in words.
    """

    objects: int | None
    left_out: str = ""


def in_zips(brought: Sequence[Brought], kind: TaskType, storage: Storage) -> Counted:
    """What there is to label, as far as S3 alone can tell: zips of Slack are not fetched for it.

    Raises:
        BadZip: a zip is not honest, or broken.
        BadInput: it holds nothing that can be labeled.
        MissingObject, AwsRefused, AwsBusy: see `Storage`.

    """
    if any(one.is_zip and one.id for one in brought):
        return Counted(None)
    tally, takes = Tally(), takes_of(kind)
    fits = [
        each
        for one in brought
        for each in _listed(one, storage)
        if not left_out(each, takes.endings, tally, max_bytes=takes.most)
    ]
    if not fits:
        raise BadInput(f"There is nothing to label in these files. {tally.left_out}".rstrip())
    objects = len(fits) if kind.source_key != "source" else None
    return Counted(objects, tally.left_out)


def _listed(one: Brought, storage: Storage) -> list[Listed]:
    if not one.is_zip:
        return [Listed(one.name, one.size)]
    zipped = Zip(in_s3(storage, S3Uri.parse(one.address)), one.name)
    return [Listed(entry.path, entry.size) for entry in zipped.entries]
