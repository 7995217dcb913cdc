"""Typed instructions become safe HTML (pure): Slack rich text, plain text, or HTML in; an
allow-list out.

Promises to the worker page: nothing that people type runs. Not as script (nh3 with our own list is
the last step whatever came before), and not as Liquid or Jinja: every brace leaves as an entity, in
text and in attributes alike. The HTML that comes out may be cleaned again without change.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3

from bot.base.mentions import Names, mention_words

_TAGS = {
    "p",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "a",
    "br",
    "blockquote",
    "h3",
}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td", "caption"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"scope"}}
_LINK_LIMIT = 2_000
_INDENT_LIMIT = 8
_STYLES = (("code", "code"), ("strike", "s"), ("italic", "i"), ("bold", "b"))  # inner to outer

RichText = Mapping[str, Any]


def inert(markup: str) -> str:
    """The same HTML with braces as entities: a browser shows them, Liquid and Jinja do not see
    them.
    """
    return markup.replace("{", "&#123;").replace("}", "&#125;")


def from_html(markup: str) -> str:
    """Safe HTML of any HTML; what is not on the list goes, its text stays (script and style go with
    their text).
    """
    return inert(
        nh3.clean(
            markup,
            tags=_TAGS | _TABLE,
            clean_content_tags={"script", "style"},
            attributes=_ATTRIBUTES,
            attribute_filter=_attribute,
            url_schemes={"https", "http"},
            url_relative="deny",
            link_rel="noopener noreferrer",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


def from_text(text: str) -> str:
    """Safe HTML of plain text: blank lines part paragraphs, lines that begin with `-`, `*` or `•`
    are a list.
    """
    return from_html(
        "".join(
            _paragraph(block) for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()
        )
    )


def from_rich_text(block: RichText | None, names: Names | None = None) -> str:
    """Safe HTML of what Slack's `rich_text_input` gives (a `rich_text` block).

    `names` says how people, channels and groups are called, by id; others become plain words.
    Shapes that are not known are passed over: nothing in the block can make this raise.
    """
    elements = _items(block, "elements")
    return from_html("".join(_blocks(elements, names or {})))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """An attribute that may stay, as it may stay."""
    if name == "href":
        return value if _web_address(value) else None
    if name == "start":
        return value if value.isascii() and value.isdecimal() and len(value) <= 6 else None  # noqa: PLR2004
    if name == "scope":
        return value if value in {"row", "col"} else None
    return value if (tag, name) in {("a", "target"), ("a", "rel")} else None


def _web_address(address: str) -> bool:
    """Whether this is a complete http(s) address of bearable length."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme.lower() in {"http", "https"}
        and bool(parts.netloc)
        and len(address) <= _LINK_LIMIT
    )


def _paragraph(block: str) -> str:
    """One paragraph of plain text, or a list when every line begins like one."""
    lines = [line.strip() for line in block.strip().split("\n")]
    if all(line[:2] in {"- ", "* ", "• "} for line in lines):
        return f"<ul>{''.join(f'<li>{escape(line[2:].strip())}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(escape(line) for line in lines)}</p>"


def _blocks(elements: Sequence[RichText], names: Names) -> Iterator[str]:
    """The HTML of sections, quotes, preformatted text and lists; neighbouring lists are one, nested
    by indent.
    """
    place = 0
    while place < len(elements):
        element = elements[place]
        place += 1
        kind = element.get("type")
        if kind == "rich_text_section":
            yield from _paragraphs(_inline(element, names))
        elif kind == "rich_text_quote":
            yield f"<blockquote>{_inline(element, names)}</blockquote>"
        elif kind == "rich_text_preformatted":
            yield f"<pre>{escape(_words(element, names))}</pre>"
        elif kind == "rich_text_list":
            items = list(_list_items(element, names))
            while place < len(elements) and elements[place].get("type") == "rich_text_list":
                items += _list_items(elements[place], names)
                place += 1
            yield _lists(items)


