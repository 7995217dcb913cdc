"""What all deletions share: a window where the name is typed, and [Undo] for a minute."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base import forms
from bot.base.errors import Refusal
from bot.base.forms import VALUE
from bot.slack.app import SlackApp
from commands.asking import Asking, asking
from commands.doing import Opens, Stories
from commands.front import open_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleting:
    """How one kind of thing is deleted. `undo_id` is its button's, which carries a thing's id, and
    `view_id` its window's, where the name is typed into `field`.

    `delete` is given what the window carries and the name that was typed; it asks the right again,
    for time has passed. `undo` is given the thing's id: its card says the rest.
    """

    undo_id: str
    view_id: str
    field: str
    delete: Callable[[Stories, Asking, Mapping[str, Any], str], object]
    undo: Callable[[Stories, Asking, str], object]

    def register(self, app: SlackApp, stories: Stories) -> None:
        """Tell the app of the button and the window."""
        app.action(self.undo_id)(partial(self._undone, stories=stories))
        app.view(self.view_id)(partial(self._confirmed, stories=stories))

    def _undone(self, ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
        ack()
        self.undo(stories, asking(body), _value(body))

    def _confirmed(
        self, ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories
    ) -> None:
        kept = json.loads(view.get("private_metadata") or "{}")
        given = forms.answers(view).get(self.field) or {}
        typed = str((given.get(VALUE) or {}).get("value") or "")
        try:
            self.delete(stories, asking(body), kept, typed)
        except Refusal as refusal:
            ack(response_action="errors", errors={self.field: refusal.words})
            return
        ack()


def opening(
    app: SlackApp,
    stories: Stories,
    button_id: str,
    window: Callable[[str, Asking, Stories], Opens],
) -> None:
    """Tell the app of a card's [Delete…], which carries a thing's id and opens its window."""

    def pressed(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        open_window(client, body, window(_value(body), asking(body), stories))

    app.action(button_id)(pressed)


def _value(body: dict[str, Any]) -> str:
    return str(body["actions"][0].get("value") or "")
