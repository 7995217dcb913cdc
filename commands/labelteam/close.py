"""Let a channel use a labeling team no longer."""

from bot.base.blocks import typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_CLOSE
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.help import help_message
from commands.labelteam.open import named


@does(TEAM_CLOSE)
def closed(ask: Ask) -> Answer:
    """The channel named behind the team, or the one where it was typed, may not use it any more."""
    name, channel = named(ask)
    if not name:
        return Shows(help_message(ask.jobs.engine.names.place, "Name the team."))
    teams = ask.jobs.ground.teams
    team = teams.named(ask.team_id, name)
    words = f"“{typed(team.name)}” was not opened to <#{channel}>, so nothing was changed."
    if teams.close(ask.team_id, team.arn, channel):
        words = f"{typed(team.name)}: <#{channel}> may not use it any more. Running jobs go on."
    if not teams.opened_to(ask.team_id):
        words += " No team is opened to any channel, so every channel may use every team."
    return Shows(Message(words))
