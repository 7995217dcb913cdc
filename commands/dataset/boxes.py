"""[Correct boxes…] of a sheet: the form of a labeling job over its pictures, with the boxes that
they have.
"""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.datasets.gallery import boxes
from bot.jobs.actions import ADJUST, CREATE
from bot.jobs.draft import Into
from bot.jobs.form import pages
from bot.slack.app import SlackApp
from commands.dataset.labels import sheet_seen
from commands.doing import Opens, Stories
from commands.front import open_window


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the button."""
    app.action(boxes.BOXES_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The first page of the form; the job's card puts back what comes of it."""
    ack()
    sheet_id = str(body["actions"][0].get("value") or "")
    sheet, dataset, person = sheet_seen(sheet_id, body, stories)
    stories.access.require(CREATE.right, person)
    manifest = stories.datasets.assign.boxes(dataset, sheet.entries, person)
    jobs, source = stories.jobs, dataset.source
    draft_id, begun = jobs.begin.form(source.team_id, source.channel, person.user_id)
    labels = [*dataset.state.new_labels, *(one.name for one in dataset.state.labels)]
    begun = msgspec.structs.replace(begun, into=Into(dataset.id, source.called))
    filled = jobs.chains.over(ADJUST.word, draft_id, begun, str(manifest), labels)
    page = jobs.accept.page(filled, draft_id)
    open_window(client, body, Opens(pages.numbered(page, stories.new_id())))
