"""Amazon Mechanical Turk as a labeling team (pure): closed to new requests since 30 September 2026,
so it is offered only where a setting names a price, and no form asks for one.
"""

from dataclasses import dataclass, replace

import msgspec

from bot.engines.protocol import Order
from bot.people.work_team import WorkTeam

_OWNER = "394669845002"  # the account of AWS's own, in every Region
_LIFE_MAX_S = 43_200  # Ground Truth: TaskAvailabilityLifetimeInSeconds of the public workforce


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

    def priced(self, order: Order) -> Order:
        """The order with the price and the shorter life of public tasks; any other as it is."""
        if "/public-crowd/" not in order.workteam:
            return order
        return replace(
            order,
            extras=msgspec.structs.replace(order.extras, task_price=self.price),
            availability_s=min(order.availability_s, _LIFE_MAX_S),
        )
