"""Which teams a channel may use: all, until a manager opens one to a channel; and the vendors'."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.base.aws import AwsRefused
from bot.engines.ground_truth.gateway import Gateway
from bot.people.work_team import WorkTeam
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.seed import AUTOMATIC_TEAM
from bot.sandbox.workspace.story import faults_of, first_page, second_page
from tests.stories.bringing import field
from tests.stories.world import DATA, LABELERS, WAITING, World, an_order, shown, words

VENDOR = "Harvest Hands"
BOXES = {"task_type": "bounding-box", "labels": ("fruit",)}


class NoVendors(Gateway):
    """AWS, where the bot's role may not list what the account subscribed to."""

    def vendor_teams(self) -> list[WorkTeam]:
        raise AwsRefused("AWS denied the bot's access.", "AccessDeniedException")


@contextmanager
def only(world: World, team: str, channel: str) -> Iterator[None]:
    """The team is opened to that channel, and no other one is, for as long as this lasts."""
    teams, team_id = world.bot.ground.teams, world.bot.installation.team_id
    arn = teams.named(team_id, team).arn
    teams.open(team_id, arn, channel)
    try:
        yield
    finally:
        teams.close(team_id, arn, channel)


def offered(world: World, channel: str, typed: str = "") -> list[str]:
    """The teams that the form of a channel offers Mara."""
    team_id = world.bot.installation.team_id
    return [team.name for team in world.bot.ground.teams.offered(team_id, channel, typed)]


def test_managers_open_teams_to_channels_and_close_them(world: World) -> None:
    """Without this, a team that one project pays for would be anybody's."""
    channel, other = world.channel("own-opened"), world.channel("own-not-opened")
    assert WAITING in offered(world, other)
    assert words(world.mara.command(channel, "/labelteam", f"open {WAITING}")) == (
        "You cannot open a labeling team to a channel. Sam or Greta can."
    )
    said = words(world.sam.command(other, "/labelteam", f"open {WAITING} #own-opened"))
    assert said.startswith(f"{WAITING}: <#{channel}> may use it. It is the first team")
    assert (offered(world, channel), offered(world, other)) == ([WAITING], [])
    again = words(world.sam.command(channel, "/labelteam", f"open {WAITING.upper()}"))
    assert again == f"{WAITING}: <#{channel}> may use it."
    told = words(world.mara.command(other, "/labelteam", "list"))
    assert f"*{WAITING}*, 1 person · linked to no channel yet · may be used in <#{channel}>" in told
    assert (
        f"*{AUTOMATIC_TEAM}*, 4 people · linked to no channel yet · may be used in no channel"
        in told
    )
    said = words(world.sam.command(channel, "/labelteam", f"close {WAITING} <#{LABELERS}>"))
    assert said == f"“{WAITING}” was not opened to <#{LABELERS}>, so nothing was changed."
    said = words(world.sam.command(channel, "/labelteam", f"close {WAITING} #own-opened"))
    assert said == (
        f"{WAITING}: <#{channel}> may not use it any more. Running jobs go on. No team is opened "
        "to any channel, so every channel may use every team."
    )
    assert WAITING in offered(world, other)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("open", "Name the team."),
        ("open #orchard-labelers", "Name the team."),
        ("open berry-team #no-such-channel", "Labeljob is in no channel of that name."),
        ("open berry-team #general", "Labeljob is in no channel of that name."),
        ("open no-such-team", "There is no labeling team “no-such-team”"),
        ("close no-such-team", "There is no labeling team “no-such-team”"),
    ],
)
def test_what_cannot_be_opened_is_said(world: World, typed: str, said: str) -> None:
    """Without this, a slip of the pen would close every team to every channel."""
    assert words(world.sam.command(DATA, "/labelteam", typed)).startswith(said)
    assert not world.bot.ground.teams.opened_to(world.bot.installation.team_id)


def test_channel_without_a_team_is_told_whom_to_ask(world: World) -> None:
    """Without this, a requester would look at an empty menu."""
    with only(world, WAITING, LABELERS):
        order = an_order("no-team-here")
        world.mara.command(DATA, "/labeljob", "create")
        first_page(world.mara, order)
        assert "A manager opens one to it with `/labelteam open`" in shown(world.mara.view())
        with pytest.raises(PracticeError, match="nothing is offered"):
            world.mara.choose("workteam_arn", WAITING)


def test_team_that_is_closed_before_create_or_launch_gets_no_job(world: World) -> None:
    """Without this, whoever had the form open would get past the manager."""
    order = an_order("closed-meanwhile", team=WAITING)
    world.mara.command(DATA, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    with only(world, WAITING, LABELERS):
        world.mara.fill()
        assert "berry-team is no team of this channel now" in shown(world.mara.view())
        world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.fill()  # it is accepted, and no round has launched it yet
    world.mara.close_windows()
    with only(world, WAITING, LABELERS):
        world.settle()
    assert world.aws_jobs("closed-meanwhile") == []
    assert "This channel may not use that labeling team" in "\n".join(
        world.thread("closed-meanwhile")
    )


def test_subscribed_vendor_is_offered_and_labels(world: World) -> None:
    """Without this, people who are paid for already could not be asked; and where there is none,
    nobody would know where to find one.
    """
    told = words(world.mara.command(DATA, "/labelteam", "list"))
    assert "No vendor labels for this account. Vendors are found in the AWS Marketplace" in told
    world.services.aws.vendors.subscribe("444455556666", VENDOR, "Harvest Co")
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    told = words(world.mara.command(DATA, "/labelteam", "list"))
    assert f"*{VENDOR}*, vendor Harvest Co · linked to no channel yet" in told
    assert "Marketplace" not in told
    world.ask(an_order("by-vendor", team=VENDOR))
    made = world.sagemaker.describe_labeling_job(LabelingJobName="by-vendor")["HumanTaskConfig"]
    assert made["WorkteamArn"].endswith(":444455556666:workteam/vendor-crowd/harvest-hands")
    assert "PublicWorkforceTaskPrice" not in made
    world.finish("by-vendor")
    assert world.aws_status("by-vendor") == "Completed"


def test_role_without_the_right_to_list_vendors_keeps_its_own_teams(world: World) -> None:
    """Without this, an upgrade of the bot would leave every form without a team until somebody had
    changed a policy.
    """
    teams = NoVendors(world.bot.ground.aws).work_teams()
    assert WAITING in {team.name for team in teams}


def test_what_the_public_is_not_asked_is_said_at_the_form(tmp_path: Path) -> None:
    """Without this, whoever pays for people of Mechanical Turk would hear at the launch, with the
    form gone, that they do no such work or that a declaration is missing.
    """
    world = World(tmp_path, public_task_price=12)
    try:
        world.mara.command(DATA, "/labeljob", "create")
        told = faults_of(world.mara, an_order("boxed", team="Mechanical Turk", **BOXES))
        assert "is no price of Bounding box" in told["workteam_arn"]
        world.mara.close_windows()
        world.mara.command(DATA, "/labeljob", "create")
        told = faults_of(world.mara, an_order("sorted", team="Mechanical Turk"))
        assert "tick “It holds no personal data” behind" in told["declarations"]
        box = field(world.mara, "declarations")
        ticked = [one for one in box["options"] if "personal" in one["text"]["text"]]
        world.mara.fill(declarations={"selected_options": ticked})
        assert world.mara.view()["callback_id"] == "job_form_review"
    finally:
        world.stop()
