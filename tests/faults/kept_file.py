"""Row 22: S3 gives one job's manifest only when everybody else's jobs are done; the worker is one process.

The others, asked for one after another while the file is waited for, are launched, labeled and told in full meanwhile.
Then the file comes, and its job is launched once.
"""

from contextlib import suppress

from bot.sandbox import seed
from bot.sandbox.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.near import Near
from tests.faults.one_by_one import OneByOne
from tests.faults.oracle import STORY
from tests.faults.world import World, running, until

_FILE = "boxes/boxes.manifest"
_KEPT = "kept"
_SETTLE = 180.0


def run(place: Place) -> Figures:
    """The row."""
    others = [f"other-{number:02}" for number in range(place.of(20, 4))]
    with running(place.folder, place.database_url) as world, OneByOne(world.services.aws_url).open() as door:
        near = Near(world)
        world.start("one", role="worker", AWS_ENDPOINT_URL=door.url)
        door.keep(_FILE)
        near.accept(_KEPT, f"s3://{seed.RAW}/{_FILE}")
        waited = door.someone_waits(_SETTLE)
        for name in others:
            near.accept(name)
        meanwhile = _told(world, others, STORY)
        early = _KEPT in world.labeling_jobs()
        door.give()
        after = _told(world, [_KEPT], STORY[:1])[_KEPT]
        extra = set(world.labeling_jobs()) - {_KEPT, *others}
        near.bot.db.close()
    launched = after[:1] == STORY[:1]
    hurt = [f"{name}: {lines}" for name, lines in meanwhile.items() if lines != STORY]
    if not launched:
        hurt.append(f"{_KEPT}: {after}")
    return Figures(
        {
            "kept_files": int(waited and not early),
            "others": len(others),
            "others_told_meanwhile": sum(lines == STORY for lines in meanwhile.values()),
            "launched_when_it_came": int(launched),
            "extra": len(extra),
        },
        waited and not early and not hurt and not extra,
        tuple(hurt),
    )


def _told(world: World, names: list[str], story: list[str]) -> dict[str, list[str]]:
    """What the threads say as soon as they tell this much of the story, or what they say in the end."""
    with suppress(PracticeError):
        until(lambda: all(world.lines(name)[: len(story)] == story for name in names), _SETTLE, "the threads' stories")
    return {name: world.lines(name) for name in names}


ROW = Row(22, "a file that does not come", "one job's file delays nobody else's job", run)
