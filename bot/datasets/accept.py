"""Accept: a filled form becomes a dataset that is taken in. Runs within Slack's 3 seconds; only
`look` asks AWS, which has 1.5 s.

Row and live message are written in one commit, once per request however often it comes. `load` does
the rest.
"""

from dataclasses import dataclass
from functools import partial

import msgspec

from bot.base.clock import Clock, NewId
from bot.base.errors import Fault, Refusal, Refused
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.datasets.examination import Unfit
from bot.datasets.findings import droppable
from bot.datasets.form import faults
from bot.datasets.lifecycle import REFUSED, DatasetState
from bot.datasets.look import Look, look
from bot.datasets.records import Dataset, Records
from bot.datasets.sights import Sights
from bot.datasets.source import Source, both_sets_fault
from bot.datasets.sources.origin import Sight
from bot.datasets.store import DatasetStore
from bot.people.access import Who


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a form: its dataset, and whether it was taken in now or by an earlier
    submission.
    """

    dataset: Dataset
    new: bool


class NotDroppable(Refusal):
    """These lines cannot be left out: something else stands against this import."""


class Accept:
    """Takes datasets in."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        records: Records,
        store: DatasetStore,
        open_places: OpenPlaces,
        sights: Sights,
        questions: Questions,
        region: str,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._records = records
        self._store = store
        self._open = open_places
        self._sights = sights
        self._questions = questions
        self._region = region
        self._clock = clock
        self._new_id = new_id

    def look(self, source: Source) -> tuple[Look | None, list[Fault]]:
        """What the dataset would become, and what is wrong with a filled form, as far as AWS says
        it within the form's 1.5 s (None where it does not); `load` looks again.
        """
        allowed = self._open.of(source.channel)
        found = faults(source, allowed) or self._in_both_sets(source)
        if found or source.brought:  # files that are not in S3 yet
            return None, found
        sight = self._sights.of(source, self._clock(), self._questions.patience())
        asked = {"manifest_uri": partial(_look, source, sight, self._region)}
        answers, found, _silent = self._questions.ask(asked)
        return answers.get("manifest_uri"), found

    def accept(self, source: Source, request_key: str) -> Receipt:
        """Take the dataset in, once per request.

        Raises:
            Refused: what was asked has faults; each with its field.

        """
        known = self._records.of_request(request_key)
        if known is not None:
            return Receipt(known, new=False)
        found = faults(source, self._open.of(source.channel))
        if not found:
            found = self._in_both_sets(source)
        if found:
            raise Refused(found)
        dataset = Dataset(
            id=self._new_id(),
            request_key=request_key,
            asked_at=self._clock(),
            source=source,
            state=DatasetState(),
        )
        taken = self._store.add(dataset)
        if not taken:
            return Receipt(self._records.of_request(request_key) or dataset, new=False)
        return Receipt(dataset, new=True)

    def other_lines(self, refused: Dataset, who: Who) -> Receipt:
        """Take a dataset in of the lines that are fine, where another was refused for the faulty
        ones.

        Raises:
            NotDroppable: there was something else against it.
            Refused: what was asked has faults by now.

        """
        state = refused.state
        if state.state != REFUSED or not droppable(state.findings):
            raise NotDroppable
        source = msgspec.structs.replace(
            refused.source, faultless=True, asked_by=who.user_id, asked_by_name=who.name
        )
        return self.accept(source, f"other lines:{refused.id}")

    def _in_both_sets(self, source: Source) -> list[Fault]:
        """What is wrong where the project's other set is made of the same pictures."""
        others = self._records.in_project(source.team_id, source.project)
        fault = both_sets_fault(source, [each.source for each in others])
        return [Fault("manifest_uri", fault)] if fault else []


def _look(source: Source, sight: Sight, region: str) -> Look:
    """The dataset as Rekognition would see it.

    Raises:
        Refusal: it would reject the whole import, in words for the form.

    """
    try:
        return look(source, sight, region)
    except Unfit as unfit:
        raise Refusal(unfit.at_form, field=unfit.field) from unfit
