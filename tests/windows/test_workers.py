"""Which person of Slack a labeler is: against the Slack stand-in, in each kind of store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base.db import Database
from bot.base.slack_client import SlackClient
from bot.people.access import Access
from bot.people.workers import OthersAddress, Workers
from bot.sandbox.http import Server
from bot.sandbox.slack.app import create_app
from bot.sandbox.slack.config import SlackConfig
from bot.slack import manifest as slack_manifest
from commands.actions import RULES

TEAM = "T0ORCHARD"
LIN, HOME = "lin@orchard.example", "lin@home.example"
PEOPLE: list[dict[str, Any]] = [
    {"id": "U0LIN", "name": "lin", "email": LIN},
    {"id": "U0MARA", "name": "mara"},
    {"id": "U0DORA", "name": "dora", "email": "dora@orchard.example", "deleted": True},
]


def workers_of(db: Database, folder: Path, *without: str) -> Iterator[Workers]:
    """The labelers of a workspace whose app lacks these scopes."""
    manifest = slack_manifest.read()
    scopes = manifest["oauth_config"]["scopes"]
    scopes["bot"] = [scope for scope in scopes["bot"] if scope not in without]
    config = SlackConfig(
        store=folder / "slack.db",
        manifest=manifest,
        bot_token="xoxb-test",
        app_token="xapp-test",
        signing_secret="0" * 32,
        people=PEOPLE,
        channels=[],
        rate_limits=False,
    )
    server = Server(create_app(config)).start()
    slack = SlackClient("xoxb-test", f"{server.url}/api/", 2)
    yield Workers(db, Access(slack, (), TEAM, RULES))
    server.stop()


@pytest.fixture
def workers(db: Database, tmp_path: Path) -> Iterator[Workers]:
    yield from workers_of(db, tmp_path)


@pytest.fixture
def unseeing(db: Database, tmp_path: Path) -> Iterator[Workers]:
    yield from workers_of(db, tmp_path, "users:read.email")


def test_people_are_known_by_their_address_in_slack(workers: Workers) -> None:
    """Without this, a manager would see addresses and not colleagues, and the wrong one be told."""
    assert workers.person(TEAM, LIN) == "U0LIN"
    assert workers.person(TEAM, "nobody@orchard.example") == ""
    assert workers.person(TEAM, "dora@orchard.example") == "", "a deactivated account hears nothing"
    assert workers.addresses(TEAM, "U0LIN") == (LIN,)


def test_first_who_claims_an_address_has_it(workers: Workers) -> None:
    """Without this, anybody could have another's notices sent to themselves."""
    workers.claim(TEAM, HOME, "U0LIN")
    workers.claim(TEAM, HOME, "U0LIN")
    with pytest.raises(OthersAddress):
        workers.claim(TEAM, HOME, "U0MARA")
    with pytest.raises(OthersAddress):
        workers.claim(TEAM, LIN, "U0MARA")
    assert workers.person(TEAM, HOME) == "U0LIN"
    assert workers.addresses(TEAM, "U0LIN") == (LIN, HOME)
    assert not workers.unclaim(TEAM, HOME, "U0MARA")
    assert workers.unclaim(TEAM, HOME, "U0LIN")
    workers.claim(TEAM, HOME, "U0MARA")
    assert workers.person(TEAM, HOME) == "U0MARA"


def test_without_the_scope_only_claims_are_known(unseeing: Workers) -> None:
    """Without this, an app that was installed before would fail wherever a labeler is named."""
    assert unseeing.person(TEAM, LIN) == ""
    assert unseeing.addresses(TEAM, "U0LIN") == ()
    unseeing.claim(TEAM, LIN, "U0LIN")
    assert (unseeing.person(TEAM, LIN), unseeing.addresses(TEAM, "U0LIN")) == ("U0LIN", (LIN,))
