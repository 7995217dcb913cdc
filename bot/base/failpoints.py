"""Named steps at which a process can be made to die, so that every crash is tried and not only the likely ones.

`LABELJOB_FAILPOINT=name` (or `name:3`, the third time) kills this process as kill -9 would, the moment it reaches that
step. Unset, as everywhere but in `make faults` and its tests, a step costs one comparison.
"""

import os
import signal

_NAME, _, _nth = os.environ.get("LABELJOB_FAILPOINT", "").partition(":")
_left = [int(_nth or 1)]  # how often the step is still passed, the deadly time included

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
    "inbox-opened",  # a request is counted, and nothing was done for it
    "before-ack",  # everything was done for it, and Slack has no answer
)


def reach(step: str) -> None:
    """Die here if this is the named step."""
    if not _NAME or step != _NAME:
        return
    _left[0] -= 1
    if _left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
