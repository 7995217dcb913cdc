"""Writes down what an app shows and sends in a practice world, in a form that is the same every
time.

Promises to the snapshots: whatever differs from run to run (ids, times, ports, secrets) is named by
its kind, and nothing else is changed.
"""

import json
import re
import urllib.request
from typing import Any

from bot.sandbox.workspace.person import Person, PracticeError
from tests.stories.world import World

_SLACK = ("chat.", "views.publish")
_AWS = ("SageMaker.Create", "SageMaker.Stop", "Rekognition.Create", "Rekognition.Update")
_FILES = (".liquid.html", ".labels.json")
_OWN_BLOCK_IDS = {
    "input",
    "actions",
}  # blocks of other types get an id from Slack where the app gives none

_CHANGING = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b01[0-9a-f]{30}\b"), "<id>"),
    (re.compile(r"<!date\^\d+\^([^|>]*)\|[^>]*>"), r"<date \1>"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://here"),
    (re.compile(r"X-Amz-[A-Za-z]+=[^&\"'|>\s]+"), "<signed>"),
    (re.compile(r"AWSAccessKeyId=[^\"'|>\s]+"), "<signed>"),
    (re.compile(r"\b\d{10}\.\d{6}\b"), "<ts>"),
    (
        re.compile(
            r"\b\d{1,2} "
            r"(?:January|February|March|April|May|June|July|August|September|October|November|"
            r"December) \d{4}\b"
        ),
        "<day>",
    ),
    (re.compile(r", in (?:\d+ [a-z]+ ?)+"), ", in <time>"),
    (
        re.compile(r"(?:\d[\d,]* an hour|about \d+ \w+ of work left)"),
        "<pace>",
    ),
    (re.compile(r"\b(?:\d+ (?:second|minute|hour|day)s? ?)+ old"), "<time> old"),
    (re.compile(r"(:project/[\w.-]+/)\d+"), r"\1<number>"),
    # labels bear the time at which they were made
    (re.compile(r"[0-9a-f]{64}\.manifest"), "<hash>.manifest"),
    (
        re.compile(r"\b(?:\d+ (?:second|minute|hour|day)s?|less than a minute|a moment) ago"),
        "<time> ago",
    ),
)


def same(value: Any) -> Any:
    """The value with what changes from run to run named by its kind."""
    if isinstance(value, dict):
        return {key: same(inner) for key, inner in value.items() if not _by_slack(value, key)}
    if isinstance(value, list):
        return [same(inner) for inner in value]
    if isinstance(value, str):
        for pattern, kind in _CHANGING:
            value = pattern.sub(kind, value)
    return value


def _by_slack(block: dict[str, Any], key: str) -> bool:
    """Whether this is an id that Slack gave to a block without one."""
    if key != "block_id":
        return False
    return block.get("type") not in _OWN_BLOCK_IDS or (
        block["type"] == "actions" and block["block_id"] != "back"
    )


class Scribe:
    """Watches a world step by step. `pages` is what was seen, in order: a step's name and what came
    of it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._slack = world.so_far()
        self._aws = world.so_far(slack=False)
        self._files: set[str] = set()
        self.pages: list[dict[str, Any]] = []

    def command(self, person: Person, channel: str, command: str, text: str = "") -> None:
        """Somebody types a command: the answer for their eyes, or the window that opened."""
        said = person.command(channel, command, text)
        self.note(
            f"{person.user} types {command} {text}",
            {"answer": said.get("ephemeral"), **self._window(person)},
        )

    def window(self, step: str, person: Person, answer: dict[str, Any] | None = None) -> None:
        """What stands in the window on top, and the errors that came back."""
        errors = {"errors": answer["errors"]} if answer and answer.get("errors") else {}
        self.note(step, {**errors, **self._window(person)})

    def note(self, step: str, seen: dict[str, Any]) -> None:
        """Write a step down: what a person saw, and what was sent since the step before."""
        seen = {key: value for key, value in seen.items() if value}
        page = {"step": step, **same({key: _trimmed(value) for key, value in seen.items()})}
        sent = self._sent()
        if sent:
            page["sent"] = sent
        self.pages.append(page)

    def _window(self, person: Person) -> dict[str, Any]:
        try:
            return {"window": person.view()}
        except PracticeError:
            return {}

    def _sent(self) -> list[Any]:
        """What reached Slack and AWS, sorted: the order between threads of talk is nobody's
        promise.
        """
        found = [
            [entry["operation"], _trimmed(entry["request"])]
            for entry in self._since(slack=True)
            if entry["direction"] == "to_slack" and entry["operation"].startswith(_SLACK)
        ]
        for entry in self._since(slack=False):
            if entry["operation"].startswith(_AWS):
                found.append([entry["operation"], entry["request"]])
            elif entry["operation"] == "S3.PutObject" and self._is_new_file(entry["path"]):
                found.append(
                    [entry["operation"], {"path": entry["path"], "body": entry["request"]}]
                )
        return sorted((same(one) for one in found), key=json.dumps)

    def _is_new_file(self, path: str) -> bool:
        """Whether it is a page or a label file that was not written before (its name holds its
        content's hash).
        """
        if not path.endswith(_FILES) or path in self._files:
            return False
        self._files.add(path)
        return True

    def _since(self, *, slack: bool) -> list[dict[str, Any]]:
        after = self._slack if slack else self._aws
        services = self._world.services
        url = services.slack_url if slack else services.aws_url
        with urllib.request.urlopen(f"{url}/_control/journal?after={after}", timeout=10) as answer:
            found = json.load(answer)
        if slack:
            self._slack = found["last"]
        else:
            self._aws = found["last"]
        return list(found["entries"])


_KEPT = (
    "type",
    "callback_id",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "notify_on_close",
    "text",
    "thread_ts",
    "channel",
    "metadata",
    "user",
    "ts",
    "view",
    "unfurl_links",
    "unfurl_media",
    "user_id",
)


def _trimmed(value: Any) -> Any:
    """A view or message without what Slack adds to it."""
    if isinstance(value, dict) and ("blocks" in value or "text" in value):
        return {key: inner for key, inner in value.items() if key in _KEPT}
    return value
