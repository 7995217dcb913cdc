"""A browser, a practice workspace and a tab in it, for the tests of the pages."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.practice import Workspace, opened_tab, running_workspace
from tests.browser.worker_site import Site, new_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

expect.set_options(timeout=20_000)  # a busy machine is no fault of the page

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all files; each tab has a profile of its own."""
    if CHROMIUM is None:
        words = "no Chromium was found; install Debian's package chromium to run the browser tests"
        if os.environ.get("LABELJOB_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def space(browser: Browser, tmp_path: Path) -> Iterator[Workspace]:  # noqa: ARG001 - without a browser nothing is started
    """A fresh workspace with the app connected."""
    with running_workspace(tmp_path / "slack.sqlite") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own; errors on its console fail the test."""
    with opened_tab(browser) as opened:
        yield opened


@pytest.fixture
def site(browser: Browser, tmp_path: Path) -> Iterator[Site]:  # noqa: ARG001 - without a browser nothing is started
    """The worker portal with a team of people."""
    yield from new_site(tmp_path)
