"""The preflight of a job of 100,000 pictures, once, with a bot that is killed in the middle of it.

`make long` runs it: minutes, since S3 is asked about every object. Promises to whoever asks for a
job of that size: the rules of the lines take seconds, every object is looked at, in bounded memory,
and a bot that died goes on where it was. Prints the figures; it fails where one is out of bounds.
`python -m tests.large_preflight 5000` is a shorter form.
"""

import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.manifests.lines import check
from bot.sandbox.ports import free_port
from bot.sandbox.workspace import sample_pictures, seed
from bot.sandbox.workspace.orders import BASKET
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.services import Services
from bot.sandbox.workspace.story import ask_for_job, card_of, wait_for
from bot.slack import manifest as slack_manifest

DATA, NAME = "C0DATA", "hundred-thousand"
RULES_SECONDS = 10.0
RISE = 64 * 1024 * 1024  # bytes: what the manifests' own test allows
AGAIN = 2_500  # objects that are looked at twice: at form and review, and what was not noted yet
PATIENCE = 3_600.0
MISSING = 12  # pictures that are not there, at the end, where only a whole look comes
GAPS = {
    "LABELJOB_POLL_GAP": "0.5",
    "LABELJOB_SEND_GAP": "0.1",
    "LABELJOB_CARD_GAP": "1",
    "LABELJOB_TEAMS_GAP": "2",
}


def key(number: int) -> str:
    """Where a picture of the large folder lies."""
    return f"large/{number:06}.jpg"


def manifest(lines: int) -> Iterator[bytes]:
    """A line for each picture."""
    for number in range(lines):
        yield json.dumps({"source-ref": f"s3://{seed.RAW}/{key(number)}"}).encode() + b"\n"


def furnish(services: Services, lines: int) -> str:
    """Put the pictures (all but the last few) and their manifest into the practice S3; its address.

    All pictures share the bytes of one, which S3's side of the stand-in never minds.
    """
    objects = services.aws.objects
    picture = next(sample_pictures.pictures(seed.SEED)).jpeg
    objects.write(seed.RAW, key(0), picture, "image/jpeg")
    with services.aws.store.write() as rows:
        row = dict(
            rows.execute(
                "SELECT * FROM object WHERE bucket = ? AND key = ?", (seed.RAW, key(0))
            ).fetchone()
        )
        rows.executemany(
            f"INSERT OR REPLACE INTO object ({', '.join(row)}) "
            f"VALUES ({', '.join(f':{name}' for name in row)})",
            ({**row, "key": key(number)} for number in range(lines - MISSING)),
        )
    objects.write(seed.RAW, "large.manifest", b"".join(manifest(lines)), "application/x-ndjson")
    return f"s3://{seed.RAW}/large.manifest"


def rules(lines: int) -> float:
    """Seconds that the rules of the lines take, whatever else the machine does."""
    began = time.process_time()
    verdict = check(manifest(lines), source_key="source-ref", media=(".jpg",))
    assert verdict.good == lines
    return time.process_time() - began


def resident(pid: int, what: str) -> int:
    """Resident memory of a process in bytes: `VmRSS` now, `VmHWM` at its highest."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split(f"{what}:")[1].split()[0]) * 1024


class Heads:
    """How often S3 was asked about an object since now; the journal itself forgets."""

    def __init__(self, services: Services) -> None:
        self._book = services.aws.faults.book
        self._last = self._book.last
        self._count = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            for entry in self._book.entries(self._last):
                self._last = entry["n"]
                self._count += entry["operation"] == "S3.HeadObject"
            time.sleep(0.5)

    def counted(self) -> int:
        """As many as were asked, once nothing more comes."""
        wait_for(lambda: self._last == self._book.last, 60, "the journal to be read")
        return self._count


def looked(mara: Person) -> int:
    """How many pictures the job's card says were looked at."""
    shown = json.dumps(card_of(mara, DATA, NAME))
    found = re.search(r"([\d,]+)(?: of [\d,]+)? pictures looked at", shown)
    return int(found[1].replace(",", "")) if found else 0


def refused(mara: Person) -> str:
    """What the job's thread says once it is not launched; "" before."""
    thread = mara.thread(DATA, card_of(mara, DATA, NAME)["ts"])
    return next((each["text"] for each in thread if "not there" in each["text"]), "")


def played(practice: Practice, lines: int) -> dict[str, str]:
    """Ask for the job, kill the bot in the middle of its look, let it end; the figures."""
    services, bot = practice.services, practice.bot
    mara, sam = (Person(services.slack_url, name) for name in ("U0MARA", "U0SAM"))
    wait_for(
        lambda: seed.WAITING_TEAM in str(sam.command("C0LABEL", "/labelteam", "list")),
        60,
        "the teams",
    )
    ask_for_job(mara, DATA, replace(BASKET, team=seed.WAITING_TEAM))
    wait_for(lambda: BASKET.name in str(mara.messages(DATA)), 60, "a small job before")
    source, heads = furnish(services, lines), Heads(services)
    usual, began = resident(bot.pid, "VmRSS"), time.monotonic()
    ask_for_job(mara, DATA, replace(BASKET, name=NAME, source=source, team=seed.WAITING_TEAM))
    wait_for(lambda: looked(mara) >= lines * 0.4, PATIENCE, "a part of the look")
    first = resident(bot.pid, "VmHWM")
    bot.kill()
    noted = looked(mara)
    bot.start()
    bot.wait_until(practice.answers)
    words = wait_for(lambda: refused(mara), PATIENCE, "the end of the look")
    seconds, highest = time.monotonic() - began, max(first, resident(bot.pid, "VmHWM"))
    asked = heads.counted()
    assert f"and {MISSING - 4} more name pictures that are not there" in words, words
    assert asked >= lines, f"only {asked:,} objects were looked at"
    assert asked <= lines + AGAIN, f"{asked:,} looks: it began again"
    assert highest - usual <= RISE, f"{(highest - usual) >> 20} MiB more"
    return {
        "all looked at": f"{seconds:.0f} s, {asked:,} objects asked about",
        "killed at": f"{noted:,}",
        "memory": f"{usual >> 20} MiB before, {highest >> 20} MiB at most",
    }


def main(lines: int) -> int:
    """Measure, print, judge."""
    seconds = rules(lines)
    _say(f"rules of {lines:,} lines: {seconds:.1f} s")
    assert seconds < RULES_SECONDS
    with tempfile.TemporaryDirectory(prefix="large-") as name:
        folder = Path(name)
        services = Services(folder, manifest=slack_manifest.read(), rate_limits=False)
        practice = Practice(
            folder,
            services.addresses,
            lambda: services,
            transport="socket",
            bot_port=free_port(0),
            gaps=GAPS,
        )
        try:
            practice.start()
            for what, figure in played(practice, lines).items():
                _say(f"{what}: {figure}")
        finally:
            practice.stop()
    return 0


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
