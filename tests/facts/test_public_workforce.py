"""Mechanical Turk: closed, so offered only where a setting names a price."""

from bot.base.s3_uri import Allowed, S3Uri
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.public_workforce import PublicWorkforce
from bot.engines.protocol import Order
from bot.instructions.page import Instructions

PLACE = S3Uri.parse("s3://orchard-out/labels/")


def order(workteam: str) -> Order:
    return Order(
        request_key="r1",
        name="ripe",
        label_attribute="ripe",
        task_type=TASK_TYPES["image-classification"],
        manifest=PLACE,
        output=PLACE,
        folder=PLACE,
        workteam=workteam,
        instructions=Instructions("Ripe", "Ripe or not", ("ripe", "unripe"), "", ""),
        workers_per_object=1,
        task_time_limit_s=300,
        availability_s=864_000,
        allowed=Allowed(()),
    )


def test_nobody_is_offered_a_workforce_that_is_closed() -> None:
    """Without this, a requester would wait ten days for workers who left in September."""
    assert PublicWorkforce("us-east-1", 0).teams() == []


def test_task_of_the_public_workforce_has_a_price_and_any_other_has_none() -> None:
    """Without this, AWS would refuse both: a price for colleagues, and work for nothing."""
    public = PublicWorkforce("eu-west-1", 36)
    (team,) = public.teams()
    assert team.arn == "arn:aws:sagemaker:eu-west-1:394669845002:workteam/public-crowd/default"
    priced = public.priced(order(team.arn))
    assert (priced.extras.task_price, priced.availability_s) == (36, 43_200)
    own = order("arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/us")
    assert public.priced(own) is own
