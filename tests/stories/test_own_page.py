"""A requester's own page is looked at before anything is launched with it."""

import pytest

from bot.base.storage import MissingObject, NotAllowedPlace
from bot.engines.particulars import Particulars
from bot.jobs.checks.check import Seen
from bot.jobs.checks.template import TEMPLATE
from bot.jobs.draft import Draft
from bot.jobs.finding import Kind
from bot.sandbox.workspace import seed
from tests.stories.world import DATA, World

HEAD = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'


def looked(world: World, address: str, task_type: str = "custom") -> Seen | None:
    """What the check finds; None where it is not asked."""
    own = Particulars(template=address)
    draft = Draft(task_type=task_type, channel=DATA, particulars=own)
    sight = world.bot.jobs.launch._orders._checker.sight(draft, lambda: None)
    return TEMPLATE.ask(draft, sight) if TEMPLATE.applies(draft, sight) else None


def test_page_that_works_is_fine_and_one_that_does_not_blocks(world: World) -> None:
    """Without this, a job would be paid for whose workers can hand in nothing."""
    well = world.put("own/well.html", f"{HEAD}<crowd-form></crowd-form>")
    assert looked(world, well) == Seen()
    broken = looked(world, world.put("own/broken.html", f"{HEAD}<p>\n{{{{ x | }}}}"))
    assert broken is not None
    (found,) = broken.findings
    assert found.kind is Kind.BLOCKS
    assert found.words.startswith("Line 3 of the page: The Liquid cannot be read")


def test_what_may_surprise_is_to_be_looked_at(world: World) -> None:
    """Without this, a picture that no browser can open would be found by the first worker."""
    page = f'{HEAD}<crowd-form><img src="{{{{ task.input.taskObject }}}}"></crowd-form>'
    seen = looked(world, world.put("own/bare.html", page))
    assert seen is not None
    assert [one.kind for one in seen.findings] == [Kind.LOOK_AT]


def test_page_that_is_no_text_or_too_long_blocks(world: World) -> None:
    """Without this, Ground Truth would refuse it at the launch, in words of its own."""
    latin = looked(world, world.put("own/latin.html", "<crowd-form>\u00e4".encode("latin-1")))
    assert latin is not None
    assert latin.findings[0].words == "The page is not UTF-8 (byte 13). Save it as UTF-8."
    long = looked(world, world.put("own/long.html", f"{HEAD}<crowd-form>{'x' * 128_000}"))
    assert long is not None
    assert "SageMaker takes 128,000" in long.findings[0].words
    cut = looked(world, world.put("own/cut.html", f"{HEAD}{'ä' * 300_000}"))
    assert cut is not None
    assert "SageMaker takes 128,000" in cut.findings[0].words


def test_page_that_is_not_there_or_not_open_is_refused(world: World) -> None:
    """Without this, a channel could read pages of places that are not open to it."""
    with pytest.raises(MissingObject):
        looked(world, f"s3://{seed.RAW}/own/nowhere.html")
    with pytest.raises(NotAllowedPlace):
        looked(world, "s3://somebody-elses/own/page.html")


def test_other_task_types_are_not_asked(world: World) -> None:
    """Without this, a page left over from another task type would block a job."""
    assert looked(world, f"s3://{seed.RAW}/own/well.html", "bounding-box") is None
