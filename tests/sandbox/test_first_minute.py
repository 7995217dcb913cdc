"""What a newcomer sees of `labeljob sandbox`: the first minute, whenever it was interrupted, and a
bot that ends.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.__main__ import _PACE
from bot.sandbox.ports import free_port
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import card_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PATIENCE = 200.0  # a launch that was cut in the middle is taken up when its lease is over
WHERE = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}


@contextmanager
def opened(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], Person]]:
    """The practice workspace from the command line, and Mara in it."""
    command = [
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        "--folder",
        str(folder),
        "--port",
        str(free_port(0)),
        *more,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=WHERE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = next(line for line in process.stdout if "is open" in line)
            yield process, Person(line.split()[-1], "U0MARA")
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def bot_of(process: subprocess.Popen[str]) -> int:
    """The process of the bot."""
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(child)


def wait_until(holds: Callable[[], object]) -> None:
    """Look again and again."""
    never, end = threading.Event(), time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        never.wait(0.05)


def cards(mara: Person) -> list[str]:
    """The names of the jobs in the channel."""
    texts = [message["text"] for message in mara.messages("C0DATA")]
    return sorted(text.rpartition("job ")[2].split()[0] for text in texts)


def test_the_first_minute_is_played_whole_and_once(tmp_path: Path) -> None:
    """Without this, a newcomer who closed the terminal too early would have a broken workspace at
    every later start.
    """
    with opened(tmp_path) as (process, mara):
        assert "ephemeral" in mara.command("C0DATA", "/labeljob", "help"), (
            "what is open answers at once"
        )
        wait_until(lambda: cards(mara))
    assert not (tmp_path / "opened").exists()
    with opened(tmp_path, "--people", "by-person") as (process, mara):
        wait_until((tmp_path / "opened").exists)
        assert cards(mara) == ["first-basket", "ripe-july", "spring-blossoms"]
        wait_until(lambda: "of 200" in card_of(mara, "C0DATA", "ripe-july")["text"])
        assert any(
            "Completed. All 8 labeled" in message["text"] for message in mara.messages("C0DATA")
        )
        finished = card_of(mara, "C0DATA", "first-basket")["ts"]
        wait_until(lambda: any(each.get("files") for each in mara.thread("C0DATA", finished)))
        assert mara.ask_for("views")["view_stack"] == [], "no window is left open"
        sam = copy(mara)
        sam.user = "U0SAM"
        asked = "people first-basket"
        wait_until(lambda: " objects · " in str(sam.command("C0DATA", "/labeljob", asked)))
        os.kill(bot_of(process), signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
        assert process.stderr is not None
        assert "The bot has ended. Its log ends like this:" in process.stderr.read()


def test_the_moving_job_moves_for_a_quarter_of_an_hour() -> None:
    """Without this, whoever reads the page first would find nothing left to watch or to label."""
    names = [scene.name for scene in seed.harvest()]
    assert len(names) == len(set(names))
    assert len(names) / _PACE >= 15 * 60


def forget(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `make reset` runs."""
    command = [sys.executable, "-m", "bot", "sandbox", "--folder", str(folder), "--forget"]
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=WHERE, text=True, check=False)


def test_your_own_pictures_are_told_with_their_place(tmp_path: Path) -> None:
    """Without this, whoever brought pictures would look for them in every bucket."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "one.jpg").write_bytes(b"x")
    (own / "two.heic").write_bytes(b"x")
    with opened(tmp_path / "practice", "--pictures", str(own)) as (process, _mara):
        assert process.stdout is not None
        said = next(line for line in process.stdout if "s3://" in line)
        assert (
            said == "Your 1 picture lies at  s3://orchard-raw/my-pictures/  (type it in a form).\n"
        )
        assert "1 file of another kind, such as two.heic" in process.stdout.readline()


def test_what_is_open_is_not_forgotten(tmp_path: Path) -> None:
    """Without this, `make reset` would take the files from under a workspace that runs, and its
    pages would show errors of a database.
    """
    practice = tmp_path / "practice"
    with opened(practice):
        refused = forget(practice)
        assert refused.returncode == 1
        assert "Stop it first" in refused.stderr
        assert (practice / "keys.json").exists()
    assert forget(practice).returncode == 0
    assert not practice.exists()
    assert "nothing to forget" in forget(practice).stdout


def test_only_the_folder_of_a_practice_workspace_is_forgotten(tmp_path: Path) -> None:
    """Without this, a slip in --folder would delete somebody's own files."""
    (tmp_path / "thesis.txt").write_text("years")
    refused = forget(tmp_path)
    assert refused.returncode == 1
    assert "nothing was deleted" in refused.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_reset_is_that() -> None:
    """Without this, `make reset` would go its own way again."""
    (rule,) = re.findall(r"^reset:.*\n\t(.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert rule.endswith("-m bot sandbox --forget")
