"""Blocks Slack brought in 2025 and 2026: tables, charts, alerts, cards, containers, tasks (facts
section 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.block_kit import composition
from bot.sandbox.slack.block_kit.elements import element

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.slack.block_kit.report import JSON, Report

__all__ = [
    "alert",
    "card",
    "carousel",
    "container",
    "data_table",
    "data_visualization",
    "plan",
    "table",
    "task_card",
]

TABLE_TEXT = 10_000
CHART_LABEL = 20
"""UNSURE: only third parties name 20 characters for chart labels and names."""
CHART_PARTS = 6
"""UNSURE: Slack's page says 6; a third party lists 12."""
CHARTS_A_MESSAGE = 2
"""UNSURE: only third parties name 2 charts a message."""

# Cells hold rich text and containers hold blocks; the file of the other blocks puts its rules in
# here.
RICH_TEXT: list[Callable[[Report, str, JSON], None]] = []
ANY_BLOCK: list[Callable[[Report, str, Any, set[str]], None]] = []


def _cell(report: Report, pointer: str, cell: Any, *, header: bool = False) -> int:
    """One cell; gives how many characters it shows."""
    if not report.thing(pointer, cell):
        return 0
    kind = cell.get("type")
    if kind == "raw_text":
        report.keys(pointer, cell, "text", "")
        report.string(f"{pointer}/text", cell.get("text"), TABLE_TEXT)
        return len(str(cell.get("text", "")))
    if kind == "raw_number":
        value = cell.get("value")
        report.keys(pointer, cell, "value text", "")
        report.string(f"{pointer}/text", cell.get("text"), TABLE_TEXT)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            report.add(f"{pointer}/value", "must be a number")
        return len(str(cell.get("text", value)))
    if kind == "rich_text" and not header:
        RICH_TEXT[0](report, pointer, cell)
        return sum(len(text) for text in _texts(cell))
    report.add(f"{pointer}/type", f"unsupported type: {kind}")
    return 0


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for name, one in value.items() if name != "text" for text in _texts(one)]
    return []


def _rows(  # noqa: PLR0913 - a place and its limits
    report: Report, pointer: str, block: JSON, lowest: int, highest: int, *, header: bool
) -> None:
    length, width = 0, None
    for number, row in enumerate(
        report.items(f"{pointer}/rows", block.get("rows"), lowest, highest)
    ):
        cells = report.items(f"{pointer}/rows/{number}", row, 1, 20)
        for index, cell in enumerate(cells):
            length += _cell(
                report, f"{pointer}/rows/{number}/{index}", cell, header=header and number == 0
            )
        if header and width is not None and len(cells) != width:
            report.add(f"{pointer}/rows/{number}", "all rows must have the same number of cells")
        width = len(cells) if width is None else width
    if length > TABLE_TEXT:
        report.add(f"{pointer}/rows", f"must be less than {TABLE_TEXT + 1} characters")


def table(report: Report, pointer: str, block: JSON) -> None:
    """At most 100 rows of 20 cells, one table a message."""
    report.tables += 1
    report.keys(pointer, block, "rows", "block_id column_settings")
    if report.tables > 1:
        report.add(pointer, "only one table block is allowed per message", "invalid_attachments")
    _rows(report, pointer, block, 1, 100, header=False)
    if block.get("column_settings") is not None:
        for number, one in enumerate(
            report.items(f"{pointer}/column_settings", block["column_settings"], 0, 20)
        ):
            if one is not None and report.thing(f"{pointer}/column_settings/{number}", one):
                report.keys(f"{pointer}/column_settings/{number}", one, "", "align is_wrapped")
                report.choice(
                    f"{pointer}/column_settings/{number}/align",
                    one.get("align"),
                    "left center right",
                )


def data_table(report: Report, pointer: str, block: JSON) -> None:
    """2 to 101 rows with a header row, equally long; a caption for screen readers."""
    report.keys(pointer, block, "rows caption", "block_id page_size row_header_column_index")
    report.string(f"{pointer}/caption", block.get("caption"), TABLE_TEXT)
    report.whole(f"{pointer}/page_size", block.get("page_size"), 1, 100)
    report.whole(f"{pointer}/row_header_column_index", block.get("row_header_column_index"), 0, 19)
    # UNSURE: one third party allows 201 rows; Slack's page says 101.
    _rows(report, pointer, block, 2, 101, header=True)


def data_visualization(report: Report, pointer: str, block: JSON) -> None:
    """A chart: pie, bar, area or line."""
    report.charts += 1
    if report.charts > CHARTS_A_MESSAGE:
        report.add(pointer, f"no more than {CHARTS_A_MESSAGE} data_visualization blocks allowed")
    report.keys(pointer, block, "title chart", "block_id")
    report.string(f"{pointer}/title", block.get("title"), 50)
    chart = block.get("chart")
    place = f"{pointer}/chart"
    if chart is None or not report.thing(place, chart):
        return
    if chart.get("type") == "pie":
        report.keys(place, chart, "segments", "")
        for number, segment in enumerate(
            report.items(f"{place}/segments", chart.get("segments"), 1, CHART_PARTS)
        ):
            _point(report, f"{place}/segments/{number}", segment)
    elif chart.get("type") in ("bar", "area", "line"):
        _series_chart(report, place, chart)
    else:
        report.add(f"{place}/type", f"unsupported type: {chart.get('type')}")


