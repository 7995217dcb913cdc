"""The demo of results: three jobs are labeled, and Mara presses [Results] on each, and [Export…]
below.

Promises what she gets in her direct messages, as `--json`: how often each label is given by the
table, the words beside it, how far people agree, and the files, which are kept in a folder: the
sheet, an export and the ledger; beside them what `labeljob manifest` says of the same manifest in
the terminal: its summary, and what became of its objects. Where counts differ it does not end well.
"""

import html
import re
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
_EXPORTS = {"bounding-box": "coco"}  # what most people ask for; of any other kind a CSV
_PATIENCE = 60.0  # seconds for the results of one job; they take one or two
_LINK = re.compile(r"<([^|>]+)\|([^>]+)>")


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
        wait_for(lambda: self._agreed(order), _PATIENCE, "the agreement of its people")
        sheet, counts = self._results(order)
        job = self._sagemaker.describe_labeling_job(LabelingJobName=order.name)
        given = job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        manifest = job["LabelingJobOutput"]["OutputDatasetS3Uri"]
        summary = self._terminal("summary", manifest)
        told, [counted] = _counts(counts), summary["attributes"].values()
        if told != counted["labels"]:
            raise PracticeError(f"Slack tells {told}, the terminal {counted['labels']}")
        forms = (_EXPORTS.get(order.task_type, "csv"), "ledger")
        return {
            "counts": told,
            "said": as_read(str(counts["text"]), self._names),
            "agreement": _agreement(str(counts["text"])),
            "sheet": self._kept(sheet["files"][0]),
            "summary": summary,
            "ledger": self._terminal("diff", given, manifest),
            "exports": {form: self._exported(counts, form) for form in forms},
        }

    def _agreed(self, order: Order) -> bool:
        """Whether it is known how far people agree, where several labeled one object."""
        return order.workers == 1 or bool(_agreement(str(self._results(order)[1]["text"])))

    def _results(self, order: Order) -> list[dict[str, Any]]:
        """The sheet and the counts, after [Results] on the job's card."""
        card = card_of(self._mara, DATA, order.name)
        return self._after(lambda: self._mara.press(card, "job_results"), 2)

    def _after(self, press: Callable[[], Any], many: int) -> list[dict[str, Any]]:
        """So many messages that came after something was pressed."""
        before = len(self._messages())
        press()
        wait_for(lambda: len(self._messages()) >= before + many, _PATIENCE, "what was asked for")
        return self._messages()[before:]

    def _messages(self) -> list[dict[str, Any]]:
        return self._mara.messages(self._there())

    def _there(self) -> str:
        """Mara's direct messages with the app."""
        return str(self._mara.ask("open_im", **{"with": _APP})["channel"]["id"])

    def _exported(self, counts: dict[str, Any], form: str) -> dict[str, Any]:
        """The file behind [Open], after [Export…] below the counts, kept in the folder."""

        def export() -> None:
            self._mara.press(counts, "export_ask")
            self._mara.fill(format={"selected_option": {"value": form}})
            self._mara.close_windows()

        [told] = self._after(export, 1)
        before = len(self._private())
        self._mara.press(told, "export_open")
        wait_for(lambda: len(self._private()) > before, _PATIENCE, "the link")
        found = _LINK.search(str(self._private()[-1]["text"]))
        if found is None:
            raise PracticeError(f"no link leads to the file: {told['text']}")
        kept = self._saved(found[2], html.unescape(found[1]))
        return {**kept, "said": as_read(str(told["text"]), self._names)}

    def _private(self) -> list[dict[str, Any]]:
        """What she alone sees there."""
        return list(self._mara.ask_for("history", channel=self._there())["ephemerals"])

    def _kept(self, file: dict[str, Any]) -> dict[str, Any]:
        """The sheet in the folder, its size and the words that stand for it."""
        slack, user = self._addresses.slack_url, self._mara.user
        address = f"{slack}/files/{file['id']}/{file['name']}?user={user}"
        return {**self._saved(str(file["name"]), address), "alt": file.get("alt_txt", "")}

    def _saved(self, name: str, address: str) -> dict[str, Any]:
        """What an address leads to, in the folder."""
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:  # noqa: S310 - the stand-ins
            body = answer.read()
        kept = self._folder / name
        kept.write_bytes(body)
        return {"file": str(kept), "bytes": len(body)}

    def _terminal(self, command: str, *words: str) -> dict[str, Any]:
        return manifest_command(self._addresses, self._folder, command, *words)


def _counts(message: dict[str, Any]) -> dict[str, int]:
    """How often each label is given, from the last column of the message's table."""
    table = next(block for block in message["blocks"] if block["type"] == "table")
    rows = [[str(cell["text"]) for cell in row] for row in table["rows"][1:]]
    return {row[0]: int(row[-1].replace(",", "")) for row in rows}


def _agreement(text: str) -> str:
    """The line of the message that says how far people agree; "" for none."""
    return next((line for line in text.splitlines() if line.startswith("*Agreement*: ")), "")


def tell(result: dict[str, Any]) -> None:
    """Print the words of each job's results, and where its sheet is."""
    console = Console(file=sys.stdout, highlight=False)
    for job in result["jobs"]:
        looked = job["results"]
        files = [looked["sheet"], *looked["exports"].values()]
        listed = "\n".join(str(each["file"]) for each in files)
        console.print(f"{looked['said']}\n{listed}\n", markup=False)
    console.print(f"{result['seconds']} s")
