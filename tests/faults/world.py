"""The whole bot under fire: its processes, the stand-ins with their switches, and people who
insist.

The stand-ins are the oracle: what they keep and what their journals say, never the bot's log.
"""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
from slack_sdk import WebClient

from bot.base.db import Database
from bot.datasets.form import DATASET_THANKS
from bot.jobs.form.pages import REVIEW, THANKS
from bot.sandbox.ports import free_port
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person, PracticeError
from bot.sandbox.workspace.running_bot import RunningBot
from bot.sandbox.workspace.services import Services
from bot.sandbox.workspace.story import (
    Order,
    begin_anew,
    card_of,
    choose_kind,
    second_page,
    wait_for,
)
from bot.slack import manifest as slack_manifest
from tests.faults.forked import Nursery, Replica

CHANNEL = "C0DATA"
FAST = {
    "LABELJOB_POLL_GAP": "0.5",
    "LABELJOB_SEND_GAP": "0.2",
    "LABELJOB_TEAMS_GAP": "2",
    "LABELJOB_CARD_GAP": "0.5",
    "LABELJOB_LEASE": "3",
    "LABELJOB_SLACK_TIMEOUT": "1",
    "LABELJOB_LOOK_WAIT": "0.3",
    "LABELJOB_POST_PACE": "100",
    "LABELJOB_DUPLICATE_WAIT": "2",
    "LABELJOB_LOG_LEVEL": "WARNING",
}
EVENTS = "/slack/events"
# words of a note that says: nothing was done
_TROUBLE = ("try again", "ask again", "once more", "tell your administrator")


