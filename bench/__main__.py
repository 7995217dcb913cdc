"""`make bench`: what the bot's own part costs, as ratios in one run against a floor measured beside
it.

Nothing here fails by a time; the figures are to be read. A ratio is the median of several rounds,
both sides taken in turn, so that a busy machine slows them alike.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bench import manifests
from bench.command import SECRET, signed
from bench.over_http import acknowledgement_over_http
from bench.pictures import contact_sheets
from bench.polling import watch_round
from bot.base.db import Database
from bot.delivery.inbox import Inbox, Request
from bot.manifests import lines
from bot.runtime.manifest_commands.side_by_side import processes_for
from bot.sandbox.http import Server
from bot.sandbox.ports import free_port
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.services import Services
from bot.slack import manifest as slack_manifest
from bot.slack.app import SlackApp
from bot.slack.installation import learn

ROUNDS = 7


def main() -> None:
    """Measure everything, print one table."""
    table = Table("what", "floor", "ours", "ratio", "goal")
    for measure in track(
        (
            acknowledgement,
            acknowledgement_over_http,
            watch_round,
            help_text,
            serve_ready,
            sandbox_ready,
            manifest_check,
            contact_sheet_row,
            manifest_summary,
            summary_by_processes,
            results_counted,
            conversion,
            folder_listing,
            links_in_a_batch,
        ),
        console=Console(stderr=True),
    ):
        table.add_row(*measure())
    Console().print(table)


def acknowledgement() -> tuple[str, ...]:
    """A signed slash command, the durable inbox row included, against Bolt's own dispatch and one
    SQLite commit.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        database.migrate()
        workspace = Server(create_app(_workspace(Path(folder))))
        workspace.start()
        client = WebClient("xoxb-bench", base_url=f"{workspace.url}/api/", retry_handlers=[])
        plain = App(
            client=client,
            signing_secret=SECRET,
            process_before_response=True,
            token_verification_enabled=False,
        )
        door = SlackApp(
            client, signing_secret=SECRET, inbox=Inbox(database), installation=learn(client)
        )
        for app in (plain, door):
            app.command("/labeljob")(lambda ack: ack("ok"))
        inbox = Inbox(database)
        count = iter(range(10**9))

        def floor() -> None:
            plain.dispatch(_command(next(count)))
            request = Request(f"floor:{next(count)}", "command", "T", "U", "x")
            inbox.open(request)

        def ours() -> None:
            door.dispatch(_command(next(count)))

        try:
            return _row("ack of a slash command", floor, ours, times=150, goal="<= 1.5")
        finally:
            workspace.stop()
            database.close()


def _workspace(folder: Path) -> SlackConfig:
    """A Slack that answers auth.test, which Bolt asks once."""
    person = {"id": "U1", "name": "mara"}
    channel = {"id": "C1", "name": "data", "topic": "", "members": ["U1", "bot"]}
    return SlackConfig(
        store=folder / "slack.db",
        manifest=slack_manifest.read(),
        bot_token="xoxb-bench",  # noqa: S106 - worth nothing
        app_token="xapp-bench",  # noqa: S106 - as above
        signing_secret=SECRET,
        people=[person],
        channels=[channel],
    )


def help_text() -> tuple[str, ...]:
    """`labeljob --help` against bare argparse, whole processes."""
    bare = "import argparse; argparse.ArgumentParser().parse_args(['--help'])"

    def floor() -> None:
        subprocess.run([sys.executable, "-c", bare], check=True, stdout=subprocess.DEVNULL)  # noqa: S603

    def ours() -> None:
        subprocess.run(
            [sys.executable, "-m", "bot", "--help"], check=True, stdout=subprocess.DEVNULL
        )

    return _row("labeljob --help", floor, ours, times=3, goal="<= 2")


def serve_ready() -> tuple[str, ...]:
    """`labeljob serve` until it has its connection, against the bare imports of what it is made
    of.
    """
    with tempfile.TemporaryDirectory() as name:
        services = Services(Path(name), manifest=slack_manifest.read())
        services.start()
        practice = Practice(
            Path(name),
            services.addresses,
            lambda: services,
            transport="socket",
            bot_port=free_port(0),
            gaps={},
        )

        def ours() -> float:
            begin = time.perf_counter()
            practice.bot.start()
            practice.bot.wait_until(practice.answers)
            took = time.perf_counter() - begin
            practice.bot.stop()
            return took

        try:
            ours()  # makes the tables
            return _start_row("labeljob serve, ready", ours)
        finally:
            services.stop()


