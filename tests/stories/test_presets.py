"""What a form starts from: the last job, a preset of the channel, nothing; and the channel's
defaults.
"""

from collections.abc import Callable
from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import begin_anew, faults_of
from tests.stories.test_create import field, more
from tests.stories.test_managers import ephemeral
from tests.stories.world import WAITING, World, an_order, buttons, shown, words


def start_from(world: World, said: str) -> None:
    """Mara chooses what her form starts from."""
    menu = field(world.mara, "start")
    choice = next(one for one in menu["options"] if said in one["text"]["text"])
    world.mara.press_in_view(menu["action_id"], selected_option=choice)


def test_preset_of_a_review_fills_the_next_form(world: World) -> None:
    """Without this, a job that comes every month would be typed anew after every other one."""
    channel = world.channel("own-presets-review")
    order = an_order("monthly", team=WAITING, short="Look at the skin", workers=2)
    world.mara.command(channel, "/labeljob", "create")
    assert faults_of(world.mara, order) == {}
    world.mara.press_in_view("job_form_preset")
    assert "preset" in world.mara.fill(preset={"value": " "})["errors"]
    world.mara.fill(preset={"value": "Monthly  check"})
    assert "*Monthly check* is saved" in shown(world.mara.view())
    world.mara.close_windows()
    world.ask(an_order("in-between", labels=("leaf", "stalk")), channel)
    world.mara.command(channel, "/labeljob", "create")
    assert world.mara.view()["callback_id"] != "job_form_left", "what is a preset is not left"
    assert field(world.mara, "labels")["initial_value"] == "leaf\nstalk"
    start_from(world, "Monthly check")
    assert field(world.mara, "labels")["initial_value"] == "\n".join(order.labels)
    assert "Look at the skin" in str(field(world.mara, "short_instructions")["initial_value"])
    assert "Filled in as in Monthly check." in shown(world.mara.view())
    assert not world.mara.fill().get("errors")
    assert "2 people per picture" in shown(world.mara.view())
    world.mara.fill()
    world.mara.close_windows()
    world.settle()
    assert world.aws_jobs("monthly") == ["monthly"]
    world.mara.command(channel, "/labeljob", "create")
    begin_anew(world.mara)
    start_from(world, "Nothing")
    assert "initial_value" not in field(world.mara, "labels"), "Slack keeps no field of before"
    world.mara.close_windows()


def test_preset_of_a_job_that_is_over_is_listed_and_deleted(world: World) -> None:
    """Without this, a good job could be repeated only while it is the last, and presets would pile
    up.
    """
    channel = world.channel("own-presets-job")
    assert "no presets yet" in words(world.mara.command(channel, "/labeljob", "presets"))
    world.ask(an_order("over-soon"), channel)
    world.finish("over-soon")
    world.mara.press(world.card("over-soon", channel), "job_status")
    status = ephemeral(world.mara, channel)
    assert "Save as preset…" in buttons(status)
    world.mara.press(status, "job_preset")
    assert field(world.mara, "preset")["initial_value"].startswith("Ripe or not")
    world.mara.fill(preset={"value": "Soon"})
    world.mara.close_windows()
    said: dict[str, Any] = world.ana.command(channel, "/labeljob", "presets")["ephemeral"]
    assert "Soon · saved by <@U0MARA>" in said["text"]
    world.ana.press(said, "preset_delete")
    assert "You cannot delete this preset" in str(ephemeral(world.ana, channel)["text"])
    said = world.mara.command(channel, "/labeljob", "presets")["ephemeral"]
    world.mara.press(said, "preset_delete")
    assert "no presets yet" in words(world.mara.command(channel, "/labeljob", "presets"))


def test_form_begins_with_the_defaults_that_a_manager_set(world: World) -> None:
    """Without this, everybody would be asked where results go, and tags would be forgotten."""
    channel = world.channel("own-defaults")
    refused = words(world.mara.command(channel, "/labeljob", "defaults"))
    assert refused.startswith("You cannot set what forms begin with")
    world.sam.command(channel, "/labeljob", "defaults")
    wrong = world.sam.fill(output_uri={"value": "s3://not-ours/x/"}, tags={"value": "aws:x=1"})
    assert set(wrong["errors"]) == {"output_uri", "tags"}
    there = f"s3://{seed.OUT}/usual/"
    kept = {
        "output_uri": {"value": there},
        "workers_per_object": {"value": "3"},
        "tags": {"value": "project=orchard"},
    }
    assert not world.sam.fill(**kept).get("errors")
    world.sam.command(channel, "/labeljob", "defaults")
    assert field(world.sam, "tags")["initial_value"] == "project=orchard"
    world.sam.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    names = [each.get("block_id") for each in world.mara.view()["blocks"]]
    assert "output_uri" not in names, "nobody is asked what is known"
    more(world.mara)
    assert field(world.mara, "output_uri")["initial_value"] == there
    assert field(world.mara, "workers_per_object")["initial_value"] == "3"
    assert field(world.mara, "tags")["initial_value"] == "project=orchard"
    world.mara.close_windows()


def test_second_job_like_the_first_takes_three_presses(world: World) -> None:
    """Without this, the form could grow until nobody asks for the same thing twice."""
    channel = world.channel("own-second")
    first = world.ask(an_order("first-of-two"), channel)
    typed_and_pressed = 0

    def press(what: Callable[[], Any]) -> None:
        nonlocal typed_and_pressed
        typed_and_pressed += 1
        assert not (what() or {}).get("errors")

    press(lambda: world.mara.press(world.card(first, channel), "job_duplicate"))
    press(world.mara.fill)
    press(world.mara.fill)
    assert typed_and_pressed <= 3
    assert "was submitted" in shown(world.mara.view())
    world.mara.close_windows()
    world.settle()
    assert len(world.aws_jobs("first-of-two")) == 2

    press(lambda: world.mara.command(channel, "/labeljob", "create"))
    press(world.mara.fill)
    press(world.mara.fill)
    assert typed_and_pressed <= 6
    world.mara.close_windows()
    world.settle()
    assert len(world.aws_jobs("first-of-two")) == 3


def test_second_job_like_the_first_is_three_presses(world: World) -> None:
    """Without this, whoever asks for the same each week would fill the form each week."""
    channel = world.channel("own-three-presses")
    world.ask(an_order("weekly", labels=("leaf", "stalk")), channel)
    presses: list[Any] = [
        lambda: world.mara.command(channel, "/labeljob", "create"),
        world.mara.fill,  # Review
        world.mara.fill,  # Create
    ]
    for press in presses:
        assert not press().get("errors")
    world.mara.close_windows()
    world.settle()
    made = sorted(world.aws_jobs("weekly"))
    assert made == ["weekly", "weekly-2"]
    asked = [world.sagemaker.describe_labeling_job(LabelingJobName=each) for each in made]
    for member in ("TaskTitle", "WorkteamArn", "TaskTimeLimitInSeconds", "TaskKeywords"):
        assert len({str(each["HumanTaskConfig"][member]) for each in asked}) == 1
    assert len({str(each["InputConfig"]) for each in asked}) == 1
