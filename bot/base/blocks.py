"""Block Kit pieces and the words of numbers, times and dates (pure).

Promises to every card and form: text that people typed comes out as data (never a mention, a link
or a template), and every text is cut to Slack's limit for its place instead of failing the whole
message.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.base.mentions import Names, mention_words

Block = dict[str, Any]

SECTION_TEXT = 3000  # Slack: section text 1..3000 characters
BUTTON_TEXT = 75  # Slack: button text, option text and description 75
ALT_TEXT = 2000
MODAL_TITLE = 24  # Slack: a view's title, submit and close 24 characters each
INPUT_LABEL = 2000  # Slack: label and hint of an input block 2,000
PLACEHOLDER = 150
INPUT_TEXT = 3000  # Slack: a plain text input holds 3,000 characters at most
MESSAGE_BLOCKS = 50
# Slack refuses blocks of about 13,200 characters in all (msg_blocks_too_long, seen, undocumented)
MESSAGE_SIZE = 12_000
VIEW_BLOCKS = 100
BAR_CELLS = 10

_ZERO_WIDTH = "\u200b"
# Slack has no way to escape its formatting marks, and an invisible character before one makes it a
# word's edge, where it formats all the more. So signs that look alike stand for them; an underscore
# inside a word formats nothing.
_LOOK_ALIKE = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
_MARK = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])")
_EMOJI_CODE = re.compile(r":(?=[\w+'-]*[^\W\d][\w+'-]*:|[+-]1:)")  # and not a time of day
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# characters that turn what follows them
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    """Typed text as mrkdwn data: `& < >` escaped, formatting marks, emoji codes and mention words
    defused.

    Text in Arabic or Hebrew is set apart (U+2068 and U+2069), so that numbers beside it keep their
    place.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _MARK.sub(
        lambda mark: _LOOK_ALIKE[mark[0]], _EMOJI_CODE.sub(f":{_ZERO_WIDTH}", _unpinged(safe))
    )
    safe = _DIRECTION.sub("", safe)
    return f"\u2068{safe}\u2069" if _RIGHT_TO_LEFT.search(safe) else safe


def cut(text: str, limit: int) -> str:
    """Text of at most `limit` characters; what is cut off is shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def typed(text: str, limit: int = 300) -> str:
    """What a person typed, on one line, cut to `limit` characters and then escaped (so that no
    entity is cut).
    """
    return escape(cut(" ".join(text.split()), limit))


def in_a_row(names: Iterable[str]) -> str:
    """Typed names with commas between them; one that holds a comma is quoted, so that nobody reads
    it as two.
    """
    return ", ".join(f"“{name}”" if "," in name else name for name in names)


def code(text: str, limit: int = 1100) -> str:
    """An address or a name to copy, letter by letter, in a code span; nothing in it is a mark, a
    link or a mention.
    """
    one = cut(" ".join(text.replace("`", "'").split()), limit)
    return f"`{in_code(one)}`" if one else ""


def in_code(text: str) -> str:
    """Typed text inside a code span or block, where marks format nothing and only a backtick could
    end it.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _unpinged(safe).replace("`", _LOOK_ALIKE["`"])


def plain(text: str, limit: int = SECTION_TEXT) -> Block:
    """A plain_text object (never parsed by Slack). Emoji codes stay letters."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> Block:
    """A mrkdwn object; the caller has escaped what people typed.

    `verbatim` keeps Slack from making links and channel names of plain words; what is written as
    `<…>` still works.
    """
    return {"type": "mrkdwn", "text": cut(text, limit) or " ", "verbatim": True}


def section(text: str, *, block_id: str | None = None, accessory: Block | None = None) -> Block:
    """A section of mrkdwn text."""
    return _with({"type": "section", "text": mrkdwn(text)}, block_id=block_id, accessory=accessory)


def header(text: str) -> Block:
    """A header (plain text, 150 characters at most)."""
    return {"type": "header", "text": plain(text, 150)}


def context(*texts: str) -> Block:
    """Small grey lines; at most ten elements."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """A row of buttons, menus and pickers (25 at most)."""
    return _with({"type": "actions", "elements": list(elements[:25])}, block_id=block_id)


def button(  # noqa: PLR0913 - the fields are Slack's
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button. `value` (2,000 characters at most) comes back in the press; `label` is what a
    screen reader says.
    """
    return _with(
        {"type": "button", "text": plain(text, BUTTON_TEXT), "action_id": action_id},
        value=value or None,
        style=style,
        url=url,
        confirm=confirm,
        accessibility_label=cut(label, 75) if label else None,
    )


