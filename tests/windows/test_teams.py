"""The known labeling teams."""

import pytest

from bot.base.db import Database
from bot.people.teams import NoSuchTeam, TeamClosed, Teams
from bot.people.work_team import WorkTeam


def test_nobody_is_told_of_an_empty_list_while_no_team_was_read_yet(db: Database) -> None:
    """Without this, a manager in the first minute of a new workspace would look for a fault that is
    none.
    """
    with pytest.raises(NoSuchTeam) as raised:
        Teams(db, "AWS").named("T1", "orchard-team")
    assert "read once a minute: please try again" in raised.value.words


def test_list_that_was_asked_for_before_a_team_was_made_does_not_call_it_gone(db: Database) -> None:
    """Without this, a slow replica would end jobs because their new labeling team “does not exist
    any more”.
    """
    teams, old, new = Teams(db, "AWS"), WorkTeam("arn:old", "old"), WorkTeam("arn:new", "new")
    teams.remember("T1", [old], set())
    teams.remember("T1", [old, new], {"arn:old"})  # this replica asked last, and was answered first
    teams.remember("T1", [old], {"arn:old"})
    assert teams.get("T1", "arn:new") == new
    teams.remember("T1", [old], {"arn:old", "arn:new"})
    assert teams.get("T1", "arn:new") is None, "it was known, and is listed no more"
    teams.remember("T1", [old], {"arn:old"})
    assert teams.search("T1", "") == [old]


def test_channel_may_use_what_was_opened_to_it_once_something_was(db: Database) -> None:
    """Without this, a team that is deleted would open every other one to everybody, and a second
    manager's `open` would fail.
    """
    teams, one, two = Teams(db, "AWS"), WorkTeam("arn:one", "one"), WorkTeam("arn:two", "two")
    teams.remember("T1", [one, two], set())
    assert teams.offered("T1", "C1") == [one, two]
    for _ in range(2):
        teams.open("T1", "arn:one", "C1")
    teams.open("T1", "arn:one", "C2")
    assert teams.opened_to("T1") == {"arn:one": ("C1", "C2")}
    assert (teams.offered("T1", "C1"), teams.offered("T1", "C3")) == ([one], [])
    assert teams.offered("T1", "C1", "tw") == []
    with pytest.raises(TeamClosed):
        teams.check_open("T1", "arn:two", "C1")
    teams.remember("T1", [two], {"arn:one", "arn:two"})
    assert teams.offered("T1", "C1") == [], "the team is gone, and opens no other one"
    assert teams.offered("T2", "C1") == [], "another workspace has its own"
    assert teams.close("T1", "arn:one", "C1")
    assert not teams.close("T1", "arn:one", "C1")
    teams.close("T1", "arn:one", "C2")
    assert teams.offered("T1", "C3") == [two]
