"""Row 7: workers that freeze for longer than their lease and wake in the middle of what others did
meanwhile.

Four workers on one database, each aimed at a step: most freeze between their last look at the clock
and the post, where only the duplicate check can help, the others after a post, after a claim,
before a create, or at any moment. Each stands still until its lease is over and another may have
done its work; then it goes on. While this lasts, lines are said in many threads, cards are edited
again and again, jobs are launched and watched, and Slack refuses some deletions with 429 and breaks
others off.
"""

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bot.base.clock import new_id
from bot.base.db import DatabaseSilent
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.forked import Nursery, Replica, nursery
from tests.faults.journals import Journal
from tests.faults.near import TEAM, Near
from tests.faults.oracle import Verdict, count, judge, open_jobs, settled
from tests.faults.world import CHANNEL, World, running, until

_FREEZES = 200
_LEASE = 2.0
_DUPLICATE_WAIT = 6.0
_LAUNCH_LEASE = 2 * _LEASE  # see bot.work.tries
_AIMS = (
    ("before-post:3:stop", "before-post:3:stop", "posted:5:stop", ""),
    ("before-post:2:stop", "before-post:4:stop", "claimed:7:stop", "before-post:1:stop"),
    ("", "before-post:2:stop", "before-create:1:stop", "before-post:5:stop"),
    ("before-post:6:stop", "", "before-post:1:stop", "after-describe:3:stop"),
)
_PATIENCE = 6.0  # seconds that a worker may take to reach the step at which it is to freeze
_THREADS = 12
_WAITING = 30  # lines that shall wait to be said at any time
_OPEN = 3
_SETTLE = 120.0
_SETTINGS: dict[str, Any] = {
    "LABELJOB_LEASE": str(_LEASE),
    "LABELJOB_DUPLICATE_WAIT": str(_DUPLICATE_WAIT),
    "LABELJOB_SEND_GAP": "0.2",
}


@dataclass
class Talk:
    """What was to be said: how many lines in each thread, and the last wish for each card."""

    outbox: Outbox
    lines: list[int] = field(default_factory=lambda: [0] * _THREADS)
    cards: list[int] = field(default_factory=lambda: [0] * _THREADS)
    jobs: list[str] = field(default_factory=list)

    def more(self, world: World, number: int) -> None:
        """One line more in a thread, and now and then another wish for its card."""
        subject = Subject(TEAM, "talk", f"talk{number}")
        line = self.lines[number] + 1
        card = self.cards[number] + (line % 3 == 1)
        with world.db.write() as session:
            if card != self.cards[number]:
                self.outbox.show(session, subject, CHANNEL, Message(f"talk {number} card {card}"))
            self.outbox.say(
                session, subject, CHANNEL, Message(f"line {line}"), key=f"talk{number}-{line}"
            )
        self.lines[number], self.cards[number] = line, card


@dataclass
class Freezes:
    """How many are still wanted, and at which steps there were some."""

    left: int
    seen: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, aim: str) -> None:
        """A worker stood still."""
        with self.lock:
            self.seen[aim.partition(":")[0] or "any-moment"] += 1
            self.left -= 1


@dataclass
class Posts:
    """Every post that Slack took, by the row it carries, and every deletion: when, by Slack's
    journal.
    """

    journal: Journal
    posted: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    deleted: dict[str, float] = field(default_factory=dict)

    def read(self) -> None:
        """What came since the last time."""
        for entry in self.journal.more():
            asked, answer = entry["request"], entry["response"]
            if not isinstance(answer, dict) or not answer.get("ok"):
                continue
            if entry["operation"] == "chat.postMessage":
                row = str(asked["metadata"]["event_payload"]["id"])
                self.posted.setdefault(row, []).append((answer["ts"], entry["at"]))
            elif entry["operation"] == "chat.delete":
                self.deleted[asked["ts"]] = entry["at"]

    def duplicates(self) -> int:
        """How many posts were second ones."""
        return sum(len(posts) - 1 for posts in self.posted.values())

    def longest(self) -> float:
        """For how many seconds a message could be read twice, at worst."""
        lives = [
            self.deleted.get(ts, time.time()) - max(at for _, at in posts)
            for posts in self.posted.values()
            if len(posts) > 1
            for ts, _at in posts
            if ts in self.deleted
        ]
        return max(0.0, *lives) if lives else 0.0


