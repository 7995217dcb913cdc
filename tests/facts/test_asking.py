"""Who asks, where: read from payloads."""

from typing import Any

import pytest

from commands.asking import asking


@pytest.mark.parametrize(
    ("body", "typed", "direct"),
    [
        (
            {"command": "/labeljob", "channel_id": "C1", "channel_name": "data", "user_id": "U1"},
            True,
            False,
        ),
        (
            {
                "command": "/labeljob",
                "channel_id": "G1",
                "channel_name": "privategroup",
                "user_id": "U1",
            },
            True,
            False,
        ),
        (
            {
                "command": "/labeljob",
                "channel_id": "D1",
                "channel_name": "directmessage",
                "user_id": "U1",
            },
            True,
            True,
        ),
        (
            {
                "command": "/labeljob",
                "channel_id": "C1",
                "channel_name": "mpdm-a--b--c-1",
                "user_id": "U1",
            },
            True,
            True,
        ),
        ({"event": {"type": "app_mention", "channel": "C1", "user": "U1"}}, True, False),
        (
            {
                "type": "block_actions",
                "channel": {"id": "C1"},
                "user": {"id": "U1", "team_id": "T2"},
            },
            False,
            False,
        ),
        ({"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T2"}}, False, False),
        ({"event": {"type": "app_home_opened", "channel": "D1", "user": "U1"}}, False, True),
    ],
)
def test_only_what_was_typed_in_a_place_tells_that_somebody_is_there(
    body: dict[str, Any], typed: bool, direct: bool
) -> None:
    """Without this, a press in a copied card would count as a word typed in its channel."""
    who = asking(body)
    assert (who.user_id, who.typed, who.direct) == ("U1", typed, direct)
    assert not hasattr(who, "team_id"), "no workspace is taken from what a payload says"
