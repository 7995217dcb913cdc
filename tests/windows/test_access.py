"""Who may do what, where Slack says something unexpected: against the Slack stand-in."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base.deadline import within
from bot.base.errors import LabeljobError, NotAllowed
from bot.base.slack_client import SlackClient
from bot.people.access import Access, DirectMessage, NotHere, SlackShut, SlackSilent
from bot.people.rules import Role
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.slack import manifest as slack_manifest
from commands.actions import RULES
from tests.windows.conftest import Workspace

OURS = "T0ORCHARD"
_GRID = {"id": "W0", "enterprise_id": "E0", "enterprise_name": "Corp"}
PEOPLE: list[dict[str, Any]] = [
    {"id": "U0MARA", "name": "mara"},
    {"id": "U0SAM", "name": "sam"},
    {"id": "U0GRETA", "name": "greta"},
    {"id": "U0GUS", "name": "gus", "is_restricted": True},
    {"id": "U0DORA", "name": "dora", "deleted": True},
    {"id": "U0HIDE", "name": "hide", "hidden": True},
    {"id": "U0PIA", "name": "pia", "team_id": "T0PARTNER"},
    {
        "id": "U0GRID",
        "name": "grit",
        "team_id": "T0HOME",
        "enterprise_user": {**_GRID, "teams": ["T0HOME", OURS]},
    },
    {
        "id": "U0FAR",
        "name": "far",
        "team_id": "T0HOME",
        "enterprise_user": {**_GRID, "teams": ["T0HOME"]},
    },
    {"id": "U0STRA", "name": "stella", "is_stranger": True},
    {"id": "U0OTHER", "name": "other", "is_bot": True, "bot_id": "B0OTHER", "app_id": "A0OTHER"},
    {"id": "U0LABELJOB", "name": "labeljob", "is_bot": True},
]
EVERYBODY = [person["id"] for person in PEOPLE if person["id"] != "U0LABELJOB"]
CHANNELS: list[dict[str, Any]] = [
    {"id": "C0DATA", "name": "data", "members": [*EVERYBODY, "bot"]},
    {"id": "C0SAMS", "name": "sams", "members": ["U0SAM", "bot"]},
    {"id": "C0SECRET", "name": "secret", "is_private": True, "members": ["U0MARA"]},
]


class Place(Workspace):
    """A workspace with people of every kind."""

    def access(self, *managers: str, seconds: Callable[[], float] = time.monotonic) -> Access:
        """The rules, as a bot that has just started applies them."""
        return Access(
            SlackClient("xoxb-test", f"{self.url}/api/", 2), managers, OURS, RULES, seconds
        )

    def refuse(self, method: str, error: str | None) -> None:
        """Slack answers this method with this code; None ends it."""
        self._post("/_control/refuse", {"method": method, "error": error, "times": 100})

    def calls(self, method: str) -> int:
        """How often the method was called."""
        with urllib.request.urlopen(f"{self.url}/_control/journal", timeout=5) as answer:
            return sum(entry["operation"] == method for entry in json.load(answer)["entries"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    config = SlackConfig(
        store=tmp_path / "slack.db",
        manifest=slack_manifest.read(),
        bot_token="xoxb-test",
        app_token="xapp-test",
        signing_secret="secret",
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=[{"id": "S0LEADS", "name": "leads", "users": ["U0GRETA", "U0DORA"]}],
        rate_limits=False,
    )
    with Server(create_app(config)) as server:
        yield Place(server.url)


@pytest.mark.parametrize("wrong", ["S0GONE", "U0GONE", "Sam"])
def test_manager_whom_slack_does_not_know_keeps_nobody_out(place: Place, wrong: str) -> None:
    """One slip in a setting would refuse every command of everybody."""
    rules = place.access("U0SAM", wrong)
    mara, sam = (rules.who(OURS, user, "C0DATA") for user in ("U0MARA", "U0SAM"))
    assert (mara.role, sam.role) == (Role.MEMBER, Role.MANAGER)
    with pytest.raises(NotAllowed, match=r"You cannot stop this job\. sam can\."):
        rules.require("stop", mara)


@pytest.mark.parametrize(
    "code", ["plan_upgrade_required", "missing_scope", "nobody_knows_this", "internal_error"]
)
def test_group_of_managers_that_cannot_be_read_keeps_nobody_out(place: Place, code: str) -> None:
    """A plan that loses its user groups would end every command of everybody with "try again"."""
    rules = place.access("U0SAM", "S0LEADS")
    place.refuse("usergroups.users.list", code)
    for user, role in (("U0MARA", Role.MEMBER), ("U0SAM", Role.MANAGER), ("U0GRETA", Role.MEMBER)):
        who = rules.who(OURS, user, "C0DATA")
        assert who.role is role
        rules.require("see", who)
    assert place.calls("usergroups.users.list") == 1, (
        "what cannot be read is not asked for at every press"
    )


def test_whether_somebody_manages_is_called_unknown_only_where_slack_did_not_answer(
    place: Place,
) -> None:
    """A manager would read that they are none because Slack had a bad minute."""
    rules = place.access("U0SAM", "S0LEADS")
    place.refuse("usergroups.users.list", "internal_error")
    with pytest.raises(
        SlackSilent,
        match=r"did not say who is in S0LEADS, so it is not known whether you are a man",
    ):
        rules.require("stop", rules.who(OURS, "U0GRETA", "C0DATA"))
    place.refuse("usergroups.users.list", None)
    place.refuse("usergroups.users.list", "plan_upgrade_required")
    rules = place.access("U0SAM", "S0LEADS")
    with pytest.raises(NotAllowed, match=r"You cannot stop this job\. sam can\."):
        rules.require("stop", rules.who(OURS, "U0GRETA", "C0DATA"))


def test_group_that_cannot_be_read_says_nothing_of_what_members_alone_may(place: Place) -> None:
    """A labeler would be kept from the instructions by a question whose answer gives no right to
    them.
    """
    rules = place.access("U0SAM", "S0LEADS")
    place.refuse("usergroups.users.list", "internal_error")
    outside = rules.who(OURS, "U0MARA", "C0SAMS")
    assert not rules.may("read instructions", outside)
    with pytest.raises(
        NotAllowed, match=r"Only members of this channel can read the instructions\. Join"
    ):
        rules.require("read instructions", outside)


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (
            "U0PIA",
            (
                "People of other workspaces cannot stop this job yet, even where a channel is "
                "shared with theirs."
            ),
        ),
        ("U0FAR", "People of other workspaces cannot stop this job yet"),
        ("U0STRA", "People of other workspaces cannot stop this job yet"),
        ("U0OTHER", "Apps and workflows cannot stop this job."),
        ("U0DORA", "Deactivated accounts cannot stop this job."),
        (
            "U0HIDE",
            (
                r"Slack does not show Labeljob who you are "
                r"\(user_not_visible\), so you "
                r"cannot stop this job."
            ),
        ),
        (
            "U0NOBODY",
            (
                r"Slack does not show Labeljob who you are "
                r"\(user_not_found\), so you cannot "
                r"stop this job."
            ),
        ),
    ],
)
def test_stranger_is_told_why_and_whom_to_ask(place: Place, user: str, words: str) -> None:
    """A stranger would do paid work in our name, or read words that are true of somebody else."""
    rules = place.access("U0SAM", user)
    who = rules.who(OURS, user, "C0DATA", typed=True)
    assert who.role is Role.STRANGER
    with pytest.raises(NotAllowed, match=rf"{words}.* sam can\."):
        rules.require("stop", who, asked_by=user)
    with pytest.raises(NotAllowed, match=r"Full members of this channel can\."):
        rules.require("see", who)
    assert place.calls("users.conversations") == place.calls("conversations.info") == 0, (
        "a refusal costs little"
    )


def test_member_whose_home_is_another_workspace_of_the_organisation_is_a_member(
    place: Place,
) -> None:
    """In an organisation, people would be locked out of their own channel as another company's."""
    rules = place.access()
    assert rules.who(OURS, "U0GRID", "C0DATA").role is Role.MEMBER
    assert rules.who(OURS, "U0GRID", "C0DATA", typed=True).role is Role.MEMBER


