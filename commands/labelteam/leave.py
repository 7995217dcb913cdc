"""Stop announcing a labeling team's work in this channel."""

from bot.base.blocks import typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_LEAVE
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.help import help_message


@does(TEAM_LEAVE)
def leave(ask: Ask) -> Answer:
    """The team of the name behind `leave` is not told any more where it was typed."""
    ask.access.check_here(ask.who.channel)
    if not ask.said:
        return Shows(help_message(ask.jobs.engine.names.place, "Name the team."))
    team = ask.jobs.queue.leave(ask.team_id, ask.said, ask.who.channel)
    return Shows(Message(f"{typed(team.name)}: notices have stopped here."))
