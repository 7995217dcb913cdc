"""Which sources of a long manifest came before (pure): in 16 bytes a line, whatever their length.

Promises to the summary: every repeat is counted and the first are placed; memory is 16 bytes a line
and a set of some of the lines (of all where they are few, else of a sixty-fourth); time grows with
the lines alone. Two different sources of one 64-bit hash would be taken for one; among a million
that happens once in 30 million files.
"""

from array import array
from dataclasses import dataclass, field

NO_SOURCE = -1  # Python: hash() never gives it
_SHARES = 64  # equal hashes are in one share, so that each can be looked through by itself
_LAST = _SHARES - 1
_FEW = 1 << 17  # lines whose hashes are one set


@dataclass(slots=True)
class Repeats:
    """Takes the hash of each line's source, in order, `NO_SOURCE` for a line without one. Complete
    once `end` was called: `found` are (line, earlier line) of the first repeats, `kept` at most.
    """

    kept: int
    marks: "array[int]" = field(default_factory=lambda: array("q"))
    count: int = 0
    sources: int = 0
    found: list[tuple[int, int]] = field(default_factory=list)
    _spread: int = 0
    _shares: list["array[int]"] = field(
        default_factory=lambda: [array("q") for _ in range(_SHARES)]
    )

    def take(self, marks: list[int]) -> None:
        """The next lines' hashes."""
        self.marks.fromlist(marks)

    def join(self, marks: "array[int]") -> None:
        """The next lines' hashes, of a long file, which are spread over the shares at once."""
        self.marks.extend(marks)
        self._spread_out()

    def _spread_out(self) -> None:
        """Spread what was taken since the last time."""
        adds = [share.append for share in self._shares]
        for mark in memoryview(self.marks)[self._spread :]:
            adds[mark & _LAST](mark)
        self._spread = len(self.marks)

    def end(self) -> None:
        """Count, and place the first repeats."""
        shares = [self.marks]
        if self._spread or len(self.marks) > _FEW:
            self._spread_out()
            shares = self._shares
        candidates: set[int] = set()
        for share in shares:
            different = set(share)
            again = len(share) - len(different)
            if NO_SOURCE in different:
                different.discard(NO_SOURCE)
                again -= share.count(NO_SOURCE) - 1
            self.sources += len(different)
            self.count += again
            if again:
                candidates.update(self._first(share))
        if candidates:
            self._place(candidates)

    def _first(self, share: "array[int]") -> list[int]:
        """The hashes of a share's first repeats: those of the whole are among them."""
        seen: set[int] = {NO_SOURCE}
        found: list[int] = []
        for mark in share:
            if mark not in seen:
                seen.add(mark)
            elif mark != NO_SOURCE:
                found.append(mark)
                if len(found) >= self.kept:
                    break
        return found

    def _place(self, candidates: set[int]) -> None:
        """Note the first repeats of these hashes, with the lines that have them first."""
        lines: dict[int, int] = {}
        for line, mark in enumerate(self.marks, 1):
            if mark not in candidates:
                continue
            if lines.setdefault(mark, line) != line:
                self.found.append((line, lines[mark]))
                if len(self.found) >= self.kept:
                    return
