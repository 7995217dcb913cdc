"""What people read about a model (pure): its live message, the line of its end with a table, and
what is said of several.

Promises: each message has plain text that says what its blocks say, and fits Slack's limits
whatever AWS's evaluation says.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.base import bucket_policy
from bot.base.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    count,
    cut,
    duration,
    fit,
    input_block,
    modal,
    moment,
    person,
    section,
    text_input,
    typed,
)
from bot.base.bucket_policy import any_curable
from bot.base.forms import VALUE
from bot.delivery.message import Message
from bot.manifests.rekognition_codes import named_in, remedy
from bot.models import model_state
from bot.models.mistake_cards import mistakes_button
from bot.models.model_state import ModelState, Score
from bot.models.training import SPLIT, Training

RUN_ID, DELETE_ID, UNDO_ID = "model_run", "model_delete", "model_undo"
COPY_ID = "model_copy"
POLICY_ID = "model_bucket_policy"
DELETE_VIEW, NAME_FIELD = "model_delete_view", "typed_name"  # callback_id, block_id
_NAME = 100
_ROWS = 100  # Slack: rows of a table, its head too
_TABLE_SIZE = 9_500  # Slack takes about 10,000 characters of tables
_HEAD = ("label", "F1", "precision", "recall", "test pictures")
_LABEL = 60
_VERSIONS = 5  # versions side by side
_LISTED = 30
_STATES = {
    model_state.ASKED: "Waiting",
    model_state.SPLITTING: "Splitting the training set",
    model_state.CREATING: "Sending to AWS",
    model_state.TRAINING: "Training",
    model_state.TRAINED: "Trained",
    model_state.FAILED: "Failed",
    model_state.REFUSED: "Not trained",
    model_state.DELETING: "Being deleted",
    model_state.DELETED: "Deleted",
}
# ours: an F1 below which a label is named, and test pictures below which a score says little
_LOW, _FEW = 0.5, 10


def live_card(
    training: Training, state: ModelState, *, set_aside: str = "", model_id: str
) -> Message:
    """The model's one message, edited in place. `set_aside` says why nothing is tried any more."""
    word = _word(state, set_aside)
    said = _standing(state, set_aside)
    if training.copy_of and state.state == model_state.TRAINING and not set_aside:
        word, said = "Copying", "AWS copies it; that takes some minutes."
    small = _small(training)
    text = f"Model {typed(training.called, _NAME)}: {word}. {said} {small}"
    blocks: list[Block] = [section(f"*Model {typed(training.called, _NAME)}* · {word}\n{said}")]
    if buttons := _buttons(training, state, model_id):
        blocks.append(actions(*buttons))
    return Message(cut(text, 3500), [*blocks, context(small)])


def _buttons(training: Training, state: ModelState, model_id: str) -> list[Block]:
    run = button("Run…", RUN_ID, model_id, label=f"Run model {training.called}")
    delete = button("Delete…", DELETE_ID, model_id, label=f"Delete model {training.called}")
    copy = button("Copy…", COPY_ID, model_id, label=f"Copy model {training.called}")
    undo = button("Undo", UNDO_ID, model_id, label=f"Keep model {training.called}")
    policy: list[Block] = []
    if any_curable(state.closed):
        label = cut(f"Let Rekognition into the buckets of {training.called}", _LABEL)
        policy = [button("Let Rekognition in", POLICY_ID, model_id, label=label)]
    shown = {
        model_state.REFUSED: policy,
        model_state.TRAINED: [run, mistakes_button(training.called, model_id), copy, delete],
        model_state.FAILED: [*policy, delete],
        model_state.DELETING: [undo],
    }
    return shown.get(state.state, [])


def standing(state: ModelState, set_aside: str = "") -> tuple[str, str]:
    """Where a training does not go on: its state's name, and how it stands in a sentence; two empty
    texts while it goes on.
    """
    if not state.ended and not set_aside:
        return "", ""
    words = f"{_word(state, set_aside)}: {_standing(state, set_aside)}"
    if state.ended:
        return state.state, f"The training is over. {words}"
    return "paused", f"The training does not go on. {words}"


def _standing(state: ModelState, set_aside: str) -> str:
    if set_aside:
        return _sentence(set_aside)
    by = typed(state.deleted_by, _NAME)
    words = {
        model_state.SPLITTING: (
            "A fifth of the training set becomes the test set, then the training begins."
        ),
        model_state.TRAINING: f"AWS trains it{_since(state)}; that takes 30 minutes to 24 hours.",
        model_state.TRAINED: f"{scores_words(state.whole)}. {_billed(state)}",
        model_state.DELETING: f"{by} deletes it in a minute. Its datasets stay.",
        model_state.DELETED: f"{by} deleted it. Its datasets stay.",
    }
    if state.state == model_state.DELETED and state.was == model_state.PROJECT:
        return f"{by} deleted it with its project."
    cause = _sentence(state.cause) or "It is sent to AWS in a moment."
    return words.get(state.state, cause)


