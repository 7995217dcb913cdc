"""The form of `/labeljob create`: one page, what stands behind [More…], and the review, in one
window with a draft behind them.

Every listener reads the page into the draft and keeps it before anything can fail, so nothing typed
is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.clock import NewId
from bot.base.errors import Fault, Refusal, Refused
from bot.delivery.windows import show
from bot.jobs.accept import Accept, DraftGone
from bot.jobs.actions import CREATE
from bot.jobs.draft import Draft, of_this_type
from bot.jobs.fixes import FIXES
from bot.jobs.form import data_fields, fields, pages, review, where
from bot.jobs.form.made_up import as_shown
from bot.jobs.preflight_records import PREVIEW
from bot.jobs.records import Job
from bot.people.access import Access, Who
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import turn_page


@does(CREATE)
def create(ask: Ask) -> Answer:
    """The page over a draft of this person's; or the choice between it and a form that was left."""
    ask.access.check_here(ask.who.channel)
    return Opens(_begun(ask.stories, ask.who.channel, ask.who.user_id))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form's listeners."""
    for picked in (fields.TILE, fields.KIND, fields.TICK, data_fields.FROM):
        app.action(re.compile(rf"{picked}.*"))(partial(kind, stories=stories))
    app.action(re.compile(rf"{fields.START}.*"))(partial(start, stories=stories))
    app.action(pages.SHOW_MORE)(partial(show_more, stories=stories))
    app.action(pages.BACK)(partial(back, stories=stories))
    for offered in (pages.GO_ON, pages.NEW):
        app.action(offered)(partial(begin, stories=stories))
    app.action(where.NEW_ID)(partial(at_home, stories=stories))
    app.view(where.WHERE)(partial(channel_chosen, stories=stories))
    app.action(review.FIX)(partial(fix, stories=stories))
    app.action(review.PREVIEW)(partial(preview, stories=stories))
    app.action(re.compile(rf"{fields.TEAM}.*"))(partial(team_chosen, stories=stories))
    app.options(re.compile(rf"{fields.TEAM}.*"))(partial(teams, stories=stories))
    app.view(re.compile(pages.ANY_FORM))(partial(filled, stories=stories))
    app.view(pages.MORE)(partial(more_filled, stories=stories))
    app.view(pages.REVIEW)(partial(submit, stories=stories))


