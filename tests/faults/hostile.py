"""Row 24: signed requests beside people who are not Slack: bodies of 50 MB, slow connections,
floods.

Slack sends 50 requests a second all the while. Beside them come, from a process of its own
(`hostile_load`): bodies of 50 MB, announced and in parts, eight at a time; 200 connections that
send a byte a second, of their headers or of a body; and a flood of small requests, some with a
made-up signature. Every signed request is answered in time and as Slack's, and the bot stays below
300 MB (both its processes together); how much slower the answers become is told and not judged.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.ack_latency import load, samples
from tests.faults.book import Figures, Place, Row
from tests.faults.paced_load import RATE
from tests.faults.world import running

_SECONDS = 30
_SLACK_WAITS = 3.0
_MOST_MB = 300  # both processes together


def run(place: Place) -> Figures:
    """The row."""
    seconds = place.of(_SECONDS, 3)
    with running(place.folder, place.database_url) as world:
        bot, url = world.start_http("one")
        port = int(url.rpartition(":")[2].partition("/")[0])
        sent = samples(world, url)
        load(
            world, url, sent, 1, 0
        )  # what is read and opened at the first request is not what is measured
        place.tell("Slack alone")
        quiet = load(world, url, sent, seconds, 1)
        calm = _memory(bot.pid)
        place.tell("beside hostile load")
        command = [sys.executable, "-m", "tests.faults.hostile_load", str(port), str(seconds + 2)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as hostile:
            time.sleep(1.0)
            beside = load(world, url, sent, seconds, 2)
            memory = _memory(bot.pid)
            assert hostile.stdout is not None
            got = Counter(json.loads(hostile.stdout.read()))
    refused = {status: many for status, many in beside.statuses.items() if status != 200}
    taken = got["200"]
    return Figures(
        {
            "signed": len(beside.seconds),
            "per_second": RATE,
            "refused": sum(refused.values()),
            "p99_ms_alone": quiet.at(0.99),
            "p99_ms_beside": beside.at(0.99),
            "ratio": round(beside.at(0.99) / quiet.at(0.99), 2),
            "max_ms_beside": beside.at(1.0),
            "memory_mb_alone": calm,
            "memory_mb_beside": memory,
            "hostile": got.total(),
            "hostile_taken": taken,
        },
        not refused and not taken and beside.seconds[-1] < _SLACK_WAITS and memory < _MOST_MB,
        (f"signed: {dict(beside.statuses)}, hostile: {dict(got)}",),
    )


def _memory(parent: int) -> int:
    """The most that a process and its children have held at once, each at its own worst moment, in
    MB.
    """
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    total = 0
    for pid in (str(parent), *children):
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.partition("VmHWM:")[2].split()[0])
    return round(total / 1024)


ROW = Row(
    24,
    "hostile load",
    (
        "signed requests are answered in time, and memory stays small, beside large, slow and "
        "unsigned ones"
    ),
    run,
    short=("sqlite",),
    alone=True,
)
