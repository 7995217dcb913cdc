"""A thousand broken lines for every reader of manifests; `make long` tries a million."""

from tests.manifest_fuzz import SECONDS, run, whole_lines


def test_a_thousand_broken_lines() -> None:
    """Without this, a stranger's file could end the bot, or hold it for a minute."""
    assert run(1_000, seed=7) < SECONDS


def test_whole_lines_are_whole() -> None:
    """Without this, only lines that are refused at their first letter would be tried."""
    assert len(whole_lines()) == 12
