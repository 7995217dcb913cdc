"""What a fix is: something that the bot can do about a finding, in the worker."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.jobs.checks.check import Sight
from bot.jobs.draft import Draft
from bot.people.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One fix. `name` is what findings name it by, `label` the words of its button, `doing` what is
    said while it goes on; `right` names the right that whoever presses it must have, and `rule` is
    its rule where it has one of its own; `run` gives the draft as it is afterwards.

    Raises, from `run`: Refusal: it cannot be done, with words. Transient: nothing is known.
    """

    name: str
    label: str
    doing: str
    run: Callable[[Draft, Sight], Draft]
    right: str = "create"
    rule: Rule | None = None
