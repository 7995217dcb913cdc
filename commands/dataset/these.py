"""*Add to a dataset* on a message with pictures: they become a dataset, or more pictures of one."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.blocks import Block
from bot.brought.brought import from_slack
from bot.datasets import of_message
from bot.datasets.actions import CREATE
from bot.datasets.drafts import FormGone
from bot.datasets.gallery import adding
from bot.datasets.source import Source
from bot.datasets.sources.pictures import PICTURES
from bot.slack.app import SlackApp
from commands.asking import Asking, asking, person_here
from commands.dataset import form
from commands.dataset.create import blank
from commands.dataset.show import dataset_seen
from commands.doing import Opens, Stories
from commands.front import open_window
from commands.labeljob.label_these import FilesClosed


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the shortcut and the window."""
    app.message_shortcut(of_message.THESE_SHORTCUT)(partial(these, stories=stories))
    app.view(of_message.THESE_VIEW)(partial(chosen, stories=stories))


def these(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The window that asks for which dataset; the form of a new one where the channel has none."""
    ack()
    who, access, datasets = asking(body), stories.access, stories.datasets
    access.check_here(who.channel)
    access.require(CREATE.right, access.who(access.team_id, who.user_id, who.channel))
    given = from_slack((body.get("message") or {}).get("files") or ())
    files, left_out = of_message.pictures(given)
    if not datasets.ground.files.may_read:
        raise FilesClosed
    source = msgspec.structs.replace(blank(who, stories), origin=PICTURES, brought=files)
    draft_id = stories.new_id()
    datasets.drafts.keep(draft_id, source)
    ready = [(one.id, one.source) for one in datasets.status.ready(access.team_id, who.channel)]
    if ready:
        page = of_message.window(files, ready, draft_id, left_out)
    else:
        page = form.page(source, stories, draft=draft_id, lead=left_out)
    open_window(client, body, Opens(page))


def chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Next: the form of a new dataset, or the window that adds to the chosen one."""
    draft_id, left_out = of_message.carried(view)
    source = stories.datasets.drafts.get(draft_id, asking(body).user_id)
    if source is None:
        raise FormGone
    dataset_id = of_message.read(view)
    if dataset_id == of_message.NEW:
        page = _new(source, draft_id, left_out, stories)
    else:
        page = _more(source, dataset_id, (draft_id, left_out), body, stories)
    ack(response_action="update", view=page)


def _new(source: Source, draft_id: str, left_out: str, stories: Stories) -> Block:
    here = Asking(source.channel, source.asked_by)
    stories.access.require(CREATE.right, person_here(here, stories.access))
    return form.page(source, stories, draft=draft_id, lead=left_out)


def _more(
    source: Source,
    dataset_id: str,
    kept: tuple[str, str],
    body: dict[str, Any],
    stories: Stories,
) -> Block:
    """The window of the dataset; the draft goes on as that of the window."""
    draft_id, left_out = kept
    dataset, person = dataset_seen(dataset_id, body, stories)
    assign = stories.datasets.assign
    assign.check(dataset, person)
    begun = assign.begun(dataset, source.brought, asking(body).user_id)
    stories.datasets.drafts.keep(draft_id, begun)
    return adding.window(begun, {"dataset": dataset_id, "draft": draft_id}, left_out)
