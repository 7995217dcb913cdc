"""The demo of all task types: a job of each, asked for in Slack and labeled by simulated people,
and what Slack tells of it.

Audits are asked for with [Verify…] and [Adjust…] on the ended job that they look at, so they come
second. Promises one job for each type, and that its card told its end.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from bot.sandbox.workspace import every_type, seed
from bot.sandbox.workspace.addresses import ACCOUNT, REGION, Addresses
from bot.sandbox.workspace.asked_jobs import AskedJobs
from bot.sandbox.workspace.console import EVERY_OUTPUT, OVER, Console
from bot.sandbox.workspace.person import Person, PracticeError
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.story import (
    Order,
    ask_for_job,
    card_of,
    close_windows,
    opened,
    wait_for,
)

__all__ = ["ALL", "FIVE", "AllTypes"]

_DATA, _LABELERS = "C0DATA", "C0LABEL"
_PATIENCE = 240.0  # seconds for each of the two rounds; they take a fraction of that
ALL = (*every_type.PLAIN, *every_type.AUDITS)
FIVE = (
    "image-classification",
    "semantic-segmentation",
    "named-entity-recognition",
    "video-object-tracking",
    "3d-object-detection",
)
"""The short form: one type of each family of tools."""
_PAGES = 4  # of a filled form, at most
Show = Callable[[str, int, int], None]


class AllTypes:
    """Asks for the jobs, waits for their ends and reads what came of them."""

    def __init__(self, practice: Practice, addresses: Addresses) -> None:
        self._practice = practice
        self._mara = Person(addresses.slack_url, "U0MARA")
        self._sam = Person(addresses.slack_url, "U0SAM")
        self._addresses = addresses

    def play(self, show: Show, task_types: Iterable[str] = ALL) -> dict[str, Any]:
        """A job of each type; `show(step, done, total)` is told how far it is. The result is what
        `--json` prints.

        Raises:
            PracticeError: a step did not succeed.

        """
        start, wanted = time.monotonic(), list(task_types)
        show("starting the practice workspace", 0, 1)
        self._practice.start()
        self._console = Console(self._addresses)
        self._console.put(every_type.PAGE, every_type.PAGE_TEXT)
        show("starting the practice workspace", 1, 1)
        wait_for(self._tie, 15, "the labeling teams to be listed")
        first = [each for each in wanted if each in every_type.PLAIN]
        self._round("labeling", first, show)
        audits = [each for each in wanted if each in every_type.AUDITS]
        self._round("checking and fixing", audits, show)
        result: dict[str, Any] = {"jobs": [self._job(each) for each in wanted]}
        if wanted == list(ALL):
            result |= self._special(show)
        return result | {"seconds": round(time.monotonic() - start, 1)}

    def _special(self, show: Show) -> dict[str, Any]:
        """A stream, a model's share, a chain and a campaign."""
        asked = AskedJobs(self._mara, _DATA, self._console)
        acts: dict[str, Callable[[], dict[str, Any]]] = {
            "streaming": asked.stream,
            "automated": asked.automated,
            "chain": lambda: asked.chain(_name("bounding-box")),
            "campaign": asked.campaign,
        }
        found = {}
        for number, (name, act) in enumerate(acts.items()):
            show("a stream, a model, a chain, a campaign", number, len(acts))
            found[name] = act()
        show("a stream, a model, a chain, a campaign", len(acts), len(acts))
        return found

    def _tie(self) -> bool:
        answer = self._sam.command(_LABELERS, "/labelteam", f"here {seed.AUTOMATIC_TEAM}")
        return "is linked to this channel" in str(answer.get("ephemeral", {}).get("text"))

    def _round(self, step: str, task_types: list[str], show: Show) -> None:
        """Ask for a job of each of these, and wait until its card told its end."""
        for number, task_type in enumerate(task_types):
            show(f"asking: {step}", number, len(task_types))
            self._ask(task_type)
        show(f"asking: {step}", len(task_types), len(task_types))
        wait_for(lambda: self._are_over(step, task_types, show), _PATIENCE, "the jobs to end")
        wait_for(lambda: all(map(self._is_told, task_types)), _PATIENCE, "their ends to be told")

    def _ask(self, task_type: str) -> None:
        """Ask for a job of this type in Slack.

        Raises:
            PracticeError: the bot did not take it, or something else went wrong.

        """
        if task_type in every_type.AUDITS:
            self._audit(task_type)
        else:
            ask_for_job(self._mara, _DATA, _order(task_type))

    def _audit(self, task_type: str) -> None:
        """Press [Verify…] or [Adjust…] on the ended job's card, and go through its filled form."""
        card = card_of(self._mara, _DATA, _name(every_type.audited_by(task_type)))
        opened(self._mara, lambda: self._mara.press(card, f"job_{_act(task_type)}"))
        for _page in range(_PAGES):
            answer = self._mara.fill()
            if answer.get("errors"):
                raise PracticeError("; ".join(map(str, answer["errors"].values())))
            if not self._mara.view().get("submit"):
                close_windows(self._mara)
                return
        raise PracticeError(f"the form of {task_type} did not end")

    def _are_over(self, step: str, task_types: list[str], show: Show) -> bool:
        over = {_name(each) for each in task_types} & self._console.over()
        show(step, len(over), len(task_types))
        return len(over) == len(task_types)

    def _is_told(self, task_type: str) -> bool:
        """Whether the thread tells of the end; an audit's card lies in the audited job's thread."""
        audited = every_type.audited_by(task_type)
        try:
            root = card_of(self._mara, _DATA, _name(task_type))
        except PracticeError:
            root = card_of(self._mara, _DATA, _name(audited or task_type))
        said = [str(each["text"]) for each in self._mara.thread(_DATA, root["ts"])[1:]]
        if audited:
            said = [text for text in said if _name(task_type) in text]
        return any(status in text for text in said for status in OVER)

    def _job(self, task_type: str) -> dict[str, Any]:
        return {
            "task_type": task_type,
            "status": self._console.status(_name(task_type)),
            "output_manifest": self._console.output(_name(task_type)),
        }


def _name(task_type: str) -> str:
    """What the job is called; the bot calls an audit after the job that it looks at."""
    audited = every_type.audited_by(task_type)
    return f"every-{audited}-{_act(task_type)}" if audited else f"every-{task_type}"


def _act(task_type: str) -> str:
    return "verify" if task_type.endswith("-verification") else "adjust"


def _order(task_type: str) -> Order:
    """What Mara types into the form."""
    plain, base = every_type.PLAIN[task_type], task_type.removesuffix("-multilabel")
    return Order(
        name=_name(task_type),
        title=f"Every type: {task_type}",
        description="Look and answer",
        category="",
        task_type=base,
        several=task_type != base,
        source=f"s3://{seed.RAW}/{plain.manifest}",
        output=EVERY_OUTPUT,
        team=seed.AUTOMATIC_TEAM,
        labels=plain.labels,
        # the words of the job before would have to be read again
        short=f"Look well, then answer: {task_type}.",
        attribute=every_type.attribute(task_type),
        page=_page(task_type),
    )


def _page(task_type: str) -> dict[str, str]:
    """What is asked of a worker page of one's own, and of functions of one's own."""
    page = {"template": f"s3://{seed.RAW}/{every_type.PAGE}"}
    own = every_type.OWN_FUNCTION.format(region=REGION, account=ACCOUNT)
    functions = {f"{name}_function": f"{own}{name}" for name in ("pre", "post")}
    return {"passthrough": page, "custom": page | functions}.get(task_type, {})
