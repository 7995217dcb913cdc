"""What somebody sends to a streaming job (pure).

Promises to window and worker: it is read and judged by the rules of a form's data, so that a job
gets later what it could have begun with.
"""

from collections.abc import Iterable

import msgspec

from bot.base.s3_uri import Allowed
from bot.brought.brought import Brought, endings_of, files_fault
from bot.jobs.draft import STORE, Draft
from bot.jobs.form import rules
from bot.jobs.form.asked import Asked
from bot.jobs.form.data_fields import brought_fault, placed, zip_of
from bot.jobs.form.reading import folder
from bot.jobs.places import is_text_file


class What(msgspec.Struct, frozen=True):
    """What is sent: an S3 address (a manifest or a folder), or files that somebody brings."""

    address: str = ""
    brought: tuple[Brought, ...] = ()


def what_of(address: str, files: Iterable[Brought] = ()) -> What:
    """What was typed, or else the files; an address of a zip is one of a file."""
    if not address:
        return What(brought=tuple(files))
    uri = folder(address)
    if zipped := zip_of(uri):
        return What(brought=zipped)
    return What(address=uri)


def as_data(draft: Draft, what: What) -> Draft:
    """A job's draft with what is sent in the place of its data, all of it."""
    made = what.address.endswith("/") or is_text_file(what.address)
    return placed(
        msgspec.structs.replace(
            draft,
            more={STORE: draft.more[STORE]} if STORE in draft.more else {},
            brought=what.brought,
            input_uri=what.address,
            input_kind="folder" if made else "manifest",
            extras=msgspec.structs.replace(draft.extras, streaming=False),
            objects=None,
            notes=(),
        )
    )


def fault_of(asked: Asked, allowed: Allowed) -> str:
    """What is wrong with a draft as of `as_data`; "" for nothing."""
    draft, kind = asked.draft, asked.kind
    if not draft.brought or kind is None:
        return rules.input_fault(asked, allowed)
    if kind.needs_manifest:
        return f"{kind.title} is sent as a manifest: s3://bucket/folder/data.manifest."
    if draft.brought[0].address:
        return brought_fault(asked, allowed)
    endings = endings_of(kind.media, texts=kind.source_key == "source")
    return files_fault(draft.brought, endings, kind.noun)
