"""The whole world in one process: the stand-ins over HTTP, and the bot behind Socket Mode and
behind signed HTTP.

Nothing happens by itself: time at AWS passes when a test says so, and the bot's rounds run when a
test says so.
"""

import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from sqlalchemy import text

from bot.base import failpoints
from bot.base.aws_models import models
from bot.base.settings import Settings
from bot.engines.protocol import Engine
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.person import Person, elements
from bot.sandbox.workspace.services import REGION, ROLE
from bot.sandbox.workspace.story import Order, ask_for_job, card_of
from bot.slack.socket_mode import Socket
from tests.stories.places import (
    BOT,
    CLOSED,
    DATA,
    ELSEWHERE,
    GENERAL,
    LABELERS,
    PROJECT,
    QUEUE_TEAM,
    RAW_MANIFEST,
    SHORT_LIVED_TEAM,
    SHORT_RUNS,
    WAITING,
    Services,
    SignedDoor,
    encoded,
)

__all__ = [
    "BOT",
    "CLOSED",
    "DATA",
    "ELSEWHERE",
    "GENERAL",
    "LABELERS",
    "PROJECT",
    "QUEUE_TEAM",
    "SHORT_LIVED_TEAM",
    "WAITING",
    "World",
    "an_order",
    "buttons",
    "encoded",
    "shown",
    "words",
]


