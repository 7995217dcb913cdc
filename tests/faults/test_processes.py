"""Processes and sockets that end: what was taken is told, by whoever is there."""

import threading
from typing import Any

from bot.base.clock import new_id
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from tests.faults.world import CHANNEL, World, ask, order, until, word_of

JOB = Subject("T0ORCHARD", "job", "many")


def test_cut_sockets_lose_nothing(sqlite_world: World) -> None:
    """Without this, every reconnect of Socket Mode would swallow what people asked at that
    moment.
    """
    world = sqlite_world
    world.start()
    ending = threading.Event()

    def cut() -> None:
        while not ending.wait(0.7):
            world.control("disconnect", {"cut": True})

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        taken = [ask(world.mara, order(f"cut-{number}")) for number in range(3)]
    finally:
        ending.set()
        cutting.join()
    assert taken == [True] * 3
    until(lambda: len(world.labeling_jobs()) == 3, what="three labeling jobs at AWS")


def test_sigterm_under_load_ends_in_time_and_loses_nothing(world: World) -> None:
    """Without this, each deployment would be killed in mid-sentence, or say things twice."""
    outbox = Outbox(world.db, new_id)
    with world.db.write() as session:
        outbox.show(session, JOB, CHANNEL, Message("card"))
    for number in range(60):
        with world.db.write() as session:
            outbox.say(
                session, JOB, CHANNEL, Message(f"line{number}"), key=f"k{number}", broadcast=True
            )
    world.fault("chat.postMessage", "delay", seconds=0.03)
    bot = world.start(role="worker")
    until(lambda: len(world.journal("chat.postMessage")) > 5, what="the first lines")
    bot.stop()
    assert bot._process is not None
    assert bot._process.returncode == 0
    world.no_faults()
    world.start("next", role="worker")
    until(lambda: _lines(world)[-1:] == ["line59"], what="the last line")
    assert _lines(world) == [f"line{number}" for number in range(60)]


def _lines(world: World) -> list[str]:
    roots = [root for root in world.roots() if root["text"] == "card"]
    return [word_of(line["text"]) for root in roots for line in world.thread(root["ts"])[1:]]


def test_labeling_job_whose_maker_died_is_adopted(sqlite_world: World) -> None:
    """Without this, a kill between AWS's work and our note of it would end in “this name is
    taken”.
    """
    world = sqlite_world
    world.start("front", role="web")
    # Its lease on the launch, twice this, is what the next worker has to wait for.
    short: dict[str, Any] = {"LABELJOB_LEASE": "0.5", "LABELJOB_SLACK_TIMEOUT": "0.3"}
    doomed = world.start("doomed", role="worker", LABELJOB_FAILPOINT="after-create", **short)
    assert ask(world.mara, order("orphan"))
    until(lambda: not doomed.alive(), what="the death of the worker")
    assert list(world.labeling_jobs()) == ["orphan"]
    world.start("next", role="worker")
    until(lambda: world.lines("orphan")[:1] == ["Launched"], 30, "the job's first line")
    assert list(world.labeling_jobs()) == ["orphan"]
