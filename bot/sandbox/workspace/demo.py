"""The demo: the whole story once, without a browser, through the same signed door as Slack.

Three labeling jobs (image classification, bounding box, text classification) from the form to
Completed by simulated workers, and one dataset made of the box job. What is printed is what people
in the channel would read.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.addresses import REGION, Addresses
from bot.sandbox.workspace.orders import BOXES, JULY, TONE
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.story import Order, as_read, ask_for_job, card_of, make_dataset, wait_for

DATA, LABELERS = "C0DATA", "C0LABEL"
PROJECT = "orchard-fruit"
_PATIENCE = 60.0  # seconds for the whole story; it takes a fraction of that
ORDERS = (replace(JULY, workers=3), BOXES, TONE)


class Demo:
    """Plays the story and reads what came of it; `orders` are the jobs that are labeled first."""

    orders: ClassVar[tuple[Order, ...]] = ORDERS

    def __init__(self, practice: Practice, addresses: Addresses) -> None:
        self._practice = practice
        self._mara = Person(addresses.slack_url, "U0MARA")
        self._sam = Person(addresses.slack_url, "U0SAM")
        self._names = {person["id"]: str(person["real_name"]) for person in seed.PEOPLE}
        self._names |= {channel["id"]: str(channel["name"]) for channel in seed.CHANNELS}
        self._addresses = addresses

    def play(self, show: Callable[[str, int, int], None]) -> dict[str, Any]:
        """The story; `show(step, done, total)` is told how far it is. The result is what `--json`
        prints.
        """
        start = time.monotonic()
        self._label(show)
        show("making the dataset", 0, 1)
        make_dataset(self._mara, DATA, BOXES.name, PROJECT)
        wait_for(self._dataset_told, _PATIENCE, "the dataset to be ready")
        wait_for(self._queue_empty, 10, "the queue message to say that nothing is left")
        show("making the dataset", 1, 1)
        return {**self._result(), "seconds": round(time.monotonic() - start, 1)}

    def _label(self, show: Callable[[str, int, int], None]) -> None:
        """Three jobs, from the form to the line that tells their end."""
        show("starting the practice workspace", 0, 1)
        self._practice.start()
        self._connect()
        show("starting the practice workspace", 1, 1)
        wait_for(self._tie, 15, "the labeling teams to be listed")
        for number, order in enumerate(self.orders):
            show("filling the form", number, len(self.orders))
            ask_for_job(self._mara, DATA, order)
        show("filling the form", len(self.orders), len(self.orders))
        wait_for(lambda: self._labeled(show), _PATIENCE, "the jobs to be completed")
        wait_for(self._all_told, _PATIENCE, "the ends of the jobs to be told")

    def _connect(self) -> None:
        """Look at AWS as somebody in its console would."""
        import boto3  # noqa: PLC0415 - the bot is started before it is read

        keys = self._addresses.keys
        session = boto3.Session(
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            region_name=REGION,
        )
        self._sagemaker: Any = session.client("sagemaker", endpoint_url=self._addresses.aws_url)
        self._rekognition: Any = session.client("rekognition", endpoint_url=self._addresses.aws_url)

    def _tie(self) -> bool:
        answer = self._sam.command(LABELERS, "/labelteam", f"here {seed.AUTOMATIC_TEAM}")
        return "is linked to this channel" in str(answer.get("ephemeral", {}).get("text"))

    def _labeled(self, show: Callable[[str, int, int], None]) -> bool:
        listed = self._sagemaker.list_labeling_jobs(MaxResults=100)["LabelingJobSummaryList"]
        asked = {order.name for order in self.orders}
        jobs = [job for job in listed if job["LabelingJobName"] in asked]
        counts = [job["LabelCounters"] for job in jobs]
        total = sum(
            sum(each[name] for name in ("TotalLabeled", "FailedNonRetryableError", "Unlabeled"))
            for each in counts
        )
        show(
            "labeling",
            sum(each["TotalLabeled"] + each["FailedNonRetryableError"] for each in counts),
            total or 1,
        )
        ended = [
            job for job in jobs if job["LabelingJobStatus"] in {"Completed", "Failed", "Stopped"}
        ]
        return len(ended) == len(self.orders)

    def _all_told(self) -> bool:
        lines = [
            self._thread(order.name)[1:] for order in self.orders
        ]  # without the card, which may be ahead of them
        return all(told and "Completed" in told[-1] for told in lines)

    def _dataset_told(self) -> bool:
        return any(
            "is ready" in text or "failed" in text.lower() for text in self._thread(BOXES.name)
        )

    def _queue_empty(self) -> bool:
        return any(
            "nothing to label now" in message["text"] for message in self._sam.messages(LABELERS)
        )

    def _thread(self, job_name: str) -> list[str]:
        root = card_of(self._mara, DATA, job_name)
        return [self._read(message) for message in self._mara.thread(DATA, root["ts"])]

    def _read(self, message: dict[str, Any]) -> str:
        return as_read(str(message["text"]), self._names)

    def _result(self) -> dict[str, Any]:
        return {
            "jobs": [self._job(order) for order in self.orders],
            "datasets": [self._dataset()],
            "notices": [
                self._read(each) for each in self._sam.messages(LABELERS) if each.get("bot_id")
            ],
        }

    def _job(self, order: Order) -> dict[str, Any]:
        """A job as AWS has it, with its thread as people read it."""
        job = self._sagemaker.describe_labeling_job(LabelingJobName=order.name)
        counters = job["LabelCounters"]
        return {
            "name": order.name,
            "task_type": order.task_type,
            "status": job["LabelingJobStatus"],
            "labeled": counters["TotalLabeled"],
            "total": counters["TotalLabeled"]
            + counters["FailedNonRetryableError"]
            + counters["Unlabeled"],
            "output_manifest": (job.get("LabelingJobOutput") or {}).get("OutputDatasetS3Uri"),
            "thread": self._thread(order.name),
        }

    def _dataset(self) -> dict[str, Any]:
        """The dataset as Rekognition has it, and what was told of it."""
        told = [text for text in self._thread(BOXES.name) if "ataset" in text]
        return {
            "name": PROJECT,
            "source": BOXES.name,
            **self._described(PROJECT, "TRAIN"),
            "thread": told,
        }

    def _project(self, name: str) -> dict[str, Any]:
        """A project as Rekognition has it."""
        found = self._rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
        return dict(found[0])

    def _sets(self, project: str) -> dict[str, str]:
        """The ARNs of a project's sets, by their type."""
        sets = self._project(project)["Datasets"]
        return {each["DatasetType"]: each["DatasetArn"] for each in sets}

    def _described(self, project: str, dataset_type: str) -> dict[str, Any]:
        """A project's training or test set as Rekognition has it."""
        arn = self._sets(project)[dataset_type]
        described = self._rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        labels = self._rekognition.list_dataset_labels(DatasetArn=arn)["DatasetLabelDescriptions"]
        return {
            "status": described["Status"],
            "entries": described["DatasetStats"]["TotalEntries"],
            "labels": {each["LabelName"]: each["LabelStats"]["EntryCount"] for each in labels},
            "errors": self._errors(arn),
        }

    def _errors(self, arn: str) -> list[dict[str, Any]]:
        """Line numbers (from 1) and codes of the entries that Rekognition finds fault with."""
        entries = self._rekognition.list_dataset_entries(DatasetArn=arn, MaxResults=100)[
            "DatasetEntries"
        ]
        return [
            {"line": line, "code": error["code"]}
            for line, entry in enumerate(entries, 1)
            for error in json.loads(entry).get("cl-errors", ())
        ]


