"""*Label these* on a message with files: the form of a new job, with those files in it."""

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Refusal
from bot.brought.brought import FILES_MAX, NoFiles, TooManyFiles, from_slack
from bot.jobs.actions import CREATE, LABEL_THESE_SHORTCUT
from bot.jobs.form import pages
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Opens, Stories
from commands.front import open_window


class FilesClosed(Refusal):
    """Slack gives Labeljob no files here: the app lacks the scope files:read. An administrator can
    install it again; labeljob doctor says what is missing.
    """


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the shortcut."""
    app.message_shortcut(LABEL_THESE_SHORTCUT)(partial(label_these, stories=stories))


def label_these(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The first page over a draft of this person's that has the message's files."""
    ack()
    who, access = asking(body), stories.access
    access.check_here(who.channel)
    access.require(CREATE.right, access.who(access.team_id, who.user_id, who.channel))
    files = from_slack((body.get("message") or {}).get("files") or ())
    if not files:
        raise NoFiles
    if len(files) > FILES_MAX:
        raise TooManyFiles
    if not stories.jobs.ground.files.may_read:
        raise FilesClosed
    draft_id, draft = stories.jobs.begin.form(access.team_id, who.channel, who.user_id, files)
    page = stories.jobs.accept.page(draft, draft_id)
    open_window(client, body, Opens(pages.numbered(page, stories.new_id())))
