"""Row 26: a running model costs money, so it is stopped at its end, whatever happens meanwhile.

One run after the other, each in weather of its own: the worker is killed the moment AWS has taken
the start, before or after the stop; AWS throttles half of all calls; the answers of starts and
stops are lost; the database's clock is set a day back or ahead in the middle. A worker that died is
followed by another. The stand-in says when each model ran: it must have run until its end, and not
beyond it by more than a start of a worker and a few looks take; and people are told once.
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.models.run_form import Wish
from bot.models.run_state import RunState
from bot.models.training import SPLIT, Training
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.forked import Nursery, Replica, nursery
from tests.faults.near import TEAM, Near
from tests.faults.world import CHANNEL, World, running, until

_PROJECT, _VERSION = "orchard-models", "v1"
_SECONDS = 12.0  # from the asking to the end; a start takes two of them
_LATE = 20.0  # seconds past the end at which a worker that was killed must have been followed
_EARLY = 1.5  # AWS's Date header has whole seconds
_DAY = 86_400.0
_COSTLY = {"STARTING", "RUNNING"}
_REKOGNITION = "*Rekognition*"


@dataclass(frozen=True, slots=True)
class Weather:
    """What goes wrong during one run: a step at which the worker dies, a fault at AWS, a jump of
    the database's clock in days.
    """

    name: str
    dies: str = ""
    fault: str = ""
    share: float = 0.0
    jump: float = 0.0


_WEATHER = (
    Weather("killed after the start, clock a day back", dies="after-start", jump=-1),
    Weather("killed before the stop, half throttled", "before-stop", "throttle", share=0.5),
    Weather("killed after the stop, clock a day ahead", dies="after-stop", jump=1),
    Weather("answers lost", fault="drop_after", share=0.4),
    Weather("killed before the start", dies="before-start"),
    Weather("errors and a clock a day back", fault="error_500", share=0.4, jump=-1),
)


def run(place: Place) -> Figures:
    """Train one model, and run it in every weather."""
    late: list[float] = []
    ran = 0
    findings: list[str] = []
    with nursery() as births, running(place.folder, place.database_url, pace=60.0) as world:
        near = Near(world)
        model_id = _trained(world, near)
        chosen = _WEATHER[: place.of(len(_WEATHER), 2)]
        for number, weather in enumerate(chosen):
            place.tell(f"{number} of {len(chosen)} runs: {weather.name}")
            went = _one(Stage(world, near, births, model_id), weather, number)
            late.append(went.late)
            ran += went.ran
            findings += [f"{weather.name}: {each}" for each in went.findings]
        near.bot.ground.db.close()
    counts: dict[str, int | float | str] = {
        "runs": len(late),
        "ran": ran,
        "latest_s": round(max(late), 1),
        "earliest_s": round(min(late), 1),
        "left_running": sum("runs on" in each for each in findings),
    }
    return Figures(counts, not findings and ran > 0, tuple(findings))


@dataclass(frozen=True, slots=True)
class Went:
    """How one run went: by how many seconds it ended too late, whether it ran at all (a busy
    machine may start it too late), and what is wrong with it.
    """

    late: float
    ran: bool
    findings: list[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a run is played."""

    world: World
    near: Near
    births: Nursery
    model_id: str

    def worker(self, name: str, dies: str = "") -> Replica:
        """A worker that begins now, and dies at this step."""
        bot = self.world.forked(self.births, name, role="worker", LABELJOB_FAILPOINT=dies)
        bot.start()
        return bot

    def ask(self, number: int) -> str:
        """Mara asks for a run; its id."""
        accept = self.near.bot.models.accept_run
        offered = ((self.model_id, "model"),)
        wish = Wish(
            model_id=self.model_id, seconds=round(_SECONDS), channel=CHANNEL, offered=offered
        )
        who = self.near.bot.ground.access.who(TEAM, "U0MARA", CHANNEL)
        run_, _new = accept.accept(wish, who, TEAM, f"run:{number}")
        return run_.id

    def known(self, run_id: str) -> RunState:
        """What the bot knows of a run."""
        return self.near.bot.models.status.run(run_id).state


def _one(stage: Stage, weather: Weather, number: int) -> Went:
    """One run."""
    bot = stage.worker(f"worker-{number}", weather.dies)
    run_id = stage.ask(number)
    end, over, spoiled, deaths = time.time() + _SECONDS, 0.0, False, 0
    while time.time() < end + _LATE:
        if not bot.alive():
            deaths += 1
            bot = stage.worker(f"worker-{number}-{deaths}")
        status = _status(stage.world)
        if status == "RUNNING" and not spoiled:
            spoiled = True
            _spoil(stage.world, weather)
        if spoiled and not over and status != "RUNNING":
            over = time.time()
        if status not in _COSTLY and stage.known(run_id).ended:
            break
        time.sleep(0.1)
    left = _status(stage.world)
    stage.world.no_faults()
    until(lambda: stage.known(run_id).ended, 60, "the end to be known")
    bot.kill()
    found = []
    if left in _COSTLY:
        found.append(f"it runs on {_LATE:.0f} s past its end: {left}")
    if over and over < end - _EARLY:
        found.append(f"it ended {end - over:.1f} s before its end")
    if spoiled:
        found += _told_and_died(stage, weather, deaths)
    return Went((over or end) - end, spoiled, found)


