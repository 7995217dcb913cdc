"""`labeljob sandbox` and `labeljob demo`: the practice workspace for people with neither account.

The only file of the sandbox that knows the bot, and all it takes from it is the Slack app's manifest: the bot itself
runs as a process of its own, on settings that are given to it one by one.
"""

import fcntl
import json
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from rich.console import Console

from bot import slack_manifest
from bot.base.errors import Refusal
from bot.sandbox.aws.simulated_teams import FLYING
from bot.sandbox.demo import Demo, read_out, watched
from bot.sandbox.first_minute import BANNER, FirstMinute
from bot.sandbox.person import PracticeError
from bot.sandbox.practice import Practice, folder_of
from bot.sandbox.running_bot import BotFailed
from bot.sandbox.services import Services, free_port

_FAST = {
    "LABELJOB_POLL_GAP": "0.5",
    "LABELJOB_SEND_GAP": "0.1",
    "LABELJOB_CARD_GAP": "1",
    "LABELJOB_TEAMS_GAP": "5",
}  # a practice second is worth a minute of work
_PACE = 0.2  # objects a simulated team labels in a second: slow enough to watch
_DEMO_PACE = 60.0


class PracticeFailed(Refusal):
    """The practice workspace did not start."""


def run(folder: str, port: int, transport: str, pictures: str | None) -> int:
    """Start the practice workspace and keep it until Ctrl-C; what happened stays in `folder`."""
    lock = _alone(folder)
    services = _services(folder, port, pictures)
    practice = Practice(services, transport=transport, bot_port=free_port(port + 3), gaps=_FAST)
    first = not (services.folder / "opened").exists()
    with Console(stderr=True).status("Opening the practice workspace") as status:
        try:
            practice.start()
            if first:
                status.update("Mara, Lin and Sam begin to work")
                FirstMinute(services).play()
                (services.folder / "opened").touch()
        except (BotFailed, PracticeError) as error:
            practice.stop()
            raise PracticeFailed(str(error)) from error
    print(f"\nThe practice workspace is open:  {services.slack_url}\n", flush=True)  # noqa: T201 - this is a command
    print(f"It remembers everything in {folder}; `make reset` forgets it. Ctrl-C ends it.", flush=True)  # noqa: T201
    _wait_for_the_end()
    practice.stop()
    lock.close()
    return 0


def services_only(folder: str, port: int) -> int:
    """Start the stand-ins alone, print `NAME=value` lines that point any client at them, and keep them."""
    lock = _alone(folder)
    services = _services(folder, port, None)
    services.start()
    for name, value in services.environment().items():
        print(f"{name}={value}", flush=True)  # noqa: T201 - this is a command
    _wait_for_the_end()
    services.stop()
    lock.close()
    return 0


def demo(*, as_json: bool) -> int:
    """Play the whole story once in a folder that is thrown away; exit code 0 when it ended well."""
    with tempfile.TemporaryDirectory(prefix="labeljob-demo-") as folder:
        services = Services(Path(folder), manifest=slack_manifest.read(), pace=_DEMO_PACE, behaviours=FLYING)
        practice = Practice(services, transport="http", bot_port=free_port(0), gaps=_FAST)
        try:
            result = watched(Demo(practice))
        except (PracticeError, BotFailed) as error:
            tail = practice.bot.log.read_text(errors="replace")[-3000:] if practice.bot.log.exists() else ""
            raise PracticeFailed(f"The demo did not end well: {error}\n{tail}") from error
        finally:
            practice.stop()
    if as_json:
        print(json.dumps(result, indent=2, ensure_ascii=False))  # noqa: T201 - this is a command
    else:
        read_out(result)
    good = all(job["status"] == "Completed" for job in result["jobs"])
    return 0 if good and all(each["status"] == "CREATE_COMPLETE" for each in result["datasets"]) else 1


def _services(folder: str, port: int, pictures: str | None) -> Services:
    own = Path(pictures).expanduser() if pictures else None
    if own is not None and not own.is_dir():
        raise PracticeFailed(f"There is no folder {pictures}. PICTURES names a folder of .jpg or .png files.")
    return Services(
        folder_of(folder),
        manifest=slack_manifest.read(),
        first_port=port,
        pace=_PACE,
        pictures=own,
        banner=BANNER,
    )


def _alone(folder: str) -> IO[str]:
    """Hold the folder: two practice workspaces in one would write over each other."""
    lock = (folder_of(folder) / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise PracticeFailed(
            f"A practice workspace is open in {folder} already. Close it, or name another folder."
        ) from error
    return lock


def _wait_for_the_end() -> None:
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    ending.wait()


if __name__ == "__main__":
    sys.exit(demo(as_json=False) if "demo" in sys.argv[1:] else run(".sandbox", 8470, "socket", None))
