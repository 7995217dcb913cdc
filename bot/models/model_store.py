"""The store of models: the one place where a model is changed.

The row, the live message and the one line of its end are written together or not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import msgspec
from sqlmodel import Session

from bot.base.db import Database
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.models import model_cards
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import Change, ModelState
from bot.models.training import Training

_LINES: Mapping[Change, Callable[[Training, ModelState, str], Message]] = {
    Change.TRAINED: model_cards.trained_line,
    Change.FAILED: model_cards.failed_line,
    Change.REFUSED: model_cards.refused_line,
    Change.DELETED: model_cards.deleted_line,
}

Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone (""
for nobody's).
"""


def subject(model: Model) -> Subject:
    """Whom the messages about a model speak of."""
    return Subject(model.training.team_id, "model", model.id)


def live(model: Model) -> Message:
    """The live message as it is to read now."""
    return model_cards.live_card(
        model.training, model.state, set_aside=model.set_aside or "", model_id=model.id
    )


class ModelStore:
    """Adds and changes models, and says so."""

    def __init__(self, *, db: Database, records: ModelRecords, outbox: Outbox, told: Told) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._told = told

    def heard(self, training: Training) -> Training:
        """What was asked for, for a line that mentions somebody: `asked_by` is whoever hears of it
        now.
        """
        told = self._told(training.asked_by) if training.asked_by else ""
        return msgspec.structs.replace(training, asked_by=told)

    def add(self, model: Model) -> bool:
        """Take a model in, with its live message; False when its request was taken in before."""
        with self._db.write() as session:
            taken = self._records.add(session, model)
            if taken:
                self._outbox.show(session, subject(model), model.training.channel, live(model))
        return taken

    def change(
        self,
        model: Model,
        state: ModelState,
        changes: Iterable[Change] = (),
        *,
        line: Message | None = None,
        also: Callable[[Session], object] | None = None,
    ) -> Model:
        """Write the model with its new state, its card and its line; the model as it is now. `also`
        writes what belongs to the same commit.

        Raises:
            Stale: the model was changed since it was read; nothing was written or told.

        """
        moved = state.state != model.state.state or line is not None
        after = replace(model, state=state, seq=model.seq + 1 if moved else model.seq)
        ends = [_LINES[change] for change in changes if change in _LINES]
        said = [end(self.heard(after.training), state, after.id) for end in ends]
        if line is not None:
            said.append(line)
        about, channel = subject(after), after.training.channel
        with self._db.write() as session:
            saved = self._records.save(session, after)
            if also is not None:
                also(session)
            self._outbox.show(session, about, channel, live(after), urgent=moved)
            for number, message in enumerate(said):
                key = f"model:{after.id}:{after.seq}:{number}"
                self._outbox.say(session, about, channel, message, key=key, priority=3)
        return saved
