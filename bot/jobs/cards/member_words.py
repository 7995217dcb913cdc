"""What is said and asked about the people of a labeling team (pure)."""

from collections.abc import Sequence

from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    count,
    link,
    modal,
    section,
    typed,
)
from bot.delivery.message import Message
from bot.engines.workforce import Roster
from bot.people.work_team import WorkTeam

REMOVE_VIEW, DELETE_VIEW = "team_remove", "team_delete"
_NAME = 75
_SHOWN = 40  # members of a list that is read in Slack


def roster_message(team: WorkTeam, roster: Roster, people: Sequence[str]) -> Message:
    """Who is in the team; `people` are the Slack people of `roster.people`, "" for unknown."""
    if roster.groups:
        groups = ", ".join(typed(group, _NAME) for group in roster.groups)
        words = "How many people are in them only your identity provider knows."
        return Message(f"*{typed(team.name)}* is made of groups: {groups}. {words}")
    if not roster.people:
        invite = "`/labelteam invite` takes people into it by e-mail."
        return Message(f"*{typed(team.name)}* has no members. {invite}")
    lines = [f"*{typed(team.name)}*, {count(len(roster.people), 'person', 'people')}"]
    for member, person in list(zip(roster.people, people, strict=False))[:_SHOWN]:
        known = [f"<@{person}>" if person else typed(member.name, _NAME), typed(member.email, 130)]
        if member.waiting:
            known.append("invited, has not signed in yet")
        lines.append(" · ".join(dict.fromkeys(filter(None, known))))
    if len(roster.people) > _SHOWN:
        lines.append(f"and {len(roster.people) - _SHOWN:,} more")
    return Message("\n".join(lines))


def joined_words(team: WorkTeam, by: str) -> str:
    """What somebody is told who was taken into a team."""
    told = f" Its work is announced in <#{team.channel}>." if team.channel else ""
    portal = f" {link(team.portal, 'Open the portal')} to label." if team.portal else ""
    return f"{typed(by)} took you into the labeling team {typed(team.name)}.{told}{portal}"


CLAIM_ID = "labeler_claim"  # block_actions: the address is that of whoever presses


def unknown_message(team: WorkTeam, email: str) -> Message:
    """Asked in the team's channel of somebody whom Slack does not know by that address; the most of
    it stays unsaid there.
    """
    words = (
        f"Somebody new in the labeling team {typed(team.name)}, {masked(email)}, is not known in "
        "Slack. Whoever signs in to the portal with that address says so here, and is told what "
        "changes."
    )
    press = button("That is me", CLAIM_ID, email, label="I label under that address")
    return Message(words, [section(words), actions(press)])


def claimed_message(email: str, user_id: str) -> Message:
    """What stands in its place once somebody said so."""
    words = f"{masked(email)} is <@{user_id}>. `/labelteam me not` takes it back."
    return Message(words, [section(words)])


def masked(email: str) -> str:
    """An address of which its owner knows enough: "p…@pickers.example"."""
    name, _, place = email.partition("@")
    return typed(f"{name[:1]}…@{place}", 130)


def left_words(team: WorkTeam, by: str) -> str:
    """What somebody is told who was taken out of a team."""
    return f"{typed(by)} took you out of the labeling team {typed(team.name)}."


def gone_words(team: WorkTeam, by: str) -> str:
    """What the members are told whose team is no more."""
    return f"{typed(by)} deleted the labeling team {typed(team.name)}. You were in it."


def remove_window(team: WorkTeam, who: Sequence[str], channel: str) -> Block:
    """What removing does, before it is done."""
    names = ", ".join(typed(each, 130) for each in who)
    return modal(
        "Remove from the team",
        [
            section(f"*{typed(team.name)}* loses {names}."),
            context(
                "They see no more tasks of this team; what they labeled is kept. They stay in the "
                "workforce and can be added again."
            ),
        ],
        callback_id=REMOVE_VIEW,
        submit="Remove",
        close="Keep",
        metadata={"team": team.name, "channel": channel, "who": list(who)},
    )


def delete_window(team: WorkTeam, channel: str) -> Block:
    """What deleting a team does, before it is done."""
    return modal(
        "Delete this team",
        [
            section(f"*{typed(team.name)}* is deleted. There is no way back."),
            context(
                "Its people are told, and stay in the workforce. What they labeled is kept. The "
                "name is free for a new team."
            ),
        ],
        callback_id=DELETE_VIEW,
        submit="Delete team",
        close="Keep it",
        metadata={"team": team.name, "channel": channel},
    )


def done_window(title: str, words: str) -> Block:
    """What came of a window that was confirmed."""
    return modal(title, [section(words)], callback_id="team_done", close="Close")
