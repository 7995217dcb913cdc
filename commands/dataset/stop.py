"""Stop a running model at once: by the command, or by [Stop now] of its card."""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.models import run_cards
from bot.models.actions import STOP
from bot.models.run_records import Run
from bot.slack.app import SlackApp
from commands.asking import Asking, asking
from commands.doing import Answer, Ask, Said, Stories, does


@does(STOP)
def stop(ask: Ask) -> Answer:
    """Stop the one model of the channel that runs and bears that name."""
    named = ask.models.status.running(ask.team_id, ask.who.channel, ask.said)
    return Said(run_cards.stop_answer(_stopped(named, ask.who, ask.stories).facts))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(run_cards.STOP_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """[Stop now] of a run's card: its card says the rest."""
    ack()
    run = stories.models.status.run(str(body["actions"][0].get("value") or ""))
    _stopped(run, asking(body), stories)


def _stopped(run: Run, who: Asking, stories: Stories) -> Run:
    person = stories.access.at_home(run.team_id, who.user_id, run.channel, who.channel)
    return stories.models.runs.stop(run.id, person)
