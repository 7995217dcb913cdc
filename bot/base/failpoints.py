"""Named steps at which a process can be made to die or to freeze, so that every crash is tried, not
only the likely.

`LABELJOB_FAILPOINT=name` (or `name:3`, the third time) kills this process as kill -9 would, the
moment it reaches that step. `name:3:stop` freezes it there as SIGSTOP would, every third time,
until somebody sends SIGCONT. Unset, as everywhere but in `make faults` and its tests, a step costs
one comparison.
"""

import os
import signal
import threading

STEPS = (
    "claimed",  # a row is taken and committed, nothing was asked of Slack
    "before-post",
    "posted",  # it stands at Slack, and nobody has written that down
    "before-job-commit",
    "after-job-commit",
    "before-create",
    "after-create",  # the labeling job exists, and nobody has written that down
    "before-describe",
    "after-describe",
    "before-import",
    "after-import",  # the dataset exists, and nobody has written that down
    "inbox-opened",  # a request is counted, and nothing was done for it
    "before-ack",  # everything was done for it, and Slack has no answer
)

MODEL_STEPS = (
    "before-train",
    "after-train",  # the model is being trained, and nobody has written that down
    "before-start",
    "after-start",  # the model starts, and nobody has written that down
    "before-stop",
    "after-stop",  # the model stops, and nobody has written that down
)
"""Those of models, which have a row of their own in the failure book."""
UPDATE_STEPS = (
    "lines-ready",  # what is sent lies in S3, and nobody has written that down
    "before-update",
    "after-update",  # a piece of lines is sent to a dataset, and nobody has written that down
)
"""Those of datasets that get more lines, with a row of their own too."""
DRAFT_STEPS = (
    "drafts-listed",  # the pictures are listed in a file, and nobody has written that down
    "drafts-half",  # of some pictures the drafts are written, and not what is beside them
    "drafts-written",  # both are, and nobody has written that down
    "drafts-whole",  # all of them are in one file, and nobody has told
)
"""Those of a batch that a model drafts, which its own test dies at."""
SHEET_GIVEN = "sheet-given"
"""Somebody has the pictures of a dataset, and nobody has written that down; its test stands in the
gallery's.
"""
AFTER_SEND = "after-send"
"""Objects of a stream are sent, and nobody has written that down; no step of a storm, which asks
for no streams.
"""


class _Armed:
    """The step that is armed; `nth` counts how often it is reached between two deaths or
    freezes.
    """

    def __init__(self, wanted: str) -> None:
        self.step, _, rest = wanted.partition(":")
        nth, _, how = rest.partition(":")
        self._nth = max(1, int(nth or 1))
        self._signal = signal.SIGSTOP if how == "stop" else signal.SIGKILL
        self._reached = 0
        self._lock = threading.Lock()

    def reach(self) -> None:
        with self._lock:
            self._reached += 1
            due = self._reached % self._nth == 0
        if due:
            os.kill(os.getpid(), self._signal)


_armed = _Armed(os.environ.get("LABELJOB_FAILPOINT", ""))


def arm(wanted: str) -> None:
    """Arm this process anew (the fault tests fork processes that have read their environment
    already).
    """
    global _armed  # noqa: PLW0603 - one process, one failpoint
    _armed = _Armed(wanted)


def failpoint(step: str) -> None:
    """Die or freeze here if this is the named step."""
    if _armed.step == step:
        _armed.reach()
