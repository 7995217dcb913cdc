"""Whom do the instructions mention: their names, which workers read where Slack shows a mention."""

from bot.base.mentions import mentioned_in
from bot.jobs.checks.check import Check, Seen, Sight
from bot.jobs.draft import Draft


def _mentioned(draft: Draft) -> set[tuple[str, str]]:
    return {*mentioned_in(draft.short_instructions), *mentioned_in(draft.full_instructions)}


def _ask(draft: Draft, sight: Sight) -> Seen:
    """A name that is not known now stays as it was known before."""
    names = {
        key: sight.name_of(kind, key) or draft.names.get(key, "")
        for kind, key in sorted(_mentioned(draft))
    }
    return Seen(names={key: name for key, name in names.items() if name})


MENTIONS = Check(
    name="mentions have names",
    place=13,
    page=1,
    field="short_instructions",
    words="whom the instructions mention",
    ask=_ask,
    applies=lambda draft, _sight: bool(_mentioned(draft)),
)
