"""The fields about a job's data: an address in S3, or files, and which of them (pure).

Promises to the page: what was brought stays brought from page to page and is listed; files have one
fault, below the first input; their folder in S3 follows from job, place and files alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from bot.base.as_typed import as_folder
from bot.base.blocks import Block, option, radio, text_input
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.brought.brought import (
    Brought,
    endings_of,
    files_fault,
    from_slack,
    is_zip,
    mark_of,
    shown,
    together,
)
from bot.jobs.draft import ADDRESS, DATA_FROM, NAMED, SAMPLE, STORE, Draft
from bot.jobs.form.asked import Asked
from bot.jobs.places import not_open, read_place
from bot.manifests.picked import read_choice

FROM = "job_form_data_from"  # block_actions: show the fields of this source
FILES = "files"
_S3 = "s3"
_INPUTS = 3  # Slack: ten files each
_KEPT = "files_kept"
_OPTION = 75  # Slack: characters of a box's words


def from_files(draft: Draft) -> bool:
    """Whether files are brought, not an address."""
    return draft.more.get(DATA_FROM) == FILES


def of_files(asked: Asked) -> bool:
    """Whether the page asks for files."""
    return from_files(asked.draft) and _may_bring(asked)


def _may_bring(asked: Asked) -> bool:
    """Whether files tell all that is to be labeled."""
    return asked.kind is None or not asked.kind.needs_manifest


def of_address(asked: Asked) -> bool:
    """Whether the page asks for an address."""
    return not of_files(asked)


def begun(view: Mapping[str, Any], draft: Draft) -> Draft:
    """The draft before a page is read: of the files that were brought earlier only those are left
    which the page lists, and ticked.

    An input that comes again (a page with faults) brings its files again.
    """
    values = (view.get("state") or {}).get("values") or {}
    if _name(1) not in values:
        return draft
    kept = values.get(_KEPT) or {}
    answer = Answer(next(iter(kept.values()), {}))
    number = next((int(one) for one in answer.ticked if one.isdecimal()), 0)
    return msgspec.structs.replace(draft, brought=draft.brought[:number])


def placed(draft: Draft) -> Draft:
    """The draft after a page was read: files are labeled where they will have been put."""
    if not draft.brought:
        return draft
    uri = _folder(draft)
    return msgspec.structs.replace(draft, input_uri=uri, input_kind="folder", slash_added=False)


def switched(before: Draft, after: Draft) -> Draft:
    """The draft after its source was changed; the address that was typed comes back with it."""
    if from_files(before) == from_files(after):
        return after
    if from_files(after):
        typed = next((one.address for one in after.brought), after.input_uri)
        more = {**after.more, ADDRESS: typed}
        return msgspec.structs.replace(after, more=more, brought=(), input_uri="")
    address = after.more.get(ADDRESS, "")
    return msgspec.structs.replace(after, input_uri=address, brought=())


def zip_of(address: str) -> tuple[Brought, ...]:
    """The zip that an address names; nothing where it names something else."""
    if not is_zip(address):
        return ()
    return (Brought(name=address.rpartition("/")[2], address=address),)


def brought_fault(asked: Asked, allowed: Allowed) -> str:
    """What is wrong with a zip's address; "" for nothing."""
    address = asked.draft.brought[0].address
    try:
        place = read_place(address)
    except BadAddress as bad:
        if address.lower().startswith("https://"):
            return (
                "Labeljob fetches no zip from the web. Put it into S3 and name it here "
                "(s3://bucket/pictures.zip), or choose Files and add it there."
            )
        return str(bad)
    return not_open(place, allowed.places)


def _folder(draft: Draft) -> str:
    """Where the files are put: a folder of their own, beside the results where nobody named
    another place; "" as long as that is not known.
    """
    try:
        place = read_place(draft.more.get(STORE) or draft.output_uri)
    except BadAddress:
        return ""
    return f"{place.join(draft.job_name or 'job', f'data-{mark_of(draft.brought)}')}/"


def _read_from(answer: Answer, asked: Asked) -> Asked:
    files = answer.text if answer.text == FILES else ""
    return asked.but(more=_with(asked.draft.more, DATA_FROM, files))


def _name(number: int) -> str:
    return f"{FILES}_{number}"


def _add(answer: Answer, asked: Asked) -> Asked:
    return asked.but(brought=together(asked.draft.brought, from_slack(answer.files)))


def _fault(asked: Asked, _allowed: Allowed) -> str:
    """What is wrong with the files, once it is known what reads them."""
    kind = asked.kind
    if not of_files(asked) or kind is None or asked.draft.begins_empty:
        return ""
    endings = endings_of(kind.media, texts=kind.source_key == "source")
    return files_fault(asked.draft.brought, endings, kind.noun)


