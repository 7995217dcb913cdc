"""What can be wrong with Slack, each with its remedy."""

from collections.abc import Callable

import pytest

from bot.sandbox.workspace import seed
from bot.slack import manifest as slack_manifest
from tests.windows.doctor.conftest import Clinic


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
def test_token_that_slack_refuses(clinic: Clinic, state: str) -> None:
    """The administrator would look for the fault everywhere else."""
    clinic.control("token", {"state": state})
    try:
        rows = clinic.examine()
    finally:
        clinic.control("token", {"state": None})
    assert rows["Slack token"]["verdict"] == "fails"
    assert state in rows["Slack token"]["found"]
    assert "OAuth & Permissions" in rows["Slack token"]["remedy"]
    assert "Slack scopes" in rows["skipped"]["found"]
    assert rows["clock against Slack"]["verdict"] == "ok"
    assert rows["AWS credentials"]["verdict"] == "ok"


def test_slack_that_does_not_answer(clinic: Clinic) -> None:
    """A wrong address would be a traceback."""
    rows = clinic.examine(LABELJOB_SLACK_API_URL="http://127.0.0.1:9/api/")
    assert rows["Slack token"]["verdict"] == "fails"
    assert "No answer" in rows["Slack token"]["found"]
    assert "clock against Slack" in rows["skipped"]["found"]


@pytest.mark.parametrize("kind", ["garbage", "error_500", "drop_after"])
def test_slack_that_answers_nonsense(clinic: Clinic, kind: str) -> None:
    """A proxy's page instead of Slack's answer would be a traceback."""
    clinic.control("faults", {"operation": "auth.test", "fault": kind, "times": 1})
    assert clinic.examine()["Slack token"]["verdict"] == "fails"


def test_scope_that_is_missing_is_named(clinic: Clinic, slack_of: Callable[..., str]) -> None:
    """Some button would fail weeks later with missing_scope."""
    manifest = slack_manifest.read()
    manifest["oauth_config"]["scopes"]["bot"].remove("usergroups:read")
    url = slack_of(manifest, seed.CHANNELS)
    row = clinic.examine(LABELJOB_SLACK_API_URL=url)["Slack scopes"]
    assert (row["verdict"], row["found"]) == ("fails", "The token lacks usergroups:read.")
    assert "install the app to the workspace again" in row["remedy"]


@pytest.mark.parametrize(
    ("scope", "hides"),
    [
        ("files:read", "files from the form, and the shortcut Label these"),
        ("users:read.email", "who a labeler is in Slack, unless they type /labelteam me"),
    ],
)
def test_scope_without_which_something_hides_is_no_failure(
    clinic: Clinic, slack_of: Callable[..., str], scope: str, hides: str
) -> None:
    """Without this, an administrator who grants no files would be told that nothing works."""
    manifest = slack_manifest.read()
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    url = slack_of(manifest, seed.CHANNELS)
    row = clinic.examine(LABELJOB_SLACK_API_URL=url)["Slack scopes"]
    assert row["verdict"] == "look at"
    assert f"{scope}: {hides}" in row["found"]


@pytest.mark.parametrize(
    ("recover", "verdict", "words"),
    [
        ("look", "look at", "marked (may repeat)"),
        ("repeat", "ok", "marked (may repeat)"),
        ("skip", "ok", "notes that it may be missing"),
    ],
)
def test_what_happens_without_history_is_told(
    clinic: Clinic, slack_of: Callable[..., str], recover: str, verdict: str, words: str
) -> None:
    """Who grants no history would read of repeated or missing messages for the first time in a
    channel.
    """
    manifest = slack_manifest.read()
    for scope in ("channels:history", "groups:history", "im:history"):
        manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    url = slack_of(manifest, seed.CHANNELS)
    row = clinic.examine(LABELJOB_SLACK_API_URL=url, LABELJOB_RECOVER=recover)["Slack scopes"]
    assert row["verdict"] == verdict
    assert "The token lacks channels:history, groups:history, im:history" in row["found"]
    assert words in row["found"]
    assert recover != "look" or "LABELJOB_RECOVER" in row["remedy"]


def test_history_that_is_granted_and_not_used_is_worth_a_look(clinic: Clinic) -> None:
    """A setting that was made for another workspace would double or lose messages in this one."""
    row = clinic.examine(LABELJOB_RECOVER="skip")["Slack scopes"]
    assert (row["verdict"], row["found"][-26:]) == ("look at", "but LABELJOB_RECOVER=skip.")


def test_more_scopes_than_needed_are_worth_a_look(
    clinic: Clinic, slack_of: Callable[..., str]
) -> None:
    """A stolen token could do more than the bot needs."""
    manifest = slack_manifest.read()
    manifest["oauth_config"]["scopes"]["bot"].append("pins:write")
    row = clinic.examine(LABELJOB_SLACK_API_URL=slack_of(manifest, seed.CHANNELS))["Slack scopes"]
    assert row["verdict"] == "look at"
    assert "pins:write" in row["found"]


def test_bot_in_no_channel(clinic: Clinic, slack_of: Callable[..., str]) -> None:
    """Everything would be set up, and the first command would be refused."""
    channels = [channel | {"members": ["U0MARA"]} for channel in seed.CHANNELS]
    row = clinic.examine(LABELJOB_SLACK_API_URL=slack_of(slack_manifest.read(), channels))[
        "Slack channels"
    ]
    assert row["verdict"] == "look at"
    assert "/invite @labeljob" in row["remedy"]


