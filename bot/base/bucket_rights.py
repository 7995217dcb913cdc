"""Which buckets Custom Labels cannot use with the bot's rights: asked of S3 as the bot, without
changing anything; and the press that lets it in.

Promises to whoever waits: a few questions for each bucket, of the first buckets alone; what S3 does
not answer is not called closed. A policy is changed only in a bucket that is open to the channel:
read, merged, compared and written.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.base.aws import Aws, AwsBusy
from bot.base.bucket_policy import BUCKETS_MOST, Closed, merged, role_of, told
from bot.base.errors import Refusal, Transient
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import Storage


class CallerUnknown(Refusal):
    """AWS does not say who the bot is (sts:GetCallerIdentity), so no policy can name it."""


@dataclass(frozen=True, slots=True)
class BucketRights:
    """Asks with the patience of `storage`."""

    aws: Aws
    storage: Storage

    def closed(
        self, places: Iterable[S3Uri], allowed: Allowed, step: Callable[[], None]
    ) -> tuple[Closed, ...]:
        """The buckets of these places in which S3 denies the bot what Custom Labels needs; each
        bucket is asked once, by the first of its places that names an object. Places that are not
        `allowed` are not asked.
        """
        storage = self.storage.attended(step).limited_to(allowed)
        return tuple(self._denied(storage, list(_first(places, allowed).values())[:BUCKETS_MOST]))

    def failed(self, bucket: str, *, writes: bool = False) -> Closed:
        """A bucket of which AWS said that it could not use it."""
        return Closed(bucket, (), self._caller(), self._foreign(bucket), writes=writes)

    def let_in(self, closed: Closed, allowed: Allowed) -> str:
        """Add what the bucket's policy lacks; what is told of it.

        Raises:
            CallerUnknown, Refusal, Transient: nothing was written, with words.

        """
        caller = self._caller()
        if not caller:
            raise CallerUnknown
        mine = Closed(closed.bucket, caller=caller, writes=closed.writes)
        storage = self.storage.limited_to(allowed)
        new = storage.change_policy(closed.bucket, partial(merged, closed=mine))
        return told(closed, new=new)

    def _denied(self, storage: Storage, places: Iterable[S3Uri]) -> Iterator[Closed]:
        for place in places:
            try:
                denied = storage.denied(place)
            except (Refusal, AwsBusy):  # elsewhere or not there is said where it is read
                continue
            if denied:
                yield Closed(
                    place.bucket,
                    tuple(denied),
                    self._caller(),
                    self._foreign(place.bucket),
                    any("explicit deny" in said for said in denied.values()),
                )

    def _caller(self) -> str:
        """The bot's role; "" where AWS does not say."""
        try:
            return role_of(self.aws.caller)
        except (Refusal, Transient):
            return ""

    def _foreign(self, bucket: str) -> bool:
        """Whether another account owns it, as far as S3 says whose it is."""
        try:
            return bucket not in self.storage.buckets()
        except (Refusal, Transient):
            return False


def _first(places: Iterable[S3Uri], allowed: Allowed) -> dict[str, S3Uri]:
    """A place of each bucket: the first that names an object, else the first."""
    found: dict[str, S3Uri] = {}
    for place in places:
        if place in allowed and found.get(place.bucket, S3Uri(place.bucket, "")).is_folder:
            found[place.bucket] = place
    return found
