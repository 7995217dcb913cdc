"""What became of it all, by what the stand-ins keep: lost, doubled, out of order."""

import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from bot.delivery.claims import Claims
from tests.faults.journals import Journal
from tests.faults.world import CHANNEL, World, word_of

_KINDS = {"Launched", "Completed", "Failed", "Stopped"}
STORY = ["Launched", "Completed"]  # the lines of a job that nothing happened to


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures. `rows` are the cards and lines that the bot wanted to say, `jobs` those that AWS
    has.
    """

    rows: int
    jobs: int
    lost: int
    duplicates: int
    out_of_order: int
    findings: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.duplicates or self.out_of_order)


class Calls:
    """Counts what Slack was asked for while a row runs: its journal keeps the last 20,000 entries
    only.
    """

    def __init__(self, world: World) -> None:
        self.seen: Counter[str] = Counter()
        self._spoiled: Counter[tuple[str, str]] = Counter()
        self._journal = Journal(world)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep_reading, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ending.set()
        self._thread.join()

    def dropped(self, operation: str) -> int:
        """How many answers to an operation were never given although it was done."""
        return self._spoiled[operation, "drop_after"]

    def read(self) -> None:
        """Count what came since the last time."""
        with self._lock:
            for entry in self._journal.more():
                self.seen[entry["operation"]] += 1
                if entry.get("fault"):
                    self._spoiled[entry["operation"], entry["fault"]] += 1

    def _keep_reading(self) -> None:
        while not self._ending.wait(2.0):
            with suppress(OSError):  # a busy machine; what is not read now is read the next time
                self.read()


def settled(world: World, asked: Iterable[str]) -> bool:
    """Whether every job that AWS has is over and told, nothing waits to be said, and every doubt is
    cleared.
    """
    if (
        Claims(world.db).waiting()
        or open_jobs(world)
        or count(world, _DOUBTS)
        or count(world, _OPEN_DATASETS)
    ):
        return False
    jobs = world.labeling_jobs()
    return all(jobs[name] == "Completed" for name in asked if name in jobs)


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
        words = [
            word for card in cards for line in threads[card["ts"]] for word in _words(line["text"])
        ]
        words = [word for word in words if word != "Dataset"]
        counted = Counter(words)
        if len(cards) != 1 or words != STORY or "Completed" not in cards[0]["text"]:
            findings.append(
                f"{name}: {len(cards)} cards, lines {words}, "
                f"{[card['text'][:60] for card in cards]}"
            )
        lost += (not cards) + sum(not counted[word] for word in STORY)
        lost += bool(cards) and not any("Completed" in card["text"] for card in cards)
        doubled += max(0, len(cards) - 1) + sum(
            number - 1 for number in counted.values() if number > 1
        )
        disordered += [word for word in STORY if word in counted] != list(dict.fromkeys(words))
    # A line that is broadcast stands in its thread and in the channel, and is one message.
    said = {
        message["ts"]: message
        for message in [*roots, *(line for lines in threads.values() for line in lines)]
    }
    known = Counter(_id(message) for message in said.values())
    doubled += sum(number - 1 for row, number in known.items() if row and number > 1)
    extra = sorted(set(jobs) - asked)
    if extra:
        doubled += len(extra)
        findings.append(f"jobs that nobody asked for: {extra}")
    return Verdict(
        rows=count(world, "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM thread)"),
        jobs=len(asked & set(jobs)),
        lost=lost,
        duplicates=doubled,
        out_of_order=disordered,
        findings=tuple(findings),
    )


def judge_datasets(world: World, taken: dict[str, str], asked: dict[str, str]) -> Verdict:
    """The same for datasets: the project of each, by the name of the job in whose thread it is
    told.
    """
    projects = {
        found["ProjectArn"].split("/")[1]: len(found.get("Datasets") or ())
        for page in world.rekognition.get_paginator("describe_projects").paginate()
        for found in page["ProjectDescriptions"]
    }
    cards = {
        root["text"].rpartition("job ")[2]: root["ts"]
        for root in world.roots()
        if "job " in root["text"]
    }
    lost, doubled, findings = 0, 0, []
    for name, project in asked.items():
        thread = world.thread(cards[name])[1:] if name in cards else []
        lines = [line["text"] for line in thread if word_of(line["text"]) == "Dataset"]
        told = [
            "ready" if " is ready" in text else "live" if ": Ready." in text else "?"
            for text in lines
        ]
        if not projects.get(project) and not told and name not in taken:
            continue
        if projects.get(project) != 1 or sorted(told) != ["live", "ready"]:
            findings.append(f"dataset of {name}: {projects.get(project, 0)} at AWS, told {lines}")
        lost += (not projects.get(project)) + sum(word not in told for word in ("live", "ready"))
        doubled += max(0, len(told) - len(set(told)))
    extra = sorted(set(projects) - set(asked.values()))
    if extra:
        findings.append(f"projects that nobody asked for: {extra}")
    return Verdict(0, sum(projects.values()), lost, doubled + len(extra), 0, tuple(findings))


def _id(message: dict[str, Any]) -> str:
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("id", ""))


def _words(text: str) -> list[str]:
    """What kinds of lines a message holds: its own, and in a digest those that were folded into
    it.
    """
    first, *others = text.split("\n")
    return [word_of(first), *(word for word in map(word_of, others) if word in _KINDS)]


def open_jobs(world: World) -> int:
    """How many jobs were asked for and are not over."""
    return count(
        world, f"SELECT count(*) FROM job WHERE channel = '{CHANNEL}' AND state NOT IN {_OVER}"
    )


_DOUBTS = "SELECT (SELECT count(recheck_at) FROM outbox) + (SELECT count(recheck_at) FROM thread)"
_OPEN_DATASETS = "SELECT count(*) FROM dataset WHERE state NOT IN ('ready', 'failed', 'refused')"
_OVER = "('completed', 'failed', 'stopped', 'refused')"


def unlaunched_jobs(world: World) -> int:
    """How many jobs AWS does not know yet, as far as the bot has noted."""
    return count(world, "SELECT count(*) FROM job WHERE state IN ('asked', 'launching')")


def fresh_jobs(world: World) -> int:
    """How many jobs no worker has begun to launch."""
    return count(world, "SELECT count(*) FROM job WHERE state = 'asked'")


def fresh_datasets(world: World) -> int:
    """How many datasets no worker has begun to import."""
    return count(world, "SELECT count(*) FROM dataset WHERE state = 'asked'")


def completed_jobs(world: World) -> list[str]:
    """The names of the jobs that the bot knows to be completed, the newest first."""
    with world.db.read() as session:
        query = "SELECT name FROM job WHERE state = 'completed' ORDER BY asked_at DESC LIMIT 100"
        return list(session.connection().execute(world.db.sql(query)).scalars())


def count(world: World, statement: str) -> int:
    """The one number that a statement gives."""
    with world.db.read() as session:
        return int(session.connection().execute(world.db.sql(statement)).scalar_one())
