"""Who wrote a message at Slack."""

import pytest

from bot.delivery.author import Author

OURS = Author("B0LABELJOB", "U0LABELJOB", "A0LABELJOB")


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        ({"bot_id": "B0LABELJOB"}, True),
        ({"user": "U0LABELJOB"}, True),
        ({"app_id": "A0LABELJOB"}, True),
        ({"bot_profile": {"app_id": "A0LABELJOB"}}, True),
        ({"bot_id": "B0RENAMED", "user": "U0LABELJOB"}, True),
        ({"bot_id": "B0OTHER", "user": "U0OTHER", "app_id": "A0OTHER"}, False),
        ({"user": "U0MARA"}, False),
        ({"app_id": "A0OTHER"}, False),
    ],
)
def test_one_id_that_is_ours_is_enough(message: dict[str, object], *, ours: bool) -> None:
    """Without this, a message whose answer was lost would be posted twice, or another app's be
    taken for ours.
    """
    assert OURS.wrote(message) is ours


@pytest.mark.parametrize("message", [{}, {"bot_id": ""}, {"app_id": "A0LABELJOB"}])
def test_message_whose_author_cannot_be_compared_is_known_by_its_mark(
    message: dict[str, object],
) -> None:
    """Without this, a Slack that tells no author would get every doubtful message twice."""
    assert Author.of({"bot_id": "B0LABELJOB", "user_id": "U0LABELJOB"}).wrote(message)
