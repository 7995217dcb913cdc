"""What a stand-in received and answered, and which of its requests are to be spoiled.

Promises order (an entry's number grows with its arrival), a bound (the last 20,000) and no secrets:
bearer headers are never written down, tokens and request signatures inside bodies and addresses are
replaced.
"""

from __future__ import annotations

import fnmatch
import html
import itertools
import json
import random
import re
import threading
import time
import urllib.parse
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bot.sandbox import strict_json

__all__ = ["FaultBook", "FaultRule", "journal_page", "readable"]

Fault = Literal[
    "delay",
    "drop_before",
    "drop_after",
    "throttle",
    "error_500",
    "garbage",
    "slow_body",
    "duplicate",
]
KEPT_ENTRIES = 20_000
KEPT_BYTES = 20_000
SECRETS = re.compile(
    r"xox[a-z]-[A-Za-z0-9-]+|xapp-[A-Za-z0-9-]+"
    r"|(?<=X-Amz-Signature=)[0-9a-f]+|(?<=Signature=)[^&\"\s]+|(?<=X-Amz-Security-Token=)[^&\"\s]+"
)


@dataclass
class FaultRule:
    """One switch.

    `operation` is a pattern (`chat.*`). `times` counts down to nothing; None is for ever. `seconds`
    is for delay and slow_body, `retry_after` (seconds) for throttle. `seed` makes `probability`
    repeatable.
    """

    operation: str
    fault: Fault
    times: int | None = None
    probability: float = 1.0
    seed: int | None = None
    seconds: float = 1.0
    retry_after: int = 1
    hits: int = 0
    id: int = 0
    _chance: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @staticmethod
    def from_json(wanted: dict[str, Any]) -> FaultRule:
        """Read a switch as `POST /_control/faults` brings it; raises ValueError with the field at
        fault.
        """
        if wanted.get("fault") not in get_args(Fault):
            raise ValueError(f"fault: expected one of {', '.join(get_args(Fault))}")
        if not isinstance(wanted.get("operation"), str) or not wanted["operation"]:
            raise ValueError("operation: expected a pattern such as chat.*")
        times, seed = wanted.get("times"), wanted.get("seed")
        return FaultRule(
            operation=wanted["operation"],
            fault=wanted["fault"],
            times=None if times is None else int(times),
            probability=float(wanted.get("probability", 1.0)),
            seed=None if seed is None else int(seed),
            seconds=float(wanted.get("seconds", 1.0)),
            retry_after=int(wanted.get("retry_after", 1)),
        )

    def fires(self, operation: str) -> bool:
        """Decide, and count down, for one request."""
        if self.times == 0 or not fnmatch.fnmatchcase(operation, self.operation):
            return False
        if self.probability < 1.0 and self._chance.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True


