"""The demo of results, with its counts, sheets, agreement, ledgers and exports compared with what
lies in S3 by a reader that shares no code with the bot. `make long` runs this file.
"""

import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
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

    compare_files(job, lines, counted)


def compare_files(job: dict[str, Any], lines: list[dict[str, Any]], counted: Counter[str]) -> None:
    """What was exported: every label once, and a line of the ledger for each object."""
    exports = job["results"]["exports"]
    with Path(exports["ledger"]["file"]).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    need([row["state"] for row in rows] == ["labeled"] * len(lines), f"the ledger of {job['name']}")
    [form] = set(exports) - {"ledger"}
    whole = Path(exports[form]["file"])
    if form == "coco":
        coco = json.loads(whole.read_bytes())
        names = {each["id"]: each["name"] for each in coco["categories"]}
        held = Counter(names[each["category_id"]] for each in coco["annotations"])
    else:
        with whole.open(newline="", encoding="utf-8") as file:
            held = Counter(row["label"] for row in csv.DictReader(file))
    need(held == counted, f"the {form} of {job['name']}")


def compare_agreement(job: dict[str, Any], console: Console) -> None:
    """How far people agree about the classes of a job: the mean of the pairs of each object."""
    said, shares = job["results"]["agreement"], []
    for given in console.answers(job["output_manifest"].partition("/manifests/")[0]):
        labels = [next(iter(each["answerContent"].values()))["label"] for each in given]
        pairs = list(combinations(labels, 2))
        shares.append(sum(one == other for one, other in pairs) / len(pairs))
    need(f": {sum(shares) / len(shares):.0%} over {len(shares)} " in said, f"“{said}”")


def main() -> int:
    """Play it; 0 when everything that was shown equals the manifests."""
    with tempfile.TemporaryDirectory(prefix="results-") as folder:
        practice, addresses = in_a_hurry(Path(folder))
        try:
            result = ResultsDemo(practice, addresses, Path(folder) / "sheets").play(_quietly)
            console = Console(addresses)
            for job in result["jobs"]:
                compare(job, console.read(job["output_manifest"]))
            pictures, boxes, texts = result["jobs"]
            compare_agreement(pictures, console)
            need("figures cover each other by" in boxes["results"]["agreement"], "that of boxes")
            need(not texts["results"]["agreement"], "one person cannot agree")
        finally:
            practice.stop()
    print(f"{len(result['jobs'])} jobs looked at in {result['seconds']} s")  # noqa: T201
    return 0


def _quietly(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    sys.exit(main())
