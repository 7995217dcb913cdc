"""[Adjust…] of a job that is over: its labels are corrected."""

from bot.jobs.actions import ADJUST
from commands.doing import Answer, Ask, does
from commands.labeljob.chaining import begun


@does(ADJUST)
def adjust(ask: Ask) -> Answer:
    """The form, filled."""
    return begun(ask, ADJUST)
