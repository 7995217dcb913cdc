"""Let in: the policy of a bucket gets the statements by which the bot, and with it Custom Labels,
uses it, by a manager's press. What is there is read, merged, compared and written.
"""

from dataclasses import dataclass

from bot.base.bucket_policy import POLICY_RIGHT, Closed
from bot.base.bucket_rights import BucketRights
from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.datasets import card
from bot.datasets.records import Records
from bot.datasets.source import Source
from bot.people.access import Access


class NotNeeded(Refusal):
    """No bucket of this dataset is known to need a policy."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """Changes policies of buckets that are open to the bot."""

    records: Records
    rights: BucketRights
    open_places: OpenPlaces
    access: Access

    def let_in(self, dataset_id: str, user_id: str, where: str) -> str:
        """Let Custom Labels into the buckets that a dataset is known to lack; what is told of it.

        Raises:
            NotAllowed, NotNeeded, Refusal, Transient: with words; what was written until then
                stays.

        """
        dataset = self.records.get(dataset_id)
        if dataset is None:
            raise NotNeeded
        source = dataset.source
        who = self.access.at_home(source.team_id, user_id, source.channel, where)
        self.access.require(POLICY_RIGHT, who)
        curable = [each for each in dataset.state.closed if each.curable]
        if not curable:
            raise NotNeeded
        allowed = self.open_places.of(source.channel)
        said = " ".join(self.rights.let_in(each, allowed) for each in curable)
        return card.policy_answer(said, dataset.state)

    def before(self, source: Source, bucket: str) -> str:
        """Let Custom Labels into a bucket that a review names, for whoever may (`POLICY_RIGHT`);
        what is told of it.

        Raises:
            Refusal, Transient: nothing was written, with words.

        """
        return self.rights.let_in(Closed(bucket), self.open_places.of(source.channel))
