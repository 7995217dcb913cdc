"""Are there enough people: an object that more people shall label than the team has never gets
through.
"""

from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight, look_at
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding
from bot.people.work_team import WorkTeam


def _ask(draft: Draft, sight: Sight) -> Seen:
    team = sight.teams.get(draft.team_id, draft.workteam_arn)
    if team is None or draft.workers_per_object == 1:
        return Seen()
    noun = sight.kind(draft).noun
    if team.members is None:
        return Seen(_unknown(draft, team, noun))
    if team.members >= draft.workers_per_object:
        return Seen()
    has = f"{team.members:,} people" if team.members != 1 else "one person"
    return Seen(
        look_at(
            f"{draft.workers_per_object:,} people shall label each {noun}, but {team.name} has "
            f"{has}: no {noun} would get through until more join. Ask for fewer people, or have "
            "the team grow."
        )
    )


def _unknown(draft: Draft, team: WorkTeam, noun: str) -> tuple[Finding, ...]:
    """Of people of one's own it is said that nobody counted them; a vendor sees to it that they
    are enough.
    """
    if team.seller:
        return ()
    return look_at(
        f"{draft.workers_per_object:,} people shall label each {noun}. How many {team.name} has "
        f"is not known (your identity provider's groups, or the bot may not count them): with "
        f"fewer, no {noun} gets through."
    )


TEAM = Check(
    name="the team has enough people",
    place=11,
    page=REVIEW_PAGE,
    field="workers_per_object",
    words="how many people the team has",
    ask=_ask,  # how many they are is not always known, and then nothing is said
    needs=("workteam_arn", "category", "task_type"),
)
