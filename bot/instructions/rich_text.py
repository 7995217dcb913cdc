"""Our instruction templates as Slack's rich text (pure): headings, paragraphs, lists and bold
words.

Promises to the form: what a requester begins with reads like the template, and what they write over
it is read back by `clean.from_rich_text` as what they saw. Only the marks that our own templates
use are known.
"""

from functools import cache
from html.parser import HTMLParser
from typing import Any

from bot.instructions.page import skeleton

Block = dict[str, Any]


class _Reader(HTMLParser):
    """Collects the pieces of a template in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Block] = []
        self._inline: list[Block] = []
        self._bold = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A piece begins."""
        del attrs
        if tag in {"b", "h3"}:
            self._bold += 1
        if tag == "ul":
            self.elements.append({"type": "rich_text_list", "style": "bullet", "elements": []})
        if tag in {"p", "h3", "li"}:
            self._inline = []

    def handle_endtag(self, tag: str) -> None:
        """A piece ends."""
        if tag in {"b", "h3"}:
            self._bold -= 1
        if tag not in {"p", "h3", "li"}:
            return
        if tag != "li":
            self._inline.append({"type": "text", "text": "\n"})
        piece = {"type": "rich_text_section", "elements": self._inline}
        if tag == "li":
            self.elements[-1]["elements"].append(piece)
        else:
            self.elements.append(piece)
        self._inline = []

    def handle_data(self, data: str) -> None:
        """Words, on one line."""
        words = " ".join(data.split())
        if not words:
            return
        before = " " if data[0].isspace() and self._inline else ""
        after = " " if data[-1].isspace() else ""
        text: Block = {"type": "text", "text": f"{before}{words}{after}"}
        if self._bold:
            text["style"] = {"bold": True}
        self._inline.append(text)


def from_template(markup: str) -> Block:
    """A rich_text block of a template's HTML."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return {"type": "rich_text", "elements": reader.elements}


@cache
def beginnings(task_type_id: str) -> tuple[Block, Block]:
    """What the short and the full instructions of a task type begin with."""
    told = skeleton(task_type_id)
    return from_template(told.short_html), from_template(told.full_html)
