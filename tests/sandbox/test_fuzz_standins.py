"""A short, seeded piece of `make fuzz`: no crash, no 5xx but for operations that are not there,
nothing unreadable.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from fuzz_aws import AwsFuzzer
from fuzz_slack import SlackFuzzer

if TYPE_CHECKING:
    from pathlib import Path

REQUESTS = 400


@pytest.mark.parametrize("fuzzer", [AwsFuzzer, SlackFuzzer])
def test_awkward_requests(
    fuzzer: type[AwsFuzzer | SlackFuzzer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A stand-in that breaks on a strange request proves nothing about the bot that sends it."""
    caplog.set_level(logging.CRITICAL)
    report = fuzzer(tmp_path, 7).run(REQUESTS, lambda: None)
    assert report.failures == []
    assert report.requests >= REQUESTS
    assert len(report.operations) > 40
    assert report.statuses[200] > REQUESTS / 20
