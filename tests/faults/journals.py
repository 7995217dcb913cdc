"""A stand-in's journal, read on and on: it keeps only its last 20,000 entries, and a long row has
more.
"""

from collections.abc import Iterable
from typing import Any

from tests.faults.world import World


class Journal:
    """What a stand-in received since this was made, in order, as far as it is answered."""

    def __init__(self, world: World, *, aws: bool = False) -> None:
        self._world = world
        self._aws = aws
        self._after = int(world.control("journal?after=999999999", aws=aws)["last"])

    def more(self) -> list[dict[str, Any]]:
        """The entries since the last look, up to the first that is not answered yet."""
        found: list[dict[str, Any]] = []
        for entry in self._world.control(f"journal?after={self._after}", aws=self._aws)["entries"]:
            if entry["status"] is None:
                break
            found.append(entry)
            self._after = entry["n"]
        return found


def of(entries: Iterable[dict[str, Any]], operation: str) -> list[dict[str, Any]]:
    """Those of one operation."""
    return [entry for entry in entries if entry["operation"] == operation]
