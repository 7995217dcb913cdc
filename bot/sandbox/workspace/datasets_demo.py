"""The demo of datasets: made of what there is, trained, run, and stopped.

Mara makes datasets of each source: a finished job, manifests with slips in them, a folder that
somebody sorted, a file of COCO's, another dataset, her own pictures. She trains a model with two
projects (one takes its test set from its training set, one has its own), runs both, shows the first
a picture and stops the second; the first is stopped by its end. Promises, as `--json`, what
Rekognition has of each: the counts that Slack told are compared with it, and what was told of
broken lines with what `labeljob manifest check` says of them in the terminal. Where they differ it
does not end well.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console as Terminal

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import crates, seed
from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.console import Console
from bot.sandbox.workspace.demo import DATA, Demo
from bot.sandbox.workspace.movable_clock import MovableClock
from bot.sandbox.workspace.orders import JULY
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.story import (
    Message,
    Order,
    fill_through,
    make_dataset,
    opened,
    wait_for,
)
from bot.sandbox.workspace.terminal import manifest_command

__all__ = [
    "CRATES",
    "SHORT",
    "SORTED",
    "SOURCES",
    "DatasetsDemo",
    "tell",
]

JOB, MANIFEST, FOLDER = "finished job", "manifest", "names of folders"
COCO, COPY, OWN = "COCO", "copy", "own pictures"
SOURCES = (JOB, MANIFEST, FOLDER, COCO, COPY, OWN)
SHORT = (JOB,)
"""The short form: a dataset of a finished job, its split, and a model that runs until its end."""
RIPENESS, CRATES = "ripeness", "crates"
"""The projects that models are trained with."""
SORTED = "sorted"
"""The project, and the folder of the practice bucket, of pictures that somebody sorted."""
_SORTED, _OWN = 12, 4  # pictures
_STORE = f"s3://{seed.OUT}/datasets/"
_SPLIT = "split"
_REMINDERS = ((0.55, "50 % of the time"), (0.3, "80 % of the time"))  # parts of a run
_REST = 0.2  # of it: past its end
_PATIENCE = 60.0  # seconds for what takes one or two
_TRAIN_SET, _TEST_SET = "TRAIN", "TEST"
_LABEL = re.compile(r"(?P<label>.+?) (?P<many>[\d,]+)(?: \([\d,]+ box(?:es)?\))?")
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Made:
    """A dataset of the demo: what it is made of, and the address of its manifest where that has
    slips.
    """

    name: str
    source: str
    project: str
    kind: str = _TRAIN_SET
    manifest: str = ""


class DatasetsDemo(Demo):
    """Plays it; `clock` is the AWS stand-in's, and `folder` is where the terminal works."""

    orders: ClassVar[tuple[Order, ...]] = (JULY,)

    def __init__(
        self, practice: Practice, addresses: Addresses, folder: Path, clock: MovableClock
    ) -> None:
        super().__init__(practice, addresses)
        self._folder = folder
        self._clock = clock
        self._findings: dict[str, list[dict[str, Any]]] = {}

    def play(self, show: Show, sources: Iterable[str] = SOURCES) -> dict[str, Any]:
        """Datasets of each of these sources, and their models; see the module.

        Raises:
            PracticeError: something did not come, or the counts differ.

        """
        self._label(show)
        self._console = Console(self._addresses)
        show("making datasets", 0, 1)
        ways = {
            JOB: self._of_job,
            MANIFEST: self._of_manifests,
            FOLDER: self._of_folder,
            COCO: self._of_coco,
            COPY: self._of_copy,
            OWN: self._of_own_pictures,
        }
        made = [each for source in sources for each in ways[source]()]
        for each in made:
            self._check_told(each)
        show("making datasets", 1, 1)
        tests = {RIPENESS: "split", CRATES: "own"}
        there = {each.project for each in made}
        models = self._models({name: test for name, test in tests.items() if name in there}, show)
        return {"datasets": self._datasets(made), "models": models}

    def _of_job(self) -> list[_Made]:
        """[Make dataset] on the finished job's card."""
        make_dataset(self._mara, DATA, JULY.name, RIPENESS)
        return [_Made(JULY.name, JOB, RIPENESS)]

    def _of_manifests(self) -> list[_Made]:
        """A training set whose manifest has slips, and a test set."""
        train = self._console.put(crates.TRAIN, crates.with_slips(crates.train_lines()))
        test = self._console.put(crates.TEST, crates.manifest(crates.test_lines()))
        made = [
            _Made(CRATES, MANIFEST, CRATES, manifest=train),
            _Made(f"{CRATES}-test", MANIFEST, CRATES, _TEST_SET, test),
        ]
        for each in made:
            self._typed(
                "create",
                name={"value": each.name},
                project={"value": each.project},
                dataset_type=_chosen(each.kind),
                manifest_uri={"value": each.manifest},
            )
        return made

    def _of_folder(self) -> list[_Made]:
        """Pictures that lie in a folder for each label; the review shows which label each gets."""
        for scene in islice(sample_truth.scenes(seed.SEED), _SORTED):
            self._console.copy(f"ripeness/{scene.name}", f"{SORTED}/{scene.label}/{scene.name}")
        address = f"s3://{seed.RAW}/{SORTED}/"
        return [self._reviewed(_Made(SORTED, FOLDER, SORTED), "folder", folder={"value": address})]

    def _of_coco(self) -> list[_Made]:
        """What another tool exported: its boxes are shown before anything is made."""
        place = self._console.put("coco/instances.json", crates.coco())
        fields = {"export": {"value": place}, "pictures": {"value": crates.PICTURES}}
        return [self._reviewed(_Made("coco", COCO, "coco"), "export", **fields)]

    def _of_copy(self) -> list[_Made]:
        """What Rekognition copies of the set of another project, as soon as that is ready."""
        other = _Made(SORTED, FOLDER, SORTED)
        wait_for(lambda: self._ready(other), _PATIENCE, f"{other.name} to be ready")
        made = _Made("copied", COPY, "copied")
        return [self._reviewed(made, "copy", copied_project=_chosen(other.project))]

    def _reviewed(self, made: _Made, origin: str, **fields: Any) -> _Made:
        """The form of a source whose manifest the bot writes, and the review that follows."""
        self._begin(made, origin, **fields)
        wait_for(lambda: self._mara.view().get("submit"), _PATIENCE, f"{made.name} to be read")
        fill_through(self._mara, {})
        self._mara.close_windows()
        return made

    def _of_own_pictures(self) -> list[_Made]:
        """Files from Mara's computer, which get their label in the gallery afterwards."""
        bodies = [
            self._console.read(f"s3://{seed.RAW}/ripeness/{scene.name}")
            for scene in islice(sample_truth.scenes(seed.SEED), _OWN)
        ]
        files = [
            self._mara.upload(f"mine-{number}.jpg", body) for number, body in enumerate(bodies)
        ]
        made = _Made("mine", OWN, "mine")
        self._begin(made, "pictures", files_1={"files": [{"id": each["id"]} for each in files]})
        self._mara.close_windows()
        return [made]

    def _begin(self, made: _Made, origin: str, **fields: Any) -> None:
        """The form of a dataset, filled for that source and sent."""
        opened(self._mara, lambda: self._mara.command(DATA, "/dataset", "create"))
        self._pick("origin", origin)
        common = {"name": {"value": made.name}, "project": {"value": made.project}}
        fill_through(self._mara, {**common, "store": {"value": _STORE}, **fields})

    def _pick(self, block_id: str, value: str) -> None:
        """Choose in a menu that shows other fields at once."""
        [block] = [each for each in self._mara.view()["blocks"] if each.get("block_id") == block_id]
        element = block["element"]
        [chosen] = [each for each in element["options"] if each["value"] == value]
        press = self._mara.press_in_view
        opened(self._mara, lambda: press(element["action_id"], selected_option=chosen))

    def _typed(self, command: str, **fields: Any) -> None:
        """A `/dataset` command whose window is filled and sent."""
        opened(self._mara, lambda: self._mara.command(DATA, "/dataset", command))
        fill_through(self._mara, fields)
        self._mara.close_windows()

    def _check_told(self, made: _Made) -> None:
        """What the thread says of a dataset is what Rekognition has, line by line.

        Raises:
            PracticeError: it is not.

        """
        ready = wait_for(lambda: self._ready(made), _PATIENCE, f"{made.name} to be ready")
        entries, labels = _told(ready)
        there = self._described(made.project, made.kind)
        if (entries, labels) != (there["entries"], there["labels"]):
            raise PracticeError(f"Slack tells of {made.name}: {ready}; Rekognition has {there}")
        self._findings[made.name] = self._found(made)
        found = [each["message"] for each in self._findings[made.name]]
        silent = [message for message in found if message not in ready]
        if silent:
            raise PracticeError(f"Slack does not tell of {made.name}: {silent}; it tells {ready}")

    def _ready(self, made: _Made) -> str:
        """The line that tells what arrived of it; "" before."""
        told_below_job = made.source == JOB
        said = self._thread(made.name) if told_below_job else self._below(f"Dataset {made.name}: ")
        found = [text for text in said if f"Dataset {made.name} (" in text and "arrived" in text]
        return found[-1] if found else ""

    def _found(self, made: _Made) -> list[dict[str, Any]]:
        """What the terminal says against the lines of its manifest."""
        if not made.manifest:
            return []
        found = manifest_command(
            self._addresses, self._folder, "check", "--for", "custom-labels", made.manifest
        )
        return list(found["findings"])

    def _models(self, tests: Mapping[str, str], show: Show) -> list[dict[str, Any]]:
        """Projects trained, by where their test sets come from, and run: the first until its end,
        the others until Mara stops them.
        """
        show("training", 0, 1)
        for project, test in tests.items():
            self._typed(
                f"train {project}",
                version_name={"value": "v1"},
                test=_chosen(test),
                output_uri={"value": f"s3://{seed.OUT}/models/"},
                agreed={"selected_options": [{"value": "agreed"}]},
            )
        for project in tests:
            self._trained(project)
        show("training", 1, 1)
        show("running until an end", 0, 1)
        for project in tests:
            seconds = self._run(project)
        for project in tests:
            self._run_tells(project, "Running", "runs. It stops")
        until_its_end, *others = tests
        self._try(until_its_end)
        for project in others:
            self._mara.press(self._card(f"Model {project} / v1: Running"), "run_stop")
        for share, reminder in _REMINDERS:
            self._clock.moved += share * seconds
            self._run_tells(until_its_end, "Running", reminder)
        self._clock.moved += _REST * seconds
        models = [self._model(project) for project in tests]
        show("running until an end", 1, 1)
        return models

    def _run(self, project: str) -> int:
        """[Run…] with the last end that its form offers; in how many seconds that is."""
        said = self._trained(project)
        opened(self._mara, lambda: self._mara.press(said, "model_run"))
        [end] = [each for each in self._mara.view()["blocks"] if each["block_id"] == "seconds"]
        last = end["element"]["options"][-1]
        fill_through(self._mara, {"seconds": {"selected_option": last}})
        self._mara.close_windows()
        return int(last["value"])

    def _try(self, project: str) -> None:
        """[Try it…] with the first picture of the project's training set; what the model finds is
        told and drawn.

        Raises:
            PracticeError: no drawing is there.

        """
        arn = self._sets(project)[_TRAIN_SET]
        listed = self._rekognition.list_dataset_entries(DatasetArn=arn, MaxResults=1)
        address = str(json.loads(listed["DatasetEntries"][0])["source-ref"])
        running = self._card(f"Model {project} / v1: Running")
        opened(self._mara, lambda: self._mara.press(running, "run_try"))
        fill_through(self._mara, {"address": {"value": address}})
        self._mara.close_windows()
        found = f"looked at {address.rpartition('/')[2]} for @Mara and found "
        self._run_tells(project, "Running", found)
        if not any(each.get("files") for each in self._messages_below(running["text"])):
            raise PracticeError(f"what {project} found is not drawn")

    def _trained(self, project: str) -> Message:
        """The line that says how good the model is, which has [Run…]."""

        def said() -> Message | None:
            below = self._messages_below(f"Model {project} / v1: Trained")
            return next((each for each in below if "is trained: F1" in each["text"]), None)

        return dict(wait_for(said, _PATIENCE, f"{project} to be trained"))

    def _model(self, project: str) -> dict[str, Any]:
        """A model as Rekognition has it, and who stopped it as Slack tells it.

        Raises:
            PracticeError: Slack tells of another F1.

        """
        name = f"{project} / v1"
        over = self._run_tells(project, "Stopped", f"{name} is stopped.")
        arn = self._project(project)["ProjectArn"]
        versions = self._rekognition.describe_project_versions(ProjectArn=arn, VersionNames=["v1"])
        version = versions["ProjectVersionDescriptions"][0]
        score = version["EvaluationResult"]["F1Score"]
        told = str(self._trained(project)["text"])
        if f"F1 {score:.2f}" not in told:
            raise PracticeError(f"Slack tells of {name}: {told}; Rekognition has F1 {score}")
        by = re.search(r"It was stopped at (its end)\.|(\w+) stopped it\.", over)
        stopped_by = (by[1] or by[2]) if by else ""
        return {"name": name, "status": version["Status"], "f1": score, "stopped_by": stopped_by}

    def _run_tells(self, project: str, state: str, words: str) -> str:
        """The line below the card of a run in this state that has these words."""
        begins = f"Model {project} / v1: {state}"

        def said() -> str:
            return next((text for text in self._below(begins) if words in text), "")

        return str(wait_for(said, _PATIENCE, f"{project}: {words}"))

    def _datasets(self, made: list[_Made]) -> list[dict[str, Any]]:
        """What Rekognition has of each, after the split."""
        split = _Made(f"{JULY.name}-test", _SPLIT, RIPENESS, _TEST_SET)
        told = []
        for each in (*made, split):
            there = self._described(each.project, each.kind)
            found = self._findings.get(each.name, ())
            errors = [{"line": one["line"], "code": one["code"]} for one in found]
            source = {"name": each.name, "source": each.source}
            told.append({**source, **there, "errors": errors or there["errors"]})
        return told

    def _card(self, begins: str) -> Message:
        """The newest message of the channel that begins so.

        Raises:
            PracticeError: there is none.

        """
        found = [each for each in self._mara.messages(DATA) if each["text"].startswith(begins)]
        if not found:
            raise PracticeError(f"no message begins with {begins}")
        return dict(found[-1])

    def _messages_below(self, begins: str) -> list[Message]:
        root = self._card(begins)
        return self._mara.thread(DATA, root["ts"])[1:]

    def _below(self, begins: str) -> list[str]:
        return [self._read(each) for each in self._messages_below(begins)]


