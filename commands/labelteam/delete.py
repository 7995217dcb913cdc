"""Delete a labeling team: a window that says what it does, to be confirmed."""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.jobs.actions import TEAM_DELETE
from bot.jobs.cards import member_words
from bot.slack.app import SlackApp
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.labelteam.remove import still_allowed


@does(TEAM_DELETE)
def delete(ask: Ask) -> Answer:
    """Offer the confirmation, where no job of ours runs."""
    team = ask.jobs.members.check_deletable(ask.team_id, ask.said)
    return Opens(member_words.delete_window(team, ask.who.channel))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window."""
    app.view(member_words.DELETE_VIEW)(partial(confirmed, stories=stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """It was confirmed; the right is asked again, for time has passed."""
    carried, by = still_allowed(body, view, stories)
    words = stories.jobs.members.delete(stories.access.team_id, carried["team"], by)
    ack(response_action="update", view=member_words.done_window("Deleted", words))
