"""Instructions as Slack shows them (pure): the same safe HTML as mrkdwn or plain text.

Promises to cards and modals: what people typed stays data (no mention, no link that they did not
type, no formatting but their own).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bot.base.blocks import cut, escape, in_code, link
from bot.base.mentions import Names
from bot.instructions.clean import RichText, from_html, from_rich_text

_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "h3": "*"}
_BLOCKS = {"p", "h3", "blockquote", "pre", "ul", "ol", "table", "li", "tr", "caption"}
_EMPTY = {"br"}
# nested deeper, tags are passed over and their text kept: real instructions nest a handful
_DEPTH = 40

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
        node = _Node(
            tag, next((value or "" for name, value in attrs if name in {"href", "start"}), "")
        )
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
    """Plain text of rich text or HTML: lists with bullets, links as their words; cut at `limit`
    characters.
    """
    said = "\n".join(_lines(_tree(source, names), marked=False)).strip()
    return cut(said, limit) if limit else said


def to_mrkdwn(source: Source, names: Names | None = None) -> str:
    """Slack mrkdwn of rich text or HTML. Typed text is escaped; lines are never longer than they
    were typed.
    """
    return "\n".join(_lines(_tree(source, names), marked=True)).strip()


def _tree(source: Source, names: Names | None) -> _Node:
    markup = from_rich_text(source, names) if isinstance(source, Mapping) else from_html(source)
    return _Tree(markup).open[0]


def _lines(node: _Node, *, marked: bool) -> Iterator[str]:
    """The lines of a node's blocks; paragraphs are parted by an empty line."""
    loose: list[_Node | str] = []
    for child in [*node.children, None]:
        if child is not None and (
            isinstance(child, str) or child.tag not in _BLOCKS | {"tbody", "thead"}
        ):
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
        yield f"```\n{in_code(plain)}\n```" if marked else plain
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
        words = _Node(
            "p", "", [c for c in item.children if isinstance(c, str) or c.tag not in {"ul", "ol"}]
        )
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
        return link(
            child.value.replace("<", "%3C").replace(" ", "%20"), " ".join(_plain(child).split())
        )
    if child.tag == "code" and marked:
        return _marked(in_code(_plain(child)), "`")
    said = _inline(child, marked=marked)
    return f"{said}\n" if child.tag in _BLOCKS else said


def _marked(said: str, mark: str) -> str:
    """Marks close to the words of each line: Slack shows `* x *` and marks over line ends as they
    are.
    """
    lines = []
    for line in said.split("\n"):
        core = line.strip()
        # typed marks come defused, so these are ours
        done = core.startswith(mark) and core.endswith(mark)
        lines.append(line if done or not core else line.replace(core, f"{mark}{core}{mark}", 1))
    return "\n".join(lines)


def _plain(node: _Node) -> str:
    pieces = (child if isinstance(child, str) else _plain(child) for child in node.children)
    return "\n" if node.tag == "br" else "".join(pieces)
