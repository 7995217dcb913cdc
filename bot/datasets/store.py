"""The store of datasets: the one place where a dataset is changed.

Every verb that changes a dataset goes through here: the row, the live message and the one line of
its end are written together or not at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

import msgspec
from sqlmodel import Session

from bot.base.db import Database
from bot.datasets import card
from bot.datasets.lifecycle import DELETED, READY, Change, DatasetState
from bot.datasets.records import Dataset, Records
from bot.datasets.source import Source
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject

_LINES = {
    Change.READY: card.ready_line,
    Change.FAILED: card.failed_line,
    Change.REFUSED: card.refused_line,
}


class Noted(Protocol):
    """Hears of a change in its own commit: the card of the job that a dataset was made of shows
    it.
    """

    def __call__(  # noqa: PLR0913 - what a card shows of a dataset
        self,
        session: Session,
        job_id: str,
        *,
        dataset_id: str,
        name: str,
        project: str,
        kind: str,
        state: str,
    ) -> None:
        """The dataset as it is now; `kind` is training or test, `state` under way, ready or not
        made.
        """


Told = Callable[[str], str]
"""Who hears of what a person asked for: their own id, or a manager's when their account is gone (""
for nobody's).
"""


def subject(dataset: Dataset) -> Subject:
    """Whom the messages about a dataset speak of."""
    return Subject(dataset.source.team_id, "dataset", dataset.id)


def below(dataset: Dataset) -> Subject | None:
    """In whose thread it is told: that of the job it was made of."""
    told = dataset.source.told_below
    return Subject(dataset.source.team_id, *told) if told else None


def live(dataset: Dataset) -> Message:
    """The live message as it is to read now."""
    return card.live_card(
        dataset.source, dataset.state, set_aside=dataset.set_aside or "", dataset_id=dataset.id
    )


class DatasetStore:
    """Adds and changes datasets, and says so. `gap` is the least time in seconds between two
    changes of the numbers.
    """

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        gap: float,
        noted: Noted,
        told: Told = str,
    ) -> None:
        self._db = db
        self._told = told
        self._records = records
        self._outbox = outbox
        self._gap = gap
        self._noted = noted

    def heard(self, source: Source) -> Source:
        """What was asked for, for a line that mentions somebody: `asked_by` is whoever hears of it
        now.
        """
        return msgspec.structs.replace(
            source, asked_by=self._told(source.asked_by) if source.asked_by else ""
        )

    def add(self, dataset: Dataset) -> bool:
        """Take a dataset in, with its live message; False when its request was taken in before."""
        with self._db.write() as session:
            taken = self._records.add(session, dataset)
            if taken:
                channel = dataset.source.channel
                about = subject(dataset)
                self._outbox.show(session, about, channel, live(dataset), below=below(dataset))
                self._note(session, dataset)
        return taken

    def change(
        self,
        dataset: Dataset,
        state: DatasetState,
        changes: Iterable[Change] = (),
        *,
        line: Message | None = None,
        also: Callable[[Session], object] | None = None,
    ) -> Dataset:
        """Write the dataset with its new state, its card and its line; the dataset as it is now.

        `line` is one more line for the thread (a problem); `also` writes what belongs to the same
        commit.

        Raises:
            Stale: the dataset was changed since it was read; nothing was written or told.

        """
        moved = state.stage != dataset.state.stage or line is not None
        after = replace(dataset, state=state, seq=dataset.seq + 1 if moved else dataset.seq)
        ends = [_LINES[change] for change in changes if change in _LINES]
        heard = self.heard(after.source) if ends or line is not None else after.source
        said = [end(heard, state) for end in ends]
        if line is not None:
            said.append(line)
        about, channel = subject(after), after.source.channel
        with self._db.write() as session:
            saved = self._records.save(session, after)
            if also is not None:
                also(session)
            self._outbox.show(
                session,
                about,
                channel,
                live(after),
                urgent=moved,
                gap=self._gap,
                below=below(after),
            )
            self._say(session, after, heard, said)
            if moved:
                self._note(session, saved)
        return saved

    def _say(
        self, session: Session, dataset: Dataset, heard: Source, said: Iterable[Message]
    ) -> None:
        """Lines of its thread; once, who hears of it in the requester's place."""
        about, channel = subject(dataset), dataset.source.channel
        if heard.asked_by != dataset.source.asked_by:
            gone = card.requester_gone_line(heard)
            self._outbox.say(
                session, about, channel, gone, key=f"gone:{dataset.id}:{channel}", priority=3
            )
        for number, message in enumerate(said):
            key = f"dataset:{dataset.id}:{dataset.seq}:{number}:{channel}"
            self._outbox.say(session, about, channel, message, key=key, priority=3)

    def _note(self, session: Session, dataset: Dataset) -> None:
        """Tell of a dataset that was made of a job."""
        source = dataset.source
        kind, job_id = source.told_below or ("", "")
        if kind == "job":
            self._noted(
                session,
                job_id,
                dataset_id=dataset.id,
                name=source.called,
                project=source.project,
                kind=source.type_words,
                state=_standing(dataset),
            )


def _standing(dataset: Dataset) -> str:
    """How it stands, in the three words of a job's card."""
    if dataset.set_aside or dataset.state.deletion == DELETED:
        return "not made"
    if dataset.state.state == READY:
        return "ready"
    return "not made" if dataset.state.ended else "under way"
