"""Presets: forms that were filled once, kept by name for the next; saved from a review or from the
status of a job that is over, listed and deleted.
"""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.delivery.windows import show
from bot.jobs.actions import CREATE, DELETE_PRESET, PRESETS, SAVE_PRESET_ID
from bot.jobs.draft import Draft
from bot.jobs.form import channel_form, review
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Answer, Ask, Shows, Stories, does
from commands.labeljob.press import value_of


@does(PRESETS)
def presets(ask: Ask) -> Answer:
    """The channel's presets, each with its button."""
    found = ask.jobs.begin.presets.of_channel(ask.team_id, ask.who.channel)
    return Shows(channel_form.presets_message(found))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the window."""
    app.action(review.SAVE_PRESET)(partial(of_draft, stories=stories))
    app.action(SAVE_PRESET_ID)(partial(of_job, stories=stories))
    app.action(channel_form.DELETE_PRESET)(partial(delete, stories=stories))
    app.view(channel_form.PRESET_VIEW)(partial(save, stories=stories))


def of_draft(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Save as preset…] on a review: its name is asked over it."""
    ack()
    draft_id = value_of(body)
    draft = stories.jobs.accept.draft(draft_id, asking(body).user_id)
    page = channel_form.preset_page({"draft": draft_id}, draft.title)
    show(client.views_push, trigger_id=body["trigger_id"], view=page)


def of_job(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Save as preset…] on a status: its name is asked."""
    ack()
    who = asking(body)
    job = stories.jobs.standing.job(value_of(body), who.user_id, who.channel)
    _may(job.draft, who.user_id, stories)
    page = channel_form.preset_page({"job": job.id}, job.draft.title)
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def save(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Save: the name's fault, or the preset is kept; one of that name is replaced."""
    name, user_id = channel_form.preset_name(view), asking(body).user_id
    if errors := channel_form.name_errors(name):
        ack(response_action="errors", errors=errors)
        return
    of = json.loads(view["private_metadata"])
    if "draft" in of:
        draft = stories.jobs.accept.draft(str(of["draft"]), user_id)
    else:
        draft = stories.jobs.status.job(str(of["job"])).draft
    _may(draft, user_id, stories)
    stories.jobs.begin.presets.save(name, draft, user_id)
    if "draft" in of:
        stories.jobs.accept.kept_elsewhere(str(of["draft"]), draft)
    ack(response_action="update", view=channel_form.saved(name))


def delete(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[Delete] in the list: whoever saved it may, and managers; the list without it follows."""
    ack()
    access, user_id, known = stories.access, asking(body).user_id, stories.jobs.begin.presets
    preset = known.get(value_of(body))
    who = access.who(preset.team_id, user_id, preset.channel)
    access.require(DELETE_PRESET, who, asked_by=preset.made_by)
    known.drop(preset.id)
    rest = channel_form.presets_message(known.of_channel(preset.team_id, preset.channel))
    respond(**to_one(rest), replace_original=True)


def _may(draft: Draft, user_id: str, stories: Stories) -> None:
    """Whoever may ask for jobs in the channel may keep one as a preset."""
    access = stories.access
    access.require(CREATE.right, access.who(draft.team_id, user_id, draft.channel))
