"""Delete a project with all that is in it: a window where its name is typed; then there is a minute
to undo it.
"""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.base import forms
from bot.base.errors import Refusal
from bot.base.forms import VALUE
from bot.models import going
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking, asking
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
    app.action(going.UNDO_ID)(partial(undone, stories=stories))
    app.view(going.DELETE_VIEW)(partial(confirmed, stories=stories))


def undone(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """[Undo]: its card says the rest."""
    ack()
    deletion_id = str(body["actions"][0].get("value") or "")
    home = stories.models.delete_project.of(deletion_id).channel
    stories.models.delete_project.undo(deletion_id, _person(home, asking(body), stories))


def confirmed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The name was typed; the right is asked again, for time has passed."""
    kept, who = json.loads(view.get("private_metadata") or "{}"), asking(body)
    project, channel = str(kept.get("project") or ""), str(kept.get("channel") or "")
    given = forms.answers(view).get(going.NAME_FIELD) or {}
    typed = str((given.get(VALUE) or {}).get("value") or "")
    person = _person(channel, who, stories)
    key = f"project:{who.user_id}:{kept.get('nonce')}"
    try:
        stories.models.delete_project.delete(project, person, channel, typed, key)
    except Refusal as refusal:
        ack(response_action="errors", errors={going.NAME_FIELD: refusal.words})
        return
    ack()


def _person(home: str, who: Asking, stories: Stories) -> Who:
    return stories.access.at_home(stories.access.team_id, who.user_id, home, who.channel)
