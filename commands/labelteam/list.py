"""The labeling teams of this AWS account, and where each is told of work."""

from bot.base.blocks import count, typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_LIST
from bot.people.work_team import WorkTeam
from commands.doing import Answer, Ask, Shows, does


@does(TEAM_LIST)
def listed(ask: Ask) -> Answer:
    """A line for each team that is known."""
    teams = ask.jobs.ground.teams.search(ask.team_id, "")
    if not teams:
        place = ask.jobs.engine.names.place
        nobody = f"No labeling team is known yet. The list is read from {place} every minute."
        return Shows(Message(nobody))
    return Shows(Message("\n".join(_line(team) for team in teams)))


def _line(team: WorkTeam) -> str:
    people = f", {count(team.members, 'person', 'people')}" if team.members else ""
    told = f"linked to <#{team.channel}>" if team.channel else "linked to no channel yet"
    return f"*{typed(team.name)}*{people} · {told}"
