"""The next batch: a running model drafts labels for it, and people correct them in a job."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Fault, Refusal, Refused
from bot.jobs.actions import CREATE
from bot.jobs.draft import Into
from bot.jobs.form import pages
from bot.models import batch_cards, batch_form, run_cards, train_form
from bot.models.actions import DRAFT
from bot.models.batch import Batch
from bot.models.batch_records import Drafted
from bot.models.runs import NoSuchRun
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import open_window


@does(DRAFT)
def draft(ask: Ask) -> Answer:
    """The form of one page; a model that was named is chosen in it."""
    ask.access.check_here(ask.who.channel)
    named = ask.models.trials.blank(ask.team_id, ask.who.channel, said=ask.said).run_id
    return _window(_blank(ask.stories, ask.who.channel, named), ask.stories)


def _blank(stories: Stories, channel: str, run_id: str = "") -> Batch:
    there = stories.models.trials.there(stories.access.team_id, channel)
    return stories.models.drafting.blank(there, channel, run_id)


def _window(batch: Batch, stories: Stories) -> Opens:
    return Opens(batch_form.page(batch, nonce=stories.new_id()))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons and the form."""
    app.action(run_cards.DRAFT_ID)(partial(pressed, stories=stories))
    app.action(batch_cards.LABEL_ID)(partial(label, stories=stories))
    app.view(batch_form.BATCH_FORM)(partial(submit, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Label the next batch…] of a run's card: the form, in the run's own channel."""
    ack()
    run = stories.models.status.run(str(body["actions"][0].get("value") or ""))
    who, access = asking(body), stories.access
    access.require(DRAFT.right, access.at_home(run.team_id, who.user_id, run.channel, who.channel))
    open_window(client, body, _window(_blank(stories, run.channel, run.id), stories))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the batch in."""
    who, access, drafting = asking(body), stories.access, stories.models.drafting
    carried = train_form.carried(view)
    here = person_here(Asking(carried["channel"], who.user_id), access)
    access.require(DRAFT.right, here)
    access.check_here(carried["channel"])
    batch = batch_form.read(view, _blank(stories, carried["channel"]))
    key = f"draft:{access.team_id}:{who.user_id}:{carried['nonce']}"
    try:
        new = drafting.accept(batch, here, access.team_id, key)
    except Refused as refused:
        ack(response_action="errors", errors=batch_form.errors(refused.faults))
        return
    except Refusal as refusal:
        fault = Fault(refusal.field or "run_id", refusal.words)
        ack(response_action="errors", errors=batch_form.errors([fault]))
        return
    called = dict(batch.runs)[batch.run_id]
    ack(response_action="update", view=thanked(batch_form.thanks(batch, called), new=new))


def label(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Label with these drafts…]: the form of a job that corrects them."""
    ack()
    drafted = stories.models.status.drafts(str(body["actions"][0].get("value") or ""))
    who, access, jobs = asking(body), stories.access, stories.jobs
    channel = drafted.batch.channel
    access.require(CREATE.right, access.at_home(drafted.team_id, who.user_id, channel, who.channel))
    access.check_here(channel)
    draft_id, begun = jobs.begin.form(drafted.team_id, channel, who.user_id)
    name = f"{drafted.model.replace(' / ', '-')}-drafts"
    begun = msgspec.structs.replace(begun, into=_into(drafted, stories))
    filled = jobs.chains.drafts(draft_id, begun, str(drafted.drafts), name)
    page = jobs.accept.page(filled, draft_id)
    open_window(client, body, Opens(pages.numbered(page, stories.new_id())))


def _into(drafted: Drafted, stories: Stories) -> Into | None:
    """The training set of the model that drafted, as far as this channel made it: the next model
    learns of what people make of the drafts.
    """
    try:
        run = stories.models.status.run(drafted.batch.run_id)
    except NoSuchRun:
        return None
    there = stories.datasets.status.training(drafted.team_id, drafted.batch.channel, run.project)
    return Into(there.id, there.source.called) if there else None
