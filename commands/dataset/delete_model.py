"""Delete a model: a window where its name is typed; then there is a minute to undo it."""

from collections.abc import Mapping
from typing import Any

from bot.models import model_cards
from bot.models.delete import NoSuchModel
from bot.models.model_records import Model
from bot.people.access import Who
from bot.slack.app import SlackApp
from commands.asking import Asking
from commands.dataset.deleting import Deleting, opening
from commands.doing import Opens, Stories


def window(model_id: str, who: Asking, stories: Stories) -> Opens:
    """The confirmation, for whoever may delete it."""
    model = _model(model_id, stories)
    found = stories.models.delete.deletable(model.id, _person(model, who, stories))
    return Opens(model_cards.delete_window(found.training, found.id))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the window."""
    opening(app, stories, model_cards.DELETE_ID, window)
    DELETING.register(app, stories)


def delete(stories: Stories, who: Asking, kept: Mapping[str, Any], typed: str) -> None:
    """The name was typed."""
    model = _model(str(kept.get("model") or ""), stories)
    stories.models.delete.delete(model.id, _person(model, who, stories), typed)


def undo(stories: Stories, who: Asking, model_id: str) -> None:
    """[Undo] on its card."""
    model = _model(model_id, stories)
    stories.models.delete.undo(model.id, _person(model, who, stories))


DELETING = Deleting(
    undo_id=model_cards.UNDO_ID,
    view_id=model_cards.DELETE_VIEW,
    field=model_cards.NAME_FIELD,
    delete=delete,
    undo=undo,
)


def _person(model: Model, who: Asking, stories: Stories) -> Who:
    home = model.training.channel
    return stories.access.at_home(model.training.team_id, who.user_id, home, who.channel)


def _model(model_id: str, stories: Stories) -> Model:
    model = stories.models.status.model(model_id)
    if model is None:
        raise NoSuchModel
    return model