def _told_and_died(stage: Stage, weather: Weather, deaths: int) -> list[str]:
    """What is wrong with what was to happen on the way."""
    found = []
    if weather.dies and not deaths:
        found.append(f"no worker died at {weather.dies}")
    with suppress(PracticeError):  # what a worker that was killed held is free a moment later
        until(lambda: _told(stage), 30, "its end to be told")
    if (told := _told(stage)) != 1:
        found.append(f"its end was told {told} times")
    return found


def _spoil(world: World, weather: Weather) -> None:
    """What goes wrong from now on, as long as it runs."""
    if weather.fault:
        world.fault(_REKOGNITION, weather.fault, aws=True, probability=weather.share, seed=7)
    if weather.jump:
        _jump(world, weather.jump * _DAY)


def _told(stage: Stage) -> int:
    """How often the newest run's end stands in its thread, once what is due is said."""
    stage.near.sender.drain()
    cards = [root for root in stage.world.roots() if f"{_VERSION}: Stopped" in root["text"]]
    if not cards:
        return 0
    lines = stage.world.thread(cards[-1]["ts"])[1:]
    return sum("is stopped." in line["text"] for line in lines)


def _jump(world: World, seconds: float) -> None:
    """The database's clock is set by so much: its moments lie elsewhere then."""
    with world.db.write() as session:
        moved = world.db.sql(
            "UPDATE run SET ends_at = ends_at - :s, next_try_at = CASE WHEN next_try_at > 0 THEN "
            "next_try_at - :s ELSE 0 END, version = version + 1"
        )
        session.connection().execute(moved, {"s": seconds})


def _status(world: World) -> str:
    """How the model is at AWS, by the stand-in's own tables: no fault is in the way."""
    with world.services.aws.store.read() as rows:
        found = rows.execute("SELECT status FROM project_version").fetchone()
    return str(found["status"])


def _trained(world: World, near: Near) -> str:
    """A model that was trained by the bot from a split training set; its id."""
    sources = _sources(world)
    lines = "".join(json.dumps(_labeled(each, n)) + "\n" for n, each in enumerate(sources))
    world.services.aws.objects.write(
        seed.RAW, "models/train.manifest", lines.encode(), "application/x-ndjson"
    )
    aws = world.rekognition
    project = aws.create_project(ProjectName=_PROJECT)["ProjectArn"]
    place = {"S3Object": {"Bucket": seed.RAW, "Name": "models/train.manifest"}}
    made = aws.create_dataset(
        ProjectArn=project, DatasetType="TRAIN", DatasetSource={"GroundTruthManifest": place}
    )["DatasetArn"]
    until(
        lambda: (
            aws.describe_dataset(DatasetArn=made)["DatasetDescription"]["Status"]
            == "CREATE_COMPLETE"
        ),
        60,
        "the training set",
    )
    models = near.bot.models
    training = Training(
        project=_PROJECT,
        version_name=_VERSION,
        test=SPLIT,
        output_uri=f"s3://{seed.OUT}/models/",
        agreed=True,
        channel=CHANNEL,
        team_id=TEAM,
        asked_by="U0MARA",
        asked_by_name="Mara",
    )
    models.accept_training.accept(training, "train")

    def trained() -> str:
        _no_pauses(world)
        models.train.round()
        models.train.watch()
        offered = models.accept_run.wish(TEAM, CHANNEL).offered
        return offered[0][0] if offered else ""

    return str(until(trained, 120, "a trained model"))


def _no_pauses(world: World) -> None:
    with world.db.write() as session:
        session.connection().execute(world.db.sql("UPDATE model SET next_try_at = 0"))


def _sources(world: World) -> list[str]:
    """The pictures of the practice workspace's first manifest."""
    body = world.services.aws.objects.read(seed.RAW, "first-basket.manifest") or b""
    return [json.loads(line)["source-ref"] for line in body.decode().splitlines() if line]


def _labeled(source: str, number: int) -> dict[str, Any]:
    metadata = {
        "class-name": ("ripe", "unripe")[number % 2],
        "confidence": 1,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-07-02T09:14:31.120411",
    }
    return {"source-ref": source, "ripe": number % 2, "ripe-metadata": metadata}


_PROMISE = "a model is stopped at its end, whatever happens meanwhile"
ROW = Row(26, "models that cost money", _PROMISE, run)
