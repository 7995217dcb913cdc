"""What came back from the form (pure): a view's state into the draft.

Promises to the commands: everything typed is in the draft afterwards, also what cannot be read (`Draft.typed`) and
whatever the page did not carry. Nothing is judged here; that is `draft.faults_step1` and `faults_step2`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from bot.base.blocks import rich_words
from bot.base.s3_uri import BadAddress
from bot.jobs.draft import Draft, Example, team_key
from bot.jobs.durations import parse_duration
from bot.jobs.form import full_skeleton, short_skeleton
from bot.jobs.places import read_place

_DEFAULTS = Draft()


def read_step_one(view: Mapping[str, Any], draft: Draft) -> Draft:
    """The draft with what page 1 holds (a submit, a press of Back or a change of category)."""
    page = _Page(view)
    given = {
        field: page.text(field)
        for field in ("job_name", "label_attribute", "category", "task_type", "input_uri", "output_uri")
        if page.has(field)
    }
    for field in ("input_uri", "output_uri"):
        if field in given:
            given[field] = _normal(given[field])
    if given.get("output_uri", "").startswith("s3://") and not given["output_uri"].endswith("/"):
        given["output_uri"] = _as_folder(given["output_uri"])
    after: Draft = msgspec.structs.replace(draft, **given)
    kind = "folder" if after.input_uri.endswith("/") else "manifest"
    # Counts belong to the input and the type they were read with.
    same = (after.input_uri, after.task_type) == (draft.input_uri, draft.task_type)
    read = {} if same else {"objects": None, "skipped": 0, "unread": ()}
    return msgspec.structs.replace(after, input_kind=kind, **read)


def read_step_two(view: Mapping[str, Any], draft: Draft, teams: Iterable[tuple[str, str]] = ()) -> Draft:
    """The draft with what page 2 holds. `teams` are the (ARN, name) pairs that may be chosen here."""
    page = _Page(view)
    unread = dict(draft.typed)
    given: dict[str, Any] = {field: page.text(field) for field in ("title", "description") if page.has(field)}
    if page.has("labels"):
        given["labels"] = tuple(line.strip() for line in page.text("labels").splitlines() if line.strip())
    for field in ("task_time_limit_s", "availability_s"):
        if page.has(field):
            given[field] = _number(field, page.text(field), parse_duration, unread)
    if page.has("workers_per_object"):
        text = page.text("workers_per_object")
        given["workers_per_object"] = _number("workers_per_object", text, _whole, unread)
    noun = draft.kind.noun if draft.kind else "object"
    for field, skeleton in (("short_instructions", short_skeleton(noun)), ("full_instructions", full_skeleton(noun))):
        if page.has(field):
            rich = page.rich(field)
            given[field] = rich if rich_words(rich) not in ("", rich_words(skeleton)) else None
    given["examples"] = tuple(_examples(page, draft, good=True) + _examples(page, draft, good=False))
    if page.has("workteam_arn"):
        given.update(_team(page, draft, dict(teams)))
    return msgspec.structs.replace(draft, typed=unread, taken_type="", **given)


class _Page:
    """The values of a view's state. A client may send anything: what has the wrong shape counts as empty."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        state = view.get("state")
        values = state.get("values") if isinstance(state, Mapping) else None
        self._values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}

    def has(self, field: str) -> bool:
        """Whether the page carried the field at all."""
        return isinstance(self._values.get(field), Mapping)

    def element(self, field: str) -> Mapping[str, Any]:
        """The field's one element; its action_id differs between pages."""
        for value in self._values.get(field, {}).values():
            if isinstance(value, Mapping):
                return value
        return {}

    def text(self, field: str) -> str:
        """What was typed or chosen, trimmed."""
        element = self.element(field)
        chosen = element.get("selected_option")
        value = chosen.get("value") if isinstance(chosen, Mapping) else element.get("value")
        return value.strip() if isinstance(value, str) else ""

    def option_text(self, field: str) -> str:
        """The words of the chosen option."""
        chosen = self.element(field).get("selected_option")
        words = chosen.get("text") if isinstance(chosen, Mapping) else None
        text = words.get("text") if isinstance(words, Mapping) else None
        return text if isinstance(text, str) else ""

    def rich(self, field: str) -> dict[str, Any] | None:
        """A rich text value."""
        value = self.element(field).get("rich_text_value")
        return dict(value) if isinstance(value, Mapping) and value.get("type") == "rich_text" else None


def _normal(text: str) -> str:
    """An S3 address in its one form; what is none stays as typed, for the fault to speak of."""
    try:
        return str(read_place(text))
    except BadAddress:
        return text


def _as_folder(uri: str) -> str:
    """An output folder typed without its slash; a name with an ending is a file and stays one."""
    return uri if "." in uri.rpartition("/")[2] else f"{uri}/"


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 4 else None  # noqa: PLR2004 - longer is never meant


def _number(field: str, text: str, read: Any, unread: dict[str, str]) -> int:
    """The number that a text says, the default for none; what says none is kept in `unread`."""
    unread.pop(field, None)
    default = int(getattr(_DEFAULTS, field))
    if not text:
        return default
    number: int | None = read(text)
    if number is None:
        unread[field] = text
        return default
    return number


def _examples(page: _Page, draft: Draft, *, good: bool) -> list[Example]:
    """Example pictures, one a line: `address | caption`, or with a blank between the two (addresses hold none)."""
    field = "good_examples" if good else "bad_examples"
    if not page.has(field):
        return [one for one in draft.examples if one.good is good]
    examples = []
    for line in page.text(field).splitlines():
        address, _, caption = line.partition("|") if "|" in line else " ".join(line.split()).partition(" ")
        if address.strip() or caption.strip():
            examples.append(Example(_normal(address.strip()), " ".join(caption.split()), good))
    return examples


def _team(page: _Page, draft: Draft, teams: dict[str, str]) -> dict[str, str]:
    """The chosen team; its ARN is empty when it is none of `teams`."""
    key = page.text("workteam_arn")
    for arn, name in teams.items():
        if key and team_key(arn) == key:
            return {"workteam_key": key, "workteam_arn": arn, "workteam_name": name}
    same = bool(key) and key == draft.workteam_key and not teams
    return {
        "workteam_key": key,
        "workteam_arn": draft.workteam_arn if same else "",
        "workteam_name": page.option_text("workteam_arn")[:75],
    }
