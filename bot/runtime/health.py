"""Health: whether this process lives, whether the bot can do its work, and what it counts, over
HTTP.

Promises to whoever watches: `/healthz` asks nobody and says that the process answers; `/readyz`
says of the database, Slack, AWS, the breaker and the worker's rounds what each is, 503 when one of
them fails; `/metrics` is Prometheus' text. All three change nothing that a person can see, and hold
no name of a person or a job.
"""

import json
import logging
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError

from bot.base import metrics
from bot.base.aws import Aws, renamed
from bot.base.db import ANSWER_BUSY_WAIT, Database, reason
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.log import about, redact
from bot.base.moments import over
from bot.base.pool import Start
from bot.base.rounds import Round, simple
from bot.base.settings import Settings
from bot.base.slack_client import client_of
from bot.base.slack_failures import NO_ANSWER, slack_code
from bot.delivery.rate_budget import BLOCKED
from bot.work.leases import Leases

ALIVE = "/healthz"
PATHS = {ALIVE, "/readyz", "/metrics"}
BEAT = 10.0  # seconds between two beats of a worker
_BEATS = 5  # missed beats (or gaps of a round) after which a worker counts as late
_LONGEST_ROUND = 120.0  # seconds that one round may rightly work (the lease of a launch)
_WORKER = "worker"  # the lease that a worker renews while its rounds are well
_HEARTBEAT = """
INSERT INTO lease (name, owner, fence, until) VALUES (:name, :owner, 1, :now + :life)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = lease.fence + 1, until =
  excluded.until"""

log = logging.getLogger(__name__)


class BreakerOpen(Refusal):
    """Slack refused the bot's token a moment ago: nothing is sent until it works again."""


class NoWorker(Refusal):
    """No worker does its rounds: nothing is launched, watched or sent. Start one: labeljob serve
    --role worker.
    """


class SlackRefuses(Refusal):
    """Slack does not take the bot's token."""


Check = Callable[[], str]
"""Words for what is wrong; "" when it is well."""


def asked(ask: Callable[[], object]) -> Check:
    """A check of something that raises a LabeljobError, or the database's own error, when it is not
    well.
    """

    def check() -> str:
        try:
            ask()
        except LabeljobError as error:
            return error.words
        except DBAPIError as error:
            return f"The database refuses: {reason(error)}."
        return ""

    return check


