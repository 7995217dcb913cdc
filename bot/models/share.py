"""Share: a manager lets another AWS account copy a trained model."""

from bot.base.errors import Refusal
from bot.delivery.message import Message
from bot.models import sharing
from bot.models.actions import SHARE
from bot.models.custom_labels import Models
from bot.models.delete import NoSuchModel
from bot.models.model_records import Model
from bot.models.model_state import TRAINED
from bot.people.access import Access, Who


class NoAccount(Refusal):
    """Name the model and the other account's 12 digits: /dataset share model 210987654321."""


class OwnAccount(Refusal):
    """This is the account that the model is in. /dataset copy model copies it here."""


class Share:
    """Lets accounts copy models, for people who may."""

    def __init__(self, models: Models, access: Access, region: str) -> None:
        self._models = models
        self._access = access
        self._region = region

    def share(self, model: Model, account: str, who: Who) -> Message:
        """Let the account copy the model; what the manager is told.

        Raises:
            NotAllowed: they are no manager.
            NoSuchModel: it is not trained.
            OwnAccount: there is nothing to let.
            AwsRefused: AWS will not, with its reason.
            AwsBusy: whether it was done is not known; asking again does no harm.

        """
        self._access.require(SHARE.right, who)
        if model.state.state != TRAINED:
            raise NoSuchModel
        _, partition, _, _, own, *_ = model.arn.split(":")
        if account == own:
            raise OwnAccount
        self._models.let_copy(
            model.project_arn,
            sharing.policy_name(account, model.arn),
            sharing.policy(account, model.arn, partition),
        )
        source = (model.project_arn, model.arn)
        return sharing.answer(model.training.called, account, source, self._region)
