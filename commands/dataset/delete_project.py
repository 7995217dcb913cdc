"""Delete a project with all that is in it: a window where its name is typed; then there is a minute
to undo it.
"""

from collections.abc import Mapping
from typing import Any

from bot.models import going
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking
from commands.dataset.deleting import Deleting
from commands.doing import Opens, Stories


def window(project: str, who: Asking, stories: Stories) -> Opens:
    """The confirmation, for whoever may delete it."""
    stories.access.check_here(who.channel)
    found = stories.models.delete_project.deletable(project, _person(who.channel, who, stories))
    models, sets = len(found.versions), len(found.sets)
    nonce = stories.new_id()
    return Opens(going.delete_window(project, models, sets, who.channel, nonce))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button and the window."""
    DELETING.register(app, stories)


def delete(stories: Stories, who: Asking, kept: Mapping[str, Any], typed: str) -> None:
    """The name was typed."""
    project, channel = str(kept.get("project") or ""), str(kept.get("channel") or "")
    person = _person(channel, who, stories)
    key = f"project:{who.user_id}:{kept.get('nonce')}"
    stories.models.delete_project.delete(project, person, channel, typed, key)


def undo(stories: Stories, who: Asking, deletion_id: str) -> None:
    """[Undo] on its card."""
    home = stories.models.delete_project.of(deletion_id).channel
    stories.models.delete_project.undo(deletion_id, _person(home, who, stories))


DELETING = Deleting(
    undo_id=going.UNDO_ID,
    view_id=going.DELETE_VIEW,
    field=going.NAME_FIELD,
    delete=delete,
    undo=undo,
)


def _person(home: str, who: Asking, stories: Stories) -> Who:
    return stories.access.at_home(stories.access.team_id, who.user_id, home, who.channel)