class Lately:
    """A check that believes a good answer for `life` seconds and a bad one for `pause`, so that
    looking is cheap.
    """

    def __init__(
        self,
        check: Check,
        *,
        life: float = 60.0,
        pause: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check = check
        self._life = life
        self._pause = pause
        self._clock = clock
        self._words = ""
        self._until = float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """What is wrong, asked anew only when the last answer is too old."""
        with self._lock:
            if self._clock() >= self._until:
                self._words = self._check()
                self._until = self._clock() + (self._pause if self._words else self._life)
            return self._words


def database(db: Database) -> None:
    """Write to the database for real, on the tables of this version.

    Raises:
        NotMigrated, TablesNewer: the tables are older, missing or newer.
        DatabaseSilent: it is locked, full, read-only or gone.

    """
    db.require_tables()
    Leases(db, _me()).take("readyz", 0.0)


def slack(client: WebClient) -> None:
    """Ask Slack who we are.

    Raises:
        SlackRefuses: with Slack's error code.
        Transient: Slack does not answer.

    """
    try:
        client.auth_test()
    except SlackApiError as error:
        raise SlackRefuses(f"Slack answers {slack_code(error)}.") from error
    except NO_ANSWER as error:
        raise Transient("Slack does not answer.") from error


def aws(way: Aws) -> None:
    """Ask AWS who we are (needs no permission).

    Raises:
        AwsRefused, AwsBusy: see `bot.base.aws`.

    """
    with renamed():
        way.form("sts").get_caller_identity()


def breaker(db: Database) -> None:
    """Refuse while the senders keep silent because Slack refused the token."""
    with db.read() as session:
        statement = db.sql(f"SELECT count(*) FROM budget WHERE scope LIKE '%:*' AND {BLOCKED}")
        if session.connection().execute(statement).scalar_one():
            raise BreakerOpen


def worker(db: Database) -> None:
    """Refuse when no worker anywhere has had a beat for five gaps."""
    with db.read() as session:
        statement = db.sql(f"SELECT {over('until', _BEATS * BEAT)} FROM lease WHERE name = :name")
        late = session.connection().execute(statement, {"name": _WORKER}).scalar_one_or_none()
    if late is None or late:
        raise NoWorker


class Pulse:
    """When the rounds of this process's worker last ended; renews the worker's row while none of
    them is late.
    """

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._patience: dict[str, float] = {}
        self._ended: dict[str, float] = {}

    def watched(self, rounds: list[Round]) -> list[Round]:
        """The same rounds, timed and named in the log, and one more that beats."""
        for each in rounds:
            self._patience[each.name] = max(_BEATS * each.gap, _LONGEST_ROUND)
            self._ended[each.name] = self._clock()
        timed = [replace(each, work=self._timed(each)) for each in rounds]
        return [*timed, Round("beat", BEAT, simple(self.beat))]

    def _timed(self, each: Round) -> Callable[[Start], object]:
        def work(start: Start) -> None:
            with about(round=each.name), metrics.timed_round(each.name):
                try:
                    each.work(start)
                finally:
                    self._ended[each.name] = self._clock()

        return work

    def late(self) -> list[str]:
        """The rounds whose last end is five gaps ago (and longer than one may rightly take)."""
        now = self._clock()
        return [name for name, ended in self._ended.items() if now - ended > self._patience[name]]

    def check(self) -> str:
        """What is wrong with this process's rounds."""
        late = self.late()
        return (
            f"These rounds have not ended for too long: {', '.join(late)}. Start the worker again."
            if late
            else ""
        )

    def beat(self) -> None:
        """Tell every replica that a worker is well; a worker with a late round keeps silent."""
        if self.late():
            return
        with self._db.write() as session:
            values = {"name": _WORKER, "owner": _me(), "life": _BEATS * BEAT}
            session.connection().execute(self._db.sql(_HEARTBEAT), values)


def checks(db: Database, client: WebClient, way: Aws, pulse: Pulse | None) -> dict[str, Check]:
    """What the bot needs, by name; a process without rounds of its own looks for a worker
    elsewhere.
    """
    return {
        "database": Lately(asked(partial(database, db)), life=5.0),
        "slack": Lately(asked(partial(slack, client))),
        "aws": Lately(asked(partial(aws, way))),
        "breaker": asked(partial(breaker, db)),
        "worker": pulse.check if pulse else asked(partial(worker, db)),
    }


class _Stock(Collector):
    """What the database holds at the moment of asking."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def collect(self) -> Iterator[Metric]:
        """The gauges; without a database, or without its tables, only that it is away."""
        try:
            yield from self._gauges()
            up = 1
        except (LabeljobError, DBAPIError):
            up = 0
        yield GaugeMetricFamily("labeljob_database_up", "Whether the database answered", up)

    def _gauges(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "labeljob_outbox", "Cards and lines, waiting and dead", labels=["kind", "state"]
        )
        for kind, state, many in self._rows(
            "SELECT 'line', CASE state WHEN 'dead' THEN 'dead' ELSE 'waiting' END AS s, count(*) "
            "FROM outbox WHERE state <> 'done' GROUP BY s UNION ALL "
            "SELECT 'card', CASE state WHEN 'dead' THEN 'dead' ELSE 'waiting' END AS s, count(*) "
            "FROM thread WHERE state = 'dead' OR due_at IS NOT NULL GROUP BY s"
        ):
            waiting.add_metric([kind, state], many)
        yield waiting
        ((age,),) = self._rows(
            "SELECT coalesce(:now - min(created), 0) FROM outbox "
            "WHERE state IN ('ready', 'sending')"
        )
        yield GaugeMetricFamily(
            "labeljob_outbox_oldest_seconds", "Age of the oldest line that waits", max(0.0, age)
        )
        for table in ("job", "dataset"):
            states = GaugeMetricFamily(
                f"labeljob_{table}s", f"Every {table} that is known", labels=["state"]
            )
            for state, many in self._rows(f"SELECT state, count(*) FROM {table} GROUP BY state"):
                states.add_metric([state], many)
            yield states

    def _rows(self, statement: str) -> list[Any]:
        with self._db.read() as session:
            return list(session.connection().execute(self._db.sql(statement)))


def _words_of(name: str, check: Check) -> str:
    """What a check finds wrong; one that breaks has found something, and the address still
    answers.
    """
    try:
        return check()
    except Exception as error:
        log.exception("the check of %s broke", name)
        return f"This could not be looked at ({type(error).__name__}); the log says why."


class Health:
    """Answers `/healthz`, `/readyz` and `/metrics`. `checks` by name; each gives words for what is
    wrong.
    """

    def __init__(self, db: Database, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._stock = CollectorRegistry(auto_describe=False)
        self._stock.register(_Stock(db))

    def ready(self) -> dict[str, str]:
        """Every check's name with "ok", or with words for what is wrong."""
        return {
            name: redact(_words_of(name, check)) or "ok" for name, check in self._checks.items()
        }

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application of the three addresses."""
        status, kind, body = self.answer(
            environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        )
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def answer(self, method: str, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body for one of the three addresses."""
        if method not in {"GET", "HEAD"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b"GET only\n"
        if path == "/metrics":
            return (
                HTTPStatus.OK,
                CONTENT_TYPE_LATEST,
                generate_latest(REGISTRY) + generate_latest(self._stock),
            )
        if path == ALIVE:
            return HTTPStatus.OK, "application/json", b'{"alive": true}\n'
        if path == "/readyz":
            found = self.ready()
            well = all(words == "ok" for words in found.values())
            body = json.dumps({"ready": well, "checks": found}, ensure_ascii=False, indent=1) + "\n"
            return (
                HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE,
                "application/json",
                body.encode(),
            )
        return HTTPStatus.NOT_FOUND, "text/plain", b"/healthz, /readyz, /metrics\n"


class _Errors:
    """Where wsgiref writes tracebacks: into the log, through its redaction."""

    def write(self, text: str) -> None:
        if text.strip():
            log.error("%s", text)

    def flush(self) -> None:
        """Nothing is kept back."""


class _Quiet(WSGIRequestHandler):
    """Asked every few seconds, a line for each request would drown the rest."""

    timeout = 10

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def get_stderr(self) -> Any:
        """Errors go to the log."""
        return _Errors()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """A slow look at AWS must not hold up `/healthz`."""

    daemon_threads = True


class _Server6(_Server):
    """As `_Server`, for an address such as ::1."""

    address_family = socket.AF_INET6


class HealthPort:
    """The three addresses on a port of their own, in a thread: for roles that serve no HTTP to
    Slack.
    """

    def __init__(self, health: Health, host: str, port: int) -> None:
        kind = _Server6 if ":" in host else _Server
        self._server = make_server(host, port, health.wsgi, server_class=kind, handler_class=_Quiet)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=partial(self._server.serve_forever, 0.1), name="health", daemon=True
        )

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def health_of(settings: Settings, aws: Aws, pulse: Pulse | None, **more: Check) -> Health:
    """Make what answers of this process, by clients that give up quickly; `more` are checks of its
    own.
    """
    db = Database(settings.database_url, busy_wait=ANSWER_BUSY_WAIT)
    return Health(db, {**checks(db, client_of(settings, answering=True), aws, pulse), **more})
