"""The rules of all actions, by the names of their rights: what `Access` is handed."""

from collections.abc import Mapping

from bot.datasets.actions import DATASET_ACTIONS
from bot.jobs.actions import JOB_ACTIONS, TEAM_ACTIONS
from bot.people.action import rules_of
from bot.people.rules import Rule

RULES: Mapping[str, Rule] = {
    **rules_of(JOB_ACTIONS),
    **rules_of(TEAM_ACTIONS),
    **rules_of(DATASET_ACTIONS),
}