class World:
    """People, stand-ins and the bot."""

    def __init__(
        self,
        folder: Path,
        *,
        engine: Engine | Callable[[Settings], Engine] | None = None,
        lacks: str = "",
        **changes: Any,
    ) -> None:
        self.clock = MovableClock()
        self.services = Services(folder, self.clock, lacks)
        self.began = {True: 0, False: 0}
        self.services.start()
        keys = self.services.keys
        settings: dict[str, Any] = {
            "SLACK_BOT_TOKEN": keys.bot_token,
            "SLACK_APP_TOKEN": keys.app_token,
            "SLACK_SIGNING_SECRET": keys.signing_secret,
            "AWS_ENDPOINT_URL": self.services.aws_url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "slack_api_url": f"{self.services.slack_url}/api/",
            "execution_role_arn": ROLE,
            "buckets": (seed.RAW, seed.OUT, CLOSED, ELSEWHERE),
            "managers": ("U0SAM", "S0LEADS"),
            "database_url": f"sqlite:///{folder}/labeljob.db",
            "card_gap": 0,
            "look_wait": 0,
            "post_pace": 1_000_000,
            "link_life": 600,
            "chromium": "none",
            "crowd_elements": f"{self.services.portal_url}/crowd/crowd.js",
            "set_aside_after": 2,
            "model_hours": f"8, {SHORT_RUNS}=0.02",
            **changes,
        }
        read = Settings(**settings)
        made = engine(read) if callable(engine) else engine
        self.bot = wiring.build(read, engine=made)
        self.bot.ground.db.migrate()
        self.bot.jobs.queue.refresh(self.bot.installation.team_id)
        self._sender = self.bot.senders.sender()
        self._rounds = [
            each
            for each in self.bot.rounds()
            # Teams are listed once, above: a test says when they have changed. What is due is sent
            # by a sender of the tests' own.
            if each.name != "teams" and not each.name.startswith("send ")
        ]
        self._socket = Socket(self.bot.app(), keys.app_token)
        self._socket.connect()
        self.door = SignedDoor(self.bot, keys.signing_secret)
        slack = self.services.slack_url
        ids = ("U0MARA", "U0LIN", "U0SAM", "U0ANA", "U0OTTO", "U0GRETA", "U0GUS", "U0STRA")
        self.mara, self.lin, self.sam, self.ana, self.otto, self.greta, self.gus, self.stranger = (
            Person(slack, user) for user in ids
        )
        core = botocore.session.get_session()
        core.register_component("data_loader", models())
        session = boto3.Session(
            botocore_session=core,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            region_name=REGION,
        )
        self.sagemaker: Any = session.client("sagemaker", endpoint_url=self.services.aws_url)
        self.rekognition: Any = session.client("rekognition", endpoint_url=self.services.aws_url)
        self.s3: Any = session.client("s3", endpoint_url=self.services.aws_url)
        self.sns: Any = session.client("sns", endpoint_url=self.services.aws_url)

    def stop(self) -> None:
        self.door.stop()
        self._socket.end(0)
        self.bot.ground.db.close()
        self.services.stop()

    # -- time
    # ----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run the bot's rounds until there is nothing left to say."""
        for _ in range(2):
            for each in self._rounds:
                each.finish()
            self.send()

    def send(self) -> None:
        """Say what is due; the second time, that something can never be said."""
        for _ in range(2):
            self._sender.drain()

    def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass at AWS."""
        for _ in range(round(seconds / step)):
            self.clock.moved += step
            self.services.aws.tick()

    def die(self, step: str, work: Callable[[wiring.Bot], object]) -> None:
        """A worker of its own does that work, and dies at a step as of kill -9; then what it held
        is free again.
        """
        if (pid := os.fork()) == 0:
            failpoints.arm(step)
            work(wiring.build(self.bot.settings, answering=False))
            os._exit(7)
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), f"nothing came to {step}"
        self.bot.ground.db.execute("UPDATE lease SET until = 0", {})
        self.let_pauses_pass()

    def let_pauses_pass(self) -> None:
        """As if the pauses before the next tries were over."""
        with self.bot.ground.db.engine.begin() as rows:
            rows.execute(text("UPDATE job SET next_try_at = 0"))
            rows.execute(text("UPDATE dataset SET next_try_at = 0"))
            rows.execute(text("UPDATE dataset_update SET next_try_at = 0"))
            rows.execute(text("UPDATE sending SET next_try_at = 0"))
            rows.execute(text("UPDATE results SET next_try_at = 0"))
            rows.execute(text("UPDATE model SET next_try_at = 0"))
            rows.execute(text("UPDATE run SET next_try_at = 0"))
            rows.execute(text("UPDATE export SET next_try_at = 0"))
            rows.execute(text("UPDATE trial SET next_try_at = 0"))
            rows.execute(text("UPDATE gallery SET next_try_at = 0"))
            rows.execute(text("UPDATE draft_batch SET next_try_at = 0"))
            rows.execute(text("UPDATE dataset_draft SET look_at = 1 WHERE look_at > 0"))
            rows.execute(text("UPDATE project_deletion SET next_try_at = 0"))

    def finish(self, name: str) -> None:
        """Let a job's simulated people work until it is over, then let the bot see it."""
        for _ in range(60):
            self.pass_time(1)
            if self.aws_status(name) in {"Completed", "Failed", "Stopped"}:
                break
        self.settle()

    def until(self, found: Callable[[], Any], what: str) -> Any:
        """What `found` gives as soon as it gives something (an event reaches the app on a way of
        its own).
        """
        pause = threading.Event()
        for _ in range(500):
            if result := found():
                return result
            pause.wait(0.01)
        raise AssertionError(f"waited 5 s for {what}")

    # -- asking
    # ----------------------------------------------------------------------------------------------

    def ask(self, order: Order, channel: str = DATA, person: Person | None = None) -> str:
        """Somebody (Mara) asks for a job, and the bot launches it; its name."""
        ask_for_job(person or self.mara, channel, order)
        self.settle()
        return order.name

    def channel(self, name: str, members: list[str] | None = None) -> str:
        """A channel of a test's own; its id."""
        with self._slack_rows() as rows:
            made = f"C0{name.upper().replace('-', '')}"
            rows.execute(
                (
                    "INSERT INTO channel(id, name, is_private, is_im, topic, created) VALUES (?, "
                    "?, 0, 0, '', 0)"
                ),
                (made, name),
            )
            for person in members or PROJECT:
                rows.execute(
                    "INSERT INTO member(channel, person, last_read) VALUES (?, ?, '0')",
                    (made, BOT if person == "bot" else person),
                )
            rows.commit()
        self.bot.ground.access._known.clear()
        return made

    def remove_bot(self, channel: str) -> None:
        """Somebody takes the app out of a channel."""
        with self._slack_rows() as rows:
            rows.execute("DELETE FROM member WHERE channel = ? AND person = ?", (channel, BOT))
            rows.commit()

    def invite_bot(self, channel: str) -> None:
        """Somebody takes the app into a channel again."""
        with self._slack_rows() as rows:
            rows.execute(
                "INSERT INTO member(channel, person, last_read) VALUES (?, ?, '0')", (channel, BOT)
            )
            rows.commit()
        self.bot.ground.access._known.clear()

    def put(self, key: str, body: bytes | str, bucket: str = seed.RAW) -> str:
        """Write an object; its address."""
        self.s3.put_object(
            Bucket=bucket, Key=key, Body=body.encode() if isinstance(body, str) else body
        )
        return f"s3://{bucket}/{key}"

    def fault(self, operation: str, fault: str, *, slack: bool = False, **more: Any) -> None:
        """Break something at AWS (or Slack); `mend` undoes it."""
        url = self.services.slack_url if slack else self.services.aws_url
        _post(f"{url}/_control/faults", {"operation": operation, "fault": fault, **more})

    def slack_uses(self, url: str | None) -> bool:
        """Slack delivers by signed HTTP to this address (which echoes its challenge), or by Socket
        Mode.
        """
        said = _post(
            f"{self.services.slack_url}/_control/request_url",
            {"url": url, "verify": url is not None},
        )
        return bool(said.get("verified"))

    def refuse(self, method: str, error: str | None, times: int = 1_000) -> None:
        """Slack answers the next calls of a method (a pattern) with this code; None ends it."""
        _post(
            f"{self.services.slack_url}/_control/refuse",
            {"method": method, "error": error, "times": times},
        )

    def installed(self, **other: str) -> None:
        """What Slack sends bears another `team_id` or `api_app_id` from now on; nothing named is
        normal again.
        """
        _post(f"{self.services.slack_url}/_control/installed", other)

    def mend(self) -> None:
        """Everything works again."""
        for url in (self.services.slack_url, self.services.aws_url):
            _post(f"{url}/_control/faults", None, "DELETE")

    # -- looking
    # ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A test begins: the journals are read from here on."""
        self.began = {slack: self.so_far(slack=slack) for slack in (True, False)}

    def journal(
        self, operation: str, *, slack: bool = True, after: int = 0
    ) -> list[dict[str, Any]]:
        """What Slack (or AWS) received and sent in this test since entry `after`, by operation,
        oldest first.
        """
        url = self.services.slack_url if slack else self.services.aws_url
        after = max(after, self.began[slack])
        with urllib.request.urlopen(f"{url}/_control/journal?after={after}", timeout=10) as answer:
            return [
                entry for entry in json.load(answer)["entries"] if entry["operation"] == operation
            ]

    def so_far(self, *, slack: bool = True) -> int:
        """The number of the newest journal entry of Slack (or AWS)."""
        url = self.services.slack_url if slack else self.services.aws_url
        with urllib.request.urlopen(
            f"{url}/_control/journal?after=1000000000", timeout=10
        ) as answer:
            return int(json.load(answer)["last"])

    def aws_jobs(self, name: str) -> list[str]:
        """The names of the jobs at AWS that contain this one."""
        found = self.sagemaker.list_labeling_jobs(NameContains=name, MaxResults=100)[
            "LabelingJobSummaryList"
        ]
        return [job["LabelingJobName"] for job in found]

    def aws_status(self, name: str) -> str:
        return str(self.sagemaker.describe_labeling_job(LabelingJobName=name)["LabelingJobStatus"])

    def cards(self, name: str, channel: str = DATA) -> list[dict[str, Any]]:
        """The root messages of a job in a channel."""
        return [
            message
            for message in self.mara.messages(channel)
            if message["text"].endswith(f"job {name}")
        ]

    def card(self, name: str, channel: str = DATA) -> dict[str, Any]:
        return card_of(self.mara, channel, name)

    def thread(self, name: str, channel: str = DATA) -> list[str]:
        """What stands in a job's thread, the card first."""
        root = self.card(name, channel)
        return [message["text"] for message in self.mara.thread(channel, root["ts"])]

    def direct_messages(self, person: Person) -> list[str]:
        """What the app told somebody alone."""
        channel = person.ask("open_im", **{"with": BOT})["channel"]["id"]
        return [message["text"] for message in person.messages(channel)]

    def _slack_rows(self) -> Any:
        import sqlite3  # noqa: PLC0415
        from contextlib import closing  # noqa: PLC0415

        return closing(
            sqlite3.connect(self.bot.settings.database_url[10:].replace("labeljob.db", "slack.db"))
        )


