"""Awkward requests for the Slack stand-in: the Web API, people's hands, addresses, Socket Mode
frames.

And an app that answers nonsense, over HTTP and over sockets.
"""

from __future__ import annotations

import json
import urllib.parse
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from fuzzing import Chance, Fuzzed, many
from slack_practice import (
    APP_TOKEN,
    BOT_TOKEN,
    Workspace,
    button,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    typed,
    until,
)
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from wire import Line

from bot.sandbox.http import Server
from bot.sandbox.slack import chat, conversations, people, uploads, views

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

METHODS = [
    *(name for module in (chat, conversations, people, uploads, views) for name in module.METHODS),
    *("auth.test", "api.test", "apps.connections.open", "no.such.method"),
]
NAMES = [
    *(
        "channel",
        "user",
        "users",
        "ts",
        "message_ts",
        "thread_ts",
        "text",
        "blocks",
        "attachments",
        "metadata",
        "view",
    ),
    *(
        "view_id",
        "user_id",
        "hash",
        "external_id",
        "trigger_id",
        "limit",
        "cursor",
        "oldest",
        "latest",
        "inclusive",
    ),
    *(
        "types",
        "email",
        "usergroup",
        "filename",
        "length",
        "alt_txt",
        "files",
        "file",
        "channel_id",
        "channels",
        "name",
    ),
    *(
        "timestamp",
        "reply_broadcast",
        "initial_comment",
        "include_all_metadata",
        "return_im",
        "usergroups",
        "bot",
    ),
]
CLIENT = [
    *(
        "home_opened",
        "command",
        "action",
        "suggest",
        "view_submit",
        "view_close",
        "shortcut",
        "message",
        "read",
    ),
    *("join", "leave", "invite", "open_im", "react"),
]
LOOKS = ["boot", "history", "thread", "home", "views"]
HANDS = [
    *(
        "user",
        "channel",
        "command",
        "text",
        "container",
        "block_id",
        "action_id",
        "chosen",
        "state",
        "query",
    ),
    *(
        "view_id",
        "clear",
        "callback_id",
        "ts",
        "thread_ts",
        "file_ids",
        "invitee",
        "with",
        "name",
        "tab",
        "limit",
        "before",
    ),
]
MOST_BYTES = 16_000_000
GOOD_CLOSES = {1000, 1002, 1003, 1007, 1009}
IMAGE = {"type": "image", "image_url": "http://x.y/z.png", "alt_text": "z"}
OVERFLOW = {"type": "overflow", "options": [option("a")]}
STYLED = {"type": "text", "text": "t", "style": {"bold": True}}
SELECT = {
    "type": "static_select",
    "action_id": "pick",
    "options": [option("ripe"), option("green")],
}
BLOCKS: list[dict[str, Any]] = [
    section(accessory=button()),
    section(fields=[mrkdwn("a"), plain("b")]),
    {"type": "header", "text": plain("head")},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("c"), IMAGE]},
    {"type": "actions", "block_id": "acts", "elements": [button(), SELECT, OVERFLOW]},
    {**IMAGE, "title": plain("t")},
    {"type": "image", "slack_file": {"id": "F0"}, "alt_text": "z"},
    {"type": "markdown", "text": "# words"},
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [STYLED]}],
    },
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_text", "text": "b"}]],
    },
    {"type": "card", "title": mrkdwn("card"), "actions": [button()]},
    {"type": "alert", "text": mrkdwn("care"), "level": "warning"},
    typed(),
    typed("when", "day", type="datepicker"),
    typed("many", "boxes", type="checkboxes", options=[option("a"), option("b")]),
    typed("ask", "search", type="external_select", min_query_length=0),
    typed("file", "upload", type="file_input"),
    typed("number", "count", type="number_input", is_decimal_allowed=False),
]


