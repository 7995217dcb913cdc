"""The /client/* API: acting as a person, for the page in the browser, the demo and the tests.

Promises JSON in, JSON out, always HTTP 200: {"ok": true, ...} or {"ok": false, "error": code,
"message": words}. Requests from other origins are refused.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import strict_json
from bot.sandbox.slack import channels, chat, conversations, files, messages, people, uploads, views
from bot.sandbox.slack.state import SlackError
from bot.sandbox.slack.stream import stream
from bot.sandbox.slack.typed_text import stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from starlette.requests import Request

    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.interactions import Interactions
    from bot.sandbox.slack.state import Workspace

__all__ = ["Client"]

OBJECTS = {"container", "chosen", "state"}
WORDS = {
    "channel_not_found": "This channel does not exist, or you are not in it.",
    "not_in_channel": "You are not in this channel. Join it first.",
    "message_not_found": "This message is not there any more.",
    "not_found": "This form is not open any more.",
    "user_not_found": "There is no such person here.",
    "already_reacted": "You have reacted with this already.",
    "no_text": "A message needs some text or a file.",
}


class Client:
    """What people can do, one method per address."""

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        self._workspace = workspace
        self._do = interactions

    def routes(self) -> list[Route]:
        """The addresses."""
        gets: dict[str, Callable[[JSON], JSON]] = {
            "boot": self._boot,
            "state": self._state,
            "history": self._history,
            "thread": self._thread,
            "home": self._home,
            "views": self._views,
        }
        posts: dict[str, Callable[[JSON], JSON]] = {
            "home_opened": self._home_opened,
            "command": self._command,
            "action": self._action,
            "suggest": self._suggest,
            "view_submit": self._submit,
            "view_close": self._close,
            "shortcut": self._shortcut,
            "message": self._message,
            "read": self._read,
            "join": self._join,
            "leave": self._leave,
            "invite": self._invite,
            "open_im": self._open_im,
            "react": self._react,
        }
        every = [
            Route(f"/client/{name}", self._getter(act), methods=["GET"])
            for name, act in gets.items()
        ]
        every += [
            Route(f"/client/{name}", self._poster(act), methods=["POST"])
            for name, act in posts.items()
        ]
        every.append(Route("/client/upload", self._upload, methods=["POST"]))
        every.append(Route("/client/stream", self._stream, methods=["GET"]))
        return every

    # -- the frame
    # ----------------------------------------------------------------------------------------------

    def _getter(self, act: Callable[[JSON], JSON]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._answer, act, dict(request.query_params))

        return endpoint

    def _poster(self, act: Callable[[JSON], JSON]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not _same_origin(request):
                return _refusal("cross_origin", "This request came from another page.")
            try:
                sent = strict_json.loads(await request.body() or b"{}")
            except ValueError:
                sent = None
            if not isinstance(sent, dict):
                return _refusal("invalid_json", "The body must be a JSON object.")
            return await run_in_threadpool(self._answer, act, sent)

        return endpoint

    def _answer(self, act: Callable[[JSON], JSON], sent: JSON) -> Response:
        try:
            _check_kinds(sent)
            self._check_person(sent, act)
            return JSONResponse({"ok": True, **act(sent)})
        except SlackError as problem:
            fields = dict(problem.fields)
            words = fields.pop("message", None) or WORDS.get(
                problem.code, problem.code.replace("_", " ")
            )
            return _refusal(problem.code, words, **fields)

    def _check_person(self, sent: JSON, act: Callable[[JSON], JSON]) -> None:
        """Refuse whom nobody can be; other apps' bots and workflows only write messages.

        UNSURE: whether what somebody did just before they were deactivated still reaches the app;
        here it does.
        """
        known = people.find_person(self._workspace, str(sent.get("user") or ""))
        own = self._workspace.config.bot_user_id
        if known is None or known["id"] == own or (known.get("is_bot") and act != self._message):
            raise SlackError("user_not_found")

    def _room(self, sent: JSON, *, member: bool = False) -> sqlite3.Row:
        return channels.visible_channel(
            self._workspace, str(sent.get("channel") or ""), str(sent.get("user")), member=member
        )

    # -- looking
    # ----------------------------------------------------------------------------------------------

    def _boot(self, sent: JSON) -> JSON:
        workspace = self._workspace
        config = workspace.config
        person = sent["user"]
        messages.drop_ephemerals_of(workspace, person)
        commands = config.features.get("slash_commands") or []
        shortcuts = config.features.get("shortcuts") or []
        home = config.features.get("app_home") or {}
        return {
            "event_id": workspace.last_news(),
            "team": dict(config.team),
            "app": {
                "id": config.app_id,
                "name": config.app_name,
                "bot_user_id": config.bot_user_id,
                "commands": [
                    {name: one.get(name, "") for name in ("command", "description", "usage_hint")}
                    for one in commands
                ],
                "shortcuts": [
                    {
                        name: one.get(name, "")
                        for name in ("name", "type", "callback_id", "description")
                    }
                    for one in shortcuts
                ],
                "home_tab": bool(home.get("home_tab_enabled")),
                "messages_tab": bool(home.get("messages_tab_enabled", True)),
                "messages_tab_read_only": bool(home.get("messages_tab_read_only_enabled")),
            },
            "user": person,
            "people": [people.client_person(one) for one in people.all_people(workspace)],
            "channels": channels.client_channels(workspace, person),
            "view_stack": views.stack(workspace, person),
            "links": {**config.links, "journal": "/_control/journal/page"},
            "banner": dict(config.banner) if config.banner else None,
        }

    def _state(self, _sent: JSON) -> JSON:
        """The number of the newest event, without what a boot does: a page asks after its stream
        was broken.
        """
        return {"event_id": self._workspace.last_news()}

    def _history(self, sent: JSON) -> JSON:
        row = self._room(sent)
        limit = max(1, min(int(sent.get("limit") or 50), 500))
        before = str(sent.get("before") or "9999999999.999999")
        with self._workspace.store.read() as db:
            rows = db.execute(
                (
                    "SELECT * FROM message WHERE channel=? AND in_channel=1 AND ts<? ORDER BY ts "
                    "DESC LIMIT ?"
                ),
                (row["id"], before, limit + 1),
            ).fetchall()
        shown = [messages.shown(self._workspace, one, channel=True) for one in rows[:limit]]
        return {
            "messages": shown[::-1],
            "ephemerals": messages.ephemerals(self._workspace, row["id"], sent["user"]),
            "has_more": len(rows) > limit,
        }

    def _thread(self, sent: JSON) -> JSON:
        row = self._room(sent)
        root = messages.find_message(self._workspace, row["id"], str(sent.get("ts")))
        if root is None:
            raise SlackError("message_not_found")
        with self._workspace.store.read() as db:
            rows = db.execute(
                "SELECT * FROM message WHERE channel=? AND thread_ts=? ORDER BY ts",
                (row["id"], root["ts"]),
            ).fetchall()
        shown = [messages.shown(self._workspace, one, channel=True) for one in [root, *rows]]
        ephemerals = messages.ephemerals(self._workspace, row["id"], sent["user"], root["ts"])
        return {"messages": shown, "ephemerals": ephemerals}

    def _home(self, sent: JSON) -> JSON:
        return {"view": views.home_view(self._workspace, sent["user"])}

    def _views(self, sent: JSON) -> JSON:
        return {"view_stack": views.stack(self._workspace, sent["user"])}

    async def _stream(self, request: Request) -> Response:
        person = request.query_params.get("user", "")
        if people.find_person(self._workspace, person) is None:
            return _refusal("user_not_found", WORDS["user_not_found"])
        return stream(self._workspace, person, request)

    # -- the app
    # ----------------------------------------------------------------------------------------------

    def _home_opened(self, sent: JSON) -> JSON:
        self._do.home_opened(sent["user"], "messages" if sent.get("tab") == "messages" else "home")
        return {}

    def _command(self, sent: JSON) -> JSON:
        row = self._room(sent, member=True)
        command, text = str(sent.get("command")), str(sent.get("text") or "")
        known = self._workspace.config.features.get("slash_commands") or []
        # UNSURE: without should_escape a command's text is taken to come as typed, & < > included.
        if any(one["command"] == command and one.get("should_escape") for one in known):
            text = stored(self._workspace, text)
        reply = self._do.command(sent["user"], row["id"], command, text)
        return {} if reply is None else {"ephemeral": reply}

    def _action(self, sent: JSON) -> JSON:
        self._do.action(
            sent["user"],
            sent.get("container") or {},
            str(sent.get("block_id")),
            str(sent.get("action_id")),
            sent.get("chosen") or {},
            _values(sent),
        )
        return {}

    def _suggest(self, sent: JSON) -> JSON:
        ids = str(sent.get("block_id")), str(sent.get("action_id"))
        return self._do.suggest(
            sent["user"], sent.get("container") or {}, *ids, str(sent.get("query") or "")
        )

    def _submit(self, sent: JSON) -> JSON:
        answer = self._do.submit(sent["user"], str(sent.get("view_id")), _values(sent))
        return {**answer, "view_stack": views.stack(self._workspace, sent["user"])}

    def _close(self, sent: JSON) -> JSON:
        self._do.close(sent["user"], str(sent.get("view_id")), clear=bool(sent.get("clear")))
        return {"view_stack": views.stack(self._workspace, sent["user"])}

    def _shortcut(self, sent: JSON) -> JSON:
        self._do.shortcut(
            sent["user"], str(sent.get("callback_id")), sent.get("channel"), sent.get("ts")
        )
        return {}

    # -- talking
    # ----------------------------------------------------------------------------------------------

    def _message(self, sent: JSON) -> JSON:
        workspace = self._workspace
        author = people.find_person(workspace, sent["user"]) or {}
        row = self._room(sent, member=not author.get("is_workflow"))
        self._check_messages_tab(row)
        text = stored(self._workspace, str(sent.get("text") or ""))
        file_ids = [str(one) for one in sent.get("file_ids") or []]
        if not text.strip() and not file_ids:
            raise SlackError("no_text")
        message: JSON = {"type": "message", "text": text, **self._signed(author, row["id"])}
        thread_ts = sent.get("thread_ts")
        if file_ids:
            for file_id in file_ids:
                found = files.file_row(workspace, file_id)
                if found is None or found["person"] != sent["user"] or found["state"] == "waiting":
                    raise SlackError(
                        "file_not_found", message="This file has not been uploaded by you."
                    )
            posted = uploads.share_files(workspace, row["id"], message, file_ids, thread_ts)
        else:
            posted = messages.post_message(workspace, row["id"], message, thread_ts=thread_ts)
        return {"ts": posted["ts"]}

    def _signed(self, author: JSON, channel: str) -> JSON:
        """What a message says of its author: a person, another app's bot, or a workflow, which is
        no user at all.
        """
        workspace = self._workspace
        team = people.home_team(workspace, author["id"])
        if author.get("is_workflow"):
            return {
                "subtype": "bot_message",
                "bot_id": author["bot_id"],
                "username": author["name"],
            }
        signed: JSON = {"user": author["id"], "team": team}
        if author.get("is_bot"):
            card = {
                "id": author["bot_id"],
                "app_id": author.get("app_id", ""),
                "name": author["name"],
                "team_id": team,
            }
            return {
                **signed,
                "bot_id": author["bot_id"],
                "app_id": author.get("app_id", ""),
                "bot_profile": card,
            }
        signed["client_msg_id"] = str(uuid.uuid4())
        if channels.sharing(workspace, channel) is not None:
            signed.update(
                user_team=team, source_team=team, user_profile=people.shared_profile(author, team)
            )
        return signed

    def _check_messages_tab(self, row: sqlite3.Row) -> None:
        home = self._workspace.config.features.get("app_home") or {}
        bot = people.bot_user_id(self._workspace)
        if not row["is_im"] or not channels.is_member(self._workspace, row["id"], bot):
            return
        if home.get("messages_tab_read_only_enabled") or home.get("messages_tab_enabled") is False:
            raise SlackError(
                "messages_tab_disabled", message="Sending messages to this app has been turned off."
            )

    async def _upload(self, request: Request) -> Response:
        if not _same_origin(request):
            return _refusal("cross_origin", "This request came from another page.")
        async with request.form() as form:
            person = str(form.get("user") or request.query_params.get("user") or "")
            sent = [one for one in form.getlist("file") if not isinstance(one, str)]
            bodies = [(one.filename or "file", await one.read()) for one in sent]
        return await run_in_threadpool(self._keep_upload, person, bodies)

    def _keep_upload(self, person: str, bodies: list[tuple[str, bytes]]) -> Response:
        if people.find_person(self._workspace, person) is None:
            return _refusal("user_not_found", WORDS["user_not_found"])
        kept: list[Any] = []
        for name, body in bodies:
            row = files.new_file(self._workspace, person, name, length=len(body))
            files.keep_bytes(self._workspace, row["id"], body)
            kept.append(files.file_json(self._workspace, row["id"]))
        return JSONResponse({"ok": True, "files": kept})

    def _read(self, sent: JSON) -> JSON:
        row = self._room(sent)
        with self._workspace.store.write() as db:
            db.execute(
                "UPDATE member SET last_read=max(last_read, ?) WHERE channel=? AND person=?",
                (str(sent.get("ts")), row["id"], sent["user"]),
            )
        shown = channels.client_channel(self._workspace, row, sent["user"])
        news = {"channel": row["id"], "ts": shown["last_read"], "unread": shown["unread"]}
        self._workspace.tell("read", news, [sent["user"]])
        return {"unread": shown["unread"]}

    # -- channels
    # ----------------------------------------------------------------------------------------------

    def _join(self, sent: JSON) -> JSON:
        row = self._room(sent)
        conversations.join(self._workspace, row, sent["user"])
        return {"channel": channels.client_channel(self._workspace, row, sent["user"])}

    def _leave(self, sent: JSON) -> JSON:
        row = self._room(sent, member=True)
        if row["is_im"]:
            raise SlackError("method_not_supported_for_channel_type")
        conversations.leave(self._workspace, row, sent["user"])
        return {}

    def _invite(self, sent: JSON) -> JSON:
        row = self._room(sent, member=True)
        invitee = str(sent.get("invitee"))
        if row["is_im"]:
            raise SlackError("method_not_supported_for_channel_type")
        if people.find_person(self._workspace, invitee) is None:
            raise SlackError("user_not_found")
        conversations.join(self._workspace, row, invitee, sent["user"])
        return {}

    def _open_im(self, sent: JSON) -> JSON:
        channel = channels.open_im(self._workspace, sent["user"], str(sent.get("with")))
        row = channels.find_channel(self._workspace, channel)
        assert row is not None
        return {"channel": channels.client_channel(self._workspace, row, sent["user"])}

    def _react(self, sent: JSON) -> JSON:
        row = self._room(sent)
        name = str(sent.get("name") or "").strip(":")
        chat.add_reaction(self._workspace, row["id"], str(sent.get("ts")), sent["user"], name)
        return {}


def _check_kinds(sent: JSON) -> None:
    """Refuse what no page sends: objects, lists and numbers where texts belong, and the other way
    round.
    """
    for name, value in sent.items():
        if name == "limit":
            good = value is None or (str(value).isascii() and str(value).isdigit())
        elif name in OBJECTS:
            good = value is None or isinstance(value, dict)
        elif name == "file_ids":
            good = value is None or (
                isinstance(value, list) and all(isinstance(one, str) for one in value)
            )
        else:
            good = value is None or isinstance(value, str | bool)
        if not good:
            raise SlackError(
                "invalid_arguments", message=f"{name}: this is not what the page sends."
            )


def _values(sent: JSON) -> JSON:
    values = (sent.get("state") or {}).get("values") or {}
    actions = list(values.values()) if isinstance(values, dict) else [values]
    if not all(
        isinstance(one, dict) and all(isinstance(typed, dict) for typed in one.values())
        for one in actions
    ):
        raise SlackError(
            "invalid_arguments", message="state: expected values by block_id and action_id."
        )
    return dict(values)


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or origin == f"http://{request.headers.get('host')}"


def _refusal(code: str, words: str, **fields: Any) -> Response:
    return JSONResponse({"ok": False, "error": code, "message": words, **fields})
