"""The known labeling teams."""

import pytest

from bot.base.db import Database
from bot.people.teams import NoSuchTeam, Teams
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
