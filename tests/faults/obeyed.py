"""Row 11: Slack asks to wait, for 1 to 30 s, now for one method and now for another, and is obeyed
by all replicas.

Judged by Slack's journal: no call of that method between its refusal and the time it named.
Meanwhile people give the two workers every reason to call it.
"""

import random
import time
from typing import Any

from tests.faults.book import Figures, Place, Row
from tests.faults.crowd import question
from tests.faults.journals import Journal
from tests.faults.near import Near
from tests.faults.world import World, running, until

_WAITS = ((1, 6, 14, 30), (2, 9, 20), (3, 11, 25))  # seconds, of each method in turn
_METHODS = ("chat.postMessage", "chat.update", "conversations.replies")
_UNDER_WAY = 0.5  # seconds in which a call that was on its way already may still arrive
_EVERY = 0.3
_PATIENCE = 60.0


def run(place: Place) -> Figures:
    """The row."""
    share = min(1.0, place.kills / 500)
    rounds = [(method, waits[turn]) for turn in range(4) for method, waits in _zip(turn)]
    random.Random(place.seed).shuffle(rounds)
    rounds = [(method, max(2, round(wait * share))) for method, wait in rounds][
        : place.of(len(rounds), 3)
    ]
    if len({method for method, _wait in rounds}) < len(_METHODS):
        rounds = [(method, 2) for method in _METHODS]
    early: list[str] = []
    resumed = 0
    with running(place.folder, place.database_url) as world:
        world.start("front", role="web")
        world.start("one", role="worker")
        world.start("two", role="worker")
        reasons = Reasons(world)
        for method, wait in rounds:
            calls, refused = _one(world, reasons, method, wait)
            over = refused["at"] + refused["seconds"] + wait
            early += [
                f"{method} {over - at:.2f} s too early of {wait}" for at in calls if at < over
            ]
            resumed += any(at >= over for at in calls)
        reasons.near.bot.ground.db.close()
    return Figures(
        {
            "refusals": len(rounds),
            "longest_wait_s": max(wait for _method, wait in rounds),
            "methods": len({method for method, _wait in rounds}),
            "calls_too_early": len(early),
            "resumed": resumed,
        },
        not early and resumed == len(rounds),
        tuple(early[:10]),
    )


class Reasons:
    """Why the bot would call Slack: questions to answer, and jobs whose cards change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.near = Near(world)
        self._asked = 0
        self._last = 0.0

    def give(self) -> None:
        """One more, if the last one is a moment ago."""
        if time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        self._asked += 1
        question(self._world.mara)  # after a lost reply it has to be looked for as well
        if self._asked % 3 == 0:
            self.near.accept(f"reason-{self._asked}")


def _zip(turn: int) -> list[tuple[str, tuple[int, ...]]]:
    """The methods that have a wait in this turn."""
    return [
        (method, waits) for method, waits in zip(_METHODS, _WAITS, strict=True) if turn < len(waits)
    ]


def _one(
    world: World, reasons: Reasons, method: str, wait: int
) -> tuple[list[float], dict[str, Any]]:
    """One refusal: when the method was called after it, and the refusal itself."""
    journal = Journal(world)
    world.fault(method, "throttle", times=1, retry_after=wait)
    if method == "conversations.replies":
        # Posts that have to be looked for: in threads by this method, cards by another.
        world.fault("chat.postMessage", "drop_after", probability=0.5, seed=wait)
    seen: list[dict[str, Any]] = []

    def refused() -> dict[str, Any] | None:
        reasons.give()
        seen.extend(journal.more())
        return next(
            (one for one in seen if one["operation"] == method and one["status"] == 429), None
        )

    first: dict[str, Any] = until(refused, _PATIENCE, f"Slack to refuse {method}")
    start = first["at"] + first["seconds"] + _UNDER_WAY
    over = start - _UNDER_WAY + wait

    def called() -> list[float]:
        if time.time() > start:
            reasons.give()
        seen.extend(journal.more())
        return [one["at"] for one in seen if one["operation"] == method and one["at"] >= over]

    until(called, wait + _PATIENCE, f"{method} to be called again")
    world.no_faults()
    return [one["at"] for one in seen if one["operation"] == method and one["at"] > start], first


_PROMISE = "a method that Slack asks to leave alone is left alone"
ROW = Row(11, "Retry-After", _PROMISE, run, stores=("postgresql",))  # where workers are several
