"""Jobs that begin where another ended (pure): its labels judged, corrected, gone on with, or asked
for anew.

Promises to the actions and to the form: a draft filled with what chaining demands, from a job of
ours, one that is followed, or any labeled manifest (a model's predictions); what cannot be chained
is refused with words before a window opens.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import msgspec

from bot.base.blocks import in_a_row
from bot.base.errors import Refusal
from bot.engines.particulars import Particulars
from bot.engines.task_type import TaskType
from bot.jobs.draft import (
    SAMPLE,
    Chain,
    Draft,
    begun_with,
    final_attribute,
    without_source,
)
from bot.jobs.form.made_up import slug
from bot.jobs.form.rules import NAME_MAX, free_name
from bot.jobs.lifecycle import REFUSED, JobState
from bot.manifests.labels_there import Labeled

VERIFY, ADJUST, CONTINUE, AGAIN = "verify", "adjust", "continue", "again"
HOWS = (VERIFY, ADJUST, CONTINUE, AGAIN)
VERDICTS = ("good", "bad")
"""What workers say of a label that they judge; the form shows them, to be changed."""


class NothingToChain(Refusal):
    """Nothing can be made of this job's labels in this way."""


def type_for(how: str, kind: TaskType, types: Mapping[str, TaskType]) -> TaskType | None:
    """The task type of the job that comes after one of `kind`; None where there is none."""
    if how in {CONTINUE, AGAIN}:
        return kind
    audits = [one for one in types.values() if one.audits == (kind.audits or kind.id)]
    if how == ADJUST:
        return next((one for one in audits if one.fixes), None)
    judging = [one for one in audits if not one.fixes]
    frozen = [one for one in audits if "may_edit" in one.asks]
    return next(iter(judging or frozen), None)


def possible(kind: TaskType | None, types: Mapping[str, TaskType]) -> tuple[str, ...]:
    """What can come after a job of that type, as far as task types tell."""
    if kind is None:
        return ()
    return tuple(how for how in HOWS if type_for(how, kind, types) is not None)


def due(how: str, hows: Iterable[str], state: JobState) -> bool:
    """Whether it makes sense now: the job is over, and left labels, or objects without."""
    if how not in hows or not state.ended or state.state == REFUSED or state.withdrawn:
        return False
    if how == CONTINUE:
        return bool(state.labeled) and state.labeled < state.total
    return bool(state.labeled)


def why_not(how: str, hows: Iterable[str], state: JobState, name: str) -> str:
    """Why `due` says no, and what can be done; `name` is the job's."""
    if how not in hows:
        return f"No task type can {how} labels of the kind that {name} has."
    if not state.ended:
        return f"{name} is not over yet. It can be taken for this when it is."
    if not state.labeled:
        return f"{name} left no labels."
    return (
        f"Everything of {name} has a label: nothing is left to go on with. /labeljob again {name} "
        "asks for all of it once more."
    )


def after_job(  # noqa: PLR0913 - a job, and what is to come of it
    how: str,
    earlier: Draft,
    types: Mapping[str, TaskType],
    *,
    job_id: str,
    manifest: str,
    labels: tuple[str, ...],
    taken: Iterable[str],
    user_id: str,
) -> Draft:
    """The draft of the job that comes after `earlier`, whose results are `manifest`.

    `labels` are those of the labels that are looked at, as far as anybody knows them; `taken` are
    names that are in use.

    Raises:
        NothingToChain: no task type does this to such labels.

    """
    kind = types.get(earlier.task_type)
    made = type_for(how, kind, types) if kind else None
    if kind is None or made is None:
        raise NothingToChain(
            f"No task type can {how} labels of {kind.title.lower() if kind else 'this kind'}."
        )
    name = free_name(_named(earlier.job_name, how), taken)
    root_id = earlier.chain.root_id if earlier.chain else job_id
    chain = Chain(job_id, root_id, earlier.job_name, how, labels)
    draft = _on_results(begun_with(earlier, name, user_id), chain, manifest)
    draft = msgspec.structs.replace(draft, into=earlier.into)
    if how == AGAIN:
        return draft
    if how == CONTINUE:
        return msgspec.structs.replace(draft, label_attribute=final_attribute(earlier, kind))
    judged = bool(kind.audits) and not kind.fixes
    audited = earlier.particulars.audited if judged else final_attribute(earlier, kind)
    return _audit(draft, made, how, audited, labels)


def _on_results(draft: Draft, chain: Chain, manifest: str) -> Draft:
    """The draft over the results of the job before it; their words are this job's own. Its name
    tells where it comes from, and is not made up of its labels.
    """
    return msgspec.structs.replace(
        draft,
        made_up=tuple(member for member in draft.made_up if member != "job_name"),
        chain=chain,
        input_uri=manifest,
        input_kind="manifest",
        slash_added=False,
        whole="",
        label_attribute="",
        more={},
        taken_type="",
        taken_labels=(),
    )


