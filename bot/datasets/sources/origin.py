"""What a source of datasets is (pure): its words in the form, what it asks, and the lines of the
manifest that is made of it.

Promises to form, load and card: an origin is one value on a list (`bot.datasets.sources`); whatever
is particular to it stands in its file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from bot.base.as_typed import plain_address
from bot.base.blocks import Block, code, text_input
from bot.base.bucket_policy import Closed
from bot.base.forms import VALUE, Answer, Field
from bot.base.s3_uri import Allowed, BadAddress, Listed, S3Uri
from bot.datasets.source import Source

PROJECT_MENU = "dataset_project"  # block_suggestion: the account's projects


class Reads(Protocol):
    """What an origin reads of S3: the places that are open to the dataset's channel."""

    def chunks(self, uri: S3Uri) -> Iterator[bytes]:
        """An object's bytes in pieces."""

    def keys_at_once(self, folder: S3Uri) -> Iterable[Listed]:
        """Every object below a folder, in S3's order."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What an origin looks at: S3, as far as it is `allowed`; the `entries` of a project's set as
    lines; and when the labels that it gives were `created` (ISO, UTC). `closed` are the buckets,
    among those of some places, that Custom Labels cannot use.
    """

    storage: Reads
    entries: Callable[[str, str], Iterator[bytes]]
    allowed: Allowed
    created: str
    closed: Callable[[Iterable[S3Uri]], tuple[Closed, ...]]


@dataclass(slots=True)
class Notes:
    """What was found while a manifest was made, in sentences; complete when its lines end."""

    said: list[str] = field(default_factory=list)


Lines = Callable[[Source, Sight, Notes], Iterator[bytes]]
"""The lines of the manifest that is made of a source, each with its end; the same for the same
data. Raises a `Refusal` where nothing can be made of it.
"""


def _nothing(_label: str) -> str:
    return ""


def _typed_place(source: Source) -> str:
    return source.place


def _manifest_words(source: Source) -> str:
    return f"from {code(source.manifest_uri)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the pictures of a dataset and their labels come from.

    `name` is what `Source.origin` holds; `words` and `about` stand in the menu (`about` has 75
    characters at most); `fields` are what it asks beside what every dataset is asked; `from_words`
    tells on the card where its data come from. With `lines` the bot writes the manifest itself, of
    what lies at `Source.place`, and shows what becomes of it before anything is made, where that is
    `in_s3` already; `label_from` says there what a label was taken from ("" for what needs no
    words). `place_of` is that place, where it is no address that was typed.
    """

    name: str
    words: str
    about: str
    fields: tuple[Field[Source], ...]
    from_words: Callable[[Source], str] = _manifest_words
    lines: Lines | None = None
    label_from: Callable[[str], str] = _nothing
    place_of: Callable[[Source], str] = _typed_place
    in_s3: bool = True

    @property
    def reviewed(self) -> bool:
        """Whether what becomes of it is shown before anything is made."""
        return self.lines is not None and self.in_s3


def typed_text(member: str, placeholder: str) -> Callable[[Source], Block]:
    """The element of a text that the `Source` has as a member."""
    return lambda source: text_input(VALUE, getattr(source, member), placeholder=placeholder)


def typed_more(name: str, placeholder: str) -> Callable[[Source], Block]:
    """The element of a text that is one of the answers without a member."""
    return lambda source: text_input(VALUE, source.more.get(name, ""), placeholder=placeholder)


def with_slash(typed: str) -> str:
    """The address of a folder as it was meant; "" for none."""
    address = plain_address(typed)
    return address if not address or address.endswith("/") else f"{address}/"


def kept_address(member: str) -> Callable[[Answer, Source], Source]:
    """Reads an address into a member, as plainly as it can be understood."""
    return lambda answer, source: msgspec.structs.replace(
        source, **{member: plain_address(answer.text)}
    )


def said(words: str) -> Callable[[Source], str]:
    """A hint that is the same for every dataset."""
    return lambda _source: words


def place_words(what: str) -> Callable[[Source], str]:
    """What the card says of a dataset whose manifest the bot writes."""

    def words(source: Source) -> str:
        written = f", manifest {code(source.manifest_uri)}" if source.manifest_uri else ""
        return f"from the {what} {code(source.place)}{written}"

    return words


def place_fault(address: str, allowed: Allowed, example: str) -> str:
    """What is wrong with the address of a folder, or of a file; "" for nothing."""
    if not address:
        return f"Give its address: {example}."
    try:
        uri = S3Uri.parse(address)
    except BadAddress as bad:
        return str(bad)
    if "?" in address or "#" in address:  # never repeated: a pasted link may hold a signature
        return f"Give the plain address ({example}), without a signature or other extras."
    if uri not in allowed:
        return f"The bot may not use {uri} in this channel. It may use: {allowed.words()}."
    return ""


def kept_folder(member: str) -> Callable[[Answer, Source], Source]:
    """Reads the address of a folder into a member, with its slash."""
    return lambda answer, source: msgspec.structs.replace(
        source, **{member: with_slash(answer.text)}
    )


STORE: Field[Source] = Field(
    name="store",
    words="Where the manifest is kept",
    hint=said("A folder in S3 that the bot may write to. It stays there, and the card names it."),
    element=typed_text("store", "s3://my-labels/datasets/"),
    read=kept_folder("store"),
    fault=lambda source, allowed: place_fault(source.store, allowed, "s3://my-labels/datasets/"),
)
