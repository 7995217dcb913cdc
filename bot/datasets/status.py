"""Status: what is known of a channel's datasets, from the database alone."""

from bot.base.as_typed import plain_name, spellings
from bot.base.nearest import nearest
from bot.datasets import card
from bot.datasets.lifecycle import READY
from bot.datasets.records import Dataset, Records
from bot.datasets.source import TRAIN
from bot.delivery.dead_letters import Asked
from bot.delivery.message import Message


class Status:
    """Answers questions about datasets; rights are the command's business."""

    def __init__(self, *, records: Records) -> None:
        self._records = records

    def asker(self, dataset_id: str) -> Asked | None:
        """Who is to hear of a dataset whose channel cannot be reached."""
        dataset = self._records.get(dataset_id)
        if dataset is None:
            return None
        source = dataset.source
        stage, stands = card.standing(dataset.state, dataset.set_aside or "")
        return Asked(source.asked_by, "dataset", source.called, "import", stage, stands)

    def every(self, team_id: str, channel: str, wanted: str = "", me: str = "") -> Message:
        """The datasets of the channel that fit the words of `wanted`, newest first; `me` is whoever
        says "mine".
        """
        there = self._records.in_channel(team_id, channel)
        fitting = [
            each
            for each in there
            if card.fits(each.source, each.state, wanted, me, set_aside=each.set_aside or "")
        ]
        if wanted and not fitting:
            return card.nothing_fits(wanted)
        return _listed(fitting)

    def running(self, team_id: str, channel: str) -> Message:
        """The datasets of the channel that are under way; one alone is shown whole."""
        going = [one for one in self._records.in_channel(team_id, channel) if not one.state.ended]
        return _one(going[0]) if len(going) == 1 else _listed(going, running=True)

    def dataset(self, dataset_id: str) -> Dataset | None:
        """The dataset of that id."""
        return self._records.get(dataset_id)

    def standing(self, team_id: str, channel: str, name: str) -> Dataset | None:
        """The newest dataset of that name that stands at AWS."""
        there = [one for one in self._records.in_channel(team_id, channel) if one.state.stands]
        named = (one for one in there for spelling in spellings(name) if _is(one, spelling))
        return next(named, None)

    def training(self, team_id: str, channel: str, project: str) -> Dataset | None:
        """The training set of a project that was made in this channel and is ready."""
        there = (one for one in self.ready(team_id, channel) if one.source.project == project)
        return next((one for one in there if one.source.dataset_type == TRAIN), None)

    def ready(self, team_id: str, channel: str) -> list[Dataset]:
        """The channel's datasets that take more pictures, newest first."""
        there = self._records.in_channel(team_id, channel)
        return [
            one for one in there if one.state.state == READY and not one.state.deletion and one.arn
        ]

    def find(self, team_id: str, channel: str, name: str) -> Dataset | None:
        """The newest dataset of that name; one that stands at AWS before any other."""
        there = self._records.in_channel(team_id, channel)
        ordered = sorted(there, key=lambda one: not one.state.stands)
        named = (one for spelling in spellings(name) for one in ordered if _is(one, spelling))
        return next(named, None)

    def named(self, team_id: str, channel: str, name: str) -> Message:
        """The newest dataset of that name (capitals and marks round it do not count)."""
        there = self._records.in_channel(team_id, channel)
        for spelling in spellings(name):
            for dataset in there:
                if _is(dataset, spelling):
                    return _one(dataset)
        plain = plain_name(name) or name
        return card.no_such_dataset(plain, nearest(plain, [each.source.called for each in there]))


def _is(dataset: Dataset, spelling: str) -> bool:
    return dataset.source.called.casefold() == spelling


def _one(dataset: Dataset) -> Message:
    return card.status_message(dataset.source, dataset.state, set_aside=dataset.set_aside or "")


def _listed(datasets: list[Dataset], *, running: bool = False) -> Message:
    return card.list_message(
        [(one.source, one.state, one.set_aside or "") for one in datasets], running=running
    )
