"""Block elements: buttons, selects, pickers, inputs (facts section 5), and which block may hold
which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.block_kit import composition

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.slack.block_kit.report import JSON, Report

__all__ = ["ACCESSORIES", "ACTIONS", "INPUTS", "INTERACTIVE", "element"]

STATIC = {"static_select", "multi_static_select"}
EXTERNAL = {"external_select", "multi_external_select"}
PEOPLE = {"users_select", "multi_users_select"}
CONVERSATIONS = {"conversations_select", "multi_conversations_select"}
CHANNELS = {"channels_select", "multi_channels_select"}
SELECTS = STATIC | EXTERNAL | PEOPLE | CONVERSATIONS | CHANNELS
BOXES = {"checkboxes", "radio_buttons"}
PICKERS = {"datepicker", "timepicker"}
TYPED = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
}
ACCESSORIES = SELECTS | BOXES | PICKERS | {"button", "overflow", "image", "workflow_button"}
ACTIONS = (
    SELECTS
    | BOXES
    | PICKERS
    | {"button", "overflow", "datetimepicker", "workflow_button", "rich_text_input"}
)
INPUTS = SELECTS | BOXES | PICKERS | TYPED | {"datetimepicker", "file_input"}
INTERACTIVE = ACCESSORIES | ACTIONS | INPUTS | {"icon_button", "feedback_buttons"}
INTERACTIVE = INTERACTIVE - {"image"}

DATE = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
SELECT_KEYS = "placeholder confirm focus_on_load action_id"


def element(report: Report, pointer: str, value: Any, allowed: set[str], ids: set[str]) -> None:
    """One element inside a block that may hold `allowed` types; `ids` are the action_ids already
    used in the block.
    """
    if not report.thing(pointer, value):
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed or kind not in _CHECKS:
        report.add(
            f"{pointer}/type" if kind else pointer,
            f"unsupported type: {kind}" if kind else "missing type",
        )
        return
    if kind in INTERACTIVE:
        _action_id(report, pointer, value, ids)
    _CHECKS[kind](report, pointer, value)
    if "placeholder" in value:
        composition.text(report, f"{pointer}/placeholder", value["placeholder"], 150, plain=True)
    composition.confirm(report, f"{pointer}/confirm", value.get("confirm"))
    report.truth(f"{pointer}/focus_on_load", value.get("focus_on_load"))
    if value.get("focus_on_load") is True:
        report.focused += 1
        if report.focused > 1:
            report.add(
                f"{pointer}/focus_on_load", "only one element can have `focus_on_load` set to true"
            )


def _action_id(report: Report, pointer: str, value: JSON, ids: set[str]) -> None:
    action_id = value.get("action_id")
    if action_id is None:
        # Slack makes one up when it is missing.
        return
    if report.string(f"{pointer}/action_id", action_id, 255):
        if action_id in ids:
            report.add(
                f"{pointer}/action_id",
                f'`action_id` "{action_id}" already exists for another element',
            )
        ids.add(action_id)


def _button(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "text", "action_id url value style confirm accessibility_label")
    composition.text(report, f"{pointer}/text", value.get("text"), 75, plain=True)
    report.string(f"{pointer}/value", value.get("value"), 2000, shortest=0)
    composition.web_address(report, f"{pointer}/url", value.get("url"))
    report.choice(f"{pointer}/style", value.get("style"), "primary danger")
    report.string(f"{pointer}/accessibility_label", value.get("accessibility_label"), 75)


def _static_select(report: Report, pointer: str, value: JSON) -> None:
    many = value["type"].startswith("multi_")
    initial = "initial_options max_selected_items" if many else "initial_option"
    report.keys(pointer, value, "", f"{SELECT_KEYS} options option_groups {initial}")
    offered = composition.option_lists(report, pointer, value)
    _offered(report, pointer, value, offered)
    report.whole(f"{pointer}/max_selected_items", value.get("max_selected_items"), 1, 10**9)


def _offered(report: Report, pointer: str, value: JSON, offered: list[JSON]) -> None:
    """What is chosen at first must be among what is offered, letter by letter."""
    if "initial_option" in value and value["initial_option"] not in offered:
        report.add(f"{pointer}/initial_option", "must match one of the provided options exactly")
    if "initial_options" in value:
        for number, one in enumerate(
            report.items(f"{pointer}/initial_options", value["initial_options"], 1, 100)
        ):
            if one not in offered:
                report.add(
                    f"{pointer}/initial_options/{number}",
                    "must match one of the provided options exactly",
                )


def _external_select(report: Report, pointer: str, value: JSON) -> None:
    many = value["type"].startswith("multi_")
    initial = "initial_options max_selected_items" if many else "initial_option"
    report.keys(pointer, value, "", f"{SELECT_KEYS} min_query_length {initial}")
    report.whole(f"{pointer}/min_query_length", value.get("min_query_length"), 0, 10**6)
    report.whole(f"{pointer}/max_selected_items", value.get("max_selected_items"), 1, 10**9)
    if "initial_option" in value:
        composition.option(report, f"{pointer}/initial_option", value["initial_option"])
    if "initial_options" in value:
        for number, one in enumerate(
            report.items(f"{pointer}/initial_options", value["initial_options"], 1, 100)
        ):
            composition.option(report, f"{pointer}/initial_options/{number}", one)


def _workspace_select(report: Report, pointer: str, value: JSON) -> None:
    kind = value["type"]
    many = kind.startswith("multi_")
    noun = kind.removeprefix("multi_").removesuffix("_select").removesuffix("s")
    own = f"initial_{noun}s max_selected_items" if many else f"initial_{noun}"
    if kind in CONVERSATIONS:
        own += " default_to_current_conversation filter"
    if kind in {"conversations_select", "channels_select"}:
        own += " response_url_enabled"
    report.keys(pointer, value, "", f"{SELECT_KEYS} {own}")
    report.whole(f"{pointer}/max_selected_items", value.get("max_selected_items"), 1, 10**9)
    report.string(f"{pointer}/initial_{noun}", value.get(f"initial_{noun}"), 255)
    if value.get(f"initial_{noun}s") is not None:
        report.items(f"{pointer}/initial_{noun}s", value[f"initial_{noun}s"], 0, 100)
    if value.get("response_url_enabled") and report.surface != "modal":
        report.add(
            f"{pointer}/response_url_enabled", "`response_url_enabled` is only allowed in modals"
        )
    _filter(report, f"{pointer}/filter", value.get("filter"))


def _filter(report: Report, pointer: str, value: Any) -> None:
    if value is None or not report.thing(pointer, value):
        return
    report.keys(pointer, value, "", "include exclude_external_shared_channels exclude_bot_users")
    if not set(value) - {"type"}:
        report.add(pointer, "must define at least one filter field")
    for number, kind in enumerate(
        report.items(f"{pointer}/include", value.get("include", ["im"]), 1, 4)
    ):
        report.choice(f"{pointer}/include/{number}", kind, "im mpim private public")


def _overflow(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "options", "action_id confirm")
    for number, one in enumerate(report.items(f"{pointer}/options", value.get("options"), 1, 5)):
        composition.option(report, f"{pointer}/options/{number}", one, url=True)


def _boxes(report: Report, pointer: str, value: JSON) -> None:
    initial = "initial_options" if value["type"] == "checkboxes" else "initial_option"
    report.keys(pointer, value, "options", f"action_id confirm focus_on_load {initial}")
    offered = report.items(f"{pointer}/options", value.get("options"), 1, 10)
    for number, one in enumerate(offered):
        composition.option(report, f"{pointer}/options/{number}", one, markdown=True)
    _offered(report, pointer, value, offered)


def _picker(report: Report, pointer: str, value: JSON) -> None:
    date = value["type"] == "datepicker"
    name, pattern = ("initial_date", DATE) if date else ("initial_time", TIME)
    report.keys(pointer, value, "", f"{SELECT_KEYS} {name}{'' if date else ' timezone'}")
    initial = value.get(name)
    if initial is not None and not (isinstance(initial, str) and pattern.match(initial)):
        report.add(
            f"{pointer}/{name}", "must be a date: YYYY-MM-DD" if date else "must be a time: HH:mm"
        )


def _datetime_picker(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "", "action_id initial_date_time confirm focus_on_load")
    report.whole(f"{pointer}/initial_date_time", value.get("initial_date_time"), 10**9, 10**10 - 1)


def _dispatch_config(report: Report, pointer: str, value: JSON) -> None:
    config = value.get("dispatch_action_config")
    place = f"{pointer}/dispatch_action_config"
    if config is not None and report.thing(place, config):
        report.keys(place, config, "", "trigger_actions_on")
        for number, on in enumerate(
            report.items(f"{place}/trigger_actions_on", config.get("trigger_actions_on"), 1, 2)
        ):
            report.choice(
                f"{place}/trigger_actions_on/{number}", on, "on_enter_pressed on_character_entered"
            )


TYPED_KEYS = "action_id placeholder initial_value dispatch_action_config focus_on_load"


def _plain_text_input(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "", f"{TYPED_KEYS} multiline min_length max_length")
    report.truth(f"{pointer}/multiline", value.get("multiline"))
    report.whole(f"{pointer}/min_length", value.get("min_length"), 0, 3000)
    report.whole(f"{pointer}/max_length", value.get("max_length"), 1, 3000)
    lowest, highest = value.get("min_length"), value.get("max_length")
    if isinstance(lowest, int) and isinstance(highest, int) and lowest > highest:
        report.add(f"{pointer}/min_length", "must be less than or equal to max_length")
    longest = highest if isinstance(highest, int) and not isinstance(highest, bool) else 3000
    report.string(f"{pointer}/initial_value", value.get("initial_value"), longest, shortest=0)
    _dispatch_config(report, pointer, value)


def _line_input(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "", TYPED_KEYS)
    report.string(f"{pointer}/initial_value", value.get("initial_value"), 3000, shortest=0)
    _dispatch_config(report, pointer, value)


def _number_input(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "is_decimal_allowed", f"{TYPED_KEYS} min_value max_value")
    report.truth(f"{pointer}/is_decimal_allowed", value.get("is_decimal_allowed"))
    for name in ("min_value", "max_value", "initial_value"):
        number = value.get(name)
        if number is None:
            continue
        if not isinstance(number, str):
            report.add(f"{pointer}/{name}", "must be a string")
        elif not NUMBER.match(number) or (
            value.get("is_decimal_allowed") is False and "." in number
        ):
            report.add(f"{pointer}/{name}", "must be a valid number")
    _dispatch_config(report, pointer, value)


def _rich_text_input(report: Report, pointer: str, value: JSON) -> None:
    own = "min_visible_lines max_visible_lines"
    report.keys(pointer, value, "", f"{TYPED_KEYS} {own}")
    for name in own.split():
        report.whole(f"{pointer}/{name}", value.get(name), 1, 100)
    initial = value.get("initial_value")
    if initial is not None and not (
        isinstance(initial, dict) and initial.get("type") == "rich_text"
    ):
        report.add(f"{pointer}/initial_value", "must be a rich_text block")
    _dispatch_config(report, pointer, value)


def _file_input(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "", "action_id filetypes max_files")
    report.whole(f"{pointer}/max_files", value.get("max_files"), 1, 10)
    if value.get("filetypes") is not None:
        for number, kind in enumerate(
            report.items(f"{pointer}/filetypes", value["filetypes"], 1, 100)
        ):
            report.string(f"{pointer}/filetypes/{number}", kind, 50)
    if report.surface != "modal":
        report.add(pointer, "`file_input` is only allowed in modals")


def _image(report: Report, pointer: str, value: JSON) -> None:
    report.keys(
        pointer,
        value,
        "alt_text",
        "image_url slack_file fallback image_width image_height image_bytes",
    )
    report.string(f"{pointer}/alt_text", value.get("alt_text"), 2000)
    composition.image_source(report, pointer, value)


def _icon_button(report: Report, pointer: str, value: JSON) -> None:
    keys = "action_id value confirm accessibility_label visible_to_user_ids"
    report.keys(pointer, value, "icon text", keys)
    report.choice(f"{pointer}/icon", value.get("icon"), "trash")
    composition.text(report, f"{pointer}/text", value.get("text"), 75, plain=True)
    report.string(f"{pointer}/value", value.get("value"), 2000, shortest=0)


def _feedback_buttons(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "positive_button negative_button", "action_id")
    for name in ("positive_button", "negative_button"):
        button = value.get(name)
        place = f"{pointer}/{name}"
        if button is not None and report.thing(place, button):
            report.keys(place, button, "text value", "accessibility_label")
            composition.text(report, f"{place}/text", button.get("text"), 75, plain=True)
            report.string(f"{place}/value", button.get("value"), 2000)


def _workflow_button(report: Report, pointer: str, value: JSON) -> None:
    report.keys(pointer, value, "text workflow action_id", "style accessibility_label")
    composition.text(report, f"{pointer}/text", value.get("text"), 75, plain=True)


_CHECKS: dict[str, Callable[[Report, str, JSON], None]] = {
    "button": _button,
    "overflow": _overflow,
    "checkboxes": _boxes,
    "radio_buttons": _boxes,
    "datepicker": _picker,
    "timepicker": _picker,
    "datetimepicker": _datetime_picker,
    "plain_text_input": _plain_text_input,
    "email_text_input": _line_input,
    "url_text_input": _line_input,
    "number_input": _number_input,
    "rich_text_input": _rich_text_input,
    "file_input": _file_input,
    "image": _image,
    "icon_button": _icon_button,
    "feedback_buttons": _feedback_buttons,
    "workflow_button": _workflow_button,
    **dict.fromkeys(STATIC, _static_select),
    **dict.fromkeys(EXTERNAL, _external_select),
    **dict.fromkeys(PEOPLE | CONVERSATIONS | CHANNELS, _workspace_select),
}
