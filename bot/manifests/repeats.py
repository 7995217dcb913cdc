"""Which sources of a long manifest came before (pure): in 8 bytes a line, whatever their length.

Promises to the summary: every repeat is counted and the first are placed; memory is 8 bytes a line
and some 20 MiB. Two different sources of one 64-bit hash would be taken for one; among a million
that happens once in 30 million files.
"""

from array import array
from dataclasses import dataclass, field

NO_SOURCE = -1  # Python: hash() never gives it
_RUN = 1 << 17  # lines whose hashes are compared in a set


@dataclass(slots=True)
class Repeats:
    """Takes the hash of each line's source, in order; `found` are (line, earlier line) of the first
    repeats, complete once `end` was called.
    """

    kept: int
    count: int = 0
    sources: int = 0
    found: list[tuple[int, int]] = field(default_factory=list)
    _runs: list["array[int]"] = field(default_factory=list)
    _run: "array[int]" = field(default_factory=lambda: array("q"))

    def take(self, marks: list[int]) -> None:
        """The next lines' hashes; `NO_SOURCE` for a line without one."""
        self._run.extend(marks)
        if len(self._run) >= _RUN:
            self.end()

    def end(self) -> None:
        """Compare what was taken since the last time with everything before it."""
        run = self._run
        fresh = set(run)
        fresh.discard(NO_SOURCE)
        new = fresh.copy()
        for older in self._runs:
            new.difference_update(older)
        again = len(run) - run.count(NO_SOURCE) - len(new)
        self.sources += len(new)
        self.count += again
        if again and len(self.found) < self.kept:
            self._place(run, new)
        self._runs.append(run)
        self._run = array("q")

    def _place(self, run: "array[int]", new: set[int]) -> None:
        """Note the first repeats of a run, whose hashes that are `new` may come once."""
        before = sum(map(len, self._runs))
        for place, mark in enumerate(run):
            if mark in new:
                new.discard(mark)
            elif mark != NO_SOURCE:
                self.found.append((before + place + 1, self._earlier(mark, run)))
                if len(self.found) >= self.kept:
                    return

    def _earlier(self, mark: int, run: "array[int]") -> int:
        """The line, from 1, that has this hash first."""
        line = 1
        for older in (*self._runs, run):
            if mark in older:
                return line + older.index(mark)
            line += len(older)
        raise ValueError(mark)
