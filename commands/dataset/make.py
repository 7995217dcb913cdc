"""[Make dataset] of a finished job's card: the form, filled with what the job knows of itself."""

from bot.datasets import form
from bot.datasets.source import JOB, PROJECT_MAX, TYPE_WORDS, Source
from bot.jobs.actions import MAKE_DATASET
from commands.dataset.form import check_import, page
from commands.doing import Answer, Ask, Opens, does

_SETS = {words: kind for kind, words in TYPE_WORDS.items()}


@does(MAKE_DATASET)
def make(ask: Ask) -> Answer:
    """The form of `/dataset create`; what comes back of it belongs to the job."""
    job = ask.jobs.status.finished(ask.named.id)
    check_import(ask.who, job, ask.access)
    source = Source(
        name=job.name,
        project=job.project or job.name[:PROJECT_MAX],
        dataset_type=_SETS[job.next_set],
        manifest_uri=job.output_manifest,
        channel=job.channel,
        origin=JOB,
        told_below=("job", job.job_id),
    )
    lead = form.lead(source, job.task_type_title, job.other_set)
    return Opens(page(source, ask.stories, job=job.job_id, lead=lead))