def on_manifest(draft: Draft, manifest: str, name: str) -> Draft:
    """The draft over a manifest that no job of ours wrote, under a name of its own."""
    kept = {name: said for name, said in without_source(draft.more).items() if name != SAMPLE}
    return msgspec.structs.replace(
        draft,
        job_name=name,
        made_up=tuple(member for member in draft.made_up if member != "job_name"),
        chain=None,
        input_uri=manifest,
        input_kind="manifest",
        slash_added=False,
        whole="",
        brought=(),
        label_attribute="",
        more=kept,
        taken_type="",
        taken_labels=(),
    )


def after_labels(how: str, draft: Draft, labeled: Labeled, types: Mapping[str, TaskType]) -> Draft:
    """A draft whose manifest carries `labeled`, filled so that these labels are judged or
    corrected: predictions of a model become first drafts.

    Raises:
        NothingToChain: no task type does this to such labels.

    """
    kind = _type_of(labeled, types)
    made = type_for(how, kind, types) if kind else None
    if made is None:
        raise NothingToChain(f"No task type can {how} labels of {labeled.type}.")
    return _audit(draft, made, how, labeled.attribute, labeled.labels)


def after_any(
    how: str, draft: Draft, labeled: Sequence[Labeled], types: Mapping[str, TaskType]
) -> Draft:
    """As `after_labels`, of the last of several labels that this can be done with.

    Raises:
        NothingToChain: no task type does this to any of them.

    """
    for one in reversed(labeled):
        with suppress(NothingToChain):
            return after_labels(how, draft, one, types)
    kinds = in_a_row([one.type for one in labeled])
    raise NothingToChain(f"No task type can {how} labels of {kinds}.")


def name_over(manifest: str, how: str) -> str:
    """A name for the job over a manifest: s3://b/july/predictions.manifest becomes
    "predictions-adjust".
    """
    stem = manifest.rpartition("/")[2].partition(".")[0]
    return _named(slug(stem) or "labels", how)


def asked_anew(draft: Draft, labeled: Labeled, types: Mapping[str, TaskType]) -> Draft:
    """A draft whose manifest carries `labeled`, filled so that people choose among these labels
    without seeing them: there are kinds of labels that no task type corrects (classes).

    Raises:
        NothingToChain: no task type gives such labels.

    """
    kind = _type_of(labeled, types)
    if kind is None:
        raise NothingToChain(f"No task type gives labels of {labeled.type}.")
    return msgspec.structs.replace(
        draft,
        category=kind.category,
        task_type=kind.id,
        particulars=_asked_of(kind, draft.particulars),
        title=kind.default_title,
        description=kind.default_description,
        labels=labeled.labels,
        task_time_limit_s=kind.task_time_s,
    )


def _type_of(labeled: Labeled, types: Mapping[str, TaskType]) -> TaskType | None:
    """The task type whose results such labels are."""
    return next(
        (
            one
            for one in types.values()
            if one.metadata_type == labeled.type and one.metadata_type and not one.audits
        ),
        None,
    )


def _audit(draft: Draft, made: TaskType, how: str, audited: str, labels: tuple[str, ...]) -> Draft:
    """The draft as an audit, with words of its own: who corrects has the labels that were there."""
    judges = how == VERIFY and not made.fixes
    kept = _asked_of(made, draft.particulars)
    particulars = msgspec.structs.replace(kept, audited=audited, may_edit=how != VERIFY)
    if "may_edit" not in made.asks:
        particulars = msgspec.structs.replace(particulars, may_edit=True)
    return msgspec.structs.replace(
        draft,
        category=made.category,
        task_type=made.id,
        particulars=particulars,
        title=made.default_title,
        description=made.default_description,
        labels=VERDICTS if judges else labels,
        short_instructions=None,
        full_instructions=None,
        examples=(),
        task_time_limit_s=made.task_time_s,
        extras=msgspec.structs.replace(draft.extras, auto_label=False, first_model=""),
    )


def _asked_of(kind: TaskType, particulars: Particulars) -> Particulars:
    """The particulars that a task type asks for, and no others."""
    return Particulars(**{name: getattr(particulars, name) for name in kind.asks})


def _named(name: str, how: str) -> str:
    """A name that tells where the job comes from: "ripe-july" becomes "ripe-july-verify"."""
    if how == AGAIN:
        return name
    suffix = f"-{how}"
    return name[: NAME_MAX - len(suffix)].rstrip("-") + suffix