def sandbox_ready() -> tuple[str, ...]:
    """`labeljob sandbox` (not the first time) until it says so, against the same imports."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "bot",
            "sandbox",
            "--folder",
            folder,
            "--port",
            str(free_port(20_000)),
        ]

        def ours() -> float:
            begin = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            assert process.stdout is not None
            next(line for line in process.stdout if "is open" in line)
            took = time.perf_counter() - begin
            process.terminate()
            process.communicate()
            return took

        ours()
        (Path(folder) / "opened").touch()
        return _start_row("labeljob sandbox, ready", ours)


def _start_row(what: str, ours: Callable[[], float]) -> tuple[str, ...]:
    """A start against a process that only imports the libraries that the bot is made of."""
    bare = (
        "import apscheduler.schedulers.background, boto3, jinja2, pydantic_settings, slack_bolt, "
        "sqlmodel"
    )

    def floor() -> None:
        subprocess.run([sys.executable, "-c", bare], check=True)  # noqa: S603

    floors, mine = [], []
    for _ in range(ROUNDS):
        floors.append(_seconds(floor, 1))
        mine.append(ours())
    return _shown(what, floors, mine, goal="<= 2")


def manifest_check() -> tuple[str, ...]:
    """Checking an input manifest of 20,000 lines against decoding its JSON alone."""
    body = b"".join(
        b'{"source-ref":"s3://orchard-raw/july/%06d.jpg"}\n' % number for number in range(20_000)
    )
    decode = msgspec.json.Decoder().decode

    def floor() -> None:
        for line in body.splitlines():
            decode(line)

    def ours() -> None:
        lines.check([body], source_key="source-ref", media=(".jpg",))

    return _row("check of a manifest, 20,000 lines", floor, ours, times=1, goal="told, not set")


def contact_sheet_row() -> tuple[str, ...]:
    """A contact sheet of twenty pictures of a megapixel with boxes, against decoding them at the
    same scale.
    """
    floor, ours = contact_sheets()
    return _row("contact sheet of 20 pictures", floor, ours, times=3, goal="<= 1.6")


def manifest_summary() -> tuple[str, ...]:
    """Counting a box manifest (50,000 lines of 1.1 KB) against the fastest typed decode of it."""
    with manifests.box_manifest(manifests.LINES) as file:
        return _row(
            "summary of a box manifest, 50,000 lines",
            lambda: manifests.decode(file),
            lambda: manifests.count(file),
            times=1,
            goal="<= 1.6",
        )


def summary_by_processes() -> tuple[str, ...]:
    """Counting 200,000 such lines by as many processes as we have cores, 8 at most, against the
    same decode by one: one process's ratio, divided by the cores that are free.
    """
    with manifests.box_manifest(manifests.MANY_LINES) as file:
        cores = processes_for(str(file))
        return _row(
            f"the same by {cores} processes, 200,000 lines",
            lambda: manifests.decode(file),
            lambda: manifests.count_by_processes(file),
            times=1,
            goal=f"<= 1.6 / {cores} on free cores",
        )


def results_counted() -> tuple[str, ...]:
    """The counts and a filtered page of [Results] of the same manifest, against the same decode."""
    with manifests.box_manifest(manifests.LINES) as file:
        return _row(
            "counts and a page of results, 50,000 lines",
            lambda: manifests.decode(file),
            lambda: manifests.count_for_a_card(file),
            times=1,
            goal="<= 3",
        )


def conversion() -> tuple[str, ...]:
    """A box manifest (5,000 lines of 1.1 KB) as COCO, against the fastest typed decode of it."""
    with manifests.box_manifest(manifests.CONVERTED) as file:
        return _row(
            "box manifest to COCO, 5,000 lines",
            lambda: manifests.decode(file),
            lambda: manifests.to_coco(file),
            times=1,
            goal="told, not set",
        )


def folder_listing() -> tuple[str, ...]:
    """The manifest of a far folder of 400,000 keys, once, against one paginator of boto3 (of a
    twentieth of the folder, times twenty).
    """
    paginated, parted = manifests.far_folder()
    what = "manifest of 400,000 keys, 60 ms a page"
    return _shown(what, [paginated], [parted], goal="<= 0.05 with enough cores")


def links_in_a_batch() -> tuple[str, ...]:
    """2,000 links in a batch against as many of generate_presigned_url."""
    made = manifests.client()
    return _row(
        "links to 2,000 objects",
        lambda: manifests.sign_one_by_one(made),
        lambda: manifests.sign_at_once(made),
        times=1,
        goal="<= 0.1",
    )


def _row(
    what: str, floor: Callable[[], None], ours: Callable[[], None], *, times: int, goal: str
) -> tuple[str, ...]:
    floors, mine = [], []
    for _ in range(ROUNDS):
        floors.append(_seconds(floor, times))
        mine.append(_seconds(ours, times))
    return _shown(what, floors, mine, goal=goal)


def _shown(what: str, floors: list[float], mine: list[float], *, goal: str) -> tuple[str, ...]:
    low, high = statistics.median(floors), statistics.median(mine)
    return what, f"{low * 1000:.2f} ms", f"{high * 1000:.2f} ms", f"{high / low:.2f}", goal


def _seconds(work: Callable[[], None], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) / times


def _command(number: int) -> BoltRequest:
    """A signed command, each with a trigger of its own."""
    body, headers = signed(str(number))
    return BoltRequest(body=body, headers={name: [value] for name, value in headers.items()})


if __name__ == "__main__":
    main()
