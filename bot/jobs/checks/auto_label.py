"""What automated labeling costs and needs, where it was asked for."""

from bot.base.blocks import count
from bot.jobs.checks.check import REVIEW_PAGE, Check, Seen, Sight, blocks, look_at
from bot.jobs.draft import Draft
from bot.jobs.form.more_rules import few_for_model

_ADVISED = 5_000  # Ground Truth: objects from which on automated labeling is advised


def _ask(draft: Draft, sight: Sight) -> Seen:
    if lacking := few_for_model(draft.objects):  # a folder's are counted after the form's own rules
        return blocks(lacking, "auto_label")
    place, noun = sight.engine.names.place, sight.kind(draft).noun
    costs = (
        f"Automated labeling costs extra: {place} trains a model on machines of its own and runs "
        f"it over the {noun}s, which is paid for beside every labeled {noun}."
    )
    few = ""
    if draft.objects is not None and draft.objects < _ADVISED:
        few = (
            f"{count(draft.objects, noun)}: automated labeling is advised from {_ADVISED:,} on. "
            "With fewer, people may label nearly all of them. Leave it out under More where that "
            "is not worth its price."
        )
    return Seen(look_at(costs, few))


AUTO_LABEL = Check(
    name="automated labeling is worth it",
    place=20,
    page=REVIEW_PAGE,
    field="auto_label",
    words="automated labeling",
    ask=_ask,
    before_launch=False,  # nothing is counted anew there
    applies=lambda draft, _sight: draft.extras.auto_label,
)
