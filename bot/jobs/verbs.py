"""The verbs of the job story, joined by the wiring and handed to commands and scheduler."""

from dataclasses import dataclass

from bot.jobs.accept import Accept
from bot.jobs.control import Control
from bot.jobs.launch import Launch
from bot.jobs.made_datasets import MadeDatasets
from bot.jobs.queue import Queue
from bot.jobs.standing import Standing
from bot.jobs.status import Status
from bot.jobs.watch import Watch


@dataclass(frozen=True, slots=True)
class JobVerbs:
    """Everything that can be done with labeling jobs."""

    accept: Accept
    launch: Launch
    watch: Watch
    control: Control
    queue: Queue
    status: Status
    standing: Standing
    made_datasets: MadeDatasets
