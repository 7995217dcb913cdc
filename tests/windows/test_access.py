"""Who may do what, where a setting is wrong: against the Slack stand-in."""

import pytest
from slack_sdk import WebClient

from bot.base.clock import system_clock
from bot.base.errors import NotAllowed
from bot.people.access import Access, Role
from tests.windows.conftest import Workspace


def access(workspace: Workspace, *managers: str) -> Access:
    slack = WebClient("xoxb-test", base_url=f"{workspace.url}/api/", timeout=5, retry_handlers=[])
    return Access(slack, managers, system_clock, str(slack.auth_test()["team_id"]))


@pytest.mark.parametrize("wrong", ["S0GONE", "U0GONE", "Sam"])
def test_manager_whom_slack_does_not_know_keeps_nobody_out(workspace: Workspace, wrong: str) -> None:
    """One slip in a setting would refuse every command of everybody."""
    rules = access(workspace, "U0SAM", wrong)
    mara, sam = (rules.who(rules.team_id, user, "C0DATA") for user in ("U0MARA", "U0SAM"))
    assert (mara.role, sam.role) == (Role.MEMBER, Role.MANAGER)
    with pytest.raises(NotAllowed, match=r"You cannot stop this job\. sam can\."):
        rules.require("stop", mara)
