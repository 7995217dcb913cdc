"""Slack's requests again and again, at once and late: each counts once. Small forms of rows 4 and 5
of the book.
"""

from collections.abc import Iterator

import pytest

from tests.faults import double_clicks, redelivery
from tests.faults.postgres import Postgres
from tests.faults.replicas import Pair, pair


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, pg: Postgres, pg_template: str) -> Iterator[Pair]:
    """On PostgreSQL, where replicas are at home."""
    with pair(tmp_path_factory.mktemp("replicas"), pg.new_database(pg_template)) as made:
        yield made


def test_redelivered_requests_count_once(two: Pair) -> None:
    """Without this, Slack's second and third delivery of a request would act again."""
    figures = redelivery.deliver(two, 100, 7)
    assert figures.kept, figures


def test_form_submitted_on_two_replicas_at_once_makes_one_job(two: Pair) -> None:
    """Without this, a double click or a second tab would pay for the same labels twice."""
    figures = double_clicks.press(two, 3, 7)
    assert figures.kept, figures
