"""Sequences of frames (pure): the pictures of a folder become what Ground Truth's pages for video
frames read.

Promises to the manifest: each folder that holds frames is one sequence, its frames in the order of
their numbers ("frame10" after "frame9"), each in a file of its own as Ground Truth documents it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from bot.base.blocks import count
from bot.base.errors import Refusal
from bot.manifests.picked import Choice, picked

FRAMES_MAX = 2_000  # Ground Truth: frames of a sequence
FRAMES = (".jpg", ".jpeg", ".png")
_KEYS_MAX = 1_000_000  # ours: what is sorted in memory
_NUMBERS = re.compile(r"(\d+)")
_NAMED = 3
_encode = msgspec.json.Encoder().encode


class BadFrames(Refusal):
    """These frames are more than Ground Truth takes."""

    field = "input_uri"


@dataclass(frozen=True, slots=True)
class Sequence:
    """The frames of one folder (its key, with a slash at its end), by their names, in order."""

    folder: str
    frames: tuple[str, ...]

    def written(self, bucket: str, number: int) -> bytes:
        """The sequence's file; `number` is its place among the sequences, from 1."""
        frames = [{"frame-no": place, "frame": name} for place, name in enumerate(self.frames, 1)]
        return _encode(
            {
                "seq-no": number,
                "prefix": f"s3://{bucket}/{self.folder}",
                "number-of-frames": len(frames),
                "frames": frames,
            }
        )


def sequences_of(keys: Iterable[str], choice: Choice, most: int) -> list[Sequence]:
    """One sequence for each folder that holds some of the keys, in the order of the folders'
    numbers, `most` of them; `choice` is made among the frames of each.

    Raises:
        BadFrames: more sequences, or more frames in one, than Ground Truth takes.

    """
    by_folder: dict[str, list[str]] = {}
    for number, key in enumerate(keys):
        if number >= _KEYS_MAX:
            raise BadFrames(
                f"This folder holds more than {_KEYS_MAX:,} frames. Name one with fewer of them."
            )
        folder, slash, name = key.rpartition("/")
        by_folder.setdefault(folder + slash, []).append(name)
    found = []
    for folder in sorted(by_folder, key=_in_order):
        names = picked(sorted(by_folder[folder], key=_in_order), choice, str)
        frames = tuple(names)
        if frames:
            found.append(Sequence(folder, frames))
    _check(found, most)
    return found


def _check(found: list[Sequence], most: int) -> None:
    """Ground Truth's limits."""
    if len(found) > most:
        raise BadFrames(
            f"These are {len(found):,} folders of frames, each of them a sequence; one request "
            f"takes {most:,}. Name a folder with fewer of them."
        )
    long = [one for one in found if len(one.frames) > FRAMES_MAX]
    if long:
        every = -(-max(len(one.frames) for one in long) // FRAMES_MAX)
        raise BadFrames(
            f"{_folders(long)} {count(FRAMES_MAX, 'frame')}, the most that Ground Truth takes in "
            f"a sequence. Take fewer (every {every}, under A sample), or make smaller folders."
        )


def _folders(found: list[Sequence]) -> str:
    names = ", ".join(one.folder or "the bucket itself" for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{names}{more} {'holds' if len(found) == 1 else 'hold'} more than"


def _in_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """What a name is sorted by: its numbers as numbers, the rest as letters, capitals aside."""
    parts = _NUMBERS.split(name.casefold())
    return (
        *((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts),
        (0, 0, name),
    )
