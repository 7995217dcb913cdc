"""The demo of all task types with every output read by the reader that shares no code with the
writer. `make long` runs this file; the five families of the short form are a test.
"""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.sandbox.__main__ import in_a_hurry
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.all_types import ALL, AllTypes
from bot.sandbox.workspace.asked_jobs import CHAIN
from bot.sandbox.workspace.console import Console
from bot.sandbox.workspace.practice import Practice
from tests.result_reader import Read, labels_in, need


def played(
    practice: Practice, addresses: Addresses, task_types: Iterable[str] = ALL
) -> dict[str, Any]:
    """What the demo tells, with how many labels the reader found in each job's results.

    Raises what is wrong with one of them.
    """
    result = AllTypes(practice, addresses).play(_quietly, task_types)
    read = Console(addresses).read
    for job in result["jobs"]:
        job["labels"] = len(labels_in(read, job["task_type"], job["output_manifest"]))
    if "chain" in result:
        _check_special(read, result)
    return result


def _check_special(read: Read, result: dict[str, Any]) -> None:
    """Read what the stream, the model, the chain and the campaign left. Raises what is wrong."""
    names = ("streaming", "automated", "chain", "campaign")
    stream, automated, chain, campaign = (result[name] for name in names)
    found = labels_in(read, "image-classification", stream["output_manifest"])
    need(len(found) == stream["objects"] < stream["sent"], "an object that came twice")
    found = labels_in(read, "text-classification", automated["output_manifest"])
    by_machine = sum(metadata["human-annotated"] == "no" for _, metadata in found)
    need(by_machine == automated["machine"] > 0 < automated["people"], "the model's share")
    for task_type in ("bounding-box-verification", "bounding-box-adjustment"):
        found = labels_in(read, task_type, chain["output_manifest"], jobs=CHAIN)
        need(len(found) == chain["lines"] == chain["lines_with_all"], "all attributes")
    need(chain["statuses"] == ["Completed", "Stopped", "Completed"], "the chain's ends")
    jobs = [each["output_manifest"].split("/")[-4] for each in campaign["jobs"]]
    found = labels_in(read, "text-classification", campaign["output_manifest"], jobs=jobs)
    need(len(jobs) == 3 and len(found) == campaign["lines"], "all of the campaign")
    need(all(each["status"] == "Completed" for each in campaign["jobs"]), "the campaign's ends")


def _quietly(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def main() -> int:
    """Play it all; 0 when every job is Completed with labels of the documented shape."""
    with tempfile.TemporaryDirectory(prefix="all-types-") as folder:
        practice, addresses = in_a_hurry(Path(folder))
        try:
            result = played(practice, addresses)
        finally:
            practice.stop()
    for job in result["jobs"]:
        print(f"{job['task_type']:<38}{job['status']:<11}{job['labels']:>4} labels")  # noqa: T201
    print(f"{result['seconds']} s")  # noqa: T201
    right = all(job["status"] == "Completed" and job["labels"] for job in result["jobs"])
    return 0 if right and len(result["jobs"]) == len(ALL) else 1


if __name__ == "__main__":
    sys.exit(main())
