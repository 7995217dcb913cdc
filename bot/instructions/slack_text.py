"""Instructions as Slack shows them (pure): the same safe HTML as mrkdwn, plain text, or rich text.

Promises to cards, modals and the form: what people typed stays data (no mention, no link that they did not type, no
formatting but their own), and a form that is opened again shows what was written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from bot.base.blocks import cut, escape, link
from bot.instructions.clean import Names, RichText, from_html, from_rich_text

_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "h3": "*"}
_STYLES = {"b": "bold", "strong": "bold", "h3": "bold", "i": "italic", "em": "italic", "s": "strike", "code": "code"}
_BLOCKS = {"p", "h3", "blockquote", "pre", "ul", "ol", "table", "li", "tr", "caption"}
_EMPTY = {"br"}
_GRAVE = "\u02cb"
_DEPTH = 40  # nested deeper, tags are passed over and their text kept: real instructions nest a handful

Source = RichText | str


@dataclass(slots=True)
class _Node:
    tag: str
    value: str = ""  # the address of a link, the first number of a list
    children: list["_Node | str"] = field(default_factory=list)


class _Tree(HTMLParser):
    """Clean HTML as a tree of bounded depth."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [_Node("")]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, next((value or "" for name, value in attrs if name in {"href", "start"}), ""))
        if len(self.open) < _DEPTH:
            self.open[-1].children.append(node)
            if tag not in _EMPTY:
                self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in {node.tag for node in self.open[1:]}:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def to_text(source: Source, names: Names | None = None, limit: int | None = None) -> str:
    """Plain text of rich text or HTML: lists with bullets, links as their words; cut at `limit` characters."""
    said = "\n".join(_lines(_tree(source, names), marked=False)).strip()
    return cut(said, limit) if limit else said


def to_mrkdwn(source: Source, names: Names | None = None) -> str:
    """Slack mrkdwn of rich text or HTML. Typed text is escaped; lines are never longer than they were typed."""
    return "\n".join(_lines(_tree(source, names), marked=True)).strip()


def to_rich_text(source: Source) -> dict[str, Any]:
    """A `rich_text` block of HTML, fit as the `initial_value` of a `rich_text_input`."""
    elements = list(_elements(_tree(source, None)))
    return {"type": "rich_text", "elements": elements or [_section([{"type": "text", "text": " "}])]}


def _tree(source: Source, names: Names | None) -> _Node:
    markup = from_rich_text(source, names) if isinstance(source, Mapping) else from_html(source)
    return _Tree(markup).open[0]


def _lines(node: _Node, *, marked: bool) -> Iterator[str]:
    """The lines of a node's blocks; paragraphs are parted by an empty line."""
    loose: list[_Node | str] = []
    for child in [*node.children, None]:
        if child is not None and (isinstance(child, str) or child.tag not in _BLOCKS | {"tbody", "thead"}):
            loose.append(child)
            continue
        yield from _run(_Node("p", "", loose), marked=marked)
        loose = []
        if child is not None and not isinstance(child, str):
            yield from _block(child, marked=marked)


def _block(node: _Node, *, marked: bool) -> Iterator[str]:
    if node.tag in {"ul", "ol"}:
        yield from _items(node, 0, marked=marked)
        yield ""
    elif node.tag == "blockquote":
        inner = "\n".join(_lines(node, marked=marked)).split("\n")
        yield from (f"> {line}" for line in inner if line)
        yield ""
    elif node.tag == "pre":
        plain = _plain(node).strip("\n")
        yield f"```\n{_code(plain)}\n```" if marked else plain
        yield ""
    elif node.tag == "tr":
        cells = [_inline(cell, marked=marked) for cell in node.children if isinstance(cell, _Node)]
        yield " | ".join(cell.strip() for cell in cells)
    elif node.tag in {"table", "tbody", "thead"}:
        yield from _lines(node, marked=marked)
        if node.tag == "table":
            yield ""
    elif any(isinstance(child, _Node) and child.tag in _BLOCKS for child in node.children):
        yield from _lines(node, marked=marked)
    else:
        yield from _run(node, marked=marked)


def _run(node: _Node, *, marked: bool) -> Iterator[str]:
    """A paragraph and the empty line behind it; nothing when it says nothing."""
    said = _inline(node, marked=marked)
    if said.strip():
        yield said.strip("\n")
        yield ""


def _items(node: _Node, depth: int, *, marked: bool) -> Iterator[str]:
    """One line per list item, nested lists indented."""
    number = int(node.value) if node.value.isdecimal() else 1
    for item in node.children:
        if isinstance(item, str):
            continue
        words = _Node("p", "", [c for c in item.children if isinstance(c, str) or c.tag not in {"ul", "ol"}])
        said = _inline(words, marked=marked).strip().replace("\n", " ")
        yield f"{'    ' * depth}{f'{number}.' if node.tag == 'ol' else '•'} {said}"
        number += 1
        for inner in item.children:
            if isinstance(inner, _Node) and inner.tag in {"ul", "ol"}:
                yield from _items(inner, depth + 1, marked=marked)


