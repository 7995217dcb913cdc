"""The labeling teams of this AWS account, where each is told of work, and which channels may use
it.
"""

from bot.base.blocks import count, typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_LIST
from bot.people.work_team import WorkTeam
from commands.doing import Answer, Ask, Shows, does


@does(TEAM_LIST)
def listed(ask: Ask) -> Answer:
    """A line for each team that is known, and where vendors are found while there is none."""
    teams, names = ask.jobs.ground.teams, ask.jobs.engine.names
    known, opened = teams.search(ask.team_id, ""), teams.opened_to(ask.team_id)
    lines = [_line(team) + _users(opened.get(team.arn, ()), any(opened)) for team in known]
    if not known:
        nobody = f"No labeling team is known yet. The list is read from {names.place} every minute."
        lines = [nobody]
    if names.teams_hired and not any(team.seller for team in known):
        lines.append(f"No vendor labels for this account. Vendors are found {names.teams_hired}.")
    return Shows(Message("\n".join(lines)))


def _line(team: WorkTeam) -> str:
    people, seller = "", ""
    if team.members is not None:
        people = f", {count(team.members, 'person', 'people')}"
    elif not team.seller:
        people = ", size not known"
    if team.seller:
        seller = f", vendor {typed(team.seller)}"
    told = f"linked to <#{team.channel}>" if team.channel else "linked to no channel yet"
    return f"*{typed(team.name)}*{seller}{people} · {told}"


def _users(channels: tuple[str, ...], some_opened: bool) -> str:
    """Which channels may use a team; nothing where all may."""
    if channels:
        return f" · may be used in {', '.join(f'<#{channel}>' for channel in channels)}"
    return " · may be used in no channel" if some_opened else ""
