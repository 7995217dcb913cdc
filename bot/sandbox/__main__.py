"""`labeljob sandbox` and `labeljob demo`: the practice workspace for people with neither account.

The only file of the sandbox that knows the bot, and all it takes from it is the Slack app's
manifest: the bot itself runs as a process of its own, on settings that are given to it one by one.
That process is started before anything else is imported here, so that both sides read their code at
the same time.
"""

import fcntl
import json
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from bot.base.errors import Refusal
from bot.sandbox.ports import NoFreePort, free_port
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.practice import Practice, folder_of
from bot.sandbox.workspace.running_bot import BotFailed

if TYPE_CHECKING:  # imported when the bot is on its way
    from bot.sandbox.workspace.services import Services

_FAST = {
    "LABELJOB_POLL_GAP": "0.5",
    "LABELJOB_SEND_GAP": "0.1",
    "LABELJOB_CARD_GAP": "1",
    "LABELJOB_TEAMS_GAP": "5",
}  # a practice second is worth a minute of work
_HURRY = {
    **_FAST,
    "LABELJOB_POST_PACE": "20",  # at Slack's usual pace most of a demo would be waiting
    "LABELJOB_OBJECTS_PER_JOB": "1250",  # a campaign needs no 100,000 objects
    "LABELJOB_MODEL_HOURS": "0.05",  # no longer than AWS's clock may be ahead of the bot's
}
_IMPORT = 0.3  # seconds that Rekognition takes in a demo
_GOOD = {"Completed", "CREATE_COMPLETE", "UPDATE_COMPLETE", "STOPPED"}
STORY, ALL_TYPES, RESULTS, DATASETS = "story", "all-types", "results", "datasets"
_PACE = 0.2  # objects that the simulated team labels in a second: slow enough to watch
_DEMO_PACE = 60.0
_LOOK = 1.0  # seconds between two looks whether the bot lives


class PracticeFailed(Refusal):
    """The practice workspace did not start."""


def run(  # noqa: PLR0913 - what can be chosen of a workspace
    folder: str,
    port: int,
    transport: str,
    pictures: str | None,
    pace: float = _PACE,
    *,
    people: str = "off",
) -> int:
    """Start the practice workspace and keep it until Ctrl-C; what happened stays in `folder`.
    `people` is what is kept and told of those who label (LABELJOB_PEOPLE).
    """
    own = _own_pictures(pictures)
    lock, where = _alone(folder), folder_of(folder)
    addresses, bot_port = _ports(where, port)
    practice = Practice(
        where,
        addresses,
        lambda: _services(where, addresses, own, pace=pace),
        transport=transport,
        bot_port=bot_port,
        gaps=_FAST | {"LABELJOB_PEOPLE": people},
    )
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # until it is open; the bot must not be left behind
    ending = threading.Event()
    try:
        print("Opening the practice workspace", file=sys.stderr)  # noqa: T201 - this is a command
        practice.open()
        _end_by_signal(ending)
        new = not (where / "opened").exists()
        _say(f"\nThe practice workspace is open:  {addresses.slack_url}\n")
        _say(f"It remembers everything in {folder}; `make reset` forgets it. Ctrl-C ends it.")
        if new:
            _say("Mara, Lin and Sam are beginning to work: their first jobs appear within seconds.")
        threading.Thread(
            target=_furnish, args=(practice.services, ending), kwargs={"new": new}, daemon=True
        ).start()
        while practice.bot.alive() and not ending.wait(_LOOK):
            pass
        if not ending.is_set():
            raise PracticeFailed(f"The bot has ended. {practice.bot.last_words()}")
    except BotFailed as error:
        raise PracticeFailed(str(error)) from error
    finally:
        ending.set()
        practice.stop()
        lock.close()
    return 0


def _furnish(services: "Services", ending: threading.Event, *, new: bool) -> None:
    """What nobody has to wait for: the pictures, and in a new workspace its first minute."""
    drawing = threading.Thread(target=services.draw, args=(_say,), daemon=True)
    drawing.start()
    if new:
        from bot.sandbox.workspace.first_minute import FirstMinute  # noqa: PLC0415 - see the module's docstring

        try:
            FirstMinute(services).play(drawing.join)
        except (PracticeError, OSError) as error:
            if not ending.is_set():
                words = (
                    "Everything works, but the example jobs are not all there; the next start "
                    "makes up for it"
                )
                print(f"{words} ({error}).", file=sys.stderr)  # noqa: T201 - this is a command
            return
        (services.folder / "opened").touch()


def services_only(folder: str, port: int, pace: float = _PACE) -> int:
    """Start the stand-ins alone, print `NAME=value` lines that point any client at them, and keep
    them.
    """
    lock, where = _alone(folder), folder_of(folder)
    services = _services(where, _ports(where, port)[0], None, pace=pace)
    ending = threading.Event()
    _end_by_signal(ending)
    services.start()
    for name, value in services.environment().items():
        _say(f"{name}={value}")
    ending.wait()
    services.stop()
    lock.close()
    return 0


def forget(folder: str) -> int:
    """Delete what a practice workspace remembers in this folder, unless it is open."""
    where = Path(folder).resolve()
    if not where.exists():
        _say(f"There is nothing to forget: {folder} is not there.")
        return 0
    if not (where / "keys.json").exists():
        raise PracticeFailed(
            f"--folder: {folder} is not the folder of a practice workspace; nothing was deleted."
        )
    lock = _alone(folder, "Stop it first (Ctrl-C where it runs); nothing was forgotten.")
    shutil.rmtree(where)
    lock.close()
    _say(f"Forgotten: {folder} is gone.")
    return 0


