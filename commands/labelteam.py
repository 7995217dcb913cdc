"""`/labelteam`: which labeling teams there are, and in which channel each is told of work."""

from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.base.blocks import code, count, typed
from bot.jobs.actions import LABELTEAM, TEAM_ACTIONS
from bot.jobs.queue import Queue
from bot.people.access import Access
from bot.people.action import help_lines
from bot.people.teams import Teams
from bot.people.work_team import WorkTeam
from bot.slack.app import SlackApp
from commands.asking import asking, person_here, words_of

HELP = "\n".join(f"{code(written)} {does}" for written, does in help_lines(TEAM_ACTIONS))


def register(app: SlackApp, *, queue: Queue, teams: Teams, access: Access) -> None:
    """Tell the app of the command."""
    app.command(LABELTEAM)(partial(command, queue=queue, teams=teams, access=access))


def command(ack: Ack, body: dict[str, Any], *, queue: Queue, teams: Teams, access: Access) -> None:
    """`/labelteam list | here name | leave name | help`."""
    who = asking(body)
    word, name = words_of(body.get("text") or "help")
    if word == "list":
        access.require("see", person_here(who, access))
        ack(_listed(teams.search(access.team_id, "")))
    elif word in {"here", "leave"}:
        person_here(who, access)
        access.require("tie team", access.who(access.team_id, who.user_id, who.channel))
        access.check_here(who.channel)
        ack(
            _tied(queue, access.team_id, who.channel, word, name)
            if name
            else f"Name the team.\n{HELP}"
        )
    else:
        ack(HELP)


def _tied(queue: Queue, team_id: str, channel: str, word: str, name: str) -> str:
    if word == "here":
        team = queue.tie(team_id, name, channel)
        return (
            f"{typed(team.name)} is told of work in this channel from now on, in one message that "
            "is kept up to date."
        )
    team = queue.leave(team_id, name, channel)
    return f"{typed(team.name)} is told of work in this channel no more."


def _listed(teams: list[WorkTeam]) -> str:
    if not teams:
        return "No labeling team is known yet. The list is read from AWS every minute."
    return "\n".join(_line(team) for team in teams)


def _line(team: WorkTeam) -> str:
    people = f", {count(team.members, 'person', 'people')}" if team.members else ""
    told = f"told in <#{team.channel}>" if team.channel else "told nowhere yet"
    return f"*{typed(team.name)}*{people} · {told}"
