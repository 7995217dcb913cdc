"""Does the team do such work: the public does some kinds of tasks only, and only what holds no
personal data.
"""

from bot.jobs.checks.check import FINE, Check, Seen, Sight
from bot.jobs.draft import Draft


def _ask(draft: Draft, sight: Sight) -> Seen:
    sight.engine.check_team(draft.workteam_arn, sight.kind(draft), draft.extras)
    return FINE


TERMS = Check(
    name="the team does such work",
    place=16,
    page=1,
    field="workteam_arn",
    words="whether the team does such work",
    ask=_ask,
    needs=("category", "task_type"),
)
