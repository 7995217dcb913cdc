"""Slack's payloads, awkwardly changed: every kind that the bot gets, signed as Slack signs, posted
to its front.

`python -m tests.faults payloads 20000` is the long form. An answer of 5xx is a failure; so is an
exception that leaves the app. (A 503 would be honest for a repeat of a request that is being
answered; here nothing is answered twice.)
"""

import hashlib
import hmac
import json
import logging
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.sandbox.workspace.story import first_page, second_page
from bot.slack.http import SignedHttp
from tests.stories.places import delivered
from tests.stories.world import DATA, LABELERS, WAITING, World, an_order

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202eevil",
    "<!channel> <@U0SAM>",
    "{{ 7*7 }}",
    "x" * 5000,
    "'; DROP TABLE job; --",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"id": None},
    {"id": {}},
    {"type": []},
    {"value": 3},
    {"selected_option": None},
    {"private_metadata": "{"},
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A payload as Slack sent it, and how it travels."""

    kind: str
    payload: dict[str, Any]
    how: str  # "event", "command" or "payload"

    def encoded(self, payload: Any) -> tuple[bytes, str]:
        """A changed payload as HTTP carries it."""
        if self.how == "event":
            return json.dumps(payload).encode(), JSON
        if self.how == "command" and isinstance(payload, dict):
            fields = {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in payload.items()
            }
            return urlencode(fields, errors="replace").encode(), FORM
        return urlencode({"payload": json.dumps(payload)}).encode(), FORM


@dataclass
class Report:
    """How the bot took it."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Fuzzer:
    """The bot of a world behind signed HTTP, and the payloads that a whole story left in Slack's
    journal.
    """

    def __init__(self, world: World) -> None:
        self._secret = world.services.keys.signing_secret.encode()
        self._slack = SignedHttp(world.bot.app(), self._secret.decode())
        self._number = 0
        self.samples = _samples(world)
        self.report = Report()

    def one(self, chance: random.Random) -> int:
        """Post one changed payload; the status (599 for an exception that left the app)."""
        sample = chance.choice(self.samples)
        self._number += 1
        payload = _renewed(sample.payload, self._number)
        for _ in range(chance.randint(0, 4)):
            payload = mutated(payload, chance)
        body, kind = sample.encoded(payload)
        if chance.random() < 0.1:
            body, kind = _torn(body, chance), chance.choice([kind, FORM, JSON, "text/plain", ""])
        try:
            status = self.post(body, kind)
        except Exception as error:
            status = 599
            why = f"{type(error).__name__}: {error}"
        else:
            why = str(status)
        self.report.requests += 1
        self.report.statuses[status] += 1
        self.report.kinds[sample.kind] += 1
        if status >= 500:
            self.report.failures.append(f"{sample.kind} {why} {body[:1500]!r}")
        return status

    def post(self, body: bytes, kind: str) -> int:
        """Post a signed body to the app; the status."""
        moment = str(int(time.time()))
        digest = hmac.new(
            self._secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256
        ).hexdigest()
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": f"v0={digest}",
        }
        return delivered(self._slack, headers, body).status


def mutated(payload: Any, chance: random.Random) -> Any:
    """The payload with one thing changed somewhere in it: gone, of another kind, doubled, or
    swapped.
    """
    changed = json.loads(json.dumps(payload))
    places = list(_places(changed))
    if not places:
        return chance.choice(_ODD)
    parent, key = chance.choice(places)
    act = chance.random()
    if act < 0.3:
        del parent[key]
    elif act < 0.75:
        parent[key] = chance.choice(_ODD)
    elif act < 0.85 and isinstance(parent, list):
        parent.append(parent[key])
    elif act < 0.95:
        other, name = chance.choice(places)
        parent[key] = json.loads(json.dumps(other[name]))
    else:
        return chance.choice(_ODD)
    return changed


def _places(value: Any) -> Any:
    """Every place in a payload, as its container and its key."""
    items = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def _torn(body: bytes, chance: random.Random) -> bytes:
    """The body cut, with bytes that are no text, or with another's end."""
    where = chance.randrange(len(body) + 1)
    return chance.choice(
        [
            body[:where],
            body[:where] + b"\xff\xfe" + body[where:],
            b"[" * 3000,
            b"payload=" + body,
            b"{",
        ]
    )


