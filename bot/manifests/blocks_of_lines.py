"""A stream of bytes as blocks of whole lines (pure), for whoever reads many lines at once.

Promises: the lines are those of `json_lines.numbered` in the same order; a block of several lines
has no line beyond the limit; memory holds one block.
"""

from collections.abc import Iterable, Iterator

from bot.manifests.json_lines import BYTES_KEPT

BLOCK = 96_000  # bytes: below a line's limit, so that none in a block is too long


def blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks of whole lines with their ends; the last may lack its end.

    A block larger than `BLOCK` begins with one long line, of which no more is kept than shows that
    it is too long.
    """
    kept = b""
    for chunk in chunks:
        view, start = memoryview(chunk), 0
        while start < len(chunk):
            stop = min(start + max(BLOCK - len(kept), BLOCK // 8), len(chunk))
            end = chunk.rfind(b"\n", start, stop) + 1
            if end:
                yield b"".join((kept, view[start:end]))
                kept = chunk[end:stop]
            elif len(kept) <= BYTES_KEPT + 1:
                kept += chunk[start:stop]
            start = stop
    if kept:
        yield kept


def halves(block: bytes) -> tuple[bytes, bytes]:
    """A block as two blocks of whole lines; the second is empty where it is one line."""
    middle = len(block) // 2
    cut = block.find(b"\n", middle) + 1
    if not cut or cut == len(block):
        cut = block.rfind(b"\n", 0, middle) + 1
    return block[: cut or len(block)], block[cut or len(block) :]
