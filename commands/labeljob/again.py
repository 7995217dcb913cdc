"""[Label again…] of a job that is over: its objects get labels beside those they have."""

from bot.jobs.actions import AGAIN
from commands.doing import Answer, Ask, does
from commands.labeljob.chaining import begun


@does(AGAIN)
def again(ask: Ask) -> Answer:
    """The form, filled."""
    return begun(ask, AGAIN)