def _inline(node: _Node, *, marked: bool) -> str:
    """The words of a node, with marks round what is styled."""
    said = "".join(_piece(child, marked=marked) for child in node.children)
    mark = _MARKS.get(node.tag)
    return _marked(said, mark) if marked and mark else said


def _piece(child: "_Node | str", *, marked: bool) -> str:
    if isinstance(child, str):
        return escape(child) if marked else child
    if child.tag == "br":
        return "\n"
    if child.tag == "a" and marked and child.value and _plain(child).strip():
        return link(child.value.replace("<", "%3C").replace(" ", "%20"), " ".join(_plain(child).split()))
    if child.tag == "code" and marked:
        return _marked(_code(_plain(child)), "`")
    said = _inline(child, marked=marked)
    return f"{said}\n" if child.tag in _BLOCKS else said


def _marked(said: str, mark: str) -> str:
    """Marks close to the words of each line: Slack shows `* x *` and marks over line ends as they are."""
    lines = []
    for line in said.split("\n"):
        core = line.strip()
        done = core.startswith(mark) and core.endswith(mark)  # typed marks come defused, so these are ours
        lines.append(line if done or not core else line.replace(core, f"{mark}{core}{mark}", 1))
    return "\n".join(lines)


def _code(plain: str) -> str:
    """Typed code as data; a backtick would end it whatever stands before, so another grave stands in for it."""
    return escape(plain.replace("`", _GRAVE))


def _plain(node: _Node) -> str:
    pieces = (child if isinstance(child, str) else _plain(child) for child in node.children)
    return "\n" if node.tag == "br" else "".join(pieces)


def _elements(node: _Node) -> Iterator[dict[str, Any]]:
    """The rich text elements of a node's blocks; neighbouring paragraphs are one section, as Slack's own input does."""
    open_section: list[dict[str, Any]] = []
    for child in node.children:
        if isinstance(child, _Node) and child.tag in {"ul", "ol", "blockquote", "pre"}:
            if open_section:
                yield _section(open_section)
                open_section = []
            yield from _special(child)
            continue
        parts = list(_parts(child, {}))
        if open_section and parts:
            open_section.append({"type": "text", "text": "\n\n"})
        open_section += parts
    if open_section:
        yield _section(open_section)


def _special(node: _Node) -> Iterator[dict[str, Any]]:
    if node.tag in {"ul", "ol"}:
        yield from _rich_lists(node, 0)
    elif node.tag == "pre":
        yield {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": _plain(node) or " "}]}
    else:
        inner = [part for child in node.children for part in _parts(child, {})]
        yield {"type": "rich_text_quote", "elements": inner or [{"type": "text", "text": " "}]}


def _rich_lists(node: _Node, indent: int) -> Iterator[dict[str, Any]]:
    """A list, cut where one is nested: Slack writes nested lists as neighbours of another indent."""
    style = "ordered" if node.tag == "ol" else "bullet"
    run: list[dict[str, Any]] = []
    done = int(node.value) - 1 if node.value.isdecimal() and node.value != "0" else 0
    for item in (child for child in node.children if isinstance(child, _Node)):
        nested = [child for child in item.children if isinstance(child, _Node) and child.tag in {"ul", "ol"}]
        words = [part for child in item.children if child not in nested for part in _parts(child, {})]
        run.append(_section(words or [{"type": "text", "text": " "}]))
        if nested:
            yield _list(style, indent, done, run)
            done, run = done + len(run), []
            for inner in nested:
                yield from _rich_lists(inner, indent + 1)
    if run:
        yield _list(style, indent, done, run)


def _list(style: str, indent: int, done: int, items: list[dict[str, Any]]) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "rich_text_list", "style": style, "indent": indent, "elements": items}
    return {**block, "offset": done} if style == "ordered" and done else block


def _section(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": elements}


def _parts(child: "_Node | str", style: dict[str, bool]) -> Iterator[dict[str, Any]]:
    """Inline elements with the styles that surround them."""
    if isinstance(child, str):
        if child:
            yield {"type": "text", "text": child, **({"style": style} if style else {})}
        return
    if child.tag == "br":
        yield {"type": "text", "text": "\n"}
        return
    if child.tag == "a" and child.value:
        words = {"text": _plain(child)} if _plain(child) else {}
        yield {"type": "link", "url": child.value, **words, **({"style": style} if style else {})}
        return
    inner = {**style, _STYLES[child.tag]: True} if child.tag in _STYLES else style
    for grandchild in child.children:
        yield from _parts(grandchild, inner)
