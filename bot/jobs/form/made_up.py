"""What the bot makes up of the few answers that a person gives: name, title, description, and the
time for a task (pure).

Promises to the review: nothing of it was typed, all of it fits the engine's limits, and the same
answers always give the same.
"""

import re
import unicodedata
from datetime import datetime

import msgspec

from bot.base.as_typed import unseen_sign
from bot.base.blocks import cut, in_a_row
from bot.engines.task_type import CHECK, MORE
from bot.jobs.draft import MADE_UP, Draft
from bot.jobs.form.asked import Asked
from bot.jobs.form.rules import DESCRIPTION_MAX, TITLE_LAST, TITLE_MAX
from bot.jobs.form.tiles import WORDS
from bot.jobs.places import MANIFEST_ENDINGS, TEXT_ENDINGS

_SLUG = 40  # ours: a name is read in lists, and 63 letters of it are not
_LABELS_NAMED = 5
_RESULTS = "/manifests/output/output.manifest"  # Ground Truth: below a job's folder
_KEPT_BY_ENGINE = ("-metadata", "-ref")


def made_up(asked: Asked) -> Draft:
    """The draft with what nobody wrote made of the rest."""
    makers = {
        "title": _title,
        "description": _description,
        "task_time_limit_s": _task_time,
        "job_name": _name,
    }
    for member, make in makers.items():
        if member in asked.draft.made_up:
            asked = asked.but(**{member: make(asked)})
    return asked.draft


def as_shown(draft: Draft, read: Draft) -> Draft:
    """The draft of a page that stays as it is, for something on it has a fault: what was made up
    anew is not on it, and what is made up there and comes back was not written by anybody.
    """
    return msgspec.structs.replace(draft, **{each: getattr(read, each) for each in MADE_UP})


def until_due(asked: Asked, now: datetime) -> Draft:
    """The draft with its time limit as it follows from the moment when it is due."""
    draft = asked.draft
    if not draft.due:
        return draft
    return asked.but(availability_s=round(draft.due - now.timestamp())).draft


def slug(text: str) -> str:
    """Words as a name: letters a to z, digits, single hyphens; 40 characters at most, cut between
    words; "" where no letter is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    whole = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(whole) <= _SLUG:
        return whole
    short, hyphen, _rest = whole[: _SLUG + 1].rpartition("-")
    return short if hyphen else whole[:_SLUG]


def _name(asked: Asked) -> str:
    draft = asked.draft
    words = f"{_data(draft)} {' '.join(draft.labels)}"
    if "title" not in draft.made_up:
        words = draft.title
    name = slug(words) or slug(asked.draft.task_type) or "job"
    if name.endswith(_KEPT_BY_ENGINE):
        name = f"{name}-job"
    numbered = re.fullmatch(rf"{re.escape(name)}-\d+", draft.job_name)
    return draft.job_name if numbered else name  # found to be free before


def _title(asked: Asked) -> str:
    draft, kind = asked.draft, asked.kind
    if kind is None:
        return ""
    named = list(draft.labels[:_LABELS_NAMED])
    labels = in_a_row(named)
    if len(draft.labels) > len(named):
        labels = f"{labels} and {len(draft.labels) - len(named)} more"
    task = kind.title
    if kind.tile == MORE:  # what it is called in the form says nothing to workers
        task = kind.default_title or kind.title
    elif kind.tile != CHECK:
        task = WORDS[kind.tile][0]
    words = ": ".join(filter(None, (task, labels)))
    data = _data(draft)
    if data:
        words = f"{words} ({data})"
    return cut(_one_line(words), TITLE_MAX)


def _description(asked: Asked) -> str:
    kind = asked.kind
    if kind is None:
        return ""
    return cut(_one_line(kind.default_description or kind.summary), DESCRIPTION_MAX)


def _task_time(asked: Asked) -> int:
    return asked.kind.task_time_s if asked.kind else Draft().task_time_limit_s


def _data(draft: Draft) -> str:
    """What the data is called: its folder, its manifest without the ending, or the job whose
    results it is.
    """
    if draft.brought:
        return draft.brought[0].name.rpartition(".")[0]
    last = draft.input_uri.removesuffix(_RESULTS).rstrip("/").rpartition("/")[2]
    for ending in (*MANIFEST_ENDINGS, *TEXT_ENDINGS):
        last = last.removesuffix(ending)
    return last


def _one_line(text: str) -> str:
    """Words on one line, of signs that a title may hold and that people see."""
    line = " ".join("".join(sign for sign in text if sign <= TITLE_LAST).split())
    if not unseen_sign(line):
        return line
    return " ".join("".join(sign for sign in line if not unseen_sign(sign)).split())