def test_job_of_another_workspace_is_nobodys_here(place: Place) -> None:
    """A row of another installation would be managed by our people."""
    rules = place.access("U0SAM")
    with pytest.raises(
        NotAllowed,
        match="This belongs to another workspace; people of this one cannot stop this job",
    ):
        rules.require("stop", rules.who("T0OTHER", "U0SAM", "C0DATA"))


def test_managers_who_cannot_act_are_not_named(place: Place) -> None:
    """People would wait for the answer of somebody who left the company."""
    rules = place.access("U0DORA", "U0OTHER", "U0HIDE", "U0SAM", "S0LEADS")
    with pytest.raises(NotAllowed, match=r"You cannot stop this job\. sam or greta can\.$"):
        rules.require("stop", rules.who(OURS, "U0MARA", "C0DATA"), asked_by="U0DORA")
    with pytest.raises(NotAllowed, match=r"Managers can; an administrator of Labeljob names them"):
        (nobody := place.access("U0DORA")).require("stop", nobody.who(OURS, "U0MARA", "C0DATA"))


def test_many_managers_are_not_all_looked_up_for_one_refusal(place: Place) -> None:
    """A group of hundreds would take the time of the answer that refuses."""
    ids = tuple(
        sorted(user for user in EVERYBODY if user not in {"U0MARA", "U0DORA", "U0HIDE", "U0STRA"})
    )
    rules = place.access(*(f"U0GONE{number:03}" for number in range(3)), *ids)
    who = rules.who(OURS, "U0GUS", "C0DATA")
    with pytest.raises(NotAllowed, match=r"can\.$"):
        rules.require("stop", who)
    assert place.calls("users.info") < 15


