"""Can the data be labeled: it is there, it has the right form, and it is not too much."""

from bot.jobs.checks.check import Check, Seen, Sight, look_at
from bot.jobs.data.takes import in_zips
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.finding import Finding, Kind
from bot.jobs.inputs import Input, Inputs, in_several, too_much_at_once

REPEATS = "repeats"
"""The fix: a new manifest beside the old, in which each object stands once."""


def _ask(draft: Draft, sight: Sight) -> Seen:
    kind = sight.kind(draft)
    if draft.brought:
        counted = in_zips(draft.brought, kind, sight.storage)
        return Seen(look_at(counted.left_out), objects=counted.objects)
    found = Inputs(sight.storage, sight.allowed).read(draft, kind)
    findings = (
        *_labeled(final_attribute(draft, kind), found),
        *_noted(found),
        *several(found.objects, draft, sight),
    )
    return Seen(findings, objects=found.objects, skipped=found.skipped, texts=found.texts)


def _noted(found: Input) -> list[Finding]:
    """What was read that is worth a look."""
    if not found.notes:
        return []
    return [Finding(Kind.LOOK_AT, found.notes, fix=REPEATS if found.repeats else "")]


def several(objects: int, draft: Draft, sight: Sight) -> list[Finding]:
    """So many objects become several jobs; a streaming job is always one."""
    kind, place = sight.kind(draft), sight.engine.names.place
    if draft.extras.streaming:
        words = too_much_at_once(objects, kind, place)
        return [Finding(Kind.BLOCKS, words)] if words else []
    words = in_several(objects, kind, place)
    return [Finding(Kind.LOOK_AT, words)] if words else []


def _labeled(name: str, found: Input) -> list[Finding]:
    """Ground Truth labels no line that has the label attribute already."""
    if not found.labeled:
        return []
    said = (
        f"{found.labeled:,} of {found.objects:,} will not be labeled: their lines have “{name}” "
        "already."
    )
    if found.labeled < found.objects:
        words = f"{said} Keep it to label the rest only, or choose another label attribute."
        return [Finding(Kind.LOOK_AT, words)]
    return [
        Finding(Kind.BLOCKS, f"{said} Choose another label attribute.", field="label_attribute")
    ]


DATA = Check(
    name="data can be labeled",
    place=2,
    page=1,
    field="input_uri",
    words="the data",
    ask=_ask,
    fine="form and size of the data",
    needs=(
        "category",
        "task_type",
        "job_name",
        "label_attribute",
        "output_uri",
        "files_1",
        "store",
    ),
    before_launch=False,  # it is read again as its manifest is made
)
