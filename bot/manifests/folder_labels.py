"""Manifest lines that are labeled by the names of folders (pure), as Rekognition's console does it.

Promises to the import: the label of a picture is the first folder below the chosen one, at any
depth (`p/ripe/white/1.png` is "ripe"); a picture that lies in the chosen folder itself has none.
"""

from collections.abc import Callable

import msgspec

from bot.base.s3_uri import S3Uri

ATTRIBUTE = "folder"
_encode = msgspec.json.Encoder().encode


def labeler(folder: S3Uri, created: str) -> Callable[[str], bytes]:
    """What makes a line of an address below the folder; `created` is the date of its label (UTC,
    ISO). Classes are numbered as they come.
    """
    numbers: dict[str, int] = {}
    start = len(str(folder))

    def line(address: str) -> bytes:
        label, slash, _ = address[start:].partition("/")
        if not slash or not label:
            return _encode({"source-ref": address}) + b"\n"
        metadata = {
            "class-name": label,
            "confidence": 1,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": created,
        }
        number = numbers.setdefault(label, len(numbers))
        pair = {ATTRIBUTE: number, f"{ATTRIBUTE}-metadata": metadata}
        return _encode({"source-ref": address, **pair}) + b"\n"

    return line
