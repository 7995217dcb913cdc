"""Pictures as a clip that browsers play: WebM with every picture a VP8 key frame.

Promised to the sample data: ``webm`` needs nothing but Pillow, whose lossy WebP files are single
VP8 key frames in a box of their own; this file only puts them into WebM's boxes. No sound.
"""

import io
import struct
from collections.abc import Sequence

from PIL import Image

__all__ = ["webm"]

_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    b"\x1aE\xdf\xa3",
    b"\x18S\x80g",
    *(bytes.fromhex(name) for name in ("1549a966", "1654ae6b", "1f43b675")),
)
_MILLISECOND = 1_000_000  # nanoseconds


def webm(pictures: Sequence[Image.Image], milliseconds: int) -> bytes:
    """A clip that shows each picture for so long; all are of one size."""
    width, height = pictures[0].size
    length = float(milliseconds * len(pictures))
    header = _box(
        _EBML,
        _number(0x4286, 1) + _number(0x42F7, 1) + _number(0x42F2, 4) + _number(0x42F3, 8),
        _box(b"\x42\x82", b"webm"),
        _number(0x4287, 2) + _number(0x4285, 2),
    )
    info = _box(
        _INFO,
        _number(0x2AD7B1, _MILLISECOND),
        _box(b"\x44\x89", struct.pack(">d", length)),
        _box(b"\x4d\x80", b"labeljob") + _box(b"\x57\x41", b"labeljob"),
    )
    size = _box(b"\xe0", _number(0xB0, width) + _number(0xBA, height))
    track = _number(0xD7, 1) + _number(0x73C5, 1) + _number(0x83, 1) + _box(b"\x86", b"V_VP8")
    blocks = [
        _box(b"\xa3", b"\x81" + struct.pack(">h", at * milliseconds) + b"\x80" + _key_frame(each))
        for at, each in enumerate(pictures)
    ]
    cluster = _box(_CLUSTER, _number(0xE7, 0), *blocks)
    tracks = _box(_TRACKS, _box(b"\xae", track + size))
    return header + _box(_SEGMENT, info, tracks, cluster)


def _key_frame(picture: Image.Image) -> bytes:
    """The VP8 data of a picture: the one box of a lossy WebP file."""
    file = io.BytesIO()
    picture.convert("RGB").save(file, "WEBP", quality=70, method=1)
    content = file.getvalue()
    at = content.index(b"VP8 ")
    length = int(struct.unpack_from("<I", content, at + 4)[0])
    return content[at + 8 : at + 8 + length]


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return name + (len(content) | 1 << 56).to_bytes(8) + content


def _number(name: int, value: int) -> bytes:
    box = name.to_bytes((name.bit_length() + 7) // 8)
    return _box(box, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))
