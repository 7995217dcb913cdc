"""Let in: the policies of the buckets that a training could not use get the statements by which the
bot, and with it Custom Labels, uses them, by a manager's press.
"""

from dataclasses import dataclass

from bot.base.bucket_policy import POLICY_RIGHT
from bot.base.bucket_rights import BucketRights
from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.models import model_cards
from bot.models.model_records import ModelRecords
from bot.people.access import Access


class NotNeeded(Refusal):
    """No bucket of this model is known to need a policy."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """Changes policies of buckets that are open to the bot."""

    records: ModelRecords
    rights: BucketRights
    open_places: OpenPlaces
    access: Access

    def let_in(self, model_id: str, user_id: str, where: str) -> str:
        """Let Custom Labels into the buckets that a model is known to lack; what is told of it.

        Raises:
            NotAllowed, NotNeeded, Refusal, Transient: with words; what was written until then
                stays.

        """
        model = self.records.get(model_id)
        if model is None:
            raise NotNeeded
        training = model.training
        who = self.access.at_home(training.team_id, user_id, training.channel, where)
        self.access.require(POLICY_RIGHT, who)
        curable = [each for each in model.state.closed if each.curable]
        if not curable:
            raise NotNeeded
        allowed = self.open_places.of(training.channel)
        said = " ".join(self.rights.let_in(each, allowed) for each in curable)
        return model_cards.policy_answer(said)
