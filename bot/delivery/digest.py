"""The digest: when much waits for one channel, the lines of one thread are said in one message.

Nothing is dropped and no order changes: the words of every line are in the message, `ids` in its
metadata names every row, and a line is folded only into the earlier one that is being claimed, in
the same commit. Lines of different threads are never mixed, since each job's thread is its history.
Limits: Slack takes 50 blocks a message, and about 13,000 characters of them.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from bot.base.blocks import MESSAGE_SIZE, section
from bot.base.db import Database

FOLD_OVER = 20  # rows waiting for one channel
_MOST_BLOCKS = 45
_MOST_WORDS = 3000  # characters of plain text in one message

_CROWD = "SELECT count(*) FROM outbox WHERE channel = :channel AND state IN ('ready', 'sending')"
_NEXT = """
SELECT id, payload, broadcast, state, tries FROM outbox
WHERE channel = :channel AND seq > :seq AND state IN ('ready', 'sending')
AND coalesce(thread_id, thread_ts, '') = :thread
ORDER BY seq LIMIT 45"""


def folded(db: Database, session: Session, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The payload of a line that is being claimed for the first time, with the lines behind it
    folded in.

    Runs in the claim's own transaction, so that a row is either still waiting or safe in another
    one's payload.
    """
    payload: dict[str, Any] = json.loads(row["payload"])
    run = session.connection().execute
    if (
        row["broadcast"]
        or run(db.sql(_CROWD), {"channel": row["channel"]}).scalar_one() <= FOLD_OVER
    ):
        return payload
    thread = row["thread_id"] or row["thread_ts"] or ""
    waiting = (
        run(db.sql(_NEXT), {"channel": row["channel"], "seq": row["seq"], "thread": thread})
        .mappings()
        .all()
    )
    taken: list[str] = []
    for other in waiting:
        together = joined(payload, json.loads(other["payload"]), other["id"], row["id"])
        if other["broadcast"] or other["state"] != "ready" or other["tries"] or together is None:
            break
        payload = together
        taken.append(other["id"])
    for other_id in taken:
        run(db.sql("UPDATE outbox SET state = 'folded' WHERE id = :id"), {"id": other_id})
    if taken:
        run(
            db.sql("UPDATE outbox SET payload = :payload WHERE id = :id"),
            {"payload": json.dumps(payload), "id": row["id"]},
        )
    return payload


def joined(
    first: dict[str, Any], second: dict[str, Any], second_id: str, own_id: str
) -> dict[str, Any] | None:
    """Two payloads as one; None when that would be too long for one message."""
    text = f"{first['text']}\n{second['text']}"
    blocks = [*_blocks(first), *_blocks(second)]
    if (
        len(text) > _MOST_WORDS
        or len(blocks) > _MOST_BLOCKS
        or len(json.dumps(blocks)) > MESSAGE_SIZE
    ):
        return None
    ids = [*first.get("ids", [own_id]), *second.get("ids", [second_id])]
    return {"text": text, "blocks": blocks, "ids": ids}


def _blocks(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return payload.get("blocks") or [section(payload["text"])]
