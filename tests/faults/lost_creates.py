"""Row 3: lost replies of CreateLabelingJob: every job that was asked for exists at AWS once, under
its own name.

Several launchers, as in several replicas, each in a thread of this process. The reply of every
other create is lost after AWS has done it, some are throttled, refused with 500 or lost before AWS
saw them; the next try finds out which.
"""

import threading
import time
from contextlib import suppress

from bot.base.errors import LabeljobError
from bot.jobs.records import Job
from tests.faults.book import Figures, Place, Row
from tests.faults.near import Near
from tests.faults.world import World, running

_CREATES = 500
_LAUNCHERS = 4
_PATIENCE = 900.0
_CREATE = "*CreateLabelingJob"
_WEATHER = (("drop_after", 0.5), ("drop_before", 0.05), ("throttle", 0.05), ("error_500", 0.05))


def run(place: Place) -> Figures:
    """Ask, launch, and count what stands at AWS."""
    creates = place.of(_CREATES)
    with running(place.folder, place.database_url) as world:
        for number, (fault, share) in enumerate(_WEATHER):
            world.fault(_CREATE, fault, aws=True, probability=share, seed=place.seed + number)
        near = Near(world)
        jobs = [near.accept(f"create-{number}") for number in range(creates)]
        _launch_all(place, world, near)
        hits = {rule["fault"]: rule["hits"] for rule in world.control("faults", aws=True)["faults"]}
        at_aws = set(world.labeling_jobs())
        known = [near.job(job) for job in jobs]
        near.bot.ground.db.close()
    return _figures(known, at_aws, hits)


def _figures(jobs: list[Job], at_aws: set[str], hits: dict[str, int]) -> Figures:
    names = {job.name for job in jobs}
    refused = [
        f"{job.name}: {job.state.cause}" for job in jobs if job.state.state in {"refused", "failed"}
    ]
    unknown = [job.name for job in jobs if not job.arn or job.set_aside]
    counts: dict[str, int | float | str] = {
        "creates": len(jobs),
        "jobs": len(at_aws),
        "extra": len(at_aws - names),
        "lost": len(names - at_aws),
        "refused": len(refused),
        "not_adopted": len(unknown),
        "dropped_replies": hits["drop_after"],
        "other_faults": sum(hits.values()) - hits["drop_after"],
    }
    kept = at_aws == names and not refused and not unknown and hits["drop_after"] > 0
    return Figures(counts, kept, (*refused[:10], *unknown[:10]))


def _launch_all(place: Place, world: World, near: Near) -> None:
    """Launchers at work until no job waits for one."""
    launchers = [near, *(Near(world) for _ in range(_LAUNCHERS - 1))]
    ending = threading.Event()
    threads = [threading.Thread(target=_launch, args=(each, ending)) for each in launchers]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and (left := _waiting(world)):
        place.tell(f"{left} jobs wait for AWS")
        ending.wait(0.2)
    ending.set()
    for thread in threads:
        thread.join()
    for each in launchers[1:]:
        each.bot.ground.db.close()


def _launch(near: Near, ending: threading.Event) -> None:
    while not ending.is_set():
        with suppress(LabeljobError):
            near.bot.jobs.launch.round()
        ending.wait(0.05)


def _waiting(world: World) -> int:
    with world.db.write() as session:
        run_ = session.connection().execute
        run_(world.db.sql("UPDATE job SET next_try_at = 0 WHERE next_try_at > 0"))
        waiting = (
            "SELECT count(*) FROM job WHERE state IN ('asked', 'launching') AND set_aside IS NULL"
        )
        return int(run_(world.db.sql(waiting)).scalar_one())


ROW = Row(
    3,
    "lost replies of creates",
    "A labeling job whose reply was lost is adopted, never made twice",
    run,
)
