"""Make a labeling team."""

from bot.jobs.actions import TEAM_CREATE
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.invite import said
from commands.labelteam.members import by, team_and_people


@does(TEAM_CREATE)
def created(ask: Ask) -> Answer:
    """The team of that name, with the people, or of the groups, behind it."""
    name, people = team_and_people(ask)
    return Shows(said(ask.jobs.members.create(ask.team_id, name, people, by(ask))))
