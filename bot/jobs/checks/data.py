"""Can the data be labeled: it is there, it has the right form, and it is not too much."""

from bot.jobs.checks.check import Check, Seen, Sight, look_at
from bot.jobs.draft import Draft
from bot.jobs.inputs import Inputs


def _ask(draft: Draft, sight: Sight) -> Seen:
    kind = sight.engine.task_types[draft.task_type]
    found = Inputs(sight.storage, sight.allowed).read(draft, kind)
    return Seen(look_at(found.notes), objects=found.objects, skipped=found.skipped)


DATA = Check(
    name="data can be labeled",
    place=2,
    page=1,
    field="input_uri",
    words="the data",
    ask=_ask,
    needs=("category", "task_type"),
    before_launch=False,  # it is read again as its manifest is made
)
