"""What is wrong with a payload: problems with Slack's words and JSON pointers, and the checks all
rules share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Problem", "Report"]

JSON = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """One fault. `code` is the error code of the whole answer, `pointer` the place
    ("/blocks/0/text").
    """

    code: str
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


@dataclass
class Report:
    """Collects problems; every check says whether what it looked at can be looked into further."""

    code: str = "invalid_blocks"
    surface: str = "message"
    problems: list[Problem] = field(default_factory=list)
    focused: int = 0
    markdown_length: int = 0
    tables: int = 0
    charts: int = 0
    inputs: int = 0
    pictures: list[tuple[str, str]] = field(default_factory=list)
    slack_files: list[tuple[str, JSON]] = field(default_factory=list)

    def add(self, pointer: str, message: str, code: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(code or self.code, message, pointer))

    def keys(self, pointer: str, value: JSON, required: str, allowed: str) -> bool:
        """Required fields are there and no unknown ones are; both given as words."""
        known = {"type", *required.split(), *allowed.split()}
        for name in value:
            if name not in known:
                self.add(pointer, f"invalid additional property: {name}")
        missing = [name for name in required.split() if value.get(name) is None]
        for name in missing:
            self.add(pointer, f"missing required field: {name}")
        return not missing

    def string(
        self, pointer: str, value: Any, longest: int, *, shortest: int = 1, required: bool = False
    ) -> bool:
        """A string of `shortest` to `longest` characters; None passes unless it is required."""
        if value is None:
            if required:
                self.add(pointer, "must be a string")
            return False
        if not isinstance(value, str):
            self.add(pointer, "must be a string")
            return False
        if len(value) > longest:
            self.add(pointer, f"must be less than {longest + 1} characters")
            return False
        if len(value) < shortest:
            self.add(pointer, f"must be more than {shortest - 1} characters")
            return False
        return True

    def whole(self, pointer: str, value: Any, lowest: int, highest: int) -> bool:
        """A whole number in a range; None passes."""
        if value is None:
            return False
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(pointer, "must be an integer")
        elif value < lowest:
            self.add(pointer, f"must be greater than or equal to {lowest}")
        elif value > highest:
            self.add(pointer, f"must be less than or equal to {highest}")
        else:
            return True
        return False

    def truth(self, pointer: str, value: Any) -> None:
        """True or false; None passes."""
        if value is not None and not isinstance(value, bool):
            self.add(pointer, "must be a boolean")

    def choice(self, pointer: str, value: Any, words: str) -> None:
        """One of the words; None passes."""
        if value is not None and value not in words.split():
            self.add(pointer, f"must be a valid enum value: {', '.join(words.split())}")

    def items(self, pointer: str, value: Any, lowest: int, highest: int) -> list[Any]:
        """A list of `lowest` to `highest` items; gives it if it can be looked into, else an empty
        one.
        """
        if not isinstance(value, list):
            self.add(pointer, "must be an array")
            return []
        if len(value) > highest:
            self.add(pointer, f"no more than {highest} items allowed")
            return []
        if len(value) < lowest:
            self.add(pointer, f"no fewer than {lowest} items allowed")
            return []
        return value

    def thing(self, pointer: str, value: Any) -> bool:
        """A JSON object."""
        if isinstance(value, dict):
            return True
        self.add(pointer, "must be an object")
        return False
