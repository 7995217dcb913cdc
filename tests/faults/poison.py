"""Row 14: a few jobs among many that AWS has lost, forbids, answers with rubbish or not at all, or
never makes.

The others are told as ever. Each bad one is set aside after eight tries (one without an answer
after an hour of looks, here a few seconds) and its thread told once; when its cause is gone,
`/labeljob retry` takes it up again and it ends like the others.
"""

from contextlib import suppress

from bot.sandbox.workspace.person import PracticeError
from tests.faults.book import Figures, Place, Row
from tests.faults.journals import Journal, of
from tests.faults.near import Near
from tests.faults.one_by_one import Evil, OneByOne
from tests.faults.oracle import STORY
from tests.faults.world import CHANNEL, World, running, until

_EVILS: tuple[Evil, ...] = ("deleted", "denied", "garbage", "silent", "never made")
_TRIES = 8
_SETTLE = 240.0
# the first words of the lines "Paused after errors" and "Resumed by"
_ASIDE, _TAKEN_UP = "Paused", "Resumed"
_WATCHED = [STORY[0], _ASIDE]


def run(place: Place) -> Figures:
    """The row."""
    jobs = place.of(100, 10)
    names = [f"job-{number:02}" for number in range(jobs)]
    bad = dict(zip(names[:: jobs // len(_EVILS)], _EVILS, strict=False))
    good = [name for name in names if name not in bad]
    with (
        running(place.folder, place.database_url) as world,
        OneByOne(world.services.aws_url).open() as door,
    ):
        near = Near(world)
        door.bad |= bad
        for name in names:
            near.accept(name)
        near.bot.ground.db.close()
        world.start(
            "one", role="worker", AWS_ENDPOINT_URL=door.url, LABELJOB_QUARANTINE_SILENCE="3"
        )
        world.start("front", role="web")
        wanted = {
            name: [_ASIDE] if evil == "never made" else _WATCHED for name, evil in bad.items()
        }
        wanted |= dict.fromkeys(good, STORY)
        before = _told(world, wanted)
        tries = dict(door.tries)
        later = [*_hurt(before, wanted), *_asked_again(world, door, tries)]
        door.bad.clear()
        for name in bad:
            world.mara.command(CHANNEL, "/labeljob", f"retry {name}")
        ended = {
            name: [*wanted[name], _TAKEN_UP, *(w for w in STORY if w not in wanted[name])]
            for name in bad
        }
        wanted |= ended
        after = _told(world, wanted)
    others = sum(after[name] == STORY for name in good)
    revived = sum(after[name] == ended[name] for name in bad)
    return Figures(
        {
            "jobs": jobs,
            "bad": len(bad),
            "others_told_in_full": others,
            "set_aside_and_told_once": sum(before[name].count(_ASIDE) == 1 for name in bad),
            "fewest_tries": min(tries.get(name, 0) for name in bad),
            "revived": revived,
        },
        not later
        and others == len(good)
        and revived == len(bad)
        and all(tries.get(name, 0) >= _TRIES for name in bad),
        (*later, *_hurt(after, wanted), f"evils: {bad}, tries: {tries}"),
    )


def _told(world: World, wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the threads say as soon as they say what is wanted, or what they say in the end."""
    told: dict[str, list[str]] = {}

    def all_told() -> bool:
        with (
            world.db.write() as session
        ):  # what may pass is tried again at once, not in up to five minutes
            session.connection().execute(
                world.db.sql("UPDATE job SET next_try_at = 0 WHERE next_try_at > 0")
            )
        told.update(
            {name: world.lines(name) for name, words in wanted.items() if told.get(name) != words}
        )
        return told == wanted

    with suppress(PracticeError):
        until(all_told, _SETTLE, "every thread to tell its story")
    return {name: world.lines(name) for name in wanted}


def _hurt(told: dict[str, list[str]], wanted: dict[str, list[str]]) -> list[str]:
    return [
        f"{name}: {told[name]} instead of {words}"
        for name, words in wanted.items()
        if told[name] != words
    ]


def _asked_again(world: World, door: OneByOne, tries: dict[str, int]) -> list[str]:
    """The jobs that are set aside and asked about all the same, while the worker goes on (it lists
    the teams).
    """
    journal, lists = Journal(world, aws=True), [0]

    def went_on() -> bool:
        lists[0] += len(of(journal.more(), "SageMaker.ListWorkteams"))
        return lists[0] > 1

    until(went_on, 60, "the worker to go on")
    return [
        f"{name} is set aside and was asked about again"
        for name, many in door.tries.items()
        if many > tries[name]
    ]


ROW = Row(
    14,
    "poison jobs",
    "one bad job stops nobody, is told once, and can be taken up again",
    run,
    short=("postgresql",),
)
