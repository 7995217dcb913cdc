"""Take people out of a labeling team: a window that says what it does, to be confirmed."""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.jobs.actions import TEAM_REMOVE
from bot.jobs.cards import member_words
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.labelteam.members import team_and_people


@does(TEAM_REMOVE)
def remove(ask: Ask) -> Answer:
    """Offer the confirmation."""
    name, people = team_and_people(ask)
    team = ask.jobs.members.check_removable(ask.team_id, name, people)
    return Opens(member_words.remove_window(team, people, ask.who.channel))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window."""
    app.view(member_words.REMOVE_VIEW)(partial(confirmed, stories=stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """It was confirmed; the right is asked again, for time has passed."""
    carried, by = still_allowed(body, view, stories)
    team_id = stories.access.team_id
    words = stories.jobs.members.remove(team_id, carried["team"], carried["who"], by)
    ack(response_action="update", view=member_words.done_window("Removed", words))


def still_allowed(
    body: dict[str, Any], view: dict[str, Any], stories: Stories
) -> tuple[dict[str, Any], str]:
    """What a window of these carries, and what the manager who confirmed it is called.

    Raises:
        NotAllowed: they may not manage teams any more.

    """
    carried = json.loads(view["private_metadata"])
    access = stories.access
    who = access.who(access.team_id, asking(body).user_id, carried["channel"])
    access.require(TEAM_REMOVE.right, who)
    return carried, who.name
