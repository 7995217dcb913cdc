"""What Rekognition would say of a dataset's manifest, asked of its lines (pure): at the form, and
again before the import.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from bot.base.errors import Refusal
from bot.datasets import findings
from bot.datasets.findings import Finding, words
from bot.datasets.source import LEAVE_OUT, TRAIN, Source
from bot.manifests.examine import Examination, examine


class Unfit(Refusal):
    """Rekognition would reject this import, so nothing was sent."""

    field = "manifest_uri"

    def __init__(self, found: Sequence[Finding], left: int = 0) -> None:
        super().__init__()
        self.findings = tuple(found)
        self.left = left  # lines that could be sent without the others

    @property
    def at_form(self) -> str:
        """What stands against the import, in sentences: of the whole file first, then of lines."""
        lines = [each for each in self.findings if each.level in {"silent", "line"}]
        said = [words(each) for each in (*findings.blocking(self.findings), *lines)]
        if self.left and findings.droppable(self.findings):
            said.insert(1, f"Or choose “{LEAVE_OUT}” below.")
        return " ".join(said)


def examined(source: Source, lines: Iterable[bytes], region: str) -> Examination:
    """What Rekognition would say of the manifest, whose bytes come in pieces.

    Raises:
        Unfit: it would reject the whole import.

    """
    kind: Literal["train", "test"] = "train" if source.dataset_type == TRAIN else "test"
    found = examine(
        lines,
        region,
        attribute=source.label_attribute,
        pair=source.pair,
        dataset=kind,
        faultless=source.faultless,
    )
    told = findings.of_examination(found, faultless=source.faultless)
    # pictures alone would fill the dataset, and their labels could not be added to it
    unpaired = not found.labels and bool(found.counts["ERROR_NO_LABEL_ATTRIBUTES"])
    if findings.blocking(told) or not found.sendable or unpaired:
        raise Unfit(told, found.sendable)
    return found
