"""[Instructions] of a card or a queue: as workers see them, with links to the pictures made now,
for this person.
"""

from bot.base.blocks import Block, modal
from bot.jobs.actions import INSTRUCTIONS
from bot.jobs.cards import queue_card
from commands.doing import Answer, Ask, Opens, does


@does(INSTRUCTIONS)
def instructions(ask: Ask) -> Answer:
    """A window; without its pictures where Slack cannot load one of them, which refuses the whole
    window.

    UNSURE: that a refused view leaves its trigger unused is documented nowhere.
    """
    blocks = ask.jobs.status.instructions(ask.named)
    view = modal("Instructions", blocks, callback_id=queue_card.INSTRUCTIONS_VIEW)

    def without_pictures(refusal: str) -> Block | None:
        return queue_card.without_pictures(view, refusal) if "image" in refusal else None

    return Opens(view, otherwise=without_pictures)
