"""[Duplicate] of any job: the form filled as for that one, under a free name."""

from bot.jobs.actions import DUPLICATE
from bot.jobs.form import pages
from commands.doing import Answer, Ask, Opens, does


@does(DUPLICATE)
def duplicate(ask: Ask) -> Answer:
    """The page over a draft like the job's; the new job belongs to the same channel."""
    job = ask.named
    ask.access.require(DUPLICATE.right, ask.at_home())
    ask.access.check_here(job.channel)
    draft_id, draft = ask.jobs.begin.again(job, ask.who.user_id)
    page = ask.jobs.accept.page(draft, draft_id)
    return Opens(pages.numbered(page, ask.stories.new_id()))
