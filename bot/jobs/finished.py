"""What becomes of a finished job: whether its labels can be a dataset, which one, and what is said
if not (pure).
"""

from dataclasses import dataclass

from bot.base.errors import Refusal
from bot.jobs import lifecycle
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import NOT_MADE, JobState, MadeDataset

TRAINING, TEST = "training", "test"


class NotImportable(Refusal):
    """Rekognition takes no labels of this kind."""


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """What a dataset needs to know of the job it is made of.

    `why_not` says why nothing can be made of it, "" if something can. `next_set` (training or test)
    is what can still be made of it; `project` and `other_set` tell of the set that was made of it
    already, "" where there is none.
    """

    job_id: str
    name: str
    team_id: str
    channel: str
    asked_by: str
    output_manifest: str
    label_attribute: str
    task_type_title: str
    why_not: str = ""
    next_set: str = TRAINING
    project: str = ""
    other_set: str = ""


def offer(job: JobFacts, state: JobState) -> str:
    """What the button says that makes something of the labels; "" where nothing can be made of them
    (any more).
    """
    if _why_not(job, state):
        return ""
    left = state.datasets_left
    return f"Make {left[0]} set" if len(left) == 1 else "Make dataset"


def can_put_back(job: JobFacts, state: JobState) -> bool:
    """Whether there are labels for the dataset whose pictures the job was about."""
    kind = job.kind
    return bool(job.into and state.ended and state.labeled and kind and kind.makes_dataset)


def finished(job: JobFacts, state: JobState) -> FinishedJob:
    """The finished job, and why nothing can be made of it, if so."""
    other = _newest(state)
    return FinishedJob(
        job_id=job.id,
        name=job.name,
        team_id=job.team_id,
        channel=job.channel,
        asked_by="" if job.read_only else job.asked_by,
        output_manifest=state.output_uri or job.output_uri,
        label_attribute=job.label_attribute,
        task_type_title=job.kind.title if job.kind else "labeling",
        why_not=_why_not(job, state),
        next_set=TEST if other is not None and other.kind == TRAINING else TRAINING,
        project=other.project if other else "",
        other_set=other.kind if other else "",
    )


def _why_not(job: JobFacts, state: JobState) -> str:
    """Why nothing can be made of the labels, in words."""
    if not state.ended:
        return "This job is not over yet. Its labels can become a dataset when it is."
    if state.state == lifecycle.REFUSED or not state.labeled:
        return "This job has no labels, so there is nothing to import."
    if job.kind is None or not job.kind.makes_dataset:
        title = job.kind.title.lower() if job.kind else "this task type"
        return f"Rekognition Custom Labels takes no labels of {title}."
    if not state.datasets_left:
        return (
            "A training and a test set were made of this job's labels already. /dataset create "
            "makes others."
        )
    return ""


def _newest(state: JobState) -> MadeDataset | None:
    """The dataset that was made of the labels last; what failed does not count."""
    made = [one for one in state.datasets if one.state != NOT_MADE]
    return made[-1] if made else None