def test_typed_word_is_enough_to_see_and_never_to_manage(place: Place) -> None:
    """A command would wait for a list of channels, or typing somewhere would make a manager."""
    rules = place.access("U0SAM", "S0LEADS")
    who = rules.who(OURS, "U0MARA", "C0DATA", typed=True)
    rules.require("see", who)
    rules.require("create", who)
    assert place.calls("users.conversations") == place.calls("usergroups.users.list") == 0
    with pytest.raises(NotAllowed):
        rules.require("stop", who, asked_by="U0MARA")
    with pytest.raises(NotAllowed):
        rules.require("stop", rules.who(OURS, "U0SAM", "C0DATA", typed=True))
    rules.require("stop", rules.who(OURS, "U0MARA", "C0DATA"), asked_by="U0MARA")
    assert place.calls("users.conversations") == 1


def test_channel_with_thousands_of_people_is_answered_from_one_page(place: Place) -> None:
    """In a big channel every first press would time out."""
    rules = place.access()
    place.fault("conversations.members", "delay", seconds=30)
    with within(2.2):
        assert rules.who(OURS, "U0MARA", "C0DATA").in_channel
        assert not rules.who(OURS, "U0MARA", "C0SAMS").in_channel
    assert (place.calls("users.conversations"), place.calls("conversations.members")) == (1, 0)


def test_private_channel_that_hides_from_the_bot_says_so(place: Place) -> None:
    """A member would read that they are none, where only the app has to be invited."""
    with pytest.raises(NotHere):
        place.access().who(OURS, "U0MARA", "C0SECRET")


@pytest.mark.parametrize("channel", ["D0ANY", "D012345678"])
def test_direct_message_is_no_channel(place: Place, channel: str) -> None:
    """People would invite the app into a conversation that cannot hold it."""
    for ask in (
        lambda: place.access().who(OURS, "U0MARA", channel),
        lambda: place.access().check_here(channel),
    ):
        with pytest.raises(DirectMessage, match="Labeljob works in channels"):
            ask()


@pytest.mark.parametrize(
    "code", ["missing_scope", "invalid_auth", "token_revoked", "account_inactive"]
)
def test_token_that_may_not_ask_is_the_administrators_business(place: Place, code: str) -> None:
    """People would try again for ever what only an administrator can mend."""
    place.refuse("users.info", code)
    with pytest.raises(
        SlackShut, match=rf"\(it answers {code}\).*An administrator must install the app"
    ):
        place.access().who(OURS, "U0MARA", "C0DATA", typed=True)


