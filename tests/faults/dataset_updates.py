"""Row 27: many lines for a dataset that stands, while the worker dies at every step of a piece,
somebody else changes the dataset, AWS throttles and its answers are lost.

A manifest of several pieces is sent to a dataset of two pictures. The worker is killed the moment
AWS has taken the first piece, right before the second, then in the middle of whatever it does. In
the end the stand-in, which takes no call beyond AWS's limit, must hold every picture once, with the
label of its line, and nothing else; and people are told once.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator

from bot.datasets.records import Dataset
from bot.datasets.source import Source
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.forked import Nursery, nursery
from tests.faults.near import TEAM, Near
from tests.faults.world import CHANNEL, World, running, until

_LINES = 100_000
_FEWEST = 4_000
_PADDING = 10_000_000  # bytes in all lines: the short form has several pieces too
_OPERATION = "Rekognition.UpdateDatasetEntries"
_DEATHS = ("after-update", "before-update")
_PATIENCE = 900.0
_STRANGER = "stranger"


def run(place: Place) -> Figures:
    """The row."""
    lines = place.of(place.of(_LINES), _FEWEST)  # the short form has a hundredth
    with nursery() as births, running(place.folder, place.database_url, pace=60.0) as world:
        near = Near(world)
        dataset = _ready(world, near)
        more = _put(world, "more", lines)
        who = near.bot.ground.access.who(TEAM, "U0MARA", CHANNEL)
        near.bot.datasets.updates.add(dataset, more, who)
        deaths = _sent(world, near, births, dataset, place)
        told = _told(world, near)
        labels = _entries(world, dataset)
        calls = _calls(world)
        near.bot.ground.db.close()
    wanted = {f"more-{number}": _label(number) for number in range(lines)}
    wanted |= {f"first-{number}": _label(number) for number in range(2)}
    wanted[_STRANGER] = _label(0)
    found = Counter(name for name, _ in labels)
    figures: dict[str, int | float | str] = {
        "lines": lines,
        "kills": deaths,
        "calls": calls,
        "missing": len(wanted.keys() - found.keys()),
        "doubled": sum(count - 1 for count in found.values()),
        "strange": len(found.keys() - wanted.keys()),
        "wrong_labels": sum(wanted.get(name) != label for name, label in labels),
        "told": told,
    }
    bad = ("missing", "doubled", "strange", "wrong_labels")
    kept = not any(figures[each] for each in bad) and told == 1 and deaths > len(_DEATHS)
    return Figures(figures, kept)


def _sent(world: World, near: Near, births: Nursery, dataset: Dataset, place: Place) -> int:
    """Have the lines sent, by one worker after the other; how many of them died."""
    deaths = 0
    for step in _DEATHS:
        bot = world.forked(births, f"worker-{deaths}", role="worker", LABELJOB_FAILPOINT=step)
        bot.start()
        if not bot.wait(_PATIENCE):
            raise PracticeError(f"no worker died at {step}")
        place.tell(f"a worker died at {step}")
        deaths += 1
    theirs = json.dumps(_line(_STRANGER, 0)) + "\n"
    until(lambda: not _busy(world, dataset), _PATIENCE, "the first piece")
    world.rekognition.update_dataset_entries(
        DatasetArn=dataset.arn, Changes={"GroundTruth": theirs.encode()}
    )
    world.fault(_OPERATION, "throttle", aws=True, probability=0.5, seed=place.seed)
    bot = world.forked(births, "worker-throttled", role="worker")
    bot.start()
    time.sleep(2.0)
    bot.kill()
    deaths += 1
    world.no_faults()
    world.fault(_OPERATION, "drop_after", aws=True, times=1)
    world.forked(births, "worker-last", role="worker").start()
    until(lambda: _told(world, near), _PATIENCE, "the end to be told")
    return deaths


def _busy(world: World, dataset: Dataset) -> bool:
    described = world.rekognition.describe_dataset(DatasetArn=dataset.arn)["DatasetDescription"]
    return bool(described["Status"].endswith("_IN_PROGRESS"))


def _told(world: World, near: Near) -> int:
    """How often the end stands in the dataset's thread."""
    near.sender.drain()
    cards = [root for root in world.roots() if root["text"].startswith("Dataset growing:")]
    lines = world.thread(cards[0]["ts"])[1:] if cards else []
    return sum("more lines" in line["text"] for line in lines)


def _entries(world: World, dataset: Dataset) -> list[tuple[str, str]]:
    """Every entry's picture and label, from the stand-in's own tables."""
    with world.services.aws.store.read() as rows:
        found = rows.execute(
            "SELECT source_ref, labels FROM dataset_entry WHERE dataset = ?", (dataset.arn,)
        ).fetchall()
    return [
        (
            row["source_ref"].rpartition("/")[2].removesuffix(".jpg"),
            next(iter(json.loads(row["labels"]))),
        )
        for row in found
    ]


def _calls(world: World) -> int:
    return len(world.journal(_OPERATION, aws=True))


def _ready(world: World, near: Near) -> Dataset:
    """A dataset of two pictures that the bot has made."""
    source = Source(
        name="growing",
        project="growing",
        manifest_uri=_put(world, "first", 2),
        channel=CHANNEL,
        team_id=TEAM,
        asked_by="U0MARA",
        asked_by_name="Mara",
    )
    accepted = near.bot.datasets.accept.accept(source, "near:growing").dataset

    def made() -> Dataset | None:
        near.bot.datasets.load.round()
        near.bot.datasets.watch.round()
        near.sender.drain()
        now = near.bot.datasets.status.dataset(accepted.id)
        return now if now and now.state.ended else None

    found: Dataset = until(made, 60, "the dataset")
    return found


def _put(world: World, name: str, lines: int) -> str:
    """A manifest of so many pictures in S3; its address."""
    body = b"".join(_bytes(name, lines))
    world.services.aws.objects.write(
        seed.RAW, f"updates/{name}.manifest", body, "application/x-ndjson"
    )
    return f"s3://{seed.RAW}/updates/{name}.manifest"


def _bytes(name: str, lines: int) -> Iterator[bytes]:
    for number in range(lines):
        padding = "j" * (_PADDING // max(lines, _FEWEST))
        yield json.dumps(_line(f"{name}-{number}", number, padding)).encode() + b"\n"


def _label(number: int) -> str:
    return ("ripe", "unripe")[number % 2]


def _line(picture: str, number: int, padding: str = "j") -> dict[str, object]:
    metadata = {
        "class-name": _label(number),
        "confidence": 1,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-07-02T09:14:31.120411",
        "job-name": padding,
    }
    return {
        "source-ref": f"s3://{seed.RAW}/updates/{picture}.jpg",
        "fruit": number % 2,
        "fruit-metadata": metadata,
    }


_PROMISE = "lines for a dataset arrive once each, whatever happens on the way"
ROW = Row(27, "lines in pieces", _PROMISE, run, short=("sqlite",))
