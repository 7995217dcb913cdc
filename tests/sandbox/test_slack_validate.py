"""Slack's limits for blocks, elements and views, one row each: the same room judges the bot in all
other tests.
"""

from __future__ import annotations

from typing import Any

import pytest
from slack_practice import button, modal, mrkdwn, option, plain, section, typed

from bot.sandbox.slack.validate import validate_message, validate_options, validate_view

LONG = "x" * 100_000


def actions(*elements: Any) -> Any:
    return {"type": "actions", "elements": list(elements)}


def select(**more: Any) -> Any:
    return {
        "type": "static_select",
        "action_id": "s",
        "options": [option("a"), option("b")],
        **more,
    }


def raw(text: str) -> Any:
    return {"type": "raw_text", "text": text}


def chart(**inner: Any) -> Any:
    return {"type": "data_visualization", "title": "Labels", "chart": inner}


PIE = {"type": "pie", "segments": [{"label": "ripe", "value": 3}, {"label": "unripe", "value": 1}]}
BAR = {
    "type": "bar",
    "series": [
        {"name": "done", "data": [{"label": "Mon", "value": 3}, {"label": "Tue", "value": 4}]}
    ],
    "axis_config": {"categories": ["Mon", "Tue"], "x_label": "Day"},
}
DATA_TABLE = {
    "type": "data_table",
    "caption": "Jobs",
    "rows": [[raw("name"), raw("state")], [raw("a"), raw("b")]],
}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "hi", "style": {"bold": True}}],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "link", "url": "https://a.example"}],
                }
            ],
        },
    ],
}
CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("Really"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}

GOOD = {
    "section": section("x" * 3000),
    "fields": {"type": "section", "fields": [mrkdwn("x" * 2000)] * 5 + [mrkdwn("x")] * 5},
    "header": {"type": "header", "text": plain("x" * 150)},
    "context": {"type": "context", "elements": [mrkdwn("x")] * 10},
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "a cat"},
    "slack image": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a cat"},
    "buttons": actions(*[button(f"b{number}") for number in range(25)]),
    "confirm": actions(button(confirm=CONFIRM, style="danger", value="v" * 2000)),
    "select": actions(select(initial_option=option("b"))),
    "groups": actions(
        {
            "type": "static_select",
            "option_groups": [{"label": plain("A"), "options": [option("a")]}],
        }
    ),
    "external": actions({"type": "external_select", "action_id": "e", "min_query_length": 0}),
    "people": actions({"type": "users_select", "action_id": "u", "initial_user": "U1"}),
    "conversations": actions(
        {
            "type": "conversations_select",
            "action_id": "c",
            "filter": {"include": ["public", "private"]},
        }
    ),
    "overflow": actions(
        {"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(5)]}
    ),
    "checkboxes": actions({"type": "checkboxes", "action_id": "c", "options": [option("a")]}),
    "dates": actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-21"}),
    "rich text": RICH,
    "markdown": {"type": "markdown", "text": "# hi"},
    "table": {
        "type": "table",
        "rows": [[raw("a"), raw("b")]] * 100,
        "column_settings": [None, {"align": "right"}],
    },
    "data table": DATA_TABLE,
    "pie": chart(**PIE),
    "bar": chart(**BAR),
    "card": {
        "type": "card",
        "title": mrkdwn("Cats"),
        "body": mrkdwn("word"),
        "actions": [button()],
    },
    "container": {"type": "container", "title": plain("Jobs"), "child_blocks": [section()]},
    "feedback": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}],
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_a_block_at_its_limit_is_taken(name: str) -> None:
    """A validator that refuses good blocks would make the bot smaller than Slack allows."""
    assert validate_message({"text": "words", "blocks": [GOOD[name]]}) == []


