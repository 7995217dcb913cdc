"""The demo and the web server, once, with the lowest versions that pyproject.toml allows.

`make long` runs it: minutes, and packages from the network, which is why CI does not. Promises to
whoever installs beside other software: a version that is allowed is a version that works.
"""

import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# what a version crashed at: the stand-ins' sockets, the web server's process, the list of tags
TESTS = (
    "tests/windows/test_serving.py",
    "tests/windows/test_http_front.py",
    "tests/facts/test_instructions_clean.py",
)


def declared() -> list[str]:
    """What the product and the practice workspace need, as pyproject.toml says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["sandbox"]]


def lowest(requirements: Iterable[str]) -> Iterator[str]:
    """Each requirement that has a lower bound, held to it."""
    for requirement in map(Requirement, requirements):
        for bound in requirement.specifier:
            if bound.operator == ">=":
                yield f"{canonicalize_name(requirement.name)}=={bound.version}"


def main() -> int:
    """Install them, play the demo, run the tests; the code of the first that fails."""
    with tempfile.TemporaryDirectory(prefix="lowest-") as made:
        folder = Path(made)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        held = folder / "lowest.txt"
        held.write_text("\n".join(lowest(declared())) + "\n")
        ours = ("-c", str(held), "-e", ".[sandbox]", "pytest", "hypothesis")
        for arguments in (
            ("pip", "install", "--quiet", *ours),
            ("bot", "demo"),
            ("pytest", "-q", *TESTS),
        ):
            code = subprocess.run([python, "-m", *arguments], cwd=ROOT, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
