"""[Import the other lines] of a dataset that was refused for its faulty lines."""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.datasets import card
from bot.datasets.delete import NoSuchDataset
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(card.DROP_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """The new dataset's card says the rest."""
    ack()
    dataset = stories.datasets.status.dataset(str(body["actions"][0].get("value") or ""))
    if dataset is None:
        raise NoSuchDataset
    source, who = dataset.source, asking(body)
    person = stories.access.at_home(source.team_id, who.user_id, source.channel, who.channel)
    stories.access.require(source.action, person, asked_by=source.job_asked_by or None)
    stories.datasets.accept.other_lines(dataset, person)
