"""Jobs of the demo of all types that are more than a type, asked for in Slack: a stream, a model's
share, a chain and a campaign.

Promised to the demo: plain values that say what came of each. A press is a press of the window or
the card, as a person makes it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import every_type, seed
from bot.sandbox.workspace.console import EVERY_OUTPUT, Console
from bot.sandbox.workspace.person import Person, elements
from bot.sandbox.workspace.story import (
    Message,
    Order,
    ask_for_job,
    card_of,
    close_windows,
    fill_through,
    opened,
    wait_for,
)

__all__ = ["AUTOMATED", "CAMPAIGN", "CHAIN", "MOST", "STREAM", "AskedJobs"]

STREAM, AUTOMATED, CAMPAIGN = "every-stream", "every-automated", "every-campaign"
CHAIN = tuple(f"every-bounding-box-verify{how}" for how in ("", "-adjust", "-adjust-continue"))
MOST = 1_250
"""Objects of one job here: the fewest that automated labeling takes. More become a campaign."""
_PATIENCE = 240.0
_MOMENT = 20.0  # seconds for the worker to show something on a review
_SOME, _AT_ONCE = "10", "4"  # of 24; with all tasks out at once they are quicker than a stop
_ADDRESS = re.compile(r"s3://[^\s`]+")


class AskedJobs:
    """Somebody in a channel of the practice workspace; `console` looks at what AWS has of it."""

    def __init__(self, person: Person, channel: str, console: Console) -> None:
        self._person = person
        self._channel = channel
        self._console = console

    def stream(self) -> dict[str, Any]:
        """A streaming job that begins with nothing, is sent a picture, then the same and another,
        and is stopped when both are labeled.
        """
        topic = str(self._console.sns.create_topic(Name=STREAM)["TopicArn"])
        more = {"input_topic": topic}
        order = _order(STREAM, "image-classification", ticks=("streaming",), more=more)
        ask_for_job(self._person, self._channel, order)
        names = [scene.name for scene in list(sample_truth.scenes(seed.SEED))[:2]]
        sent = (names[:1], names)
        for number, each in enumerate(sent, 1):
            self._send(number, each)
        wait_for(
            lambda: self._console.labeled(STREAM) == len(names), _PATIENCE, "both to be labeled"
        )
        card = card_of(self._person, self._channel, STREAM)
        opened(self._person, lambda: self._person.press(card, "job_stop"))
        fill_through(self._person, {})
        self._ended(STREAM, STREAM)
        told = self._console.told(STREAM)
        return {"sent": sum(map(len, sent)), "objects": len(names), **told}

    def _send(self, number: int, names: list[str]) -> None:
        """Send pictures, in a manifest of that number, and wait until the thread says so."""
        lines = "".join(
            f"{json.dumps({'source-ref': f's3://{seed.RAW}/ripeness/{name}'})}\n" for name in names
        )
        source = self._console.put(f"every-type/{STREAM}-{number}.manifest", lines)
        self._person.command(self._channel, "/labeljob", f"send {STREAM} {source}")

        def said() -> bool:
            told = [str(each["text"]) for each in self._thread(STREAM)[1:]]
            return sum(" sent " in text for text in told) == number

        wait_for(said, _PATIENCE, f"{source} to be sent")

    def automated(self) -> dict[str, Any]:
        """A job of 1,250 texts of which a model labels its share."""
        self._ask(AUTOMATED, MOST, ticks=("auto_label",))
        counts = self._console.job(AUTOMATED)["LabelCounters"]
        shares = {"people": counts["HumanLabeled"], "machine": counts["MachineLabeled"]}
        return {**shares, **self._console.told(AUTOMATED)}

    def campaign(self) -> dict[str, Any]:
        """More texts than two jobs take: three jobs under one card, with one manifest."""
        lines = 2 * MOST + 1
        whole = self._ask(CAMPAIGN, lines)
        jobs = [self._console.told(f"{CAMPAIGN}-{number}") for number in (1, 2, 3)]
        return {"jobs": jobs, "lines": lines, "output_manifest": whole}

    def chain(self, boxes: str) -> dict[str, Any]:
        """Boxes that were verified are adjusted, some of them, and the rest after that, each time
        without the labels that AWS was seen to stumble over; what every line of the last carries.
        `boxes` is the job they began with.
        """
        verify, adjust, go_on = CHAIN
        some = {"stop_at_objects": _SOME, "concurrent_tasks": _AT_ONCE}
        self._follow(boxes, verify, "job_adjust", some)
        self._ended(adjust, boxes)
        self._follow(boxes, adjust, "job_continue", dict.fromkeys(some))
        whole = self._ended(go_on, boxes)
        wanted = [every_type.attribute("bounding-box"), verify, adjust]
        lines = [json.loads(line) for line in self._console.read(whole).splitlines()]
        return {
            "statuses": [self._console.status(name) for name in CHAIN],
            "attributes": wanted,
            "lines": len(lines),
            "lines_with_all": sum(all(name in line for name in wanted) for line in lines),
            "output_manifest": whole,
        }

    def _ask(self, name: str, texts: int, ticks: tuple[str, ...] = ()) -> str:
        """Have so many texts classified; where the labels lie, as soon as that has ended."""
        source = self._console.put(f"every-type/{name}.manifest", "".join(_lines(texts)))
        order = _order(name, "text-classification", source=source, ticks=ticks)
        ask_for_job(self._person, self._channel, order)
        return self._ended(name, name)

    def _follow(self, root: str, before: str, press: str, more: Mapping[str, str | None]) -> None:
        """Press what comes after the job `before` on its card in the thread of `root`, write `more`
        behind [More…], leave the other labels out on the review, and press Create.
        """
        person = self._person

        def window() -> bool:
            card = next(each for each in self._thread(root) if _is_card(each, before))
            opened(person, lambda: person.press(card, press))
            return True

        wait_for(window, _PATIENCE, f"{press} on the card of {before}")
        opened(person, lambda: person.press_in_view("job_form_show_more"))
        fill_through(person, {name: {"value": text} for name, text in more.items()}, {})
        wait_for(self._fixed, _MOMENT, "the other labels to be found")
        wait_for(lambda: self._calm() and not self._fixes(), _MOMENT, "them to be left out")
        fill_through(person, {})
        close_windows(person)

    def _fixed(self) -> bool:
        """Press the fix, once the review is calm; a press beside it is done again."""
        ready = self._calm() and self._fixes()
        if ready:
            opened(self._person, lambda: self._person.press_in_view("job_form_fix"))
        return ready

    def _fixes(self) -> bool:
        """Whether the review offers to mend something."""
        shown = [each["action_id"] for _block, each in elements(self._person.view()["blocks"])]
        return "job_form_fix" in shown

    def _calm(self) -> bool:
        """Whether the review says what is fine, and of nothing that it goes on."""
        shown = [each for each in self._person.view()["blocks"] if each["type"] == "context"]
        notes = [str(note["text"]) for each in shown for note in each["elements"]]
        goes_on = any(note.endswith("…") for note in notes)
        return not goes_on and any(note.startswith("✓") for note in notes)

    def _ended(self, name: str, root: str) -> str:
        """Where the labels of a job lie, as soon as the thread of `root` says so."""
        told = wait_for(lambda: self._labels_of(name, root), _PATIENCE, f"{name} to end")
        return str(told)

    def _labels_of(self, name: str, root: str) -> str:
        """The address of the labels as a job's end names it in its thread; "" before that."""
        told = [each["text"] for each in self._thread(root)[1:]]
        ends = [text for text in told if "Labels: " in text and f"/{name}/" in text]
        return _ADDRESS.findall(ends[-1])[-1] if ends else ""

    def _thread(self, root: str) -> list[Message]:
        card = card_of(self._person, self._channel, root)
        return self._person.thread(self._channel, card["ts"])


def _order(name: str, task_type: str, **more: Any) -> Order:
    """What is typed for a job of that name."""
    asked: dict[str, Any] = {
        "name": name,
        "title": f"Every type: {name}",
        "description": "Look and answer",
        "category": "",
        "task_type": task_type,
        "source": "",
        "output": EVERY_OUTPUT,
        "team": seed.AUTOMATIC_TEAM,
        "labels": every_type.PLAIN[task_type].labels,
        "short": f"Look well, then answer: {name}.",
    }
    return Order(**{**asked, **more})


def _is_card(message: Message, name: str) -> bool:
    return str(message["text"]).endswith(f"job {name}")


def _lines(many: int) -> Iterator[str]:
    """A manifest of so many texts, each of them another."""
    texts = [text for text, _tone in sample_truth.texts(seed.SEED)]
    for number in range(many):
        yield f"{json.dumps({'source': f'{texts[number % len(texts)]} ({number})'})}\n"
