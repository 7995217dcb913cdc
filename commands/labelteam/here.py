"""Tell a labeling team of work in this channel."""

from bot.base.blocks import typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_HERE
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.help import help_message


@does(TEAM_HERE)
def here(ask: Ask) -> Answer:
    """The team of the name behind `here` is told in the channel where it was typed."""
    ask.access.check_here(ask.who.channel)
    if not ask.said:
        return Shows(help_message(ask.jobs.engine.names.place, "Name the team."))
    team = ask.jobs.queue.tie(ask.team_id, ask.said, ask.who.channel)
    linked = "is linked to this channel: its work is announced here, in one list kept up to date."
    return Shows(Message(f"{typed(team.name)} {linked}"))