def in_a_hurry(folder: Path, clock: Callable[[], float] = time.time) -> tuple[Practice, Addresses]:
    """A practice workspace for a demo, not started yet: people and service do not dawdle. `clock`
    is AWS's.
    """
    addresses = Addresses(folder)

    def make() -> "Services":
        from bot.sandbox.crowd.simulated_teams import FLYING  # noqa: PLC0415 - see the module's docstring

        hurry = {"pace": _DEMO_PACE, "behaviours": FLYING, "rate_limits": False}
        quick = {"clock": clock, "import_seconds": _IMPORT}
        return _services(folder, addresses, None, banner=None, **hurry, **quick)

    port = free_port(0)
    practice = Practice(folder, addresses, make, transport="http", bot_port=port, gaps=_HURRY)
    return practice, addresses


def demo(*, as_json: bool, what: str = STORY, sheets: str = "") -> int:
    """Play the whole story once, or another of the demos, in a folder that is thrown away; exit
    code 0 when it ended well. The sheets of results stay in the folder `sheets`.
    """
    clock = MovableClock()
    with tempfile.TemporaryDirectory(prefix="labeljob-demo-") as name:
        practice, addresses = in_a_hurry(Path(name), clock)
        try:
            play, tell = _demo(what, practice, addresses, clock, Path(sheets or name))
            from bot.sandbox.workspace.demo import watched  # noqa: PLC0415 - its progress bar is only for demos

            result = watched(play)
        except (PracticeError, BotFailed) as error:
            tail = (
                practice.bot.log.read_text(errors="replace")[-3000:]
                if practice.bot.log.exists()
                else ""
            )
            raise PracticeFailed(f"The demo did not end well: {error}\n{tail}") from error
        finally:
            practice.stop()
    if as_json:
        _say(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        tell(result)
    statuses = (each["status"] for every in result.values() if _told(every) for each in every)
    return 0 if _GOOD.issuperset(statuses) else 1


def _told(every: object) -> bool:
    """Whether these are jobs, datasets or models of a demo."""
    return isinstance(every, list) and all(isinstance(each, dict) for each in every)


def _demo(
    what: str, practice: Practice, addresses: Addresses, clock: MovableClock, folder: Path
) -> tuple[Callable[..., dict[str, Any]], Callable[[dict[str, Any]], None]]:
    """What plays a demo, and what prints its result for people."""
    from bot.sandbox.workspace import demo as story  # noqa: PLC0415 - see the module's docstring

    if what == ALL_TYPES:
        from bot.sandbox.workspace.all_types import AllTypes  # noqa: PLC0415 - as above

        return AllTypes(practice, addresses).play, story.list_out
    if what == RESULTS:
        from bot.sandbox.workspace import results_demo  # noqa: PLC0415 - as above

        return results_demo.ResultsDemo(practice, addresses, folder).play, results_demo.tell
    if what == DATASETS:
        from bot.sandbox.workspace import datasets_demo as made  # noqa: PLC0415 - as above

        return made.DatasetsDemo(practice, addresses, folder, clock).play, made.tell
    return story.Demo(practice, addresses).play, story.read_out


def _services(folder: Path, addresses: Addresses, own: Path | None, **other: Any) -> "Services":
    from bot.sandbox.workspace.first_minute import BANNER  # noqa: PLC0415 - as above
    from bot.sandbox.workspace.services import Services  # noqa: PLC0415 - as above
    from bot.slack import manifest as slack_manifest  # noqa: PLC0415 - see the module's docstring

    chosen: dict[str, Any] = {"banner": BANNER, **other}
    return Services(
        folder, manifest=slack_manifest.read(), addresses=addresses, pictures=own, **chosen
    )


def _own_pictures(pictures: str | None) -> Path | None:
    own = Path(pictures).expanduser() if pictures else None
    if own is not None and not own.is_dir():
        raise PracticeFailed(
            f"There is no folder {pictures}. PICTURES names a folder of .jpg or .png files."
        )
    return own


def _ports(folder: Path, first: int) -> tuple[Addresses, int]:
    """The stand-ins' addresses from the port `first` on, and the bot's port after them."""
    try:
        return Addresses(folder, first), free_port(first and first + 3)
    except NoFreePort as error:
        raise PracticeFailed(f"--port: {error}") from error


def _alone(folder: str, remedy: str = "Close it, or name another folder.") -> IO[str]:
    """Hold the folder: two practice workspaces in one would write over each other."""
    try:
        lock = (folder_of(folder) / "lock").open("w")
    except OSError as error:
        raise PracticeFailed(
            f"--folder: the practice workspace cannot remember anything in {folder} "
            f"({error.strerror}). "
            "Name a folder that you may write to, or one that is not there yet."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise PracticeFailed(
            f"A practice workspace is open in {folder} already. {remedy}"
        ) from error
    return lock


def _end_by_signal(ending: threading.Event) -> None:
    """Ctrl-C and SIGTERM set it from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(
        demo(as_json=False) if "demo" in sys.argv[1:] else run(".sandbox", 8470, "socket", None)
    )
