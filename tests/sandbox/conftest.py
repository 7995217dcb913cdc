"""A practice Slack without waits and an app of a test's own; files that need another kind say so
themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slack_practice import Bot, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(tmp_path_factory.mktemp("slack"), time_scale=0.0) as workspace:
        yield workspace


@pytest.fixture
def web(slack: Workspace) -> WebClient:
    return slack.web()


@pytest.fixture(scope="module")
def app(slack: Workspace) -> Iterator[Bot]:
    with Bot(slack) as bolt:
        slack.control("request_url", url=bolt.url)
        yield bolt


@pytest.fixture
def bot(app: Bot) -> Bot:
    app.forget()
    return app