def option(text: str, value: str, description: str | None = None) -> Block:
    """A choice in a menu."""
    return _with(
        {"text": plain(text, BUTTON_TEXT), "value": value},
        description=plain(description, 75) if description else None,
    )


def input_block(  # noqa: PLR0913 - the fields are Slack's
    label: str,
    element: Block,
    block_id: str,
    *,
    hint: str | None = None,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """A field of a form. `dispatch` tells the bot of every change; else it hears of it at
    submit.
    """
    block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, INPUT_LABEL),
        "element": element,
    }
    return _with(
        block,
        hint=plain(hint, INPUT_LABEL) if hint else None,
        optional=True if optional else None,
        dispatch_action=True if dispatch else None,
    )


def text_input(
    action_id: str, value: str = "", *, placeholder: str | None = None, multiline: bool = False
) -> Block:
    """A text field. No maximum is set below Slack's own, so that too long a text is answered in
    words and kept.
    """
    return _with(
        {"type": "plain_text_input", "action_id": action_id},
        multiline=True if multiline else None,
        initial_value=value[:INPUT_TEXT] or None,
        placeholder=plain(placeholder, PLACEHOLDER) if placeholder else None,
    )


def radio(action_id: str, options: Sequence[Block], value: str = "") -> Block:
    """Radio buttons (ten options at most); `value` names the one that is chosen already."""
    chosen = next((one for one in options if one["value"] == value), None)
    return _with(
        {"type": "radio_buttons", "action_id": action_id, "options": list(options[:10])},
        initial_option=chosen,
    )


def checkboxes(action_id: str, options: Sequence[Block], values: Iterable[str] = ()) -> Block:
    """Boxes to tick (ten at most); `values` are those that are ticked already."""
    ticked = set(values)
    chosen = [one for one in options if one["value"] in ticked]
    return _with(
        {"type": "checkboxes", "action_id": action_id, "options": list(options[:10])},
        initial_options=chosen or None,
    )


def select(
    action_id: str, options: Sequence[Block], value: str = "", *, placeholder: str | None = None
) -> Block:
    """A menu of 1 to 100 options; `value` names the one that is chosen already."""
    chosen = next((one for one in options if one["value"] == value), None)
    return _with(
        {"type": "static_select", "action_id": action_id, "options": list(options[:100])},
        initial_option=chosen,
        placeholder=plain(placeholder, PLACEHOLDER) if placeholder else None,
    )


def multi_select(action_id: str, options: Sequence[Block], values: Iterable[str] = ()) -> Block:
    """A menu of 1 to 100 options of which several are chosen; `values` are those that are chosen
    already.
    """
    known = set(values)
    chosen = [one for one in options if one["value"] in known]
    return _with(
        {"type": "multi_static_select", "action_id": action_id, "options": list(options[:100])},
        initial_options=chosen or None,
    )


def moment_input(action_id: str, at: int = 0) -> Block:
    """A day and a time of day in the reader's own zone; `at` is seconds since 1970, 0 for none."""
    return _with({"type": "datetimepicker", "action_id": action_id}, initial_date_time=at or None)


def rich_text_input(action_id: str, value: Block | None = None) -> Block:
    """A rich text field (it holds no pictures); `value` is a rich_text block."""
    return _with({"type": "rich_text_input", "action_id": action_id}, initial_value=value)


def modal(  # noqa: PLR0913 - the fields are Slack's
    title: str,
    blocks: Iterable[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Close",
    metadata: Mapping[str, Any] | None = None,
) -> Block:
    """A modal view. `metadata` comes back with every press and submit: ids only (3,000 characters),
    never data.
    """
    return _with(
        {
            "type": "modal",
            "callback_id": callback_id,
            "title": plain(title, MODAL_TITLE),
            "close": plain(close, MODAL_TITLE),
            "blocks": list(blocks)[:VIEW_BLOCKS],
            "private_metadata": json.dumps(metadata, separators=(",", ":")) if metadata else "",
        },
        submit=plain(submit, MODAL_TITLE) if submit else None,
    )


def fit(
    groups: Sequence[Sequence[Block]], *, taken: Sequence[Block] = ()
) -> tuple[list[Block], int]:
    """As many whole groups of blocks as one message takes beside `taken`, and how many groups were
    left out.
    """
    room, size = MESSAGE_BLOCKS - len(taken), MESSAGE_SIZE - len(json.dumps(list(taken)))
    kept: list[Block] = []
    for number, group in enumerate(groups):
        size -= len(json.dumps(list(group))) + 2
        if len(kept) + len(group) > room or size < 0:
            return kept, len(groups) - number
        kept.extend(group)
    return kept, 0


def rich_text(*sections: Block) -> Block:
    """A rich_text block of the given sections and lists."""
    return {"type": "rich_text", "elements": list(sections)}


def rich_words(rich: Mapping[str, Any] | None, names: Names | None = None) -> str:
    """The plain words of a rich_text block, a line per paragraph and list item; "" for none.

    `names` says how those are called who are mentioned.
    """
    if not rich:
        return ""
    lines: list[str] = []
    for part in _parts(rich):
        if part.get("type") == "rich_text_list":
            numbered = part.get("style") == "ordered"
            items = [_inline(item, names or {}) for item in _parts(part)]
            lines += [
                f"{n}. {item}" if numbered else f"• {item}" for n, item in enumerate(items, 1)
            ]
        else:
            lines.append(_inline(part, names or {}))
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()).strip()


