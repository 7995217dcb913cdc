"""Looking at results by clicking: counted, filtered by label, paged, one picture large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.workspace import orders
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import ask_for_job
from tests.browser.whole import PATIENCE, Form, Whole, card, said, whole_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

DATA, MARA, BOT = "C0DATA", "U0MARA", "U0LABELJOB"


@pytest.fixture
def whole(browser: Browser, tmp_path: Path) -> Iterator[Whole]:
    """A workspace; an error on any tab's console fails the test."""
    with whole_workspace(browser, tmp_path) as opened:
        yield opened
        opened.close_tabs()


def loaded(picture: Locator, width: int) -> None:
    """Wait until the picture itself is there, not only its frame."""
    picture.scroll_into_view_if_needed(timeout=PATIENCE)
    expect(picture).to_have_js_property("naturalWidth", width)


def test_boxes_are_looked_at_by_clicking(whole: Whole) -> None:
    """Results that cannot be looked at cannot be trusted: without this, people go back to a
    notebook.
    """
    mara = Person(whole.services.slack_url, MARA)
    ask_for_job(mara, DATA, orders.BOXES)
    page = whole.tab(MARA, DATA)
    mine = card(page, orders.BOXES.name)
    expect(mine).to_contain_text("Completed", timeout=60_000)
    mine.locator("[data-action-id=job_results]").click()
    expect(said(page, "are being counted and drawn")).to_be_visible()

    there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
    direct = whole.tab(MARA, there)
    counts = said(direct, "1 to 20 of 24 pictures")
    expect(counts).to_contain_text("All 24 pictures labeled", timeout=PATIENCE)
    expect(counts.get_by_role("table")).to_contain_text("apple")
    sheets = direct.locator("#main .msg img[alt*='objects with their labels drawn']")
    loaded(sheets.last, 1_280)

    counts.locator("[data-action-id=results_later]").click()
    later = said(direct, "21 to 24 of 24 pictures")
    expect(later).to_be_visible(timeout=PATIENCE)
    expect(later.locator("[data-action-id=results_earlier]")).to_be_visible()

    later.locator("[data-action-id=results_choose]").click()
    form = Form(direct).titled("Choose results")
    form.choose("which", "With a label")
    form.block("label").locator("[data-action-id]").first.click()
    direct.get_by_test_id("option").filter(has_text="pear").click()
    form.next()
    expect(form.modal).to_contain_text("are being counted and drawn")
    form.close()
    chosen = said(direct, "label pear")
    expect(chosen).to_be_visible(timeout=PATIENCE)

    verified_by_clicking(direct, chosen)
    exported_by_clicking(direct, chosen)
    chosen.locator("[data-action-id=results_large]").click()
    direct.get_by_test_id("option").first.click()
    loaded(direct.locator("#main .msg img[alt*='pear']").last, 640)


def verified_by_clicking(direct: Page, counts: Locator) -> None:
    """A job that judges those labels alone begins below them; its review says which they are."""
    counts.locator("[data-action-id=results_verify]").click()
    form = Form(direct)
    form.next()
    expect(form.modal).to_contain_text("of 24 pictures (lines ", timeout=PATIENCE)
    form.close()


def exported_by_clicking(direct: Page, counts: Locator) -> None:
    """Labels as YOLO: asked for below the results, and opened by a link."""
    counts.locator("[data-action-id=export_ask]").click()
    form = Form(direct).titled("Export")
    form.choose("format", "YOLO (a zip of text files)")
    form.next()
    form.close()
    told = said(direct, "is exported: YOLO")
    expect(told).to_contain_text("24 pictures", timeout=PATIENCE)
    told.locator("[data-action-id=export_open]").click()
    expect(said(direct, "the link works for 10 minutes").get_by_role("link")).to_be_visible()
