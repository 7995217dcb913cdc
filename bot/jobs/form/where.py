"""In which channel a job is asked for, where nobody typed in one: before the form of [New labeling
job] on the App Home (pure).
"""

from collections.abc import Mapping
from typing import Any

from bot.base import forms
from bot.base.blocks import Block, button, input_block, modal
from bot.base.forms import VALUE

WHERE = "job_form_where"  # callback_id
NEW_ID = "job_form_new_at_home"  # block_actions, on the App Home

_CHANNEL = "channel"


def new_button() -> Block:
    """The button of the App Home."""
    return button("New labeling job", NEW_ID, "new")


def page(nonce: str) -> Block:
    """One field: Slack offers the channels that the person sees."""
    menu: Block = {
        "type": "conversations_select",
        "action_id": VALUE,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    hint = "The job's card and thread stand there. I must be a member of it, and so must you."
    return modal(
        "New labeling job",
        [input_block("Channel", menu, _CHANNEL, hint=hint)],
        callback_id=WHERE,
        submit="Next",
        close="Cancel",
        metadata={"nonce": nonce},
    )


def chosen(view: Mapping[str, Any]) -> str:
    """The id of the channel that was chosen; "" for none."""
    held = forms.answers(view).get(_CHANNEL)
    element = held.get(VALUE) if isinstance(held, Mapping) else None
    chosen = element.get("selected_conversation") if isinstance(element, Mapping) else None
    return chosen if isinstance(chosen, str) else ""


def errors(words: str) -> dict[str, str]:
    """What is wrong with the channel, at its field."""
    return {_CHANNEL: words}
