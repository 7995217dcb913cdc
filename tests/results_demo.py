"""The demo of results, with its counts and sheets compared with the manifests by a reader that
shares no code with the bot. `make long` runs this file.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from bot.sandbox.__main__ import in_a_hurry
from bot.sandbox.workspace.console import Console
from bot.sandbox.workspace.results_demo import ResultsDemo
from tests.result_reader import need


def labels_of(line: dict[str, Any], attribute: str) -> Iterator[str]:
    """The labels of a manifest's line: its class, or the classes of its boxes."""
    metadata = line[f"{attribute}-metadata"]
    if "class-name" in metadata:
        yield metadata["class-name"]
        return
    for box in line[attribute]["annotations"]:
        yield metadata["class-map"][str(box["class_id"])]


def compare(job: dict[str, Any], manifest: bytes) -> None:
    """One job's results with its manifest. Raises what differs."""
    lines = [json.loads(line) for line in manifest.splitlines()]
    counted = Counter(label for line in lines for label in labels_of(line, job["name"]))
    looked = job["results"]
    need(looked["counts"] == counted, f"the counts of {job['name']}")
    shown = Counter(label for line in lines[:20] for label in labels_of(line, job["name"]))
    need(
        all(f"{many} {label}" in looked["sheet"]["alt"] for label, many in shown.items()),
        f"the words of the sheet of {job['name']}",
    )
    with Image.open(looked["sheet"]["file"]) as sheet:
        need(sheet.size[0] == 1_280 and sheet.size[1] > 900, f"the sheet of {job['name']}")


def main() -> int:
    """Play it; 0 when everything that was shown equals the manifests."""
    with tempfile.TemporaryDirectory(prefix="results-") as folder:
        practice, addresses = in_a_hurry(Path(folder))
        try:
            result = ResultsDemo(practice, addresses, Path(folder) / "sheets").play(_quietly)
            for job in result["jobs"]:
                compare(job, Console(addresses).read(job["output_manifest"]))
        finally:
            practice.stop()
    print(f"{len(result['jobs'])} jobs looked at in {result['seconds']} s")  # noqa: T201
    return 0


def _quietly(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    sys.exit(main())
