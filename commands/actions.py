"""Every list of actions, by its command; and what is made of all of them: the rules that `Access`
is handed (with those of the review's fixes), and the hints that `make manifest` writes.
"""

from collections.abc import Mapping
from typing import Any

from bot.base.bucket_policy import POLICY_RIGHT
from bot.datasets.actions import (
    CHANGE_RIGHT,
    CHANGE_RULE,
    DATASET,
    DATASET_ACTIONS,
    DELETE_RIGHT,
    DELETE_RULE,
    POLICY_RULE,
)
from bot.jobs.actions import (
    DELETE_PRESET,
    DELETE_PRESET_RULE,
    JOB_ACTIONS,
    LABELJOB,
    LABELTEAM,
    TEAM_ACTIONS,
)
from bot.jobs.fixes import FIXES
from bot.models.actions import DELETE_PROJECT, DELETE_PROJECT_RULE, MODEL_ACTIONS
from bot.people.action import Action, rules_of, usage_hint
from bot.people.rules import Rule

ACTIONS: Mapping[str, tuple[Action[Any], ...]] = {
    LABELJOB: JOB_ACTIONS,
    LABELTEAM: TEAM_ACTIONS,
    DATASET: (*DATASET_ACTIONS[:-1], *MODEL_ACTIONS, DATASET_ACTIONS[-1]),
}
RULES: Mapping[str, Rule] = {
    **rules_of(each for actions in ACTIONS.values() for each in actions),
    DELETE_PRESET: DELETE_PRESET_RULE,
    DELETE_RIGHT: DELETE_RULE,
    POLICY_RIGHT: POLICY_RULE,
    CHANGE_RIGHT: CHANGE_RULE,
    DELETE_PROJECT: DELETE_PROJECT_RULE,
    **{fix.right: fix.rule for fix in FIXES.values() if fix.rule is not None},
}
HINTS: Mapping[str, str] = {command: usage_hint(actions) for command, actions in ACTIONS.items()}
