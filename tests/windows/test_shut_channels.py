"""Channels that shut the bot out and are open again: what could not be said there is said."""

from collections.abc import Callable

import pytest

from bot.base.db import Database
from bot.delivery.claims import Claims
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.sender import Sender
from bot.delivery.shut_channels import try_again
from tests.windows.conftest import Workspace

JOB = Subject("T0ORCHARD", "job", "j1")
SHUT = ("chat.update", "chat.postMessage", "conversations.*")
MakeSender = Callable[..., Sender]


def refuse(workspace: Workspace, error: str | None, *methods: str) -> None:
    for method in methods or SHUT:
        workspace._post("/_control/refuse", {"method": method, "error": error, "times": 1_000})


def tell(db: Database, outbox: Outbox, card: str, *lines: str, priority: int = 5) -> None:
    """Change the card and say lines below it, in one commit."""
    with db.write() as session:
        outbox.show(session, JOB, "C0DATA", Message(card))
        for line in lines:
            outbox.say(session, JOB, "C0DATA", Message(line), key=line, priority=priority)


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "restricted_action"])
def test_card_and_lines_of_a_channel_that_is_open_again_are_set_right(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender, error: str
) -> None:
    """Without this, a card would show work that is long over, with buttons that do nothing."""
    tell(db, outbox, "In progress", "Launched")
    make_sender().drain()
    refuse(workspace, error)
    tell(db, outbox, "Completed", "The end")
    make_sender().drain()
    tell(db, outbox, "Completed, a dataset is made", "Its dataset")
    make_sender().drain()
    try_again(db)
    make_sender().drain()  # it is shut still
    refuse(workspace, None)
    try_again(db)
    make_sender().drain()
    root = outbox.root_ts(JOB, "C0DATA") or ""
    assert workspace.thread(root) == [
        "Completed, a dataset is made",
        "Launched",
        "The end",
        "Its dataset",
    ]
    try_again(db)
    assert Claims(db).waiting() == 0


def test_line_that_was_shut_out_alone_is_said_when_its_channel_is_open_again(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, the end of a job would be lost whenever a channel was archived between the edit
    of its card and the line below it.
    """
    tell(db, outbox, "Completed")
    make_sender().drain()
    tell(db, outbox, "Completed", "The end")
    refuse(workspace, "is_archived", "chat.postMessage")
    make_sender().drain()
    refuse(workspace, None, "chat.postMessage")
    try_again(db)
    make_sender().drain()
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["Completed", "The end"]


def test_what_only_called_for_attention_is_not_said_late(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, a team would be called to work that others did weeks ago, and a question
    answered when nobody remembers it.
    """
    tell(db, outbox, "In progress")
    make_sender().drain()
    refuse(workspace, "is_archived")
    tell(db, outbox, "In progress", "What you asked", priority=1)
    with db.write() as session:
        news = Subject("T0ORCHARD", "team news", "orchard 1")
        outbox.show(session, news, "C0DATA", Message("Crates is new"))
    make_sender().drain()
    refuse(workspace, None)
    try_again(db)
    make_sender().drain()
    assert workspace.texts() == ["In progress"]
    assert workspace.thread(outbox.root_ts(JOB, "C0DATA") or "") == ["In progress"]


def test_many_shut_channels_are_tried_a_few_at_a_time_and_each_has_its_turn(
    db: Database, outbox: Outbox, workspace: Workspace, make_sender: MakeSender
) -> None:
    """Without this, old archived channels would use up Slack's rate, or the last of them would
    never be tried.
    """
    refuse(workspace, "is_archived")
    with db.write() as session:
        for number in range(50):
            about = Subject("T0ORCHARD", "job", f"j{number}")
            outbox.show(session, about, "C0DATA", Message(f"card {number}"))
    make_sender().drain()
    for _ in range(3):
        before = workspace.count("conversations.history") + workspace.count("chat.postMessage")
        try_again(db)
        make_sender().drain()
        after = workspace.count("conversations.history") + workspace.count("chat.postMessage")
        assert after - before == 20
    refuse(workspace, None)
    for _ in range(3):
        try_again(db)
        make_sender().drain()
    assert sorted(workspace.texts()) == sorted(f"card {number}" for number in range(50))