BAD = [
    ("no type", {}, "missing type", "/blocks/0"),
    ("unknown type", {"type": "poem"}, "unsupported type: poem", "/blocks/0/type"),
    ("section without text", {"type": "section"}, "missing required field: text", "/blocks/0"),
    (
        "section text too long",
        section("x" * 3001),
        "must be less than 3001 characters",
        "/blocks/0/text/text",
    ),
    ("empty text", section(""), "must be more than 0 characters", "/blocks/0/text/text"),
    ("unknown field", section(color="red"), "invalid additional property: color", "/blocks/0"),
    ("text as string", {"type": "section", "text": "hi"}, "must be an object", "/blocks/0/text"),
    (
        "emoji in mrkdwn",
        section() | {"text": {**mrkdwn("a"), "emoji": True}},
        "property: emoji",
        "/blocks/0/text",
    ),
    (
        "11 fields",
        {"type": "section", "fields": [mrkdwn("a")] * 11},
        "no more than 10 items",
        "/blocks/0/fields",
    ),
    (
        "field too long",
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "less than 2001",
        "/blocks/0/fields/0/text",
    ),
    (
        "header mrkdwn",
        {"type": "header", "text": mrkdwn("a")},
        "must be plain_text",
        "/blocks/0/text/type",
    ),
    (
        "header long",
        {"type": "header", "text": plain("x" * 151)},
        "less than 151",
        "/blocks/0/text/text",
    ),
    (
        "11 in context",
        {"type": "context", "elements": [mrkdwn("a")] * 11},
        "no more than 10",
        "/blocks/0/elements",
    ),
    (
        "no alt text",
        {"type": "image", "image_url": "https://a.example/x.png"},
        "required field: alt_text",
        "/blocks/0",
    ),
    ("no source", {"type": "image", "alt_text": "a"}, "exactly one of", "/blocks/0"),
    (
        "ftp",
        {"type": "image", "alt_text": "a", "image_url": "ftp://a/x"},
        "valid URL",
        "/blocks/0/image_url",
    ),
    (
        "long address",
        {"type": "image", "alt_text": "a", "image_url": "https://a/" + "x" * 3000},
        "less than 3001",
        "/blocks/0/image_url",
    ),
    (
        "26 buttons",
        actions(*[button(str(n)) for n in range(26)]),
        "no more than 25",
        "/blocks/0/elements",
    ),
    ("no buttons", actions(), "no fewer than 1", "/blocks/0/elements"),
    (
        "same action_id",
        actions(button(), button()),
        "already exists",
        "/blocks/0/elements/1/action_id",
    ),
    (
        "button text",
        actions(button() | {"text": plain("x" * 76)}),
        "less than 76",
        "/blocks/0/elements/0/text/text",
    ),
    (
        "button value",
        actions(button(value="x" * 2001)),
        "less than 2001",
        "/blocks/0/elements/0/value",
    ),
    ("button style", actions(button(style="blue")), "valid enum", "/blocks/0/elements/0/style"),
    ("button url", actions(button(url="nonsense://")), "valid URL", "/blocks/0/elements/0/url"),
    (
        "long action_id",
        actions(button("x" * 256)),
        "less than 256",
        "/blocks/0/elements/0/action_id",
    ),
    (
        "input in actions",
        actions(typed()["element"]),
        "unsupported type",
        "/blocks/0/elements/0/type",
    ),
    ("no options", actions(select(options=[])), "no fewer than 1", "/blocks/0/elements/0/options"),
    (
        "101 options",
        actions(select(options=[option(str(n)) for n in range(101)])),
        "no more than 100",
        "options",
    ),
    (
        "both lists",
        actions(select(option_groups=[])),
        "exactly one of `options`",
        "/blocks/0/elements/0",
    ),
    (
        "long option",
        actions(select(options=[option("x" * 76)])),
        "less than 76",
        "options/0/text/text",
    ),
    (
        "long option value",
        actions(select(options=[option("a") | {"value": "x" * 151}])),
        "less than 151",
        "options/0/value",
    ),
    (
        "foreign initial",
        actions(select(initial_option=option("c"))),
        "match one of",
        "initial_option",
    ),
    (
        "initial not equal",
        actions(select(initial_option=option("a") | {"text": plain("B")})),
        "exactly",
        "initial_option",
    ),
    (
        "long placeholder",
        actions(select(placeholder=plain("x" * 151))),
        "less than 151",
        "placeholder/text",
    ),
    (
        "6 overflow",
        actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
        "more than 5",
        "options",
    ),
    (
        "11 boxes",
        actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}),
        "than 10",
        "options",
    ),
    (
        "confirm title",
        actions(button(confirm=CONFIRM | {"title": plain("x" * 101)})),
        "less than 101",
        "confirm/title",
    ),
    (
        "confirm half",
        actions(button(confirm={"title": plain("a")})),
        "missing required field: text",
        "confirm",
    ),
    (
        "date",
        actions({"type": "datepicker", "initial_date": "21.11.2026"}),
        "YYYY-MM-DD",
        "initial_date",
    ),
    ("time", actions({"type": "timepicker", "initial_time": "25:00"}), "HH:mm", "initial_time"),
    (
        "moment",
        actions({"type": "datetimepicker", "initial_date_time": 12}),
        "greater than",
        "initial_date_time",
    ),
    (
        "empty filter",
        actions({"type": "conversations_select", "filter": {}}),
        "at least one filter",
        "filter",
    ),
    ("input in a message", typed(), "unsupported type: input", "/blocks/0/type"),
    (
        "alert in a message",
        {"type": "alert", "text": plain("a")},
        "unsupported type: alert",
        "/blocks/0/type",
    ),
    (
        "markdown long",
        {"type": "markdown", "text": "x" * 12_001},
        "less than 12001",
        "/blocks/0/text",
    ),
    (
        "bad rich text",
        {"type": "rich_text", "elements": [{"type": "poem"}]},
        "unsupported type",
        "elements/0/type",
    ),
    (
        "101 rows",
        {"type": "table", "rows": [[raw("a")]] * 101},
        "no more than 100",
        "/blocks/0/rows",
    ),
    (
        "21 cells",
        {"type": "table", "rows": [[raw("a")] * 21]},
        "no more than 20",
        "/blocks/0/rows/0",
    ),
    (
        "table text",
        {"type": "table", "rows": [[raw("x" * 6000), raw("x" * 6000)]]},
        "less than 10001",
        "rows",
    ),
    (
        "no caption",
        {"type": "data_table", "rows": DATA_TABLE["rows"]},
        "required field: caption",
        "/blocks/0",
    ),
    ("one row", DATA_TABLE | {"rows": [[raw("a")]]}, "no fewer than 2", "rows"),
    ("102 rows", DATA_TABLE | {"rows": [[raw("a")]] * 102}, "no more than 101", "rows"),
    (
        "ragged",
        DATA_TABLE | {"rows": [[raw("a")], [raw("a"), raw("b")]]},
        "same number of cells",
        "rows/1",
    ),
    (
        "rich header",
        DATA_TABLE | {"rows": [[RICH], [raw("a")]]},
        "unsupported type: rich_text",
        "rows/0/0/type",
    ),
    ("page size", DATA_TABLE | {"page_size": 0}, "greater than or equal to 1", "page_size"),
    (
        "7 slices",
        chart(type="pie", segments=[{"label": str(n), "value": 1} for n in range(7)]),
        "than 6",
        "segments",
    ),
    (
        "long slice",
        chart(type="pie", segments=[{"label": "x" * 21, "value": 1}]),
        "less than 21",
        "segments/0/label",
    ),
    ("no axis", chart(type="bar", series=BAR["series"]), "required field: axis_config", "chart"),
    (
        "other labels",
        chart(**(BAR | {"axis_config": {"categories": ["Wed", "Thu"]}})),
        "match the categories",
        "series/0/data",
    ),
    ("chart title", chart(**PIE) | {"title": "x" * 51}, "less than 51", "/blocks/0/title"),
    ("unknown chart", chart(type="donut"), "unsupported type: donut", "chart/type"),
    ("empty card", {"type": "card", "subtitle": plain("a")}, "at least one of", "/blocks/0"),
    ("card body", {"type": "card", "body": plain("x" * 201)}, "less than 201", "body/text"),
    ("block id", section(block_id="x" * 256), "less than 256", "/blocks/0/block_id"),
]