def watched(play: Callable[[Callable[[str, int, int], None]], dict[str, Any]]) -> dict[str, Any]:
    """Play with a progress bar on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        steps: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            task = steps.setdefault(step, None) or progress.add_task(step, total=total)
            steps[step] = task
            progress.update(task, completed=done, total=total)

        return play(show)


def list_out(result: dict[str, Any]) -> None:
    """Print a line for the job of each task type."""
    console = Console(file=sys.stdout, highlight=False)
    for job in result["jobs"]:
        told = f"{job['task_type']:<38}{job['status']:<11}{job['output_manifest']}"
        console.print(told, markup=False, soft_wrap=True)
    console.print(f"{result['seconds']} s")


def read_out(result: dict[str, Any]) -> None:
    """Print the threads as people would read them."""
    console = Console(file=sys.stdout, highlight=False)
    for thread in result["jobs"]:
        console.print()
        for number, text in enumerate(thread["thread"]):
            console.print(
                text if number == 0 else f"    ↳ {text}",
                markup=False,
                style="bold" if number == 0 else "",
            )
    console.print("\n#orchard-labelers", style="bold")
    for text in result["notices"]:
        console.print(text, markup=False)
    jobs = ", ".join(
        f"{job['name']} {job['labeled']}/{job['total']} {job['status']}" for job in result["jobs"]
    )
    dataset = result["datasets"][0]
    console.print(
        f"\n{jobs}; dataset {dataset['name']} {dataset['entries']} entries {dataset['status']}",
        markup=False,
    )
    console.print(f"{result['seconds']} s")