def test_way_in(clinic: Clinic) -> None:
    """The bot would start and never hear of anybody."""
    row = clinic.examine(SLACK_APP_TOKEN="xapp-wrong")["way in from Slack"]
    assert row["verdict"] == "fails"
    assert "connections:write" in row["remedy"]
    assert clinic.examine(LABELJOB_SLACK_TRANSPORT="http")["way in from Slack"]["verdict"] == "ok"
    wrong = clinic.examine(LABELJOB_SLACK_TRANSPORT="http", SLACK_SIGNING_SECRET="copied-badly")
    assert wrong["way in from Slack"]["verdict"] == "look at"


def test_managers_whom_slack_does_not_know_are_named(clinic: Clinic) -> None:
    """A slip in one setting would be found by the person whom nobody lets stop a job that costs
    money.
    """
    rows = clinic.examine(LABELJOB_MANAGERS="U0SAM,U0GONE,S0GONE")
    person, group = rows["managers: U0GONE"], rows["managers: S0GONE"]
    assert (person["verdict"], person["found"]) == (
        "fails",
        "Slack does not know U0GONE (user_not_found).",
    )
    assert "Copy member ID" in person["remedy"]
    assert (group["verdict"], group["found"]) == (
        "fails",
        "Slack does not tell who is in S0GONE (no_such_subteam), so it counts as empty.",
    )
    assert clinic.examine(LABELJOB_MANAGERS="U0SAM")["managers"]["verdict"] == "ok"


def test_places_of_channels_are_told(clinic: Clinic) -> None:
    """Nobody would know that every channel sees every project's pictures, or why a channel may use
    nothing.
    """
    row = clinic.examine()["places of channels"]
    assert row["verdict"] == "ok"
    assert (
        row["found"] == "LABELJOB_PLACES is not set: every channel may use all of LABELJOB_BUCKETS."
    )
    inside = next(channel["id"] for channel in seed.CHANNELS if "bot" in channel["members"])
    row = clinic.examine(LABELJOB_PLACES=f"{inside}={seed.RAW}")["places of channels"]
    assert (row["verdict"], row["found"]) == (
        "ok",
        "1 channel with places of its own; every other one may use none.",
    )
    row = clinic.examine(LABELJOB_PLACES=f"{inside}={seed.RAW}, *={seed.OUT}/x/")[
        "places of channels"
    ]
    assert row["found"].endswith(f"; every other one may use {seed.OUT}/x/.")


def test_places_of_a_channel_without_the_bot_are_named(clinic: Clinic) -> None:
    """A slip in an id would close the channel that was meant."""
    inside = next(channel["id"] for channel in seed.CHANNELS if "bot" in channel["members"])
    outside = [channel["id"] for channel in seed.CHANNELS if "bot" not in channel["members"]]
    names = ["C0NOWHERE", *outside]
    written = ", ".join(f"{channel}={seed.RAW}" for channel in [inside, *names])
    row = clinic.examine(LABELJOB_PLACES=written)["places of channels"]
    assert row["verdict"] == "look at"
    assert row["found"] == f"The bot is not in {', '.join(names)}, or there is no such channel."
    assert "/invite @labeljob" in row["remedy"]


def test_places_that_are_closed_to_the_bot_are_a_wrong_setting(clinic: Clinic) -> None:
    """The bot would not start, and the doctor would say that all is well."""
    row = clinic.examine(LABELJOB_PLACES="C0DATA=somebody-elses")["settings: LABELJOB_PLACES"]
    assert row["verdict"] == "fails"
    assert "C0DATA=somebody-elses lies outside LABELJOB_BUCKETS" in row["found"]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("plan_upgrade_required", "The workspace's plan has no user groups"),
        ("missing_scope", "Install the app again with the scope usergroups:read"),
        ("nobody_knows_this", "Name people by their member id"),
    ],
)
def test_group_of_managers_that_cannot_be_read_is_named_with_its_remedy(
    clinic: Clinic, code: str, remedy: str
) -> None:
    """The bot lets everybody else in without it, so nothing but this row tells that its people
    manage nothing.
    """
    clinic.control("refuse", {"method": "usergroups.users.list", "error": code})
    row = clinic.examine(LABELJOB_MANAGERS="U0SAM,S0LEADS")["managers: S0LEADS"]
    assert row["verdict"] == "fails"
    assert f"who is in S0LEADS ({code})" in row["found"]
    assert remedy in row["remedy"]


def test_manager_without_an_active_account_is_named(
    clinic: Clinic, slack_of: Callable[..., str]
) -> None:
    """Everybody would be sent to somebody who left the company."""
    url = slack_of(
        slack_manifest.read(),
        seed.CHANNELS,
        [*seed.PEOPLE, {"id": "U0DORA", "name": "d", "deleted": True}],
    )
    rows = clinic.examine(LABELJOB_SLACK_API_URL=url, LABELJOB_MANAGERS="U0SAM,U0DORA,U0LABELJOB")
    assert (
        rows["managers: U0DORA"]["found"] == "U0DORA is a deactivated account, so it is no manager."
    )
    assert (
        rows["managers: U0LABELJOB"]["found"]
        == "U0LABELJOB is an app's account, so it is no manager."
    )
