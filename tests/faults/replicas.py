"""Two replicas behind signed HTTP, one database, and forms that wait for their last press."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.person import PracticeError
from tests.faults.fronts import Front
from tests.faults.near import Near
from tests.faults.world import World, order, running, to_last_page


@dataclass(frozen=True, slots=True)
class Pair:
    """The replicas: the first does the rounds as well, the second only answers.

    Slack itself reaches neither (its deliveries fail and stay in its journal), so that a test
    delivers in its place.
    """

    world: World
    fronts: tuple[Front, Front]
    near: Near
    last_page: dict[str, Any]

    def submission(self, name: str) -> dict[str, Any]:
        """The last page of a form for a job of that name, as Slack sends it when somebody presses
        Create.
        """
        payload: dict[str, Any] = json.loads(json.dumps(self.last_page))
        view = payload["view"]
        carried = json.loads(view["private_metadata"])
        carried |= {"draft": self.near.fill(name), "nonce": name}
        view |= {
            "id": f"V-{name}",
            "root_view_id": f"V-{name}",
            "private_metadata": json.dumps(carried),
        }
        return payload


@contextmanager
def pair(folder: Path, database_url: str) -> Iterator[Pair]:
    """Two replicas, ready."""
    with running(folder, database_url) as world:
        _one, first = world.start_http("one")
        _two, second = world.start_http("two", role="web")
        secret = world.services.keys.signing_secret
        near, fronts = Near(world), (Front(first, secret), Front(second, secret))
        try:
            yield Pair(world, fronts, near, _last_page(world, first))
        finally:
            near.bot.ground.db.close()
            for front in fronts:
                front.close()


def _last_page(world: World, url: str) -> dict[str, Any]:
    """What Slack sends when the last page of a form is submitted; it goes nowhere."""
    world.control("request_url", {"url": url})
    to_last_page(world.mara, order("sample"))
    world.control("request_url", {"url": None})
    with suppress(PracticeError):
        world.mara.fill()
    world.mara.close_windows()
    return dict(world.journal("app:view_submission")[-1]["request"])
