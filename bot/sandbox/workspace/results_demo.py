"""The demo of results: three jobs are labeled, and Mara presses [Results] on each.

Promises what she gets in her direct messages, as `--json`: how often each label is given by the
table, the words beside it, and the sheet, which is kept in a folder; beside them what `labeljob
manifest` says of the same manifest in the terminal: its summary, the ledger of its objects, and an
export. Where counts differ it does not end well.
"""

import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.demo import DATA, ORDERS, Demo
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.story import Order, as_read, card_of, wait_for
from bot.sandbox.workspace.terminal import manifest_command

_APP = "U0LABELJOB"
_EXPORTS = {"bounding-box": ("coco", "json")}
_PATIENCE = 60.0  # seconds for the results of one job; they take one or two


class ResultsDemo(Demo):
    """Plays the three jobs, and looks at what came of them; sheets are kept in `folder`."""

    def __init__(self, practice: Practice, addresses: Addresses, folder: Path) -> None:
        super().__init__(practice, addresses)
        self._folder = folder

    def play(self, show: Callable[[str, int, int], None]) -> dict[str, Any]:
        """The jobs with their results; see the module.

        Raises:
            PracticeError: something did not come, or the counts differ.

        """
        start = time.monotonic()
        self._label(show)
        self._folder.mkdir(parents=True, exist_ok=True)
        jobs = []
        for number, order in enumerate(ORDERS):
            show("looking at results", number, len(ORDERS))
            jobs.append({**self._job(order), "results": self._looked(order)})
        show("looking at results", len(ORDERS), len(ORDERS))
        return {"jobs": jobs, "seconds": round(time.monotonic() - start, 1)}

    def _looked(self, order: Order) -> dict[str, Any]:
        """What comes after [Results] on the job's card."""
        there = self._mara.ask("open_im", **{"with": _APP})["channel"]["id"]
        before = len(self._mara.messages(there))
        self._mara.press(card_of(self._mara, DATA, order.name), "job_results")
        wait_for(lambda: len(self._mara.messages(there)) >= before + 2, _PATIENCE, "the results")
        sheet, counts = self._mara.messages(there)[before:]
        job = self._sagemaker.describe_labeling_job(LabelingJobName=order.name)
        given = job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        manifest = job["LabelingJobOutput"]["OutputDatasetS3Uri"]
        summary = self._terminal("summary", manifest)
        told, [counted] = _counts(counts), summary["attributes"].values()
        if told != counted["labels"]:
            raise PracticeError(f"Slack tells {told}, the terminal {counted['labels']}")
        return {
            "counts": told,
            "said": as_read(str(counts["text"]), self._names),
            "sheet": self._kept(sheet["files"][0]),
            "summary": summary,
            "ledger": self._terminal("diff", given, manifest),
            "export": self._exported(order, manifest),
        }

    def _exported(self, order: Order, manifest: str) -> dict[str, Any]:
        """The labels in the format that most people ask for, kept in the folder."""
        form, end = _EXPORTS.get(order.task_type, ("csv", "csv"))
        kept = self._folder / f"{order.name}.{end}"
        told = self._terminal("convert", manifest, "--to", form, "--out", str(kept.resolve()))
        return {"format": form, "file": str(kept), "bytes": kept.stat().st_size, "told": told}

    def _kept(self, file: dict[str, Any]) -> dict[str, Any]:
        """The sheet in the folder, its size and the words that stand for it."""
        slack, user = self._addresses.slack_url, self._mara.user
        address = f"{slack}/files/{file['id']}/{file['name']}?user={user}"
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310 - the stand-in
            body = answer.read()
        kept = self._folder / str(file["name"])
        kept.write_bytes(body)
        return {"file": str(kept), "bytes": len(body), "alt": file.get("alt_txt", "")}

    def _terminal(self, command: str, *words: str) -> dict[str, Any]:
        return manifest_command(self._addresses, self._folder, command, *words)


def _counts(message: dict[str, Any]) -> dict[str, int]:
    """How often each label is given, from the last column of the message's table."""
    table = next(block for block in message["blocks"] if block["type"] == "table")
    rows = [[str(cell["text"]) for cell in row] for row in table["rows"][1:]]
    return {row[0]: int(row[-1].replace(",", "")) for row in rows}


def tell(result: dict[str, Any]) -> None:
    """Print the words of each job's results, and where its sheet is."""
    console = Console(file=sys.stdout, highlight=False)
    for job in result["jobs"]:
        looked = job["results"]
        console.print(f"{looked['said']}\n{looked['sheet']['file']}\n", markup=False)
    console.print(f"{result['seconds']} s")
