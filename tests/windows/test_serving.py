"""The process that answers signed HTTP, and what it leaves behind."""

import ctypes
import shutil
import signal
from pathlib import Path

import pytest

from bot.wiring import BadSlack
from tests.faults.near import Near
from tests.faults.world import is_listening, running, until


def test_killed_bot_leaves_nobody_on_its_port(tmp_path: Path, migrated: Path) -> None:
    """Without this, a killed bot's web process would answer Slack with old code for ever, beside the next one."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot, url = world.start_http("one", role="web")
        port = int(url.rpartition(":")[2].partition("/")[0])
        bot.kill()
        until(lambda: not is_listening(port), what="the end of the web process")


@pytest.mark.parametrize("transport", ["socket", "http"])
def test_signal_that_does_not_wake_the_main_thread_ends_the_bot(tmp_path: Path, migrated: Path, transport: str) -> None:
    """Without this, a bot told to stop in the very moment in which it becomes ready would go on until it is killed.

    That moment is short; a signal to another thread leaves the main one asleep in the same way.
    """
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot = world.start_http("one")[0] if transport == "http" else world.start("one")
        tasks = sorted(int(task.name) for task in Path(f"/proc/{bot.pid}/task").iterdir())
        other = next(task for task in tasks if task != bot.pid)
        assert ctypes.CDLL(None).tgkill(bot.pid, other, signal.SIGTERM) == 0
        until(lambda: not bot.alive(), what="the end of the process")


def test_slack_that_falls_silent_while_the_app_is_built_is_told_in_words(tmp_path: Path, migrated: Path) -> None:
    """Without this, a start in a bad moment of Slack's would end with a traceback instead of what to look at."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        near = Near(world)
        for fault in ("drop_after", "error_500", "garbage"):
            world.fault("auth.test", fault, times=1)
            with pytest.raises(BadSlack, match="Slack does not answer"):
                near.bot.app()
        near.bot.db.close()
