"""How people in the practice workspace use the app: the steps that the demo, the first minute and
the tests share.
"""

import html
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.workspace.person import Person, PracticeError, elements

Message = dict[str, Any]
_LOOK = 0.1
_GLANCE = 0.02  # seconds between two looks at a window
_TURNS = 10.0  # seconds a window may take to open, or to show another page


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
    several: bool = False
    """Whether one object may get several labels: the tick beside the kind."""
    page: Mapping[str, str] = field(default_factory=dict)
    """What only this kind of work is asked: texts, by the names of their fields."""
    ticks: tuple[str, ...] = ()
    """Boxes behind [More…] that are ticked, by the names of their fields."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What few write behind [More…], by the names of their fields."""


def ask_for_job(person: Person, channel: str, order: Order) -> None:
    """Fill the form of `/labeljob create`, with what stands behind [More…], and press Create.

    Raises:
        PracticeError: a page came back with faults; they are in the message.

    """
    opened(person, lambda: person.command(channel, "/labeljob", "create"))
    _next(first_page(person, order))
    _next(second_page(person, order))
    fill_through(person, {})
    close_windows(person)


def fill_through(person: Person, *pages: Mapping[str, Any]) -> None:
    """Fill page after page of the open window, each with fields in Slack's state form.

    Raises:
        PracticeError: a page came back with faults; they are in the message.

    """
    for typed in pages:
        _next(person.fill(**typed))


def begin_anew(person: Person) -> None:
    """A new form, where the window offers one that was left."""
    if person.view().get("callback_id") == "job_form_left":
        opened(person, lambda: person.press_in_view("job_form_new"))


def opened(person: Person, press: Callable[[], Any]) -> Any:
    """Do what opens a window or turns its page, and wait until it is there: the app does that after
    it has heard of the press, and nobody fills in what they do not see yet. What `press` gives.

    Raises:
        PracticeError: the window stays as it was.

    """
    before = _hash(person)
    given = press()
    wait_for(lambda: _hash(person) not in {"", before}, _TURNS, "the window to turn", _GLANCE)
    return given


def choose_kind(person: Person, task_type: str) -> None:
    """Pick the tile, the kind and the tick that stand for a task type.

    Raises:
        PracticeError: no tile of the form has it.

    """
    for tile in (_chosen(person, "tile"), *_values(person, "tile")):
        if tile != _chosen(person, "tile"):
            _pick(person, "tile", tile)
        if _shows(person, task_type):
            return
    raise PracticeError(f"the form does not offer {task_type}")


def _shows(person: Person, task_type: str) -> bool:
    """Whether the kinds of the tile have the type, which is chosen then."""
    if not _values(person, "task_type"):
        # a tile of one type: what it is, its own instructions tell
        return any(
            element["action_id"].partition("~")[0] == f"value_{task_type}"
            for _block, element in elements(person.view()["blocks"])
        )
    if task_type not in _values(person, "task_type"):
        return False
    if _chosen(person, "task_type") != task_type:
        _pick(person, "task_type", task_type)
    return True


def first_page(person: Person, order: Order, **more: Any) -> dict[str, Any]:
    """Choose what is to be done, fill what stands behind [More…] and press Done; the workspace's
    answer, `errors` and all. `more` are fields that only some orders have, in Slack's state form.
    """
    begin_anew(person)
    if person.view()["callback_id"] != "job_form_more":
        choose_kind(person, order.task_type)
        opened(person, lambda: person.press_in_view("job_form_show_more"))
    plain = {
        "job_name": order.name,
        "title": order.title,
        "description": order.description,
        "label_attribute": order.attribute,
        "workers_per_object": str(order.workers),
        "task_time_limit_s": order.task_time,
        "availability_s": order.closes_after,
        "good_examples": order.good_examples,
        "bad_examples": order.bad_examples,
    }
    typed: dict[str, Any] = {field: {"value": text or None} for field, text in plain.items()}
    typed["full_instructions"] = _rich(order.full)
    typed |= {name: _ticked(person, name) for name in order.ticks}
    typed |= {name: {"value": text} for name, text in order.more.items()}
    if _has(person, "output_uri"):
        typed["output_uri"] = {"value": order.output}
    return person.fill(**typed, **more)


def second_page(person: Person, order: Order, **more: Any) -> dict[str, Any]:
    """Fill the page that everybody fills and press Review; the workspace's answer, `errors` and
    all. `more` as for `first_page`.
    """
    typed: dict[str, Any] = {
        "short_instructions": _rich(order.short),
        **{name: {"value": text} for name, text in order.page.items()},
    }
    if _has(person, "labels"):
        typed["labels"] = {"value": "\n".join(order.labels) or None}
    if _has(person, "input_uri"):
        typed["input_uri"] = {"value": order.source}
    if order.several:
        typed["several"] = _ticked(person, "several")
    if _has(person, "workteam_arn"):
        typed["workteam_arn"] = {"selected_option": person.choose("workteam_arn", order.team)}
    if _has(person, "output_uri"):
        typed["output_uri"] = {"value": order.output}
    return person.fill(**typed, **more)


def faults_of(person: Person, order: Order) -> dict[str, str]:
    """Fill the open form; what is wrong with it, by field, or nothing: then the review is open."""
    answer = first_page(person, order)
    if not answer.get("errors"):
        answer = second_page(person, order)
    if not answer.get("errors") and person.view()["callback_id"] == "job_form_more":
        answer = (
            person.fill()
        )  # told on top of the page with the field: pressed again, at the field
    return dict(answer.get("errors") or {})


def _rich(text: str) -> dict[str, Any]:
    return {"rich_text_value": rich_text(text) if text else None}


def make_dataset(person: Person, channel: str, job_name: str, project: str) -> None:
    """Press [Make dataset] on a finished job's card and submit the window as it opens, with a
    project's name.
    """
    card = card_of(person, channel, job_name)
    opened(person, lambda: person.press(card, "job_make_dataset"))
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


def wait_for(found: Callable[[], Any], seconds: float, what: str, gap: float = _LOOK) -> Any:
    """What `found` gives as soon as it gives something; it may raise `PracticeError` until then.
    `gap` seconds lie between two looks.

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
        time.sleep(gap)
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


def _block(person: Person, block_id: str) -> dict[str, Any]:
    """A field of the window on top; nothing where there is none."""
    found = (one for one in person.view()["blocks"] if one.get("block_id") == block_id)
    return next(found, {"element": {}})


def _hash(person: Person) -> str:
    """What changes with every page of the window on top; "" where none is open."""
    stack = person.ask_for("views")["view_stack"]
    return str(stack[-1]["hash"]) if stack else ""


def _has(person: Person, block_id: str) -> bool:
    return bool(_block(person, block_id)["element"])


def _values(person: Person, block_id: str) -> list[str]:
    """What a radio group of the window on top offers."""
    return [one["value"] for one in _block(person, block_id)["element"].get("options", ())]


def _chosen(person: Person, block_id: str) -> str:
    """What a radio group of the window on top shows as chosen."""
    return str((_block(person, block_id)["element"].get("initial_option") or {}).get("value", ""))


def _ticked(person: Person, block_id: str) -> dict[str, Any]:
    """Every box of a field, ticked."""
    return {"selected_options": _block(person, block_id)["element"]["options"]}


def _pick(person: Person, block_id: str, value: str) -> None:
    """Choose in a radio group that tells the app at once."""
    element = _block(person, block_id)["element"]
    choice = next(one for one in element["options"] if one["value"] == value)
    opened(person, lambda: person.press_in_view(element["action_id"], selected_option=choice))
