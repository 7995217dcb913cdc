"""[Put into dataset] of a finished job's card: its labels go into the dataset whose pictures it was
about.
"""

from bot.datasets import update_cards
from bot.datasets.corrections import OfJob
from bot.datasets.delete import NoSuchDataset
from bot.jobs.actions import PUT_BACK
from bot.jobs.standing import NothingHere
from commands.doing import Answer, Ask, Shows, does


@does(PUT_BACK)
def put_back(ask: Ask) -> Answer:
    """Take them in; the dataset's card and thread tell how it goes."""
    job, into = ask.named, ask.named.draft.into
    if into is None or not job.state.ended:
        raise NothingHere
    dataset = ask.datasets.status.dataset(into.dataset_id)
    if dataset is None:
        raise NoSuchDataset
    finished, source = ask.jobs.status.finished(job.id), dataset.source
    person = ask.access.at_home(source.team_id, ask.who.user_id, source.channel, ask.who.channel)
    of = OfJob(job.name, finished.output_manifest, finished.label_attribute)
    new = ask.datasets.updates.put_back(dataset, of, person)
    return Shows(update_cards.taken_message(source.called, new=new), "Put into dataset")
