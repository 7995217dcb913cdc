"""How people in the practice workspace use the app: the steps that the demo, the first minute and
the tests share.
"""

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.workspace.person import Person, PracticeError

Message = dict[str, Any]
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody types into the form of a labeling job."""

    name: str
    title: str
    description: str
    category: str
    task_type: str
    source: str
    output: str
    team: str
    labels: tuple[str, ...]
    workers: int = 1
    short: str = ""
    full: str = ""
    good_examples: str = ""
    bad_examples: str = ""
    attribute: str = ""
    task_time: str = ""
    closes_after: str = ""


def ask_for_job(person: Person, channel: str, order: Order) -> None:
    """Fill the three pages of `/labeljob create` and press Create.

    Raises:
        PracticeError: a page came back with faults; they are in the message.

    """
    person.command(channel, "/labeljob", "create")
    _next(first_page(person, order))
    _next(second_page(person, order))
    _next(person.fill())
    close_windows(person)


def begin_anew(person: Person) -> None:
    """A new form, where the window offers one that was left."""
    if person.view().get("callback_id") == "job_form_left":
        person.press_in_view("job_form_new")


def first_page(person: Person, order: Order, **more: Any) -> dict[str, Any]:
    """Fill the first page of the open form and press Next; the workspace's answer, `errors` and
    all. `more` are fields that only some orders have, in Slack's state form.
    """
    begin_anew(person)
    category = _option(order.category, order.category)
    if _chosen(person, "category") != order.category:
        person.press_in_view("job_form_category", selected_option=category)
    return person.fill(
        job_name={"value": order.name},
        category={"selected_option": category},
        task_type={"selected_option": _radio(person, "task_type", order.task_type)},
        input_uri={"value": order.source},
        output_uri={"value": order.output},
        label_attribute={"value": order.attribute or None},
        **more,
    )


def second_page(person: Person, order: Order) -> dict[str, Any]:
    """Fill the second page of the open form and press Review; the workspace's answer, `errors` and
    all.
    """
    typed: dict[str, Any] = {
        "workteam_arn": {"selected_option": person.choose("workteam_arn", order.team)},
        "title": {"value": order.title},
        "description": {"value": order.description},
        "labels": {"value": "\n".join(order.labels)},
        "workers_per_object": {"value": str(order.workers)},
    }
    for field, text in (("short_instructions", order.short), ("full_instructions", order.full)):
        typed[field] = {"rich_text_value": rich_text(text) if text else None}
    plain = {
        "good_examples": order.good_examples,
        "bad_examples": order.bad_examples,
        "task_time_limit_s": order.task_time,
        "availability_s": order.closes_after,
    }
    typed |= {field: {"value": text or None} for field, text in plain.items()}
    return person.fill(**typed)


def make_dataset(person: Person, channel: str, job_name: str, project: str) -> None:
    """Press [Make dataset] on a finished job's card and submit the window as it opens, with a
    project's name.
    """
    person.press(card_of(person, channel, job_name), "job_make_dataset")
    _next(person.fill(project={"value": project}))
    close_windows(person)


def close_windows(person: Person) -> None:
    """Close whatever is open (the thanks after a form)."""
    stack = person.ask_for("views")["view_stack"]
    if stack:
        person.ask("view_close", view_id=stack[-1]["id"], clear=True)


def card_of(person: Person, channel: str, job_name: str) -> Message:
    """The root message of a job in its channel.

    Raises:
        PracticeError: there is none.

    """
    for message in reversed(person.messages(channel)):
        if message.get("text", "").endswith(f"job {job_name}"):
            return dict(message)
    raise PracticeError(f"there is no card of {job_name} in this channel")


def wait_for(found: Callable[[], Any], seconds: float, what: str) -> Any:
    """What `found` gives as soon as it gives something; it may raise `PracticeError` until then.

    Raises:
        PracticeError: it gave nothing in time.

    """
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        try:
            if result := found():
                return result
        except PracticeError as error:
            last = f" ({error})"
        time.sleep(_LOOK)
    raise PracticeError(f"waited {seconds:.0f} s for {what}{last}")


def rich_text(text: str) -> dict[str, Any]:
    """Lines as Slack's rich text editor gives them: paragraphs, and a list of the lines that begin
    with a hyphen.
    """
    elements: list[dict[str, Any]] = []
    for line in text.splitlines():
        item = {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": line.removeprefix("- ")}],
        }
        if not line.startswith("- "):
            elements.append(item)
        elif elements and elements[-1]["type"] == "rich_text_list":
            elements[-1]["elements"].append(item)
        else:
            elements.append({"type": "rich_text_list", "style": "bullet", "elements": [item]})
    return {"type": "rich_text", "elements": elements}


def as_read(text: str, names: dict[str, str]) -> str:
    """A message's text as the reader sees it: dates in their zone, people and channels by name,
    marks applied.
    """
    text = re.sub(
        r"<!date\^(\d+)\^[^|>]*\|[^>]*>",
        lambda m: f"{datetime.fromtimestamp(int(m[1]), UTC).astimezone():%d %b %H:%M}",
        text,
    )
    text = re.sub(r"<([@#])([A-Z0-9]+)(?:\|[^>]*)?>", lambda m: m[1] + names.get(m[2], m[2]), text)
    text = re.sub(r"<[^>|]+\|([^>]*)>", r"\1", text)
    text = re.sub(r"(?<!\w)[*`]([^*`\n]+)[*`](?!\w)", r"\1", text)
    return html.unescape(text).replace("\u200b", "")


def _next(answer: dict[str, Any]) -> None:
    """Go on unless the page came back with faults."""
    if answer.get("errors"):
        raise PracticeError(
            "; ".join(f"{field}: {text}" for field, text in answer["errors"].items())
        )
    stack = answer.get("view_stack") or []
    if stack and stack[-1].get("callback_id") in {"job_form_refusal", ""}:
        raise PracticeError(str(stack[-1]["blocks"])[:500])


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, "emoji": False}, "value": value}


def _chosen(person: Person, block_id: str) -> str:
    """What a radio group of the window on top shows as chosen."""
    for block in person.view()["blocks"]:
        if block.get("block_id") == block_id:
            return str((block["element"].get("initial_option") or {}).get("value", ""))
    return ""


def _radio(person: Person, block_id: str, value: str) -> dict[str, Any]:
    """The choice of a radio group in the window on top."""
    for block in person.view()["blocks"]:
        if block.get("block_id") == block_id:
            for choice in block["element"]["options"]:
                if choice["value"] == value:
                    return dict(choice)
    raise PracticeError(f"{block_id} does not offer {value}")
