"""Other workspaces' people, shared channels, other apps' bots and workflows, as Slack shows and
sends them.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from slack_practice import CHANNELS, MANIFEST, PEOPLE, Bot, Workspace, button, modal, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

OURS, PARTNER = "T0ORCHARD", "T0PARTNER"
GRID = {
    "id": "W0GRIT",
    "enterprise_id": "E0ORCHARD",
    "enterprise_name": "Orchard Group",
    "is_admin": False,
    "is_owner": False,
    "teams": ["T0HOME", OURS],
}
OTHERS: list[dict[str, Any]] = [
    {"id": "U0GRIT", "name": "grit", "team_id": "T0HOME", "enterprise_user": GRID},
    {
        "id": "U0PIA",
        "name": "pia",
        "team_id": PARTNER,
        "is_admin": True,
        "email": "pia@partner.example",
    },
    {"id": "U0PAUL", "name": "paul", "team_id": PARTNER, "is_restricted": True},
    {"id": "U0STELLA", "name": "stella", "team_id": PARTNER},  # in no channel of ours
    {"id": "U0DORA", "name": "dora", "deleted": True, "is_admin": True},
    {"id": "U0HIDE", "name": "hide", "hidden": True, "email": "hide@orchard.example"},
    {"id": "U0OTHER", "name": "otherbot", "is_bot": True, "bot_id": "B0OTHER", "app_id": "A0OTHER"},
    {
        "id": "B0FLOW",
        "name": "Morning round",
        "is_bot": True,
        "is_workflow": True,
        "bot_id": "B0FLOW",
    },
]
ACROSS = ["U0MARA", "U0GRIT", "U0PIA", "U0PAUL", "U0DORA", "U0OTHER", "bot"]
SHARED: list[dict[str, Any]] = [
    {"id": "C0OURS", "name": "orchard-partner", "members": ACROSS, "shared_with": [PARTNER]},
    {
        "id": "C0THEIRS",
        "name": "partner-orchard",
        "members": ACROSS,
        "shared_with": [PARTNER],
        "host": PARTNER,
    },
    {"id": "G0BOTH", "name": "both", "is_private": True, "members": ["U0MARA", "U0SAM", "bot"]},
]


def manifest() -> dict[str, Any]:
    """The usual app, which also reads user groups."""
    wanted = copy.deepcopy(MANIFEST)
    wanted["oauth_config"]["scopes"]["bot"].append("usergroups:read")
    return wanted


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(
        tmp_path_factory.mktemp("slack"),
        time_scale=0.0,
        manifest=manifest(),
        people=[*PEOPLE, *OTHERS],
        channels=[*CHANNELS, *SHARED],
        usergroups=[{"id": "S0LEADS", "name": "leads", "users": ["U0SAM"]}],
    ) as workspace:
        yield workspace


def user(web: WebClient, person: str) -> dict[str, Any]:
    return dict(web.users_info(user=person)["user"])


def test_a_person_shows_their_home_and_what_slack_hides_of_them(web: WebClient) -> None:
    """A bot that reads one field of a person takes a colleague for a stranger, or a stranger for a
    colleague.
    """
    mara, grit, pia, paul, stella = (
        user(web, name) for name in ("U0MARA", "U0GRIT", "U0PIA", "U0PAUL", "U0STELLA")
    )
    assert [one["team_id"] for one in (mara, grit, pia)] == [OURS, "T0HOME", PARTNER]
    assert all(one["profile"]["team"] == one["team_id"] for one in (mara, grit, pia))
    assert grit["enterprise_user"] == GRID
    assert "enterprise_user" not in mara
    assert [one["is_stranger"] for one in (mara, grit, pia, paul, stella)] == [
        False,
        False,
        False,
        False,
        True,
    ]
    assert paul["is_restricted"]
    assert not pia["is_admin"], "a rank in another workspace is none in ours"
    assert "email" not in pia["profile"]


def test_who_is_gone_or_hidden_is_so_everywhere(web: WebClient) -> None:
    """A bot would name a deactivated manager as a helper, or take an invisible person for one that
    does not exist.
    """
    dora = user(web, "U0DORA")
    assert dora["deleted"]
    assert "is_admin" not in dora
    assert refused(web.users_info, user="U0HIDE")["error"] == "user_not_visible"
    assert refused(web.users_profile_get, user="U0HIDE")["error"] in {
        "user_not_visible",
        "missing_scope",
    }
    assert (
        refused(web.users_lookupByEmail, email="hide@orchard.example")["error"] == "users_not_found"
    )
    assert (
        refused(web.users_lookupByEmail, email="pia@partner.example")["error"] == "users_not_found"
    )
    assert refused(web.conversations_open, users="U0DORA")["error"] == "user_disabled"
    assert refused(web.conversations_open, users="U0HIDE")["error"] == "user_not_visible"
    assert refused(web.users_info, user="B0FLOW")["error"] == "user_not_found", (
        "a workflow is no user"
    )
    listed = {one["id"] for one in web.users_list()["members"]}
    assert {"U0HIDE", "B0FLOW"}.isdisjoint(listed)
    assert {"U0DORA", "U0OTHER", "U0PIA"} <= listed


def test_the_own_bot_is_not_taken_for_another_apps(web: WebClient) -> None:
    """With two bots in a workspace the app must still find itself."""
    assert web.auth_test()["user_id"] == "U0BOT"
    other, own = user(web, "U0OTHER"), user(web, "U0BOT")
    assert (other["is_bot"], other["profile"]["bot_id"], other["profile"]["api_app_id"]) == (
        True,
        "B0OTHER",
        "A0OTHER",
    )
    assert own["profile"]["bot_id"] == "B0LABELJOB"


def test_a_shared_channel_says_with_whom_and_whose_it_is(web: WebClient) -> None:
    """Whether a card would leave the company can be read here alone."""
    plain = web.conversations_info(channel="C0DATA")["channel"]
    assert (plain["is_shared"], plain["is_ext_shared"]) == (False, False)
    assert "conversation_host_id" not in plain
    for channel, host in (("C0OURS", OURS), ("C0THEIRS", PARTNER)):
        info = web.conversations_info(channel=channel)["channel"]
        assert (info["is_shared"], info["is_ext_shared"], info["conversation_host_id"]) == (
            True,
            True,
            host,
        )
        assert info["shared_team_ids"] == [OURS, PARTNER]
        assert info["connected_team_ids"] == [PARTNER]
        assert info["context_team_id"] == OURS


def ids(answer: Any) -> list[str]:
    return [channel["id"] for channel in answer["channels"]]


def test_the_channels_of_one_person_are_those_the_app_may_see(
    slack: Workspace, web: WebClient
) -> None:
    """Membership is learnt here without listing 12,000 people; a private channel of others must not
    show.
    """
    both = "public_channel,private_channel"
    assert ids(web.users_conversations(user="U0SAM", types=both)) == [
        "C0DATA",
        "C0LABEL",
        "C0GENERAL",
        "G0BOTH",
    ]
    assert ids(web.users_conversations(user="U0SAM")) == ["C0DATA", "C0LABEL", "C0GENERAL"], (
        "public ones by default"
    )
    assert ids(web.users_conversations(user="U0PIA", types=both)) == ["C0OURS", "C0THEIRS"]
    assert ids(web.users_conversations(types=both)) == [
        "C0DATA",
        "C0LABEL",
        "C0OURS",
        "C0THEIRS",
        "G0BOTH",
    ], "its own"
    assert refused(web.users_conversations, user="U0NOBODY")["error"] == "user_not_found"
    assert refused(web.users_conversations, types="rooms")["error"] == "invalid_types"
    assert refused(web.users_conversations, types="mpim")["needed"] == "mpim:read"
    assert "is_member" not in web.users_conversations(user="U0SAM")["channels"][0]
    row = (
        "INSERT INTO channel(id, name, is_private, is_im, is_archived, topic, created) VALUES (?, "
        "?, 0, 0, ?, '', 0)"
    )
    with slack_rows(slack) as rows:
        rows.execute(row, ("C0OLD", "old", 1))
        rows.execute(
            "INSERT INTO member(channel, person, last_read) VALUES ('C0OLD', 'U0LIN', '0')"
        )
    assert ids(web.users_conversations(user="U0LIN")) == ["C0LABEL", "C0GENERAL", "C0OLD"]
    assert ids(web.users_conversations(user="U0LIN", exclude_archived=True)) == [
        "C0LABEL",
        "C0GENERAL",
    ]
    first = web.users_conversations(user="U0SAM", limit=2)
    rest = web.users_conversations(
        user="U0SAM", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert ids(first) + ids(rest) == ["C0DATA", "C0LABEL", "C0GENERAL"]


def slack_rows(slack: Workspace) -> Any:
    import sqlite3  # noqa: PLC0415

    return sqlite3.connect(slack.config.store)


def test_a_page_holds_999_at_most(slack: Workspace, web: WebClient) -> None:
    """A bot that asks for more and never looks at the cursor would miss the last people of a large
    channel.
    """
    with slack_rows(slack) as rows:
        rows.execute(
            "INSERT INTO channel(id, name, is_private, is_im, topic, created) VALUES ('C0CROWD', "
            "'crowd', 0, 0, '', 0)"
        )
        crowd = [("C0CROWD", f"U0CROWD{number:04}", "0") for number in range(1_000)]
        rows.executemany("INSERT INTO member(channel, person, last_read) VALUES (?, ?, ?)", crowd)
        named = [(f"C0ONE{number:04}", f"one-{number}") for number in range(1_000)]
        rows.executemany("INSERT INTO channel VALUES (?, ?, 0, 0, 0, '', 0)", named)
        rows.executemany(
            "INSERT INTO member VALUES (?, 'U0GRIT', '0')", [(channel,) for channel, _name in named]
        )
    people = web.conversations_members(channel="C0CROWD", limit=5_000)
    assert len(people["members"]) == 999
    rest = web.conversations_members(
        channel="C0CROWD", cursor=people["response_metadata"]["next_cursor"]
    )
    assert len(rest["members"]) == 1
    assert len(web.users_conversations(user="U0GRIT", limit=5_000)["channels"]) == 999
    assert len(web.users_conversations(user="U0GRIT")["channels"]) == 100


def said(slack: Workspace, bot: Bot, person: str, channel: str) -> dict[str, Any]:
    """The mention as the app hears it."""
    slack.act("message", user=person, channel=channel, text="<@U0BOT> status")
    return bot.hears("app_mention")


@pytest.mark.parametrize(
    ("channel", "host"), [("C0DATA", OURS), ("C0OURS", OURS), ("C0THEIRS", PARTNER)]
)
def test_an_event_bears_the_hosts_name_and_the_installation_of_ours(
    slack: Workspace, bot: Bot, channel: str, host: str
) -> None:
    """A bot that believes the envelope takes the host's people for its own colleagues."""
    body = said(slack, bot, "U0MARA", channel)
    assert (body["team_id"], body["context_team_id"], body["api_app_id"]) == (
        host,
        OURS,
        "A0LABELJOB",
    )
    assert [one["team_id"] for one in body["authorizations"]] == [OURS]
    assert body["is_ext_shared_channel"] is (channel != "C0DATA")


