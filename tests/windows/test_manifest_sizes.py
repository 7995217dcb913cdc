"""The manifest reader at the sizes that people bring: the limit is told, and memory stays flat."""

import tracemalloc
from collections.abc import Iterator

from bot.manifests.lines import check, words

GOOD = b'{"source-ref":"s3://orchard-raw/july/a.jpg"}\n'


def stream(lines: int) -> Iterator[bytes]:
    """A manifest of so many lines, a thousand at a time."""
    for first in range(0, lines, 1000):
        last = min(first + 1000, lines)
        yield b"".join(b'{"source-ref":"s3://orchard-raw/july/%07d.jpg"}\n' % n for n in range(first, last))


def test_the_object_limit_is_told() -> None:
    """AWS would refuse the job only after minutes; the count is the same one it makes."""
    verdict = check(stream(100_001), source_key="source-ref", media=(".jpg",))
    assert verdict.good == 100_000
    assert words(verdict) == (
        "This manifest is too large: 100,001 objects; one job takes 100,000. Split it into several jobs."
    )


def test_many_lines_fit_in_little_memory() -> None:
    """The checker runs beside everything else the bot does; a line may cost a number, not its text (row 15)."""
    tracemalloc.start()
    verdict = check(stream(10_000), source_key="source-ref", media=(".jpg",))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.good == 10_000
    assert peak < 3 * 1024 * 1024


def test_one_endless_line_is_named_and_skipped() -> None:
    """A 50 MB line must neither fill the memory nor hide the lines behind it."""
    tracemalloc.start()
    chunks = [GOOD, *([b"x" * 1_000_000] * 50), b"\n", GOOD, b'{"a":']
    verdict = check(iter(chunks), source_key="source-ref", media=(".jpg",))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(fault.line, fault.code) for fault in verdict.faults] == [(2, "long"), (4, "json")]
    assert verdict.good == 2
    assert peak < 8 * 1024 * 1024
