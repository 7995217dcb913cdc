"""Who is in a labeling team: managers change it, and whoever joins or leaves is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.seed import AUTOMATIC_TEAM
from bot.sandbox.workspace.story import begin_anew, faults_of
from tests.stories.world import DATA, WAITING, World, an_order, shown, words

LIN, MARA = "lin@orchard.example", "mara@orchard.example"
NEW = "pomona@pickers.example"


@pytest.fixture(autouse=True)
def no_team_is_left(world: World) -> Iterator[None]:
    """Teams of a test's own end with it."""
    before = {team["WorkteamName"] for team in _teams(world)}
    yield
    for team in _teams(world):
        if team["WorkteamName"] not in before:
            world.sagemaker.delete_workteam(WorkteamName=team["WorkteamName"])
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)


def _teams(world: World) -> list[dict[str, Any]]:
    return list(world.sagemaker.list_workteams(MaxResults=100)["Workteams"])


def say(world: World, text: str, person: Person | None = None) -> str:
    """What a manager (Sam) is answered in the project's channel."""
    return words((person or world.sam).command(DATA, "/labelteam", text))


def told(world: World, person: Person) -> list[str]:
    """What the app tells somebody alone, once it is sent."""
    world.settle()
    return world.direct_messages(person)


def test_team_is_made_and_its_people_are_invited_and_told(world: World) -> None:
    """Without this, a manager would need the AWS console for every new colleague, and nobody would
    know that they have work.
    """
    said = say(world, f"create harvest-hands {LIN} <mailto:{NEW}|{NEW}>")
    assert said.splitlines() == [
        "harvest-hands is a labeling team now.",
        f"{LIN}: was in the workforce already, and is in the team now (<@U0LIN> is told).",
        f"{NEW}: AWS sends an invitation by e-mail, with a first password.",
    ]
    assert say(world, "members harvest-hands").splitlines() == [
        "*harvest-hands*, 2 people",
        f"<@U0LIN> · {LIN}",
        f"{NEW} · invited, has not signed in yet",
    ]
    (line,) = [text for text in told(world, world.lin) if "harvest-hands" in text]
    assert line.startswith("Sam took you into the labeling team harvest-hands.")
    assert "Open the portal" in line
    assert say(world, f"add harvest-hands {MARA}") == (
        f"{MARA}: The private workforce has nobody of the address {MARA}. /labelteam invite takes "
        "people into it."
    )
    said = say(world, f"invite harvest-hands {MARA}")
    assert "with a first password (<@U0MARA> is told)" in said
    assert "harvest-hands" in say(world, "list"), "known at once, not within a minute"


def test_new_team_labels_and_one_without_people_does_not(world: World) -> None:
    """Without this, a team made in Slack would be a name and nothing else."""
    say(world, f"create pickers {NEW}")
    world.ask(an_order("by-pickers", team="pickers"))
    world.finish("by-pickers")
    assert world.aws_status("by-pickers") == "Completed"
    assert "has no members" in say(world, "create nobody-yet")
    world.ask(an_order("by-nobody", team="nobody-yet"))
    world.pass_time(20)
    assert world.aws_status("by-nobody") == "InProgress"
    world.sagemaker.stop_labeling_job(LabelingJobName="by-nobody")
    world.pass_time(2)
    world.settle()


def test_removing_and_deleting_ask_first(world: World) -> None:
    """Without this, a slip of the pen would take somebody's work, or a team with no way back."""
    say(world, f"create short-lived-hands {LIN} {MARA}")
    world.sam.command(DATA, "/labelteam", f"remove short-lived-hands {LIN}")
    assert f"*short-lived-hands* loses {LIN}." in shown(world.sam.view())
    assert "2 people" in say(world, "members short-lived-hands"), "nothing was done yet"
    world.sam.command(DATA, "/labelteam", f"remove short-lived-hands {LIN}")
    world.sam.fill()
    assert f"{LIN}: is not in the team any more (<@U0LIN> is told)." in shown(world.sam.view())
    assert "1 person" in say(world, "members short-lived-hands")
    assert told(world, world.lin)[-1] == "Sam took you out of the labeling team short-lived-hands."
    world.sam.close_windows()
    world.sam.command(DATA, "/labelteam", "delete short-lived-hands")
    assert "There is no way back." in shown(world.sam.view())
    world.sam.fill()
    assert "short-lived-hands is deleted, and 1 of its people were told." in shown(world.sam.view())
    assert told(world, world.mara)[-1].startswith("Sam deleted the labeling team short-lived-hands")
    assert "short-lived-hands" not in say(world, "list")
    world.sam.close_windows()
    assert "is a labeling team now" in say(world, "create short-lived-hands"), "its name is free"
    assert "has no members" in say(world, "members short-lived-hands")


