"""The window that sends objects to a streaming job (pure)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.base import forms
from bot.base.blocks import Block, input_block, modal, option, section, select, text_input, typed
from bot.base.forms import VALUE, Answer
from bot.brought.brought import Brought, from_slack, shown, together

SEND_VIEW = "job_send_view"
JOB, ADDRESS, FILES = "job", "address", "files"
_FILE_INPUTS = 2
_FILES: Block = {"type": "file_input", "action_id": VALUE, "max_files": 10}  # Slack's most


def window(
    sending_id: str,
    jobs: Sequence[tuple[str, str]],
    brought: Sequence[Brought] = (),
    *,
    asks_files: bool,
) -> Block:
    """What is sent, and to which of the jobs (their ids and titles); the only one is no question.
    `brought` are files that are here already.
    """
    blocks = _to(jobs)
    if brought:
        blocks.append(section(typed(shown(brought), 1000)))
    else:
        blocks += _what(asks_files=asks_files)
    return modal(
        "Send to a job",
        blocks,
        callback_id=SEND_VIEW,
        submit="Send",
        close="Cancel",
        metadata={"sending": sending_id, "job": jobs[0][0] if len(jobs) == 1 else ""},
    )


def sent(title: str, channel: str) -> Block:
    """The window in its place."""
    words = (
        f"It is sent to *{typed(title, 130)}* as soon as that job takes objects; its thread in "
        f"<#{channel}> tells when it is through."
    )
    return modal("Send to a job", [section(words)], callback_id=f"{SEND_VIEW}_sent")


def carried_by(view: Mapping[str, Any]) -> tuple[str, str]:
    """The sending that the window is about, and the job that was chosen."""
    carried = json.loads(view["private_metadata"])
    return str(carried["sending"]), str(carried["job"]) or _answer(view, JOB).text


def read(view: Mapping[str, Any]) -> tuple[str, tuple[Brought, ...]]:
    """The address and the files that the window holds."""
    files = [_answer(view, _name(number)).files for number in range(1, _FILE_INPUTS + 1)]
    return _answer(view, ADDRESS).text, together(*(from_slack(each) for each in files))


def errors(view: Mapping[str, Any], words: str) -> dict[str, str]:
    """What is wrong, at the field of the address, or at that of the job; nothing where the window
    has neither.
    """
    names = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return next(({name: words} for name in (ADDRESS, JOB) if name in names), {})


def _to(jobs: Sequence[tuple[str, str]]) -> list[Block]:
    if len(jobs) == 1:
        return [section(f"To *{typed(jobs[0][1], 130)}*. Each object is labeled once.")]
    options = [option(title, job_id) for job_id, title in jobs]
    return [input_block("Job", select(VALUE, options, placeholder="Choose a job"), JOB)]


def _what(*, asks_files: bool) -> list[Block]:
    hint = "A folder (it ends with a slash), a manifest, a file of texts, or a zip."
    field = text_input(VALUE, "", placeholder="s3://bucket/folder/")
    blocks = [input_block("From S3", field, ADDRESS, hint=hint, optional=True)]
    if not asks_files:
        return blocks
    for number in range(1, _FILE_INPUTS + 1):
        words = "Or files from your computer" if number == 1 else "More files"
        blocks.append(input_block(words, _FILES, _name(number), optional=True))
    return blocks


def _name(number: int) -> str:
    return f"{FILES}_{number}"


def _answer(view: Mapping[str, Any], name: str) -> Answer:
    held = forms.answers(view).get(name)
    element: Any = next(iter(held.values()), {}) if isinstance(held, Mapping) else {}
    return Answer(element if isinstance(element, Mapping) else {})
