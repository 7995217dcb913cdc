"""Store data: a window that makes a place in S3 for data and results, by its word or from the form
of a job.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.delivery.windows import show
from bot.jobs.actions import CREATE, STORE
from bot.jobs.draft import Draft
from bot.jobs.form import pages, store_page
from bot.slack.app import SlackApp
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does


@does(STORE)
def store(ask: Ask) -> Answer:
    """The window over a draft of this person's, which becomes the form's."""
    ask.access.check_here(ask.who.channel)
    draft_id, draft = ask.jobs.begin.form(ask.team_id, ask.who.channel, ask.who.user_id)
    return Opens(_page(draft, draft_id, ask.stories))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window and its buttons."""
    app.action(pages.STORE_DATA)(partial(opened, stories=stories))
    app.view(store_page.STORE_VIEW)(partial(filled, stories=stories))


def opened(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Store data…] on a form, or [Other place…]: the window in the place of what was pressed."""
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, _step = pages.draft_of(view)
    draft = accept.form.read(view, accept.draft(draft_id, asking(body).user_id))
    accept.keep(draft_id, draft)
    page = _page(draft, draft_id, stories)
    show(client.views_update, view_id=view["id"], hash=view["hash"], view=page)


def filled(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Store: faults at their fields, or the worker makes the place ready."""
    jobs, access = stories.jobs, stories.access
    draft_id, _step = pages.draft_of(view)
    before = jobs.accept.draft(draft_id, asking(body).user_id)
    access.require(CREATE.right, access.who(before.team_id, before.asked_by, before.channel))
    places = _places(before, stories)
    begun = store_page.begun(before, files=places.files)
    read = store_page.read(view, jobs.accept.form.asked(begun), places)
    found = store_page.faults(read, places)
    if found:
        ack(response_action="errors", errors={each.field: each.text for each in found})
        return
    draft, _folder = store_page.placed(read.draft)
    jobs.accept.keep(draft_id, draft)
    page = pages.numbered(store_page.working(draft_id), stories.new_id())
    ack(response_action="update", view=page)
    jobs.store_data.want(draft_id, draft.asked_by, view["id"])


def _page(draft: Draft, draft_id: str, stories: Stories) -> dict[str, Any]:
    """The window over a draft."""
    jobs = stories.jobs
    places = replace(_places(draft, stories), console=jobs.store_data.console_bucket())
    asked = jobs.accept.form.asked(store_page.begun(draft, files=places.files))
    return pages.numbered(store_page.page(asked, draft_id, places), stories.new_id())


def _places(draft: Draft, stories: Stories) -> store_page.Places:
    """Where this draft's data may lie, without a question to AWS."""
    jobs, ground = stories.jobs, stories.jobs.ground
    allowed = ground.settings.open_places.of(draft.channel)
    return store_page.Places(allowed, jobs.store_data.region, files=ground.files.may_read)
