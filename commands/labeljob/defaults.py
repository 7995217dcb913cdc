"""What the forms of a channel begin with, set by a manager."""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack

from bot.jobs.actions import DEFAULTS
from bot.jobs.draft import Draft
from bot.jobs.form import channel_form
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does


@does(DEFAULTS)
def defaults(ask: Ask) -> Answer:
    """The window with what is set now."""
    channel = ask.who.channel
    ask.access.check_here(channel)
    known = ask.jobs.begin.presets.defaults(ask.team_id, channel)
    asked = ask.jobs.accept.form.asked(channel_form.as_draft(known))
    return Opens(channel_form.defaults_page(asked, channel))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window."""
    app.view(channel_form.DEFAULTS_VIEW)(partial(saved, stories=stories))


def saved(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Save: faults at their fields, or the defaults are set; the right is asked again."""
    access, user_id = stories.access, asking(body).user_id
    channel = str(json.loads(view["private_metadata"])["channel"])
    access.require(DEFAULTS.right, access.who(access.team_id, user_id, channel))
    read = channel_form.read_defaults(view, stories.jobs.accept.form.asked(Draft()))
    allowed = stories.jobs.ground.settings.open_places.of(channel)
    found = channel_form.faults(read, allowed)
    known = channel_form.as_defaults(read.draft)
    if known.results_in_thread and not access.is_ours_alone(channel):
        found.append(channel_form.SHARED)
    if found:
        ack(response_action="errors", errors={each.field: each.text for each in found})
        return
    stories.jobs.begin.presets.set_defaults(access.team_id, channel, known, user_id)
    ack()
