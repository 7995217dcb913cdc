"""The window *Store data*: a place in S3 for a job's data and its results, where there is none yet
(pure).

Promises to its listeners: what it asks becomes the addresses of a draft, in one folder that the
person names; what was made of it is told with what is left to others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bot.base import forms
from bot.base.as_typed import plain_name
from bot.base.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    modal,
    option,
    section,
    select,
    text_input,
    typed,
)
from bot.base.console_bucket import ConsoleBucket
from bot.base.errors import Fault
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed, S3Uri
from bot.brought.brought import Stored, mark_of
from bot.jobs.draft import DATA_FROM, STORE, Draft, without_source
from bot.jobs.form import data_fields
from bot.jobs.form.asked import Asked
from bot.jobs.form.pages import BACK, FORM_STEP, GO_ON, STORE_DATA, metadata

STORE_VIEW = "store_data"
STORED_VIEW = "store_data_ready"
_PLACES_MAX = 100  # Slack: options of a menu
_VALUE_MAX = 150  # Slack: characters of an option's value
_TEXT_MAX = 75  # Slack: characters of its words
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_IN, _CALLED = "store_in", "store_called"  # answers in `Draft.more` while the window stands
_UNKNOWN = ConsoleBucket("", None)


@dataclass(frozen=True, slots=True)
class Places:
    """Where data may be stored: the places `allowed` to the channel, the bot's Region,
    Rekognition's `console` bucket as far as it is known; `files` tells whether Slack gives the
    bot files.
    """

    allowed: Allowed
    region: str = ""
    console: ConsoleBucket = _UNKNOWN
    files: bool = False

    @property
    def fields(self) -> tuple[Field[Asked], ...]:
        """What is asked."""
        if not self.files:
            return (self.menu, CALLED)
        kept, first, *more, _place = data_fields.FILE_FIELDS
        return (self.menu, CALLED, kept, replace(first, hint=_files_hint), *more)

    @property
    def menu(self) -> Field[Asked]:
        """The menu of the places."""
        return _place_field(self.allowed, self.console)


def page(asked: Asked, draft_id: str, places: Places) -> Block:
    """What is asked."""
    blocks = [
        section(
            f"Data and results of a job lie in S3, in {places.region}: the Region that the bot "
            "works in, and the only one that its jobs can use. A bucket that is not there yet is "
            "made there."
        ),
        *_console_words(places),
        *forms.blocks_of(places.fields, asked),
        actions(button("Back", BACK, draft_id, label="To the form of a new job"), block_id="back"),
    ]
    return modal(
        "Store data",
        blocks,
        callback_id=STORE_VIEW,
        submit="Store",
        close="Cancel",
        metadata=metadata(draft_id, FORM_STEP),
    )


def begun(draft: Draft, *, files: bool) -> Draft:
    """The draft as the window shows it: data that are not in S3 yet are files."""
    more = {**draft.more, DATA_FROM: data_fields.FILES} if files else draft.more
    return _with_more(draft, more)


def read(view: Mapping[str, Any], asked: Asked, places: Places) -> Asked:
    """What the window holds."""
    before = data_fields.begun(view, asked.draft)
    return forms.read(places.fields, view, Asked(before, asked.engine, asked.types))


def faults(asked: Asked, places: Places) -> list[Fault]:
    """What is wrong with where it shall lie; files are judged by the form, which knows what reads
    them.
    """
    return forms.faults((places.menu, CALLED), asked, places.allowed)


def placed(draft: Draft) -> tuple[Draft, S3Uri]:
    """The draft with its addresses below the folder that was named, and that folder."""
    place, called = draft.more[_IN], draft.more[_CALLED]
    bucket, _, key = place.partition("/")
    folder = S3Uri(bucket, f"{key.rstrip('/')}/" if key.strip("/") else "").join(called)
    data, results = f"{folder}/data/", f"{folder}/labels/"
    more = {key: value for key, value in draft.more.items() if key not in {_IN, _CALLED}}
    draft = _with_more(draft, {**more, STORE: data}, output_uri=results, slash_added=False)
    # files of the form have a folder of their own there, once there are any
    uri = "" if data_fields.from_files(draft) else data
    draft = msgspec.structs.replace(draft, input_uri=uri, input_kind="folder")
    return data_fields.placed(draft), S3Uri.parse(f"{folder}/")


def of_files(draft: Draft) -> S3Uri:
    """The folder that the draft's files are put into: beside those that were stored there before,
    and called as the person called it, for a job's name is made of that.
    """
    place = S3Uri.parse(draft.more[STORE])
    called = place.key.removesuffix("/data/").rpartition("/")[2]
    return S3Uri.parse(f"{place.join(mark_of(draft.brought), called)}/")


def stored(draft: Draft) -> Draft:
    """The draft whose files lie in S3, and are what is labeled."""
    more = without_source(draft.more)
    uri = str(of_files(draft))
    return _with_more(draft, more, input_uri=uri, input_kind="folder", brought=())


def working(draft_id: str, stored: Stored | None = None) -> Block:
    """The window while the worker makes the place ready, and then puts files there."""
    words = "Making the place ready…"
    if stored is not None:
        words = (
            f"Storing the files: {stored.done:,} of {stored.of:,}. It goes on without this window."
        )
    return _told(words, draft_id, ())


def ready_page(
    draft: Draft, draft_id: str, folder: S3Uri, done: Sequence[str], left: Sequence[str]
) -> Block:
    """What was done, what is left to others, and the way to the form."""
    lines = [f"*{code(str(folder), 900)} is ready.*", *(f"✓ {typed(each, 500)}" for each in done)]
    blocks = [section("\n".join(lines))]
    if left:
        blocks.append(section("\n".join(f"! {typed(each, 500)}" for each in left)))
    blocks.append(section(_where(draft)))
    return _told("", draft_id, blocks, go_on=True)


def ready_line(draft: Draft, folder: S3Uri, left: Sequence[str]) -> str:
    """What `ready_page` says, for whoever closed the window."""
    lead = (
        f"{code(str(folder), 900)} is ready. `/labeljob create` in <#{draft.channel}> goes on from "
        "there."
    )
    return "\n".join([lead, _where(draft), *(f"! {typed(each, 500)}" for each in left)])


def refused_line(words: str) -> str:
    """What `refused_page` says, for whoever closed the window."""
    return f"Not stored. {typed(words, 1000)} `/labeljob store` starts again."


def refused_page(draft_id: str, words: str) -> Block:
    """Why the place cannot be used; the window can be opened again over the same draft."""
    return _told("", draft_id, [section(f"Not stored. {typed(words, 1000)}")], back=True)


def _where(draft: Draft) -> str:
    """Where data and results will lie."""
    data = _data(draft)
    lines = [f"*Data* {code(data, 900)}", f"*Results* {code(draft.output_uri, 900)}"]
    if draft.brought:
        lines.append("Your files are put there before the launch; the job's card tells how far.")
    elif data == draft.more[STORE] and not data_fields.from_files(draft):
        lines.append("Put your files into the folder for data, in the S3 console or a script.")
    return "\n".join(lines)


def _data(draft: Draft) -> str:
    """Where the data lie, or will."""
    place = draft.more[STORE]
    return place if draft.brought else draft.input_uri or place


def _files_hint(asked: Asked) -> str:
    return (
        f"The {asked.noun}s, or a zip of them: ten files here, 10 MB each. They are stored at once."
    )


def _told(
    words: str,
    draft_id: str,
    blocks: Sequence[Block],
    *,
    go_on: bool = False,
    back: bool = False,
) -> Block:
    shown = [*blocks]
    if words:
        shown.append(context(words))
    if go_on:
        shown.append(actions(button("Go on to the form", GO_ON, draft_id), block_id="left"))
    if back:
        shown.append(actions(button("Other place…", STORE_DATA, draft_id), block_id="left"))
    return modal(
        "Store data",
        shown,
        callback_id=STORED_VIEW,
        close="Close",
        metadata=metadata(draft_id, FORM_STEP),
    )


def _console_words(places: Places) -> list[Block]:
    """That Rekognition's bucket is there, where it is not open here."""
    words = places.console.closed_words(places.allowed)
    return [context(words)] if words else []