@pytest.mark.parametrize(
    ("person", "team"), [("U0MARA", OURS), ("U0GRIT", "T0HOME"), ("U0PIA", PARTNER)]
)
def test_a_message_in_a_shared_channel_names_its_authors_home(
    slack: Workspace, bot: Bot, person: str, team: str
) -> None:
    """Whose person wrote can be told without asking, but never by the envelope."""
    event = said(slack, bot, person, "C0THEIRS")["event"]
    assert [event[name] for name in ("team", "user_team", "source_team")] == [team] * 3
    assert event["user_profile"]["team"] == team


def test_bots_and_workflows_mention_the_app_without_being_people(
    slack: Workspace, bot: Bot
) -> None:
    """A listener that reads `user` blindly fails on the first workflow."""
    other = said(slack, bot, "U0OTHER", "C0OURS")["event"]
    assert (other["user"], other["bot_id"], other["bot_profile"]["app_id"]) == (
        "U0OTHER",
        "B0OTHER",
        "A0OTHER",
    )
    flow = said(slack, bot, "B0FLOW", "C0OURS")["event"]
    assert (flow["subtype"], flow["bot_id"], flow["username"]) == (
        "bot_message",
        "B0FLOW",
        "Morning round",
    )
    assert "user" not in flow
    refusal = slack.act("command", user="U0OTHER", channel="C0OURS", command="/labeljob", text="")
    assert refusal["error"] == "user_not_found", "no bot types a command"
    assert (
        slack.act("message", user="U0BOT", channel="C0OURS", text="me")["error"] == "user_not_found"
    )


