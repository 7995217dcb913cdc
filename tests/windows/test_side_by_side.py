"""A large manifest counted by several processes: their sum, and what becomes of them when one of
them, or the command, is killed.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from bot.manifests.summary import summarize
from bot.runtime.manifest_commands.side_by_side import LARGE, processes_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="one process counts elsewhere")

ROOT = Path(__file__).parents[2]
COUNT = """
import resource
import sys
import msgspec
from bot.base.errors import LabeljobError
from bot.runtime.manifest_commands.side_by_side import summarize_at_once
if len(sys.argv) > 3:
    most = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
try:
    found = summarize_at_once(sys.argv[1], 3, int(sys.argv[2]))
except LabeljobError as error:
    sys.exit(error.words)
print(msgspec.json.encode(found).decode())
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of 20 MB with bad lines, repeats, and labels of two kinds."""
    place = tmp_path_factory.mktemp("large") / "some.manifest"
    with place.open("w", encoding="utf-8") as opened:
        for number in range(60_000):
            said = {"type": "groundtruth/image-classification", "human-annotated": "yes"}
            said["class-name"] = f"class {number % 50}" + "-" * 200
            source = f"s3://orchard-raw/{number % 59_000}.jpg"
            line = json.dumps({"source-ref": source, "tone": 1, "tone-metadata": said})
            opened.write(line[: -1 if number % 9_000 == 8_000 else None] + "\n")
    return place


@contextmanager
def counting(file: Path, some: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", COUNT, str(file), str(some), *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as ran:
        yield ran


def children(ran: subprocess.Popen[str]) -> list[int]:
    """The three that count, as soon as they are there."""
    listed = Path(f"/proc/{ran.pid}/task/{ran.pid}/children")
    found: list[str] = []
    while len(found) < 3:
        assert ran.poll() is None, "it ended before anybody looked"
        found = listed.read_text().split()
    return list(map(int, found))


def test_processes_count_what_one_counts(file: Path) -> None:
    """Without this, numbers would depend on the machine that counts."""
    with counting(file, 1 << 20) as ran:
        told, warned = ran.communicate()
    alone = summarize([file.read_bytes()])
    assert warned == ""
    assert told == msgspec.json.encode(alone).decode() + "\n"
    assert (alone.lines, len(alone.findings)) == (60_000, 6 + 20 + 1)


@pytest.mark.parametrize("files", range(5, 20, 2))
def test_machine_that_gives_no_processes_counts_alone(file: Path, files: int) -> None:
    """Without this, a machine without shared memory, or at a limit, would count nothing, or wait
    without end for the processes that it got.
    """
    with counting(file, 1 << 22, str(files)) as ran:
        told, warned = ran.communicate()
    assert (warned, json.loads(told)["lines"]) == ("", 60_000)


def test_file_that_another_takes_the_name_of_is_counted_to_its_end(
    file: Path, tmp_path: Path
) -> None:
    """Without this, a job's output that is written anew meanwhile would be half old, half new."""
    place = tmp_path / "some.manifest"
    os.link(file, place)
    with counting(place, 1 << 16) as ran:
        children(ran)
        place.unlink()
        place.write_bytes(b"{}\n")
        told, warned = ran.communicate()
    assert (warned, json.loads(told)["lines"]) == ("", 60_000)


def test_process_that_is_killed_ends_the_count_with_words(file: Path) -> None:
    """Without this, a part that nobody counted would be missing from the numbers, or be waited for
    without end.
    """
    with counting(file, 1 << 16) as ran:
        os.kill(children(ran)[1], signal.SIGKILL)
        told, warned = ran.communicate()
    assert (ran.returncode, told) == (1, "")
    assert warned.startswith("One of the processes that counted was ended from outside")


def test_processes_end_with_the_command(file: Path) -> None:
    """Without this, a command that was killed would leave processes behind, which hold memory until
    the machine is started again.
    """
    with counting(file, 1 << 16) as ran:
        left = children(ran)
        os.kill(ran.pid, signal.SIGKILL)
        ran.communicate()
    while any(map(runs, left)):
        pass


def runs(process: int) -> bool:
    try:
        said = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return said.rpartition(")")[2].split()[0] != "Z"


def test_only_a_large_file_is_worth_processes(tmp_path: Path) -> None:
    """Without this, a small file would wait for processes to start."""
    place = tmp_path / "some.manifest"
    place.write_bytes(b"{}\n")
    assert processes_for(str(place)) == 1
    assert processes_for(str(tmp_path / "none")) == processes_for("-") == 1
    os.truncate(place, LARGE)
    assert processes_for(str(place)) == min(len(os.sched_getaffinity(0)), 8)
