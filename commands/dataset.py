"""`/dataset`, its form, and the [Make dataset] button of a finished job's card."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.clock import NewId
from bot.base.errors import Refused
from bot.datasets import card, form
from bot.datasets.actions import DATASET
from bot.datasets.source import PROJECT_MAX, TYPE_WORDS, Source
from bot.datasets.story import DatasetStory
from bot.delivery.message import Message
from bot.jobs.actions import MAKE_DATASET_BUTTON
from bot.jobs.finished import FinishedJob, NotImportable
from bot.jobs.story import JobStory
from bot.people.access import Access
from bot.slack.app import SlackApp
from bot.slack.windows import show
from commands.answers import thanked, to_one
from commands.asking import Asking, asking, person_here, words_of

_SETS = {words: kind for kind, words in TYPE_WORDS.items()}


def register(
    app: SlackApp, *, datasets: DatasetStory, jobs: JobStory, access: Access, new_id: NewId
) -> None:
    """Tell the app of the command, its form and the button of finished jobs."""
    app.command(DATASET)(partial(command, datasets=datasets, access=access, new_id=new_id))
    app.action(MAKE_DATASET_BUTTON.id)(
        partial(make_dataset, jobs=jobs, access=access, new_id=new_id)
    )
    app.view(form.DATASET_FORM)(partial(submit, datasets=datasets, jobs=jobs, access=access))


def command(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    *,
    datasets: DatasetStory,
    access: Access,
    new_id: NewId,
) -> None:
    """`/dataset create | list | status [name] | help`."""
    word, rest = words_of(body.get("text") or "help")
    who = asking(body)
    if word == "create":
        _may_create(who, access)
        page = form.page(Source(channel=who.channel), nonce=new_id())
        show(client.views_open, trigger_id=body["trigger_id"], view=page)
        ack()
    elif word in {"list", "status"}:
        access.require("see", person_here(who, access))
        ack(**to_one(_status(access.team_id, who.channel, word, rest, datasets)))
    else:
        ack(**to_one(card.help_message()))


def make_dataset(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    *,
    jobs: JobStory,
    access: Access,
    new_id: NewId,
) -> None:
    """[Make dataset]: the form, filled with what the finished job knows of itself."""
    ack()
    who, job_id = asking(body), str(body["actions"][0].get("value") or "")
    jobs.standing.job(job_id, who.user_id, who.channel)
    job = jobs.status.finished(job_id)
    _may_import(who, job, access)
    source = Source(
        name=job.name,
        project=job.project or job.name[:PROJECT_MAX],
        dataset_type=_SETS[job.next_set],
        manifest_uri=job.output_manifest,
        channel=job.channel,
    )
    lead = form.lead(source, job.task_type_title, job.other_set)
    show(
        client.views_open,
        trigger_id=body["trigger_id"],
        view=form.page(source, nonce=new_id(), job=job.job_id, lead=lead),
    )


def submit(
    ack: Ack,
    body: dict[str, Any],
    view: dict[str, Any],
    *,
    datasets: DatasetStory,
    jobs: JobStory,
    access: Access,
) -> None:
    """The filled form came back: keep it open with its faults, or take the dataset in."""
    who, carried = asking(body), form.carried(view)
    source = msgspec.structs.replace(form.read(view), team_id=access.team_id, asked_by=who.user_id)
    if carried["job"]:
        source = _of_job(source, who, jobs.status.finished(carried["job"]), access)
    else:
        _may_create(Asking(source.channel, who.user_id), access)
    source = msgspec.structs.replace(source, asked_by_name=access.name(who.user_id))
    try:
        receipt = datasets.accept.accept(
            source, f"view:{access.team_id}:{who.user_id}:{carried['nonce']}"
        )
    except Refused as refused:
        ack(response_action="errors", errors=form.errors(refused.faults))
        return
    ack(
        response_action="update", view=thanked(form.thanks(receipt.dataset.source), new=receipt.new)
    )


def _of_job(source: Source, who: Asking, job: FinishedJob, access: Access) -> Source:
    """The source with what only the job knows; another manifest than its own has labels of its
    own.
    """
    _may_import(who, job, access)
    own = source.manifest_uri == job.output_manifest
    return msgspec.structs.replace(
        source,
        channel=job.channel,
        label_attribute=job.label_attribute if own else None,
        told_below=("job", job.job_id),
        job_asked_by=job.asked_by,
        action="import",
    )


def _may_create(who: Asking, access: Access) -> None:
    access.require("create dataset", person_here(who, access))
    access.check_here(who.channel)


def _may_import(who: Asking, job: FinishedJob, access: Access) -> None:
    """The right of this person on that job; rights are those of the job's own channel and
    workspace.
    """
    access.require(
        "import",
        access.at_home(job.team_id, who.user_id, job.channel, who.channel),
        asked_by=job.asked_by,
    )
    access.check_here(job.channel)
    if job.why_not:
        raise NotImportable(job.why_not)


def _status(team_id: str, channel: str, word: str, name: str, datasets: DatasetStory) -> Message:
    if word == "list":
        return datasets.status.every(team_id, channel)
    if name:
        return datasets.status.named(team_id, channel, name)
    return datasets.status.running(team_id, channel)
