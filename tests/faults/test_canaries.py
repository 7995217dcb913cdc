"""Secrets put into every way in, and looked for in every way out: the log, the messages, the
database.
"""

import json
import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import ask_for_job, card_of, close_windows
from tests.faults.world import CHANNEL, World, order, until

TYPED = (
    "xoxb-111111111111-222222222222-canarycanarycanarycanary",
    "xapp-1-A0CANARY-3333333333-canarycanarycanary",
    "AKIACANARYCANARY1234",
    "v0=" + "c0ffee" * 10,
    "https://hooks.slack.com/commands/T0CANARY/4444444444/canarycanarycanary",
    "5555555555.6666666666.c0ffeec0ffeec0ffeec0ffeec0ffee00",
    "https://orchard-raw.s3.amazonaws.com/x?X-Amz-Credential=AKIACANARYCANARY9876%2F20261121&X-Amz-Signature=c0ffee77c0ffee77",
)
LOOKS = re.compile(
    r"xox[abpres]-\w|xapp-\d|(?:AKIA|ASIA)[A-Z0-9]{12}|v0=[0-9a-f]{16}|hooks\.slack\.com/\w|"
    r"X-Amz-(?:Signature|Credential|Security-Token)=(?!\[secret\])|AWSAccessKeyId=(?!\[secret\])|c0ffee"
)


def everything_said(world: World) -> str:
    """Every message of the app in every channel, as Slack keeps it."""
    with closing(sqlite3.connect(world.services.folder / "slack.db")) as rows:
        return _dump(rows, "message")


def _dump(rows: sqlite3.Connection, *tables: str) -> str:
    names = tables or tuple(
        name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    )
    return "\n".join(str(row) for name in names for row in rows.execute(f"SELECT * FROM {name}"))


def _database(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "labeljob.db")) as rows:
        return _dump(rows)


def _of_slack(world: World) -> set[str]:
    """The trigger ids and response addresses that Slack gave to the app."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.update(
                str(value[name]) for name in ("trigger_id", "response_url") if value.get(name)
            )
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(
        [
            entry["request"]
            for entry in world.control("journal")["entries"]
            if entry["operation"].startswith("app:")
        ]
    )
    return found


def _type_canaries(world: World) -> None:
    """What people paste where they should not."""
    for secret in TYPED:
        for text in (
            f"status {secret}",
            f"stop {secret}",
            f"retry {secret}",
            f"follow {secret}",
            secret,
        ):
            world.mara.command(CHANNEL, "/labeljob", text)
        world.mara.command(CHANNEL, "/dataset", f"status {secret}")
        world.sam.command(CHANNEL, "/labelteam", f"here {secret}")
        world.mara.command(CHANNEL, "/labeljob", "create")
        with suppress(PracticeError):
            world.mara.fill(job_name={"value": secret[:60]}, input_uri={"value": secret})
        close_windows(world.mara)


def _break_things(world: World) -> None:
    """Every fault once, at what answers people and at what works for them."""
    for fault in ("drop_before", "drop_after", "error_500", "garbage", "throttle"):
        for operation in (
            "views.open",
            "users.info",
            "chat.postMessage",
            "chat.update",
            "response_url",
        ):
            world.fault(operation, fault, times=1, retry_after=1)
        for operation in (
            "*ListLabelingJobs",
            "*DescribeLabelingJob",
            "*CreateLabelingJob",
            "*ListWorkteams",
        ):
            world.fault(operation, fault, aws=True, times=1)
        for text in ("create", "status", f"follow {order('leaky').name}"):
            with suppress(PracticeError, OSError):
                world.mara.command(CHANNEL, "/labeljob", text)
        with suppress(PracticeError, OSError):
            world.mara.press(card_of(world.mara, CHANNEL, "leaky"), "job_status")
        with suppress(PracticeError, OSError):
            close_windows(world.mara)
    world.no_faults()


def test_no_secret_leaves_by_any_way(sqlite_world: World) -> None:
    """Without this, one debug line or one quoted error would hand the workspace or the account to a
    reader.
    """
    world = sqlite_world
    bot, url = world.start_http("one", LABELJOB_LOG_LEVEL="DEBUG")
    world.control("request_url", {"url": url})
    picture = f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg"
    ask_for_job(
        world.mara, CHANNEL, replace(order("leaky"), good_examples=picture, short="Ripe is red")
    )
    until(lambda: "Launched" in " ".join(world.lines("leaky")), what="the launch")
    world.mara.press(card_of(world.mara, CHANNEL, "leaky"), "job_instructions")
    shown = json.dumps(world.mara.view())
    close_windows(world.mara)
    assert "X-Amz-Signature=" in shown, (
        "a picture's link is for the person who asks, and for nobody else"
    )
    _type_canaries(world)
    _break_things(world)
    until(lambda: "Completed" in " ".join(world.lines("leaky")), 60, "the end")
    bot.stop()

    keys = world.services.keys
    secrets = {
        keys.bot_token,
        keys.app_token,
        keys.signing_secret,
        keys.access_key,
        keys.secret_key,
        *TYPED,
    }
    secrets |= _of_slack(world)
    assert len(secrets) > 40, "the canaries that Slack itself gave are among them"
    log = bot.log.read_text()
    assert "Traceback" in log, "errors with everything that they quote are among its lines"
    ways_out = {"log": log, "messages": everything_said(world), "database": _database(world.folder)}
    found = [
        (way, secret) for way, said in ways_out.items() for secret in secrets if secret in said
    ]
    # A form that is being filled is that person's own, kept as it was typed until it is sent.
    found = [
        one
        for one in found
        if not (one[0] == "database" and one[1] in TYPED and _only_in_drafts(world, one[1]))
    ]
    where = [
        (way, secret, ways_out[way][max(0, ways_out[way].index(secret) - 300) :][:400])
        for way, secret in found
    ]
    assert not found, where
    for way in ("log", "messages"):
        assert [match[0] for match in LOOKS.finditer(ways_out[way])] == [], way


def _only_in_drafts(world: World, secret: str) -> bool:
    """Whether only the drafts of forms hold it."""
    with closing(sqlite3.connect(world.folder / "labeljob.db")) as rows:
        rows.execute("DELETE FROM draft")
        return secret not in _dump(rows)
