"""The next pictures that a running model labels as drafts (pure): what was asked for, how far it
is, and the line that a picture becomes.

Promises to the worker: a line is one that an adjustment job takes; to the form: what is wrong is
told in the words of the remedy.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.manifests.json_lines import written
from bot.models.detections import Detection

WORKING, DONE, FAILED = "working", "done", "failed"
ATTRIBUTE = "draft"
PICTURES_MOST = 5_000  # ours: an hour of a small model's work
ENDINGS = (".jpg", ".jpeg", ".png")  # Custom Labels: PNG and JPEG
_TYPE = "groundtruth/"


class Batch(msgspec.Struct, frozen=True):
    """What was asked for: the run of the model, a folder or a manifest with pictures, how many at
    most (0 for what cannot be read), from which confidence on (None for AWS's own thresholds, -1
    for what cannot be read), and the folder in which the drafts are written.

    `runs` are those to choose from as (id, name).
    """

    run_id: str = ""
    channel: str = ""
    source: str = ""
    most: int = 200
    least: int | None = None
    output_uri: str = ""
    runs: tuple[tuple[str, str], ...] = ()

    @property
    def from_folder(self) -> bool:
        """Whether the pictures are those of a folder, not of a manifest."""
        return self.source.endswith("/")


class Progress(msgspec.Struct, frozen=True):
    """How far it is: `done` of `total` pictures were looked at (0 while they are not listed yet),
    `drafted` have a draft, in `nothing` nothing was found, `refused` could not be looked at.
    `boxes` says that the model draws boxes. `cause` is why it ended before its end.
    """

    state: str = WORKING
    total: int = 0
    done: int = 0
    drafted: int = 0
    nothing: int = 0
    refused: int = 0
    boxes: bool = False
    cause: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in {DONE, FAILED}


def source_fault(source: str, allowed: Allowed) -> str:
    """A folder or a manifest that is open to the channel."""
    if not source:
        return "Give a folder of pictures (s3://bucket/folder/) or a manifest."
    try:
        uri = S3Uri.parse(source)
    except BadAddress as error:
        return str(error)
    if source.lower().endswith(ENDINGS):
        return "This is one picture: [Try it…] shows it to the model. Give a folder or a manifest."
    if uri not in allowed:
        return f"The bot may not use {uri} in this channel. It may use: {allowed.words()}."
    return ""


def most_fault(most: int) -> str:
    """Within an hour or so."""
    if 1 <= most <= PICTURES_MOST:
        return ""
    return f"A whole number from 1 to {PICTURES_MOST:,}."


def is_fit(address: str) -> bool:
    """Whether a model may look at it, as far as its name tells."""
    return address.lower().endswith(ENDINGS)


def bare_line(address: str) -> bytes:
    """A picture without a draft."""
    return written({"source-ref": address}) + b"\n"


def draft_line(  # noqa: PLR0913 - a line has that many parts
    address: str,
    found: Iterable[Detection],
    *,
    size: tuple[int, int] | None,
    labels: Iterable[str],
    job: str,
    created: str,
) -> bytes:
    """The line of a picture with what the model found: the surest class, or all boxes in a picture
    of `size` pixels, also none. `labels` are those of the model, by their numbers; `created` is ISO
    in UTC.
    """
    numbers = {label: number for number, label in enumerate(labels)}
    every = [each for each in found if size is None or each.box is not None]
    for each in every:
        numbers.setdefault(each.label, len(numbers))
    common = {"human-annotated": "no", "creation-date": created, "job-name": f"labeling-job/{job}"}
    made = _class(every[0], numbers) if size is None else _boxes(every, size, numbers)
    value, metadata = made
    line = {
        "source-ref": address,
        ATTRIBUTE: value,
        f"{ATTRIBUTE}-metadata": {**metadata, **common},
    }
    return written(line) + b"\n"


def _class(found: Detection, numbers: Mapping[str, int]) -> tuple[Any, dict[str, Any]]:
    return numbers[found.label], {
        "class-name": found.label,
        "confidence": _share(found),
        "type": f"{_TYPE}image-classification",
    }


def _boxes(
    found: Iterable[Detection], size: tuple[int, int], numbers: Mapping[str, int]
) -> tuple[Any, dict[str, Any]]:
    """Whole pixels within the picture: fractions are not taken everywhere."""
    known = [each for each in found if each.box is not None]
    wide, high = size
    annotations = [
        {"class_id": numbers[each.label], **_place(each.box, wide, high)}
        for each in known
        if each.box is not None
    ]
    value = {
        "image_size": [{"width": wide, "height": high, "depth": 3}],
        "annotations": annotations,
    }
    return value, {
        "objects": [{"confidence": _share(each)} for each in known],
        "class-map": {str(number): label for label, number in numbers.items()},
        "type": f"{_TYPE}object-detection",
    }


def _place(box: tuple[float, float, float, float], wide: int, high: int) -> dict[str, int]:
    left, top = (
        min(max(0, round(box[0] * wide)), wide - 1),
        min(max(0, round(box[1] * high)), high - 1),
    )
    right, bottom = round((box[0] + box[2]) * wide), round((box[1] + box[3]) * high)
    return {
        "left": left,
        "top": top,
        "width": max(1, min(right, wide) - left),
        "height": max(1, min(bottom, high) - top),
    }


def _share(found: Detection) -> float:
    return round(min(1.0, max(0.0, found.confidence / 100)), 4)