def _since(state: ModelState) -> str:
    if not state.began_at:
        return ""
    return f" since {moment(datetime.fromtimestamp(state.began_at, UTC))}"


def scores_words(score: Score) -> str:
    """`F1 0.91, precision 0.93, recall 0.89`, as far as they are known."""
    known = (("F1", score.f1), ("precision", score.precision), ("recall", score.recall))
    said = [f"{name} {_number(value)}" for name, value in known if value is not None]
    return ", ".join(said) or "AWS gave no scores"


def trained_line(training: Training, state: ModelState, trained_id: str) -> Message:
    """The result: how good it is, in all and by label, what it takes for what; mentions the
    asker.
    """
    verb = "is copied" if training.copy_of else "is trained"
    head = (
        f"{_mention(training)}*Model {typed(training.called, _NAME)}* {verb}: "
        f"{scores_words(state.whole)}. {_tested(state)} {_billed(state)}"
    )
    parts = [head, *_remarks(state)]
    run = button("Run…", RUN_ID, trained_id, label=f"Run model {training.called}")
    above = [section(each) for each in parts]
    below = [actions(run)]
    blocks, left = [*above, *below], 0
    if state.labels:
        table, left = _table(_HEAD, [_row(each) for each in state.labels], [*above, *below])
        blocks = [*above, table, *_more(left), *below]
    rows = [_row_words(each) for each in state.labels[: len(state.labels) - left]]
    return Message(cut("\n".join([*parts, *rows]), 3500), blocks)


def failed_line(training: Training, state: ModelState, _model_id: str) -> Message:
    """The training failed: what happened, what is safe, what to do; mentions the asker."""
    codes = state.codes or named_in(state.cause)
    advice = " ".join(remedy(known) for known in codes) or (
        "Check that AWS may read the pictures and write to "
        f"{code(training.output_uri, 300)}, then train again."
    )
    return _with_policies(
        f"{_mention(training)}*Model {typed(training.called, _NAME)}* failed: "
        f"{_sentence(state.cause)} Its datasets are untouched. {cut(advice, 1200)} The failed "
        "version keeps its name until it is deleted.",
        state,
    )


def refused_line(training: Training, state: ModelState, _model_id: str) -> Message:
    """It was not sent; mentions the asker."""
    split = ""
    if training.test == SPLIT:
        split = " Where a part of the training set became the test set already, that stays so."
    return _with_policies(
        f"{_mention(training)}*Model {typed(training.called, _NAME)}* was not trained, and costs "
        f"nothing. {_sentence(state.cause)}{split}",
        state,
    )


def policy_answer(said: str) -> str:
    """What became of a press, for whoever pressed, and what to do next."""
    return f"{said} Train again with /dataset train: a failed version keeps its name."


def _with_policies(head: str, state: ModelState) -> Message:
    """A line with each bucket that Custom Labels could not use, and the policy that it needs."""
    parts = [head, *(bucket_policy.words(each) for each in state.closed)]
    return Message(cut("\n".join(parts), 3500), [section(each) for each in parts])


def deleted_line(training: Training, state: ModelState, _model_id: str) -> Message:
    """It was deleted."""
    return _line(
        f"{typed(state.deleted_by, _NAME)} deleted model {typed(training.called, _NAME)}; its "
        "datasets stay."
    )


def not_deleted_line(training: Training, cause: str) -> Message:
    """AWS would not delete it."""
    return _line(
        f"Model {typed(training.called, _NAME)} was not deleted: {_sentence(cause)} It stays as "
        "it was."
    )


def delete_window(training: Training, model_id: str) -> Block:
    """What deleting does, to be confirmed by typing the version's name."""
    blocks = [
        section(
            f"*{typed(training.called, _NAME)}* is deleted at AWS for good, with what it learned. "
            "Its datasets stay. There is a minute to undo it, on its card."
        ),
        input_block(
            f"Type the version's name: {cut(training.version_name, _LABEL)}",
            text_input(VALUE),
            NAME_FIELD,
        ),
    ]
    metadata = {"model": model_id}
    return modal(
        "Delete a model",
        blocks,
        callback_id=DELETE_VIEW,
        submit="Delete",
        close="Cancel",
        metadata=metadata,
    )