def at_home(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[New labeling job] on the App Home, where there is no channel: it is asked for first."""
    ack()
    view = where.page(stories.new_id())
    show(client.views_open, trigger_id=body["trigger_id"], view=view)


def channel_chosen(
    ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories
) -> None:
    """The form for the chosen channel, as `/labeljob create` opens it there; or why not, at the
    field.
    """
    channel, access, user_id = where.chosen(view), stories.access, asking(body).user_id
    try:
        access.require(CREATE.right, access.who(access.team_id, user_id, channel))
        access.check_here(channel)
    except Refusal as refusal:
        ack(response_action="errors", errors=where.errors(refusal.words))
        return
    ack(response_action="update", view=_begun(stories, channel, user_id))


def kind(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """Another kind of work or source was picked: ask what it needs, keep the rest."""
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, before = _draft(body, view, accept)
    read = accept.form.read(view, before)
    draft = of_this_type(read)
    if draft != read:  # another job's words went: Slack would keep them in their fields
        draft = msgspec.structs.replace(draft, begun=draft.begun + 1)
    accept.keep(draft_id, draft)
    turn_page(client, view, _fresh(accept.page(draft, draft_id), stories.new_id))


def team_chosen(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """A labeling team was chosen: all that stands on the page is kept, for Slack tells nothing of
    it when the form is closed.
    """
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, draft = _draft(body, view, accept)
    accept.keep(draft_id, accept.form.read(view, draft))


def start(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """Something else to begin with was picked: the page over a draft of that; what stood there is
    kept as it was filled.
    """
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, before = _draft(body, view, accept)
    read = accept.form.read(view, before)
    if accept.form.wrote(before, read):  # else there is nothing to be offered by the next form
        accept.keep(draft_id, read)
    _may_still_ask(before, stories.access)
    chosen = body["actions"][0].get("selected_option") or {}
    fresh_id, draft = stories.jobs.begin.anew(before, str(chosen.get("value") or ""))
    turn_page(client, view, _fresh(accept.page(draft, fresh_id), stories.new_id))


def filled(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Review: the page's faults, or what the bot read of it all; the worker goes on looking."""
    accept = stories.jobs.accept
    draft_id, draft = _draft(body, view, accept)
    read = accept.form.read(view, draft)
    accept.keep(draft_id, read)
    _may_still_ask(read, stories.access)
    if (made := accept.taken(draft_id)) is not None:
        ack(response_action="update", view=_thanks(made, new=False))
        return
    draft, unread = stories.jobs.own_pages.stored(read)
    draft, faults = accept.check(draft)
    accept.keep(draft_id, draft)
    if faults := unread or faults:
        answer = _faulty(draft, draft_id, faults, view, stories)
        if "errors" in answer:
            accept.keep(draft_id, as_shown(draft, read))
        ack(**answer)
        return
    ack(response_action="update", view=_fresh(_review(draft, draft_id, stories), stories.new_id))
    stories.jobs.preflight.want(draft_id, draft.asked_by, view["id"])


def more_filled(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Done: back to the page it was opened from; the review is made anew."""
    _id, step = pages.draft_of(view)
    if step == pages.REVIEW_STEP:
        filled(ack, body, view, stories=stories)
        return
    accept = stories.jobs.accept
    draft_id, draft = _draft(body, view, accept)
    read = accept.form.read(view, draft)
    accept.keep(draft_id, read)
    _may_still_ask(read, stories.access)
    draft, faults = accept.check_more(read)
    accept.keep(draft_id, as_shown(draft, read) if faults else draft)
    if faults:
        ack(response_action="errors", errors=accept.form.errors(faults, view))
        return
    ack(response_action="update", view=_fresh(accept.page(draft, draft_id), stories.new_id))


def show_more(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """What was made up and what is seldom said, in the place of the page that was pressed."""
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, draft = _draft(body, view, accept)
    _id, step = pages.draft_of(view)
    draft, view = _left(draft, draft_id, view, step, stories)
    turn_page(client, view, _fresh(accept.more_page(draft, draft_id, step), stories.new_id))


def fix(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """A fix of the review was pressed: the worker does it, and shows what came of it there."""
    ack()
    name, _, draft_id = str(body["actions"][0].get("value") or "").partition(" ")
    draft = stories.jobs.accept.draft(draft_id, asking(body).user_id)
    wanted, access = FIXES.get(name), stories.access
    if wanted is None:
        return
    access.require(wanted.right, access.who(draft.team_id, draft.asked_by, draft.channel))
    stories.jobs.preflight.want(draft_id, draft.asked_by, body["view"]["id"], name)


def preview(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """Preview was pressed: the worker makes it, and says on the review where it is."""
    ack()
    draft_id = str(body["actions"][0].get("value") or "")
    draft = stories.jobs.accept.draft(draft_id, asking(body).user_id)
    _may_still_ask(draft, stories.access)
    stories.jobs.preflight.want(draft_id, draft.asked_by, body["view"]["id"], PREVIEW)


def back(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """Back to the page that everybody fills, with everything that was typed."""
    ack()
    view, accept = body["view"], stories.jobs.accept
    draft_id, draft = _draft(body, view, accept)
    _id, step = pages.draft_of(view)
    draft, view = _left(draft, draft_id, view, step, stories)
    turn_page(client, view, _fresh(accept.page(draft, draft_id), stories.new_id))


def begin(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """The page of the draft that was chosen: the one that was left, or the new one."""
    ack()
    accept, draft_id = stories.jobs.accept, str(body["actions"][0].get("value") or "")
    draft = accept.draft(draft_id, asking(body).user_id)
    _may_still_ask(draft, stories.access)
    if draft.filled:
        accept.keep(draft_id, draft)  # it is the newest from now on
    turn_page(client, body["view"], _fresh(accept.page(draft, draft_id), stories.new_id))


def teams(ack: Ack, body: dict[str, Any], payload: dict[str, Any], *, stories: Stories) -> None:
    """The labeling teams that fit what was typed, from the cache; none for a form that is not this
    person's.
    """
    accept = stories.jobs.accept
    try:
        _id, draft = _draft(body, body["view"], accept)
    except DraftGone:
        ack(**pages.team_options(()))
        return
    ack(**pages.team_options(accept.teams(draft, str(payload.get("value") or ""))))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Create: the job is taken in, once; or back to the pages with what has become wrong."""
    accept, new_id = stories.jobs.accept, stories.new_id
    draft_id, draft = _draft(body, view, accept)
    who = _may_still_ask(draft, stories.access)
    stories.jobs.preflight.left(draft_id)
    try:
        receipt = accept.accept(draft_id, who)
    except Refused as refused:
        page = accept.mended_at(draft, draft_id, refused.faults)
        ack(response_action="update", view=_fresh(page, new_id))
        return
    ack(response_action="update", view=_thanks(receipt.job, new=receipt.new))


def _begun(stories: Stories, channel: str, user_id: str) -> dict[str, Any]:
    """The page over a new draft of this person's, or the choice between it and a form that was
    left.
    """
    begin = stories.jobs.begin
    draft_id, draft = begin.form(stories.access.team_id, channel, user_id)
    left = begin.left(draft)
    if left is not None:
        return _fresh(pages.offer(left, draft_id), stories.new_id)
    return _fresh(stories.jobs.accept.page(draft, draft_id), stories.new_id)


def _draft(body: dict[str, Any], view: dict[str, Any], accept: Accept) -> tuple[str, Draft]:
    """The draft behind a page; it must be this person's."""
    draft_id, _page = pages.draft_of(view)
    return draft_id, accept.draft(draft_id, asking(body).user_id)


def _may_still_ask(draft: Draft, access: Access) -> Who:
    """Who fills the form, with their right asked anew: what is wrong with a file is told to nobody
    who lost it.
    """
    who = access.who(draft.team_id, draft.asked_by, draft.channel)
    access.require(CREATE.right, who)
    return who


def _left(
    draft: Draft, draft_id: str, view: dict[str, Any], step: int, stories: Stories
) -> tuple[Draft, dict[str, Any]]:
    """The draft with what stands on the page that is left, and the view to be replaced."""
    if step == pages.REVIEW_STEP and view.get("callback_id") == pages.REVIEW:
        stories.jobs.preflight.left(draft_id)
        # the worker may have shown more since the press, and nothing is typed on the review
        return draft, {**view, "hash": None}
    read = stories.jobs.accept.form.read(view, draft)
    stories.jobs.accept.keep(draft_id, read)
    return read, view


def _faulty(
    draft: Draft,
    draft_id: str,
    faults: Sequence[Fault],
    view: dict[str, Any],
    stories: Stories,
) -> dict[str, Any]:
    """The faults at their fields; where none of the fields is on this page, the page that has
    them.
    """
    accept = stories.jobs.accept
    if accept.form.some_on(view, faults):
        return {"response_action": "errors", "errors": accept.form.errors(faults, view)}
    page = _fresh(accept.mended_at(draft, draft_id, faults), stories.new_id)
    return {"response_action": "update", "view": page}


def _thanks(job: Job, *, new: bool) -> dict[str, Any]:
    return thanked(pages.thanks(job.name, job.channel), new=new)


def _review(draft: Draft, draft_id: str, stories: Stories) -> dict[str, Any]:
    accept = stories.jobs.accept
    reviewed = replace(accept.reviewed(draft), preview=stories.jobs.previews.offered)
    return review.review(accept.form.asked(draft), reviewed, draft_id)


def _fresh(view: dict[str, Any], new_id: NewId) -> dict[str, Any]:
    """The page with a number of its own: the once-only gate tells a second press from a second
    visit by it.
    """
    return pages.numbered(view, new_id())
