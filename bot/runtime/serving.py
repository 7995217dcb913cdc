"""`labeljob serve`: a role of the bot as a process, from its settings to its end.

Promises: SIGTERM or SIGINT ends it within 15 seconds, and what is being done is finished first. It
is ready as soon as it can be: the bot's code is read in one place and without looking for garbage,
HTTP's process starts while the worker is still being built, and what nobody waits for (AWS's
clients) is made right after the connection to Slack.
"""

import atexit
import errno
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from bot.base import log as logs
from bot.base import settings as settings_of
from bot.base.clock import Clock, system_clock
from bot.base.errors import LabeljobError, Refusal
from bot.base.settings import Settings

if TYPE_CHECKING:
    from bot.base.aws import Aws
    from bot.runtime.health import Check, Pulse
    from bot.runtime.http_front import HttpFront
    from bot.runtime.wiring import Bot

_CONNECTIONS = 512  # open at once, whoever they are; more wait outside
# milliseconds that a connection may take for its next request's headers, silence included
_HEADERS = 10_000
_BUFFER = 32_768  # bytes that are read ahead of a connection
_ENDING_ANSWERS = 5  # seconds after SIGTERM that requests may still take; Slack waits for 3
_ENDINGS = (signal.SIGTERM, signal.SIGINT)
_REPEAT = 0.5
# seconds that a port is waited for: the web process of a killed bot may still be ending
_FREED = 3.0
_LOOK = 0.1
_ANSWERS = 30.0  # seconds after which nobody waits any more to say that HTTP answers
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask what is served on every address
# seconds that rounds may take then; both together stay below the 15 that a process is given
_ENDING_ROUNDS = 7

log = logging.getLogger(__name__)


class NotServed(Refusal):
    """Nothing can be served on LABELJOB_HOST with this port."""


def serve(settings: Settings, role: str, *, clock: Clock = system_clock) -> None:
    """Run a role ("web", "worker" or "both") until SIGTERM or SIGINT.

    `clock` is this process's own: nothing that replicas must agree on may come from it (signed HTTP
    keeps the system's, since its web server is a process of its own).
    """
    logs.start(settings.log_level, settings.log_format, secrets=settings.secrets)
    if role == "worker":
        _serve_worker(settings, clock)
    elif settings.slack_transport == "socket":
        _serve_socket(settings, role, clock)
    else:
        _serve_http(settings, role, clock)


def _serve_worker(settings: Settings, clock: Clock) -> None:
    """Time alone."""
    with ExitStack() as ending:
        aws = _prepared(settings)
        worker = _Worker(settings, aws, clock)
        ending.callback(worker.end)
        ending.enter_context(_health_port(settings, aws, worker.pulse))
        worker.start()
        _until_the_end(aws)


def _serve_socket(settings: Settings, role: str, clock: Clock) -> None:
    """Socket Mode: Slack's requests come through a connection of ours."""
    with ExitStack() as ending:
        aws = _prepared(settings)
        from bot.slack.socket_mode import Socket  # noqa: PLC0415 - not read for HTTP

        web = _build(settings, aws, clock)
        slack = Socket(web.app(), settings.slack_app_token.get_secret_value())
        worker = _Worker(settings, aws, clock) if role == "both" else None
        if worker is not None:
            ending.callback(worker.end)
        pulse = worker.pulse if worker is not None else None
        health = _health_port(settings, aws, pulse, role=role, socket=slack.connected)
        ending.enter_context(health)
        slack.connect()
        ending.callback(slack.end, _ENDING_ANSWERS)
        if worker is not None:
            worker.start()
        _until_the_end(aws)


def _serve_http(settings: Settings, role: str, clock: Clock) -> None:
    """Signed HTTP on a production server: its process makes the application by `rsgi`; in this one
    time passes.
    """
    from granian import Granian  # noqa: PLC0415 - not read for Socket Mode
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415 - as above
    from granian.http import HTTP1Settings  # noqa: PLC0415 - as above

    address = _address(settings.host, settings.port, "LABELJOB_PORT")
    # A fork would copy the locks of the rounds' threads as they are at that moment, and wait for
    # them for ever.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "bot.runtime.serving:rsgi",
        address=address,
        port=settings.port,
        interface=Interfaces.RSGI,
        factory=True,
        # in HTTP/2 one connection may hold 200 requests, and megabytes for each
        http=HTTPModes.http1,
        websockets=False,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS, max_buffer_size=_BUFFER),
        workers_kill_timeout=_ENDING_ANSWERS,
        log_enabled=False,
    )
    beside = _BesideHttp(settings, clock, rounds=role == "both")
    server.on_startup(beside.start)
    try:
        threading.Thread(
            target=_repeat_ending, args=(_signals(), threading.get_ident()), daemon=True
        ).start()
        server.serve()
    finally:
        beside.end()


