"""A job once more: [Fix and retry] of one that was refused, [Duplicate] of any."""

from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import ask_for_job
from tests.stories.test_create import field, more
from tests.stories.test_managers import at_aws, ephemeral
from tests.stories.world import WAITING, World, an_order, buttons, shown

MANIFEST = "fix/basket.manifest"
PICTURE = f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg"


def refused(world: World, name: str, channel: str) -> dict[str, Any]:
    """The card of a job that is refused, for its manifest is gone before the launch."""
    address = world.put(MANIFEST, f'{{"source-ref": "{PICTURE}"}}\n')
    world.ask(an_order("before-" + name, team=WAITING), channel, world.sam)
    order = an_order(name, source=address, short="Brown spots are overripe", team=WAITING)
    ask_for_job(world.mara, channel, order)
    world.s3.delete_object(Bucket=seed.RAW, Key=MANIFEST)
    world.settle()
    return world.card(name, channel)


def named(person: Person) -> str:
    """The job's name behind [More…], which stays open."""
    more(person)
    return str(field(person, "job_name")["initial_value"])


def told(person: Person, channel: str) -> str:
    """What was told to a person alone, last."""
    return str(ephemeral(person, channel)["text"])


def test_refused_job_is_fixed_in_the_form_it_came_from(world: World) -> None:
    """Without this, one wrong address would cost everything that was typed, or the form would begin
    with another job.
    """
    channel = world.channel("own-fixed")
    card = refused(world, "fix-me", channel)
    assert buttons(card) == ["Fix and retry", "Instructions", "Status", "Duplicate"]
    world.ana.press(card, "job_fix")
    assert "You cannot fix this job" in told(world.ana, channel)
    world.mara.press(card, "job_fix")
    assert "There is nothing at" in shown(world.mara.view()), "what was wrong stands on top"
    address = world.put(MANIFEST, f'{{"source-ref": "{PICTURE}"}}\n')
    assert field(world.mara, "input_uri")["initial_value"] == address
    assert named(world.mara) == "fix-me"
    for _page in range(3):
        assert not world.mara.fill().get("errors"), "every word of it is there"
    world.mara.close_windows()
    world.settle()
    assert "fix-me" in world.aws_jobs("fix-me")
    again = next(
        each for each in world.cards("fix-me", channel) if "Not launched" not in each["text"]
    )
    assert "Fix and retry" not in buttons(again)


def test_refused_job_is_fixed_by_a_manager(world: World) -> None:
    """Without this, a job of somebody on holiday would be typed anew."""
    channel = world.channel("own-fixed-by-sam")
    card = refused(world, "fix-marad", channel)
    world.sam.press(card, "job_fix")
    assert named(world.sam) == "fix-marad"
    world.sam.close_windows()


def test_any_job_is_duplicated_under_a_free_name(world: World) -> None:
    """Without this, a job like another would be typed anew."""
    channel = world.channel("own-duplicated")
    world.ask(an_order("twin-1", team=WAITING, workers=2), channel)
    world.ask(an_order("twin-2", team=WAITING), channel, world.sam)
    world.ana.press(world.card("twin-1", channel), "job_duplicate")
    assert "Filled in as in twin-1." in shown(world.ana.view())
    assert named(world.ana) == "twin-3"
    assert field(world.ana, "workers_per_object")["initial_value"] == "2"
    world.ana.close_windows()


def test_job_that_was_made_elsewhere_is_duplicated_as_far_as_it_is_known(world: World) -> None:
    """Without this, the button of a followed job would fail."""
    channel = world.channel("own-duplicated-theirs")
    at_aws(world, "twin-theirs")
    world.mara.command(channel, "/labeljob", "follow twin-theirs")
    world.settle()
    world.mara.press(world.card("twin-theirs", channel), "job_duplicate")
    assert field(world.mara, "input_uri")["initial_value"].startswith("s3://")
    assert named(world.mara) == "twin-theirs-2"
    world.mara.close_windows()


@pytest.mark.parametrize("action", ["job_fix", "job_duplicate"])
def test_stranger_to_the_jobs_own_channel_gets_no_form(world: World, action: str) -> None:
    """Without this, a card that another channel shows would give away what was asked."""
    home = world.channel(f"own-home-{action[4:]}", ["U0MARA", "U0SAM", "bot"])
    card = refused(world, f"kept-{action[4:]}", home)
    other = world.channel(f"own-other-{action[4:]}")
    world.bot.jobs.store.show_in(
        world.bot.jobs.status.named(world.bot.installation.team_id, home, f"kept-{action[4:]}"),
        other,
    )
    world.settle()
    assert card["text"] == world.card(f"kept-{action[4:]}", other)["text"]
    world.ana.press(world.card(f"kept-{action[4:]}", other), action)
    assert not world.ana.ask_for("views")["view_stack"]
