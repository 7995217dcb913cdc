"""Do labels and instructions fit each other: instructions that name what is no label send workers
looking for it.

Read are the words before a colon at the beginning of a line, as in "Overripe: brown spots", and,
where a label stands in quotation marks, what else stands in them. It is a look at, never a reason
to refuse: such words may be meant otherwise.
"""

import re

from bot.base.blocks import rich_words
from bot.jobs.checks.check import FINE, REVIEW_PAGE, Check, Seen, Sight, look_at
from bot.jobs.draft import Draft

_WORDS = 3  # a label before a colon is short
_NAMED = 5
_USUAL = {
    *("good", "bad", "not good", "right", "wrong", "do", "don't", "do not", "yes", "no"),
    *("good example", "bad example", "example", "examples", "for example", "e.g", "note", "notes"),
    *("hint", "hints", "tip", "tips", "important", "remember", "attention", "how", "when"),
    *("rule", "rules", "step", "task", "labels", "label", "question", "answer", "why", "what"),
}


_QUOTED = re.compile('[“"„`]([^“”"„`]{1,80})[”"“`]')


def _leads(text: str) -> list[str]:
    """The words before a colon at the beginning of each line."""
    found: list[str] = []
    for line in text.splitlines():
        lead, colon, _rest = line.strip(" •-*0123456789.").partition(":")
        short = 0 < len(lead.split()) <= _WORDS
        if colon and short and lead.strip().casefold() not in _USUAL:
            found.append(lead.strip())
    return list(dict.fromkeys(found))


def strangers(draft: Draft) -> list[str]:
    """What the instructions name like labels that are not there.

    Said only where they name labels at all: one that is there, or several that are not.
    """
    known = {label.casefold() for label in draft.labels}
    texts = [
        rich_words(text, draft.names)
        for text in (draft.short_instructions, draft.full_instructions)
    ]
    leads = [lead for text in texts for lead in _leads(text)]
    unknown = [lead for lead in leads if lead.casefold() not in known]
    if len(unknown) == len(leads) and len(unknown) < 2:  # noqa: PLR2004 - one may be anything
        unknown = []
    quoted = [one.strip(" .,") for text in texts for one in _QUOTED.findall(text)]
    others = [one for one in quoted if one.casefold() not in known]
    if len(others) < len(quoted):
        unknown += [one for one in others if 0 < len(one.split()) <= _WORDS]
    return list(dict.fromkeys(unknown))


def _ask(draft: Draft, _sight: Sight) -> Seen:
    found = strangers(draft)
    if not found:
        return FINE
    named = ", ".join(f"“{one}”" for one in found[:_NAMED])
    return Seen(
        look_at(
            f"The instructions speak of {named}, and no label is called so. Add what is missing to "
            "the labels, or change the instructions."
        )
    )


LABELS_FIT = Check(
    name="labels and instructions fit",
    place=12,
    page=REVIEW_PAGE,
    field="labels",
    words="whether labels and instructions fit each other",
    ask=_ask,
    fine="labels and instructions",
    applies=lambda draft, _sight: bool(draft.labels),
    before_launch=False,
)
