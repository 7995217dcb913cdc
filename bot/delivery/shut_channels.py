"""Channels that shut the bot out (archived, or it was taken out of them), and are open again.

Promises to people: what could not be said of a job or a dataset there is not lost. Its card is set
right and the lines of its thread are said, in order, some minutes after the channel can be written
to again. What only called for attention then (an answer to somebody, a notice of new work) is not
said late.
"""

from bot.base.db import Database

TRIED_EVERY_S = 300.0  # ours: an archived channel costs one refused edit each time
_AT_ONCE = 20  # cards of one round: Slack takes some 50 edits a minute, and most are for the living
_OUR_BUGS = "('msg_too_long', 'msg_blocks_too_long', 'invalid_blocks', 'invalid_blocks_format')"

_CARDS = "state = 'dead' AND subject_kind NOT LIKE '% news'"
_LINES = f"""state = 'dead' AND priority > 1 AND coalesce(last_error, '') NOT IN {_OUR_BUGS}
AND thread_id IN (SELECT id FROM thread WHERE state <> 'dead')"""
_ANY = f"""
SELECT EXISTS (SELECT 1 FROM thread WHERE {_CARDS})
OR EXISTS (SELECT 1 FROM outbox WHERE {_LINES})"""
_WAKE_CARDS = f"""
UPDATE thread SET state = 'idle', urgent = :yes, due_at = :now WHERE id IN (
    -- the one that was tried longest ago first
    SELECT id FROM thread WHERE {_CARDS} ORDER BY due_at LIMIT :at_once
)"""
# They wait for their card, and die again with it.
_WAKE_LINES = f"UPDATE outbox SET state = 'ready', not_before = 0, lease_until = 0 WHERE {_LINES}"


def try_again(db: Database) -> None:
    """Let the senders try once more what could not be said."""
    with db.read() as session:
        if not session.connection().execute(db.sql(_ANY)).scalar_one():
            return
    with db.write() as session:
        run = session.connection().execute
        run(db.sql(_WAKE_CARDS), {"yes": True, "at_once": _AT_ONCE})
        run(db.sql(_WAKE_LINES))
