"""`/labelteam`: which labeling teams there are, who is in them, which channels may use them, and in
which each is told of work; a file for each action.
"""

from bot.jobs.actions import LABELTEAM, TEAM_ACTIONS
from bot.slack.app import SlackApp
from commands import front
from commands.doing import Stories, read_handlers
from commands.labelteam import claim, delete, remove
from commands.labelteam.help import help_of

read_handlers(__name__, __path__)


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the command."""
    for each in (remove, delete, claim):
        each.register(app, stories)
    front.register(app, LABELTEAM, TEAM_ACTIONS, stories, unknown=lambda _word: help_of(stories))
