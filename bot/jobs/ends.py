"""What is looked at once a job is over: its results are put together, and what failed is found out.

Promises to the watcher: a state with words for all of it, so that the end is told in any case;
nothing is counted or told here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bot.base.errors import Refusal
from bot.base.log import redact
from bot.engines.protocol import Engine, Known
from bot.jobs.all_labels import AllLabels
from bot.jobs.lifecycle import JobState
from bot.jobs.records import Job
from bot.jobs.why_unlabeled import WhyUnlabeled


@dataclass(frozen=True, slots=True)
class Ends:
    """The parts of an end."""

    engine: Engine
    why_unlabeled: WhyUnlabeled
    all_labels: AllLabels
    show: Callable[[Job], None]  # has the results shown where a channel wants that

    def of(self, job: Job, state: JobState, step: Callable[[], None]) -> JobState:
        """The state of a job that is over, with what there is to say of it. `step` is called as it
        goes on.

        Raises:
            Transient: nothing is known; ask again.

        """
        lost = self._gathered(job, step)
        why = self.why_unlabeled.words(job, state, step)
        whole = self.all_labels.of(job, state, step)
        if state.labeled:
            self.show(job)
        return msgspec.structs.replace(
            state,
            why_unlabeled=" ".join(filter(None, (why, lost, whole.words))),
            output_uri=whole.uri or state.output_uri,
        )

    def _gathered(self, job: Job, step: Callable[[], None]) -> str:
        """What is not among the results, in words."""
        try:
            return self.engine.gather(Known(job.arn, job.name), step)
        except Refusal as refusal:
            return f"The results could not be put together: {redact(refusal.words)}"
