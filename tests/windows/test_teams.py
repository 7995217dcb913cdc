"""The known labeling teams."""

import pytest

from bot.base.db import Database
from bot.people.teams import NoSuchTeam, Teams


def test_nobody_is_told_of_an_empty_list_while_no_team_was_read_yet(db: Database) -> None:
    """Without this, a manager in the first minute of a new workspace would look for a fault that is none."""
    with pytest.raises(NoSuchTeam) as raised:
        Teams(db).named("T1", "orchard-team")
    assert "read once a minute: please try again" in raised.value.words
