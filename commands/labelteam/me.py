"""By which e-mail addresses somebody is known as a labeler, and one more."""

from bot.base.blocks import typed
from bot.delivery.message import Message
from bot.jobs.actions import TEAM_ME
from commands.doing import Answer, Ask, Shows, does
from commands.labelteam.members import address


@does(TEAM_ME)
def me(ask: Ask) -> Answer:
    """Claim the address behind the word, or take the claim back; and all that are known."""
    members, user_id = ask.jobs.members, ask.who.user_id
    first, _, rest = ask.said.partition(" ")
    if first.lower() == "not":
        members.unclaim(ask.team_id, address(rest), user_id)
    elif ask.said:
        members.claim(ask.team_id, address(ask.said), user_id)
    known = members.addresses(ask.team_id, user_id)
    words = (
        "You are known by no e-mail address. `/labelteam me` and the address by which you sign in "
        "to the worker portal makes you known."
    )
    if known:
        words = (
            f"As a labeler you are {' or '.join(typed(each, 130) for each in known)}. You are told "
            "here when a manager takes you into a team or out of one."
        )
    return Shows(Message(words))