def run(place: Place) -> Figures:
    """Freeze, wake, let everything be told, and judge."""
    freezes = Freezes(place.of(_FREEZES))
    with nursery() as births, running(place.folder, place.database_url) as world:
        posts = Posts(Journal(world))
        talk = Talk(Outbox(world.db, new_id))
        near = Near(world)
        world.fault("chat.delete", "throttle", probability=0.15, seed=place.seed, retry_after=1)
        world.fault("chat.delete", "error_500", probability=0.1, seed=place.seed)
        _freeze_all(place, world, births, freezes, talk, near, posts)
        world.no_faults()
        last = world.forked(births, "last", role="worker", **_SETTINGS)
        last.start()
        with suppress(PracticeError):
            until(lambda: settled(world, talk.jobs), _SETTLE, "everything to be told")
        posts.read()
        verdict = judge(world, talk.jobs, talk.jobs)
        lost, disorder, stale, findings = _heard(world, talk)
        near.bot.ground.db.close()
        last.kill()
    return _figures(freezes, posts, verdict, (lost, disorder, stale), findings)


def _figures(
    freezes: Freezes,
    posts: Posts,
    verdict: Verdict,
    heard: tuple[int, int, int],
    findings: list[str],
) -> Figures:
    lost, disorder, stale = heard
    counts: dict[str, int | float | str] = {
        "freezes": freezes.seen.total(),
        "frozen_at": ",".join(f"{step}:{number}" for step, number in sorted(freezes.seen.items())),
        "rows": verdict.rows,
        "duplicates_seen": posts.duplicates(),
        "duplicates_left": verdict.duplicates,
        "longest_twin_s": round(posts.longest(), 1),
        "lost": lost + verdict.lost,
        "out_of_order": disorder + verdict.out_of_order,
        "old_cards": stale,
        "jobs": verdict.jobs,
    }
    kept = verdict.clean and not lost and not disorder and not stale and posts.longest() <= 60
    return Figures(counts, kept, (*verdict.findings, *findings))


