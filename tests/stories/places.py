"""The places of the story tests: AWS and Slack with more people and buckets, and the bot's door for
signed HTTP.
"""

import asyncio
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slack_bolt import BoltResponse

from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace import services as practice
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.seed import Company
from bot.slack import manifest as slack_manifest
from bot.slack.http import SignedHttp, Unsigned

TEAM_ID, BOT, PARTNER = "T0ORCHARD", "U0LABELJOB", "T0PARTNER"
FLOW = "B0FLOW"  # a workflow: it writes messages and is no user
DATA, LABELERS, GENERAL = "C0DATA", "C0LABEL", "C0GENERAL"
SHARED, THEIRS = (
    "C0SHARED",
    "C0THEIRS",
)  # channels of Slack Connect: hosted by us, and by the partner
CLOSED, ELSEWHERE = seed.LOCKED, seed.FAR  # a bucket that AWS denies, and one in another Region
PEOPLE = [
    *seed.PEOPLE,
    {
        "id": "U0ANA",
        "name": "ana",
        "real_name": "Ana",
        "display_name": "Ana",
    },  # a member who asks for nothing
    {
        "id": "U0OTTO",
        "name": "otto",
        "real_name": "Otto",
        "display_name": "Otto",
    },  # in no channel of the project
    {
        "id": "U0GRETA",
        "name": "greta",
        "real_name": "Greta",
        "display_name": "Greta",
    },  # a manager by user group
    {
        "id": "U0GUS",
        "name": "gus",
        "real_name": "Gus",
        "display_name": "Gus",
        "is_restricted": True,
    },
    {
        "id": "U0STRA",
        "name": "stranger",
        "real_name": "Stella",
        "display_name": "Stella",
        "is_stranger": True,
    },
    {"id": BOT, "name": "labeljob", "real_name": "Labeljob", "is_bot": True},
    # A colleague whose home is another workspace of the same organisation, and two people of
    # another company.
    {
        "id": "U0GRID",
        "name": "grit",
        "real_name": "Grit",
        "display_name": "Grit",
        "team_id": "T0HOME",
        "enterprise_user": {
            "id": "W0GRID",
            "enterprise_id": "E0ORCHARD",
            "enterprise_name": "Orchard Group",
            "is_admin": False,
            "is_owner": False,
            "teams": ["T0HOME", TEAM_ID],
        },
    },
    {"id": "U0PIA", "name": "pia", "real_name": "Pia", "display_name": "Pia", "team_id": PARTNER},
    {
        "id": "U0PAUL",
        "name": "paul",
        "real_name": "Paul",
        "display_name": "Paul",
        "team_id": PARTNER,
        "is_restricted": True,
    },
    {"id": "U0DORA", "name": "dora", "real_name": "Dora", "display_name": "Dora", "deleted": True},
    {"id": "U0HIDE", "name": "hide", "real_name": "Hide", "display_name": "Hide", "hidden": True},
    {
        "id": "U0OTHER",
        "name": "otherbot",
        "real_name": "Other Bot",
        "is_bot": True,
        "bot_id": "B0OTHER",
        "app_id": "A0OTHER",
    },
    {"id": FLOW, "name": "Morning round", "is_bot": True, "is_workflow": True, "bot_id": FLOW},
]
HERE = [one["id"] for one in PEOPLE if not {"is_bot", "team_id", "deleted", "hidden"} & set(one)]
PROJECT = ["U0MARA", "U0ANA", "U0SAM", "U0GUS", "U0STRA", "bot"]
ACROSS = [
    "U0MARA",
    "U0SAM",
    "U0GUS",
    "U0GRID",
    "U0PIA",
    "U0PAUL",
    "U0DORA",
    "U0HIDE",
    "U0OTHER",
    "bot",
]
CHANNELS = [
    {"id": DATA, "name": "orchard-data", "members": PROJECT},
    {"id": LABELERS, "name": "orchard-labelers", "members": ["U0LIN", "U0SAM", "U0GUS", "bot"]},
    {"id": SHARED, "name": "orchard-partner", "members": ACROSS, "shared_with": [PARTNER]},
    {
        "id": THEIRS,
        "name": "partner-orchard",
        "members": ACROSS,
        "shared_with": [PARTNER],
        "host": PARTNER,
    },
    {"id": GENERAL, "name": "general", "members": HERE},
]
RAW_MANIFEST = f"s3://{seed.RAW}/first-basket.manifest"
QUEUE_TEAM, SHORT_LIVED_TEAM = (
    "queue-team",
    "short-lived-team",
)  # teams of Lin alone: nothing is labeled by itself
WAITING = seed.WAITING_TEAM
SHORT_RUNS = "C0MODELS"  # a channel whose models run for 72 seconds at most
TEAMS = [
    *seed.TEAMS,
    *(
        {**seed.TEAMS[1], "name": name, "description": "Lin"}
        for name in (QUEUE_TEAM, SHORT_LIVED_TEAM)
    ),
]