def overflow(action_id: str, *options: Block) -> Block:
    """The menu behind ⋯: one to five options, whose values have 75 characters at most."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def image(url: str, alt: str, title: str | None = None) -> Block:
    """A picture with the words that stand for it."""
    return _with(
        {"type": "image", "image_url": url, "alt_text": cut(alt, ALT_TEXT) or "picture"},
        title=plain(title, 2000) if title else None,
    )


def link(url: str, text: str) -> str:
    """A mrkdwn link; the text is escaped and cannot end the link early."""
    return f"<{url.replace('|', '%7C').replace('>', '%3E')}|{escape(text).replace('|', '¦')}>"


def person(user_id: str) -> str:
    """A mention that pings. Use only where a message is meant to ping."""
    return f"<@{user_id}>"


def date(moment: datetime, form: str = "{date_short_pretty}") -> str:
    """A date that each reader sees in their own zone; `form` is Slack's date pattern; the fallback
    is ISO, UTC.
    """
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%Y-%m-%d %H:%M} UTC>"


def moment(at: datetime) -> str:
    """A day and a time of day, as each reader's own zone has them."""
    return date(at, "{date_short_pretty} {time}")


def bar(done: int, total: int, failed: int = 0) -> str:
    """A progress bar of ten cells, which shows apart what is done, what failed and what is open.

    Each of the three has a cell where there is any of it: nothing done is an empty bar, and a bar
    is full only when all is done.
    """
    shown = _cells((done, failed, max(0, total - done - failed)))
    return "".join(sign * cells for sign, cells in zip("▰▨▱", shown, strict=True))


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 picture`, `1,240 pictures`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """A duration as people say it, at most two units: `45 seconds`, `4 minutes`, `2 days 4
    hours`.
    """
    left = max(0, round(seconds))
    if left < 60:  # noqa: PLR2004
        return count(left, "second")
    parts: list[str] = []
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if left >= size and len(parts) < 2:  # noqa: PLR2004
            parts.append(count(left // size, unit))
            left %= size
        elif parts:
            break
    return " ".join(parts)


def _cells(counts: Sequence[int]) -> list[int]:
    """How many of the bar's cells each count gets; the largest gives way to those that would have
    none.
    """
    total = sum(counts)
    if total <= 0:
        return [*[0] * (len(counts) - 1), BAR_CELLS]
    cells = [max(min(each, 1), each * BAR_CELLS // total) for each in counts]
    # what rounding has left over is still to be done; where that is none, it is the largest's
    rest = len(cells) - 1 if counts[-1] else cells.index(max(cells))
    cells[rest] += BAR_CELLS - sum(cells)
    if cells[rest] < 1:
        cells[cells.index(max(cells))] -= 1 - cells[rest]
        cells[rest] = 1
    return cells


def _unpinged(text: str) -> str:
    """Text in which @channel, @here and @everyone are words."""
    return re.sub(r"@(channel|here|everyone)\b", rf"@{_ZERO_WIDTH}\1", text)


def _parts(rich: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elements of a rich text piece that are pieces themselves (a client may send anything)."""
    elements = rich.get("elements")
    return [one for one in elements if isinstance(one, dict)] if isinstance(elements, list) else []


def _inline(section_: Mapping[str, Any], names: Names) -> str:
    """The words of one paragraph: text as it is, a link by its text, an emoji and a mention by its
    name.
    """
    words: list[str] = []
    for part in _parts(section_):
        kind = part.get("type")
        if kind == "emoji":
            words.append(f":{part.get('name', '')}:")
        elif kind == "link":
            words.append(str(part.get("text") or part.get("url") or ""))
        else:
            words.append(mention_words(part, names) or str(part.get("text") or ""))
    return "".join(words)


def _with(block: Block, **extra: object) -> Block:
    """The block with the given members that are not None."""
    return {**block, **{key: value for key, value in extra.items() if value is not None}}
