"""Row 23: fifty people ask at once what only AWS knows, and AWS does not answer: over a socket, and
over HTTP.

Each question waits for AWS as long as an answer to Slack may (1.5 s), so each of the fifty is
answered in time only where none waits for another. Slack is the judge: its journal says when an
answer came. Beside them, over HTTP, fifty first pages of the form are sent at once, each with three
questions to AWS.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import first_page, second_page
from tests.faults.book import Figures, Place, Row
from tests.faults.fronts import Front, Reply
from tests.faults.journals import Journal
from tests.faults.world import CHANNEL, World, order, running

AT_ONCE = 50
_SLACK_WAITS = 3.0
_SILENCE = 4.0  # seconds that AWS takes: more than Slack waits


def run(place: Place) -> Figures:
    """The row."""
    with running(place.folder, place.database_url) as world:
        world.start("teams").stop()  # a worker lists the labeling teams
        bot = world.start("socket", role="web")
        page = _first_page(world)
        place.tell("over a socket")
        socket = _follow(world, "socket")
        bot.stop()
        _bot, url = world.start_http("http", role="web")
        place.tell("over HTTP")
        world.control("request_url", {"url": url})
        http = _follow(world, "http")
        pages = _pages(world, url, page)
    late = [entry for entry in (*socket, *http) if not _in_time(entry)]
    late_pages = [reply for reply in pages if reply.status != 200 or reply.seconds > _SLACK_WAITS]
    return Figures(
        {
            "at_once": AT_ONCE,
            "slowest_socket_s": round(max(entry["seconds"] for entry in socket), 2),
            "slowest_http_s": round(max(entry["seconds"] for entry in http), 2),
            "slowest_page_s": round(max(reply.seconds for reply in pages), 2),
            "late": len(late) + len(late_pages),
        },
        len(socket) == len(http) == AT_ONCE and not late and not late_pages,
        (
            *(
                f"{entry['operation']} {entry['response']} after {entry['seconds']} s"
                for entry in late[:10]
            ),
            f"pages: {dict(Counter(reply.status for reply in pages))}",
        ),
    )


def _follow(world: World, name: str) -> list[dict[str, Any]]:
    """Fifty commands at once whose answer AWS knows; what Slack wrote down of them."""
    journal = Journal(world)

    def ask(number: int) -> None:
        with suppress(PracticeError):  # the journal tells
            world.mara.command(CHANNEL, "/labeljob", f"follow {name}-{number}")

    with _silent(world):
        _together(ask)
    return [entry for entry in journal.more() if entry["operation"] == "app:/labeljob"]


def _in_time(entry: dict[str, Any]) -> bool:
    """Whether Slack had its answer, which says that AWS gave none."""
    return (
        entry["status"] == 200
        and entry["seconds"] < _SLACK_WAITS
        and "did not answer" in str(entry["response"])
    )


def _first_page(world: World) -> dict[str, Any]:
    """The page of a form as Slack sent it."""
    world.mara.command(CHANNEL, "/labeljob", "create")
    first_page(world.mara, order("sample"))
    second_page(world.mara, order("sample"))
    world.mara.close_windows()
    submitted: dict[str, Any] = world.journal("app:view_submission")[-1]["request"]
    return submitted


def _pages(world: World, url: str, sample: dict[str, Any]) -> list[Reply]:
    """Fifty pages at once, each of its own window."""
    front, replies = Front(url, world.services.keys.signing_secret), []

    def send(number: int) -> None:
        page = json.loads(json.dumps(sample))
        page["trigger_id"] = f"{number}.1.{number:0>32}"
        page["view"]["id"] = page["view"]["root_view_id"] = f"V{number}"
        replies.append(front.send(page, "payload"))

    with _silent(world):
        _together(send)
    front.close()
    return replies


@contextmanager
def _silent(world: World) -> Iterator[None]:
    """AWS takes every question and answers none in time."""
    world.fault("*", "delay", aws=True, seconds=_SILENCE)
    try:
        yield
    finally:
        world.no_faults()


def _together(work: Callable[[int], None]) -> None:
    """Do it fifty times at the same time."""
    begin = threading.Barrier(AT_ONCE)

    def one(number: int) -> None:
        begin.wait()
        work(number)

    people = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
    for person in people:
        person.start()
    for person in people:
        person.join()


ROW = Row(
    23,
    "fifty at once while AWS hangs",
    "fifty people at once are answered in time while AWS hangs, over a socket and over HTTP",
    run,
    short=("sqlite",),
    alone=True,
)