def rsgi() -> "HttpFront":
    """The RSGI application, made in the web server's own process from the environment's
    settings.
    """
    _end_with_the_parent()
    settings = settings_of.read(os.environ.get(settings_of.ENV_FILE))
    logs.start(settings.log_level, settings.log_format, secrets=settings.secrets)
    try:
        aws = _prepared(settings)
        from bot.runtime.health import health_of  # noqa: PLC0415 - as above
        from bot.runtime.http_front import HttpFront  # noqa: PLC0415 - not read for Socket Mode
        from bot.slack.app import AT_ONCE  # noqa: PLC0415 - as above
        from bot.slack.http import SignedHttp  # noqa: PLC0415 - as above
        from bot.slack.manifest import EVENTS_PATH  # noqa: PLC0415 - as above

        door = _build(settings, aws, system_clock).app()
    except LabeljobError as error:
        print(logs.redact(error.words), file=sys.stderr)  # noqa: T201 - the last words of a process
        sys.exit(1)
    _prepare(aws)
    if multiprocessing.parent_process() is not None:
        atexit.register(_leave)
        threading.Thread(
            target=_say_ready, args=(settings.host, settings.port), name="ready", daemon=True
        ).start()
    slack = SignedHttp(door, settings.slack_signing_secret.get_secret_value())
    return HttpFront(slack, EVENTS_PATH, health_of(settings, aws, None), AT_ONCE)


def _say_ready(host: str, port: int) -> None:
    """One line in the log as soon as HTTP answers, which the web server itself tells nobody."""
    import http.client  # noqa: PLC0415 - so that the parent of web processes need not read it

    asked = _EVERYWHERE.get(host, host)
    end = time.monotonic() + _ANSWERS
    while time.monotonic() < end:
        try:
            with closing(http.client.HTTPConnection(asked, port, timeout=_ANSWERS)) as way:
                way.request("HEAD", "/healthz")
                way.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(_LOOK)
        else:
            log.info("labeljob is ready on %s:%s", host, port)
            return


def _leave() -> None:
    """End a web process that has answered everything, without taking its interpreter down.

    A thread of the server's that asks for the interpreter at that moment aborts the process
    (CPython before 3.14 unwinds such threads, which Rust does not allow): a line of panic in the
    log and a core dump.
    """
    logging.shutdown()
    os._exit(0)


def _end_with_the_parent() -> None:
    """A parent that is killed cannot end its web process, which would keep the port and go on
    answering for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


class _Worker:
    """The rounds of this process."""

    def __init__(self, settings: Settings, aws: "Aws", clock: Clock) -> None:
        from bot.runtime.health import Pulse  # noqa: PLC0415 - see `_reading`
        from bot.runtime.scheduler import Scheduler  # noqa: PLC0415 - as above

        working = _build(settings, aws, clock, answering=False)
        self.pulse: Pulse = Pulse(working.ground.db)
        self._scheduler = Scheduler(self.pulse.watched(working.rounds()))
        self._started = False

    def start(self) -> None:
        """Begin the rounds."""
        self._scheduler.start()
        self._started = True

    def end(self) -> None:
        """Finish the rounds that run. One that waits for AWS or Slack too long is left as a kill
        would leave it.
        """
        if not self._started:
            return
        ending = threading.Thread(target=self._scheduler.stop, daemon=True)
        ending.start()
        ending.join(_ENDING_ROUNDS)
        if ending.is_alive():
            words = "a round did not end in %s s; whatever it was doing goes on at the next start"
            log.warning(words, _ENDING_ROUNDS)
            os._exit(0)  # the interpreter would wait for the round's thread


class _BesideHttp:
    """What this process does while its child answers HTTP: the rounds, and health on a port of its
    own.

    Built in a thread, at the same time as the child starts. If that fails the whole process ends
    with its words.
    """

    def __init__(self, settings: Settings, clock: Clock, *, rounds: bool) -> None:
        self._settings = settings
        self._clock = clock
        self._rounds = rounds
        self._running = ExitStack()
        self._ending = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._start, daemon=True)

    def start(self) -> None:
        """Begin, where there is something to do."""
        if self._rounds or self._settings.health_port:
            self._thread.start()

    def _start(self) -> None:
        try:
            self._build()
        except BaseException as failure:  # noqa: BLE001 - raised again by `end`, in the main thread
            self._failure = failure
            os.kill(os.getpid(), signal.SIGTERM)

    def _build(self) -> None:
        aws = _prepared(self._settings)
        worker = _Worker(self._settings, aws, self._clock) if self._rounds else None
        if worker is not None:
            self._running.callback(worker.end)
        pulse = worker.pulse if worker is not None else None
        self._running.enter_context(_health_port(self._settings, aws, pulse))
        if worker is not None and not self._ending.is_set():
            worker.start()
            log.info("the rounds have begun")

    def end(self) -> None:
        """End it; whatever had failed is raised here."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._running.close()
        if self._failure is not None:
            raise self._failure


