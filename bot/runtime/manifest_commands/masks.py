"""Where `convert` finds the files of masks, and where it keeps those that it paints."""

import math
from collections.abc import Callable, Iterable
from functools import partial

from bot.manifests.formats.format import Findings, Format
from bot.manifests.shapes import Line, Told
from bot.pictures.limits import can_draw
from bot.runtime.manifest_commands.files import NoFile, address, is_s3, pieces

_PNG = "image/png"


def with_masks(
    lines: Iterable[Line], wanted: Format, folder: str, findings: Findings
) -> Iterable[Line]:
    """The lines, with their masks opened for a format that tells areas; for any other one, with a
    file in the `folder` of S3 for areas that have none. Without Pillow they stay as they are.

    Raises:
        NoFile: masks are to be kept elsewhere than in S3.

    """
    if not can_draw():
        return lines
    from bot.pictures.masks import kept_masks, opened_masks  # noqa: PLC0415 - Pillow is an extra

    if wanted.areas:
        return opened_masks(lines, _reader(folder))
    if not folder:
        return lines
    if not is_s3(folder):
        raise NoFile("The masks of a manifest lie in S3: say --masks s3://bucket/folder/.")
    return kept_masks(lines, partial(_keep, folder.rstrip("/")), findings)


def _reader(folder: str) -> Callable[[str], bytes]:
    """Reads a mask at its own address, or by its file's name in the folder that was named."""
    if folder:
        return lambda place: b"".join(pieces(f"{folder.rstrip('/')}/{place.rpartition('/')[2]}"))
    from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed
    from bot.pictures.files import Files  # noqa: PLC0415 - as above

    held: list[Files] = []

    def read(place: str) -> bytes:
        if not held:
            held.append(Files(own_storage(), seconds=math.inf))
        return held[0].read(place)

    return read


def _keep(folder: str, line: Line, told: Told, body: bytes) -> str:
    from bot.base.own_storage import own_storage  # noqa: PLC0415 - boto3 is read where needed

    place = f"{folder}/{told.attribute}/{line.address.removeprefix('s3://')}.png"
    own_storage().put(address(place), body, _PNG)
    return place