@pytest.mark.parametrize(
    ("person", "home", "sits"),
    [("U0MARA", OURS, OURS), ("U0GRIT", "T0HOME", OURS), ("U0PIA", PARTNER, PARTNER)],
)
def test_commands_presses_and_forms_name_the_home_of_who_acts(
    slack: Workspace, bot: Bot, person: str, home: str, sits: str
) -> None:
    """Rights that are read from such a payload are the stranger's own word."""
    bot.when("command", lambda ack, body, client, **_rest: _opened(ack, body, client))
    slack.act("command", user=person, channel="C0OURS", command="/labeljob", text="")
    command = bot.hears("command")
    assert (command["team_id"], command["user_id"]) == (sits, person)
    window = slack.modals(person)[-1]
    assert (window["team_id"], window["app_installed_team_id"]) == (sits, OURS)
    where = {"type": "view", "view_id": window["id"]}
    slack.act(
        "action",
        user=person,
        container=where,
        block_id="row",
        action_id="go",
        chosen={"value": "x"},
    )
    press = bot.hears("action")
    assert (press["team"]["id"], press["user"]["team_id"]) == (sits, home)
    slack.act("view_submit", user=person, view_id=window["id"], state={"values": {}})
    form = bot.hears("submit")
    assert (form["team"]["id"], form["user"]["team_id"]) == (sits, home)
    assert form["view"]["app_installed_team_id"] == OURS


