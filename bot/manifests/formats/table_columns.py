"""The columns of other people's tables of labels (pure): by which of their names they are ours.

Promises to the reader of tables: a row that has corners of a box has its place and its sides, in
pixels; what a row does not tell is left out, never guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.manifests.formats.format import Naming, Unusable, addressed, plain

_ADDRESS = ("image", "image_path", "image_name", "filename", "file_name", "path", "uri", "url")
_LABEL = ("class", "class_name", "label_name", "category")
# of tables that tell corners: there width and height are the picture's, as its own two names say
_CORNERS = (("xmin", "ymin", "xmax", "ymax"), ("x_min", "y_min", "x_max", "y_max"))
_CORNERS_MORE = (("x1", "y1", "x2", "y2"), ("left", "top", "right", "bottom"))
_PICTURE = {
    "picture_width": ("image_width", "img_width", "width"),
    "picture_height": ("image_height", "img_height", "height"),
}

Row = dict[str, Any]


def is_ours(names: Sequence[str]) -> bool:
    """Whether these columns are the bot's own: a label, and what it is a label of. A table that
    names its pictures or its corners in another tool's way may have a “source” of its own.
    """
    mine = {name.strip().lower(): name for name in names}
    if _corners(mine) or _one_of(mine, _ADDRESS):
        return False
    return "label" in names and ("source-ref" in names or "source" in names)


def renamed(rows: Iterator[Row], names: Sequence[str], naming: Naming) -> Iterator[Row]:
    """The rows with our columns.

    Raises:
        Unusable: there is no column of pictures, or none of labels.
        NoPlace: pictures are named without an address, and nobody said where they lie.

    """
    mine = {name.strip().lower(): name for name in names}
    address = _one_of(mine, ("source-ref", *_ADDRESS))
    label = _one_of(mine, ("label", *_LABEL))
    lacking = [what for what, found in (("pictures", address), ("labels", label)) if not found]
    if lacking:
        raise Unusable(
            f"The table's first row names no column of {' and none of '.join(lacking)}. Name them "
            "“source-ref” and “label”; for boxes also “left”, “top”, “width” and “height”."
        )
    corners = _corners(mine)
    for row in rows:
        found = {"source-ref": addressed(str(row.get(address) or ""), "", naming)}
        found["label"] = str(row.get(label) or "")
        yield found | (_box(row, corners, mine) if corners else _sides(row, mine))


def _one_of(mine: Mapping[str, str], wanted: Sequence[str]) -> str:
    """The table's name of the first of these columns that it has; "" for none."""
    return next((mine[name] for name in wanted if name in mine), "")


def _corners(mine: Mapping[str, str]) -> tuple[str, ...]:
    """The table's names of a box's two corners; none where it has no such columns."""
    for names in (*_CORNERS, *_CORNERS_MORE):
        if all(name in mine for name in names):
            return tuple(mine[name] for name in names)
    return ()


def _box(row: Row, corners: tuple[str, ...], mine: Mapping[str, str]) -> Row:
    """A box by its corners; cells that are no numbers stay, so that the reader names the row."""
    cells = [str(row.get(name) or "") for name in corners]
    found: Row = {
        ours: str(row.get(_one_of(mine, names)) or "") for ours, names in _PICTURE.items()
    }
    if not any(cells):
        return found
    try:
        left, top, right, bottom = (float(cell) for cell in cells)
        sides: Row = {"width": str(plain(right - left)), "height": str(plain(bottom - top))}
    except (ValueError, OverflowError):
        sides = {"width": "", "height": ""}
    return found | {"left": cells[0] or "?", "top": cells[1]} | sides


def _sides(row: Row, mine: Mapping[str, str]) -> Row:
    """A box by its place and sides, where the table has such columns."""
    ours = ("left", "top", "width", "height")
    if not all(name in mine for name in ours):
        return {}
    return {name: str(row.get(mine[name]) or "") for name in ours}
