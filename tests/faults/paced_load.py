"""Slack's requests at a fixed pace, from a process that reads no more code than that takes.

`python -m tests.faults.paced_load` reads what to send as JSON and prints the time and the status of
each answer.
"""

import json
import queue
import sys
import threading
import time
from typing import Any

from tests.faults.fronts import Front, How

RATE = 50  # requests a second
_SENDERS = 64
_MIX: dict[str, int] = {
    "list": 6,
    "help": 3,
    "status": 3,
    "suggestion": 3,
    "home": 3,
    "mention": 1,
    "page": 1,
}
_HOW: dict[str, How] = {
    "list": "command",
    "help": "command",
    "status": "command",
    "home": "event",
    "mention": "event",
}


def main() -> int:
    """Send what standard input says at the fixed pace; print the time and the status of each answer
    as JSON.
    """
    wish = json.load(sys.stdin)
    front = Front(wish["url"], wish["secret"])
    kinds = [kind for kind, weight in _MIX.items() for _ in range(weight)]
    due: queue.SimpleQueue[tuple[float, int]] = queue.SimpleQueue()
    begin = time.monotonic() + 0.5
    for number in range(wish["seconds"] * RATE):
        due.put((begin + number / RATE, number))
    answers: list[tuple[float, int]] = []

    def send() -> None:
        while True:
            try:
                moment, number = due.get_nowait()
            except queue.Empty:
                return
            kind = kinds[number * 7 % len(kinds)]
            payload = _renewed(wish["samples"][kind], f"{wish['turn']}{number:06}")
            time.sleep(max(0.0, moment - time.monotonic()))
            reply = front.send(payload, _HOW.get(kind, "payload"))
            answers.append((time.monotonic() - moment, reply.status))

    senders = [threading.Thread(target=send) for _ in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    print(json.dumps(answers))  # noqa: T201 - this is a command
    return 0


def _renewed(sample: dict[str, Any], number: str) -> dict[str, Any]:
    """The sample as a request of its own."""
    fresh: dict[str, Any] = json.loads(json.dumps(sample))
    if "trigger_id" in fresh:
        fresh["trigger_id"] = f"{number}.1.{number:0>32}"
    if "event" in fresh:
        fresh["event_id"] = f"Ev{number}"
        fresh["event"]["event_ts"] = f"1795{number:0>6}.1"
        if fresh["event"]["type"] == "app_mention":
            fresh["event"]["ts"] = f"1795{number:0>6}.1"
    if "view" in fresh and fresh["type"] == "view_submission":
        fresh["view"]["id"] = fresh["view"]["root_view_id"] = f"V{number}"
    return fresh


if __name__ == "__main__":
    sys.exit(main())
