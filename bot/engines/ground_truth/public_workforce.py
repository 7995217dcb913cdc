"""Amazon Mechanical Turk as a labeling team (pure): closed to new requests since 30 September 2026,
so it is offered only where a setting names a price, and no form asks for one.
"""

from dataclasses import dataclass, replace

import msgspec

from bot.base.errors import Refusal
from bot.engines.particulars import Extras
from bot.engines.protocol import Order
from bot.engines.task_type import TaskType
from bot.people.work_team import WorkTeam

_OWNER = "394669845002"  # the account of AWS's own, in every Region
_PERSONAL = "FreeOfPersonallyIdentifiableInformation"
_CLASSES = (12, 24, 36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1080, 1200)
_TIERS = {"bounding-box": _CLASSES[2:], "semantic-segmentation": _CLASSES[12:]}
"""Ground Truth's pricing: what a task may cost, in tenths of a US cent; of other types what one of
classification may.
"""
_LIFE_MAX_S = 43_200  # Ground Truth: TaskAvailabilityLifetimeInSeconds of the public workforce


class NotPublic(Refusal):
    """Mechanical Turk does not do tasks of this kind. Choose a team of your own, or a vendor's."""

    field = "workteam_arn"


class PersonalData(Refusal):
    """The people of Mechanical Turk are anybody: tick “It holds no personal data” behind [More…],
    if that is so, or choose another team. Without it AWS lets the job fail.
    """

    field = "declarations"


@dataclass(frozen=True, slots=True)
class PublicWorkforce:
    """The public workforce of a Region at a `price` for a task in tenths of a US cent; 0: none."""

    region: str
    price: int

    def teams(self) -> list[WorkTeam]:
        """The one team that it is, where there is a price."""
        if not self.price:
            return []
        arn = f"arn:aws:sagemaker:{self.region}:{_OWNER}:workteam/public-crowd/default"
        return [WorkTeam(arn=arn, name="Mechanical Turk", seller="Amazon Mechanical Turk")]

    def check(self, workteam: str, kind: TaskType, extras: Extras) -> None:
        """Refuse what the public cannot be asked; of any other team everything is fine.

        Raises:
            NotPublic: nobody there does such tasks, or not for this price.
            PersonalData: nobody said that there is none.

        """
        if not _is_public(workteam):
            return
        self._check(kind)
        if _PERSONAL not in extras.declarations:
            raise PersonalData

    def priced(self, order: Order) -> Order:
        """The order with the price and the shorter life of public tasks; any other as it is.

        Raises:
            NotPublic, PersonalData: see `check`.

        """
        if not _is_public(order.workteam):
            return order
        self.check(order.workteam, order.task_type, order.extras)
        return replace(
            order,
            extras=msgspec.structs.replace(order.extras, task_price=self.price),
            availability_s=min(order.availability_s, _LIFE_MAX_S),
        )

    def _check(self, kind: TaskType) -> None:
        if not kind.public_workforce:
            raise NotPublic
        tiers = _TIERS.get(kind.id, _CLASSES)
        if self.price not in tiers:
            raise NotPublic(
                f"LABELJOB_PUBLIC_TASK_PRICE={self.price} is no price of {kind.title} at "
                f"Mechanical Turk. It has: {', '.join(map(str, tiers))} (tenths of a US cent). "
                "An administrator can change it; or choose another team."
            )


def _is_public(workteam: str) -> bool:
    return "/public-crowd/" in workteam
