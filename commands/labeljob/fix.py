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
    """The page over a draft like the job's; its name is free again."""
    job = ask.named
    ask.access.require(FIX.right, ask.at_home(), asked_by=job.asked_by)
    ask.access.check_here(job.channel)
    if job.state.state != REFUSED:
        raise NotRefused
    draft_id, draft = ask.jobs.begin.again(job, ask.who.user_id, mended=True)
    page = ask.jobs.accept.page(draft, draft_id, [Fault("", job.state.cause)])
    return Opens(pages.numbered(page, ask.stories.new_id()))
