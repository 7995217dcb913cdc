"""What became of it all, by what the stand-ins keep: lost, doubled, out of order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.delivery.claims import Claims
from tests.faults.world import CHANNEL, World, word_of

STORY = ["Launched", "Completed"]  # the lines of a job that nothing happened to


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures. `rows` are the cards and lines that the bot wanted to say; `looked` how often it had to look."""

    rows: int
    lost: int
    duplicates: int
    out_of_order: int
    dropped: int
    looked: int
    findings: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.duplicates or self.out_of_order)


def settled(world: World, asked: Iterable[str]) -> bool:
    """Whether every job that AWS has is over and told, and nothing waits to be said."""
    jobs = world.labeling_jobs()
    if any(jobs[name] != "Completed" for name in asked if name in jobs):
        return False
    return Claims(world.db).waiting() == 0 and not _open_jobs(world)


def judge(world: World, taken: Iterable[str], asked: Iterable[str]) -> Verdict:
    """Compare what people were told was taken with what stands at Slack and AWS."""
    taken, asked = set(taken), set(asked)
    jobs, roots = world.labeling_jobs(), world.roots()
    threads = {root["ts"]: world.thread(root["ts"])[1:] for root in roots}
    lost, doubled, disordered, findings = 0, 0, 0, []
    for name in sorted(asked):
        if name not in jobs:
            if name in taken:
                lost += 1
                findings.append(f"{name} was taken and AWS has no such job")
            continue
        cards = [root for root in roots if root["text"].endswith(f"job {name}")]
        words = [word_of(line["text"]) for card in cards for line in threads[card["ts"]]]
        counted = Counter(words)
        if len(cards) != 1 or words != STORY or "Completed" not in cards[0]["text"]:
            findings.append(f"{name}: {len(cards)} cards, lines {words}, {[card['text'][:60] for card in cards]}")
        lost += (not cards) + sum(not counted[word] for word in STORY)
        lost += bool(cards) and not any("Completed" in card["text"] for card in cards)
        doubled += max(0, len(cards) - 1) + sum(number - 1 for number in counted.values() if number > 1)
        disordered += [word for word in STORY if word in counted] != list(dict.fromkeys(words))
    known = Counter(_id(message) for message in [*roots, *(line for lines in threads.values() for line in lines)])
    doubled += sum(number - 1 for row, number in known.items() if row and number > 1)
    extra = sorted(set(jobs) - asked)
    if extra:
        doubled += len(extra)
        findings.append(f"jobs that nobody asked for: {extra}")
    posts = world.journal("chat.postMessage")
    looks = [*world.journal("conversations.replies"), *world.journal("conversations.history")]
    return Verdict(
        rows=_count(world, "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM thread)"),
        lost=lost,
        duplicates=doubled,
        out_of_order=disordered,
        dropped=sum(entry.get("fault") == "drop_after" for entry in posts),
        looked=len(looks),
        findings=tuple(findings),
    )


def _id(message: dict[str, Any]) -> str:
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("id", ""))


def _open_jobs(world: World) -> int:
    return _count(world, f"SELECT count(*) FROM job WHERE channel = '{CHANNEL}' AND state NOT IN {_OVER}")


_OVER = "('completed', 'failed', 'stopped', 'refused')"


def _count(world: World, statement: str) -> int:
    with world.db.read() as session:
        return int(session.connection().execute(world.db.sql(statement)).scalar_one())
