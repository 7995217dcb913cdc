"""The form of a dataset: what comes back of it, whoever opened it."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack

from bot.base.errors import Refused
from bot.datasets import form
from bot.datasets.actions import CREATE
from bot.datasets.source import Source
from bot.jobs.actions import MAKE_DATASET
from bot.jobs.finished import FinishedJob, NotImportable
from bot.people.access import Access
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form."""
    app.view(form.DATASET_FORM)(partial(submit, stories=stories))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the dataset in."""
    who, carried, access = asking(body), form.carried(view), stories.access
    source = msgspec.structs.replace(form.read(view), team_id=access.team_id, asked_by=who.user_id)
    if carried["job"]:
        job = stories.jobs.status.finished(carried["job"])
        source = _of_job(source, who, job, access)
    else:
        here = Asking(source.channel, who.user_id)
        access.require(CREATE.right, person_here(here, access))
        access.check_here(source.channel)
    if wrong := stories.datasets.accept.faults(source):
        ack(response_action="errors", errors=form.errors(wrong))
        return
    source = msgspec.structs.replace(source, asked_by_name=access.name(who.user_id))
    try:
        receipt = stories.datasets.accept.accept(
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