def set_aside_line(training: Training, cause: str) -> Message:
    """Trying has ended without an answer; mentions the asker."""
    return _line(
        f"{_mention(training)}*Model {typed(training.called, _NAME)}* is paused after many errors: "
        f"{_sentence(cause)} It may be in training at AWS all the same: look there first, then "
        "train again under another name."
    )


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model in a list: why it is set aside, if so, and whether it runs."""

    training: Training
    state: ModelState
    set_aside: str
    runs: bool

    @property
    def words(self) -> str:
        """Its two lines."""
        running = " · running" if self.runs else ""
        return (
            f"*{typed(self.training.called, _NAME)}* · {_word(self.state, self.set_aside)}{running}"
            f"\n{cut(_standing(self.state, self.set_aside), 300)}"
        )


def list_message(models: Sequence[ShownModel], project: str = "") -> Message:
    """The models of a channel, newest first; with a project, those of it."""
    said = [each.words for each in models[:_LISTED]]
    if not said and project:
        name = typed(project, _NAME)
        return _line(f"This channel has no models of project {name}. `/dataset models` shows all.")
    if not said:
        return _line("This channel has no models yet. `/dataset train` makes one.")
    lead = f"{count(len(models), 'model')} in this channel"
    head = section(f"*{lead}*")
    shown, left = fit([[section(each)] for each in said], taken=[head, *_more(1)])
    left += len(models) - len(said)
    more = [context(f"and {left:,} more")] if left else []
    return Message(cut("\n".join([lead, *said]), 3500), [head, *shown, *more])


def compared(project: str, models: Sequence[tuple[str, ModelState]]) -> Message:
    """The trained versions of a project side by side, newest first: F1 in all and by label."""
    shown = models[:_VERSIONS]
    lead = f"Versions of {typed(project, _NAME)} side by side (F1, newest first)"
    labels = sorted({score.label for _name, state in shown for score in state.labels})
    known = [{score.label: score.f1 for score in state.labels} for _name, state in shown]
    head = ["label", *(name for name, _state in shown)]
    rows = [
        ["all", *(_number(state.whole.f1) for _name, state in shown)],
        ["pictures", *(f"{state.training:,}" for _name, state in shown)],
        *([label, *(_number(f1.get(label)) for f1 in known)] for label in labels),
    ]
    words = [" · ".join(cut(cell, _LABEL) for cell in row) for row in [head, *rows]]
    above = section(f"*{lead}*")
    table, left = _table(head, rows, [above])
    text = cut("\n".join([lead, *map(typed, words)]), 3500)
    return Message(text, [above, table, *_more(left)])


def _remarks(state: ModelState) -> list[str]:
    """What is worth a look."""
    said = []
    if state.confusions:
        taken = [
            f"{typed(each.label, _LABEL)} for {typed(each.taken_for, _LABEL)} "
            f"({each.share * 100:.0f} %)"
            for each in state.confusions
        ]
        said.append(f"It takes {', '.join(taken)}.")
    low = [each for each in state.labels if each.f1 is not None and each.f1 < _LOW]
    if low:
        names = ", ".join(typed(each.label, _LABEL) for each in low[:_VERSIONS])
        more = f" and {len(low) - _VERSIONS:,} more" if len(low) > _VERSIONS else ""
        said.append(f"Hardly recognized: {names}{more}. More pictures of them help most.")
    weak = [each for each in state.labels if each.pictures < _FEW]
    if weak:
        said.append(
            f"{count(len(weak), 'label')} {'was' if len(weak) == 1 else 'were'} tested with fewer "
            f"than {_FEW} pictures, which says little about them."
        )
    return said


def _more(left: int) -> list[Block]:
    """What a table had no room for."""
    return [context(f"and {count(left, 'more label')}")] if left else []


def _row_words(score: Score) -> str:
    return (
        f"{typed(score.label, _LABEL)}: {scores_words(score)}, "
        f"{count(score.pictures, 'test picture')}"
    )


def _row(score: Score) -> list[str]:
    numbers = [_number(value) for value in (score.f1, score.precision, score.recall)]
    return [score.label, *numbers, f"{score.pictures:,}"]


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], taken: Sequence[Block]
) -> tuple[Block, int]:
    """A table block with as many rows as a message has room for beside `taken`, names to the left
    and numbers to the right; and how many rows were left out.
    """
    settings = [{"align": "left", "is_wrapped": True}, *[{"align": "right"}] * (len(head) - 1)]
    room = _TABLE_SIZE - len(json.dumps([*taken, settings]))
    kept: list[list[Block]] = []
    for row in [head, *rows][:_ROWS]:
        cells = [{"type": "raw_text", "text": cut(cell, _LABEL) or "-"} for cell in row]
        room -= len(json.dumps(cells)) + 2
        if room < 0:
            break
        kept.append(cells)
    block = {"type": "table", "rows": kept, "column_settings": settings}
    return block, len(rows) + 1 - len(kept)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _tested(state: ModelState) -> str:
    if not state.testing:
        return ""
    return (
        f"Trained with {count(state.training, 'picture')}, tested with "
        f"{count(state.testing, 'other')}."
    )


def _billed(state: ModelState) -> str:
    return f"AWS bills {duration(state.billed)} of training." if state.billed else ""


def _word(state: ModelState, set_aside: str) -> str:
    return "Paused after errors" if set_aside else _STATES[state.state]


def _mention(training: Training) -> str:
    return f"{person(training.asked_by)} " if training.asked_by else ""


def _sentence(words: str) -> str:
    said = typed(words, 900).rstrip(".")
    return f"{said}." if said else ""


def _line(text: str) -> Message:
    return Message(text, [section(text)])


def _small(training: Training) -> str:
    """The grey line."""
    parts = [f"results in {code(training.output_uri, 300)}"]
    if training.asked_by_name:
        parts.append(f"requested by {typed(training.asked_by_name, _NAME)}")
    return " · ".join(parts)
