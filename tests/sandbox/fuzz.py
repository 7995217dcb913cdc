"""`make fuzz`: awkward requests to both stand-ins on this machine, bounded in number and in time,
with a bar.

Exit code 1 when an answer was 5xx (but 501 for operations that are not there), could not be read,
or a server died.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_aws import AwsFuzzer
from fuzz_slack import SlackFuzzer
from fuzzing import Fuzzed
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class _TooLong(Exception):
    """The time that was given is over."""


def main() -> int:
    """Fuzz both and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--count", type=int, default=20_000, help="requests for each stand-in (default: 20,000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same requests")
    parser.add_argument(
        "--seconds", type=float, default=900, help="the longest time for each (default: 900)"
    )
    parser.add_argument("--words", action="store_true", help="show what the stand-ins log")
    parser.add_argument("--only", choices=["aws", "slack"], help="fuzz one of the two")
    chosen = parser.parse_args()
    # What breaks inside is told by the answers; with --words the stand-ins' own words are shown as
    # well.
    logging.disable(logging.NOTSET if chosen.words else logging.CRITICAL)
    good = True
    for name, fuzzer in (("aws", AwsFuzzer), ("slack", SlackFuzzer)):
        if chosen.only not in {None, name}:
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"labeljob-fuzz-{name}-") as folder:
            made = fuzzer(Path(folder), chosen.seed)
            report = _run(name, made, chosen.count, chosen.seconds)
        _say(name, report, time.monotonic() - started)
        good = good and not report.failures
    return 0 if good else 1


def _run(name: str, fuzzer: AwsFuzzer | SlackFuzzer, count: int, seconds: float) -> Fuzzed:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    end = time.monotonic() + seconds
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(name, total=count)

        def progress() -> None:
            bar.advance(task)
            if time.monotonic() > end:
                raise _TooLong

        try:
            return fuzzer.run(count, progress)
        except _TooLong:
            return fuzzer.report


def _say(name: str, report: Fuzzed, seconds: float) -> None:
    statuses = ", ".join(
        f"{status}: {times:,}" for status, times in sorted(report.statuses.items())
    )
    kinds = f"{len(report.operations)} kinds in {seconds:.0f} s"
    print(f"{name}: {report.requests:,} requests of {kinds}. {statuses}")  # noqa: T201 - a command
    print(f"{name}: {len(report.failures)} failures")  # noqa: T201 - this is a command
    for failure in report.failures:
        print(f"  {failure}")  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main())
