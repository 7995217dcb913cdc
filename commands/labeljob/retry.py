"""Take a job up again that was set aside; its card and its thread say so to everybody."""

from bot.jobs.actions import RETRY
from commands.doing import Answer, Ask, Said, does


@does(RETRY)
def retry(ask: Ask) -> Answer:
    """Once for the command, the press and the mention."""
    ask.jobs.retry.retry(ask.named.id, ask.at_home())
    return Said(f"{ask.named.name} is resumed; its thread tells how it goes.")
