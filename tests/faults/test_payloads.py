"""Payloads that are not shaped as Slack's: answered, never by a 5xx."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.payloads import FORM, JSON, Fuzzer
from tests.stories.world import World


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzer]:
    world = World(tmp_path_factory.mktemp("payloads"))
    yield Fuzzer(world)
    world.stop()


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(chance=st.randoms(use_true_random=False))
def test_no_payload_breaks_the_door(fuzzer: Fuzzer, chance: random.Random) -> None:
    """Without this, a field that Slack leaves out one day would be an outage, and its repeats would
    never end.
    """
    assert fuzzer.one(chance) < 500, fuzzer.report.failures[-1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"{", JSON),
        (b"[]", JSON),
        (b"payload=[]", FORM),
        (b"payload=%7B", FORM),
        (b"\xff\xfe", FORM),
        (b'{"type": "event_callback", "event": "text"}', JSON),
        (b'{"type": "block_actions", "actions": []}', JSON),
        (b'{"type": "view_submission", "view": null}', JSON),
        (b'{"command": "/labeljob"}', JSON),
        (b"[" * 100_000, JSON),
    ],
)
def test_signed_body_that_is_no_payload_is_refused(fuzzer: Fuzzer, body: bytes, kind: str) -> None:
    """Without this, a broken proxy would look like a broken bot."""
    assert 400 <= fuzzer.post(body, kind) < 500