def _places(allowed: Allowed) -> list[str]:
    """The places to choose from: those whose name Slack's menus hold."""
    return [one for one in allowed.places if len(one) <= _VALUE_MAX][:_PLACES_MAX]


def _place_field(allowed: Allowed, console: ConsoleBucket) -> Field[Asked]:
    """The menu of the places that are open to the channel."""

    def element(asked: Asked) -> Block:
        places = _places(allowed)
        chosen = asked.draft.more.get(_IN, "")
        if chosen not in places:
            chosen = places[0] if len(places) == 1 else ""
        return select(VALUE, [option(_words_of(one, console), one) for one in places], chosen)

    def fault(asked: Asked, _allowed: Allowed) -> str:
        if asked.draft.more.get(_IN) in _places(allowed):
            return ""
        return "Choose one of the buckets that the bot may use in this channel."

    return Field(
        name=_IN,
        words="Bucket",
        hint=lambda _asked: "Those that the bot may use in this channel.",
        element=element,
        read=lambda answer, asked: _kept(answer.text, _IN, asked),
        fault=fault,
    )


def _words_of(place: str, console: ConsoleBucket) -> str:
    return console.offered(place)[:_TEXT_MAX] or place[-_TEXT_MAX:]


def _read_called(answer: Answer, asked: Asked) -> Asked:
    """A name on one line, with hyphens for its blanks."""
    return _kept("-".join(plain_name(answer.text).split()), _CALLED, asked)


def _called_fault(asked: Asked, _allowed: Allowed) -> str:
    called = asked.draft.more.get(_CALLED, "")
    if _NAME.fullmatch(called) and ".." not in called:
        return ""
    return "Write 1 to 63 letters, digits, hyphens, dots or underscores; no other signs."


CALLED: Field[Asked] = Field(
    name=_CALLED,
    words="Name of the data",
    hint=lambda _asked: "A folder of this name is made, with one for data and one for results.",
    element=lambda asked: text_input(
        VALUE, asked.draft.more.get(_CALLED, ""), placeholder="july-harvest"
    ),
    read=_read_called,
    fault=_called_fault,
)


def _kept(text: str, name: str, asked: Asked) -> Asked:
    return asked.but(more={**asked.draft.more, name: text})


def _with_more(draft: Draft, more: Mapping[str, str], **members: Any) -> Draft:
    return msgspec.structs.replace(draft, more=dict(more), **members)
