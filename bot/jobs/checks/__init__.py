"""The checks of a labeling job, one file a question; the same list runs at the form and before the
launch.
"""

from bot.jobs.checks.check import Check
from bot.jobs.checks.data import DATA
from bot.jobs.checks.examples import BAD_EXAMPLES, GOOD_EXAMPLES
from bot.jobs.checks.mentions import MENTIONS
from bot.jobs.checks.name import NAME_FREE
from bot.jobs.checks.results import OWN_FOLDER, REACHED

CHECKS: tuple[Check, ...] = (
    NAME_FREE,
    DATA,
    REACHED,
    OWN_FOLDER,
    GOOD_EXAMPLES,
    BAD_EXAMPLES,
    MENTIONS,
)