def _point(report: Report, pointer: str, point: Any) -> None:
    if not report.thing(pointer, point):
        return
    report.keys(pointer, point, "label value", "")
    report.string(f"{pointer}/label", point.get("label"), CHART_LABEL)
    value = point.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        report.add(f"{pointer}/value", "must be a number")


def _series_chart(report: Report, pointer: str, chart: JSON) -> None:
    report.keys(pointer, chart, "series axis_config", "")
    axis = chart.get("axis_config")
    categories: list[Any] = []
    if axis is not None and report.thing(f"{pointer}/axis_config", axis):
        report.keys(f"{pointer}/axis_config", axis, "categories", "x_label y_label")
        report.string(f"{pointer}/axis_config/x_label", axis.get("x_label"), 50)
        report.string(f"{pointer}/axis_config/y_label", axis.get("y_label"), 50)
        categories = report.items(
            f"{pointer}/axis_config/categories", axis.get("categories"), 1, 20
        )
        for number, category in enumerate(categories):
            report.string(f"{pointer}/axis_config/categories/{number}", category, CHART_LABEL)
    names: set[str] = set()
    for number, one in enumerate(
        report.items(f"{pointer}/series", chart.get("series"), 1, CHART_PARTS)
    ):
        place = f"{pointer}/series/{number}"
        if not report.thing(place, one):
            continue
        report.keys(place, one, "name data", "")
        if report.string(f"{place}/name", one.get("name"), CHART_LABEL) and one["name"] in names:
            report.add(f"{place}/name", "series names must be unique")
        names.add(str(one.get("name")))
        points = report.items(f"{place}/data", one.get("data"), 1, 20)
        for index, point in enumerate(points):
            _point(report, f"{place}/data/{index}", point)
        labels = [point.get("label") for point in points if isinstance(point, dict)]
        if categories and sorted(map(str, labels)) != sorted(map(str, categories)):
            report.add(f"{place}/data", "labels must match the categories of axis_config")


def alert(report: Report, pointer: str, block: JSON) -> None:
    """A notice in a modal: text 200."""
    report.keys(pointer, block, "text", "block_id level")
    composition.text(report, f"{pointer}/text", block.get("text"), 200)
    report.choice(f"{pointer}/level", block.get("level"), "default info warning error success")


def card(report: Report, pointer: str, block: JSON) -> None:
    """A card: title 150, subtitle 150, body 200, and something to show."""
    report.keys(pointer, block, "", "block_id hero_image icon title subtitle body actions")
    if not any(block.get(name) for name in ("hero_image", "title", "actions", "body")):
        report.add(pointer, "must define at least one of `hero_image`, `title`, `actions`, `body`")
    for name, longest in (("title", 150), ("subtitle", 150), ("body", 200)):
        composition.text(report, f"{pointer}/{name}", block.get(name), longest)
    for name in ("hero_image", "icon"):
        if block.get(name) is not None:
            element(report, f"{pointer}/{name}", block[name], {"image"}, set())
    ids: set[str] = set()
    if block.get("actions") is not None:
        for number, one in enumerate(report.items(f"{pointer}/actions", block["actions"], 1, 5)):
            element(report, f"{pointer}/actions/{number}", one, {"button"}, ids)


def carousel(report: Report, pointer: str, block: JSON) -> None:
    """1 to 10 cards."""
    report.keys(pointer, block, "elements", "block_id")
    for number, one in enumerate(report.items(f"{pointer}/elements", block.get("elements"), 1, 10)):
        place = f"{pointer}/elements/{number}"
        if report.thing(place, one):
            if one.get("type") == "card":
                card(report, place, one)
            else:
                report.add(f"{place}/type", f"unsupported type: {one.get('type')}")


def container(report: Report, pointer: str, block: JSON) -> None:
    """A frame around 1 to 10 blocks."""
    own = (
        "block_id title rich_text_title subtitle width has_header_divider is_collapsible "
        "default_collapsed icon"
    )
    report.keys(pointer, block, "child_blocks", own)
    composition.text(report, f"{pointer}/title", block.get("title"), 150)
    place = f"{pointer}/rich_text_title"
    if block.get("rich_text_title") is not None and report.thing(place, block["rich_text_title"]):
        RICH_TEXT[0](report, place, block["rich_text_title"])
    composition.text(report, f"{pointer}/subtitle", block.get("subtitle"), 150)
    report.choice(f"{pointer}/width", block.get("width"), "narrow standard wide full")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        report.add(pointer, "`has_header_divider` and `is_collapsible` exclude each other")
    ids: set[str] = set()
    for number, one in enumerate(
        report.items(f"{pointer}/child_blocks", block.get("child_blocks"), 1, 10)
    ):
        ANY_BLOCK[0](report, f"{pointer}/child_blocks/{number}", one, ids)


def task_card(report: Report, pointer: str, block: JSON) -> None:
    """One step of work and its state."""
    report.keys(pointer, block, "task_id title", "block_id details output sources status")
    report.string(f"{pointer}/title", block.get("title"), 255)
    report.choice(f"{pointer}/status", block.get("status"), "pending in_progress complete error")


def plan(report: Report, pointer: str, block: JSON) -> None:
    """Several tasks under a title."""
    report.keys(pointer, block, "title", "block_id tasks")
    report.string(f"{pointer}/title", block.get("title"), 255)
    if block.get("tasks") is not None:
        for number, one in enumerate(report.items(f"{pointer}/tasks", block["tasks"], 0, 100)):
            if report.thing(f"{pointer}/tasks/{number}", one):
                task_card(report, f"{pointer}/tasks/{number}", one)
