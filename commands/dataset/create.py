"""A dataset of a manifest: its form, empty."""

from bot.datasets import form
from bot.datasets.actions import CREATE
from bot.datasets.source import Source
from commands.doing import Answer, Ask, Opens, does


@does(CREATE)
def create(ask: Ask) -> Answer:
    """The form of one page."""
    ask.access.check_here(ask.who.channel)
    return Opens(form.page(Source(channel=ask.who.channel), nonce=ask.stories.new_id()))
