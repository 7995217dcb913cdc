"""The ledger of a dataset (pure): the lines of its manifest, each with what became of it.

Promises to whoever asks where the missing ones are: every line is one entry, by its number; one
that was not imported has its code and its remedy. Lines are cut as they were for sending, so what
is counted here is what was sent. Memory holds a number a picture, never lines.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from bot.datasets.findings import VANISHED, said_of_one
from bot.datasets.source import Source
from bot.manifests.convert import each_line
from bot.manifests.sheet import rows

State = Literal[
    "imported",
    "imported, with errors",  # AWS has it, and does not train on what it lists
    "left out",  # it was not sent: AWS would have dropped it without a word
    "did not arrive",  # it was sent, and AWS does not have it
]
IMPORTED: tuple[State, ...] = ("imported", "imported, with errors")


class Outcome(NamedTuple):
    """What became of one line; `codes` are Rekognition's, or ours in lower case."""

    line: int
    picture: str
    state: State
    codes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What is wrong and what to do; "" for a line that is fine."""
        return " ".join(said_of_one(code) for code in self.codes)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What AWS has: its `pictures` (None: all that were sent), the codes that it lists for some of
    them, and how the likely `cause` of a line that it lost is found out, by the picture's address.
    """

    pictures: Container[str] | None
    listed: Mapping[str, Sequence[str]]
    cause: Callable[[str], str] = lambda _source: VANISHED


def outcomes(chunks: Iterable[bytes], source: Source, arrived: Arrived) -> Iterator[Outcome]:
    """An outcome for every line of the manifest as it was given."""
    for each in each_line(chunks, **chosen(source)):
        if each.sent is None:
            codes = [code for code, _ in each.faults] or [VANISHED]
            yield Outcome(each.number, each.picture, "left out", tuple(dict.fromkeys(codes)))
        elif arrived.pictures is not None and each.picture not in arrived.pictures:
            yield Outcome(
                each.number, each.picture, "did not arrive", (arrived.cause(each.picture),)
            )
        elif listed := arrived.listed.get(each.picture):
            yield Outcome(each.number, each.picture, "imported, with errors", tuple(listed))
        else:
            yield Outcome(each.number, each.picture, "imported")


def chosen(source: Source) -> dict[str, Any]:
    """How the labels of its lines are chosen, as `convert` is told."""
    return {
        "attribute": source.label_attribute,
        "pair": source.pair,
        "faultless": source.faultless,
    }


def table(found: Iterable[Outcome]) -> Iterator[bytes]:
    """The outcomes as CSV."""
    yield rows([("line", "picture", "state", "codes", "what to do")])
    for each in found:
        yield rows([(each.line, each.picture, each.state, " ".join(each.codes), each.words)])