def _paragraphs(inline: str) -> Iterator[str]:
    for part in inline.split("<br><br>"):
        text = part.removeprefix("<br>").removesuffix("<br>")
        if text.strip():
            yield f"<p>{text}</p>"


def _list_items(element: RichText, names: Names) -> Iterator[tuple[int, str, int, str]]:
    """(indent, tag, first number, HTML) of each item of a list."""
    indent, offset = element.get("indent"), element.get("offset")
    depth = min(max(indent, 0), _INDENT_LIMIT) if isinstance(indent, int) else 0
    first = offset + 1 if isinstance(offset, int) and offset >= 0 else 1
    tag = "ol" if element.get("style") == "ordered" else "ul"
    for item in _items(element, "elements"):
        yield depth, tag, first, _inline(item, names)


def _lists(items: list[tuple[int, str, int, str]]) -> str:
    """Items of growing and shrinking indent as lists within lists."""
    parts: list[str] = []
    open_lists: list[tuple[int, str]] = []
    for indent, tag, first, markup in items:
        while open_lists and (
            open_lists[-1][0] > indent or _other_style(open_lists[-1], indent, tag)
        ):
            parts.append(f"</li></{open_lists.pop()[1]}>")
        if open_lists and open_lists[-1][0] == indent:
            parts.append("</li>")
        else:
            open_lists.append((indent, tag))
            parts.append(f'<{tag} start="{first}">' if tag == "ol" and first > 1 else f"<{tag}>")
        parts.append(f"<li>{markup}")
    parts.extend(f"</li></{tag}>" for _, tag in reversed(open_lists))
    return "".join(parts)


def _other_style(innermost: tuple[int, str], indent: int, tag: str) -> bool:
    """Whether the innermost open list is as deep, but numbered where this is not (or the other way
    round).
    """
    return innermost[0] == indent and innermost[1] != tag


def _inline(element: RichText, names: Names) -> str:
    """The HTML of the text, links, emoji and mentions of one section."""
    return "".join(_styled(part, names) for part in _items(element, "elements"))


def _styled(part: RichText, names: Names) -> str:
    text = _word(part, names)
    markup = escape(text).replace("\r\n", "\n").replace("\n", "<br>")
    style = part.get("style")
    for name, tag in _STYLES:
        if isinstance(style, Mapping) and style.get(name) is True and text.strip():
            markup = f"<{tag}>{markup}</{tag}>"
    address = part.get("url")
    if part.get("type") == "link" and isinstance(address, str) and _web_address(address):
        return f'<a href="{escape(address)}">{markup}</a>'
    return markup


def _words(element: RichText, names: Names) -> str:
    return "".join(_word(part, names) for part in _items(element, "elements"))


def _word(part: RichText, names: Names) -> str:
    """The plain words of one inline element."""
    kind = part.get("type")
    if mention := mention_words(part, names):
        return mention.encode(errors="replace").decode()
    if kind == "emoji":
        return _emoji(part)
    if kind == "date":
        return _text(part, "fallback") or _date(part.get("timestamp"))
    if kind == "color":
        return _text(part, "value")
    return _text(part, "text") or _text(part, "url")


def _emoji(part: RichText) -> str:
    """The character itself where Slack gives its code points (`1f44d-1f3fd`), else its name."""
    name = f":{_text(part, 'name')}:"
    try:
        return (
            "".join(chr(int(code, 16)) for code in _text(part, "unicode").split("-"))
            .encode()
            .decode()
            or name
        )
    except (ValueError, OverflowError):
        return name


def _date(stamp: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(stamp, UTC):%Y-%m-%d %H:%M} UTC"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _text(part: RichText, key: str) -> str:
    """A text member; anything else counts as empty. Halves of characters (lone surrogates) are
    replaced.
    """
    value = part.get(key)
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _items(element: Any, key: str) -> list[RichText]:
    """The members of a list that are objects."""
    inner = element.get(key) if isinstance(element, Mapping) else None
    return [item for item in inner if isinstance(item, Mapping)] if isinstance(inner, list) else []
