"""A worker template taken apart (pure): its elements, its scripts and what Liquid puts where.

Promises to `template_check`: line numbers are those of the file; comments of Liquid and of HTML
count for nothing, text between `raw` and `endraw` is HTML; whatever the template holds, something
is read of it and nothing is raised.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser

_LIQUID = re.compile(
    r"\{%-?\s*comment\b.*?%\}.*?\{%-?\s*endcomment\s*-?%\}"
    r"|\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}"
    r"|\{\{(?P<output>.*?)\}\}"
    r"|\{%-?\s*(?P<tag>\w+)(?P<rest>.*?)%\}",
    re.DOTALL,
)
FORM = "crowd-form"
# An output stands in the HTML as its number between two characters of private use.
_OPENS, _CLOSES = "\ue000", "\ue001"
_OUTPUT = re.compile(f"{_OPENS}(\\d+){_CLOSES}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILTER = re.compile(r"\|\s*([\w-]+)")
_NAME = re.compile(r"\s*-?\s*([A-Za-z_][\w-]*)")
_ASSIGNED = re.compile(r"\s*([A-Za-z_][\w-]*)\s*=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Output:
    """What Liquid puts in a place: `filters` are those that the value went through, on its way into
    a variable too.
    """

    line: int
    text: str
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of Liquid, with everything from its braces to its braces."""

    line: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Element:
    """An HTML element as it begins; the attributes' names are in small letters. `outputs` are what
    Liquid puts into each attribute; `in_form` tells whether it stands in a crowd-form.
    """

    line: int
    name: str
    attributes: Mapping[str, str]
    outputs: Mapping[str, tuple[Output, ...]]
    in_form: bool


@dataclass(slots=True)
class Markup:
    """A template's parts, in the order in which they stand there."""

    elements: list[Element] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)


def read_markup(source: str) -> Markup:
    """Take a template apart."""
    markup = Markup()
    html = "".join(_without_liquid(source.replace(_OPENS, " "), markup))
    reader = _Reader(markup)
    # html.parser asserts of declarations that nobody writes; what came before them is read
    with suppress(AssertionError):
        reader.feed(html)
        reader.close()
    return markup


def _without_liquid(source: str, markup: Markup) -> Iterator[str]:
    """The template as HTML alone, with as many lines; outputs and tags are noted."""
    known: dict[str, tuple[str, ...]] = {}
    captured: list[tuple[str, list[str]]] = []
    end, line = 0, 1
    for found in _LIQUID.finditer(source):
        line += source.count("\n", end, found.start())
        yield source[end : found.start()]
        whole, end = found[0], found.end()
        if found["raw"] is not None:
            yield found["raw"]
        elif found["output"] is not None:
            output = Output(line, whole, _filters(found["output"], known))
            for _name, filters in captured:
                filters.extend(output.filters)
            yield f"{_OPENS}{len(markup.outputs)}{_CLOSES}{_lines(whole)}"
            markup.outputs.append(output)
        else:
            yield _lines(whole)
            if found["tag"] is not None:
                markup.tags.append(Tag(line, found["tag"], whole))
                _note(found["tag"], found["rest"], known, captured)
        line += whole.count("\n")
    yield source[end:]


def _note(
    tag: str,
    rest: str,
    known: dict[str, tuple[str, ...]],
    captured: list[tuple[str, list[str]]],
) -> None:
    """Keep which filters the value of a variable went through."""
    if tag == "assign" and (assigned := _ASSIGNED.match(rest)):
        known[assigned[1]] = _filters(assigned[2], known)
    elif tag == "capture" and (name := _NAME.match(rest)):
        captured.append((name[1], []))
    elif tag == "endcapture" and captured:
        name_of, filters = captured.pop()
        known[name_of] = tuple(filters)


def _filters(expression: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    name = _NAME.match(expression)
    before = known.get(name[1], ()) if name else ()
    return (*before, *_FILTER.findall(_QUOTED.sub("''", expression)))


def _lines(text: str) -> str:
    return "\n" * text.count("\n")


class _Reader(HTMLParser):
    """Notes the elements and the text of scripts."""

    def __init__(self, markup: Markup) -> None:
        super().__init__()
        self._markup = markup
        self._forms = 0  # that are open
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = {name: value or "" for name, value in reversed(attrs)}
        outputs = {
            name: tuple(self._markup.outputs[int(number)] for number in _OUTPUT.findall(value))
            for name, value in attributes.items()
        }
        line, _column = self.getpos()
        self._markup.elements.append(Element(line, tag, attributes, outputs, self._forms > 0))
        self._forms += tag == FORM
        self._script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag == FORM:
            self._forms = max(0, self._forms - 1)
        self._script = False

    def handle_data(self, data: str) -> None:
        """Note what a script says."""
        if self._script:
            self._markup.scripts.append(data)
