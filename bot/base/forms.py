"""Forms (pure): a field is one value, a page is a list of them.

Promises to every form: a page is made of a draft alone, what comes back is in the draft afterwards
(also what cannot be read), and each fault stands at its own field. A form is changed by changing a
list; no field is named elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bot.base.blocks import Block, cut, divider, header, input_block, section, typed
from bot.base.errors import Fault
from bot.base.s3_uri import Allowed

VALUE = "value"  # the action_id of a field's element, where it needs no other
_ERROR_MAX = 1000  # ours: an error below a field is read at a glance
_FAULTS_SHOWN = 8

D = TypeVar("D")


class Answer:
    """What came back of one field. A client may send anything: what has the wrong shape is
    empty.
    """

    def __init__(self, element: Mapping[str, Any]) -> None:
        self._element = element

    @property
    def text(self) -> str:
        """What was typed, or the value of what was chosen; trimmed."""
        chosen = self._element.get("selected_option")
        value = chosen.get("value") if isinstance(chosen, Mapping) else self._element.get("value")
        return value.strip() if isinstance(value, str) else ""

    @property
    def lines(self) -> list[str]:
        """What was typed, a trimmed line each, blank ones left out."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @property
    def choice(self) -> str:
        """The words of the chosen option."""
        chosen = self._element.get("selected_option")
        words = chosen.get("text") if isinstance(chosen, Mapping) else None
        text = words.get("text") if isinstance(words, Mapping) else None
        return text if isinstance(text, str) else ""

    @property
    def files(self) -> list[Any]:
        """What was put into a file input, as Slack describes each."""
        files = self._element.get("files")
        return files if isinstance(files, list) else []

    @property
    def ticked(self) -> list[str]:
        """The values of the boxes that are ticked."""
        chosen = self._element.get("selected_options")
        some = chosen if isinstance(chosen, list) else []
        values = [one.get("value") for one in some if isinstance(one, Mapping)]
        return [value for value in values if isinstance(value, str)]

    @property
    def moment(self) -> int:
        """A day and a time, in seconds since 1970; 0 for none."""
        picked = self._element.get("selected_date_time")
        return picked if isinstance(picked, int) and picked > 0 else 0

    @property
    def rich(self) -> dict[str, Any] | None:
        """A rich_text block."""
        value = self._element.get("rich_text_value")
        if isinstance(value, Mapping) and value.get("type") == "rich_text":
            return dict(value)
        return None


def _fine(_draft: Any, _allowed: Allowed) -> str:
    return ""


def _always(_draft: Any) -> bool:
    return True


def _never(_draft: Any) -> bool:
    return False


