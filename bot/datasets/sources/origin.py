"""What a source of datasets is (pure): its words in the form, and what it asks.

Promises to form, load and card: an origin is one value on a list (`bot.datasets.sources`); whatever
is particular to it stands in its file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bot.base.as_typed import plain_address
from bot.base.blocks import Block, code, text_input
from bot.base.forms import VALUE, Answer, Field
from bot.datasets.source import Source


def _manifest_words(source: Source) -> str:
    return f"from {code(source.manifest_uri)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the pictures of a dataset and their labels come from.

    `name` is what `Source.origin` holds; `words` and `about` stand in the menu (`about` has 75
    characters at most); `fields` are what it asks beside what every dataset is asked; `from_words`
    tells on the card where its data come from.
    """

    name: str
    words: str
    about: str
    fields: tuple[Field[Source], ...]
    from_words: Callable[[Source], str] = _manifest_words


def typed_text(member: str, placeholder: str) -> Callable[[Source], Block]:
    """The element of a text that the `Source` has as a member."""
    return lambda source: text_input(VALUE, getattr(source, member), placeholder=placeholder)


def kept_address(member: str) -> Callable[[Answer, Source], Source]:
    """Reads an address into a member, as plainly as it can be understood."""
    return lambda answer, source: msgspec.structs.replace(
        source, **{member: plain_address(answer.text)}
    )


def said(words: str) -> Callable[[Source], str]:
    """A hint that is the same for every dataset."""
    return lambda _source: words
