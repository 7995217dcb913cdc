"""The App Home, and what happens to words that can be posted nowhere."""

from typing import Any

from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.test_managers import at_aws
from tests.stories.world import (
    LABELERS,
    QUEUE_TEAM,
    SHORT_LIVED_TEAM,
    WAITING,
    World,
    an_order,
    buttons,
    shown,
)


def home(world: World, person: Person) -> dict[str, Any]:
    """The Home tab as it is drawn for this opening."""
    drawn = world.so_far()
    person.open_home()
    world.until(
        lambda: [each for each in world.journal("views.publish", after=drawn) if each["status"]],
        "the Home tab",
    )
    return person.home()


def test_first_visit_explains_three_things(world: World) -> None:
    """Without this, a new user would look at an empty page."""
    view = home(world, world.otto)
    assert "Hello Otto" in shown(view)
    assert "Three things to begin with:" in shown(view)
    assert "Nothing waits for you now." in shown(view)


def test_home_shows_my_jobs_with_the_buttons_of_their_cards(world: World) -> None:
    """Without this, people would have to search channels for their own jobs."""
    channel = world.channel("own-home", ["U0GRETA", "bot"])
    world.ask(an_order("home-job", team=WAITING), channel, world.greta)
    world.pass_time(2)
    world.settle()
    view = home(world, world.greta)
    assert (
        f"*Ripe or not (home-job)* · In progress · <#{channel}>\n0 of 8 · No labels yet"
        in shown(view)
    )
    assert "Three things" not in shown(view)
    said = ["New labeling job", "Instructions", "Open portal", "Status", "Preview", "Stop…"]
    assert buttons(view)[:6] == said
    job = next(
        block["elements"][0]["value"] for block in view["blocks"] if block["type"] == "actions"
    )
    world.greta.press_at_home("job_status", of=job)
    assert "requested by Greta" in shown(world.greta.view())
    world.greta.close_windows()
    world.greta.press_at_home("job_instructions", of=job)
    assert "Choose one word for the fruit" in shown(world.greta.view())
    world.greta.close_windows()
    world.greta.press_at_home("job_stop", of=job)
    assert "8 pictures will stay without labels" in shown(world.greta.view())
    world.greta.fill()
    world.settle()
    world.greta.press_at_home("job_stop", of=job)
    assert "This job is being stopped already" in shown(world.greta.view()), (
        "a refusal opens as a window"
    )
    world.greta.close_windows()


def test_job_is_asked_for_from_home_for_a_channel_that_is_chosen(world: World) -> None:
    """Without this, somebody who looks at their jobs would have to know a command, and where to
    type it.
    """
    channel = world.channel("own-home-new", ["U0ANA", "bot"])
    home(world, world.ana)
    world.ana.press_at_home("job_form_new_at_home")
    closed = world.channel("own-home-without-bot", ["U0ANA"])
    theirs = world.channel("own-home-of-others", ["U0MARA", "bot"])
    for wrong, said in ((closed, "/invite"), (theirs, "Only members of this channel can")):
        refused = world.ana.fill(channel={"selected_conversation": wrong})["errors"]
        assert list(refused) == ["channel"]
        assert said in refused["channel"]
    world.ana.fill(channel={"selected_conversation": channel})
    assert world.ana.view()["callback_id"] == "job_form_1"
    order = an_order("asked-at-home", team=WAITING)
    assert not first_page(world.ana, order).get("errors")
    second_page(world.ana, order)
    world.ana.fill()
    world.settle()
    assert world.card("asked-at-home", channel)
    world.ana.close_windows()


def test_form_that_was_left_is_offered_from_home_too(world: World) -> None:
    """Without this, what somebody typed would be found from one door and not from the other."""
    channel = world.channel("own-home-left", ["U0ANA", "bot"])
    world.ana.command(channel, "/labeljob", "create")
    first_page(world.ana, an_order("left-at-home"))
    world.ana.close_windows()
    home(world, world.ana)
    world.ana.press_at_home("job_form_new_at_home")
    world.ana.fill(channel={"selected_conversation": channel})
    assert "Go on with your draft" in buttons(world.ana.view())
    world.ana.close_windows()


