"""The checkout as the house tests see it: what is ours, and copies of it in a temporary folder."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = frozenset(
    {
        ".git",
        ".venv",
        ".sandbox",
        ".hypothesis",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".import_linter_cache",
        "__pycache__",
        "dist",
        "node_modules",
        ".env",
    }
)


def ours() -> list[Path]:
    """Every file that a clone has, by what `.gitignore` leaves out."""
    found: list[Path] = []
    waiting = [ROOT]
    while waiting:
        for entry in waiting.pop().iterdir():
            if entry.name in NOT_OURS or entry.name.endswith(".egg-info"):
                continue
            (waiting if entry.is_dir() else found).append(entry)
    return sorted(found)


def copy(to: Path, *, without: tuple[str, ...] = ()) -> Path:
    """A copy of the checkout as a clone has it, without these folders or files."""
    for file in ours():
        place = file.relative_to(ROOT)
        if not any(place.is_relative_to(left) for left in without):
            (to / place.parent).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to / place)
    return to


def python(
    *arguments: str, cwd: Path, program: str = sys.executable, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder with nothing of the person's own environment."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(cwd),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    return subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
