"""The models of a channel, or the versions of a project side by side."""

from bot.models.actions import MODELS
from commands.doing import Answer, Ask, Shows, does


@does(MODELS)
def models(ask: Ask) -> Answer:
    """Those of the channel, newest first; with a project, its versions compared."""
    return Shows(ask.models.status.every(ask.team_id, ask.who.channel, ask.said))