def _input(number: int) -> Field[Asked]:
    words = "Files" if number == 1 else f"More files ({number} of {_INPUTS})"
    return Field(
        name=_name(number),
        words=words,
        hint=_hint(number),
        element=lambda _asked: {"type": "file_input", "action_id": VALUE, "max_files": 10},
        read=_add,
        fault=_fault if number == 1 else _fine,
        optional=True,
        applies=of_files,
        aliases=("brought",) if number == 1 else (),
    )


def _hint(number: int) -> Callable[[Asked], str]:
    if number > 1:
        return lambda _asked: ""
    return lambda asked: (
        f"The {asked.noun}s, or a zip of them: ten files here, 10 MB each. They are put into S3 "
        "before the launch."
    )


def _fine(_asked: Asked, _allowed: Allowed) -> str:
    return ""


def _kept(asked: Asked) -> Block:
    """A box for the files that are here already."""
    files = asked.draft.brought
    box = option(shown(files)[:_OPTION], str(len(files)))
    return {
        "type": "checkboxes",
        "action_id": VALUE,
        "options": [box],
        "initial_options": [box],
    }


def _store_fault(asked: Asked, allowed: Allowed) -> str:
    typed = asked.draft.more.get(STORE, "")
    if not typed or not asked.draft.brought:
        return ""
    try:
        place = S3Uri.parse(str(read_place(typed)))
    except BadAddress as bad:
        return str(bad)
    return not_open(place, allowed.places)


def _folder_typed(text: str) -> str:
    """An address as the folder that it means; as it was typed where it is none."""
    try:
        return as_folder(f"{str(read_place(text)).rstrip('/')}/") if text else ""
    except BadAddress:
        return text


SOURCE: Field[Asked] = Field(
    name=DATA_FROM,
    words="The data are",
    element=lambda asked: radio(
        FROM,
        (option("In S3", _S3), option("Files from your computer", FILES)),
        FILES if of_files(asked) else _S3,
    ),
    read=_read_from,
    dispatch=True,
    applies=_may_bring,
)
KEPT: Field[Asked] = Field(
    name=_KEPT,
    words="Files that are here already",
    element=_kept,
    read=lambda _answer, asked: asked,  # see `begun`
    optional=True,
    applies=lambda asked: of_files(asked) and bool(asked.draft.brought),
)
PLACE: Field[Asked] = Field(
    name=STORE,
    words="Where the files are put",
    hint=lambda _asked: (
        "A folder in S3, in the Region that the bot works in. Left empty: beside the results."
    ),
    element=lambda asked: text_input(
        VALUE, asked.draft.more.get(STORE, ""), placeholder="s3://bucket/data/"
    ),
    read=lambda answer, asked: asked.but(
        more=_with(asked.draft.more, STORE, _folder_typed(answer.text))
    ),
    fault=_store_fault,
    optional=True,
    applies=of_files,
)
FILE_FIELDS: tuple[Field[Asked], ...] = (KEPT, _input(1), _input(2), _input(3), PLACE)
"""What is asked of files; left out where Slack gives the bot none."""


def _sample_fault(asked: Asked, _allowed: Allowed) -> str:
    if read_choice("", asked.draft.more.get(SAMPLE, "")) is not None:
        return ""
    return "Write 100 or 10% (taken at random), 100 seed 7 (other ones), every 5, or lines 3, 7-9."


def _typed(name: str) -> Callable[[Answer, Asked], Asked]:
    return lambda answer, asked: asked.but(more=_with(asked.draft.more, name, answer.text))


def _with(more: dict[str, str], name: str, text: str) -> dict[str, str]:
    """The answers with one more; an empty one is none."""
    others = {key: value for key, value in more.items() if key != name}
    return {**others, name: text} if text else others


ONLY_NAMED: Field[Asked] = Field(
    name=NAMED,
    words="Only files named",
    hint=lambda _asked: "* stands for anything: cam1*, or july/*.jpg. Left empty, all.",
    element=lambda asked: text_input(VALUE, asked.draft.more.get(NAMED, "")),
    read=_typed(NAMED),
    optional=True,
)
A_SAMPLE: Field[Asked] = Field(
    name=SAMPLE,
    words="A sample",
    hint=lambda asked: (
        f"100 or 10% of the {asked.noun}s at random (100 seed 7 for other ones), every 5, or lines "
        "3, 7-9. Left empty, all."
    ),
    element=lambda asked: text_input(VALUE, asked.draft.more.get(SAMPLE, "")),
    read=_typed(SAMPLE),
    fault=_sample_fault,
    optional=True,
)
CHOICE_FIELDS: tuple[Field[Asked], ...] = (ONLY_NAMED, A_SAMPLE)
"""Which of the data are labeled."""
