"""A person in the practice workspace, driven from code: what the demo, the first minute and the
story tests use.

Everything goes through the client API that the page in the browser uses, so a press here is a press
there.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

_PATIENCE = 10.0  # seconds an answer of the workspace may take (the app itself has 3)


class PracticeError(Exception):
    """The practice workspace did not do what the person asked; the message is its own."""


class Person:
    """Somebody who types, presses and reads. `url` is the workspace's address."""

    def __init__(self, url: str, user: str) -> None:
        self._url = url
        self.user = user

    def command(self, channel: str, command: str, text: str = "") -> dict[str, Any]:
        """Type a slash command; the answer holds `ephemeral` where the app replied."""
        return self.ask("command", channel=channel, command=command, text=text)

    def view(self) -> dict[str, Any]:
        """The window on top."""
        stack = self.ask_for("views")["view_stack"]
        if not stack:
            raise PracticeError(f"no window is open for {self.user}")
        return dict(stack[-1])

    def fill(self, **typed: Any) -> dict[str, Any]:
        """Fill fields of the window on top (by block_id, values in Slack's state form) and submit
        it.
        """
        view = self.view()
        return self.ask("view_submit", view_id=view["id"], state={"values": _values(view, typed)})

    def choose(self, block_id: str, query: str) -> dict[str, Any]:
        """Search in a select that asks the app; the first choice offered."""
        view = self.view()
        found = (block["element"] for block in view["blocks"] if block.get("block_id") == block_id)
        element = next(found, None)
        if element is None:
            raise PracticeError(f"there is no field {block_id} in this window")
        answer = self.ask(
            "suggest",
            container={"type": "view", "view_id": view["id"]},
            block_id=block_id,
            action_id=element["action_id"],
            query=query,
        )
        groups = answer.get("option_groups") or [{"options": answer.get("options") or []}]
        offered = [option for group in groups for option in group["options"]]
        if not offered:
            raise PracticeError(f"nothing is offered for “{query}” in {block_id}")
        return dict(offered[0])

    def press(
        self, message: dict[str, Any], action_id: str, *, of: str = "", **chosen: Any
    ) -> dict[str, Any]:
        """Press a button of a message, or choose it behind ⋯; `of` is its value, where several have
        that action.
        """
        return self.ask(
            "action",
            **_press(message["blocks"], action_id, of, chosen),
            container=_container(message),
        )

    def press_in_view(
        self, action_id: str, *, typed: dict[str, Any] | None = None, **chosen: Any
    ) -> dict[str, Any]:
        """Press a button (or pick) in the window on top; `typed` are its fields as they stand, as
        for `fill`.
        """
        view = self.view()
        where = {"type": "view", "view_id": view["id"]}
        press = _press(view["blocks"], action_id, "", chosen)
        press["state"] = {"values": _values(view, typed or {})}
        return self.ask("action", **press, container=where)

    def press_at_home(self, action_id: str, *, of: str = "") -> dict[str, Any]:
        """Press a button on the app's Home tab."""
        return self.ask(
            "action", **_press(self.home()["blocks"], action_id, of, {}), container={"type": "home"}
        )

    def open_home(self) -> None:
        """Open the app's Home tab; the app draws it a moment later."""
        self.ask("home_opened", tab="home")

    def home(self) -> dict[str, Any]:
        """The app's Home tab as it is drawn now.

        Raises:
            PracticeError: the app has drawn none yet.

        """
        view = self.ask_for("home")["view"]
        if view is None:
            raise PracticeError(f"the Home tab of {self.user} is empty")
        return dict(view)

    def say(self, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message (`@labeljob` mentions the app); its ts."""
        return str(self.ask("message", channel=channel, text=text, thread_ts=thread_ts)["ts"])

    def close_windows(self) -> None:
        """Close every open window."""
        stack = self.ask_for("views")["view_stack"]
        if stack:
            self.ask("view_close", view_id=stack[-1]["id"], clear=True)

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """The channel's messages, oldest first."""
        return list(self.ask_for("history", channel=channel, limit=200)["messages"])

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """A root message and its replies."""
        return list(self.ask_for("thread", channel=channel, ts=ts)["messages"])

    def wait_for(
        self, channel: str, found: Callable[[dict[str, Any]], bool], tick: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """The first message for which `found` holds; `tick` waits a moment and says whether to go
        on.
        """
        while True:
            for message in self.messages(channel):
                if found(message):
                    return message
            if not tick():
                return None

    def upload(self, name: str, body: bytes) -> dict[str, Any]:
        """Put a file into the workspace, as a form's file input does; as Slack describes it."""
        edge = "practice-edge"
        parts = (
            f'--{edge}\r\nContent-Disposition: form-data; name="user"\r\n\r\n{self.user}\r\n'
            f"--{edge}\r\nContent-Disposition: form-data; "
            f'name="file"; filename="{name}"\r\n\r\n'
        )
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self._url}/client/upload",
            data=parts.encode() + body + f"\r\n--{edge}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={edge}"},
        )
        return dict(self._open(request, "upload")["files"][0])

    def ask(self, method: str, **body: Any) -> dict[str, Any]:
        """One call of the client API."""
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self._url}/client/{method}",
            data=json.dumps({"user": self.user, **body}).encode(),
            headers={"Content-Type": "application/json"},
        )
        return self._open(request, method)

    def ask_for(self, method: str, **query: Any) -> dict[str, Any]:
        """One question to the client API."""
        address = f"{self._url}/client/{method}?{urlencode({'user': self.user, **query})}"
        return self._open(urllib.request.Request(address), method)  # noqa: S310 - our own loopback address

    def _open(self, request: urllib.request.Request, method: str) -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
            data: dict[str, Any] = json.load(answer)
        if not data.get("ok"):
            raise PracticeError(f"{method}: {data.get('error')} {data.get('message', '')}".strip())
        return data


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with its block."""
    for block in blocks:
        for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def _values(view: dict[str, Any], typed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was typed, in the shape of a view's state."""
    fields = {
        block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"
    }
    missing = set(typed) - set(fields)
    if missing:
        raise PracticeError(f"the window has no field {sorted(missing)}; it has {sorted(fields)}")
    return {
        name: {fields[name]["action_id"]: {"type": fields[name]["type"], **value}}
        for name, value in typed.items()
    }


def _press(
    blocks: list[dict[str, Any]], action_id: str, of: str, chosen: dict[str, Any]
) -> dict[str, Any]:
    for block, element in elements(blocks):
        if element["action_id"] == action_id and of in {"", element.get("value")}:
            value = {"value": element["value"]} if "value" in element else {}
            return {
                "block_id": block["block_id"],
                "action_id": action_id,
                "chosen": {**value, **chosen},
                "state": {},
            }
        for option in element.get("options", ()) if element["type"] == "overflow" else ():
            which, _, value = option["value"].partition(" ")
            if which == action_id and of in {"", value}:
                return {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "chosen": {"selected_option": option},
                    "state": {},
                }
    shown = [element["action_id"] for _block, element in elements(blocks)]
    raise PracticeError(f"there is no button {action_id} here; there are {shown}")


def _container(message: dict[str, Any]) -> dict[str, Any]:
    if message.get("ephemeral_id"):
        return {"type": "ephemeral", "ephemeral_id": message["ephemeral_id"]}
    return {"type": "message", "channel": message["channel"], "ts": message["ts"]}
