"""Layout blocks and the surfaces they may stand on (facts section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.block_kit import composition, newer_blocks
from bot.sandbox.slack.block_kit.elements import ACCESSORIES, ACTIONS, INPUTS, element

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.slack.block_kit.report import JSON, Report

__all__ = ["LONGEST", "MARKDOWN_TOTAL", "block_list", "rich_text"]

LONGEST = {"message": 50, "modal": 100, "home": 100}
MARKDOWN_TOTAL = 12_000


def block_list(report: Report, pointer: str, blocks: Any) -> None:
    """All blocks of a message or a view."""
    if not isinstance(blocks, list):
        report.add(
            pointer,
            "must be an array",
            "invalid_blocks_format" if report.surface == "message" else None,
        )
        return
    if len(blocks) > LONGEST[report.surface]:
        report.add(pointer, f"no more than {LONGEST[report.surface]} items allowed")
        return
    ids: set[str] = set()
    for number, block in enumerate(blocks):
        _block(report, f"{pointer}/{number}", block, ids)


def _block(report: Report, pointer: str, block: Any, ids: set[str]) -> None:
    if not report.thing(pointer, block):
        return
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _RULES:
        report.add(
            f"{pointer}/type" if kind else pointer,
            f"unsupported type: {kind}" if kind else "missing type",
        )
        return
    check, surfaces = _RULES[kind]
    if report.surface not in surfaces:
        report.add(f"{pointer}/type", f"unsupported type: {kind}")
        return
    block_id = block.get("block_id")
    if block_id is not None and report.string(f"{pointer}/block_id", block_id, 255):
        if block_id in ids:
            report.add(f"{pointer}/block_id", f'`block_id` "{block_id}" already exists')
        ids.add(block_id)
    check(report, pointer, block)


def _section(report: Report, pointer: str, block: JSON) -> None:
    report.keys(pointer, block, "", "block_id text fields accessory expand")
    if block.get("text") is None and not block.get("fields"):
        report.add(pointer, "missing required field: text")
    composition.text(report, f"{pointer}/text", block.get("text"), 3000)
    report.truth(f"{pointer}/expand", block.get("expand"))
    if block.get("fields") is not None:
        for number, one in enumerate(report.items(f"{pointer}/fields", block["fields"], 1, 10)):
            composition.text(report, f"{pointer}/fields/{number}", one, 2000)
    if block.get("accessory") is not None:
        element(report, f"{pointer}/accessory", block["accessory"], ACCESSORIES, set())


def _header(report: Report, pointer: str, block: JSON) -> None:
    report.keys(pointer, block, "text", "block_id")
    composition.text(report, f"{pointer}/text", block.get("text"), 150, plain=True)


def _context(report: Report, pointer: str, block: JSON) -> None:
    report.keys(pointer, block, "elements", "block_id")
    for number, one in enumerate(report.items(f"{pointer}/elements", block.get("elements"), 1, 10)):
        place = f"{pointer}/elements/{number}"
        if isinstance(one, dict) and one.get("type") == "image":
            element(report, place, one, {"image"}, set())
        else:
            composition.text(report, place, one, 3000)


def _element_row(allowed: set[str], highest: int) -> Callable[[Report, str, JSON], None]:
    def check(report: Report, pointer: str, block: JSON) -> None:
        report.keys(pointer, block, "elements", "block_id")
        ids: set[str] = set()
        for number, one in enumerate(
            report.items(f"{pointer}/elements", block.get("elements"), 1, highest)
        ):
            element(report, f"{pointer}/elements/{number}", one, allowed, ids)

    return check


def _divider(report: Report, pointer: str, block: JSON) -> None:
    report.keys(pointer, block, "", "block_id")


def _image(report: Report, pointer: str, block: JSON) -> None:
    # Slack gives sizes and fallback back with a stored message; sending them again is accepted.
    given_back = "fallback image_width image_height image_bytes is_animated"
    report.keys(pointer, block, "alt_text", f"block_id image_url slack_file title {given_back}")
    report.string(f"{pointer}/alt_text", block.get("alt_text"), 2000)
    composition.text(report, f"{pointer}/title", block.get("title"), 2000, plain=True)
    composition.image_source(report, pointer, block)


def _input(report: Report, pointer: str, block: JSON) -> None:
    report.inputs += 1
    report.keys(pointer, block, "label element", "block_id hint optional dispatch_action")
    composition.text(report, f"{pointer}/label", block.get("label"), 2000, plain=True)
    composition.text(report, f"{pointer}/hint", block.get("hint"), 2000, plain=True)
    report.truth(f"{pointer}/optional", block.get("optional"))
    report.truth(f"{pointer}/dispatch_action", block.get("dispatch_action"))
    if block.get("element") is not None:
        element(report, f"{pointer}/element", block["element"], INPUTS, set())


def _markdown(report: Report, pointer: str, block: JSON) -> None:
    report.keys(pointer, block, "text", "block_id")
    if report.string(f"{pointer}/text", block.get("text"), MARKDOWN_TOTAL):
        report.markdown_length += len(block["text"])
        if report.markdown_length > MARKDOWN_TOTAL:
            report.add(
                f"{pointer}/text",
                f"all markdown blocks must be less than {MARKDOWN_TOTAL + 1} characters",
            )


RICH_PARTS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
RICH_LEAVES = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
    "color": "value",
    "date": "timestamp format",
    "team": "team_id",
}


def rich_text(report: Report, pointer: str, block: JSON) -> None:
    """A rich_text block: sections, lists, quotes, preformatted text, and their leaves."""
    report.keys(pointer, block, "elements", "block_id")
    for number, part in enumerate(
        report.items(f"{pointer}/elements", block.get("elements"), 0, 1000)
    ):
        _rich_part(report, f"{pointer}/elements/{number}", part, RICH_PARTS)


def _rich_part(report: Report, pointer: str, part: Any, allowed: set[str]) -> None:
    if not report.thing(pointer, part):
        return
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        report.add(f"{pointer}/type", f"unsupported type: {kind}")
        return
    own = {"rich_text_list": "style indent offset border", "rich_text_section": ""}.get(
        kind, "border language"
    )
    required = "elements style" if kind == "rich_text_list" else "elements"
    report.keys(pointer, part, required, own)
    if kind == "rich_text_list":
        report.choice(f"{pointer}/style", part.get("style"), "bullet ordered")
        report.whole(f"{pointer}/indent", part.get("indent"), 0, 8)
    for number, leaf in enumerate(
        report.items(f"{pointer}/elements", part.get("elements"), 0, 1000)
    ):
        place = f"{pointer}/elements/{number}"
        if kind == "rich_text_list":
            _rich_part(report, place, leaf, {"rich_text_section"})
        else:
            _rich_leaf(report, place, leaf)


def _rich_leaf(report: Report, pointer: str, leaf: Any) -> None:
    if not report.thing(pointer, leaf):
        return
    required = RICH_LEAVES.get(leaf.get("type", ""))
    if required is None:
        report.add(f"{pointer}/type", f"unsupported type: {leaf.get('type')}")
        return
    report.keys(pointer, leaf, required, "style text unsafe unicode skin_tone url fallback")
    if leaf["type"] == "text":
        report.string(f"{pointer}/text", leaf.get("text"), 40_000)
    style = leaf.get("style")
    if style is not None and report.thing(f"{pointer}/style", style):
        known = "bold italic strike code underline highlight client_highlight unlink"
        report.keys(f"{pointer}/style", style, "", known)


def _video(report: Report, pointer: str, block: JSON) -> None:
    own = "block_id author_name description provider_icon_url provider_name title_url"
    report.keys(pointer, block, "alt_text title thumbnail_url video_url", own)
    composition.text(report, f"{pointer}/title", block.get("title"), 200, plain=True)
    report.string(f"{pointer}/author_name", block.get("author_name"), 50)
    for name in ("title_url", "thumbnail_url", "video_url"):
        composition.web_address(report, f"{pointer}/{name}", block.get(name))
    title_url = block.get("title_url")
    if isinstance(title_url, str) and not title_url.startswith("https://"):
        report.add(f"{pointer}/title_url", "must be an https URL")


def _file(report: Report, pointer: str, _block: JSON) -> None:
    report.add(f"{pointer}/type", "unsupported type: file")


MESSAGE = frozenset({"message"})
ALL = frozenset({"message", "modal", "home"})

_RULES: dict[str, tuple[Callable[[Report, str, JSON], None], frozenset[str]]] = {
    "section": (_section, ALL),
    "header": (_header, ALL),
    "context": (_context, ALL),
    "context_actions": (_element_row({"feedback_buttons", "icon_button"}, 5), MESSAGE),
    "actions": (_element_row(ACTIONS, 25), ALL),
    "divider": (_divider, ALL),
    "image": (_image, ALL),
    # UNSURE: Slack's pages disagree whether messages take input blocks; here they do not, the
    # stricter reading.
    "input": (_input, frozenset({"modal", "home"})),
    "markdown": (_markdown, MESSAGE),
    "rich_text": (rich_text, ALL),
    "video": (_video, ALL),
    "file": (_file, MESSAGE),
    "table": (newer_blocks.table, MESSAGE),
    "data_table": (newer_blocks.data_table, MESSAGE),
    "data_visualization": (newer_blocks.data_visualization, MESSAGE),
    "alert": (newer_blocks.alert, frozenset({"modal"})),
    "card": (newer_blocks.card, ALL),
    "carousel": (newer_blocks.carousel, frozenset({"message", "home"})),
    "container": (newer_blocks.container, MESSAGE),
    "task_card": (newer_blocks.task_card, MESSAGE),
    "plan": (newer_blocks.plan, MESSAGE),
}
newer_blocks.RICH_TEXT.append(rich_text)
newer_blocks.ANY_BLOCK.append(_block)
