"""What can be done with datasets, joined by the wiring and called by people and by time alike."""

from dataclasses import dataclass

from bot.datasets.accept import Accept
from bot.datasets.load import Load
from bot.datasets.status import Status
from bot.datasets.watch import Watch


@dataclass(frozen=True, slots=True)
class DatasetVerbs:
    """The verbs of the dataset story."""

    accept: Accept
    load: Load
    watch: Watch
    status: Status
