"""A dataset's live message and the lines of its thread (pure).

Promises to the outbox: every message says in its plain text what its blocks say, names people
without pinging them (only an end mentions the asker, once), and fits Slack's limits whatever was
found in the manifest.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.base import bucket_policy
from bot.base.blocks import (
    Block,
    actions,
    bar,
    button,
    code,
    context,
    count,
    cut,
    fit,
    input_block,
    modal,
    person,
    section,
    text_input,
    typed,
)
from bot.base.bucket_policy import any_curable
from bot.base.forms import VALUE
from bot.datasets import lifecycle
from bot.datasets.actions import DATASET_ACTIONS
from bot.datasets.findings import Finding, droppable, words
from bot.datasets.gallery.gallery_card import SHOW_ID
from bot.datasets.lifecycle import DatasetState, LabelCount, Updating
from bot.datasets.source import PROJECT_MAX, TRAIN, Source
from bot.datasets.sources import origin_of
from bot.delivery.message import Message
from bot.manifests.rekognition_codes import named_in, remedy
from bot.people.action import Action, help_lines

DELETE_ID, UNDO_ID = "dataset_delete", "dataset_undo"
DELETE_VIEW, NAME_FIELD = "dataset_delete_view", "typed_name"  # callback_id, block_id
LINES_ID, DROP_ID = "dataset_lines", "dataset_other_lines"
POLICY_ID = "dataset_bucket_policy"
TRAIN_ID = "dataset_train"  # its press carries the project's name
_NAME = 100
_LABELS_SHOWN = 12
_KINDS_SHOWN = 6  # kinds of findings in one list
_FINDING = 350

_STATES = {
    lifecycle.ASKED: "Waiting",
    lifecycle.EXAMINING: "Reading the manifest",
    lifecycle.CREATING: "Sending to AWS",
    lifecycle.IMPORTING: "Importing",
    lifecycle.READY: "Ready",
    lifecycle.FAILED: "Failed",
    lifecycle.REFUSED: "Not imported",
}
_DELETION = {lifecycle.DELETING: "Being deleted", lifecycle.DELETED: "Deleted"}
_NO_LABELS = "Imported, but it cannot be trained: no labels"
_BEFORE = {
    lifecycle.ASKED: "The manifest is read in a moment",
    lifecycle.EXAMINING: "Every line is checked before AWS sees it",
}


def live_card(
    source: Source, state: DatasetState, *, set_aside: str = "", dataset_id: str = ""
) -> Message:
    """The dataset's one message, edited in place. `set_aside` says why nothing is tried any
    more.

    What arrived of a dataset that is ready is said once, by the line below it.
    """
    lines = [f"*Dataset {typed(source.called, _NAME)}* · {_word(state, set_aside)}"]
    told = f"Dataset {typed(source.called, _NAME)}: {_word(state, set_aside)}."
    if state.state != lifecycle.READY or set_aside or state.deletion:
        progress = _deletion_words(state) or cut(progress_words(state, set_aside), 900)
        told += f" {progress.rstrip('.')}."
        lines.append(f"{_drawing(state)}{progress}")
    if state.updating:
        more = _updating_words(state.updating)
        told += f" {more}."
        lines.append(f"{bar(state.updating.sent, state.updating.lines)}  {more}")
    small = _small(source)
    blocks = [section("\n".join(lines)), *_buttons(source, state, dataset_id), context(small)]
    return Message(f"{told} {small}", blocks)


def _buttons(source: Source, state: DatasetState, dataset_id: str) -> list[Block]:
    """[Pictures] where there are any, [Delete…] where something stands at AWS, [Undo] for a
    minute; none on an answer to one person.
    """
    called = cut(source.called, _NAME)
    if dataset_id and state.stands:
        label = f"Delete dataset {called}"
        buttons = [button("Delete…", DELETE_ID, dataset_id, label=label)]
        if state.state == lifecycle.READY:
            label = f"Pictures of dataset {called}"
            buttons.insert(0, button("Pictures", SHOW_ID, dataset_id, label=label))
        buttons = [*_policy_buttons(source, state, dataset_id), *buttons]
        if state.ledger_uri:
            buttons.insert(1, lines_button(source, dataset_id))
        return [actions(*buttons)]
    if dataset_id and state.state == lifecycle.REFUSED and any_curable(state.closed):
        return [actions(*_policy_buttons(source, state, dataset_id))]
    refused = state.state == lifecycle.REFUSED and state.sent
    if dataset_id and refused and droppable(state.findings):
        label = f"Import the other lines of {cut(source.called, 50)}"
        return [actions(button("Import the other lines", DROP_ID, dataset_id, label=label))]
    if dataset_id and state.deletion == lifecycle.DELETING:
        return [actions(button("Undo", UNDO_ID, dataset_id, label=f"Keep dataset {called}"))]
    return []


def _policy_buttons(source: Source, state: DatasetState, dataset_id: str) -> list[Block]:
    """[Let Rekognition in], where statements in the policy of a bucket would help."""
    if not any_curable(state.closed):
        return []
    label = f"Let Rekognition into the bucket of {cut(source.called, 40)}"
    return [button("Let Rekognition in", POLICY_ID, dataset_id, label=label)]


def lines_button(source: Source, about: str) -> Block:
    """[Lines]: the table of what became of every line; `about` is the dataset or the update."""
    return button("Lines", LINES_ID, about, label=f"Lines of dataset {cut(source.called, 50)}")


def lines_link(source: Source, link: str, minutes: int) -> Message:
    """The link to the table, for the eyes of whoever pressed."""
    name = typed(source.called, _NAME).replace("|", " ")
    return _line(
        f"<{link}|Every line of {name}>, what became of it and what to do, as CSV · the link works "
        f"for {count(minutes, 'minute')}"
    )


def delete_window(source: Source, dataset_id: str) -> Block:
    """What deleting does, to be confirmed by typing the name."""
    blocks = [
        section(
            f"The {source.type_words} set of project {typed(source.project, _NAME)} is deleted at "
            "AWS, with its labels there. The manifest that it was made of stays, and so do models "
            "that were trained with it. There is a minute to undo it, on its card."
        ),
        input_block(f"Type its name: {cut(source.called, _NAME)}", text_input(VALUE), NAME_FIELD),
    ]
    return modal(
        "Delete a dataset",
        blocks,
        callback_id=DELETE_VIEW,
        submit="Delete",
        close="Cancel",
        metadata={"dataset": dataset_id},
    )


def not_deleted_line(source: Source, cause: str) -> Message:
    """AWS would not delete it."""
    return _line(
        f"Dataset {typed(source.called, _NAME)} was not deleted: {sentence(cause)} It stays as "
        "it was."
    )


def _deletion_words(state: DatasetState) -> str:
    """Who deletes it, or did; "" for a dataset that stays."""
    when = " in a minute" if state.deletion == lifecycle.DELETING else ""
    if not state.deletion:
        return ""
    if not state.deleted_by:
        return "Deleted at AWS, not by Labeljob; its manifest stays"
    all_of_it = " with its project" if state.with_project else ""
    return f"Deleted by {typed(state.deleted_by, _NAME)}{all_of_it}{when}; its manifest stays"


def _updating_words(updating: Updating) -> str:
    """How far the lines are that are being added."""
    return f"More lines: {updating.sent:,} of {updating.lines:,} sent"


def _drawing(state: DatasetState) -> str:
    """The bar, as long as lines arrive."""
    if state.state != lifecycle.IMPORTING or not state.arrived:
        return ""
    return f"{bar(state.arrived, state.sent)}  "


def standing(state: DatasetState, set_aside: str = "") -> tuple[str, str]:
    """Where an import does not go on: its state's name, and how it stands in a sentence; two empty
    texts while it goes on.
    """
    if not state.ended and not set_aside:
        return "", ""
    words = f"{_word(state, set_aside)}: {progress_words(state, set_aside).rstrip('.')}."
    if state.ended:
        return state.state, f"The import is over. {words}"
    return "paused", f"The import does not go on. {words}"


def progress_words(state: DatasetState, set_aside: str = "") -> str:
    """How far it is, in words."""
    if set_aside:
        return typed(set_aside, 600)
    if state.state in _BEFORE:
        return _BEFORE[state.state]
    if state.state == lifecycle.CREATING:
        return f"{_sent(state)}: {labels_words(state.labels)}"
    if state.state == lifecycle.IMPORTING:
        read = (
            f"{state.arrived:,} of {state.sent:,} lines have arrived"
            if state.arrived
            else "AWS reads the lines"
        )
        return f"{read} · {_sent(state)}"
    if state.state == lifecycle.READY:
        return f"{_arrived(state)} · {count(len(state.labels), 'label')}"
    return typed(state.cause, 600) or "Nothing was created at AWS"


def labels_words(labels: Iterable[LabelCount]) -> str:
    """Labels with their counts: `ripe 512 · unripe 430`; boxes in brackets where there are any."""
    known = list(labels)
    if not known:
        return "no labels"
    shown = [
        f"{typed(one.name, 60)} {one.pictures:,}"
        + (f" ({count(one.boxes, 'box', 'boxes')})" if one.boxes else "")
        for one in known[:_LABELS_SHOWN]
    ]
    more = (
        f" and {count(len(known) - _LABELS_SHOWN, 'more label')}"
        if len(known) > _LABELS_SHOWN
        else ""
    )
    return " · ".join(shown) + more


def ready_line(source: Source, state: DatasetState) -> Message:
    """The result: what arrived, the labels, what did not arrive and why; mentions the asker."""
    ready = "is ready"
    if _is_bare(state):
        ready = "was imported, but it cannot be trained: no labels"
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}* ({source.type_words}, project "
        f"{typed(source.project, _NAME)}) {ready}\n{_arrived(state)}: {labels_words(state.labels)}"
    )
    if _is_bare(state):
        head += ". Pictures on its card shows them, and Labels… below them gives them some."
    below: list[Block] = []
    if source.dataset_type == TRAIN and not _is_bare(state):
        label = cut(f"Train a model of project {source.project}", _NAME)
        below = [actions(button("Train…", TRAIN_ID, source.project[:PROJECT_MAX], label=label))]
    return with_parts(head, result_parts(state), below)


def failed_line(source: Source, state: DatasetState) -> Message:
    """The import failed: what happened, what is safe, what to do; mentions the asker."""
    advice = " ".join(remedy(known) for known in named_in(state.cause)) or (
        "Check that AWS may read the manifest and its pictures, then ask again with `/dataset "
        "create`."
    )
    remains = (
        f" The failed dataset keeps its place in project {typed(source.project, _NAME)}: delete "
        "it in the AWS console first, or name another project."
    )
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}* failed: "
        f"{sentence(state.cause)} The manifest and its labels are untouched. "
        f"{advice}{remains if state.remains else ''}"
    )
    return with_parts(head, policy_parts(state))


def policy_answer(said: str, state: DatasetState) -> str:
    """What became of a press, for whoever pressed, and what to do next."""
    after = {
        lifecycle.FAILED: "Delete the failed dataset, then ask again with /dataset create.",
        lifecycle.REFUSED: "Ask again with /dataset create.",
    }
    return f"{said} {after.get(state.state, '')}".rstrip()


def policy_parts(state: DatasetState) -> list[str]:
    """Each bucket that Custom Labels cannot use, with the policy that it needs."""
    return [bucket_policy.words(each) for each in state.closed]


def refused_line(source: Source, state: DatasetState) -> Message:
    """It was not sent: each thing that stands against it with its remedy; mentions the asker."""
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}* was not imported; it was not "
        f"made at AWS. {sentence(state.cause)}"
    )
    if state.remains:
        head += f" Project {typed(source.project, _NAME)} stands there without it."
    return with_parts(head, [*refused_parts(state), *policy_parts(state)])


def set_aside_line(source: Source, cause: str) -> Message:
    """Trying has ended without an answer; mentions the asker."""
    head = (
        f"{mention(source)}*Dataset {typed(source.called, _NAME)}* is paused after "
        f"many errors: {sentence(cause)} It may stand at AWS all the same: look there first, then "
        "ask again with `/dataset create`."
    )
    return with_parts(head, [])


def requester_gone_line(source: Source) -> Message:
    """Whoever asked for the dataset is gone: says who is told in their place, once; mentions that
    manager.
    """
    gone = (
        "Slack shows no active account of "
        f"{typed(source.asked_by_name, _NAME) or 'the requester'} any more"
    )
    if not source.asked_by:
        return _line(
            f"{gone}, and LABELJOB_MANAGERS names no active manager who could be told of this."
        )
    return _line(f"{gone}: {person(source.asked_by)} is told of this from now on.")


def status_message(source: Source, state: DatasetState, *, set_aside: str = "") -> Message:
    """Everything known of one dataset, for one person."""
    card = live_card(source, state, set_aside=set_aside)
    parts: list[str] = []
    if state.state in {lifecycle.CREATING, lifecycle.IMPORTING}:
        parts = _moved_parts(state)
    elif state.state == lifecycle.READY:
        parts = [f"{_arrived(state)}: {labels_words(state.labels)}", *result_parts(state)]
    elif state.state == lifecycle.REFUSED:
        parts = refused_parts(state)
    shown, _ = fit([[section(part)] for part in parts], taken=card.blocks)
    return Message(
        cut("\n".join([card.text, *parts]), 3500), [card.blocks[0], *shown, *card.blocks[1:]]
    )


def list_message(
    datasets: Iterable[tuple[Source, DatasetState, str]], *, running: bool = False
) -> Message:
    """The datasets of a channel with why they are set aside, if so, in the order given.

    `running` when only those under way were asked for.
    """
    rows = list(datasets)
    if not rows:
        return _line(
            "No dataset is being imported in this channel. `/dataset list` shows old ones."
            if running
            else "This channel has no datasets yet. `/dataset create` makes one of a manifest."
        )
    said = [
        f"*{typed(source.called, _NAME)}* · {_word(state, set_aside)}\n"
        f"{cut(progress_words(state, set_aside), 200)}\n"
        f"{source.type_words} set of project {typed(source.project, _NAME)}"
        for source, state, set_aside in rows
    ]
    lead = f"{count(len(rows), 'dataset')} in this channel"
    head, tail = [section(f"*{lead}*")], [context(f"and {len(rows):,} more")]
    shown, left = fit([[section(text)] for text in said], taken=[*head, *tail])
    text = "\n".join([lead, *said[: len(shown)]])
    return Message(
        cut(text, 3500), [*head, *shown, *([context(f"and {left:,} more")] if left else [])]
    )


def fits(
    source: Source, state: DatasetState, wanted: str, me: str = "", *, set_aside: str = ""
) -> bool:
    """Whether a dataset fits each word of `wanted`: a part of its state, owner, project, set or
    name; "open" is said for what is not over, "done" for what is, "failed" for what was not
    imported, "mine" for what `me` asked for.
    """
    over = state.ended or bool(set_aside)
    said = ["done" if over else "open"]
    if over and state.state != lifecycle.READY:
        said.append("failed")
    if me and source.asked_by == me:
        said.append("mine")
    known = " ".join(
        (
            _word(state, set_aside),
            *said,
            source.asked_by_name,
            source.type_words,
            source.project,
            source.called,
        )
    ).lower()
    return all(word in known for word in wanted.lower().split())


def nothing_fits(wanted: str) -> Message:
    """No dataset of the channel fits these words."""
    return _line(f"No dataset of this channel fits “{typed(wanted)}”.")


def no_such_dataset(name: str, meant: Sequence[str] = ()) -> Message:
    """No dataset of that name in this channel; `meant` are those whose names are like it."""
    near = "`/dataset list` shows those there are."
    if meant:
        near = f"Did you mean {' or '.join(code(each, 80) for each in meant)}?"
    return _line(f"This channel has no dataset {code(name, 80)}. {near}")


def help_message(known: Iterable[Action[Any]] = DATASET_ACTIONS) -> Message:
    """What can be typed, of these actions."""
    lines = [f"{code(command)} {said}" for command, said in help_lines(known)]
    text = "\n".join(["Datasets and models from this channel:", *lines])
    small = "A finished labeling job has a button of its own: Make dataset."
    return Message(f"{text}\n{small}", [section(text), context(small)])


def _word(state: DatasetState, set_aside: str) -> str:
    if set_aside:
        return "Paused after errors"
    if state.deletion:
        return _DELETION[state.deletion]
    return _NO_LABELS if _is_bare(state) else _STATES[state.state]


def _is_bare(state: DatasetState) -> bool:
    """Whether it was imported without a single label."""
    return state.state == lifecycle.READY and not state.labels


def with_parts(head: str, parts: list[str], below: Sequence[Block] = ()) -> Message:
    """A line of the thread with paragraphs below it, as many as fit, and buttons."""
    shown, _ = fit([[section(part)] for part in parts], taken=[section(head), *below])
    return Message(cut("\n".join([head, *parts]), 3500), [section(head), *shown, *below])


def _line(text: str) -> Message:
    return Message(text, [section(text)])


def result_parts(state: DatasetState) -> list[str]:
    """The paragraphs below the numbers: what was moved, what vanished, what has errors, what is
    only worth a look.
    """
    lost = state.lines - state.arrived
    silent = [finding for finding in state.findings if finding.level == "silent"]
    bad = [finding for finding in state.findings if finding.level == "line"]
    look = [finding for finding in state.findings if finding.level == "warning"]
    parts = [*_noted(state), *_moved_parts(state)]
    if silent or lost > 0:
        lost = max(lost, 0)
        lines = (
            f"{count(state.lines, 'line')} = {state.lines - lost:,} imported + {lost:,} reported"
        )
        parts.append(_list(f"{count(lost, 'line')} did not arrive: {lines}.", silent))
    if bad:
        parts.append(
            _list(
                f"AWS lists errors on {count(state.errors, 'line')}; they are not trained on:", bad
            )
        )
    if look:
        parts.append(_list("Worth a look:", look))
    return [*parts, *_training(state), *policy_parts(state)]


def _noted(state: DatasetState) -> list[str]:
    """What the source had to say."""
    return [typed(each, 1000) for each in state.notes]


def _moved_parts(state: DatasetState) -> list[str]:
    """What became of boxes on their way to AWS; nothing when they went as they were drawn."""
    said = []
    if state.rounded:
        said.append(f"{count(state.rounded, 'box', 'boxes')} rounded to whole pixels")
    if state.clipped:
        pictures = "its picture" if state.clipped == 1 else "their pictures"
        said.append(f"{count(state.clipped, 'box', 'boxes')} clipped to {pictures}")
    return [f"{', '.join(said)}; the manifest stays as it is."] if said else []


def refused_parts(state: DatasetState) -> list[str]:
    """What stands against the import, the lines behind it, and what would stand against a
    training.
    """
    if not state.findings:
        return []
    whole = [finding for finding in state.findings if finding.level == "file"]
    lines = [finding for finding in state.findings if finding.level in {"silent", "line"}]
    parts = [_list("", whole)] if whole else []
    return [*parts, *([_list("The lines:", lines)] if lines else []), *_training(state)]


def _training(state: DatasetState) -> list[str]:
    found = [finding for finding in state.findings if finding.level == "training"]
    return [_list("A training from it would fail as it is:", found)] if found else []


def _list(lead: str, findings: list[Finding]) -> str:
    """A lead and a point per finding."""
    points = [f"• {typed(words(finding), _FINDING)}" for finding in findings[:_KINDS_SHOWN]]
    more = (
        [f"• and {count(len(findings) - _KINDS_SHOWN, 'more kind')}"]
        if len(findings) > _KINDS_SHOWN
        else []
    )
    return "\n".join([*([lead] if lead else []), *points, *more])


def _arrived(state: DatasetState) -> str:
    """`1,233 of 1,240 lines arrived`. Somebody may have added more at AWS meanwhile."""
    if state.arrived > state.lines:
        return (
            f"{state.arrived:,} entries, more than the {count(state.lines, 'line')} of the manifest"
        )
    return f"{state.arrived:,} of {count(state.lines, 'line')} arrived"


def _sent(state: DatasetState) -> str:
    dropped = state.lines - state.sent
    return f"{count(state.sent, 'line')} sent" + (f", {dropped:,} left out" if dropped else "")


def mention(source: Source) -> str:
    """Whoever asked, pinged; "" where nobody is to be."""
    return f"{person(source.asked_by)} " if source.asked_by else ""


def sentence(cause: str) -> str:
    """A cause as a sentence of its own; "" for none."""
    said = typed(cause, 900).rstrip(".")
    return f"{said}." if said else ""


def _small(source: Source) -> str:
    """The grey line."""
    parts: list[str] = [
        f"{source.type_words} set of project {typed(source.project, _NAME)}",
        origin_of(source).from_words(source),
    ]
    if source.asked_by_name:
        parts.append(f"requested by {typed(source.asked_by_name, _NAME)}")
    return " · ".join(parts)
