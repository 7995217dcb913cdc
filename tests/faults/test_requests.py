"""Slack's requests again and again, at once and late: each counts once."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from bot.sandbox.person import PracticeError
from tests.faults.conftest import TEAM, Replicas
from tests.faults.world import order, to_last_page, until

OPENINGS = 40


def _opened(number: int) -> dict[str, Any]:
    """Somebody opened the Home tab, once."""
    event = {
        "type": "app_home_opened",
        "user": "U0MARA",
        "channel": "D1",
        "tab": "home",
        "event_ts": f"1795000{number:03}.1",
    }
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": f"Ev{number}", "event": event}


def test_redelivered_events_count_once(replicas: Replicas, chance: random.Random) -> None:
    """Without this, Slack's second and third delivery of an event would act again."""
    events = [_opened(number) for number in range(OPENINGS)]
    deliveries = [event for event in events for _ in range(chance.randint(1, 4))]
    deliveries = [{**event, "event_id": "Ev-new"} if chance.random() < 0.1 else event for event in deliveries]
    chance.shuffle(deliveries)
    before = len(replicas.world.journal("views.publish"))
    with ThreadPoolExecutor(8) as pool:
        places = [chance.choice(replicas.urls) for _ in deliveries]
        statuses = list(
            pool.map(lambda one: replicas.send(one[0], one[1], event=True), zip(places, deliveries, strict=True))
        )
    assert set(statuses) <= {200, 503}
    assert len(replicas.world.journal("views.publish")) - before == OPENINGS


def test_form_submitted_on_two_replicas_at_once_makes_one_job(replicas: Replicas) -> None:
    """Without this, a double click or a second tab would pay for the same labels twice."""
    world = replicas.world
    for number in range(3):
        name = f"twice-{number}"
        to_last_page(world.mara, order(name))
        world.fault("app:view_submission", "drop_before", times=1)
        with suppress(PracticeError):  # the delivery is lost on purpose; its payload is in the journal
            world.mara.fill()
        payload = world.journal("app:view_submission")[-1]["request"]
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda n, p=payload: replicas.send(replicas.urls[n % 2], p), range(8)))
        assert set(statuses) <= {200, 503}
        assert 200 in statuses
    with world.db.read() as session:
        rows = session.connection().execute(world.db.sql("SELECT name FROM job")).scalars().all()
    assert sorted(rows) == ["twice-0", "twice-1", "twice-2"]
    until(lambda: set(world.labeling_jobs()) == set(rows), what="three labeling jobs at AWS")
