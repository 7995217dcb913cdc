"""Follow a job that was made elsewhere, and take it over."""

from bot.jobs.actions import FOLLOW, TAKE_OVER
from commands.doing import Answer, Ask, Said, does

_FOLLOWED = {
    "new": "is followed: its card appears in this channel.",
    "shown": "is a job of another channel: its card appears in this channel too.",
    "here": "has its card in this channel already.",
}


@does(FOLLOW)
def follow(ask: Ask) -> Answer:
    """The job of the name behind `follow` gets a card here."""
    if not ask.said:
        place = ask.jobs.engine.names.place
        return Said(f"Name the labeling job as {place} knows it: /labeljob follow name.")
    person = ask.here()
    ask.access.check_here(ask.who.channel)
    done = ask.jobs.follow.follow(ask.said, ask.team_id, ask.who.channel, person)
    return Said(f"{done.job.name} {_FOLLOWED[done.how]}")


@does(TAKE_OVER)
def take_over(ask: Ask) -> Answer:
    """A followed job becomes one of ours; its card says so."""
    ask.jobs.follow.take_over(ask.named.id, ask.at_home())
    return None
