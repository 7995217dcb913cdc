"""What a person wants a running model to look at (pure), and what is wrong with it.

Promises to form and worker: one value holds everything that was decided; a picture that no model
takes is named before anything is fetched.
"""

from collections.abc import Iterable

import msgspec

from bot.base.blocks import cut
from bot.base.s3_uri import Allowed, BadAddress, S3Uri

FILES_MOST = 10  # ours: pictures of a message to choose from
# ours: a photo as cameras make it; Pillow makes it small enough for AWS
FILE_BYTES_MOST = 30_000_000
_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")
SENT_AS_THEY_ARE = (".jpg", ".jpeg", ".png")  # Custom Labels: PNG and JPEG
_NAME = 60


class Picture(msgspec.Struct, frozen=True):
    """A file of Slack's: its id there, what its people call it, its bytes."""

    id: str
    name: str
    size: int = 0


class Trial(msgspec.Struct, frozen=True):
    """A picture for a model: an address in S3 or a file. `least` is the confidence in percent from
    which on a label counts: None for AWS's own threshold, -1 for what cannot be read. `run_id` is
    the run of the model.

    `runs` are those to choose from as (id, name), `files` the pictures of a message; without these
    one is to be named. `may_read` tells whether Slack gives the bot files.
    """

    run_id: str = ""
    channel: str = ""
    address: str = ""
    file: Picture | None = None
    least: int | None = None
    runs: tuple[tuple[str, str], ...] = ()
    files: tuple[Picture, ...] = ()
    may_read: bool = True

    @property
    def called(self) -> str:
        """What people call the picture."""
        if self.file is not None:
            return self.file.name
        return self.address.rpartition("/")[2]


def pictures(files: Iterable[object]) -> tuple[Picture, ...]:
    """The files of a message or a form as Slack describes them; what has no id is none."""
    return tuple(
        Picture(str(each["id"]), _short(str(each.get("name") or "file")), _size(each))
        for each in files
        if isinstance(each, dict) and each.get("id") and each.get("mode") != "tombstone"
    )


def _short(name: str) -> str:
    """A file's name to be shown, with the ending by which it is known as a picture."""
    if len(name) <= _NAME:
        return name
    ending = next((each for each in _ENDINGS if name.lower().endswith(each)), "")
    return f"{cut(name, _NAME - len(ending))}{ending}"


def is_picture(name: str) -> bool:
    """Whether a file or an object of that name can be a picture."""
    return name.lower().endswith(_ENDINGS)


def address_fault(address: str, allowed: Allowed) -> str:
    """What is wrong with the address of a picture; "" for nothing."""
    try:
        uri = S3Uri.parse(address)
    except BadAddress as error:
        return str(error)
    if address.endswith("/") or not uri.key:
        return "This is a folder. Give one picture: s3://bucket/folder/picture.jpg."
    if uri not in allowed:
        return f"The bot may not use {uri} in this channel. It may use: {allowed.words()}."
    if not uri.key.lower().endswith(SENT_AS_THEY_ARE):
        return "Rekognition reads .jpg, .jpeg and .png files from S3."
    return ""


def file_fault(file: Picture) -> str:
    """What is wrong with a file; "" for nothing."""
    if not is_picture(file.name):
        return f"{file.name} is no picture that can be tried: {', '.join(_ENDINGS)} can."
    if file.size > FILE_BYTES_MOST:
        return (
            f"{file.name} is larger than the {FILE_BYTES_MOST // 1_000_000} MB that can be tried."
        )
    return ""


def least_fault(least: int | None) -> str:
    """Rekognition: 0 to 100 percent."""
    if least is None or 0 <= least <= 100:  # noqa: PLR2004 - percent
        return ""
    return "A whole number from 0 to 100, or nothing."


def _size(file: dict[str, object]) -> int:
    size = file.get("size")
    return size if isinstance(size, int) else 0
