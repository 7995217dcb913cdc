"""What is told of lines that were sent to a dataset that stands (pure)."""

from collections.abc import Sequence

from bot.base.blocks import actions, count, section, typed
from bot.datasets.card import (
    lines_button,
    mention,
    refused_parts,
    result_parts,
    sentence,
    with_parts,
)
from bot.datasets.findings import MAYBE_FULL, words
from bot.datasets.lifecycle import REFUSED, DatasetState
from bot.datasets.pieces import Progress
from bot.datasets.source import Source
from bot.delivery.message import Message
from bot.manifests.rekognition_codes import named_in, remedy

UPDATE = "update:"  # stands before the id of an update where another has a dataset's
_NAME, _ABOUT, _LABEL, _NAMED = 100, 600, 60, 5


def taken(name: str, *, new: bool) -> str:
    """The answer to whoever asked for it."""
    called = typed(name, _NAME)
    if not new:
        return f"These lines are on their way to dataset {called} already. Its card shows how far."
    return f"The lines are checked, then sent to dataset {called}. Its card shows how far they are."


def taken_message(name: str, *, new: bool) -> Message:
    """The same words as a message to read."""
    text = taken(name, new=new)
    return Message(text, [section(text)])


def done_line(  # noqa: PLR0913 - what came of it
    source: Source,
    known: DatasetState,
    new: int,
    update_id: str,
    *,
    about: str = "",
    strange: Sequence[str] = (),
) -> Message:
    """AWS has read all of them: what arrived, what did not and why; mentions the asker. `new` are
    the pictures that the dataset did not have before; `about` says what they change, and `strange`
    are the labels that it did not have either.
    """
    if about:
        head = (
            f"{mention(source)}*Dataset {typed(source.called, _NAME)}*: {typed(about, _ABOUT)}; "
            f"AWS has {known.arrived:,} of {count(known.lines, 'picture')}.{_strange(strange)}"
        )
        return with_parts(head, result_parts(known))
    pictures = f"{count(new, 'picture')} new in it"
    if not new:
        pictures = "no picture new in it"
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}*: {known.arrived:,} of "
        f"{count(known.lines, 'more line')} arrived, {pictures}. A picture that it had before has "
        f"the labels of its new line.{_strange(strange)}"
    )
    below = []
    if known.ledger_uri:
        below.append(actions(lines_button(source, f"{UPDATE}{update_id}")))
    return with_parts(head, result_parts(known), below)


def _strange(labels: Sequence[str]) -> str:
    """Labels that the dataset did not have: so does one come back that was renamed meanwhile."""
    if not labels:
        return ""
    named = ", ".join(typed(each, _LABEL) for each in labels[:_NAMED])
    more = f" and {len(labels) - _NAMED:,} more" if len(labels) > _NAMED else ""
    return (
        f" New labels in it: {named}{more}. Where one was renamed meanwhile, [Change labels…] of "
        "/dataset show makes the two one."
    )


def not_done_line(source: Source, progress: Progress, cause: str) -> Message:
    """They were not sent, or not all of them: why, what AWS has, and what to do; mentions the
    asker.
    """
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}* did not get all of its more "
        f"lines: {sentence(cause)} {_kept(progress)}"
    )
    known = DatasetState(state=REFUSED, findings=progress.known.findings)
    return with_parts(head, refused_parts(known))


def failed_piece(progress: Progress, said: str) -> str:
    """AWS gave up the piece it was at: which lines, and what to do."""
    first = progress.taken_lines - progress.piece_lines + 1
    doubts = [words(each) for each in progress.known.findings if each.code == MAYBE_FULL]
    advice = " ".join([*doubts, *(remedy(known) for known in named_in(said))])
    return (
        f"AWS did not take lines {first:,} to {progress.taken_lines:,} of those sent: "
        f"{said or 'it gave no reason'}. {advice}"
    )


def no_address() -> Message:
    """What was typed names no manifest."""
    words = (
        "Type the dataset's name and the manifest with its lines: `/dataset add orchard "
        "s3://bucket/folder/more.manifest`."
    )
    return Message(words, [section(words)])


def _kept(progress: Progress) -> str:
    """What AWS has of them."""
    if not progress.taken_lines:
        return "The dataset is as it was."
    return (
        f"{progress.taken_lines:,} of {count(progress.known.sent, 'line')} were sent, and what "
        "arrived of them stays. Ask again with the same words when it is fixed: what is there "
        "already is not doubled."
    )