class Services(practice.Services):
    """The practice workspace's, with more people, channels and teams; time passes by
    `aws.tick()`. The app was not given the scope that it `lacks`.
    """

    def __init__(self, folder: Path, clock: MovableClock, lacks: str = "") -> None:
        manifest = slack_manifest.read()
        scopes = manifest["oauth_config"]["scopes"]
        scopes["bot"] = [each for each in scopes["bot"] if each != lacks]
        folder.mkdir(parents=True, exist_ok=True)
        leads = [{"id": "S0LEADS", "name": "leads", "users": ["U0GRETA"]}]
        super().__init__(
            folder,
            manifest=manifest,
            pace=20.0,
            rate_limits=False,
            time_scale=0.001,
            clock=clock,
            ticking=False,
            company=Company(PEOPLE, CHANNELS, leads),
        )

    def start(self) -> None:
        with self.aws.store.write() as rows:
            for team in TEAMS[len(seed.TEAMS) :]:
                seed._add_team(rows, self.aws, team, self.portal_url)
        super().start()


class Arrived:
    """A body that has come as a whole."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    async def __call__(self) -> bytes:
        return self._raw

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._raw


def delivered(slack: SignedHttp, headers: Mapping[str, str], raw: bytes) -> BoltResponse:
    """The answer to one request, read and answered as the web process does it."""
    small = {name.lower(): value for name, value in headers.items()}
    try:
        proven = asyncio.run(slack.proven(small, Arrived(raw)))
    except Unsigned as refusal:
        return refusal.answer
    return slack.answer(small, proven)


class SignedDoor:
    """The bot behind signed HTTP, and a hand that posts to it as Slack does."""

    def __init__(self, bot: wiring.Bot, secret: str) -> None:
        self._secret = secret
        self.lets_go = threading.Event()
        """Set but for tests in which an answer comes late: it waits here, two seconds at most."""
        self.lets_go.set()
        lets_go = self.lets_go
        slack = SignedHttp(bot.app(), secret)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                answer = delivered(slack, dict(self.headers.items()), raw)
                lets_go.wait(2)
                body = (answer.body or "").encode()
                self.send_response(answer.status)
                for name, values in answer.headers.items():
                    self.send_header(name, values[0])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """No line per request on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/slack/events"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def signed(self, body: bytes, at: int | None = None) -> dict[str, str]:
        """Slack's two headers for a body."""
        moment = str(at or int(time.time()))
        digest = hmac.new(
            self._secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256
        ).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}

    def post(
        self, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Post a body as it is; status and what was answered (JSON where there is any)."""
        request = urllib.request.Request(
            self.url,
            data=body,
            headers={"Content-Type": kind, **(self.signed(body) if headers is None else headers)},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, said = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                status, said = refusal.code, refusal.read()
        try:
            return status, json.loads(said) if said else None
        except ValueError:
            return status, said.decode()

    def again(self, entry: dict[str, Any]) -> tuple[int, Any]:
        """Deliver once more what Slack's journal says was delivered to the app."""
        return self.post(*encoded(entry))


def encoded(entry: dict[str, Any]) -> tuple[bytes, str]:
    """A delivery of the journal as HTTP carries it."""
    payload = entry["request"]
    if entry["operation"] == "app:event":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if entry["operation"].startswith("app:/") else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"
