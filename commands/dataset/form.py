"""The form of a dataset: its choice of a source, and what comes back of it, whoever opened it."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.blocks import Block
from bot.base.errors import Refused
from bot.datasets import form, review
from bot.datasets.actions import CREATE
from bot.datasets.drafts import FormGone
from bot.datasets.look import Look
from bot.datasets.source import JOB, PROJECT_MAX, Source
from bot.datasets.sources import alone, origin_of
from bot.datasets.sources.job import JOB_MENU
from bot.jobs.actions import MAKE_DATASET
from bot.jobs.finished import FinishedJob, NotImportable
from bot.people.access import Access
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Stories
from commands.front import turn_page
from commands.labeljob.label_these import FilesClosed


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form."""
    app.view(form.DATASET_FORM)(partial(submit, stories=stories))
    app.action(form.ORIGIN_MENU)(partial(source_chosen, stories=stories))
    app.options(JOB_MENU)(partial(jobs, stories=stories))
    app.view(review.DATASET_REVIEW)(partial(reviewed, stories=stories))
    app.action(review.BACK_ID)(partial(back, stories=stories))


def page(
    source: Source, stories: Stories, *, draft: str = "", job: str = "", lead: str = ""
) -> Block:
    """The form (see `form.page`), with whether the bucket of Rekognition's console is there, as
    far as S3 says so in a form's time.
    """
    allowed = stories.datasets.ground.settings.open_places.of(source.channel)
    console = stories.jobs.store_data.console_bucket().words(allowed)
    nonce = stories.new_id()
    return form.page(source, nonce=nonce, draft=draft, job=job, lead=lead, console=console)


