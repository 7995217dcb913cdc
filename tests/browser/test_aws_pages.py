"""The pages for people at the AWS stand-in: the S3 browser and the journal, and the way back from
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.aws import app as aws_app
from bot.sandbox.http import Server
from tests.browser.practice import opened_tab
from tests.browser.worker_site import samples, shoot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page


@pytest.fixture
def aws_url(tmp_path: Path) -> Iterator[str]:
    """An account with a bucket, whose pages lead back to a page that is not here."""
    config = aws_app.AwsConfig(
        folder=tmp_path / "aws", access_keys={"a": "b"}, home_url="http://127.0.0.1:9"
    )
    aws = aws_app.create_app(config)
    aws.objects.create_bucket("orchard-raw")
    aws.objects.write("orchard-raw", "July fruit/a&b.txt", b"ripe", "text/plain")
    aws.objects.write("orchard-raw", "July fruit/one.jpg", samples()[0].jpeg, "image/jpeg")
    with Server(aws.app) as server:
        yield server.url


def copied(page: Page) -> str:
    """What is on the clipboard."""
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_s3_addresses_are_shown_and_copied_and_there_is_a_way_back(
    browser: Browser, aws_url: str, scheme: str
) -> None:
    """Without this, people would put an address together from a browser's own, letter by letter,
    and type it wrong into the form.
    """
    with opened_tab(
        browser, color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"]
    ) as page:
        page.goto(f"{aws_url}/_s3/")
        expect(page.get_by_role("link", name="Back to the workspace")).to_have_attribute(
            "href", "http://127.0.0.1:9/"
        )
        page.get_by_role("row", name="orchard-raw").get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert copied(page) == "s3://orchard-raw/"
        page.get_by_role("link", name="orchard-raw").click()
        page.get_by_role("link", name="July fruit/").click()
        expect(page.get_by_role("heading")).to_have_text("s3://orchard-raw/July fruit/")
        page.locator(".head").get_by_role("button", name="Copy").click()
        expect(page.locator(".head").get_by_role("button", name="Copied")).to_be_visible()
        assert copied(page) == "s3://orchard-raw/July fruit/"
        page.get_by_role("row", name="a&b.txt").get_by_role("button", name="Copy").click()
        expect(page.get_by_role("row", name="a&b.txt").get_by_text("Copied")).to_be_visible()
        assert copied(page) == "s3://orchard-raw/July fruit/a&b.txt"
        shoot(page, f"s3-folder-{scheme}")
        page.get_by_role("link", name="one.jpg").click()
        expect(page.get_by_role("heading")).to_have_text("s3://orchard-raw/July fruit/one.jpg")
        shoot(page, f"s3-object-{scheme}")
        page.get_by_role("link", name="July fruit").click()
        page.get_by_role("link", name="buckets").click()
        expect(page.get_by_role("heading")).to_have_text("Buckets")


def test_address_can_be_copied_where_the_clipboard_is_closed(
    browser: Browser, aws_url: str
) -> None:
    """Without this, a browser that keeps its clipboard shut would make the button do nothing."""
    with opened_tab(browser) as page:
        page.add_init_script(
            "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => "
            "Promise.reject(new Error('closed'))}})"
        )
        page.goto(f"{aws_url}/_s3/orchard-raw/")
        asked: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            asked.append(dialog.default_value)
            dialog.dismiss()

        page.on("dialog", dismiss)
        page.locator(".head").get_by_role("button", name="Copy").click()
        expect(page.locator(".head").get_by_role("button", name="Copy")).to_be_visible()
        assert asked == ["s3://orchard-raw/"]


def test_journal_of_aws_leads_back(browser: Browser, aws_url: str) -> None:
    """Without this, the journal would be a page that nobody finds and nobody leaves."""
    with opened_tab(browser) as page:
        page.goto(f"{aws_url}/_control/journal/page")
        shoot(page, "aws-journal")
        expect(page.get_by_role("link", name="Back to the workspace")).to_have_attribute(
            "href", "http://127.0.0.1:9/"
        )
