"""The built wheel, installed into an empty environment, plays the whole story from an empty
folder.
"""

import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import seed
from tests.house.trees import ROOT, copy, python

SCENES = list(sample_truth.scenes(seed.SEED))
TABLES = [scene for scene in SCENES if scene.name.startswith("table")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the locked hatchling from what a clone has."""
    tree, out = copy(tmp_path_factory.mktemp("tree")), tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    built = python("-m", "pip", "wheel", ".", *offline, "-w", str(out), cwd=tree)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    (found,) = out.glob("labeljob-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, which borrows this one's dependencies (and not its editable
    labeljob).
    """
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    # Only what an installer would put there: a .pth within a folder that a .pth names is not read.
    (site / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    target = (
        "--python",
        str(home / "bin" / "python"),
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        str(wheel),
    )
    made = python("-m", "pip", "--disable-pip-version-check", *target, cwd=home)
    assert made.returncode == 0, made.stderr
    return home


def test_wheel_carries_what_it_needs_and_no_tests(wheel: Path) -> None:
    """Templates, task types and the manifest are files that an installer forgets easily."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "bot/manifest.yml",
        "bot/engines/ground_truth/task_types/boxes.json",
        "commands/labeljob/stop.py",
    } <= names
    for place in (
        *("templates/worker_pages", "templates/instructions", "bot/base/migrations"),
        *("bot/sandbox/slack/page", "bot/sandbox/crowd/elements", "bot/sandbox/crowd/pages"),
    ):
        carried = {name for name in names if name.startswith(f"{place}/")}
        here = {
            file.relative_to(ROOT).as_posix()
            for file in (ROOT / place).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert here, place
        assert here <= carried
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


def test_wheel_names_its_extra(wheel: Path) -> None:
    """`labeljob[sandbox]` is how people get the practice workspace's packages; production must not
    get them.
    """
    with zipfile.ZipFile(wheel) as opened:
        (name,) = [each for each in opened.namelist() if each.endswith("METADATA")]
        metadata = opened.read(name).decode()
    assert "Provides-Extra: sandbox" in metadata
    needs = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    for package in ("starlette", "uvicorn", "websockets", "pillow", "rich"):
        lines = [each for each in needs if each.lower().startswith(f"requires-dist: {package}")]
        assert any("extra == 'sandbox'" in line for line in lines)
        assert all("extra == " in line for line in lines)
    assert "Provides-Extra: pictures" in metadata


def test_installed_demo_tells_the_truth(installed: Path, tmp_path: Path) -> None:
    """Whoever installs the wheel anywhere sees the product at once; a demo that fibs would be worse
    than none.
    """
    where = python(
        "-c",
        "import bot; print(bot.__file__)",
        cwd=tmp_path,
        program=str(installed / "bin" / "python"),
    )
    assert Path(where.stdout.strip()).is_relative_to(installed)
    ran = python("demo", "--json", cwd=tmp_path, program=str(installed / "bin" / "labeljob"))
    assert ran.returncode == 0, ran.stderr[-3000:]
    result = json.loads(ran.stdout)
    assert set(result) == {"jobs", "datasets", "notices", "seconds"}
    assert_jobs(result["jobs"])
    (dataset,) = result["datasets"]
    assert_dataset(dataset)
    assert any("nothing to label now" in text for text in result["notices"])
    assert list(tmp_path.iterdir()) == []


def assert_jobs(jobs: list[dict[str, Any]]) -> None:
    """An image, a box and a text job, each completed with as many labels as its manifest has
    lines.
    """
    keys = {"name", "task_type", "status", "labeled", "total", "output_manifest", "thread"}
    assert all(set(job) == keys for job in jobs)
    lines = {
        "image-classification": len(SCENES) - len(TABLES),
        "bounding-box": len(TABLES),
        "text-classification": len(sample_truth.texts(seed.SEED)),
    }
    assert {job["task_type"]: job["total"] for job in jobs} == lines
    for job in jobs:
        assert (job["status"], job["labeled"]) == ("Completed", job["total"])
        assert job["output_manifest"].endswith(f"/{job['name']}/manifests/output/output.manifest")
        card, launched, *_, end = [
            text for text in job["thread"] if not text.startswith(("Dataset", "@Mara Dataset"))
        ]
        assert f"Completed. All {job['total']} labeled" in card
        assert launched == "Launched; orchard-team finds it in #orchard-labelers."
        assert end.startswith(f"@Mara Completed: all {job['total']} labeled")


def assert_dataset(dataset: dict[str, Any]) -> None:
    """The dataset that was made of the boxes: every line arrived, and what the thread says is what
    Rekognition has.
    """
    assert set(dataset) == {"name", "source", "status", "entries", "labels", "errors", "thread"}
    assert (dataset["source"], dataset["status"], dataset["errors"]) == (
        "fruit-boxes",
        "CREATE_COMPLETE",
        [],
    )
    assert dataset["entries"] == len(TABLES)
    assert set(dataset["labels"]) == {fruit.kind for scene in TABLES for fruit in scene.fruits}
    result = dataset["thread"][-1]
    assert f"{len(TABLES)} of {len(TABLES)} lines arrived" in result
    assert re.search(r"\n\d+ boxes rounded to whole pixels", result), "three people drew each"
    assert all(f"{label} {count} (" in result for label, count in dataset["labels"].items())
