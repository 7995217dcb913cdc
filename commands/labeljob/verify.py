"""[Verify…] of a job that is over: its labels are judged."""

from bot.jobs.actions import VERIFY
from commands.doing import Answer, Ask, does
from commands.labeljob.chaining import begun


@does(VERIFY)
def verify(ask: Ask) -> Answer:
    """The form, filled."""
    return begun(ask, VERIFY)
