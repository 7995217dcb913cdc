"""What Rekognition would say of a dataset's manifest, asked of the file itself: at the form, and
again before the import.
"""

from collections.abc import Sequence
from typing import Literal

from bot.base.errors import Refusal
from bot.base.storage import Storage
from bot.datasets import findings
from bot.datasets.findings import Finding, words
from bot.datasets.source import TRAIN, Source
from bot.manifests.examine import Examination, examine


class Unfit(Refusal):
    """AWS would give this import up, so nothing was sent."""

    field = "manifest_uri"

    def __init__(self, found: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(found)

    @property
    def at_form(self) -> str:
        """What stands against the import, in sentences: of the whole file first, then of lines."""
        lines = [each for each in self.findings if each.level in {"silent", "line"}]
        return " ".join(words(each) for each in (*findings.blocking(self.findings), *lines))


def examined(source: Source, storage: Storage, region: str) -> Examination:
    """What AWS would say of the manifest.

    Raises:
        Unfit: it would give the whole import up.

    """
    kind: Literal["train", "test"] = "train" if source.dataset_type == TRAIN else "test"
    found = examine(
        storage.chunks(source.manifest), region, attribute=source.label_attribute, dataset=kind
    )
    told = findings.of_examination(found)
    if findings.blocking(told) or not found.sendable:
        raise Unfit(told)
    return found