class SlackFuzzer:
    """A workspace, an app that answers it at random, and a source of requests."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = Chance(seed)
        self._answers = Chance(seed + 1)
        self.app = Server(Starlette(routes=[Route("/", self._answer, methods=["POST"])])).start()
        self.slack = Workspace(
            folder, request_url=f"{self.app.url}/", time_scale=0.0, ack_seconds=0.5
        )
        self._pool = ThreadPoolExecutor(1)
        # Nobody can leave it, whatever else is sent.
        self._direct = self.slack.act("open_im", user="U0MARA", **{"with": "U0BOT"})["channel"][
            "id"
        ]
        self.line = Line(self.slack.url)
        self.report = Fuzzed()
        self._values = self._existing()

    def _existing(self) -> dict[str, list[Any]]:
        web = self.slack.web()
        ts = web.chat_postMessage(channel="C0DATA", text="root", blocks=[section(), BLOCKS[5]])[
            "ts"
        ]
        reply = web.chat_postMessage(channel="C0DATA", text="reply", thread_ts=ts)["ts"]
        web.views_publish(
            user_id="U0MARA", view={"type": "home", "blocks": [section(accessory=button())]}
        )
        file = self.slack.upload("U0MARA", "a.png", b"x")["id"]
        self._ts = [ts, reply, "1.000001"]
        channels = ["C0DATA", "C0LABEL", "C0GENERAL", "C0SECRET", "#general", "U0MARA"]
        persons = ["U0MARA", "U0LIN", "U0SAM", "U0BOT", "U0NONE"]
        moments = list(self._ts)
        return {
            **dict.fromkeys(("channel", "channel_id", "channels"), channels),
            **dict.fromkeys(("user", "user_id", "users", "with", "invitee", "bot"), persons),
            **dict.fromkeys(
                ("ts", "message_ts", "thread_ts", "timestamp", "oldest", "latest", "before"),
                moments,
            ),
            **{name: [file, "a.png"] for name in ("file", "filename")},
            "files": [[{"id": file, "title": "t"}]],
            "file_ids": [[file], []],
            "command": ["/labeljob", "/nothing"],
            "callback_id": ["new_job", "label_these", "none"],
            "block_id": ["acts", "name", "ask", "none"],
            "action_id": ["go", "pick", "search", "typed", "none"],
            "chosen": [{}, {"selected_option": option("ripe")}, {"value": "x"}],
            "tab": ["home", "messages"],
            "name": ["thumbsup", ":pear:"],
            "text": ["words", "<@U0BOT> hello", "&lt;"],
            "state": [{"values": {"name": {"typed": {"value": "x"}}}}],
            "limit": [1, 20, 1000],
            "query": ["", "pear"],
            "length": [1, 20],
            "types": ["public_channel,private_channel", "im"],
        }

    def run(self, count: int, progress: Callable[[], None]) -> Fuzzed:
        """Send that many requests."""
        many(count, self._one, progress)
        self.line.close()
        self._pool.shutdown()
        self.slack.server.stop()
        self.app.stop()
        return self.report

    def _one(self) -> None:
        kind = self.chance.random.random()
        if kind < 0.6:
            self._api()
        elif kind < 0.92:
            self._hands()
        elif kind < 0.98:
            self._addresses()
        else:
            self._socket()

    # -- what is sent
    # ----------------------------------------------------------------------------------------------

    def _value(self, name: str) -> Any:  # noqa: PLR0911 - one line per argument
        chance = self.chance
        if chance.often(0.15):
            return chance.awkward()
        if name == "blocks":
            return chance.spoiled(chance.some(BLOCKS, 4))
        if name == "view":
            return chance.spoiled(self._view())
        if name == "metadata":
            return chance.spoiled({"event_type": "t", "event_payload": {"key": "v"}})
        if name == "attachments":
            return chance.spoiled([{"text": "a", "blocks": chance.some(BLOCKS, 2)}])
        if name == "container":
            return chance.spoiled(self._container(), 0.2)
        if name == "view_id":
            return chance.one(self._view_ids())
        return chance.one(self._values.get(name, ["x", "1", "true"]))

    def _view(self) -> dict[str, Any]:
        blocks = self.chance.some(BLOCKS, 4)
        return modal(*blocks) if self.chance.often(0.7) else {"type": "home", "blocks": blocks}

    def _view_ids(self) -> list[str]:
        return [view["id"] for view in self.slack.modals()] or ["V0NONE"]

    def _container(self) -> dict[str, Any]:
        ts = self._ts[0]
        return dict(
            self.chance.one(
                [
                    {
                        "type": "message",
                        "channel": "C0DATA",
                        "channel_id": "C0DATA",
                        "ts": ts,
                        "message_ts": ts,
                    },
                    {"type": "home"},
                    {"type": "view", "view_id": self.chance.one(self._view_ids())},
                ]
            )
        )

    def _api(self) -> None:
        chance = self.chance
        method = chance.one(METHODS)
        wanted = {
            "chat.postMessage": ["channel", "text", "blocks"],
            "views.publish": ["user_id", "view"],
        }
        names = {*wanted.get(method, ["channel", "user", "ts"]), *chance.some(NAMES, 6)}
        args = {name: self._value(name) for name in names}
        token = chance.one([APP_TOKEN, "", "xoxb-other"]) if chance.often(0.05) else BOT_TOKEN
        if method == "apps.connections.open":
            token = APP_TOKEN
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json; charset=utf-8",
        }
        body = json.dumps(args).encode()
        if chance.often(0.4):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            form = {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in args.items()
            }
            body = urllib.parse.urlencode(form, errors="ignore").encode()
        if chance.often(0.02):
            body = chance.one(
                [
                    b"",
                    b"{",
                    b"[" * 100_000,
                    b"\xff\xfe",
                    b"[]",
                    b"null",
                    b"a=%FF%FE",
                    b"a=%ED%A0%80",
                ]
            )
        self._judged(f"api.{method}", "POST", f"/api/{method}", body, headers)

    def _hands(self) -> None:
        chance = self.chance
        if chance.often(0.2):
            name = chance.one(LOOKS)
            values = {each: self._value(each) for each in chance.some(HANDS, 4)}
            query = urllib.parse.urlencode({"user": "U0MARA", **values}, errors="ignore")
            self._judged(f"client.{name}", "GET", f"/client/{name}?{query}")
            return
        name = chance.one(CLIENT)
        wanted = {
            "action": ["container", "block_id", "action_id", "chosen"],
            "suggest": ["container", "block_id", "action_id", "query"],
            "view_submit": ["view_id", "state"],
            "view_close": ["view_id"],
            "shortcut": ["callback_id"],
            "command": ["channel", "command", "text"],
        }
        names = {*wanted.get(name, ["channel", "text"]), *chance.some(HANDS, 3)}
        body = json.dumps(
            {"user": "U0MARA", **{each: self._value(each) for each in names}}
        ).encode()
        if chance.often(0.02):
            body = chance.one([b"", b"{", b"[" * 100_000, b"\xff", b"[]", b"null"])
        self._judged(
            f"client.{name}", "POST", f"/client/{name}", body, {"Content-Type": "application/json"}
        )

    def _addresses(self) -> None:
        chance = self.chance
        word = urllib.parse.quote(chance.word(), errors="ignore") or "x"
        paths = [
            *(f"/response/T0/{word}", f"/upload/v1/F0/{word}", f"/files/{word}/x?user=U0MARA"),
            *(
                f"/files-pri/T-{word}/x",
                f"/archives/C0DATA/p{word}",
                f"/?channel={word}",
                "/journal",
                f"/page/{word}/app.js",
                f"/{word}",
            ),
            *(f"/_control/journal?after={word}", "/_control/connections", "/_control/disconnect"),
            "/_control/redelivery",
        ]
        path = chance.one(paths)
        method = chance.one(["GET", "POST", "POST", "PUT", "DELETE"])
        body = json.dumps(
            chance.spoiled({"text": "x", "blocks": BLOCKS[:1], "replace_original": True})
        ).encode()
        if path.startswith("/_control/redelivery"):
            body = json.dumps(
                chance.spoiled({"sent_again": 0.0, "new_id_again": 0.0, "seed": 1}, 0.8)
            ).encode()
        status, _, _ = self.line.send(method, path, b"" if method == "GET" else body)
        self.report.judge(f"{path.split('/')[1]} {method} {path} {body!r}", status, None)

    # -- Socket Mode
    # ----------------------------------------------------------------------------------------------

    def _socket(self) -> None:
        """One connection with noise before and around the answer to one envelope; somebody waits
        for that answer.
        """
        url = self.slack.web().apps_connections_open(app_token=APP_TOKEN)["url"]
        self.slack.control("request_url", url=None)
        sent: list[str] = []
        problem = ""
        answered: Future[dict[str, Any]] = self._pool.submit(dict)
        try:
            with connect(url, close_timeout=1) as socket:
                socket.recv(timeout=5)
                until(lambda: self.slack.fetch("/_control/connections")["count"] == 1)
                self._noise(socket, sent)
                command = {
                    "user": "U0MARA",
                    "channel": self._direct,
                    "command": "/labeljob",
                    "text": "status",
                }
                answered = self._pool.submit(self.slack.act, "command", **command)
                self._acknowledge(
                    socket, json.loads(socket.recv(timeout=5)).get("envelope_id"), sent
                )
                self._noise(socket, sent)
                if not socket.ping().wait(1):
                    socket.recv(
                        timeout=5
                    )  # a pong that never came: the connection was closed meanwhile
        except ConnectionClosed as end:
            # 1011 is the server's own failure; the others are what the protocol says to broken or
            # huge frames.
            code = end.rcvd.code if end.rcvd else 1006
            problem = "" if code in GOOD_CLOSES or sent[-1:] == ["huge"] else f"closed with {code}"
        except TimeoutError:
            problem = "neither an answer nor an end"
        finally:
            self.slack.control("request_url", url=f"{self.app.url}/")
        if not isinstance(answered.result(10).get("ok", True), bool):
            problem = problem or "the command was neither ok nor not ok"
        self.report.judge(f"socket {sent!r}"[:2000], 101, problem or None)

    def _noise(self, socket: ClientConnection, sent: list[str]) -> None:
        chance = self.chance
        for _ in range(chance.random.randint(0, 4)):
            awkward = chance.awkward()
            frame: Any = chance.one(
                [
                    *(
                        "",
                        "{",
                        "null",
                        "[]",
                        "\x00",
                        "[" * 50_000,
                        json.dumps({"envelope_id": awkward}),
                    ),
                    *(b"", b"\xff\xfe", bytes(200), json.dumps(awkward)),
                    json.dumps({"type": "hello", "envelope_id": "none", "payload": awkward}),
                ]
            )
            sent.append(repr(frame)[:60])
            socket.send(frame)
            if chance.often(0.1):
                socket.ping()
        if chance.often(0.05):
            sent.append("a frame that is none")
            socket.socket.sendall(
                chance.one(
                    [b"\x83\x00", b"\xc1\x80\x00\x00\x00\x00", b"\x81\x82\x00\x00\x00\x00\xff\xfe"]
                )
            )

    def _acknowledge(self, socket: ClientConnection, envelope_id: Any, sent: list[str]) -> None:
        """An acknowledgement of some kind, now and then twice, too large, too late or none."""
        chance = self.chance
        payload = chance.one(
            [
                None,
                {},
                "words",
                {"text": "words"},
                {"blocks": chance.spoiled(chance.some(BLOCKS, 2))},
                chance.awkward(),
            ]
        )
        ack: dict[str, Any] = {"envelope_id": envelope_id, "payload": payload}
        if chance.often(0.05):
            ack["payload"] = {"text": "x" * chance.one([100_000, 2_000_000, 17_000_000])}
        if chance.often(0.1):
            self._pool.submit(dict).result(5)  # the command has ended without an answer by then
        for _ in range(chance.one([0, 1, 1, 1, 2, 3])):
            text = json.dumps(ack)
            sent.append("huge" if len(text) > MOST_BYTES else "ack " + repr(payload)[:60])
            socket.send(text)

    def _judged(
        self,
        what: str,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> None:
        status, _, content = self.line.send(method, path, body, headers)
        problem = None
        try:
            if not isinstance(json.loads(content).get("ok"), bool):
                problem = "neither ok nor not ok"
        except (ValueError, AttributeError):
            problem = f"no JSON ({content[:80]!r})"
        self.report.judge(f"{what} {path} {body[:1500]!r}", status, problem)

    # -- the app
    # ----------------------------------------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        sent = urllib.parse.parse_qs((await request.body()).decode("utf-8", "replace"))
        payload = json.loads(sent.get("payload", ["{}"])[0])
        chance = self._answers
        trigger = payload.get("trigger_id") or sent.get("trigger_id", [""])[0]
        self._values["trigger_id"] = [trigger]
        answers: list[Any] = [
            *(
                "",
                {},
                {"response_action": "clear"},
                {"response_action": "errors", "errors": {"name": "no"}},
            ),
            {
                "response_action": chance.one(["update", "push"]),
                "view": chance.spoiled(modal(*chance.some(BLOCKS, 3))),
            },
            {"options": [option("a")]},
            {"text": "words", "response_type": chance.one(["ephemeral", "in_channel"])},
            {"text": "words", "blocks": chance.spoiled(chance.some(BLOCKS, 2))},
            chance.awkward(),
        ]
        body = chance.one(answers)
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text.encode("utf-8", "replace"), chance.one([200, 200, 200, 200, 500, 404]))
