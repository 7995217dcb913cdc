"""Is the name free: at the engine and among our own jobs."""

from datetime import datetime

from bot.base.errors import Transient
from bot.engines.protocol import NameTaken
from bot.jobs.checks.check import FINE, Check, Held, Seen, Sight, blocks
from bot.jobs.draft import Draft
from bot.jobs.form.rules import free_name, name_taken


def _ask(draft: Draft, sight: Sight) -> Seen:
    name = draft.job_name
    since = sight.held.holder(name)
    if since is None:
        try:
            sight.engine.check_name(name)
        except NameTaken as taken:
            since = taken.since
        else:
            return FINE
    near = _near(name, sight)
    if "job_name" in draft.made_up:  # nobody chose it: another will do
        return Seen(name=free_name(name, {*near, name}))
    return _taken(name, since, near)


def _ours(draft: Draft, held: Held) -> Seen:
    """Whether a job of ours holds it, which the engine may not know yet."""
    since = held.holder(draft.job_name)
    return FINE if since is None else _taken(draft.job_name, since, held.near(draft.job_name))


def _near(name: str, sight: Sight) -> set[str]:
    """Names near it that are taken; the engine being busy must not hide that this one is."""
    try:
        taken = sight.engine.taken_names(name)
    except Transient:
        taken = set()
    return taken | sight.held.near(name)


def _taken(name: str, since: datetime | None, near: set[str]) -> Seen:
    """With a free name near it."""
    return blocks(name_taken(name, near, day(since)).text)


def day(moment: datetime | None) -> str:
    """A day in words; "" for none."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


NAME_FREE = Check(
    name="name is free",
    place=1,
    page=1,
    field="job_name",
    words="whether the name is free",
    ask=_ask,
    fine="name",
    at_submit=_ours,
    applies=lambda _draft, sight: not sight.engine.abilities.names_again,
    # the job's own name is held by itself; making it finds out who else has it
    before_launch=False,
)