def an_order(name: str, **other: Any) -> Order:
    """A small image classification job of eight sample pictures."""
    asked: dict[str, Any] = {
        "name": name,
        "title": f"Ripe or not ({name})",
        "description": "Choose one word for the fruit",
        "category": "Image",
        "task_type": "image-classification",
        "source": RAW_MANIFEST,
        "output": f"s3://{seed.OUT}/labels/",
        "team": seed.AUTOMATIC_TEAM,
        "labels": ("unripe", "ripe", "overripe"),
    }
    return Order(**{**asked, **other})


def words(answer: dict[str, Any]) -> str:
    """What the app answered to a command, for this person alone."""
    return str((answer.get("ephemeral") or {}).get("text", ""))


def shown(view: dict[str, Any]) -> str:
    """All the words of a window, as one text."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.extend(
                str(part) for key, part in value.items() if key == "text" and isinstance(part, str)
            )
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk(view["blocks"])
    return "\n".join(found)


def buttons(message: dict[str, Any]) -> list[str]:
    """The buttons of a message or view as people read them, with those behind ⋯."""
    return [
        one["text"]["text"]
        for _block, each in elements(message["blocks"])
        for one in each.get("options", [each])
        if each["type"] in {"button", "overflow"}
    ]


def _post(url: str, body: dict[str, Any] | None, method: str = "POST") -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))
