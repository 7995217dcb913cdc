"""What people read of drafts that a model makes (pure): a live message and the line of the end."""

from dataclasses import dataclass

from bot.base.blocks import (
    Block,
    actions,
    bar,
    button,
    code,
    context,
    count,
    cut,
    person,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.models import batch
from bot.models.batch import Batch, Progress

LABEL_ID = "drafts_label"
_CLASSES = (
    "They are classes, which Ground Truth shows nobody to correct: in the job people choose among "
    "the model's labels without seeing its own."
)
_NAME = 100
_ADDRESS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """A batch as people see it: `model` is the model's name, `drafts` and `rest` the manifests of
    the pictures with a draft and without one.
    """

    id: str
    model: str
    batch: Batch
    progress: Progress
    drafts: str
    rest: str
    asked_by: str = ""
    asked_by_name: str = ""


def live_card(facts: BatchFacts) -> Message:
    """The batch's one message, edited in place."""
    progress = facts.progress
    title = f"Drafts of {typed(facts.model, _NAME)}"
    said = _standing(facts)
    small = f"pictures of {code(facts.batch.source, _ADDRESS)}"
    if facts.asked_by_name:
        small = f"{small} · requested by {typed(facts.asked_by_name, _NAME)}"
    shown = said
    if progress.total and not progress.ended:
        shown = f"{bar(progress.done, progress.total)} {said}"
    blocks: list[Block] = [section(f"*{title}*\n{shown}")]
    if buttons := _buttons(facts):
        blocks.append(actions(*buttons))
    return Message(cut(f"{title}: {said} {small}", 3500), [*blocks, context(small)])


def ended_line(facts: BatchFacts) -> Message:
    """The drafts are ready (its card says the rest), or there are none; mentions who asked."""
    lead = f"{person(facts.asked_by)} " if facts.asked_by else ""
    said = _standing(facts)
    if facts.progress.state == batch.DONE:
        many, of = facts.progress.drafted, count(facts.progress.total, "picture")
        said = f"{many:,} of {of} have one."
    text = f"{lead}*Drafts of {typed(facts.model, _NAME)}*: {said}"
    blocks: list[Block] = [section(text)]
    if buttons := _buttons(facts):
        blocks.append(actions(*buttons))
    return Message(cut(text, 3500), blocks)


def standing(facts: BatchFacts) -> tuple[str, str]:
    """Where a batch does not go on: its state's name and how it stands; two empty texts else."""
    if not facts.progress.ended:
        return "", ""
    return facts.progress.state, _standing(facts)


def _buttons(facts: BatchFacts) -> list[Block]:
    if facts.progress.state != batch.DONE:
        return []
    label = f"Correct the drafts of {facts.model}"
    return [button("Label with these drafts…", LABEL_ID, facts.id, style="primary", label=label)]


def _standing(facts: BatchFacts) -> str:
    progress = facts.progress
    cause = _sentence(progress.cause)
    if progress.state == batch.FAILED:
        return f"No drafts were made. {cause}".strip()
    if progress.state == batch.DONE:
        classes = "" if progress.boxes else _CLASSES
        return " ".join(filter(None, (_result(facts), classes, cause)))
    if not progress.total:
        return "The pictures are being listed."
    return f"{progress.done:,} of {progress.total:,} pictures looked at."


def _result(facts: BatchFacts) -> str:
    """What there is now, and what became of the other pictures."""
    progress = facts.progress
    said = f"{count(progress.drafted, 'picture')} with drafts in {code(facts.drafts, _ADDRESS)}."
    without = [
        f"in {progress.nothing:,} the model found nothing" if progress.nothing else "",
        f"{progress.refused:,} could not be looked at" if progress.refused else "",
    ]
    reasons = " and ".join(filter(None, without))
    if not reasons:
        return said
    many = progress.nothing + progress.refused
    have = "has" if many == 1 else "have"
    return (
        f"{said} {count(many, 'picture')} {have} none ({reasons}), to be labeled from nothing: "
        f"{code(facts.rest, _ADDRESS)}."
    )


def _sentence(words: str) -> str:
    said = typed(words, 900).rstrip(".")
    return f"{said}." if said else ""
