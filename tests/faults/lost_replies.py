"""Row 2: lost replies of chat.postMessage, many of them: the senders of one worker against Slack
over HTTP.
"""

import json
import random
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from slack_sdk import WebClient

from bot.base.clock import new_id
from bot.base.db import Database
from bot.base.settings import Settings
from bot.delivery.claims import Claims
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.rate_budget import RateBudget
from bot.delivery.sender import Sender
from bot.sandbox.http import Server
from bot.sandbox.journal import FaultRule
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.workspace import seed
from bot.slack import manifest as slack_manifest
from tests.faults.book import Figures, Place, Row

CHANNEL = "C0DATA"
_POSTS = 2000
_THREADS = 10
_SENDERS = 3  # as in a worker
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Count:
    """What stands at Slack, against what was to be said."""

    rows: int
    dropped: int
    lost: int
    duplicates: int
    out_of_order: int

    @property
    def clean(self) -> bool:
        """Whether everything stands once and in order."""
        return not (self.lost or self.duplicates or self.out_of_order)


def run(place: Place) -> Figures:
    """The row of the failure book."""
    count = say(place.folder, place.database_url, place.of(_POSTS), place.seed)
    counts: dict[str, int | float | str] = {
        "posts": count.rows,
        "dropped_replies": count.dropped,
        "lost": count.lost,
        "duplicates": count.duplicates,
        "out_of_order": count.out_of_order,
    }
    return Figures(counts, count.clean and count.dropped > 0)


def say(folder: Path, database_url: str, posts: int, chance: int, *, share: float = 0.3) -> Count:
    """Say `posts` messages in ten threads while Slack drops `share` of its replies after
    posting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = SlackConfig(
        store=folder / "slack.db",
        manifest=slack_manifest.read(),
        bot_token="xoxb-test",
        app_token="xapp-test",
        signing_secret="secret",
        people=seed.PEOPLE,
        channels=seed.CHANNELS,
        rate_limits=False,
    )
    db = Database(database_url)
    db.migrate()
    with Server(create_app(config)) as server:
        app_fault(
            server.url, FaultRule("chat.postMessage", "drop_after", probability=share, seed=chance)
        )
        _fill(db, posts)
        senders = [
            threading.Thread(target=_drain, args=(db, server.url, number))
            for number in range(_SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        count = _count(_slack(server.url), server.url, posts)
    db.close()
    return count


def app_fault(url: str, rule: FaultRule) -> None:
    """Switch a fault of the Slack stand-in on."""
    body = {
        name: value
        for name, value in vars(rule).items()
        if not name.startswith("_") and name not in {"id", "hits"}
    }
    request = urllib.request.Request(
        f"{url}/_control/faults", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=5).close()


def _fill(db: Database, posts: int) -> None:
    outbox = Outbox(db, new_id)
    for number in range(posts):
        thread = Subject("T0ORCHARD", "job", f"job{number % _THREADS}")
        with db.write() as session:
            if number < _THREADS:
                outbox.show(session, thread, CHANNEL, Message(f"card {number}"))
            else:
                # A broadcast line is never folded into another: each is a post of its own here.
                outbox.say(
                    session,
                    thread,
                    CHANNEL,
                    Message(f"line {number}"),
                    key=f"k{number}",
                    broadcast=True,
                )


def _slack(url: str) -> WebClient:
    return WebClient("xoxb-test", base_url=f"{url}/api/", timeout=5, retry_handlers=[])


def _drain(db: Database, url: str, number: int) -> None:
    """One sender, until nothing waits any more."""
    settings = Settings(
        SLACK_BOT_TOKEN="xoxb-test", look_wait=0, slack_timeout=5, post_pace=1_000_000
    )
    claims = Claims(db)
    sender = Sender(
        db=db,
        claims=claims,
        budget=RateBudget(db, settings.post_pace),
        slack=_slack(url),
        settings=settings,
        owner=f"sender {number}",
        chance=random.Random(number),
    )
    end = time.monotonic() + _PATIENCE
    while claims.waiting() and time.monotonic() < end:
        sender.drain()


def _count(slack: WebClient, url: str, posts: int) -> Count:
    history = slack.conversations_history(channel=CHANNEL, limit=200, include_all_metadata=True)
    roots = [m for page in history for m in page["messages"] if m["text"].startswith("card")]
    texts: list[str] = []
    disorder = 0
    for root in roots:
        pages = slack.conversations_replies(channel=CHANNEL, ts=root["ts"], limit=200)
        lines = [m["text"] for page in pages for m in page["messages"]]
        numbers = [int(text.split()[1]) for text in lines]
        disorder += sum(a > b for a, b in pairwise(numbers))
        texts += lines
    counted = Counter(texts)
    return Count(
        rows=posts,
        dropped=_dropped(url),
        lost=posts - len(counted),
        duplicates=sum(number - 1 for number in counted.values()),
        out_of_order=disorder,
    )


def _dropped(url: str) -> int:
    with urllib.request.urlopen(f"{url}/_control/faults", timeout=5) as answer:
        return sum(int(rule["hits"]) for rule in json.load(answer)["faults"])


ROW = Row(
    2, "lost replies of posts", "A message whose reply was lost is found, not posted again", run
)
