"""A process whose machine's clock is set back by an hour while rounds run: `python -m
tests.cases.clock_set_back`.

Prints how many rounds ran before and after, as two numbers. The clock is this process's own: it is
replaced before anything that reads it is imported, whatever library the rounds run on.
"""

import datetime as dt
import sys
import threading
import time

_SET_BACK = 3600.0
_WANTED = 3  # rounds
_PATIENCE = 10.0  # seconds for them; they come every tenth of one
_true_time = time.time
_true_datetime = dt.datetime
_moved = 0.0


def _time() -> float:
    return _true_time() + _moved


class _Moved(_true_datetime):
    """The date and time of the moved clock."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "_Moved":
        return cls.fromtimestamp(_time(), tz)

    @classmethod
    def utcnow(cls) -> "_Moved":
        return cls.now(dt.UTC).replace(tzinfo=None)


def main() -> None:
    """Run rounds, set the clock back, and count."""
    global _moved  # noqa: PLW0603 - it is the clock
    time.time = _time
    dt.datetime = _Moved  # type: ignore[misc]
    from bot.base.rounds import Round, simple  # noqa: PLC0415 - after the clock
    from bot.runtime.scheduler import Scheduler  # noqa: PLC0415 - as above

    done = threading.Semaphore(0)
    scheduler = Scheduler([Round("send", 0.1, simple(done.release))])
    scheduler.start()
    before = _rounds(done)
    _moved = -_SET_BACK
    while done.acquire(blocking=False):  # those of before
        pass
    after = _rounds(done)
    sys.stdout.write(f"{before} {after}\n")
    scheduler.stop()


def _rounds(done: threading.Semaphore) -> int:
    """How many rounds end in time, up to those that are wanted."""
    end = time.monotonic() + _PATIENCE
    return sum(done.acquire(timeout=max(0.0, end - time.monotonic())) for _ in range(_WANTED))


if __name__ == "__main__":
    main()
