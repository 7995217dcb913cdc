"""Pictures that are dropped into a message become a labeling job, by clicking."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.workspace import sample_pictures, seed
from tests.browser.whole import PATIENCE, Form, Whole, card, said, whole_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

DATA, MARA = "C0DATA", "U0MARA"
DROP = """([node, files]) => {
  const brought = new DataTransfer();
  for (const [name, body] of files) {
    const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    brought.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  node.dispatchEvent(new DragEvent("drop", { dataTransfer: brought, bubbles: true }));
}"""


@pytest.fixture
def whole(browser: Browser, tmp_path: Path) -> Iterator[Whole]:
    """A workspace; an error on any tab's console fails the test."""
    with whole_workspace(browser, tmp_path) as opened:
        yield opened
        opened.close_tabs()


def drop(page: Page, number: int) -> None:
    """Drop so many pictures on the composer, and send them."""
    files: list[list[str]] = []
    for sample in sample_pictures.pictures(seed.SEED):
        if len(files) == number:
            break
        files.append([sample.name, base64.b64encode(sample.jpeg).decode()])
    composer = page.get_by_test_id("composer")
    page.evaluate(DROP, [composer.element_handle(), files])
    expect(page.locator(".file-chip")).to_have_count(number)
    composer.fill("Ripe or not")
    composer.press("Enter")


def test_dropped_pictures_become_a_job(whole: Whole) -> None:
    """Without this, whoever has pictures and no bucket cannot have them labeled."""
    mara = whole.tab(MARA, DATA)
    drop(mara, 3)
    message = said(mara, "Ripe or not")
    message.hover()
    message.get_by_test_id("more-actions").click()
    mara.get_by_test_id("shortcut-label_these").click()
    form = Form(mara).titled("New labeling job 1 of 2")
    expect(form.block("files_kept")).to_contain_text("3 files: ")
    form.choose("tile", "Classify")
    form.choose("task_type", "Image classification")
    form.more()
    form.fill(job_name="dropped", title="Dropped", description="Choose one word")
    form.next()
    form.titled("New labeling job 1 of 2")
    if form.block("output_uri").count():
        form.fill(output_uri=f"s3://{seed.OUT}/labels/")
    form.search("workteam_arn", seed.AUTOMATIC_TEAM)
    form.fill(labels="unripe\nripe\noverripe")
    form.next()
    form.titled("New labeling job 2 of 2")
    expect(form.modal).to_contain_text("3 pictures found")
    form.next()
    expect(form.modal).to_contain_text("dropped was submitted")
    form.close()
    expect(card(mara, "dropped")).to_contain_text("all 3 labeled", timeout=PATIENCE)