def _freeze_all(  # noqa: PLR0917 - what takes part
    place: Place,
    world: World,
    births: Nursery,
    freezes: Freezes,
    talk: Talk,
    near: Near,
    posts: Posts,
) -> None:
    """Four workers freeze in turn while there is always something to say."""
    wanted = freezes.left
    chance = random.Random(place.seed)
    workers = [
        threading.Thread(
            target=_keep_freezing,
            args=(world, births, number, freezes, random.Random(chance.random())),
            daemon=True,
        )
        for number in range(len(_AIMS))
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        with suppress(DatabaseSilent):  # SQLite: one froze with the lock in its hands
            _say_more(world, talk, near, chance)
        posts.read()
        place.tell(f"{wanted - freezes.left} of {wanted} freezes, {posts.duplicates()} duplicates")
        workers[0].join(0.3)


def _say_more(world: World, talk: Talk, near: Near, chance: random.Random) -> None:
    """Keep some lines waiting, and a job being launched or watched."""
    for _ in range(max(0, _WAITING - _waiting(world))):
        talk.more(world, chance.randrange(_THREADS))
    if open_jobs(world) < _OPEN:
        name = f"freeze-{len(talk.jobs)}"
        near.accept(name)
        talk.jobs.append(name)


def _keep_freezing(
    world: World, births: Nursery, number: int, freezes: Freezes, chance: random.Random
) -> None:
    """One worker after another, each with its own aim, frozen three times."""
    lives = 0
    while freezes.left > 0:
        aim = _AIMS[number][lives % len(_AIMS[number])]
        more: dict[str, Any] = {"LABELJOB_FAILPOINT": aim} if aim else {}
        bot = world.forked(births, f"worker{number}", role="worker", **_SETTINGS, **more)
        bot.start()
        began = 0.0
        try:
            for _ in range(3):
                if freezes.left > 0 and _frozen(bot, aim, chance):
                    began = began or time.monotonic()
                    freezes.note(aim)
                    _hold(world, bot, aim, chance)
            # a duplicate that it posts after that is its own to find
            if began and time.monotonic() - began > _DUPLICATE_WAIT:
                _let_it_finish(bot)
        finally:
            bot.kill()
        lives += 1


def _let_it_finish(bot: Replica) -> None:
    """Give it the time to end what it was doing, however often it freezes in it."""
    end = time.monotonic() + 2 * _LEASE
    while bot.alive() and time.monotonic() < end:
        if bot.frozen:
            bot.wake()
        bot.wait(0.1)


def _frozen(bot: Replica, aim: str, chance: random.Random) -> bool:
    """Whether it stands still: by itself at its step, or by us."""
    if aim:
        return bot.wait(_PATIENCE, frozen=True)
    bot.wait(chance.uniform(0.5, 1.5))
    bot.freeze()
    return bot.wait(_PATIENCE, frozen=True)


def _hold(world: World, bot: Replica, aim: str, chance: random.Random) -> None:
    """Keep it still until its lease is over and another has had the time to do its work."""
    lease = _LAUNCH_LEASE if aim.startswith(("before-create", "after-describe")) else _LEASE
    bot.wait(lease)
    end = time.monotonic() + _PATIENCE
    while aim.startswith("before-post") and _abandoned(world) and time.monotonic() < end:
        bot.wait(0.1)
    bot.wait(chance.uniform(0.2, 1.0))
    bot.wake()
    end = time.monotonic() + _PATIENCE
    while bot.frozen and bot.alive() and time.monotonic() < end:
        bot.wait(0.02)


def _heard(world: World, talk: Talk) -> tuple[int, int, int, list[str]]:
    """Of the talk: lines that do not stand, lines that stand too early, cards that show an old
    wish.
    """
    lost, disorder, stale, findings = 0, 0, 0, []
    roots = [root for root in world.roots() if root["text"].startswith("talk ")]
    for number in range(_THREADS):
        cards = [root for root in roots if root["text"].startswith(f"talk {number} ")]
        said = [_numbers(line) for root in cards for line in world.thread(root["ts"])[1:]]
        numbers = [each for line in said for each in line]
        lost += talk.lines[number] - len(set(numbers))
        wrong = sum(a > b for a, b in pairwise(numbers))
        disorder += wrong
        shown = [card["text"] for card in cards]
        old = shown != [f"talk {number} card {talk.cards[number]}"] * bool(talk.cards[number])
        stale += old
        if wrong or old or len(numbers) != talk.lines[number]:
            findings.append(
                f"talk {number}: {talk.lines[number]} lines, {talk.cards[number]} cards; {shown}: "
                f"{numbers}"
            )
    return lost, disorder, stale, findings


def _numbers(line: dict[str, Any]) -> list[int]:
    """The numbers of the lines in a message (a digest holds several)."""
    return [int(words.split()[1]) for words in line["text"].split("\n")]


def _waiting(world: World) -> int:
    """How many lines are still to be said."""
    return count(world, "SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')")


def _abandoned(world: World) -> int:
    """How many rows stand still with a sender whose lease is over, and nobody has taken them up
    yet.
    """
    over = "SELECT count(*) FROM {} WHERE state = 'sending' AND lease_until < :now"
    return count(world, over.format("outbox")) + count(world, over.format("thread"))


_PROMISE = "A worker that froze and woke leaves no duplicate, loses nothing and shows nothing old"
ROW = Row(7, "freezes", _PROMISE, run, short=("postgresql",))
