"""The numbers of a trained model as a picture in its card's thread, beside the table of its line.

Promises: without Pillow, without the right to upload, or where Slack will not, there is none, and
the line says all the same; after a kill it may come twice.
"""

import logging
from dataclasses import dataclass

from bot.base.errors import LabeljobError
from bot.delivery.outbox import Outbox
from bot.delivery.uploads import File, Uploads
from bot.models.model_cards import scores_words
from bot.models.model_records import Model
from bot.models.model_state import ModelState, Score
from bot.models.model_store import subject
from bot.models.trial_cards import ALT_MOST
from bot.pictures.limits import can_draw

_SAID = 8  # labels in the words that stand for the picture

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScorePicture:
    """Draws and posts."""

    uploads: Uploads
    outbox: Outbox

    def post(self, model: Model, state: ModelState) -> None:
        """Put the picture of these numbers below the model's card; nothing where it cannot be."""
        root = self.outbox.root_ts(subject(model), model.training.channel)
        if root is None or not state.labels or not self.uploads.may or not can_draw():
            return
        called = model.training.called
        file = File("scores.jpg", _drawn(called, state), f"{called}: scores"[:100], _alt(state))
        words = f"How good each label of {called} is recognized, the worst first."
        try:
            self.uploads.post(model.training.channel, root, file, words)
        except LabeljobError as error:
            log.info("the scores of %s are not shown as a picture: %s", called, error.words)


def _drawn(called: str, state: ModelState) -> bytes:
    from bot.pictures.scores import Row, scores  # noqa: PLC0415 - Pillow is an extra

    every = [("all labels", state.whole), *((each.label, each) for each in state.labels)]
    rows = [Row(name, (each.f1, each.precision, each.recall)) for name, each in every]
    return scores(called, rows)


def _alt(state: ModelState) -> str:
    """What stands for the picture."""
    said = [f"all labels: {scores_words(state.whole)}", *map(_words, state.labels[:_SAID])]
    left = len(state.labels) - _SAID
    more = f"; and {left:,} more labels" if left > 0 else ""
    return f"Bars. {'; '.join(said)}"[: ALT_MOST - len(more)] + more


def _words(score: Score) -> str:
    return f"{score.label}: {scores_words(score)}"