def test_home_tells_jobs_that_are_followed_from_ones_own(world: World) -> None:
    """Without this, somebody would look for the form of a job that a script made."""
    channel = world.channel("own-home-follows")
    world.ana.command(channel, "/labeljob", f"follow {at_aws(world, 'home-theirs')}")
    world.ask(an_order("home-mine", team=WAITING), channel, world.ana)
    said = shown(home(world, world.ana))
    asked, followed = said.index("*Jobs you asked for*"), said.index("*Jobs you follow*")
    assert asked < said.index("home-mine") < followed < said.index("*Theirs*")


def test_home_shows_labelers_what_they_can_label(world: World) -> None:
    """Without this, labelers would have to look for work."""
    world.sam.command(LABELERS, "/labelteam", f"here {QUEUE_TEAM}")
    world.ask(an_order("home-queue", team=QUEUE_TEAM, short="Brown spots are overripe"))
    world.pass_time(2)
    world.settle()
    view = home(world, world.lin)
    assert "*To label*" in shown(view)
    assert "*Ripe or not (home-queue)* · 8 left" in shown(view)
    assert "Brown spots are overripe" in shown(view)
    assert buttons(view)[:2] == ["Open portal", "Instructions"]
    world.lin.press_at_home("queue_instructions")
    assert "Brown spots are overripe" in shown(world.lin.view())
    assert "home-queue" not in shown(home(world, world.ana)), "not in the team's channel"
    world.sagemaker.stop_labeling_job(LabelingJobName="home-queue")
    world.sam.command(LABELERS, "/labelteam", f"leave {QUEUE_TEAM}")
    world.pass_time(2)
    world.settle()


def test_home_of_somebody_who_labels_nowhere_costs_one_list(world: World) -> None:
    """Without this, a workspace with sixty labeling teams would ask Slack sixty times, and draw no
    Home in time.
    """
    channels = [world.channel(f"own-labelers-{number}", ["U0SAM", "bot"]) for number in range(3)]
    teams = (QUEUE_TEAM, SHORT_LIVED_TEAM, WAITING)
    for team, channel in zip(teams, channels, strict=True):
        world.sam.command(channel, "/labelteam", f"here {team}")
    world.bot.ground.access._known.clear()
    before = world.so_far()
    assert "Nothing waits for you now." in shown(home(world, world.ana))
    asked = {
        name: len(world.journal(name, after=before))
        for name in ("users.conversations", "conversations.info")
    }
    assert asked == {"users.conversations": 1, "conversations.info": 0}
    for team, channel in zip(teams, channels, strict=True):
        world.sam.command(channel, "/labelteam", f"leave {team}")


def test_asker_is_told_once_when_the_channel_cannot_be_reached(world: World) -> None:
    """Without this, a job would end in silence because somebody removed the app from a channel."""
    channel = world.channel("own-removed")
    world.ask(an_order("unheard", team=WAITING), channel)
    before = len(world.direct_messages(world.mara))
    world.remove_bot(channel)
    world.sagemaker.stop_labeling_job(LabelingJobName="unheard")
    for _ in range(3):
        world.pass_time(2)
        world.settle()
    told = world.direct_messages(world.mara)[before:]
    words = "I cannot tell about your labeling job unheard: I am not in its channel any more. "
    over = "The job is over. Stopped: nothing was labeled."
    assert told == [f"{words}Type /invite @labeljob there. {over}"]


def test_channel_that_is_left_before_the_card_is_told_too(world: World) -> None:
    """Without this, a job whose card never stood would run unseen."""
    channel = world.channel("own-removed-early")
    order = an_order("never-shown", team=WAITING)
    world.mara.command(channel, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.fill()
    before = len(world.direct_messages(world.mara))
    world.remove_bot(channel)
    for _ in range(2):
        world.settle()
    told = world.direct_messages(world.mara)[before:]
    assert len(told) == 1
    assert "I am not in its channel any more" in told[0]