class World:
    """Stand-ins, one database, and any number of replicas of the bot."""

    def __init__(
        self, folder: Path, database_url: str, *, pace: float = 20.0, time_scale: float = 1.0
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self.services = Services(
            folder / "world",
            manifest=slack_manifest.read(),
            pace=pace,
            rate_limits=False,
            time_scale=time_scale,
        )
        self.services.start()
        self.mara, self.sam = (
            Person(self.services.slack_url, user) for user in ("U0MARA", "U0SAM")
        )
        self.slack = WebClient(
            self.services.keys.bot_token, base_url=f"{self.services.slack_url}/api/"
        )
        self.db = Database(database_url)
        self.db.migrate()
        self._bots: list[RunningBot] = []
        keys = self.services.keys
        session = boto3.Session(
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            region_name="us-east-1",
        )
        self.sagemaker: Any = session.client("sagemaker", endpoint_url=self.services.aws_url)
        self.rekognition: Any = session.client("rekognition", endpoint_url=self.services.aws_url)

    def replica(self, name: str, *, role: str = "both", port: int = 0, **more: str) -> RunningBot:
        """A bot process, not started; behind signed HTTP when it has a port, else behind Socket
        Mode.
        """
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        transport = {"LABELJOB_SLACK_TRANSPORT": "socket"}
        if port:
            transport = {"LABELJOB_SLACK_TRANSPORT": "http", "LABELJOB_PORT": str(port)}
        bot = RunningBot({**self.settings(), **transport, **more}, folder, role=role)
        self._bots.append(bot)
        return bot

    def forked(
        self, nursery: Nursery, name: str, *, role: str = "both", ahead: float = 0.0, **more: str
    ) -> Replica:
        """A replica that comes quickly, not started; its own clock is `ahead` seconds ahead. Socket
        Mode only.
        """
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        bot = Replica(nursery, {**self.settings(), **more}, folder, role=role, ahead=ahead)
        self._bots.append(bot)
        return bot

    def settings(self) -> dict[str, str]:
        """What a replica of this world is told."""
        return {**self.services.environment(), "LABELJOB_DATABASE_URL": self.database_url, **FAST}

    def start(
        self, name: str = "one", *, role: str = "both", port: int = 0, **more: str
    ) -> RunningBot:
        """A running replica, once Slack reaches it and it knows the labeling teams."""
        bot = self.replica(name, role=role, port=port, **more)
        before = self.connections()
        bot.start()
        if port:
            bot.wait_until(lambda: is_listening(port))
        elif role != "worker":
            bot.wait_until(lambda: self.connections() > before)
        if role != "web":
            bot.wait_until(self._teams_known)
        return bot

    def start_http(self, name: str, **more: Any) -> tuple[RunningBot, str]:
        """A replica behind signed HTTP, and its address."""
        port = free_port(0)
        bot = self.start(name, port=port, **more)
        return bot, f"http://127.0.0.1:{port}{EVENTS}"

    def stop(self) -> None:
        """End everything."""
        for bot in self._bots:
            bot.kill()
            bot.stop()  # closes its log
        self.db.close()
        self.services.stop()

    def connections(self) -> int:
        """How many sockets the app has open."""
        return int(self.control("connections")["count"])

    def control(
        self, switch: str, body: dict[str, Any] | None = None, *, aws: bool = False
    ) -> dict[str, Any]:
        """One call of a stand-in's switches."""
        url = f"{self.services.aws_url if aws else self.services.slack_url}/_control/{switch}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def fault(self, operation: str, fault: str, *, aws: bool = False, **more: Any) -> None:
        """Switch a fault on."""
        self.control("faults", {"operation": operation, "fault": fault, **more}, aws=aws)

    def no_faults(self) -> None:
        """Switch every fault off."""
        for url in (self.services.aws_url, self.services.slack_url):
            request = urllib.request.Request(f"{url}/_control/faults", method="DELETE")
            urllib.request.urlopen(request, timeout=10).close()

    def journal(self, operation: str, *, aws: bool = False) -> list[dict[str, Any]]:
        """What a stand-in received of one operation."""
        entries = self.control("journal", aws=aws)["entries"]
        return [entry for entry in entries if entry["operation"] == operation]

    def labeling_jobs(self) -> dict[str, str]:
        """Every labeling job at AWS and its status."""
        pages = self.sagemaker.get_paginator("list_labeling_jobs").paginate(MaxResults=100)
        return {
            job["LabelingJobName"]: job["LabelingJobStatus"]
            for page in pages
            for job in page["LabelingJobSummaryList"]
        }

    def roots(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """The channel's own messages, oldest first, with their metadata."""
        pages = self.slack.conversations_history(
            channel=channel, limit=200, include_all_metadata=True
        )
        return [message for page in pages for message in page["messages"]][::-1]

    def thread(self, ts: str, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """A thread, the root first (Slack begins each page of 200 with it)."""
        pages = self.slack.conversations_replies(
            channel=channel, ts=ts, limit=200, include_all_metadata=True
        )
        return list(
            {message["ts"]: message for page in pages for message in page["messages"]}.values()
        )

    def lines(self, name: str) -> list[str]:
        """The first words of each line below a job's card; nothing while there is no card."""
        cards = [root for root in self.roots() if root["text"].endswith(f"job {name}")]
        return [word_of(line["text"]) for card in cards for line in self.thread(card["ts"])[1:]]

    def _teams_known(self) -> bool:
        with self.db.read() as session:
            return bool(
                session.connection()
                .execute(self.db.sql("SELECT count(*) FROM work_team"))
                .scalar_one()
            )


def order(name: str) -> Order:
    """A small image classification job of eight sample pictures."""
    return Order(
        name=name,
        title=f"Ripe or not ({name})",
        description="Choose one word for the fruit",
        category="Image",
        task_type="image-classification",
        source=f"s3://{seed.RAW}/first-basket.manifest",
        output=f"s3://{seed.OUT}/labels/",
        team=seed.AUTOMATIC_TEAM,
        labels=("unripe", "ripe", "overripe"),
    )


def word_of(text: str) -> str:
    """What kind of line it is: its first word that mentions nobody."""
    words = [word for word in text.split() if not word.startswith("<@")]
    return words[0].strip("*:.,;") if words else ""


def until(found: Callable[[], Any], seconds: float = 60.0, what: str = "something") -> Any:
    """What `found` gives as soon as it gives something; a busy machine is no fault of the bot."""
    return wait_for(found, seconds, what)


def ask(person: Person, wanted: Order, *, patience: float = 60.0) -> bool:
    """Fill the form as somebody who presses again when Slack says that it had trouble; whether it
    was taken.

    True means: Slack showed that it was taken. False: the person gave up without ever being told
    so. A page that comes back with words on top is sent again, as it stands.
    """
    end = time.monotonic() + patience
    try:
        _insist(person, lambda: person.command(CHANNEL, "/labeljob", "create"), end)
        _insist(person, lambda: _named(person, wanted), end)
        _insist(person, lambda: _answered(person, wanted), end)
        answer = _insist(person, person.fill, end)
        # a page with words on top: a moment's trouble that is over, or a fault that stays
        while _shown(answer) != THANKS and time.monotonic() < end:
            answer = _insist(person, person.fill, end)
    except PracticeError:
        return False
    finally:
        _close_all(person)
    return _shown(answer) == THANKS


def ask_for_dataset(person: Person, job_name: str, project: str, *, patience: float = 60.0) -> bool:
    """Press [Make dataset] on a finished job's card and send the form as it opens; whether it was
    taken.
    """
    end = time.monotonic() + patience
    try:
        while not person.ask_for("views")["view_stack"]:
            if time.monotonic() > end:
                return False
            with suppress(PracticeError):
                person.press(card_of(person, CHANNEL, job_name), "job_make_dataset")
        answer = _insist(person, lambda: person.fill(project={"value": project}), end)
        return not answer.get("errors") and _shown(answer) == DATASET_THANKS
    except PracticeError:
        return False
    finally:
        _close_all(person)


def to_last_page(person: Person, wanted: Order) -> None:
    """Fill the form up to its last page, which is left open."""
    person.command(CHANNEL, "/labeljob", "create")
    _named(person, wanted)
    _answered(person, wanted)


def _named(person: Person, wanted: Order) -> dict[str, Any]:
    """Choose the kind, and fill what stands behind [More…]."""
    if person.view().get("callback_id") != "job_form_more":
        begin_anew(person)
        choose_kind(person, wanted.task_type)
        person.press_in_view("job_form_show_more")
    typed = {
        "job_name": wanted.name,
        "title": wanted.title,
        "description": wanted.description,
        "workers_per_object": str(wanted.workers),
    }
    return person.fill(**{field: {"value": text} for field, text in typed.items()})


def _answered(person: Person, wanted: Order) -> dict[str, Any]:
    """Fill the page; where only its answer was lost, the worker has shown the review."""
    view = person.view()
    if view.get("callback_id") == REVIEW:
        return {"view_stack": [view]}
    return second_page(person, wanted)


def _insist(person: Person, step: Callable[[], dict[str, Any]], end: float) -> dict[str, Any]:
    """Do it again until it is answered without words about a moment's trouble."""
    while True:
        try:
            answer = step()
        except PracticeError as error:
            if time.monotonic() > end or "not open" in str(error) or "no window" in str(error):
                raise
        else:
            stack = answer.get("view_stack") or [{}]
            if not answer.get("errors") and not has_trouble(str(stack[-1].get("blocks", ""))):
                return answer
            if not answer.get("errors"):  # a note on top of the form, which is still there
                person.ask("view_close", view_id=stack[-1]["id"])
            if time.monotonic() > end:
                raise PracticeError(str(answer.get("errors") or stack[-1].get("blocks")))
        time.sleep(0.2)


def _shown(answer: dict[str, Any]) -> str:
    """Which page stands on top after an answer; "" when none does."""
    stack = answer.get("view_stack") or [{}]
    return str(stack[-1].get("callback_id", ""))


def has_trouble(text: str) -> bool:
    """Whether it says that nothing was done."""
    return any(words in text for words in _TROUBLE)


def _close_all(person: Person) -> None:
    """Close whatever window is open, as somebody who gives up or has seen the last one."""
    for _ in range(5):
        try:
            view = person.view()
            person.ask("view_close", view_id=view["id"], all=True)
        except PracticeError:
            return


def is_listening(port: int) -> bool:
    """Whether a bot answers HTTP there."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{EVENTS}", timeout=1).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running(folder: Path, database_url: str, **more: Any) -> Iterator[World]:
    """A world that is torn down afterwards."""
    world = World(folder, database_url, **more)
    try:
        yield world
    finally:
        world.stop()


def shuffled(items: list[Any], seed_: int) -> list[Any]:
    """The items in another order, the same each time."""
    mixed = list(items)
    random.Random(seed_).shuffle(mixed)
    return mixed
