"""The process that answers signed HTTP, and what it leaves behind."""

import shutil
from pathlib import Path

from tests.faults.world import is_listening, running, until


def test_killed_bot_leaves_nobody_on_its_port(tmp_path: Path, migrated: Path) -> None:
    """Without this, a killed bot's web process would answer Slack with old code for ever, beside the next one."""
    shutil.copy(migrated, tmp_path / "labeljob.db")
    with running(tmp_path, f"sqlite:///{tmp_path}/labeljob.db") as world:
        bot, url = world.start_http("one", role="web")
        port = int(url.rpartition(":")[2].partition("/")[0])
        bot.kill()
        until(lambda: not is_listening(port), what="the end of the web process")
