"""The memory of the practice workspace: its tables, its ids, its clock, its news for open pages.

Promises that everything answered once is on disk before the answer leaves, that timestamps are
unique and only grow, and that a page which listens with an event number misses nothing.
"""

from __future__ import annotations

import json
import secrets
import string
import threading
from typing import TYPE_CHECKING, Any

from bot.sandbox.journal import FaultBook
from bot.sandbox.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from bot.sandbox.slack.config import JSON, SlackConfig

__all__ = ["SlackError", "Workspace"]

KEPT_NEWS = 5_000
MICRO = 1_000_000
ID_LETTERS = string.ascii_uppercase + string.digits

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person(id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channel(id TEXT PRIMARY KEY, name TEXT NOT NULL, is_private INTEGER NOT
  NULL,
  is_im INTEGER NOT NULL, is_archived INTEGER NOT NULL DEFAULT 0, topic TEXT NOT NULL, created
    INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS member(channel TEXT NOT NULL, person TEXT NOT NULL, last_read TEXT NOT
  NULL,
  PRIMARY KEY(channel, person));
CREATE TABLE IF NOT EXISTS shared_channel(channel TEXT PRIMARY KEY, host TEXT NOT NULL, teams TEXT
  NOT NULL);
CREATE TABLE IF NOT EXISTS message(channel TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT,
  in_channel INTEGER NOT NULL,
  person TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY(channel, ts));
CREATE INDEX IF NOT EXISTS message_thread ON message(channel, thread_ts, ts);
CREATE TABLE IF NOT EXISTS ephemeral(id TEXT PRIMARY KEY, channel TEXT NOT NULL, person TEXT NOT
  NULL,
  thread_ts TEXT, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS view(id TEXT PRIMARY KEY, kind TEXT NOT NULL, person TEXT NOT NULL,
  position INTEGER NOT NULL, external_id TEXT, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trigger_id(id TEXT PRIMARY KEY, person TEXT NOT NULL, born REAL NOT NULL,
  used INTEGER NOT NULL, view_id TEXT);
CREATE TABLE IF NOT EXISTS response_url(id TEXT PRIMARY KEY, person TEXT NOT NULL, channel TEXT NOT
  NULL,
  born REAL NOT NULL, uses INTEGER NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS file(id TEXT PRIMARY KEY, person TEXT NOT NULL, secret TEXT NOT NULL,
  state TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS news(id INTEGER PRIMARY KEY AUTOINCREMENT, audience TEXT, name TEXT NOT
  NULL,
  data TEXT NOT NULL);
"""


class SlackError(Exception):
    """A refusal as Slack words it: an error code, and the fields that go with it."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class Workspace:
    """What all parts of the stand-in share.

    `book` writes the journal and knows the faults; `base_url` is this server's own address, learned
    from the first request, for the links that Slack puts into payloads. `file_seconds` is how long
    Slack works on a file of the app's before blocks can show it.
    """

    def __init__(self, config: SlackConfig, book: FaultBook | None = None) -> None:
        self.config = config
        self.book = book if book is not None else FaultBook()
        self.store = Store(config.store, SCHEMA)
        self.files_folder = config.store.parent / f"{config.store.stem}-files"
        self.files_folder.mkdir(parents=True, exist_ok=True)
        self.base_url = "http://127.0.0.1"
        self.request_url = config.request_url
        self.file_seconds = 0.0
        self.send_event: Callable[[JSON], None] = lambda _event: None
        self._ts_lock = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()
        self._listeners_lock = threading.Lock()
        with self.store.read() as db:
            last = db.execute("SELECT max(ts) FROM message").fetchone()[0]
        self._last_micros = int(last.replace(".", "")) if last else 0

    @property
    def now(self) -> float:
        """Seconds since 1970, by the workspace's clock."""
        return self.config.clock()

    def new_ts(self) -> str:
        """A message timestamp, "1700000000.000100": unique in the workspace and larger than every
        earlier one.
        """
        with self._ts_lock:
            self._last_micros = max(self._last_micros + 1, int(self.now * MICRO))
            return f"{self._last_micros // MICRO}.{self._last_micros % MICRO:06d}"

    def new_id(self, letter: str) -> str:
        """An id as Slack makes them: a letter that tells the kind, then ten letters and digits."""
        return letter + "0" + "".join(secrets.choice(ID_LETTERS) for _ in range(9))

    # -- small values
    # -------------------------------------------------------------------------------------------

    def setting(self, name: str) -> str | None:
        """A remembered value."""
        with self.store.read() as db:
            row = db.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def set_setting(self, name: str, value: str) -> None:
        """Remember a value."""
        with self.store.write() as db:
            db.execute("INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)", (name, value))

    # -- news for the pages
    # -------------------------------------------------------------------------------------

    def tell(self, name: str, data: Any, audience: Iterable[str] | None = None) -> None:
        """Tell open pages: `audience` are people's ids, None is everybody. Kept, so that late
        listeners catch up.
        """
        people = None if audience is None else json.dumps(sorted(set(audience)))
        with self.store.write() as db:
            done = db.execute(
                "INSERT INTO news(audience, name, data) VALUES (?, ?, ?)",
                (people, name, json.dumps(data)),
            )
            db.execute("DELETE FROM news WHERE id <= ?", ((done.lastrowid or 0) - KEPT_NEWS,))
            self.store.after_commit(self._wake)

    def _wake(self) -> None:
        with self._listeners_lock:
            wake_up = list(self._listeners)
        for wake in wake_up:
            wake()

    def last_news(self) -> int:
        """The number of the newest piece of news."""
        with self.store.read() as db:
            row = db.execute("SELECT seq FROM sqlite_sequence WHERE name='news'").fetchone()
        return 0 if row is None else int(row["seq"])

    def news(self, person: str, after: int) -> tuple[list[sqlite3.Row], int]:
        """What this person's page has not heard yet, oldest first, and the number up to which was
        looked.
        """
        with self.store.read() as db:
            rows = db.execute(
                "SELECT * FROM news WHERE id > ? ORDER BY id LIMIT 500", (after,)
            ).fetchall()
        heard = [
            row for row in rows if row["audience"] is None or person in json.loads(row["audience"])
        ]
        return heard, rows[-1]["id"] if rows else after

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called after every piece of news, from any thread; gives the function that
        ends it.
        """
        with self._listeners_lock:
            self._listeners.add(wake)

        def end() -> None:
            with self._listeners_lock:
                self._listeners.discard(wake)

        return end

    # -- the app
    # ----------------------------------------------------------------------------------------------

    def bot_profile(self) -> JSON:
        """The card of the app that messages carry."""
        return {
            "id": self.config.bot_id,
            "app_id": self.config.app_id,
            "user_id": self.config.bot_user_id,
            "name": self.config.app_name,
            "icons": {},
            "deleted": False,
            "updated": 0,
            "team_id": self.config.team["id"],
        }

    def team_brief(self, team_id: str | None = None) -> JSON:
        """A team as interaction payloads carry it: ours, or another whose id is given."""
        if team_id in {None, self.config.team["id"]}:
            return {"id": self.config.team["id"], "domain": self.config.team["domain"]}
        return {"id": team_id, "domain": str(team_id).lower()}
