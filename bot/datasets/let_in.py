"""Let in: the policy of a bucket gets the statements by which Rekognition reads it, by a manager's
press. What is there is read, merged, compared and written.
"""

from dataclasses import dataclass
from functools import partial

from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.base.storage import Storage
from bot.datasets import bucket_policy, card
from bot.datasets.actions import POLICY_RIGHT
from bot.datasets.records import Records
from bot.people.access import Access


class NotNeeded(Refusal):
    """This dataset did not fail for its bucket's policy."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """Changes policies of buckets that are open to the bot."""

    records: Records
    storage: Storage
    open_places: OpenPlaces
    access: Access

    def let_in(self, dataset_id: str, user_id: str, where: str) -> str:
        """Let Rekognition into the bucket of the dataset's manifest; what is told of it.

        Raises:
            NotAllowed, NotNeeded, Refusal, Transient: nothing was written, with words.

        """
        dataset = self.records.get(dataset_id)
        if dataset is None:
            raise NotNeeded
        source = dataset.source
        who = self.access.at_home(source.team_id, user_id, source.channel, where)
        self.access.require(POLICY_RIGHT, who)
        if not card.needs_policy(source, dataset.state):
            raise NotNeeded
        bucket = source.manifest.bucket
        here = self.storage.limited_to(self.open_places.of(source.channel))
        new = here.change_policy(bucket, partial(bucket_policy.merged, bucket=bucket))
        return card.policy_answer(bucket, new=new)
