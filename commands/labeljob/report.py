"""Report: one page about a job that is over, written by the worker."""

from bot.jobs.actions import REPORT
from bot.jobs.exports import wish
from commands.doing import Answer, Ask, Shows, does


@does(REPORT)
def report(ask: Ask) -> Answer:
    """It is on its way into the direct message of whoever asks."""
    who = ask.who
    said = ask.jobs.exports.want(ask.named, who.user_id, who.channel, wish.Wish(wish.REPORT))
    return Shows(said, "Report")
