"""How far the people of a job agree, in words (pure)."""

from collections.abc import Iterator

from bot.answers.agreement import Agreement, Confused, Label
from bot.answers.alpha import RELIABLE, TENTATIVE
from bot.base.blocks import count, typed
from bot.jobs.answered.read import Reading
from bot.jobs.job_facts import JobFacts

_LABELS, _CONFUSED = 5, 3
_LABEL = 60
_AGREED = 0.995  # what is shown as 100%
NOT_YET = (
    "How far people agree is not read yet. It is put in here a few minutes after the job is over."
)
PRESS_AGAIN = (
    "How far people agree is not read yet. Press [Results] again a few minutes after the job is "
    "over."
)


def agreement_words(job: JobFacts, reading: Reading) -> str:
    """A few lines, the most important first."""
    return "\n".join(_lines(job, reading))


def _lines(job: JobFacts, reading: Reading) -> Iterator[str]:
    found = reading.agreement
    if reading.failed:
        yield f"*Agreement*: the answers could not be read. {typed(reading.failed, 300)}"
        return
    if found.share is None:
        yield f"*Agreement*: {_nothing(job, found)}"
        return
    of = f"{count(found.objects, job.noun)} that several people answered"
    yield f"*Agreement*: {found.share:.0%} over {of}{_alpha(found)}{_overlap(found)}"
    if doubted := [each for each in found.labels if each.share < _AGREED][:_LABELS]:
        yield f"Least agreed upon: {', '.join(map(_label, doubted))}"
    if found.confused:
        yield f"Taken for each other: {', '.join(map(_confused, found.confused[:_CONFUSED]))}"
    if found.not_compared:
        yield f"{count(found.not_compared, job.noun)} could not be compared"
    if reading.partial:
        yield f"Not all of it: {typed(reading.partial, 300)}"
    if reading.odd:
        first = typed(reading.odd_words, 300)
        yield f"{count(reading.odd, 'answer')} could not be read; the first: {first}"


def _nothing(job: JobFacts, found: Agreement) -> str:
    if found.not_compared:
        return "labels of this kind cannot be compared here"
    return f"no {job.noun} was answered by two people or more"


def _alpha(found: Agreement) -> str:
    """Krippendorff's figure with what he says of it."""
    if found.alpha is None:
        return ""
    meant = "too low to build on"
    if found.alpha >= TENTATIVE:
        meant = "enough for careful conclusions"
    if found.alpha >= RELIABLE:
        meant = "reliable"
    return f" · Krippendorff's alpha {found.alpha:.2f}, {meant}"


def _overlap(found: Agreement) -> str:
    return "" if found.overlap is None else f" · figures cover each other by {found.overlap:.0%}"


def _label(label: Label) -> str:
    return f"{typed(label.name, _LABEL)} {label.share:.0%}{_covering(label)}"


def _covering(label: Label) -> str:
    """How well the figures of one label cover each other: its IoU, as the field says."""
    return "" if label.overlap is None else f" (cover each other by {label.overlap:.0%})"


def _confused(pair: Confused) -> str:
    one, other = typed(pair.one, _LABEL), typed(pair.other, _LABEL)
    return f"{one} and {other} ({count(pair.times, 'time')})"