def _nothing(_draft: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[D]):
    """One input of a form over a draft `D`.

    `name` is its block_id and what faults call it; `words` is what people call it. `element` gives
    its Block Kit element for a draft, `read` the draft with what was typed, `fault` what is wrong
    with it ("" for nothing; the places are those open to the channel). `label` is for a field that
    is called differently from draft to draft. `aliases` are other names under which faults speak of
    it. `dispatch` tells the bot of every change. `applies` leaves it off the page of a draft that
    it has no sense for, and `may_lack` tells which drafts need no answer.
    """

    name: str
    words: str
    element: Callable[[D], Block]
    read: Callable[[Answer, D], D]
    fault: Callable[[D, Allowed], str] = _fine
    label: Callable[[D], str] | None = None
    hint: Callable[[D], str] = _nothing
    optional: bool = False
    dispatch: bool = False
    applies: Callable[[D], bool] = _always
    may_lack: Callable[[D], bool] = _never
    aliases: tuple[str, ...] = field(default=())

    def block(self, draft: D) -> Block:
        """The field as it stands on the page."""
        return input_block(
            self.label(draft) if self.label else self.words,
            self.element(draft),
            self.name,
            hint=self.hint(draft) or None,
            optional=self.optional or self.may_lack(draft),
            dispatch=self.dispatch,
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """Words between the fields of a page."""

    words: str


Part = Field[D] | Heading
"""What a page is a list of."""


def fields_of(parts: Iterable[Part[D]]) -> list[Field[D]]:
    """The fields among the parts of a page."""
    return [part for part in parts if isinstance(part, Field)]


def blocks_of(parts: Iterable[Part[D]], draft: D) -> list[Block]:
    """The parts of a page as they stand for this draft."""
    shown = [part for part in parts if isinstance(part, Heading) or part.applies(draft)]
    return [
        header(part.words) if isinstance(part, Heading) else part.block(draft) for part in shown
    ]


def written(parts: Iterable[Part[D]], draft: D) -> list[tuple[str, str]]:
    """What people call each field that applies, and what stands in it on one line; empty ones are
    left out.
    """
    applying = [each for each in fields_of(parts) if each.applies(draft)]
    found = [(each.words, _in_words(each.element(draft))) for each in applying]
    return [(words, said) for words, said in found if said]


def _in_words(element: Block) -> str:
    chosen = element.get("initial_options") or [element.get("initial_option")]
    options = [one["text"]["text"] for one in chosen if one]
    lines = str(element.get("initial_value") or "").splitlines()
    return "; ".join(line.strip() for line in (*options, *lines) if line.strip())


def read(parts: Iterable[Part[D]], view: Mapping[str, Any], draft: D) -> D:
    """The draft with what a view's state holds; a field that the page did not carry keeps what it
    had.
    """
    given = answers(view)
    for each in fields_of(parts):
        if isinstance(given.get(each.name), Mapping):
            draft = each.read(Answer(_element(given[each.name])), draft)
    return draft


def answers(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a view's state holds, by field."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def faults(parts: Iterable[Part[D]], draft: D, allowed: Allowed) -> list[Fault]:
    """What is wrong with a page, at most one fault a field."""
    found = [(each.name, each.fault(draft, allowed)) for each in fields_of(parts)]
    return [Fault(name, text) for name, text in found if text]


def at_their_fields(
    found: Iterable[Fault], parts: Sequence[Part[D]], view: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Faults as a view_submission's errors, {block_id: text}; several of one field are joined.

    `parts` are those of the whole form. Slack takes only input blocks of the submitted view: a
    fault whose field is not on it stands at the first field, led by its own field's name.
    """
    known = [each.name for each in fields_of(parts)] if view is None else _input_ids(view)
    errors: dict[str, str] = {}
    for fault in found:
        name, words = _called(fault, parts)
        block_id = name if name in known or not known else known[0]
        text = fault.text if block_id == name else f"{words}: {fault.text}"
        joined = f"{errors[block_id]} {text}" if block_id in errors else text
        errors[block_id] = cut(joined, _ERROR_MAX)
    return errors


def on_top(found: Sequence[Fault], parts: Sequence[Part[D]], lead: str) -> list[Block]:
    """Faults on top of a page (an update of a window has no errors at fields), each with its
    field's name.
    """
    if not found:
        return []
    lines = [f"*{words_of(fault, parts)}*: {typed(fault.text)}" for fault in found[:_FAULTS_SHOWN]]
    return [section("\n".join([lead, *lines])), divider()]


def words_of(fault: Fault, parts: Sequence[Part[D]], otherwise: str = "Job") -> str:
    """What people call the field of a fault; `otherwise` for a fault of none."""
    _name, words = _called(fault, parts)
    return words if words != fault.field else otherwise


def name_of(fault: Fault, parts: Sequence[Part[D]]) -> str:
    """The block_id of a fault's field."""
    name, _words = _called(fault, parts)
    return name


def _called(fault: Fault, parts: Sequence[Part[D]]) -> tuple[str, str]:
    """The block_id and the words of a fault's field."""
    for each in fields_of(parts):
        if fault.field == each.name or fault.field in each.aliases:
            return each.name, each.words
    return fault.field, fault.field


def _input_ids(view: Mapping[str, Any]) -> list[str]:
    return [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]


def _element(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field's one element; its action_id may differ between drafts."""
    return next((each for each in value.values() if isinstance(each, Mapping)), {})
