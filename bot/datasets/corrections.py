"""The labels of a job that go back into the dataset whose pictures it was about (pure).

Promises to whoever sends: only what people of this job labeled is sent. What they did not get to
keeps the labels that the dataset has, and no draft of a model comes into it unseen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bot.base.blocks import count, cut
from bot.base.errors import Refusal
from bot.manifests.json_lines import numbered, parse, written
from bot.manifests.json_words import BadLine
from bot.manifests.told import METADATA

CORRECTED = "corrected"
"""The answer in `Source.more` that holds the job whose labels are sent, as JSON."""
_NAME = 70


class NothingCorrected(Refusal):
    """No picture has a label of this job."""


class ThereAlready(Refusal):
    """The labels of this job are in the dataset already; its thread tells when they came. After
    other changes, /dataset add with the job's manifest sends them once more.
    """


class OfJob(msgspec.Struct, frozen=True):
    """The job: its name, the manifest of its results, and the attribute of its labels there."""

    name: str
    manifest: str
    attribute: str


_OF_JOB = msgspec.json.Decoder(OfJob)  # here, and not when it is needed: see bot.datasets.records


@dataclass(slots=True)
class Counted:
    """How many pictures have a label of the job, and how many have none; complete when the lines
    end.
    """

    labeled: int = 0
    others: int = 0


def kept(of: OfJob) -> dict[str, str]:
    """The job as an update keeps it, in `Source.more`."""
    return {CORRECTED: msgspec.json.encode(of).decode()}


def job_of(more: Mapping[str, str]) -> OfJob | None:
    """The job that an update keeps; None for any other."""
    said = more.get(CORRECTED)
    return _OF_JOB.decode(said) if said else None


def lines_of(chunks: Iterable[bytes], attribute: str, counted: Counted) -> Iterator[bytes]:
    """The lines that have a label of that attribute, without any other label."""
    for _, body in numbered(chunks):
        try:
            line = parse(body)
        except BadLine:
            counted.others += 1
            continue
        # Ground Truth writes metadata alone for an object that failed
        if line.get(attribute) is None or "source-ref" not in line:
            counted.others += 1
            continue
        counted.labeled += 1
        wanted = ("source-ref", attribute, f"{attribute}{METADATA}")
        yield written({name: line[name] for name in wanted if name in line}) + b"\n"


def about_words(of: OfJob, counted: Counted) -> str:
    """What is changed, for the dataset's thread."""
    verb = "has its label" if counted.labeled == 1 else "have their labels"
    said = f"{count(counted.labeled, 'picture')} {verb} of job {cut(of.name, _NAME)} now"
    if not counted.others:
        return said
    stay = "that it left without a label stays as it was"
    if counted.others > 1:
        stay = "that it left without a label stay as they were"
    return f"{said}; {count(counted.others, 'picture')} {stay}"
