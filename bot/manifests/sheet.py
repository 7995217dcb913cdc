"""Rows of a table for spreadsheets (pure): CSV in which no cell is a formula.

Promises to whoever opens one: what people typed runs nothing on their machine. A cell that would be
a formula has an apostrophe before it, and `awake` takes exactly that one away again.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what spreadsheets run, and apostrophes before it


def rows(many: Iterable[Iterable[Any]]) -> bytes:
    """The rows as CSV, texts asleep."""
    text = io.StringIO()
    # with less than "\r\n" behind a row, a cell that is "\r" would not be quoted
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerows([_asleep(cell) for cell in cells] for cells in many)
    return text.getvalue().encode()


def awake(cell: str) -> str:
    """The text as it was before it was put into a row."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _asleep(cell: Any) -> Any:
    if isinstance(cell, str) and _FORMULA.match(cell):
        return f"'{cell}"
    return cell
