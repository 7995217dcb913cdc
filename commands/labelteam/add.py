"""Take people of the workforce into a labeling team, or a group of the identity provider."""

from bot.jobs.actions import TEAM_ADD
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.invite import said
from commands.labelteam.members import by, team_and_people


@does(TEAM_ADD)
def added(ask: Ask) -> Answer:
    """Each of the addresses or groups behind the team's name."""
    name, people = team_and_people(ask)
    return Shows(said(ask.jobs.members.add(ask.team_id, name, people, by(ask))))
