"""Looking at results by clicking: counted, filtered by label and by person, paged, one picture
large, reported on; and one's own figures on one's Home.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.workspace import orders
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import ask_for_job, wait_for
from tests.browser.whole import PATIENCE, Form, Whole, card, said, whole_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

DATA, MARA, SAM, BOT = "C0DATA", "U0MARA", "U0SAM", "U0LABELJOB"


@pytest.fixture(scope="module")
def workspace(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A workspace in which people's figures are kept."""
    folder = tmp_path_factory.mktemp("results")
    with whole_workspace(browser, folder, {"LABELJOB_PEOPLE": "by-person"}) as opened:
        yield opened


@pytest.fixture
def whole(workspace: Whole) -> Iterator[Whole]:
    """The workspace; an error on any tab's console fails the test."""
    yield workspace
    workspace.close_tabs()


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
    reported_by_clicking(whole, direct, chosen)
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
    expect(form.modal.get_by_role("link")).to_have_text(re.compile(r"fruit-boxes-yolo-\w+\.zip"))
    form.close()
    told = said(direct, "is exported: YOLO")
    expect(told).to_contain_text("24 pictures", timeout=PATIENCE)
    told.locator("[data-action-id=export_open]").click()
    expect(said(direct, "the link works for 10 minutes").get_by_role("link")).to_be_visible()


def reported_by_clicking(whole: Whole, direct: Page, counts: Locator) -> None:
    """The page that goes beside a dataset, as a browser of its own opens it."""
    counts.locator("[data-action-id=report_ask]").click()
    told = said(direct, "The report of")
    expect(told).to_contain_text("Croissant metadata", timeout=PATIENCE)
    told.locator("[data-action-id=export_open]").click()
    link = said(direct, "the link works for").get_by_role("link", name=re.compile("report"))
    expect(link).to_be_visible()
    page = whole.context(MARA).new_page()
    page.goto(str(link.get_attribute("href")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Boxes round the fruit")
    expect(page.get_by_text("24 of 24 pictures labeled.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^pear 18 "))).to_be_visible()
    loaded(page.get_by_role("img"), 1_280)
    page.close()


PICKERS, BASKET = "results-pickers", replace(orders.BASKET, name="own-basket")


def test_figures_are_ones_own_and_the_managers(whole: Whole) -> None:
    """Without this, a labeler would find a colleague's figures on their Home, or nobody their own;
    and a manager would look for one person's labels by hand.
    """
    mara, sam = Person(whole.services.slack_url, MARA), Person(whole.services.slack_url, SAM)
    people = "mara@orchard.example pomona@pickers.example"
    sam.command(DATA, "/labelteam", f"create {PICKERS} {people}")
    ask_for_job(mara, DATA, replace(BASKET, team=PICKERS))
    wait_for(lambda: "objects" in _people(sam), 60, "people's figures")
    for person, own in ((MARA, True), ("U0LIN", False)):
        page = whole.tab(person, DATA)
        page.get_by_test_id("app-home").click()
        home = page.get_by_test_id("home")
        expect(home).to_contain_text("Hello")
        expect(home.get_by_text("Your labeling")).to_have_count(int(own))
        expect(home.get_by_text("pomona")).to_have_count(0)

    page = whole.tab(SAM, DATA)
    card(page, BASKET.name).locator("[data-action-id=job_results]").click()
    there = sam.ask("open_im", **{"with": BOT})["channel"]["id"]
    direct = whole.tab(SAM, there)
    said(direct, "pictures labeled").locator("[data-action-id=results_choose]").click()
    form = Form(direct).titled("Choose results")
    form.block("worker").locator("[data-action-id]").first.click()
    direct.get_by_test_id("option").filter(has_text="pomona").click()
    form.next()
    form.close()
    expect(said(direct, "labeled by pomona@pickers.example")).to_be_visible(timeout=PATIENCE)


def _people(manager: Person) -> str:
    """What a manager is told of them."""
    return str(manager.command(DATA, "/labeljob", f"people {BASKET.name}").get("ephemeral"))
