"""Whose payload it is: what may come in, by the fields that name an installation."""

from typing import Any

import pytest

from bot.slack.installation import Installation

OURS = Installation("T0OURS", "A0OURS")
_ORG_WIDE = {"enterprise_id": "E0", "team_id": None, "is_enterprise_install": True}
BOTH = [{"team_id": "T0THEIRS", "enterprise_id": None}, {"team_id": "T0OURS"}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"api_app_id": "A0OURS", "team_id": "T0THEIRS", "user": {"team_id": "T0THEIRS"}},
        {"team_id": "T0THEIRS", "authorizations": [{"team_id": "T0OURS"}]},
        {"authorizations": BOTH},
        {"authorizations": []},
        {"authorizations": [{"enterprise_id": "E0"}]},
        {"authorizations": [_ORG_WIDE, {"team_id": "T0OURS", "is_enterprise_install": False}]},
        {"view": {"team_id": "T0THEIRS", "app_installed_team_id": "T0OURS"}},
        {"is_enterprise_install": "false", "view": None},
        {"authorizations": "odd", "view": "odd"},
    ],
)
def test_payload_of_ours_comes_in_whatever_team_it_names_beside(body: dict[str, Any]) -> None:
    """Without this, a channel that another company hosts would be dead, for its events bear the
    host's team.
    """
    assert not OURS.refusal(body)


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ({"api_app_id": "A0OTHER"}, "api_app_id"),
        ({"team_id": "T0OURS", "authorizations": [{"team_id": "T0THEIRS"}]}, "authorizations"),
        ({"team_id": "T0OURS", "authorizations": [_ORG_WIDE]}, "authorizations"),
        ({"authorizations": [{**_ORG_WIDE, "team_id": "T0OURS"}]}, "authorizations"),
        (
            {"view": {"team_id": "T0OURS", "app_installed_team_id": "T0THEIRS"}},
            "view.app_installed_team_id",
        ),
        ({"is_enterprise_install": True}, "is_enterprise_install"),
        ({"is_enterprise_install": "true"}, "is_enterprise_install"),
    ],
)
def test_payload_of_another_installation_is_told_by_the_field_that_says_so(
    body: dict[str, Any], by: str
) -> None:
    """Without this, one signing secret for two installations would let the one's people act in the
    other.
    """
    assert OURS.refusal(body) == by


def test_app_that_is_not_known_is_not_told_apart() -> None:
    """Without this, a Slack that does not say its app's id at the start would get no answer at
    all.
    """
    assert not Installation("T0OURS").refusal({"api_app_id": "A0ANY"})
