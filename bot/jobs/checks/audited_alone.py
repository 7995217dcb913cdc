"""Does an audit's manifest carry other labels besides the audited ones."""

from bot.base.s3_uri import S3Uri
from bot.jobs.checks.check import FINE, REVIEW_PAGE, Check, Seen, Sight
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.finding import Finding, Kind
from bot.manifests.labels_there import labels_there

ALONE = "audited-alone"
"""The fix: a new manifest beside the old, in which lines carry the audited labels alone."""


def looked_at(draft: Draft, sight: Sight) -> tuple[str, str]:
    """The label attributes that such a job works with: the audited one, and its own, by which it
    knows what is done already.
    """
    return draft.particulars.audited, final_attribute(draft, sight.kind(draft))


def _ask(draft: Draft, sight: Sight) -> Seen:
    attributes = looked_at(draft, sight)
    there = labels_there(sight.storage.chunks(S3Uri.parse(draft.input_uri)))
    others = ", ".join(f"“{one.attribute}”" for one in there if one.attribute not in attributes)
    if not others:
        return FINE
    # UNSURE: seen by people of AWS's own (a script of theirs takes the other labels out first);
    # no page of the documentation says so, nor that it was mended.
    words = (
        f"Lines carry other labels than “{attributes[0]}” too: {others}. "
        f"{sight.engine.names.place} was seen to fail the objects of such jobs that nobody "
        "changed. A manifest of the labels that are looked at alone is safer; the others are put "
        "back into its results."
    )
    return Seen((Finding(Kind.LOOK_AT, words, fix=ALONE),))


def _applies(draft: Draft, sight: Sight) -> bool:
    kind = sight.engine.task_types.get(draft.task_type)
    is_manifest = draft.input_kind == "manifest" and not draft.brought
    return bool(kind and kind.audits and draft.particulars.audited and is_manifest)


AUDITED_ALONE = Check(
    name="an audit's lines carry the audited labels alone",
    place=22,
    page=REVIEW_PAGE,
    field="audited",
    words="whether the lines carry other labels",
    ask=_ask,
    needs=("input_uri",),
    before_launch=False,  # it blocks nothing
    applies=_applies,
)