def _opened(ack: Any, body: dict[str, Any], client: WebClient) -> None:
    row = {"type": "actions", "block_id": "row", "elements": [button(value="x")]}
    client.views_open(trigger_id=body["trigger_id"], view=modal(row))
    ack()


def test_payloads_of_another_installation_can_be_sent(slack: Workspace, bot: Bot) -> None:
    """Only with such payloads can a test show that the app keeps them out."""
    slack.control("installed", team_id="T0ELSE")
    body = said(slack, bot, "U0MARA", "C0DATA")
    assert (body["team_id"], body["authorizations"][0]["team_id"]) == ("T0ELSE", "T0ELSE")
    assert body["api_app_id"] == "A0LABELJOB"
    slack.control("installed", api_app_id="A0ELSE")
    slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
    command = bot.hears("command")
    assert (command["api_app_id"], command["team_id"]) == ("A0ELSE", OURS)
    slack.control("installed")
    slack.act("command", user="U0MARA", channel="C0DATA", command="/labeljob", text="")
    assert bot.hears("command")["api_app_id"] == "A0LABELJOB"
    with pytest.raises(OSError, match="400"):
        slack.control("installed", enterprise="E0")


def test_any_refusal_can_be_planned_and_ended(slack: Workspace, web: WebClient) -> None:
    """A workspace whose plan loses its user groups answers plan_upgrade_required from then on."""
    assert web.usergroups_users_list(usergroup="S0LEADS")["users"] == ["U0SAM"]
    slack.control(
        "refuse", method="usergroups.users.list", error="plan_upgrade_required", times=1_000
    )
    for _ in range(3):
        answer = refused(web.usergroups_users_list, usergroup="S0LEADS")
        assert answer["error"] == "plan_upgrade_required"
    slack.control("refuse", method="usergroups.users.list", error=None)
    assert web.usergroups_users_list(usergroup="S0LEADS")["users"] == ["U0SAM"]


def test_the_page_shows_everybody(slack: Workspace) -> None:
    """The page of a workspace with other people in it must open, for them too."""
    for person in ("U0MARA", "U0PIA", "U0DORA"):
        boot = slack.look("boot", user=person)
        assert boot["ok"]
        assert {"U0PIA", "U0OTHER", "B0FLOW"} <= {one["id"] for one in boot["people"]}
        assert all(one["initials"] for one in boot["people"])
