"""[That is me]: somebody whom Slack does not know by the address that they label under says so."""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond

from bot.jobs.actions import TEAM_ME
from bot.jobs.cards import member_words
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(member_words.CLAIM_ID)(partial(claimed, stories=stories))


def claimed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """The address is that of whoever pressed, unless it is somebody else's; that is said to all."""
    ack()
    who, access = asking(body), stories.access
    access.require(TEAM_ME.right, access.who(access.team_id, who.user_id, who.channel))
    email = str(body["actions"][0].get("value") or "")
    stories.jobs.members.claim(access.team_id, email, who.user_id)
    said = member_words.claimed_message(email, who.user_id)
    respond(text=said.text, blocks=said.blocks, replace_original=True)