def _chosen(value: str) -> dict[str, Any]:
    """A choice of a menu or of a radio group."""
    return {"selected_option": {"value": value}}


def _told(ready: str) -> tuple[int, dict[str, int]]:
    """Lines that arrived, and pictures by label, from the line that tells of them."""
    arrived = re.search(r"^([\d,]+) of [\d,]+ lines arrived: (.+)$", ready, re.MULTILINE)
    if arrived is None:
        raise PracticeError(f"no counts are told: {ready}")
    counted = [_LABEL.fullmatch(part) for part in arrived[2].split(" · ")]
    return _number(arrived[1]), {each["label"]: _number(each["many"]) for each in counted if each}


def _number(written: str) -> int:
    return int(written.replace(",", ""))


def tell(result: dict[str, Any]) -> None:
    """Print a line for each dataset and each model."""
    console = Terminal(file=sys.stdout, highlight=False)
    for each in result["datasets"]:
        labels = " · ".join(f"{label} {many:,}" for label, many in each["labels"].items())
        errors = "".join(f"\n    line {one['line']}: {one['code']}" for one in each["errors"])
        console.print(
            f"{each['name']:<17} {each['source']:<16} {each['status']:<15} {each['entries']:>5,} "
            f"entries  {labels}{errors}",
            markup=False,
            soft_wrap=True,
        )
    for model in result["models"]:
        console.print(
            f"{model['name']:<18}{model['status']:<10}F1 {model['f1']:.2f}, stopped by "
            f"{model['stopped_by']}",
            markup=False,
        )
