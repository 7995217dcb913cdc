"""How people in the practice workspace use the app: the steps that the demo, the first minute and the tests share."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.person import Person, PracticeError

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


def ask_for_job(person: Person, channel: str, order: Order) -> None:
    """Fill the three pages of `/labeljob create` and press Create.

    Raises:
        PracticeError: a page came back with faults; they are in the message.

    """
    person.command(channel, "/labeljob", "create")
    if order.category != "Image":
        person.press_in_view("job_form_category", selected_option=_option(order.category, order.category))
    _next(
        person.fill(
            job_name={"value": order.name},
            category={"selected_option": _option(order.category, order.category)},
            task_type={"selected_option": _radio(person, "task_type", order.task_type)},
            input_uri={"value": order.source},
            output_uri={"value": order.output},
        )
    )
    typed: dict[str, Any] = {
        "workteam_arn": {"selected_option": person.choose("workteam_arn", order.team)},
        "title": {"value": order.title},
        "description": {"value": order.description},
        "labels": {"value": "\n".join(order.labels)},
        "workers_per_object": {"value": str(order.workers)},
    }
    for field, text in (("short_instructions", order.short), ("full_instructions", order.full)):
        if text:
            typed[field] = {"rich_text_value": rich_text(text)}
    for field, text in (("good_examples", order.good_examples), ("bad_examples", order.bad_examples)):
        if text:
            typed[field] = {"value": text}
    _next(person.fill(**typed))
    _next(person.fill())


def make_dataset(person: Person, channel: str, job_name: str, project: str) -> None:
    """Press [Make dataset] on a finished job's card and submit the window as it opens, with a project's name."""
    person.press(card_of(person, channel, job_name), "job_make_dataset")
    _next(person.fill(project={"value": project}))


def card_of(person: Person, channel: str, job_name: str) -> Message:
    """The root message of a job in its channel.

    Raises:
        PracticeError: there is none.

    """
    for message in reversed(person.messages(channel)):
        if f"job {job_name}" in message.get("text", ""):
            return message
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
    """Lines as Slack's rich text editor gives them: paragraphs, and a list of the lines that begin with a hyphen."""
    elements: list[dict[str, Any]] = []
    for line in text.splitlines():
        item = {"type": "rich_text_section", "elements": [{"type": "text", "text": line.removeprefix("- ")}]}
        if not line.startswith("- "):
            elements.append(item)
        elif elements and elements[-1]["type"] == "rich_text_list":
            elements[-1]["elements"].append(item)
        else:
            elements.append({"type": "rich_text_list", "style": "bullet", "elements": [item]})
    return {"type": "rich_text", "elements": elements}


def _next(answer: dict[str, Any]) -> None:
    """Go on unless the page came back with faults."""
    if answer.get("errors"):
        raise PracticeError("; ".join(f"{field}: {text}" for field, text in answer["errors"].items()))
    stack = answer.get("view_stack") or []
    if stack and stack[-1].get("callback_id") in {"job_form_refusal", ""}:
        raise PracticeError(str(stack[-1]["blocks"])[:500])


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, "emoji": False}, "value": value}


def _radio(person: Person, block_id: str, value: str) -> dict[str, Any]:
    """The choice of a radio group in the window on top."""
    for block in person.view()["blocks"]:
        if block.get("block_id") == block_id:
            for choice in block["element"]["options"]:
                if choice["value"] == value:
                    return dict(choice)
    raise PracticeError(f"{block_id} does not offer {value}")
