"""The stand-in's time, which whoever plays with it may let pass faster than it does."""

import time


class MovableClock:
    """The true time and as much more as was let pass: `moved`, in seconds. Signatures want a time
    near the true one, so at AWS no more than 5 minutes may be let pass.
    """

    def __init__(self) -> None:
        self.moved = 0.0

    def __call__(self) -> float:
        """Now, in seconds since 1970."""
        return time.time() + self.moved
