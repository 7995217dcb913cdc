"""What somebody wants exported of a job (pure), and what the buttons about it carry."""

import msgspec

from bot.manifests.formats import FORMATS

LEDGER, REPORT = "ledger", "report"
_OF_PICTURES = {"coco", "yolo", "voc", "custom-labels"}
_OF_DRAWINGS = {"coco", "yolo", "voc"}  # hold nothing else, so they stand last where none is drawn
_DRAWING_TILES = {"boxes", "masks", "check", "more"}
"""Of the form: what is made there is drawn or painted, or may be."""
_PICTURE = "picture"
TITLES = {
    "coco": "COCO (one JSON file)",
    "yolo": "YOLO (a zip of text files)",
    "voc": "Pascal VOC (a zip of XML files)",
    "csv": "CSV (a row for each label)",
    "label-studio": "Label Studio (one JSON file)",
    "custom-labels": "Rekognition Custom Labels (manifest)",
    "augmented": "Augmented manifest, with these labels alone",
    LEDGER: "Ledger (CSV: what became of every object)",
    REPORT: "Report (one HTML page: what was asked, counts, agreement, pictures)",
}


class Wish(msgspec.Struct, frozen=True):
    """A format, the ledger or the report. `every` takes all labels in the results, not the job's
    alone.
    """

    format: str
    every: bool = False


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """The job that a button is about, the channel in which the person sees it ("" for their Home),
    and the written file, "" where none is meant.
    """

    job: str
    channel: str = ""
    uri: str = ""


_ASKED = msgspec.json.Decoder(Asked)


def offered(noun: str, tile: str = "") -> list[tuple[str, str]]:
    """The formats that fit a job's objects, with their titles. The first, which is chosen at first,
    can hold what a job of that tile of the form makes; "" where the kind of work is unknown.
    """
    fit = [one for one in TITLES.items() if noun == _PICTURE or one[0] not in _OF_PICTURES]
    if not tile or tile in _DRAWING_TILES:
        return fit
    return sorted(fit, key=lambda one: one[0] in _OF_DRAWINGS)


def known(name: str) -> bool:
    """Whether there is such a format, or it is the ledger or the report."""
    return name in FORMATS or name in {LEDGER, REPORT}


def written(asked: Asked) -> str:
    """As a button carries it."""
    return msgspec.json.encode(asked).decode()


def read(value: str) -> Asked | None:
    """What a button carries; None where that is nothing of ours."""
    try:
        return _ASKED.decode(value)
    except msgspec.MsgspecError:
        return None
