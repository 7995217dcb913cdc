"""A manifest without some of its lines, written beside the old one."""

from collections.abc import Iterable

import msgspec

from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage, gathered
from bot.jobs.draft import Draft


class NothingLeft(Refusal):
    """No line would be left. The manifest stays as it is; choose other data."""


def rewritten(draft: Draft, storage: Storage, kept: Iterable[bytes]) -> Draft:
    """The draft with a manifest of the `kept` lines (without their ends), which lies beside the old
    one under a name with the hash of its content.

    Raises:
        NothingLeft: there are none.
        Refusal, Transient: it could not be written, see `Storage`.

    """
    with gathered(line + b"\n" for line in kept) as body:
        if not body.size:
            raise NothingLeft
        place = _beside(S3Uri.parse(draft.input_uri), body.sha256)
        storage.put_once(place, body, "application/x-ndjson")
    return msgspec.structs.replace(
        draft, input_uri=str(place), objects=None, notes=(), found=(), fine=()
    )


def _beside(old: S3Uri, digest: str) -> S3Uri:
    folder, _, name = old.key.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    new = f"{stem or name}-kept-{digest[:8]}{dot}{ending if dot else '.manifest'}"
    return S3Uri(old.bucket, f"{folder}/{new}" if folder else new)
