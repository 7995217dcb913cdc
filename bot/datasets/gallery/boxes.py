"""The boxes of the pictures on a sheet as the manifest of a job that corrects them (pure)."""

from collections.abc import Iterable, Iterator, Sequence

from bot.datasets.gallery.entry import Entry
from bot.datasets.lifecycle import LabelCount
from bot.manifests.json_lines import written
from bot.manifests.told import label_columns

BOXES_ID = "gallery_boxes"
_ATTRIBUTE = "boxes"
_TYPE = "groundtruth/object-detection"


def has_boxes(entries: Iterable[Entry], labels: Sequence[LabelCount]) -> bool:
    """Whether there are boxes to correct on the sheet of a dataset of boxes."""
    return any(one.boxes for one in labels) and any(
        told.boxes for entry in entries for told in entry.line.told
    )


def lines_of(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A line for each picture that has boxes, these under one name, whatever each calls them."""
    for entry in entries:
        for name, metadata in label_columns(dict(entry.given)):
            if metadata.get("type") == _TYPE and name in entry.given:
                line = {
                    "source-ref": entry.address,
                    _ATTRIBUTE: entry.given[name],
                    f"{_ATTRIBUTE}-metadata": metadata,
                }
                yield written(line) + b"\n"
                break
