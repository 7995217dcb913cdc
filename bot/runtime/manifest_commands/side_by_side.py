"""Counting a large file of this machine with all processors that we may use.

Promises to `labeljob manifest summary`: the summary is that of one process, to the byte; all
processes together take less than 64 MiB for a million lines; when one of them ends or fails, the
command ends with words and counts nothing; none of them outlives the command. Never used by the
bot itself, whose worker has its memory to keep to.
"""

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bot.base.errors import Refusal
from bot.manifests.ranges import ranges, within
from bot.manifests.summary import Part, Summary, joined, read_part
from bot.runtime.manifest_commands.files import NoFile, Say, watched

LARGE = 1 << 26  # bytes from which on processes are worth their start
_SOME = 1 << 23  # bytes of a part
_MOST = 8  # processes: each takes some MiB of its own
_DIE_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG

Range = tuple[int, int]


class Died(Refusal):
    """One of the processes that counted was ended from outside; perhaps this machine has too little
    memory. Nothing was counted: run it again.
    """


def processes_for(place: str) -> int:
    """How many processes are to count a file; 1 where one is as good."""
    if sys.platform != "linux":  # elsewhere a process begins with all imports, and forking is frail
        return 1
    path = Path(place)
    if not path.is_file() or path.stat().st_size < LARGE:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST)


def summarize_at_once(place: str, processes: int, some: int = _SOME) -> Summary:
    """The summary of a file, by so many processes that take `some` bytes at a time.

    Raises:
        NoFile: it cannot be read.
        Shortened: somebody took bytes from its end meanwhile.
        Died: a process was ended.

    """
    try:
        with Path(place).open("rb", buffering=0) as file, watched() as say:
            number = file.fileno()  # the same file for all, whatever gets its name meanwhile
            read_at = partial(os.pread, number)
            parts = list(ranges(read_at, os.fstat(number).st_size, some))
            found = _counted(number, parts, processes)
            return joined(
                (part, partial(within, read_at, *parts[at]))
                for at, part in enumerate(_told(found, parts, say))
            )
    except OSError as error:
        raise NoFile(f"{place} cannot be read: {error.strerror}.") from error


def _told(found: Iterator[Part], parts: list[Range], say: Say) -> Iterator[Part]:
    for part, (_begin, end) in zip(found, parts, strict=True):
        say(f"{end / 1_000_000:,.0f} MB read")
        yield part


def _counted(file: int, parts: list[Range], processes: int) -> Iterator[Part]:
    """What each part holds, in order; counted here where this machine gives no processes.

    They are forked: nothing is imported again, all of them hash alike and have the open file.
    """
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor  # noqa: PLC0415 - only a large file needs it
    from multiprocessing import active_children, get_context  # noqa: PLC0415 - as above

    count = partial(_part, file)
    try:
        pool = ProcessPoolExecutor(processes, get_context("fork"), _begin, (os.getpid(),))
        found = pool.map(count, parts)
    except BrokenProcessPool as error:
        raise Died from error
    except (OSError, NotImplementedError):  # no room for locks, or for processes
        for begun in active_children():
            begun.kill()
        yield from map(count, parts)
        return
    try:
        yield from found
    except BrokenProcessPool as error:
        raise Died from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(command: int) -> None:
    """Leave the keyboard to the command, and end with it.

    Linux is asked for that: a thread that waits for it would make all counting a twentieth slower.
    """
    import ctypes  # noqa: PLC0415 - as above

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != command:
        os._exit(1)  # it ended before Linux was asked


def _part(file: int, some: Range) -> Part:
    return read_part(within(partial(os.pread, file), *some), first=some[0] == 0)
