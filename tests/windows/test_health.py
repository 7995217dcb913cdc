"""Health over HTTP, and the end of a process: against the stand-ins, with the bot as a process of
its own.
"""

import json
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from slack_sdk import WebClient

from bot.base import db as db_of
from bot.base.aws import Aws
from bot.base.db import Database, newest_revision
from bot.base.rounds import Round, simple
from bot.base.settings import Settings
from bot.runtime import health
from bot.runtime.health import Health, HealthPort, Lately, Pulse
from bot.sandbox.ports import free_port
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.running_bot import RunningBot
from bot.sandbox.workspace.services import Services
from bot.slack import manifest as slack_manifest


def get(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except urllib.error.URLError:  # nobody listens there yet
        return 0, ""


def samples(url: str) -> dict[str, float]:
    """What /metrics says: name and labels as written, with the value."""
    lines = [
        line for line in get(f"{url}/metrics")[1].splitlines() if line and not line.startswith("#")
    ]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Look until it is true; a busy machine is no fault of the bot."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < end
        pause.wait(0.05)


def fault(url: str, operation: str, kind: str, **more: Any) -> None:
    body = json.dumps({"operation": operation, "fault": kind, **more}).encode()
    request = urllib.request.Request(
        f"{url}/_control/faults", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=5).close()


def seen(url: str, after: int) -> list[str]:
    """The operations in a stand-in's journal."""
    return [
        entry["operation"]
        for entry in json.loads(get(f"{url}/_control/journal?after={after}")[1])["entries"]
    ]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    running = Services(
        tmp_path_factory.mktemp("world"),
        manifest=slack_manifest.read(),
        rate_limits=False,
        ticking=False,
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def port(db: Database, services: Services) -> Iterator[Callable[..., str]]:
    """Health on a port; its address. Nothing is believed from an earlier look."""
    ports: list[HealthPort] = []

    def serve(pulse: Pulse | None = None, slack_url: str = "", aws_url: str = "") -> str:
        keys = services.keys
        settings = Settings(
            SLACK_BOT_TOKEN=keys.bot_token,
            AWS_ENDPOINT_URL=aws_url or services.aws_url,
            AWS_ACCESS_KEY_ID=keys.access_key,
            AWS_SECRET_ACCESS_KEY=keys.secret_key,
        )
        slack = WebClient(
            keys.bot_token, base_url=f"{slack_url or services.slack_url}/api/", retry_handlers=[]
        )
        served = HealthPort(
            Health(db, health.checks(db, slack, Aws(settings), pulse)), "127.0.0.1", 0
        )
        served.start()
        ports.append(served)
        return f"http://127.0.0.1:{served.port}"

    yield serve
    for served in ports:
        served.stop()


def not_ready(url: str) -> dict[str, str]:
    """What /readyz says is wrong."""
    status, body = get(f"{url}/readyz")
    checks = json.loads(body)["checks"]
    wrong = {name: words for name, words in checks.items() if words != "ok"}
    assert status == (503 if wrong else 200)
    assert json.loads(body)["ready"] is not bool(wrong)
    return wrong


def test_alive_and_ready(port: Callable[..., str], db: Database) -> None:
    """A process that works would be restarted, or one that does not would be kept."""
    Pulse(db).beat()
    url = port()
    assert get(f"{url}/healthz") == (200, '{"alive": true}\n')
    assert not_ready(url) == {}
    assert get(f"{url}/elsewhere")[0] == 404


def test_alive_asks_nobody(port: Callable[..., str], db: Database) -> None:
    """Every process would be restarted because Slack is down."""
    url = port(slack_url="http://127.0.0.1:9", aws_url="http://127.0.0.1:9")
    db.close()
    assert get(f"{url}/healthz")[0] == 200


def test_others_that_do_not_answer(port: Callable[..., str], db: Database) -> None:
    """Nobody would be called while Slack or AWS is out of reach."""
    Pulse(db).beat()
    wrong = not_ready(port(slack_url="http://127.0.0.1:9", aws_url="http://127.0.0.1:9"))
    assert set(wrong) == {"slack", "aws"}


def test_token_that_slack_refuses(
    port: Callable[..., str], db: Database, services: Services
) -> None:
    """The commonest end of a bot would look like health."""
    Pulse(db).beat()
    control = f"{services.slack_url}/_control/token"
    for state, wrong in (("token_revoked", {"slack"}), (None, set())):
        request = urllib.request.Request(
            control, json.dumps({"state": state}).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=5).close()
        assert set(not_ready(port())) == wrong


@pytest.mark.parametrize("kind", ["garbage", "error_500", "drop_after"])
def test_slack_that_answers_nonsense(
    port: Callable[..., str], db: Database, services: Services, kind: str
) -> None:
    """The look at health itself would break."""
    Pulse(db).beat()
    fault(services.slack_url, "auth.test", kind, times=1)
    assert set(not_ready(port())) == {"slack"}


def test_database_of_another_version(port: Callable[..., str], db: Database) -> None:
    """An upgrade without `labeljob migrate` would fail at people instead."""
    Pulse(db).beat()
    with db.write() as session:
        session.connection().execute(db.sql("UPDATE alembic_version SET version_num = '0000'"))
    assert "labeljob migrate" in not_ready(port())["database"]


def test_database_without_tables(port: Callable[..., str], db: Database) -> None:
    """The look at health would be an error of its own, and nobody would read that `labeljob
    migrate` is needed.
    """
    url = port()
    with db.write() as session:
        for table in ("alembic_version", "lease", "budget", "outbox"):
            session.connection().execute(db.sql(f"DROP TABLE {table}"))
    wrong = not_ready(url)
    assert "labeljob migrate" in wrong["database"]
    assert {"database", "breaker", "worker"} <= set(wrong)
    assert samples(url)["labeljob_database_up"] == 0


def test_database_of_a_newer_version(port: Callable[..., str], db: Database) -> None:
    """`labeljob migrate` would be advised where only a newer version or a backup helps."""
    Pulse(db).beat()
    with db.write() as session:
        session.connection().execute(db.sql("UPDATE alembic_version SET version_num = '0099'"))
    assert "newer version" in not_ready(port())["database"]


def test_check_that_breaks(db: Database) -> None:
    """A fault of ours in one look would hide what all the others see, and be no words at all."""

    def broken() -> str:
        raise ZeroDivisionError

    served = HealthPort(Health(db, {"odd": broken, "even": str}), "127.0.0.1", 0)
    served.start()
    try:
        assert not_ready(f"http://127.0.0.1:{served.port}") == {
            "odd": "This could not be looked at (ZeroDivisionError); the log says why."
        }
    finally:
        served.stop()


def test_database_that_is_locked(db: Database) -> None:
    """Nothing could be taken in, and nobody would know."""
    quick = Database(db.url, busy_wait=0.05)
    try:
        with db.write() as session:
            if not db.is_sqlite:
                session.connection().exec_driver_sql("LOCK TABLE lease")
            assert health.asked(lambda: health.database(quick))()
        assert not health.asked(lambda: health.database(quick))()
    finally:
        quick.close()


def test_breaker(port: Callable[..., str], db: Database) -> None:
    """Cards would stand still for an hour without a word."""
    Pulse(db).beat()
    with db.write() as session:
        session.connection().execute(
            db.sql(
                "INSERT INTO budget (scope, tokens, refilled_at, blocked_until) VALUES ('T0:*', "
                "0, :now, :now + 60)"
            )
        )
    assert set(not_ready(port())) == {"breaker"}


def test_worker_elsewhere(port: Callable[..., str], db: Database) -> None:
    """A web process would take in jobs that nobody ever launches."""
    assert set(not_ready(port())) == {"worker"}
    Pulse(db).beat()
    assert not_ready(port()) == {}
    with db.write() as session:
        session.connection().execute(
            db.sql("UPDATE lease SET until = :now - 1 WHERE name = 'worker'")
        )
    assert "labeljob serve --role worker" in not_ready(port())["worker"]


def test_round_that_hangs(port: Callable[..., str], db: Database) -> None:
    """A worker whose watching has stopped would keep telling the others that it is well."""
    now = [1000.0]
    pulse = Pulse(db, clock=lambda: now[0])
    rounds = {
        each.name: each
        for each in pulse.watched(
            [Round("watch", 30, simple(int)), Round("teams", 60, simple(int))]
        )
    }
    assert set(rounds) == {"watch", "teams", "beat"}
    rounds["beat"].run()
    assert not_ready(port(pulse)) == {}
    now[0] += 5 * 30 + 1
    rounds["teams"].run()
    assert pulse.late() == ["watch"]
    assert "watch" in not_ready(port(pulse))["worker"]
    with db.write() as session:
        session.connection().execute(
            db.sql("UPDATE lease SET until = :now - 1 WHERE name = 'worker'")
        )
    rounds["beat"].run()
    assert set(not_ready(port())) == {"worker"}
    rounds["watch"].run()
    rounds["beat"].run()
    assert not_ready(port(pulse)) == {}


def test_round_may_work_long(db: Database) -> None:
    """A large manifest that is being written would count as a dead worker."""
    now = [1000.0]
    pulse = Pulse(db, clock=lambda: now[0])
    pulse.watched([Round("launch", 1, simple(int))])
    now[0] += 100
    assert pulse.late() == []


def test_good_answers_are_believed_for_a_while() -> None:
    """Ten probes a second would be ten calls of Slack's a second."""
    now, words, asked = [0.0], [""], []

    def check() -> str:
        asked.append(now[0])
        return words[0]

    lately = Lately(check, life=60, pause=5, clock=lambda: now[0])
    for now[0] in (0.0, 30.0, 59.0):
        assert lately() == ""
    words[0] = "away"
    for now[0] in (60.0, 64.0):
        assert lately() == "away"
    words[0] = ""
    now[0] = 65.0
    assert lately() == ""
    assert asked == [0.0, 60.0, 65.0]


def test_metrics_of_the_database(port: Callable[..., str], db: Database) -> None:
    """A queue that grows would be seen by those who wait in it."""
    with db.write() as session:
        session.connection().execute(
            db.sql(
                "INSERT INTO outbox (id, dedupe_key, team_id, channel, subject_kind, subject_id, "
                "priority, broadcast,"
                " payload, state, fence, lease_until, not_before, tries, created)"
                " SELECT state, state, 'T', 'C', 'job', 'j', 5, FALSE, '{}', state, 0, 0, 0, 0, "
                ":now - 100 FROM (SELECT 'ready' AS state UNION SELECT 'sending' UNION SELECT "
                "'dead' UNION SELECT 'done') AS s"
            )
        )
    found = samples(port())
    assert found['labeljob_outbox{kind="line",state="waiting"}'] == 2
    assert found['labeljob_outbox{kind="line",state="dead"}'] == 1
    assert 99 <= found["labeljob_outbox_oldest_seconds"] <= 160
    assert found["labeljob_database_up"] == 1


def test_the_newest_revision_is_that_of_alembic() -> None:
    """Without this, a start would take tables for new that are not, and leave them as they are."""
    folder = Path(db_of.__file__).parent / "migrations"
    assert newest_revision() == ScriptDirectory(str(folder)).get_current_head()


def practice(
    services: Services, transport: str, tmp_path: Path, **gaps: str
) -> tuple[Practice, str]:
    """The bot beside the running stand-ins, and the address of its health."""
    bot_port, health_port = free_port(0), free_port(0)
    fast = {
        "LABELJOB_POLL_GAP": "1",
        "LABELJOB_TEAMS_GAP": "1",
        "LABELJOB_LOG_FORMAT": "json",
        **gaps,
    }
    fast |= {"LABELJOB_HEALTH_PORT": str(health_port)}
    made = Practice(
        tmp_path,
        services.addresses,
        lambda: services,
        transport=transport,
        bot_port=bot_port,
        gaps=fast,
    )
    made.bot.start()
    made.bot.wait_until(made.answers)
    return made, f"http://127.0.0.1:{health_port if transport == 'socket' else bot_port}"


def ended(bot: RunningBot) -> int:
    """The exit code after SIGTERM, within the 15 seconds that a process is given before it is
    killed.
    """
    process = bot._process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(15)
    finally:
        bot.kill()
        bot.stop()


def log_of(bot: RunningBot) -> list[dict[str, Any]]:
    """The bot's log; every line of it is one JSON object."""
    text = bot.log.read_text()
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError:
        raise AssertionError(text) from None


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_serve_answers_to_its_end(services: Services, transport: str, tmp_path: Path) -> None:
    """A deployment would cost somebody their answer, or a minute of waiting for the kill."""
    made, url = practice(services, transport, tmp_path)
    mara, sam = (Person(services.slack_url, user) for user in ("U0MARA", "U0SAM"))
    answer: dict[str, Any] = {}
    try:
        wait_until(lambda: get(f"{url}/readyz")[0] == 200)
        assert "ephemeral" in sam.command("C0DATA", "/labeljob", "help")
        found = samples(url)
        assert found['labeljob_request_seconds_count{kind="command",outcome="ok"}'] >= 1
        rounds_url = (
            url
            if transport == "socket"
            else f"http://127.0.0.1:{made.bot._settings['LABELJOB_HEALTH_PORT']}"
        )
        for name in (
            'labeljob_round_seconds_count{outcome="done",round="watch"}',
            'labeljob_aws_calls_total{operation="ListWorkteams",outcome="ok",service="sagemaker"}',
        ):
            wait_until(lambda name=name: samples(rounds_url).get(name, 0) >= 1)  # type: ignore[misc]
        before = seen(services.slack_url, 0)
        fault(services.slack_url, "users.info", "delay", times=1, seconds=1.0)
        asking = threading.Thread(
            target=lambda: answer.update(mara.command("C0DATA", "/labeljob", "list"))
        )
        asking.start()
        wait_until(lambda: "users.info" in seen(services.slack_url, len(before)))
        assert ended(made.bot) == 0
        asking.join()
    finally:
        made.bot.kill()
    assert "ephemeral" in answer
    assert [line for line in log_of(made.bot) if line["level"] in {"error", "critical"}] == []


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_serve_ends_while_aws_hangs(services: Services, transport: str, tmp_path: Path) -> None:
    """A process that waits for AWS would be killed in the middle of something else."""
    made, _url = practice(services, transport, tmp_path)
    book = services.aws.faults.book
    try:
        before = book.last
        fault(services.aws_url, "SageMaker.ListWorkteams", "delay", seconds=15)
        wait_until(
            lambda: any(e["operation"] == "SageMaker.ListWorkteams" for e in book.entries(before))
        )
        assert ended(made.bot) == 0
    finally:
        book.clear()
        made.bot.kill()
    assert any("a round did not end" in line["message"] for line in log_of(made.bot))
