"""[Log]: what the engine noted about a job, newest first."""

from bot.jobs.actions import LOG
from commands.doing import Answer, Ask, Shows, does


@does(LOG)
def log(ask: Ask) -> Answer:
    """The newest entries, or those with the words that stood behind the name."""
    job = ask.named
    if ask.how == "press":
        # A card may stand in a second channel: whoever is in there sees it anyway.
        channel = ask.who.channel or job.channel
        who = ask.access.at_home(job.team_id, ask.who.user_id, channel, ask.who.channel)
        ask.access.require(LOG.right, who)
    return Shows(ask.jobs.logs.of(job, ask.said), "Log")
