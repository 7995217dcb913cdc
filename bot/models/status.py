"""Status: what is known of a channel's models and runs, from the database alone."""

from collections.abc import Sequence

from bot.base.db import Database
from bot.base.errors import Refusal
from bot.delivery.dead_letters import Asked
from bot.delivery.message import Message
from bot.models import batch_cards, model_cards, run_cards
from bot.models.batch import DONE
from bot.models.batch_records import BatchRecords, Drafted
from bot.models.delete import NoSuchModel
from bot.models.model_cards import ShownModel
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import TRAINED
from bot.models.run_records import Run, RunRecords
from bot.models.runs import NoSuchRun

_TOO_FEW = 2  # versions that can be compared


class NoSuchDrafts(Refusal):
    """These drafts are not there."""


class Status:
    """Answers questions about models; rights are the command's business."""

    def __init__(
        self,
        *,
        db: Database,
        models: ModelRecords,
        runs: RunRecords,
        batches: BatchRecords,
        price: float,
    ) -> None:
        self._db = db
        self._models = models
        self._runs = runs
        self._batches = batches
        self._price = price

    def model_asker(self, model_id: str) -> Asked | None:
        """Who is to hear of a model whose channel cannot be reached."""
        model = self._models.get(model_id)
        if model is None:
            return None
        training = model.training
        stage, stands = model_cards.standing(model.state, model.set_aside or "")
        return Asked(training.asked_by, "model", training.called, "training", stage, stands)

    def run_asker(self, run_id: str) -> Asked | None:
        """Who is to hear of a run whose channel cannot be reached."""
        run = self._runs.get(run_id)
        if run is None:
            return None
        card = run_cards.live_card(run.facts, self._price, self._db.time())
        stage = run.state.state if run.state.ended else ""
        return Asked(run.asked_by, "model", run.called, "run", stage, card.text)

    def batch_asker(self, batch_id: str) -> Asked | None:
        """Who is to hear of drafts whose channel cannot be reached."""
        found = self._batches.get(batch_id)
        if found is None:
            return None
        stage, stands = batch_cards.standing(found.facts)
        return Asked(found.asked_by, "model", found.model, "drafts", stage, stands)

    def drafts(self, batch_id: str) -> Drafted:
        """The batch of that id.

        Raises: NoSuchDrafts: there is none, or it has no drafts.

        """
        found = self._batches.get(batch_id)
        if found is None or found.progress.state != DONE:
            raise NoSuchDrafts
        return found

    def every(self, team_id: str, channel: str, project: str) -> Message:
        """The models of the channel; with a project that has several trained ones, side by side."""
        if not project:
            there = self._models.in_channel(team_id, channel)
            return model_cards.list_message(self._shown(team_id, channel, there))
        there = self._models.in_channel(team_id, channel, project)
        trained = [each for each in there if each.state.state == TRAINED]
        if len(trained) >= _TOO_FEW:
            compared = [(each.training.version_name, each.state) for each in trained]
            return model_cards.compared(project, compared)
        return model_cards.list_message(self._shown(team_id, channel, there), project)

    def _shown(self, team_id: str, channel: str, there: Sequence[Model]) -> list[ShownModel]:
        """The models as a list shows them."""
        running = {each.arn for each in self._runs.in_channel(team_id, channel)}
        return [
            ShownModel(each.training, each.state, each.set_aside or "", each.arn in running)
            for each in there
        ]

    def run(self, run_id: str) -> Run:
        """The run of that id.

        Raises: NoSuchRun: there is none.

        """
        run = self._runs.get(run_id)
        if run is None:
            raise NoSuchRun
        return run

    def running(self, team_id: str, channel: str, said: str) -> Run:
        """The run of the channel that these words name: all stand in its model's name.

        Raises: NoSuchRun: none or several do.

        """
        there = [
            each for each in self._runs.in_channel(team_id, channel) if _fits(said, each.called)
        ]
        if len(there) != 1:
            raise NoSuchRun
        return there[0]

    def named(self, team_id: str, channel: str, said: str) -> Model:
        """The model of the channel that these words name: all stand in its name.

        Raises: NoSuchModel: none or several do.

        """
        there = [
            each
            for each in self._models.in_channel(team_id, channel)
            if _fits(said, each.training.called)
        ]
        if len(there) != 1:
            raise NoSuchModel
        return there[0]

    def model(self, model_id: str) -> Model | None:
        """The model of that id."""
        return self._models.get(model_id)


def _fits(said: str, called: str) -> bool:
    """Whether every word that was said stands in the name."""
    return all(word in called.lower() for word in said.lower().replace("/", " ").split())
