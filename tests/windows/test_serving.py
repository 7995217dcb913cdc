"""The process that answers signed HTTP, and what it leaves behind."""

import ctypes
import shutil
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from bot.sandbox.ports import free_port
from bot.sandbox.workspace.running_bot import RunningBot
from bot.slack.installation import BadSlack
from tests.faults.near import Near
from tests.faults.world import is_listening, running, until


def test_killed_bot_leaves_nobody_on_its_port(tmp_path: Path, migrated: Path) -> None:
    """Without this, a killed bot's web process would answer Slack with old code for ever, beside
    the next one.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot, url = world.start_http("one", role="web")
        port = int(url.rpartition(":")[2].partition("/")[0])
        bot.kill()
        until(lambda: not is_listening(port), what="the end of the web process")


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_signal_that_does_not_wake_the_main_thread_ends_the_bot(
    tmp_path: Path, migrated: Path, transport: str
) -> None:
    """Without this, a bot told to stop in the very moment in which it becomes ready would go on
    until it is killed.

    That moment is short; a signal to another thread leaves the main one asleep in the same way.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot = world.start_http("one")[0] if transport == "http" else world.start("one")
        tasks = sorted(int(task.name) for task in Path(f"/proc/{bot.pid}/task").iterdir())
        other = next(task for task in tasks if task != bot.pid)
        assert ctypes.CDLL(None).tgkill(bot.pid, other, signal.SIGTERM) == 0
        until(lambda: not bot.alive(), what="the end of the process")


def test_web_role_of_socket_mode_answers_on_the_port_that_it_was_given(
    tmp_path: Path, migrated: Path
) -> None:
    """Without this, a platform that waits for its web process to listen would end it after a
    minute, again and again.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    port = free_port(0)
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        world.start("one", role="web", PORT=str(port))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            assert answer.status == 200


def test_slack_that_falls_silent_while_the_app_is_built_is_told_in_words(
    tmp_path: Path, migrated: Path
) -> None:
    """Without this, a start in a bad moment of Slack's would end with a traceback instead of what
    to look at.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        near = Near(world)
        for fault in ("drop_after", "error_500", "garbage"):
            world.fault("auth.test", fault, times=1)
            with pytest.raises(BadSlack, match="Slack does not answer"):
                near.bot.app()
        near.bot.ground.db.close()


def taken() -> socket.socket:
    """A port that somebody serves."""
    made = socket.create_server(("127.0.0.1", 0))
    made.listen()
    return made


@pytest.mark.parametrize(
    ("transport", "setting"),
    [
        ("socket", "LABELJOB_HEALTH_PORT"),
        ("http", "LABELJOB_HEALTH_PORT"),
        ("http", "LABELJOB_PORT"),
    ],
)
def test_port_that_is_taken_is_told(
    tmp_path: Path, migrated: Path, transport: str, setting: str
) -> None:
    """Without this, a second bot on a machine would end in a traceback, or share the first one's
    port in silence.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world, taken() as other:
        port = str(other.getsockname()[1])
        ports = {"LABELJOB_PORT": str(free_port(0)), setting: port}
        bot = RunningBot(
            {**world.settings(), "LABELJOB_SLACK_TRANSPORT": transport, **ports}, tmp_path
        )
        bot.start()
        until(lambda: not bot.alive(), what="the end of the process")
        bot.stop()
        said = bot.log.read_text()
    assert f"{setting}: port {port} of 127.0.0.1 is taken." in said
    assert "Traceback" not in said


def test_port_of_a_bot_that_serves_is_not_shared(tmp_path: Path, migrated: Path) -> None:
    """Without this, two bots of one machine would each get a part of Slack's requests."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        first, url = world.start_http("one", role="web")
        port = int(url.rpartition(":")[2].partition("/")[0])
        second = world.replica("two", role="web", port=port)
        second.start()
        until(lambda: not second.alive(), what="the end of the second one")
        assert f"LABELJOB_PORT: port {port} of 127.0.0.1 is taken." in second.log.read_text()
        first.kill()
        world.start("three", role="web", port=port)


def test_signed_http_says_that_it_is_ready(tmp_path: Path, migrated: Path) -> None:
    """Without this, nobody could tell from a log whether and where a web process serves."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot, url = world.start_http(
            "one", role="web", LABELJOB_LOG_LEVEL="INFO", LABELJOB_HOST="localhost"
        )
        port = url.rpartition(":")[2].partition("/")[0]
        until(
            lambda: f"labeljob is ready on localhost:{port}" in bot.log.read_text(), what="the line"
        )
        assert is_listening(int(port))
