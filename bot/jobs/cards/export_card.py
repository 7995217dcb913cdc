"""An export in words (pure): the window that asks for one, and what whoever asked is told."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.base import forms
from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    count,
    cut,
    input_block,
    modal,
    option,
    radio,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.jobs.exports.wish import REPORT, TITLES, Asked, Wish, known, offered, written
from bot.jobs.job_facts import JobFacts
from bot.manifests.formats.format import Findings

EXPORT_ID, OPEN_ID, LABEL_ID = "export_ask", "export_open", "export_label"
REPORT_ID = "report_ask"
EXPORT_VIEW = "export_asked"
_THIS, _EVERY = "this", "every"
_CODES = 6  # kinds of findings that a message names
_SHORT_NAME = 60


def page(job: JobFacts, asked: Asked) -> Block:
    """The window: which format, which labels."""
    tile = job.kind.tile if job.kind else ""
    formats = [option(title, name) for name, title in offered(job.noun, tile)]
    labels = [
        option("Those of this job", _THIS),
        option("All in its results, of earlier jobs too", _EVERY),
    ]
    return modal(
        "Export",
        [
            section(f"*{job.called}*"),
            input_block("Format", radio(forms.VALUE, formats, formats[0]["value"]), "format"),
            input_block(
                "Labels",
                radio(forms.VALUE, labels, _THIS),
                "labels",
                hint="Formats of one label for each object take the newest that they can hold.",
            ),
        ],
        callback_id=EXPORT_VIEW,
        submit="Export",
        close="Cancel",
        metadata={"job": asked.job, "channel": asked.channel},
    )


def offer(job: JobFacts, asked: Asked) -> Message:
    """The way to the window, for who cannot be shown one."""
    text = f"Export the labels of *{job.called}*:"
    return Message(text, [section(text), actions(button("Export…", EXPORT_ID, written(asked)))])


def read_page(view: Mapping[str, Any]) -> Wish | None:
    """The wish that the window holds; None for a format that there is not."""
    values = (view.get("state") or {}).get("values") or {}

    def chosen(name: str) -> str:
        return forms.Answer(next(iter((values.get(name) or {}).values()), {})).text

    name = chosen("format")
    return Wish(name, every=chosen("labels") == _EVERY) if known(name) else None


def taken(job: JobFacts, wish: Wish, done: int | None) -> Message:
    """What whoever asked is told at once; of a wish that waits already how many objects are `done`
    so far.
    """
    text = (
        f"*{job.called}* is being exported: {TITLES[wish.format]}. It comes into your direct "
        "messages with Labeljob."
    )
    if wish.format == REPORT:
        text = (
            f"The report of *{job.called}* is being written. It comes into your direct messages "
            "with Labeljob."
        )
    elif done is not None:
        text = f"*{job.called}* is being exported already: {count(done, job.noun)} written so far."
    return Message(text, [section(text)])


def on_the_way(job: JobFacts, wish: Wish, done: int, of: int) -> Message:
    """How far a long export is; `of` is how many objects there may be."""
    text = (
        f"*{job.called}* is being exported: {TITLES[wish.format]}. {done:,} of "
        f"{count(max(done, of), job.noun)} written so far."
    )
    return Message(text, [section(text)])


def at_once(made: Message, link: Message) -> Message:
    """What whoever asked is told of a file that is there already: its link stands in the place of
    the buttons, which the message in their direct messages has.
    """
    blocks = [block for block in made.blocks if block["type"] != "actions"]
    return Message(f"{made.text}\n{link.text}", [*blocks[:1], *link.blocks, *blocks[1:]])


def taken_view(message: Message) -> Block:
    """The window after its wish was taken."""
    return modal("Export", message.blocks, callback_id="export_taken")


def ready(
    job: JobFacts, wish: Wish, asked: Asked, facts: Mapping[str, int], findings: Findings
) -> Message:
    """It is written: how much, what is not in it, where it lies, and the way to a link. `facts` are
    `objects` and `bytes`.
    """
    objects = count(facts["objects"], job.noun)
    head = f"*{job.called}* is exported: {TITLES[wish.format]}, {objects}, {_size(facts['bytes'])}."
    return _told(head, asked, findings, [])


def ledger_ready(
    job: JobFacts, asked: Asked, words: str, findings: Findings, *, goes_on: bool
) -> Message:
    """The ledger is written; `goes_on` says that another job can label what lacks a label."""
    head = f"The ledger of *{job.called}*: {words or f'every {job.noun} has a label.'}"
    more = []
    if words and goes_on:
        more = [button("Label these", LABEL_ID, written(Asked(asked.job, asked.channel)))]
    return _told(head, asked, findings, more)


def report_ready(job: JobFacts, asked: Asked, size: int, metadata: str) -> Message:
    """The report is written, and the Croissant metadata beside it."""
    head = (
        f"The report of *{job.called}* is one page of {_size(size)}. Its Croissant metadata lie "
        f"at `{typed(metadata, 600)}`"
    )
    return _told(head, asked, Findings(), [])


def _told(head: str, asked: Asked, findings: Findings, more: list[Block]) -> Message:
    left = _left_out(findings)
    where = f"It lies at `{typed(asked.uri, 600)}`"
    blocks = [section(head)]
    if left:
        blocks.append(section(left))
    blocks += [actions(button("Open", OPEN_ID, written(asked)), *more), context(where)]
    return Message(cut("\n".join(filter(None, (head, left, where))), 3500), blocks)


def _left_out(findings: Findings) -> str:
    """What is not in the file, by kind, with the first of each; "" for nothing."""
    if not findings.total:
        return ""
    first: dict[str, str] = {}
    for fault in findings.kept:
        where = f"line {fault.line:,}: " if fault.line else ""
        first.setdefault(fault.code, where + fault.text)
    counts = Counter(findings.counts).most_common(_CODES)
    listed = [f"• {count(many, 'time')}, {typed(cut(first[code], 300))}" for code, many in counts]
    return "\n".join(["Not in it, or to be looked at:", *listed])


def opened(name: str, link: str, minutes: int) -> Message:
    """The link, for the eyes of whoever pressed."""
    text = f"<{link}|{typed(name, _SHORT_NAME)}> · the link works for {count(minutes, 'minute')}"
    return Message(text, [section(text)])


def not_made(job: JobFacts, why: str) -> Message:
    """Why there is no file."""
    text = f"*{job.called}* could not be exported. {typed(why, 1_000)}"
    return Message(text, [section(text)])


def _size(size: int) -> str:
    if size < 1_000_000:  # noqa: PLR2004
        return f"{max(1, round(size / 1_000)):,} KB"
    return f"{size / 1_000_000:,.1f} MB"