@pytest.mark.parametrize(
    "method", ["users.info", "users.conversations", "usergroups.users.list", "conversations.info"]
)
@pytest.mark.parametrize(
    "code", ["missing_scope", "internal_error", "ratelimited", "nobody_knows_this", "fatal_error"]
)
def test_every_code_of_every_look_up_becomes_words(place: Place, method: str, code: str) -> None:
    """A code that nobody thought of would be an error page with a number, or "try again" for
    ever.
    """
    rules = place.access("S0LEADS", "U0SAM")
    place.refuse(method, code)
    told: list[LabeljobError] = []
    for user in ("U0MARA", "U0GUS", "U0SAM"):
        try:
            rules.check_here("C0DATA")
            rules.require("stop", rules.who(OURS, user, "C0DATA"))
        except LabeljobError as error:
            told.append(error)
    assert len(told) >= 2, "neither the member nor the guest may stop a job"
    assert not [
        error for error in told if "try again" in error.words and not isinstance(error, NotHere)
    ]


def test_code_that_nobody_knows_leaves_unknown_who_is_in_a_channel(place: Place) -> None:
    """A member would be told to join the channel that they are in, as long as Slack answers so."""
    place.refuse("users.conversations", "nobody_knows_this")
    with pytest.raises(
        SlackSilent, match=r"“nobody_knows_this”.*it is not known whether you are in"
    ):
        place.access().who(OURS, "U0MARA", "C0DATA")


def test_look_ups_of_one_answer_share_its_time(place: Place) -> None:
    """Each look-up would be quick enough by itself, and all together longer than Slack waits."""
    place.fault("users.info", "delay", seconds=0.3)
    place.fault("users.conversations", "delay", seconds=0.3)
    place.fault("usergroups.users.list", "delay", seconds=30)
    rules = place.access("U0SAM", "S0LEADS", "S0OTHERS", "S0MORE")
    began = time.monotonic()
    with within(1.5):
        who = rules.who(OURS, "U0MARA", "C0DATA")
        assert who.role is Role.MEMBER, "a slow group of managers keeps nobody out"
        rules.require("see", who)
        with pytest.raises(SlackSilent, match="not known whether you are a manager"):
            rules.require("stop", who)
    assert time.monotonic() - began < 5, (
        "far from the six seconds that three such look-ups would take alone"
    )


def test_nothing_more_is_asked_for_somebody_whose_time_has_passed(place: Place) -> None:
    """Each question still waits a moment when the time is over: sixty of them would be the three
    seconds again.
    """
    rules = place.access(*(f"U0GONE{number:02}" for number in range(60)))
    mara = rules.who(OURS, "U0MARA", "C0DATA")
    asked = place.calls("users.info")
    with (
        within(0),
        pytest.raises(
            NotAllowed, match=r"You cannot stop this job\. Managers can; an administrator"
        ),
    ):
        rules.require("stop", mara)
    with within(0), pytest.raises(SlackSilent):
        rules.check_here("C0DATA")
    assert place.calls("users.info") == asked
    assert place.calls("conversations.info") == 0


def test_who_hears_in_place_of_a_deactivated_account(place: Place) -> None:
    """The end of a job would be told to nobody."""
    rules = place.access("U0DORA", "S0LEADS", "U0SAM")
    assert [rules.told(user) for user in ("U0MARA", "U0DORA", "U0HIDE")] == [
        "U0MARA",
        "U0SAM",
        "U0SAM",
    ]
    assert place.access("S0LEADS").told("U0DORA") == "U0GRETA"
    assert place.access().told("U0DORA") == ""
    place.refuse("users.info", "internal_error")
    assert place.access("U0SAM").told("U0DORA") == "U0DORA", "what is not known changes nothing"


def test_what_slack_said_is_believed_for_seconds_that_only_go_on(place: Place) -> None:
    """Without this, whoever lost a right would keep it for the hour by which a machine's clock was
    set back.
    """
    now = [100.0]
    access = place.access(seconds=lambda: now[0])
    asked = []
    for now[0] in (100.0, 119.0, 121.0):
        access.who(OURS, "U0SAM", "C0DATA")
        asked.append(place.calls("users.info"))
    assert asked == [1, 1, 2]
