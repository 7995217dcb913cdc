"""Accept: a filled form becomes a run that is taken in, with its end. Nothing here asks AWS.

Row and live message are written in one commit, once per request however often it comes. `runs` does
the rest.
"""

from collections.abc import Callable

from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.errors import Refusal, Refused
from bot.models import run_form
from bot.models.model_records import ModelRecords
from bot.models.run_form import Wish
from bot.models.run_records import Run, RunRecords
from bot.models.run_store import RunStore
from bot.people.access import Who


class RunsAlready(Refusal):
    """This model runs already; its card is in the channel that it was started from."""

    field = "model_id"


class AcceptRun:
    """Takes runs in. `limit_of` gives the longest run of a channel in seconds, `price` is what an
    inference unit costs an hour.
    """

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        models: ModelRecords,
        records: RunRecords,
        store: RunStore,
        limit_of: Callable[[str], int],
        price: float,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._models = models
        self._records = records
        self._store = store
        self._limit_of = limit_of
        self._price = price
        self._clock = clock
        self._new_id = new_id

    def wish(self, team_id: str, channel: str, said: str = "") -> Wish:
        """What the form begins with; `said` is a model's id here, or words of its name."""
        there = self._models.trained(team_id, channel)
        offered = tuple((each.id, each.training.called) for each in there)
        named = said.lower().replace("/", " ").split()
        fitting = [
            model_id
            for model_id, called in offered
            if said == model_id or all(word in called.lower() for word in named)
        ]
        chosen = ""
        if said and fitting:
            chosen = fitting[0]
        limit = self._limit_of(channel)
        return Wish(
            model_id=chosen, channel=channel, offered=offered, limit=limit, price=self._price
        )

    def accept(self, wish: Wish, who: Who, team_id: str, request_key: str) -> tuple[Run, bool]:
        """Take the run in, once per request: it, and whether it was taken in now.

        Raises:
            Refused: what was asked has faults; each with its field.
            RunsAlready: the model has a run that is not over.

        """
        known = self._records.of_request(request_key)
        if known is not None:
            return known, False
        found = run_form.faults(wish)
        model = self._models.get(wish.model_id)
        if found or model is None:
            raise Refused(found)
        run = Run(
            id=self._new_id(),
            team_id=team_id,
            channel=wish.channel,
            request_key=request_key,
            asked_by=who.user_id,
            asked_by_name=who.name,
            asked_at=self._clock(),
            project=model.training.project,
            project_arn=model.project_arn,
            version_name=model.training.version_name,
            arn=model.arn,
            units=wish.units,
            seconds=float(wish.seconds),
            ends_at=self._db.time() + wish.seconds,
        )
        if self._store.add(run):
            return run, True
        known = self._records.of_request(request_key)
        if known is None:
            raise RunsAlready
        return known, False
