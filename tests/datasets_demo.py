"""The demo of datasets, with its counts compared with the manifests by a reader that shares no code
with the bot. `make long` runs this file; the short form is a test.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.__main__ import in_a_hurry
from bot.sandbox.workspace import crates, datasets_demo, seed
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.console import Console
from bot.sandbox.workspace.datasets_demo import DatasetsDemo
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.orders import JULY
from bot.sandbox.workspace.practice import Practice
from tests.result_reader import Read, need

_JULY = f"s3://{seed.OUT}/labels/{JULY.name}/manifests/output/output.manifest"
MINE = 4  # pictures of Mara's own
_KEYS = {
    "datasets": {"name", "source", "status", "entries", "labels", "errors"},
    "models": {"name", "status", "f1", "stopped_by"},
}


@dataclass
class Counts:
    """What a manifest holds: pictures, pictures by label, and the lines that cannot be used."""

    pictures: set[str] = field(default_factory=set)
    labels: Counter[str] = field(default_factory=Counter)
    bad: list[int] = field(default_factory=list)


def counts_of(manifest: bytes, attribute: str) -> Counts:
    """Read a manifest of classes or boxes, by the guide to Custom Labels alone."""
    found = Counts()
    for number, text in enumerate(manifest.splitlines(), 1):
        try:
            line = json.loads(text)
            picture, metadata = line["source-ref"], line[f"{attribute}-metadata"]
        except (ValueError, KeyError):
            found.bad.append(number)
            continue
        if picture in found.pictures:
            found.bad.append(number)
            continue
        found.pictures.add(picture)
        if "class-name" in metadata:
            found.labels[metadata["class-name"]] += 1
        else:
            ids = {str(box["class_id"]) for box in line[attribute]["annotations"]}
            found.labels.update(metadata["class-map"][each] for each in ids)
    return found


def played(
    practice: Practice,
    addresses: Addresses,
    clock: MovableClock,
    sources: Iterable[str] = datasets_demo.SOURCES,
) -> dict[str, Any]:
    """What the demo tells, compared with the manifests. Raises what differs."""
    folder = practice.bot.log.parent
    result = DatasetsDemo(practice, addresses, folder, clock).play(_quietly, sources)
    need(result.keys() == _KEYS.keys(), "the keys of the whole")
    for name, keys in _KEYS.items():
        need(all(each.keys() == keys for each in result[name]), f"the keys of {name}")
    read = Console(addresses).read
    there = {each["name"]: each for each in result["datasets"]}
    _check_split(read, there)
    if datasets_demo.CRATES in there:
        _check_crates(read, there)
    if datasets_demo.SORTED in there:
        _check_sorted(Console(addresses).keys(f"{datasets_demo.SORTED}/"), there)
        _check_coco(there["coco"])
        need(there["mine"]["entries"] == MINE and not there["mine"]["labels"], "own pictures")
        copied = ("status", "entries", "labels", "errors")
        need(all(there["copied"][key] == there["sorted"][key] for key in copied), "the copy")
    for model in result["models"]:
        need(model["status"] == "STOPPED" and 0 < model["f1"] < 1, f"model {model}")
    need(result["models"][0]["stopped_by"] == "its end", "who stopped it")
    return result


def _check_split(read: Read, there: Mapping[str, Any]) -> None:
    """What the job labeled is in the two sets, a fifth of each label in the test set."""
    whole = counts_of(read(_JULY), JULY.name)
    train, test = there[JULY.name], there[f"{JULY.name}-test"]
    need(not whole.bad and not train["errors"] and not test["errors"], "no line is broken")
    need(train["entries"] + test["entries"] == len(whole.pictures), "every picture is in a set")
    both = Counter(train["labels"]) + Counter(test["labels"])
    need(both == whole.labels, "every label is in a set")
    for label, many in whole.labels.items():
        need(abs(test["labels"][label] - many / 5) < 1, f"a fifth of {label}")


def _check_crates(read: Read, there: Mapping[str, Any]) -> None:
    """Every line of both manifests arrived or was told of."""
    manifests = {
        datasets_demo.CRATES: crates.TRAIN,
        f"{datasets_demo.CRATES}-test": crates.TEST,
    }
    for name, key in manifests.items():
        found = counts_of(read(f"s3://{seed.RAW}/{key}"), "crates")
        told = there[name]
        need(told["entries"] == len(found.pictures), f"the pictures of {name}")
        need(told["labels"] == found.labels, f"the labels of {name}")
        need([each["line"] for each in told["errors"]] == found.bad, f"the lines of {name}")


def _check_sorted(keys: Iterable[str], there: Mapping[str, Any]) -> None:
    """Every picture of the folder has the name of the folder that it lies in."""
    told, found = there[datasets_demo.SORTED], [key.split("/") for key in keys]
    need(told["entries"] == len(found) > 0, "the pictures of the folder")
    need(told["labels"] == Counter(label for _, label, _ in found), "the names of its folders")


def _check_coco(told: Mapping[str, Any]) -> None:
    """Every picture and every label of the file of another tool."""
    given = json.loads(crates.coco())
    names = {each["id"]: each["name"] for each in given["categories"]}
    pairs = {(each["image_id"], names[each["category_id"]]) for each in given["annotations"]}
    need(told["entries"] == len(given["images"]), "the pictures of COCO")
    need(told["labels"] == Counter(label for _, label in pairs), "the labels of COCO")


def _quietly(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def main() -> int:
    """Play it all; 0 when what was told equals the manifests."""
    clock = MovableClock()
    with tempfile.TemporaryDirectory(prefix="datasets-") as folder:
        practice, addresses = in_a_hurry(Path(folder), clock)
        try:
            result = played(practice, addresses, clock)
        finally:
            practice.stop()
    datasets_demo.tell(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
