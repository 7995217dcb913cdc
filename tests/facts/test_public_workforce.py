"""Mechanical Turk: closed, so offered only where a setting names a price."""

import pytest

from bot.base.s3_uri import Allowed, S3Uri
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.public_workforce import NotPublic, PersonalData, PublicWorkforce
from bot.engines.particulars import Extras
from bot.engines.protocol import Order
from bot.instructions.page import Instructions

PLACE = S3Uri.parse("s3://orchard-out/labels/")


PUBLIC = PublicWorkforce("eu-west-1", 36).teams()[0].arn
DECLARED = Extras(declarations=("FreeOfPersonallyIdentifiableInformation",))


def order(workteam: str, kind: str = "image-classification", extras: Extras = DECLARED) -> Order:
    return Order(
        request_key="r1",
        name="ripe",
        label_attribute="ripe",
        task_type=TASK_TYPES[kind],
        manifest=PLACE,
        output=PLACE,
        folder=PLACE,
        workteam=workteam,
        instructions=Instructions("Ripe", "Ripe or not", ("ripe", "unripe"), "", ""),
        workers_per_object=1,
        task_time_limit_s=300,
        availability_s=864_000,
        allowed=Allowed(()),
        extras=extras,
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


def test_public_task_needs_the_word_that_there_is_no_personal_data() -> None:
    """Without this, AWS would take the job and let it fail; or pictures of people would be shown
    to anybody.
    """
    with pytest.raises(PersonalData):
        PublicWorkforce("eu-west-1", 36).priced(order(PUBLIC, extras=Extras()))


@pytest.mark.parametrize(
    ("kind", "price", "good"),
    [
        ("image-classification", 12, True),
        ("image-classification", 13, False),
        ("bounding-box", 24, False),
        ("bounding-box", 36, True),
        ("semantic-segmentation", 720, False),
        ("semantic-segmentation", 840, True),
        ("custom", 1200, True),
        ("video-object-tracking", 36, False),
        ("3d-object-detection", 1200, False),
    ],
)
def test_public_task_costs_what_aws_has_a_price_for(kind: str, price: int, good: bool) -> None:
    """Without this, AWS would refuse the job at its launch in words of its own."""
    public = PublicWorkforce("eu-west-1", price)
    if good:
        assert public.priced(order(PUBLIC, kind)).extras.task_price == price
        return
    with pytest.raises(NotPublic):
        public.priced(order(PUBLIC, kind))
