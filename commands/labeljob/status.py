"""How a job goes, or all that run in a channel; and the same for everybody in the thread."""

from bot.jobs.actions import STATUS
from commands.doing import Answer, Ask, Shows, does


@does(STATUS)
def status(ask: Ask) -> Answer:
    """The job that was named, pressed or meant by its thread; else the channel's running ones."""
    alone = ask.how == "command" or bool(ask.who.channel and ask.how == "press")
    if ask.how == "press":
        # A card may stand in a second channel: whoever is in there sees it anyway.
        job = ask.named
        channel = ask.who.channel or job.channel
        who = ask.access.at_home(job.team_id, ask.who.user_id, channel, ask.who.channel)
        ask.access.require("see", who)
    if ask.job is not None:
        return Shows(ask.jobs.status.of_job(ask.job, with_button=alone), "Status")
    shown = ask.jobs.status.of_channel(ask.team_id, ask.who.channel, with_button=alone)
    return Shows(shown, "Status")