def test_team_that_labels_cannot_be_deleted(world: World) -> None:
    """Without this, running jobs would lose everybody who could finish them."""
    world.ask(an_order("keeps-team", team=WAITING))
    world.pass_time(2)
    world.settle()
    assert "Stop that first" in say(world, f"delete {WAITING}")
    assert f"{WAITING} labels" in say(world, f"delete {WAITING}")
    world.sagemaker.stop_labeling_job(LabelingJobName="keeps-team")
    world.pass_time(2)
    world.settle()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("create", "Name the new team"),
        ("create -no-", "A labeling team's name has 1 to 63 letters"),
        (f"create {'x' * 64}", "A labeling team's name has 1 to 63 letters"),
        (f"create {WAITING.upper()}", "A labeling team of this name exists already"),
        ("create ok-name nobody", "“nobody” is no e-mail address"),
        ("create ok-name a@b", "“a@b” is no e-mail address"),
        (f"create ok-name {'a' * 120}@orchard.example", "“aaaa"),
        ('create ok-name a"b@c.example', "“a"),
        (f"invite {WAITING}", "Name somebody behind the team"),
        ("invite nowhere a@b.example", "There is no labeling team “nowhere”"),
        (
            f"invite {WAITING} " + " ".join(f"a{n}@b.example" for n in range(11)),
            "10 at once at most",
        ),
        ("members nowhere", "There is no labeling team “nowhere”"),
        (f"remove {WAITING}", "Name somebody behind the team"),
        ("delete nowhere", "There is no labeling team “nowhere”"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_made(
    world: World, typed: str, said: str
) -> None:
    """Without this, a slip of the pen would reach AWS, or end in AWS's own words."""
    before = [team["WorkteamName"] for team in _teams(world)]
    assert say(world, typed).startswith(said)
    assert [team["WorkteamName"] for team in _teams(world)] == before


@pytest.mark.parametrize("typed", ["members", "create", "invite", "add", "remove", "delete"])
def test_only_managers_see_and_change_who_is_in_a_team(world: World, typed: str) -> None:
    """Without this, anybody in a channel could read addresses, or hire."""
    said = say(world, f"{typed} {AUTOMATIC_TEAM} {NEW}", world.mara)
    assert said == "You cannot manage labeling teams. Sam or Greta can."


def test_labelers_say_by_which_address_they_sign_in(world: World) -> None:
    """Without this, whoever signs in by another address than Slack's would never be told."""
    other = "lin.at.home@pickers.example"
    say(world, f"create by-claim {other}")
    lin = world.lin
    channel = world.channel("own-claims", ["U0LIN", "U0SAM", "U0MARA", "U0GUS", "bot"])
    said = words(lin.command(channel, "/labelteam", f"me {other}"))
    assert said.startswith(f"As a labeler you are {LIN} or {other}.")
    assert words(world.mara.command(channel, "/labelteam", f"me {other}")) == (
        "That address belongs to somebody else. Ask a manager if it is yours."
    )
    assert words(world.mara.command(channel, "/labelteam", f"me {LIN}")) == (
        "That address belongs to somebody else. Ask a manager if it is yours."
    )
    assert "“home” is no e-mail address" in words(lin.command(channel, "/labelteam", "me home"))
    assert f"<@U0LIN> · {other}" in say(world, "members by-claim")
    said = words(lin.command(channel, "/labelteam", f"me not {other.upper()}"))
    assert said.startswith(f"As a labeler you are {LIN}. ")
    assert "You are known by no e-mail address." in words(
        world.gus.command(channel, "/labelteam", "me")
    )


def test_silence_of_aws_says_what_was_not_done(world: World) -> None:
    """Without this, a manager would not know whom to invite again."""
    say(world, "create slow-hands")
    world.fault("Cognito.AdminAddUserToGroup", "error_500")
    said = say(world, f"invite slow-hands {LIN} {NEW}")
    assert said.startswith(f"Not done: {LIN}, {NEW}.")
    world.mend()
    assert "is in the team now" in say(world, f"invite slow-hands {LIN} {NEW}")
    assert "2 people" in say(world, "members slow-hands")


def test_groups_of_a_provider_are_named_and_their_size_is_not_guessed(world: World) -> None:
    """Without this, a team of a company's own directory would look empty."""
    world.sagemaker.create_workteam(
        WorkteamName="directory",
        Description="ours",
        MemberDefinitions=[{"OidcMemberDefinition": {"Groups": ["pickers", "graders"]}}],
    )
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    assert say(world, "members directory") == (
        "*directory* is made of groups: pickers, graders. How many people are in them only your "
        "identity provider knows."
    )
    assert "Your identity provider says who is in this team." in say(
        world, f"invite directory {NEW}"
    )
    assert "*directory*, size not known" in say(world, "list")
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    begin_anew(world.mara)
    order = an_order("by-a-directory", team="directory", workers=3)
    assert faults_of(world.mara, order) == {}
    assert "3 people shall label each picture. How many directory has is not known" in shown(
        world.mara.view()
    )
    world.mara.close_windows()


def test_size_of_a_team_stands_in_the_menu_and_too_few_people_are_told(world: World) -> None:
    """Without this, five people would be asked of a team of one, and no picture gets through."""
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    begin_anew(world.mara)
    chosen = world.mara.choose("workteam_arn", seed.WAITING_TEAM)
    assert chosen["text"]["text"] == f"{seed.WAITING_TEAM} (1 person)"
    order = an_order("by-too-few", team=seed.WAITING_TEAM, workers=2)
    assert faults_of(world.mara, order) == {}
    said = shown(world.mara.view())
    assert f"2 people shall label each picture, but {seed.WAITING_TEAM} has one person" in said
    assert f"*Team* {seed.WAITING_TEAM}, 1 person" in said
    world.mara.press_in_view("job_form_back")
    menu = next(
        block["element"]
        for block in world.mara.view()["blocks"]
        if block.get("block_id") == "workteam_arn"
    )
    assert menu["initial_option"]["text"]["text"] == f"{seed.WAITING_TEAM} (1 person)"
    world.mara.close_windows()


def test_bot_that_may_not_see_a_pool_lists_its_teams_all_the_same(world: World) -> None:
    """Without this, a right that nobody gave would empty the menu of teams."""
    world.fault("Cognito.ListUsersInGroup", "throttle")
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    assert f"*{seed.WAITING_TEAM}*, size not known" in say(world, "list")
    world.mend()
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    assert f"*{seed.WAITING_TEAM}*, 1 person" in say(world, "list")


def test_without_the_scope_nobody_is_matched_and_nothing_fails(world: World) -> None:
    """Without this, an app that was installed before would break at the first invitation."""
    say(world, "create unmatched")
    world.bot.ground.access._known.clear()
    world.refuse("users.lookupByEmail", "missing_scope")
    try:
        said = say(world, f"invite unmatched {LIN}")
        assert said == f"{LIN}: was in the workforce already, and is in the team now."
        assert f"Lin · {LIN}" in say(world, "members unmatched")
    finally:
        world.refuse("users.lookupByEmail", None)
        world.bot.ground.access._known.clear()


def test_whom_slack_does_not_know_says_so_by_a_press(world: World) -> None:
    """Without this, whoever labels under another address is never told of a team's work."""
    channel = world.channel("own-unknown-labelers", ["U0LIN", "U0SAM", "U0MARA", "bot"])
    say(world, "create claimers")
    world.sam.command(channel, "/labelteam", "here claimers")
    email = "lin.private@pickers.example"
    said = say(world, f"invite claimers {email}")
    assert f"(Slack knows nobody of that address; <#{channel}> is asked)" in said
    world.settle()
    asked = next(one for one in world.lin.messages(channel) if "is not known in" in one["text"])
    assert "l…@pickers.example" in asked["text"]
    assert email not in asked["text"]
    world.lin.press(asked, "labeler_claim")
    world.settle()
    stands = [one["text"] for one in world.lin.messages(channel) if one["ts"] == asked["ts"]]
    assert stands == ["l…@pickers.example is <@U0LIN>. `/labelteam me not` takes it back."]
    assert email in words(world.lin.command(channel, "/labelteam", "me"))
    world.mara.command(channel, "/labelteam", f"me {email}")
    mine = words(world.mara.command(channel, "/labelteam", "me"))
    assert email not in mine, "the first who says so has it"
    world.lin.command(channel, "/labelteam", f"me not {email}")
