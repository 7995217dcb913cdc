"""Take a job up again that was set aside, or try one now that waits for its next try; its card
says so to everybody, and its thread of what was set aside.
"""

from bot.jobs.actions import RETRY
from commands.doing import Answer, Ask, Said, does


@does(RETRY)
def retry(ask: Ask) -> Answer:
    """Once for the command, the press and the mention."""
    waits = ask.named.set_aside is None
    ask.jobs.retry.retry(ask.named.id, ask.at_home())
    if waits:
        return Said(f"{ask.named.name} is tried now; its card tells how it goes.")
    return Said(f"{ask.named.name} is resumed; its thread tells how it goes.")
