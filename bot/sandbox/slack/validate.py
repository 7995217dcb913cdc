"""The one room where Slack's limits for messages, views and option lists are checked (pure).

Promises the stand-in and every test the same verdict: a list of problems, each with Slack's error
code, words and JSON pointer; an empty list means that Slack would take the payload. Limits are
those of facts/slack.md 3 to 5; where sources disagree the stricter one is taken and the place is
marked UNSURE.
"""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.slack.block_kit import composition
from bot.sandbox.slack.block_kit.blocks import block_list
from bot.sandbox.slack.block_kit.report import JSON, Problem, Report

__all__ = [
    "Problem",
    "pictures",
    "slack_files",
    "validate_message",
    "validate_options",
    "validate_view",
]

BLOCKS_TOTAL = 13_000
"""UNSURE: Slack names no figure; refusals were seen at about 13,200 characters of blocks. Tables
have own limits.
"""
ATTACHMENTS = 100
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3000
TABLES = ("table", "data_table")


def validate_message(payload: JSON) -> list[Problem]:
    """What is wrong with a message: `text`, `blocks`, `attachments`, `metadata` of chat.postMessage
    and its like.

    Texts above 40,000 characters are no problem here: Slack cuts them.
    """
    report = Report("invalid_blocks", "message")
    blocks = payload.get("blocks")
    text = payload.get("text")
    if not text and not blocks and not payload.get("attachments") and not payload.get("file_ids"):
        report.add("/text", "a message needs text, blocks or attachments", "no_text")
    if text is not None and not isinstance(text, str):
        report.add("/text", "must be a string", "invalid_arguments")
    if blocks is not None:
        block_list(report, "/blocks", blocks)
        if isinstance(blocks, list) and _length(blocks) > BLOCKS_TOTAL:
            report.add(
                "/blocks",
                f"must be less than {BLOCKS_TOTAL + 1} characters in total",
                "msg_blocks_too_long",
            )
    attachments = payload.get("attachments")
    if attachments is not None:
        if not isinstance(attachments, list):
            report.add("/attachments", "must be an array", "invalid_attachments")
        elif len(attachments) > ATTACHMENTS:
            report.add(
                "/attachments", f"no more than {ATTACHMENTS} items allowed", "too_many_attachments"
            )
    _metadata(report, payload.get("metadata"))
    return report.problems


def _length(blocks: list[Any]) -> int:
    counted = [
        block for block in blocks if not (isinstance(block, dict) and block.get("type") in TABLES)
    ]
    return len(json.dumps(counted, ensure_ascii=False, separators=(",", ":")))


def _metadata(report: Report, metadata: Any) -> None:
    if metadata is None or metadata == {}:
        return
    if not isinstance(metadata, dict):
        report.add("/metadata", "must be an object", "invalid_metadata_format")
    elif not isinstance(metadata.get("event_type"), str) or not isinstance(
        metadata.get("event_payload"), dict
    ):
        words = "must have a string event_type and an object event_payload"
        report.add("/metadata", words, "invalid_metadata_schema")


def validate_view(view: JSON) -> list[Problem]:
    """What is wrong with a modal or a Home view; pointers begin with /view."""
    surface = view.get("type") if isinstance(view, dict) else None
    if surface not in ("modal", "home"):  # a set would want something hashable
        return [Problem("invalid_arguments", "must be one of: modal, home", "/view/type")]
    report = Report("invalid_arguments", str(surface))
    own = "private_metadata callback_id external_id"
    if surface == "modal":
        own += " title submit close clear_on_close notify_on_close submit_disabled"
        if report.keys("/view", view, "blocks title", own):
            composition.text(report, "/view/title", view.get("title"), 24, plain=True)
        for name in ("submit", "close"):
            composition.text(report, f"/view/{name}", view.get(name), 24, plain=True)
        for name in ("clear_on_close", "notify_on_close", "submit_disabled"):
            report.truth(f"/view/{name}", view.get(name))
    else:
        report.keys("/view", view, "blocks", own)
    report.string(
        "/view/private_metadata", view.get("private_metadata"), PRIVATE_METADATA, shortest=0
    )
    report.string("/view/callback_id", view.get("callback_id"), 255, shortest=0)
    report.string("/view/external_id", view.get("external_id"), 255, shortest=0)
    if view.get("blocks") is not None:
        block_list(report, "/view/blocks", view["blocks"])
    if surface == "modal" and report.inputs and view.get("submit") is None:
        report.add("/view/submit", "must define `submit` to use an `input` block in modals")
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
    if size > VIEW_BYTES:
        report.add("/view", f"must be less than {VIEW_BYTES + 1} bytes", "view_too_large")
    return report.problems


def validate_options(answer: JSON) -> list[Problem]:
    """What is wrong with the answer to a block_suggestion: `options` or `option_groups`, 100 at
    most.
    """
    report = Report("invalid_arguments", "modal")
    if answer.get("options") == [] and answer.get("option_groups") is None:
        return []
    composition.option_lists(report, "", answer)
    return report.problems


def pictures(blocks: list[JSON], surface: str = "message") -> list[tuple[str, str]]:
    """The pictures Slack fetches when it takes these blocks: JSON pointer and address, in order."""
    report = Report("invalid_blocks", surface)
    block_list(report, "/blocks" if surface == "message" else "/view/blocks", blocks)
    return report.pictures


def slack_files(blocks: list[JSON], surface: str = "message") -> list[tuple[str, JSON]]:
    """The workspace's own files that these blocks show: JSON pointer and `{"id"}` or `{"url"}`, in
    order.
    """
    report = Report("invalid_blocks", surface)
    block_list(report, "/blocks" if surface == "message" else "/view/blocks", blocks)
    return report.slack_files
