"""Mentions in rich text: found wherever they stand, written by name."""

from typing import Any

from bot.base.blocks import rich_words
from bot.base.mentions import mentioned_in
from bot.instructions.clean import from_rich_text

SAM = {"type": "user", "user_id": "U0SAM"}
HELP = {"type": "channel", "channel_id": "C0HELP"}
LEADS = {"type": "usergroup", "usergroup_id": "S0LEADS"}
HERE = {"type": "broadcast", "range": "here"}


def told(*parts: dict[str, Any]) -> dict[str, Any]:
    """Rich text with these parts in a list within it."""
    section = {"type": "rich_text_section", "elements": list(parts)}
    inner = {"type": "rich_text_list", "style": "bullet", "elements": [section]}
    return {"type": "rich_text", "elements": [inner]}


def test_every_mention_is_found() -> None:
    """Without this, whoever is mentioned in a list would stay “someone”."""
    found = set(mentioned_in(told(SAM, HELP, LEADS, HERE)))
    assert found == {("user", "U0SAM"), ("channel", "C0HELP"), ("usergroup", "S0LEADS")}


def test_rich_text_of_any_shape_holds_no_mention_and_raises_nothing() -> None:
    """Without this, a strange client could keep its page from being answered."""
    deep: dict[str, Any] = SAM
    for _ in range(5_000):
        deep = {"type": "rich_text_section", "elements": [deep]}
    assert list(mentioned_in(deep)) == [("user", "U0SAM")]
    shapes: list[Any] = [None, [], "x", {"elements": "x"}, {"elements": [None, 1]}]
    for shape in [*shapes, {"type": ["user"]}]:
        assert list(mentioned_in(shape)) == []
    assert list(mentioned_in({"type": "user", "user_id": 7})) == []


def test_names_stand_in_every_reading_of_the_text() -> None:
    """Without this, review, worker page and window would name the same person differently."""
    rich = told(SAM, {"type": "text", "text": " or "}, HELP, LEADS, HERE)
    names = {"U0SAM": "Sam <b>", "S0LEADS": "leads"}
    assert rich_words(rich, names) == "• @Sam <b> or #a channel@leads@here"
    assert "@Sam &lt;b&gt; or #a channel@leads@here" in from_rich_text(rich, names)