def source_chosen(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """Another source was chosen: ask what it needs, keep the rest."""
    ack()
    view, draft_id = body["view"], form.carried(body["view"])["draft"]
    source = _read(view, asking(body), stories)
    _may_create(source, stories)
    stories.datasets.drafts.keep(draft_id, source)
    turn_page(client, view, page(source, stories, draft=draft_id))


def jobs(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """The finished jobs that fit what is typed in the menu; none for whoever may make nothing of
    them.
    """
    who, channel = asking(body), form.carried(body.get("view") or {})["channel"]
    access = stories.access
    found: list[FinishedJob] = []
    if access.may(CREATE.right, person_here(Asking(channel, who.user_id), access)):
        typed = str(body.get("value") or "")
        found = stories.jobs.status.importable(access.team_id, channel, typed)
    ack(options=form.offered_jobs((each.job_id, each.name) for each in found))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the dataset in."""
    who, carried, access = asking(body), form.carried(view), stories.access
    typed = _read(view, who, stories)
    source = typed
    if carried["job"]:
        job = stories.jobs.status.finished(carried["job"])
        source = _of_job(source, who, job, access)
    else:
        _may_create(source, stories)
        source = _of_chosen_job(source, who, stories)
    source = alone(source)
    look, wrong = stories.datasets.accept.look(source)
    if wrong:
        ack(response_action="errors", errors=form.errors(wrong, typed))
        return
    if source.brought and not stories.datasets.ground.files.may_read:
        raise FilesClosed
    if origin_of(source).reviewed or (look is not None and look.closed):
        _show_review(ack, source, look, view, stories)
        return
    try:
        thanks = _taken(source, carried["draft"], stories)
    except Refused as refused:
        ack(response_action="errors", errors=form.errors(refused.faults, typed))
        return
    ack(response_action="update", view=thanks)


def reviewed(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """[Make dataset] of the review: the dataset is taken in; or back to the form with what has
    become wrong.
    """
    draft_id = form.carried(view)["draft"]
    source = kept(draft_id, asking(body), stories)
    _may_make(source, asking(body), stories)
    try:
        thanks = _taken(source, draft_id, stories)
    except Refused as refused:
        words = " ".join(one.text for one in refused.faults)
        again = page(source, stories, draft=draft_id, job=_card_of(source), lead=words)
        ack(response_action="update", view=again)
        return
    ack(response_action="update", view=thanks)


def back(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Back] of the review: the form, as it was filled."""
    ack()
    draft_id = form.carried(body["view"])["draft"]
    source = kept(draft_id, asking(body), stories)
    _may_make(source, asking(body), stories)
    stories.datasets.drafts.keep(draft_id, source)
    again = page(source, stories, draft=draft_id, job=_card_of(source))
    # a worker may have filled the review since the press, and nothing is typed in it
    turn_page(client, {**body["view"], "hash": None}, again)


def _show_review(
    ack: Ack, source: Source, look: Look | None, view: dict[str, Any], stories: Stories
) -> None:
    """What the dataset becomes, in the form's place; what is not known yet a worker finds out."""
    ids = {"nonce": stories.new_id(), "draft": form.carried(view)["draft"]}
    if look is not None:
        stories.datasets.drafts.keep(ids["draft"], source)
        ack(response_action="update", view=review.page(source, look, **ids))
        return
    stories.datasets.drafts.keep(ids["draft"], source, look_in=str(view["id"]))
    ack(response_action="update", view=review.reading(source, **ids))


def _taken(source: Source, draft_id: str, stories: Stories) -> Block:
    """Take the dataset in, once for a form; the window that says so.

    Raises:
        Refused: what was asked has faults.

    """
    user_id = source.asked_by
    source = msgspec.structs.replace(source, asked_by_name=stories.access.name(user_id))
    receipt = stories.datasets.accept.accept(source, f"view:{source.team_id}:{user_id}:{draft_id}")
    return thanked(form.thanks(receipt.dataset.source), new=receipt.new)


def kept(draft_id: str, who: Asking, stories: Stories) -> Source:
    """What this person typed.

    Raises:
        FormGone: it is somebody else's, or too old.

    """
    source = stories.datasets.drafts.get(draft_id, who.user_id)
    if source is None:
        raise FormGone
    return source


def _read(view: dict[str, Any], who: Asking, stories: Stories) -> Source:
    """What stands on the page and what was typed before, with whose it is."""
    kept = stories.datasets.drafts.get(form.carried(view)["draft"], who.user_id)
    read = form.read(view, kept)
    return msgspec.structs.replace(read, team_id=stories.access.team_id, asked_by=who.user_id)


def _may_create(source: Source, stories: Stories) -> None:
    """Refuse whoever may not make datasets in the form's channel (any more)."""
    here = Asking(source.channel, source.asked_by)
    stories.access.require(CREATE.right, person_here(here, stories.access))
    stories.access.check_here(source.channel)


def _may_make(source: Source, who: Asking, stories: Stories) -> None:
    """Refuse whoever may not make this dataset (any more): of a job, or in the form's channel."""
    if job_id := _card_of(source):
        check_import(who, stories.jobs.status.finished(job_id), stories.access)
    else:
        _may_create(source, stories)


def _card_of(source: Source) -> str:
    """The job that a dataset is told of with; "" for none."""
    return source.told_below[1] if source.told_below else ""


def _of_chosen_job(source: Source, who: Asking, stories: Stories) -> Source:
    """The source with what the job knows that was chosen in the menu; as it is for any other."""
    chosen = source.more.get(JOB, "")
    if source.origin != JOB or not chosen:
        return source
    standing = stories.jobs.standing.job(chosen, who.user_id, source.channel)
    job = stories.jobs.status.finished(standing.id)
    of_job = msgspec.structs.replace(
        source,
        manifest_uri=job.output_manifest,
        name=source.name or job.name,
        project=source.project or job.project or job.name[:PROJECT_MAX],
    )
    return _of_job(of_job, who, job, stories.access)


def _of_job(source: Source, who: Asking, job: FinishedJob, access: Access) -> Source:
    """The source with what only the job knows; another manifest than its own has labels of its
    own.
    """
    check_import(who, job, access)
    own = source.manifest_uri == job.output_manifest
    return msgspec.structs.replace(
        source,
        channel=job.channel,
        label_attribute=job.label_attribute if own else None,
        told_below=("job", job.job_id),
        job_asked_by=job.asked_by,
        action=MAKE_DATASET.right,
    )


def check_import(who: Asking, job: FinishedJob, access: Access) -> None:
    """Refuse unless this person may make a dataset of that job, and one can be made; rights are
    those of the job's own channel and workspace.
    """
    access.require(
        MAKE_DATASET.right,
        access.at_home(job.team_id, who.user_id, job.channel, who.channel),
        asked_by=job.asked_by,
    )
    access.check_here(job.channel)
    if job.why_not:
        raise NotImportable(job.why_not)
