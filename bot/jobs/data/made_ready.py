"""A place in S3 is made ready for a job's data and results: its bucket is there, nobody from
outside comes in, workers' browsers may fetch pictures, and the bot can write.

Promises to whoever asked: what was done and what was not are said apart, each with its remedy; a
bucket that was there before keeps its own settings.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.base.aws import AwsRefused
from bot.base.s3_uri import S3Uri
from bot.base.storage import NoBucket, Storage


@dataclass(frozen=True, slots=True)
class Ready:
    """What was done about a place, and what is left to others, in words."""

    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def made_ready(place: S3Uri, storage: Storage, may_make: Callable[[], None], region: str) -> Ready:
    """Make a folder of S3 ready; `may_make` raises where whoever asks may make no bucket.

    Raises:
        FarAway, NotAllowedPlace, BucketTaken: the place cannot be used.
        AwsRefused: it cannot be seen, or not be written to.
        AwsBusy: nothing is known.

    """
    try:
        storage.probe(place)
    except NoBucket:
        may_make()
        ready = new_bucket(place.bucket, storage)
        ready = Ready((f"Bucket {place.bucket} was made in {region}.", *ready.done), ready.left)
    else:
        ready = _seen(place.bucket, storage, region)
    storage.try_writing(place.join("labeljob", "doctor-store"))
    return Ready((*ready.done, "The bot can write there."), ready.left)


def new_bucket(bucket: str, storage: Storage) -> Ready:
    """Make a bucket with all that a new one shall have, in so far as the bot's rights allow it."""
    storage.make_bucket(bucket)
    return _told(_guarded(bucket, storage))


def _guarded(bucket: str, storage: Storage) -> Iterator[tuple[str, str]]:
    """What was done to a new bucket, and what not: the one is said, or the other."""
    yield _tried(
        lambda: storage.close_to_public(bucket),
        "Nobody from outside can open it: public access is blocked.",
        "Public access could not be blocked by the bot (s3:PutBucketPublicAccessBlock); S3 blocks "
        "it in new buckets by itself.",
    )
    yield _tried(
        lambda: storage.encrypt_bucket(bucket),
        "What lies in it is encrypted.",
        "How it is encrypted could not be set by the bot (s3:PutEncryptionConfiguration); S3 "
        "encrypts with its own keys.",
    )
    yield _tried(
        lambda: storage.open_to_browsers(bucket),
        "Workers' browsers may fetch pictures (CORS).",
        "The CORS rule could not be added by the bot (s3:GetBucketCORS, s3:PutBucketCORS): without "
        "it workers see broken pictures. An administrator can add it.",
    )


def _seen(bucket: str, storage: Storage, region: str) -> Ready:
    """How a bucket stands that somebody else has made."""
    ready = _told(
        (
            _asked(
                lambda: storage.is_closed_to_public(bucket),
                "Nobody from outside can open it: public access is blocked.",
                f"Public access to bucket {bucket} is not blocked. An administrator can block it.",
                f"The bot may not see whether public access to bucket {bucket} is blocked "
                "(s3:GetBucketPublicAccessBlock).",
            ),
            _asked(
                lambda: storage.browsers_may_read(bucket),
                "Workers' browsers may fetch pictures (CORS).",
                f"Bucket {bucket} has no CORS rule: workers would see broken pictures. The review "
                "of a job offers a manager to add it.",
                f"The bot may not see whether bucket {bucket} has a CORS rule (s3:GetBucketCORS). "
                "Without one workers see broken pictures.",
            ),
        )
    )
    return Ready((f"Bucket {bucket} is there, in {region}.", *ready.done), ready.left)


def _tried(act: Callable[[], None], done: str, left: str) -> tuple[str, str]:
    try:
        act()
    except AwsRefused:
        return "", left
    return done, ""


def _asked(ask: Callable[[], bool], well: str, left: str, unknown: str) -> tuple[str, str]:
    try:
        if ask():
            return well, ""
    except AwsRefused:
        return "", unknown
    return "", left


def _told(each: Iterable[tuple[str, str]]) -> Ready:
    pairs = list(each)
    return Ready(
        tuple(done for done, _left in pairs if done), tuple(left for _done, left in pairs if left)
    )
