"""The files of a manifest's objects, as whoever draws them wants them: whole, small enough, and
with reasons that fit a tile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.base.aws import AwsRefused
from bot.base.errors import Refusal
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import MissingObject, NotAllowedPlace, Storage
from bot.pictures.limits import BYTES_MOST

_SECONDS = 60.0  # ours: all files of a sheet; who waits for it presses again


class NotRead(Refusal):
    """This file was not read."""


@dataclass(slots=True)
class Files:
    """Reads files of S3 in the places of a channel, for so many `seconds` from now on. `clock`
    gives seconds and only goes on.
    """

    storage: Storage
    seconds: float = _SECONDS
    clock: Callable[[], float] = time.monotonic
    end: float = 0.0

    def __post_init__(self) -> None:
        self.end = self.clock() + self.seconds

    def read(self, address: str) -> bytes:
        """The bytes of a file.

        Raises:
            NotRead: with a reason of a few words.
            Transient: AWS is busy, or somebody else took this up.

        """
        if self.clock() > self.end:
            raise NotRead("not fetched within a minute")
        try:
            return self._read(S3Uri.parse(address))
        except MissingObject as error:
            raise NotRead("not there any more") from error
        except NotAllowedPlace as error:
            raise NotRead("in a place that is not open to this channel") from error
        except BadAddress as error:
            raise NotRead("its address is none of S3") from error
        except AwsRefused as error:
            raise NotRead("the bot may not read it") from error

    def _read(self, uri: S3Uri) -> bytes:
        head = self.storage.head(uri)
        if head.archived:
            raise NotRead("in an archive")
        if head.size > BYTES_MOST:
            raise NotRead(f"larger than {BYTES_MOST // 1_000_000} MB")
        if not head.size:
            raise NotRead("an empty file")
        return self.storage.part(uri, 0, BYTES_MOST)
