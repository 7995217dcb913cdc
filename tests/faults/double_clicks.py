"""Row 5: the same form sent two to ten times at once, to two replicas, and at times once more when
all is over.

A double click, two tabs, an impatient second try: one job, one card, one answer.
"""

import random
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.fronts import Reply
from tests.faults.journals import Journal
from tests.faults.redelivery import made_jobs
from tests.faults.replicas import Pair, pair
from tests.faults.world import until

_MOST = 10
_AFTER_TIMEOUT = 0.3  # share of the rounds in which somebody presses once more, later
_SETTLE = 300.0


def press(pair_: Pair, rounds: int, seed: int) -> Figures:
    """That many forms, each sent several times at once."""
    chance, world = random.Random(seed), pair_.world
    at_aws, asked = Journal(world, aws=True), Counter[str]()
    names = [f"twice-{number}" for number in range(rounds)]
    statuses: Counter[int] = Counter()
    unlike: list[str] = []
    sent = 0
    with ThreadPoolExecutor(_MOST) as pool:
        for name in names:
            replies = _one(pair_, pool, name, chance)
            sent += len(replies)
            statuses.update(reply.status for reply in replies)
            answers = {reply.body for reply in replies if reply.status == 200}
            if len(answers) != 1:
                unlike.append(f"{name}: {len(answers)} different answers of {len(replies)}")
            made_jobs(at_aws, asked)

    def all_made() -> bool:
        made_jobs(at_aws, asked)
        return set(names) <= set(world.labeling_jobs()) and _cards(world.roots())[names[-1]] > 0

    with suppress(PracticeError):
        until(all_made, _SETTLE, "a labeling job for every form")
    jobs, cards = world.labeling_jobs(), _cards(world.roots())
    lost = [name for name in names if name not in jobs or not cards[name]]
    twice = [name for name in names if cards[name] > 1 or asked[f"job {name}"] > 1]
    extra = sorted({name for name in jobs if name.startswith("twice-")} - set(names))
    return Figures(
        {
            "rounds": rounds,
            "submissions": sent,
            "jobs": len(set(names) & set(jobs)),
            "lost": len(lost),
            "twice": len(twice) + len(extra),
            "asked_to_try_again": statuses[503],
        },
        not (lost or twice or extra or unlike) and set(statuses) <= {200, 503},
        (f"statuses: {dict(statuses)}", *unlike[:10], *lost[:10], *twice[:10], *extra[:10]),
    )


def _one(pair_: Pair, pool: ThreadPoolExecutor, name: str, chance: random.Random) -> list[Reply]:
    """One form, sent two to ten times at once; the answers. Somebody who is told to try again
    does.
    """
    payload = pair_.submission(name)
    futures: list[Future[Reply]] = [
        pool.submit(pair_.fronts[number % 2].send, payload, "payload")
        for number in range(chance.randint(2, _MOST))
    ]
    replies = [future.result() for future in futures]
    if chance.random() < _AFTER_TIMEOUT:
        time.sleep(chance.uniform(0.0, 0.5))
        replies.append(pair_.fronts[chance.randrange(2)].send(payload, "payload"))
    while not any(reply.status == 200 for reply in replies) and len(replies) < 3 * _MOST:
        time.sleep(0.5)
        replies.append(pair_.fronts[0].send(payload, "payload"))
    return replies


def _cards(roots: list[dict[str, str]]) -> Counter[str]:
    """How many cards each job has."""
    return Counter(root["text"].rpartition("job ")[2] for root in roots if "job " in root["text"])


def run(place: Place) -> Figures:
    """The row."""
    with pair(place.folder, place.database_url) as pair_:
        return press(pair_, place.of(200), place.seed)


ROW = Row(
    5,
    "double clicks",
    "a form that is sent many times at once makes one job",
    run,
    short=("postgresql",),
)
