"""Which jobs a labeling team has been told of (pure).

Promises to the queue: a job that joins a list which stands already is news once, and jobs that join
within ten minutes share one line.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.people.work_team import Listing

SHARED_S = 600.0


def relisted(before: Listing, open_jobs: Sequence[str], now: datetime, *, stands: bool) -> Listing:
    """What is listed after a look at the jobs that are open now; `stands` says whether a list was
    shown before, or the team's queue was empty.
    """
    if not stands:
        return Listing(tuple(open_jobs), now)
    if not before.jobs:  # listed by a version that kept no notes
        return Listing(tuple(open_jobs))
    fresh = tuple(one for one in open_jobs if one not in before.jobs)
    if not fresh:
        return before
    joined, since = fresh, now
    if before.joined_at and (now - before.joined_at).total_seconds() < SHARED_S:
        joined, since = before.joined + fresh, before.joined_at
    return Listing(before.jobs + fresh, before.since, joined, since)
