"""Lines on their way to a dataset that stands, in pieces that UpdateDatasetEntries takes (pure)."""

import msgspec

from bot.datasets.lifecycle import DatasetState

PIECE_MOST = 5_242_880
"""Bytes of lines in one call, before base64 (Rekognition: GroundTruthChanges, 1 to 5,242,880)."""


class Progress(msgspec.Struct, frozen=True):
    """How far an update is.

    `known` is what is known of its lines, as of a dataset's; `sent_uri` is the manifest that is
    sent ("" where the lines stand in the row). Bytes of it: `size` all, `taken` what AWS has,
    `to` the end of the piece that AWS may be reading. `taken_lines` are the lines sent so far,
    `piece_lines` those of the last piece. `before` counts the dataset's entries before the first
    piece, -1 before they were counted. `about` says in words what the lines change, "" for lines
    that somebody gave as they are.
    """

    known: DatasetState = DatasetState()
    sent_uri: str = ""
    size: int = 0
    taken: int = 0
    to: int = 0
    taken_lines: int = 0
    piece_lines: int = 0
    before: int = -1
    about: str = ""


def whole_lines(beginning: bytes) -> bytes:
    """As many whole lines as there are; all of it where no line ends in it."""
    end = beginning.rfind(b"\n") + 1
    return beginning[:end] if end else beginning