class FaultBook:
    """The switches and the journal of one stand-in; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._rules: list[FaultRule] = []
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT_ENTRIES)
        self.last = 0
        self._rule_ids = 0

    def add(self, rule: FaultRule) -> int:
        """Put a switch behind the others; gives its id. The first rule that fires decides."""
        with self._lock:
            self._rule_ids += 1
            rule.id = self._rule_ids
            self._rules.append(rule)
            return rule.id

    def clear(self) -> None:
        """Remove all switches; the journal stays."""
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[dict[str, Any]]:
        """The switches as JSON, with `hits`: how often each has fired."""
        with self._lock:
            return [
                {name: value for name, value in vars(rule).items() if not name.startswith("_")}
                for rule in self._rules
            ]

    def pick(self, operation: str) -> FaultRule | None:
        """The rule that spoils this request, if one does."""
        with self._lock:
            return next((rule for rule in self._rules if rule.fires(operation)), None)

    def begin(  # noqa: PLR0913 - an entry has that many columns
        self,
        direction: str,
        operation: str,
        request: Any,
        *,
        method: str = "",
        path: str = "",
        fault: str | None = None,
    ) -> dict[str, Any]:
        """Write down that something arrived; `finish` completes the entry."""
        with self._lock:
            self.last += 1
            entry: dict[str, Any] = {
                "n": self.last,
                "at": time.time(),
                "direction": direction,
                "operation": operation,
                "method": method,
                "path": SECRETS.sub("[removed]", path),
                "request": request,
                "response": None,
                "status": None,
            }
            if fault is not None:
                entry["fault"] = fault
            self._entries.append(entry)
            self._lock.notify_all()
            return entry

    def finish(self, entry: dict[str, Any], response: Any, status: int, seconds: float) -> None:
        """Complete an entry with what was answered (status 0: nothing was)."""
        with self._lock:
            entry.update(response=response, status=status, seconds=round(seconds, 4))
            self._lock.notify_all()

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """Copies of the entries whose number is above `after`, oldest first."""
        with self._lock:
            newest = itertools.takewhile(lambda entry: entry["n"] > after, reversed(self._entries))
            return [dict(entry) for entry in newest][::-1]


def readable(body: bytes, content_type: str, query: str) -> Any:
    """A body as the journal shows it: JSON and forms as values, other text as it is, bytes by their
    number.

    Form fields that hold JSON (Slack's blocks, view, metadata, payload) are opened too. Query
    parameters join a form.
    """
    if content_type.startswith("multipart/"):
        return {"bytes": len(body)}
    if len(body) > KEPT_BYTES:
        text = body[:KEPT_BYTES].decode("utf-8", "replace")
        return {"truncated": SECRETS.sub("[removed]", text), "bytes": len(body)}
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return {"bytes": len(body)}
    text = SECRETS.sub("[removed]", text)
    params: dict[str, Any] = dict(
        urllib.parse.parse_qsl(SECRETS.sub("[removed]", query), keep_blank_values=True)
    )
    if content_type.startswith("application/x-www-form-urlencoded"):
        params.update(urllib.parse.parse_qsl(text, keep_blank_values=True))
        return {name: _opened(value) for name, value in params.items() if name != "token"}
    opened = _opened(text)
    if isinstance(opened, dict):
        return {**params, **{name: value for name, value in opened.items() if name != "token"}}
    return opened if text else params


def _opened(text: str) -> Any:
    if text[:1] not in {"{", "["}:
        return text
    try:
        return strict_json.loads(text)
    except ValueError:
        return text


def journal_page(entries: list[dict[str, Any]], home: str = "") -> str:
    """The journal for people, newest first: who called what, what was said, what was answered.
    `home` is where it leads back to.
    """
    back = f'<p><a href="{html.escape(home)}/">← Back to the workspace</a>' if home else ""
    rows = "".join(_row(entry) for entry in reversed(entries))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
        'content="width=device-width"><link rel=icon href="data:,"><title>Journal of the practice '
        "server</title><style>body{font:14px system-ui;margin:1.5rem;color-scheme:light "
        "dark}table{border-collapse:collapse}td,th{padding:.25rem .6rem;border-bottom:1px solid "
        "#8884;text-align:left;vertical-align:top}"
        "pre{margin:0;max-width:60rem;white-space:pre-wrap;overflow-wrap:anywhere}</style>"
        f"{back}<h1>What the practice server received</h1><p>Newest first, the last 500. Tokens "
        "are removed.</p>"
        "<table><tr><th>no.<th>time<th>direction<th>operation<th>status<th>request and answer</tr>"
        f"{rows}</table></html>"
    )


def _row(entry: dict[str, Any]) -> str:
    at = time.strftime("%H:%M:%S", time.localtime(entry["at"]))
    fault = f" ({entry['fault']})" if entry.get("fault") else ""
    status = "no answer" if not entry["status"] else str(entry["status"])
    both = "\n".join(
        f"{name}: {json.dumps(entry[name], ensure_ascii=False, indent=1)}"
        for name in ("request", "response")
    )
    return (
        f"<tr><td>{entry['n']}<td>{at}<td>{html.escape(entry['direction'])}<td>{html.escape(entry['operation'])}"
        f"<td>{html.escape(status + fault)}"
        f"<td><details><summary>show</summary><pre>{html.escape(both)}</pre></details>"
    )