def _prepared(settings: Settings) -> "Aws":
    """The code is read, the tables are there; the way to AWS.

    Raises: NotMigrated, TablesNewer, DatabaseSilent, DatabaseRefuses: the tables are not those of
        this version.

    """
    with _reading():
        from bot.base.aws import Aws  # noqa: PLC0415 - as above
        from bot.base.db import Database, explained  # noqa: PLC0415 - as above
        from bot.runtime import wiring  # noqa: F401, PLC0415 - half a second, which a parent of web processes need not spend
    with explained(), closing(Database(settings.database_url)) as db:
        if db.is_sqlite:
            # one machine: nobody else could have done it; PostgreSQL has `labeljob migrate`
            db.migrate()
        else:
            db.require_tables()
    return Aws(settings)


@contextmanager
def _reading() -> Iterator[None]:
    """Modules are read inside: hardly any of it is ever garbage, so it is not looked for, now or
    later.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _build(settings: Settings, aws: "Aws", clock: Clock, *, answering: bool = True) -> "Bot":
    from bot.runtime import wiring  # noqa: PLC0415 - read by `_prepared`

    return wiring.build(settings, answering=answering, clock=clock, aws=aws)


def _prepare(aws: "Aws") -> None:
    """Make AWS's clients while nobody waits for them."""
    threading.Thread(target=aws.prepare, name="aws-clients", daemon=True).start()


@contextmanager
def _health_port(
    settings: Settings, aws: "Aws", pulse: "Pulse | None", *, role: str = "", **more: "Check"
) -> Iterator[None]:
    """Health on a port of its own, where one is set.

    The web role of Socket Mode serves nothing else, and a platform that gave it a port waits until
    it answers there.
    """
    number, name = settings.health_port, "LABELJOB_HEALTH_PORT"
    if not number and role == "web":
        number, name = settings.named_port, "LABELJOB_PORT"
    if not number:
        yield
        return
    from bot.runtime.health import HealthPort, health_of  # noqa: PLC0415 - read by `_prepared`

    address = _address(settings.host, number, name)
    port = HealthPort(health_of(settings, aws, pulse, **more), address, number)
    port.start()
    try:
        yield
    finally:
        port.stop()


def _address(host: str, port: int, setting: str) -> str:
    """The IP address of `host`, where `port` is free to be served.

    A port that is being left is waited for. Whether it is free is asked without SO_REUSEPORT, with
    which the web server would share it with a bot that still runs.

    Raises:
        NotServed: with the name of the setting to change.

    """
    end = time.monotonic() + _FREED
    while True:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            # “localhost” may be two addresses, of which everybody knows the older one.
            family, kind, protocol, _, address = min(
                found, key=lambda each: each[0] != socket.AF_INET
            )
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return str(address[0])
        except (OSError, UnicodeError) as error:
            number = error.errno if isinstance(error, OSError) else None
            if number != errno.EADDRINUSE or time.monotonic() > end:
                raise NotServed(_why_not_served(host, port, setting, error)) from error
            time.sleep(_LOOK)


def _why_not_served(host: str, port: int, setting: str, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"{setting}: port {port} of {host} is taken. End what serves there, or choose another "
            "port."
        )
    if number == errno.EACCES:
        return f"{setting}: port {port} may not be served by this user. Choose one above 1023."
    why = (error.strerror if isinstance(error, OSError) else "") or "it is no name of a machine"
    return (
        f"LABELJOB_HOST: {host} is no address of this machine ({why}). Set it to 127.0.0.1 (this "
        "machine alone), 0.0.0.0 (every address) or one of its addresses."
    )


def _until_the_end(aws: "Aws") -> None:
    """Ready: wait for SIGTERM or SIGINT."""
    arrivals = _signals()
    for number in _ENDINGS:
        signal.signal(number, lambda *_: None)
    log.info("labeljob is ready")
    _prepare(aws)
    while os.read(arrivals, 1)[0] not in _ENDINGS:
        continue


def _repeat_ending(arrivals: int, main: int) -> None:
    """Send the thread `main`, which waits in the web server's way, the signal to end once more."""
    while (number := os.read(arrivals, 1)[0]) not in _ENDINGS:
        continue
    time.sleep(_REPEAT)  # by then it waits, or has ended
    signal.pthread_kill(main, number)


def _signals() -> int:
    """A pipe into which the interpreter writes the number of each signal that comes and has a
    handler.

    The handler itself runs only when the main thread is woken, which a signal does not do that
    comes a moment before it begins to wait, or to another thread.
    """
    arrivals, arrived = os.pipe()
    os.set_blocking(arrived, False)
    signal.set_wakeup_fd(arrived)
    return arrivals
