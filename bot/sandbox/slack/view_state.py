"""What people have put into a form: the state of its elements, and what Slack itself refuses at
submit (pure).

Promises `state.values` in Slack's shapes per element type (facts section 3), kept by block_id and
action_id when the view changes, begun with the initial values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.sandbox.slack.block_tree import elements

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON

__all__ = ["field_errors", "merged", "offered", "picked", "without_inputs"]

# Element type: the name of its value in state and actions, the name of its initial value, what
# empty looks like.
VALUE: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
BUTTON_FIELDS = ("text", "value", "style", "url", "confirm")
REQUIRED_WORDS = "Please complete this required field."


def without_inputs(view: JSON) -> JSON:
    """The view with its state as view_closed tells it: without its input blocks."""
    typed = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    values = view["state"]["values"]
    told = {block_id: held for block_id, held in values.items() if block_id not in typed}
    return {**view, "state": {"values": told}}


def merged(blocks: list[JSON], known: JSON, sent: JSON | None = None) -> JSON:
    """The state of these blocks: what was sent now, else what was known, else the initial values.

    `known` and `sent` are {block_id: {action_id: {...}}}; what belongs to no element of these
    blocks is dropped.
    """
    values: JSON = {}
    for block, element in elements(blocks):
        kind = element["type"]
        if kind not in VALUE:
            continue
        name, initial, empty = VALUE[kind]
        block_id, action_id = block["block_id"], element["action_id"]
        value = element.get(initial, empty)
        if initial == "" or value is None:
            value = empty
        for source in (known, sent or {}):
            entry = (source.get(block_id) or {}).get(action_id)
            if isinstance(entry, dict) and name in entry:
                value = _tidy(offered(element, entry)[name], empty)
        state: JSON = {"type": kind, name: value}
        if kind == "timepicker" and element.get("timezone"):
            state["timezone"] = element["timezone"]
        values.setdefault(block_id, {})[action_id] = state
    return values


def offered(element: JSON, chosen: JSON) -> JSON:
    """A choice with the option objects as they were offered, found by their values; unknown ones
    stay as they are.
    """
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options += group["options"]
    by_value = {option["value"]: option for option in options}

    def whole(pick: Any) -> Any:
        return by_value.get(pick.get("value"), pick) if isinstance(pick, dict) else pick

    found = dict(chosen)
    if "selected_option" in found:
        found["selected_option"] = whole(found["selected_option"])
    if isinstance(found.get("selected_options"), list):
        found["selected_options"] = [whole(pick) for pick in found["selected_options"]]
    return found


def _tidy(value: Any, empty: Any) -> Any:
    return empty if value is None or value == "" else value


def picked(element: JSON, chosen: JSON) -> JSON:
    """The part of an action that tells what was pressed or chosen."""
    kind = element["type"]
    if kind == "button":
        return {name: element[name] for name in BUTTON_FIELDS if name in element}
    if kind == "icon_button":
        return {name: element[name] for name in ("text", "value", "icon") if name in element}
    if kind == "feedback_buttons":
        return {"value": chosen.get("value")}
    if kind == "overflow":
        return {"selected_option": chosen.get("selected_option")}
    name, initial, empty = VALUE[kind]
    part: JSON = {name: _tidy(chosen.get(name), empty)}
    if initial and initial in element:
        part[initial] = element[initial]
    if "placeholder" in element:
        part["placeholder"] = element["placeholder"]
    return part


def field_errors(blocks: list[JSON], values: JSON) -> dict[str, str]:
    """What Slack's own form refuses before the app hears of the submit: {block_id: words}."""
    errors: dict[str, str] = {}
    for block, element in elements(blocks):
        if block["type"] != "input" or element["type"] not in VALUE:
            continue
        name, _initial, _empty = VALUE[element["type"]]
        value = values.get(block["block_id"], {}).get(element["action_id"], {}).get(name)
        if value is None or value in ("", []):
            words = None if block.get("optional") else REQUIRED_WORDS
        else:
            words = _complaint(element, value)
        if words:
            errors[block["block_id"]] = words
    return errors


def _complaint(element: JSON, value: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        return _length_complaint(element, str(value))
    if kind == "number_input":
        return _number_complaint(element, str(value))
    if kind == "email_text_input" and not EMAIL.match(str(value)):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _is_web_address(str(value)):
        return "Please enter a valid URL."
    most = element.get("max_selected_items") or (
        element.get("max_files", 10) if kind == "file_input" else None
    )
    if isinstance(value, list) and most and len(value) > most:
        return f"Please choose {most} at most."
    return None


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _length_complaint(element: JSON, value: str) -> str | None:
    longest = element.get("max_length", 3000)
    if len(value) > longest:
        return f"Please enter {longest} characters at most."
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    return None


def _number_complaint(element: JSON, value: str) -> str | None:
    decimal = element.get("is_decimal_allowed")
    if not re.match(r"^-?\d+(\.\d+)?$" if decimal else r"^-?\d+$", value):
        return "Please enter a number." if decimal else "Please enter a whole number."
    if element.get("min_value") is not None and float(value) < float(element["min_value"]):
        return f"Please enter a number that is {element['min_value']} or more."
    if element.get("max_value") is not None and float(value) > float(element["max_value"]):
        return f"Please enter a number that is {element['max_value']} or less."
    return None
