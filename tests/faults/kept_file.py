"""Row 22: S3 gives one job's manifest only when everybody else's jobs are done; the worker is one
process.

The others, asked for one after another while the file is waited for, are launched, labeled and told
in full meanwhile. Then the file comes, and its job is launched once.
"""

from contextlib import suppress

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
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
    with (
        running(place.folder, place.database_url) as world,
        OneByOne(world.services.aws_url).open() as door,
    ):
        near = Near(world)
        world.start("one", role="worker", AWS_ENDPOINT_URL=door.url)
        door.keep(_FILE)
        near.accept(_KEPT, f"s3://{seed.RAW}/{_FILE}")
        waited = door.someone_waits(_SETTLE)
        for name in others:
            near.accept(name)
        untold = _untold(world, others, STORY)
        early = _KEPT in world.labeling_jobs()
        door.give()
        late = _untold(world, [_KEPT], STORY[:1])
        extra = set(world.labeling_jobs()) - {_KEPT, *others}
        near.bot.ground.db.close()
    return Figures(
        {
            "kept_files": int(waited and not early),
            "others": len(others),
            "others_told_meanwhile": len(others) - len(untold),
            "launched_when_it_came": int(not late),
            "extra": len(extra),
        },
        waited and not (early or untold or late or extra),
        tuple(f"{name} was not told in full" for name in (*untold, *late)),
    )


def _untold(world: World, names: list[str], story: list[str]) -> list[str]:
    """The jobs whose threads do not say all these words in the end; lines may be folded into one
    message.
    """
    untold = names

    def all_told() -> bool:
        nonlocal untold
        untold = [name for name in untold if not _told(world, name, story)]
        return not untold

    with suppress(PracticeError):
        until(all_told, _SETTLE, "the threads' stories")
    return untold


def _told(world: World, name: str, story: list[str]) -> bool:
    cards = [root for root in world.roots() if root["text"].endswith(f"job {name}")]
    said = " ".join(line["text"] for card in cards for line in world.thread(card["ts"])[1:])
    return all(word in said for word in story)


ROW = Row(22, "a file that does not come", "one job's file delays nobody else's job", run)
