# ruff: noqa: N999 - the file bears the word that people type
"""Show a running model a picture."""

from bot.models.actions import TRY
from commands.dataset.trial import window
from commands.doing import Answer, Ask, does


@does(TRY)
def trial(ask: Ask) -> Answer:
    """The form of one page; a model that was named is chosen in it."""
    ask.access.check_here(ask.who.channel)
    blank = ask.models.trials.blank(ask.team_id, ask.who.channel, said=ask.said)
    return window(blank, ask.stories)