def _renewed(payload: dict[str, Any], number: int) -> dict[str, Any]:
    """The payload as a request of its own, not a repeat of an earlier one."""
    fresh: dict[str, Any] = json.loads(json.dumps(payload))
    if "trigger_id" in fresh:
        fresh["trigger_id"] = f"{number}.1.{number:032x}"
    for action in fresh.get("actions") or []:
        action["action_ts"] = f"1795{number:06}.1"
    if isinstance(fresh.get("event"), dict):
        fresh["event"]["ts" if "ts" in fresh["event"] else "event_ts"] = f"1795{number:06}.1"
    if isinstance(fresh.get("view"), dict):
        fresh["view"]["id"] = f"V{number}"
    return fresh


def _samples(world: World) -> list[Sample]:
    """One story with everything in it; then what Slack's journal says was sent to the app."""
    mara, order = world.mara, an_order("fuzzed", team=WAITING)
    for text in (
        "create",
        "list",
        "status",
        "status fuzzed",
        "stop fuzzed",
        "retry fuzzed",
        "follow fuzzed",
        "help",
    ):
        mara.command(DATA, "/labeljob", text)
        mara.close_windows()
    for command, text in (("/dataset", "create"), ("/dataset", "list"), ("/labelteam", "list")):
        mara.command(DATA, command, text)
        mara.close_windows()
    world.sam.command(LABELERS, "/labelteam", f"here {WAITING}")
    mara.command(DATA, "/labeljob", "create")
    first_page(mara, order)
    second_page(mara, order)
    mara.press_in_view("job_form_back")
    mara.fill()
    mara.press_in_view("job_form_show_more")
    mara.fill()
    mara.fill()
    mara.close_windows()
    world.settle()
    world.pass_time(2)
    world.settle()
    for action in ("job_status", "job_instructions", "job_stop"):
        mara.press(world.card("fuzzed"), action)
        if action != "job_stop":
            mara.close_windows()
    mara.fill()
    mara.close_windows()
    mara.open_home()
    mara.say(DATA, "@labeljob status", world.card("fuzzed")["ts"])
    world.until(lambda: len(world.journal("app:event")) >= 2, "the events")
    world.settle()
    return _of_journal(world)


def _of_journal(world: World) -> list[Sample]:
    """The samples of every kind, and the kinds that the story does not bring."""
    found: list[Sample] = []
    for operation, how in (
        ("app:/labeljob", "command"),
        ("app:/dataset", "command"),
        ("app:/labelteam", "command"),
        ("app:block_actions", "payload"),
        ("app:block_suggestion", "payload"),
        ("app:view_submission", "payload"),
        ("app:event", "event"),
    ):
        entries = world.journal(operation)
        assert entries, f"the story brings no {operation}"
        found += [Sample(operation, entry["request"], how) for entry in entries[:12]]
    submission = next(one.payload for one in found if one.kind == "app:view_submission")
    action = next(one.payload for one in found if one.kind == "app:block_actions")
    closed = {**submission, "type": "view_closed", "is_cleared": False}
    shortcut = {
        **{name: action[name] for name in ("team", "user", "trigger_id")},
        "callback_id": "x",
    }
    challenge = {"type": "url_verification", "token": "x", "challenge": "y"}
    return [
        *found,
        Sample("view_closed", closed, "payload"),
        Sample("shortcut", {**shortcut, "type": "shortcut"}, "payload"),
        Sample("message_action", {**shortcut, "type": "message_action", "message": {}}, "payload"),
        Sample("url_verification", challenge, "event"),
    ]


def main(count: int, seed: int, say: Callable[[str], None]) -> int:
    """Post `count` changed payloads with a bar; 1 when one was answered by 5xx."""
    logging.disable(logging.CRITICAL)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="labeljob-payloads-") as name:
        world = World(Path(name))
        try:
            fuzzer = Fuzzer(world)
            began = time.monotonic()
            with Progress(*columns, transient=True) as bar:
                for _ in bar.track(range(count), description="payloads"):
                    fuzzer.one(chance)
            took = time.monotonic() - began
        finally:
            world.stop()
    report = fuzzer.report
    for failure in report.failures[:10]:
        say(failure)
    statuses = " ".join(f"{status}={times}" for status, times in sorted(report.statuses.items()))
    say(
        f"payloads={report.requests} kinds={len(report.kinds)} {statuses} "
        f"failures={len(report.failures)} s={took:.0f}"
    )
    return 1 if report.failures else 0
