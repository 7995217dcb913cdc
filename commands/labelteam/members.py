"""Who is in a labeling team."""

from bot.jobs.actions import TEAM_MEMBERS
from commands.doing import Answer, Ask, Shows, does


@does(TEAM_MEMBERS)
def members(ask: Ask) -> Answer:
    """Everybody, by their address, and who they are in Slack."""
    return Shows(ask.jobs.members.roster(ask.team_id, ask.said))


def team_and_people(ask: Ask) -> tuple[str, tuple[str, ...]]:
    """The team's name, and the addresses or groups behind it; an address that Slack made a link of
    is one all the same.
    """
    name, *rest = ask.said.split()
    return name, tuple(dict.fromkeys(address(each) for each in rest if each.strip(",;")))


def by(ask: Ask) -> str:
    """What the person who asks is called."""
    return ask.access.name(ask.who.user_id)


def address(typed: str) -> str:
    """An address in small letters, without what Slack or a list puts round it; a group's name as it
    is.
    """
    bare = typed.strip(",;").removeprefix("<mailto:").removesuffix(">").partition("|")[0]
    return bare.lower() if "@" in bare else bare