@pytest.mark.parametrize(
    ("block", "words", "pointer"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_a_block_beyond_its_limit_is_refused_with_its_place(
    block: dict[str, Any], words: str, pointer: str
) -> None:
    """A limit that the stand-in forgets is found by real users, as a message that never came."""
    problems = validate_message({"text": "words", "blocks": [block]})
    assert any(
        words in problem.message and problem.pointer.find(pointer) >= 0 for problem in problems
    ), problems
    assert all(problem.code == "invalid_blocks" for problem in problems)


MESSAGES = [
    ("nothing", {}, "no_text"),
    ("51 blocks", {"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ("same block_id", {"blocks": [section(block_id="a"), section(block_id="a")]}, "invalid_blocks"),
    ("blocks no list", {"blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("too much in all", {"blocks": [section("x" * 2900) for _ in range(5)]}, "msg_blocks_too_long"),
    (
        "two tables",
        {"blocks": [{"type": "table", "rows": [[raw("a")]]}] * 2},
        "invalid_attachments",
    ),
    ("three charts", {"blocks": [chart(**PIE)] * 3}, "invalid_blocks"),
    ("101 attachments", {"text": "a", "attachments": [{}] * 101}, "too_many_attachments"),
    ("metadata", {"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_schema"),
    (
        "markdown in all",
        {"blocks": [{"type": "markdown", "text": "x" * 7000}] * 2},
        "invalid_blocks",
    ),
]


@pytest.mark.parametrize(
    ("payload", "code"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES]
)
def test_a_message_as_a_whole_has_limits_too(payload: dict[str, Any], code: Any) -> None:
    """Every block may be fine and the message still be refused."""
    assert code in {problem.code for problem in validate_message(payload)}


VIEWS = [
    ("good", modal(), None, ""),
    ("home", {"type": "home", "blocks": [section()]}, None, ""),
    ("100 blocks", modal(*[section() for _ in range(100)]), None, ""),
    ("alert", modal({"type": "alert", "text": plain("x" * 200), "level": "warning"}), None, ""),
    (
        "101 blocks",
        modal(*[section() for _ in range(101)]),
        "invalid_arguments",
        "no more than 100",
    ),
    ("no type", {"blocks": []}, "invalid_arguments", "must be one of"),
    ("no title", modal() | {"title": None}, "invalid_arguments", "missing required field: title"),
    ("long title", modal() | {"title": plain("x" * 25)}, "invalid_arguments", "less than 25"),
    ("long submit", modal() | {"submit": plain("x" * 25)}, "invalid_arguments", "less than 25"),
    (
        "input without submit",
        modal() | {"submit": None},
        "invalid_arguments",
        "must define `submit`",
    ),
    ("metadata", modal(private_metadata="x" * 3001), "invalid_arguments", "less than 3001"),
    ("callback", modal() | {"callback_id": "x" * 256}, "invalid_arguments", "less than 256"),
    (
        "table",
        modal({"type": "table", "rows": [[raw("a")]]}),
        "invalid_arguments",
        "unsupported type: table",
    ),
    ("label", modal(typed() | {"label": plain("x" * 2001)}), "invalid_arguments", "less than 2001"),
    (
        "max length",
        modal(typed(max_length=3001)),
        "invalid_arguments",
        "less than or equal to 3000",
    ),
    ("min above max", modal(typed(min_length=5, max_length=4)), "invalid_arguments", "max_length"),
    ("number", modal(typed(type="number_input")), "invalid_arguments", "is_decimal_allowed"),
    (
        "number as number",
        modal(typed(type="number_input", is_decimal_allowed=False, min_value=1)),
        "invalid_arguments",
        "string",
    ),
    (
        "number good",
        modal(typed(type="number_input", is_decimal_allowed=False, min_value="1")),
        None,
        "",
    ),
    (
        "files",
        modal(typed(type="file_input", max_files=11)),
        "invalid_arguments",
        "less than or equal to 10",
    ),
    (
        "two focused",
        modal(typed("a", focus_on_load=True), typed("b", focus_on_load=True)),
        "invalid_arguments",
        "only one",
    ),
    (
        "button as input",
        modal(typed(type="button")),
        "invalid_arguments",
        "unsupported type: button",
    ),
    (
        "response_url in home",
        {
            "type": "home",
            "blocks": [actions({"type": "channels_select", "response_url_enabled": True})],
        },
        "invalid_arguments",
        "only allowed in modals",
    ),
    (
        "too large",
        modal(*[section(LONG[:2900], block_id=str(n)) for n in range(90)]),
        "view_too_large",
        "250001",
    ),
]


@pytest.mark.parametrize(
    ("view", "code", "words"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS]
)
def test_a_view_has_its_own_limits(view: dict[str, Any], code: Any, words: str) -> None:
    """A modal that Slack refuses never opens, and the person sees nothing at all."""
    view = {name: value for name, value in view.items() if value is not None}
    problems = validate_view(view)
    if code is None:
        assert problems == []
    else:
        assert any(problem.code == code and words in problem.message for problem in problems), (
            problems
        )
        assert all(problem.pointer.startswith("/view") for problem in problems)


def test_offered_options_are_limited_to_a_hundred() -> None:
    """Slack drops an answer of 101 options, and the person finds an empty list."""
    assert validate_options({"options": []}) == []
    assert validate_options({"options": [option(str(number)) for number in range(100)]}) == []
    assert validate_options({"options": [option(str(number)) for number in range(101)]})
    assert validate_options({"nothing": 1})


def test_a_problem_reads_as_slack_writes_it() -> None:
    """People search for Slack's own words; other words would lead them nowhere."""
    (problem,) = validate_message({"text": "a", "blocks": [section("x" * 3001)]})
    assert (
        str(problem)
        == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    )
