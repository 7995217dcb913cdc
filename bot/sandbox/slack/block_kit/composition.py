"""Composition objects: text, option, option group, confirm, filter, picture source (facts section
5).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.slack.block_kit.report import JSON, Report

__all__ = ["confirm", "image_source", "option", "option_lists", "text", "web_address"]

OPTION_VALUE = 150
# UNSURE: a comment in @slack/types says 75 for option values; slack_sdk and this stand-in say 150.


def text(report: Report, pointer: str, value: Any, longest: int, *, plain: bool = False) -> None:
    """A text object of 1 to `longest` characters; `plain` allows plain_text alone. None passes."""
    if value is None or not report.thing(pointer, value):
        return
    kind = value.get("type")
    if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        report.add(
            f"{pointer}/type", "must be plain_text" if plain else "must be plain_text or mrkdwn"
        )
        return
    report.keys(pointer, value, "text", "emoji" if kind == "plain_text" else "verbatim")
    report.truth(f"{pointer}/emoji", value.get("emoji"))
    report.truth(f"{pointer}/verbatim", value.get("verbatim"))
    report.string(f"{pointer}/text", value.get("text"), longest)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:  # a bracket that opens and never closes
        return None


def web_address(report: Report, pointer: str, value: Any, *, longest: int = 3000) -> None:
    """An http or https address; None passes."""
    if not report.string(pointer, value, longest):
        return
    parts = _split(value)
    if (
        parts is None
        or parts.scheme not in {"http", "https", "mailto", "slack"}
        or not (parts.netloc or parts.path)
    ):
        report.add(pointer, "must be a valid URL")


def image_source(report: Report, pointer: str, value: JSON) -> None:
    """Exactly one of image_url and slack_file; an address is noted, because Slack fetches it at
    post time.
    """
    url, file = value.get("image_url"), value.get("slack_file")
    if (url is None) == (file is None):
        report.add(pointer, "must define exactly one of `image_url` and `slack_file`")
        return
    if file is not None:
        place = f"{pointer}/slack_file"
        if not report.thing(place, file):
            return
        if ("id" in file) == ("url" in file):
            report.add(place, "must define exactly one of `id` and `url`")
        report.slack_files.append((place, file))
        return
    place = f"{pointer}/image_url"
    if not report.string(place, url, 3000) or not isinstance(url, str):
        return
    parts = _split(url)
    if parts is not None and parts.scheme in {"http", "https"}:
        report.pictures.append((place, url))
    else:
        report.add(place, "must be a valid URL")


def option(
    report: Report, pointer: str, value: Any, *, markdown: bool = False, url: bool = False
) -> None:
    """An option: text 75, value 150, description 75; mrkdwn in checkboxes and radio buttons; url in
    overflow menus.
    """
    if not report.thing(pointer, value):
        return
    report.keys(pointer, value, "text value", "description url" if url else "description")
    text(report, f"{pointer}/text", value.get("text"), 75, plain=not markdown)
    text(report, f"{pointer}/description", value.get("description"), 75, plain=not markdown)
    report.string(f"{pointer}/value", value.get("value"), OPTION_VALUE)
    web_address(report, f"{pointer}/url", value.get("url"))


def option_lists(report: Report, pointer: str, value: JSON) -> list[JSON]:
    """`options` or `option_groups` of a select, not both, 100 at most; gives all options in one
    list.
    """
    options, groups = value.get("options"), value.get("option_groups")
    if (options is None) == (groups is None):
        report.add(pointer, "must define exactly one of `options` and `option_groups`")
        return []
    if options is not None:
        found = report.items(f"{pointer}/options", options, 1, 100)
        for number, one in enumerate(found):
            option(report, f"{pointer}/options/{number}", one)
        return [one for one in found if isinstance(one, dict)]
    every: list[JSON] = []
    for number, group in enumerate(report.items(f"{pointer}/option_groups", groups, 1, 100)):
        place = f"{pointer}/option_groups/{number}"
        if not report.thing(place, group):
            continue
        report.keys(place, group, "label options", "")
        text(report, f"{place}/label", group.get("label"), 75, plain=True)
        for index, one in enumerate(report.items(f"{place}/options", group.get("options"), 1, 100)):
            option(report, f"{place}/options/{index}", one)
            every.append(one)
    return every


def confirm(report: Report, pointer: str, value: Any) -> None:
    """A confirm dialog: title 100, text 300, buttons 30. None passes."""
    if value is None or not report.thing(pointer, value):
        return
    report.keys(pointer, value, "title text confirm deny", "style")
    text(report, f"{pointer}/title", value.get("title"), 100, plain=True)
    text(report, f"{pointer}/text", value.get("text"), 300)
    text(report, f"{pointer}/confirm", value.get("confirm"), 30, plain=True)
    text(report, f"{pointer}/deny", value.get("deny"), 30, plain=True)
    report.choice(f"{pointer}/style", value.get("style"), "primary danger")
