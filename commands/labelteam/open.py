"""Let a channel use a labeling team."""

from bot.base.blocks import typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_OPEN
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.help import help_message


@does(TEAM_OPEN)
def opened(ask: Ask) -> Answer:
    """The channel named behind the team, or the one where it was typed, may use the team."""
    name, channel = named(ask)
    if not name:
        return Shows(help_message(ask.jobs.engine.names.place, "Name the team."))
    teams = ask.jobs.ground.teams
    first = not teams.opened_to(ask.team_id)
    team = teams.named(ask.team_id, name)
    teams.open(ask.team_id, team.arn, channel)
    words = f"{typed(team.name)}: <#{channel}> may use it."
    if first:
        words += (
            " It is the first team that was opened: from now on a channel may use only teams that "
            "are opened to it. `/labelteam open` opens more."
        )
    return Shows(Message(words))


def named(ask: Ask) -> tuple[str, str]:
    """The team's name and the channel's id behind the word; without a channel it is this one.

    Raises:
        NoSuchChannel: the bot is in no such channel.
        NotHere, DirectMessage: it is not in this one.

    """
    name, _, last = ask.said.rpartition(" ")
    channel, here = ask.who.channel, not last.startswith(("#", "<#"))
    if here:
        name = ask.said
    else:
        channel = ask.access.channel_named(last)
    ask.access.check_here(channel)
    return name, channel
