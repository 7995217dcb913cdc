# ruff: noqa: N999 - the file bears the word that people type
"""[Continue…] of a job that is over: what it left without labels is labeled."""

from bot.jobs.actions import CONTINUE
from commands.doing import Answer, Ask, does
from commands.labeljob.chaining import begun


@does(CONTINUE)
def go_on(ask: Ask) -> Answer:
    """The form, filled."""
    return begun(ask, CONTINUE)
