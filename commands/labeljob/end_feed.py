"""[Stop feeding]: the folder that feeds a streaming job does so no more; the job goes on."""

from bot.jobs.actions import END_FEED
from commands.doing import Answer, Ask, Said, does


@does(END_FEED)
def end_feed(ask: Ask) -> Answer:
    """Write it down; the thread tells when the bucket's entry is gone."""
    ask.jobs.feeds.end(ask.named, ask.at_home())
    return Said("The folder feeds the job no more; its thread tells when that is done.")
