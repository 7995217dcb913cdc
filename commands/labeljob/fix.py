"""[Fix and retry] of a job that was refused: its form once more, as it was filled, with what was
wrong on top.
"""

from bot.base.errors import Fault, Refusal
from bot.jobs.actions import FIX
from bot.jobs.form import pages
from bot.jobs.lifecycle import REFUSED
from commands.doing import Answer, Ask, Opens, does


class NotRefused(Refusal):
    """This job was not refused, so there is nothing to fix. [Duplicate] opens its form again."""


@does(FIX)
def fix(ask: Ask) -> Answer:
    """The first page over a draft like the job's; its name is free again."""
    job, accept = ask.named, ask.jobs.accept
    ask.access.require(FIX.right, ask.at_home(), asked_by=job.asked_by)
    ask.access.check_here(job.channel)
    if job.state.state != REFUSED:
        raise NotRefused
    draft_id, draft = accept.again(job, ask.who.user_id, mended=True)
    page = accept.form.page_one(draft, draft_id, faults=[Fault("", job.state.cause)])
    return Opens(pages.numbered(page, ask.stories.new_id()))
