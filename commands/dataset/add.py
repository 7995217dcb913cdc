"""Send more lines to a dataset that is ready: those of a manifest."""

from bot.datasets import card, update_cards
from bot.datasets.actions import ADD
from commands.doing import Answer, Ask, Said, Shows, does


@does(ADD)
def add(ask: Ask) -> Answer:
    """The name, then the manifest's address."""
    name, _, address = ask.said.rpartition(" ")
    if not name or not address:
        return Shows(update_cards.no_address())
    dataset = ask.datasets.status.standing(ask.team_id, ask.who.channel, name)
    if dataset is None:
        return Shows(card.no_such_dataset(name))
    source = dataset.source
    person = ask.access.at_home(source.team_id, ask.who.user_id, source.channel, ask.who.channel)
    new = ask.datasets.updates.add(dataset, address, person)
    return Said(update_cards.taken(source.called, new=new))
