"""[Preview] of a job that was submitted: a file in the direct messages of whoever asks."""

from bot.jobs.actions import PREVIEW
from bot.jobs.cards import preview_words
from commands.doing import Answer, Ask, Shows, does


@does(PREVIEW)
def preview(ask: Ask) -> Answer:
    """It is made in the worker; that is said."""
    job = ask.named
    if ask.how == "press":
        # A card may stand in a second channel: whoever is in there sees it anyway.
        channel = ask.who.channel or job.channel
        who = ask.access.at_home(job.team_id, ask.who.user_id, channel, ask.who.channel)
        ask.access.require(PREVIEW.right, who)
    ask.jobs.job_previews.want(job, ask.who.user_id)
    return Shows(preview_words.coming(job.draft), "Preview")
