"""The whole story by clicking: Mara, Lin and Sam in their own windows, the bot as it runs for
real.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.console import classification_job
from tests.browser.whole import (
    MY_PICTURES,
    PATIENCE,
    Form,
    Whole,
    card,
    said,
    type_in,
    whole_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

DATA, LABELERS = "C0DATA", "C0LABEL"
MARA, LIN, SAM = "U0MARA", "U0LIN", "U0SAM"
RAW = f"s3://{seed.RAW}"


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One workspace for the file; each test brings a job of its own."""
    with whole_workspace(browser, tmp_path_factory.mktemp("whole")) as opened:
        yield opened


@pytest.fixture
def whole(running: Whole) -> Iterator[Whole]:
    """The workspace; an error on any tab's console fails the test."""
    yield running
    running.close_tabs()


def tie(whole: Whole, team: str) -> None:
    """Sam ties a team to the labelers' channel by typing."""
    sam = whole.tab(SAM, LABELERS)
    expect(said(sam, "joined")).to_have_count(0)
    type_in(sam, f"/labelteam here {team}")
    expect(said(sam, f"{team} is linked to this channel")).to_be_visible()


def begin(form: Form, source: str) -> None:
    """Choose what is to be done, and with what."""
    form.titled("New labeling job 1 of 2")
    form.choose("tile", "Classify")
    expect(form.block("task_type")).to_be_visible()
    form.choose("task_type", "Image classification")
    form.fill(input_uri=source)
    if form.block("output_uri").count():
        form.fill(output_uri=f"s3://{seed.OUT}/labels/")


def name_it(form: Form, **typed: str) -> None:
    """Write what the bot would make up."""
    form.more()
    form.titled("New labeling job: more")
    form.fill(**typed)
    form.next()


def test_story_by_clicking(whole: Whole) -> None:
    """The product is this: if it cannot be clicked through from the form to the dataset, nothing
    else counts.
    """
    tie(whole, seed.WAITING_TEAM)
    mara = whole.tab(MARA, DATA)
    ask_with_slips(mara)
    mine = card(mara, "three-fruits")
    expect(mine).to_contain_text(f"0 of {MY_PICTURES}", timeout=PATIENCE)
    expect(mine).to_contain_text("berry-team · No labels yet")
    lin = whole.tab(LIN, LABELERS)
    read_the_instructions(lin)
    label_in_the_portal(lin, mara)
    expect(mine).to_contain_text("Completed", timeout=PATIENCE)
    expect(mine).to_contain_text(f"all {MY_PICTURES} labeled")
    make_dataset(mara)


def ask_with_slips(mara: Page) -> None:
    """The form with every kind of slip; nothing that was typed is lost."""
    type_in(mara, "/labeljob create")
    form = Form(mara)
    begin(form, "s3://somebody-elses/pictures/")
    name_it(
        form,
        job_name="three fruits",
        title="Three fruits: ripe or not",
        description="Choose one word for the fruit",
        good_examples=f"{RAW}/ripeness/{first_ripe()} | Ripe: no green, no spots",
    )
    expect(form.block("job_name").locator(".field-error")).to_contain_text("hyphens")
    form.fill(job_name="three-fruits")
    form.next()
    form.titled("New labeling job 1 of 2")
    form.expect_values(input_uri="s3://somebody-elses/pictures/")
    form.search("workteam_arn", "berry")
    form.fill(labels="unripe\nripe\noverripe")
    form.next()
    expect(form.block("input_uri").locator(".field-error")).to_contain_text("somebody-elses")
    form.fill(input_uri=f"{RAW}/my-pictures/", labels="unripe\nripe\nRipe")
    form.control("short_instructions").click()
    mara.keyboard.press("Control+a")
    mara.keyboard.type("Choose {{ one }} word for the fruit.")
    form.next()
    expect(form.block("labels").locator(".field-error")).to_be_visible()
    form.fill(labels="unripe\nripe\noverripe")
    form.next()
    form.titled("New labeling job 2 of 2")
    form.back()
    form.titled("New labeling job 1 of 2")
    form.expect_values(
        workteam_arn="berry-team (1 person)",
        input_uri=f"{RAW}/my-pictures/",
        labels="unripe\nripe\noverripe",
    )
    expect(form.control("short_instructions")).to_have_text("Choose {{ one }} word for the fruit.")
    form.next()
    form.titled("New labeling job 2 of 2")
    expect(form.modal).to_contain_text("Three fruits: ripe or not")
    expect(form.modal).to_contain_text(f"{MY_PICTURES} pictures found")
    expect(form.modal).to_contain_text("1 good, 0 bad")
    form.next()
    expect(form.modal).to_contain_text("three-fruits was submitted")
    form.close()


def read_the_instructions(lin: Page) -> None:
    """The team's message, and the pictures behind [Instructions]."""
    queue = said(lin, "Three fruits: ripe or not")
    expect(queue).to_contain_text(f"{MY_PICTURES} left", timeout=PATIENCE)
    expect(queue).to_contain_text("Choose {{ one }} word for the fruit.")
    queue.locator("[data-action-id=queue_instructions]").first.click()
    form = Form(lin).titled("Instructions")
    picture = form.modal.get_by_role("img", name="Good example: Ripe: no green, no spots")
    expect(picture).to_be_visible()
    assert picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 0
    form.close()


def label_in_the_portal(lin: Page, mara: Page) -> None:
    """Lin labels in the worker portal; Mara's card moves without a reload."""
    with lin.context.expect_page() as opened:
        said(lin, "Three fruits: ripe or not").get_by_role("link", name="Open portal").first.click()
    portal = opened.value
    portal.get_by_role("button", name="Lin").click()
    portal.get_by_role("link", name="Start working on Three fruits: ripe or not").click()
    for number in range(MY_PICTURES):
        portal.locator(f'#task[data-line="{number}"]').wait_for()
        image = portal.locator(".crowd-picture img")
        assert image.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 0
        expect(portal.get_by_text("Choose {{ one }} word for the fruit.").first).to_be_visible()
        portal.get_by_text("ripe", exact=True).last.click()
        portal.get_by_role("button", name="Submit").click()
        if number == 0:
            expect(card(mara, "three-fruits")).to_contain_text(
                f"1 of {MY_PICTURES}", timeout=PATIENCE
            )
    portal.get_by_text("No more tasks for you here").wait_for()


def make_dataset(mara: Page) -> None:
    """[Make dataset] on the finished job, and its true result in the thread."""
    mine = card(mara, "three-fruits")
    mine.locator("[data-action-id=job_make_dataset]").click()
    form = Form(mara).titled("New dataset")
    form.expect_values(name="three-fruits", project="three-fruits")
    form.next()
    expect(form.modal).to_contain_text("was submitted")
    form.close()
    mine.get_by_test_id(re.compile("^replies-")).click()
    thread = mara.get_by_test_id("thread")
    expect(thread).to_contain_text("Launched; berry-team finds it in ")
    expect(thread).to_contain_text(f"Completed: all {MY_PICTURES} labeled")
    expect(thread).to_contain_text(
        f"{MY_PICTURES} of {MY_PICTURES} lines arrived: ripe {MY_PICTURES}", timeout=30_000
    )


def test_stop_is_confirmed_and_refused_to_others(whole: Whole) -> None:
    """A job that anybody could stop by one press would be stopped by a slip."""
    sam = whole.tab(SAM, DATA)
    ask_quickly(sam, "sams-basket", seed.AUTOMATIC_TEAM)
    mara = whole.tab(MARA, DATA)
    expect(card(mara, "sams-basket")).to_contain_text("In progress", timeout=PATIENCE)
    press_stop(mara)
    expect(said(mara, "You cannot stop this job. Sam can.")).to_contain_text("Only visible to you")
    press_stop(sam)
    form = Form(sam).titled("Stop this job")
    expect(form.modal).to_contain_text("A stopped job cannot go on at AWS.")
    form.close()
    expect(card(mara, "sams-basket")).to_contain_text("In progress")
    press_stop(sam)
    form.titled("Stop this job").next()
    expect(card(mara, "sams-basket")).to_contain_text("Stopped", timeout=PATIENCE)
    offers_no_stop(card(mara, "sams-basket"), mara)


def press_stop(page: Page) -> None:
    """Choose Stop… behind ⋯ once the answer to an earlier choice is there: until then it takes no
    other.
    """
    menu = card(page, "sams-basket").locator("[data-action-id=more]")
    expect(menu).not_to_have_attribute("aria-busy", "true")
    menu.click()
    page.get_by_role("menuitem", name="Stop…").click()


def offers_no_stop(mine: Locator, page: Page) -> None:
    """Neither as a button nor behind ⋯."""
    menu = mine.locator("[data-action-id=more]")
    expect(mine.get_by_role("button", name="Stop")).to_have_count(0)
    if menu.count():
        menu.click()
        expect(page.get_by_role("menuitem", name="Status")).to_be_visible()
        expect(page.get_by_role("menuitem", name="Stop…")).to_have_count(0)
        page.keyboard.press("Escape")


def ask_quickly(page: Page, name: str, team: str) -> None:
    """Ask for a job of the folder with all ripeness pictures."""
    type_in(page, "/labeljob create")
    form = Form(page)
    begin(form, f"{RAW}/ripeness/")
    name_it(form, job_name=name, title=f"Title of {name}", description="Choose one word")
    form.titled("New labeling job 1 of 2")
    form.search("workteam_arn", team)
    form.fill(labels="unripe\nripe\noverripe")
    form.next()
    form.titled("New labeling job 2 of 2").next()
    expect(form.modal).to_contain_text(f"{name} was submitted")
    form.close()


def test_home_shows_a_persons_jobs(whole: Whole) -> None:
    """Whoever asked for jobs in many channels finds them in one place, and can act there."""
    mara = whole.tab(MARA, DATA)
    ask_quickly(mara, "for-the-home", seed.AUTOMATIC_TEAM)
    expect(card(mara, "for-the-home")).to_contain_text("In progress", timeout=PATIENCE)
    mara.get_by_test_id("app-home").click()
    home = mara.get_by_test_id("home")
    expect(home).to_contain_text("Hello Mara")
    expect(home).to_contain_text("Title of for-the-home")
    home.locator("[data-action-id=more]").first.click()
    mara.get_by_role("menuitem", name="Status").click()
    form = Form(mara).titled("Status")
    expect(form.modal).to_contain_text("for-the-home")
    form.close()


def test_a_job_made_behind_the_bots_back_is_followed(whole: Whole) -> None:
    """Today's users all have jobs that the bot did not make; without their cards it would be of no
    use on day one.
    """
    make_job_in_the_console(whole, "console-made")
    mara = whole.tab(MARA, DATA)
    type_in(mara, "/labeljob follow nothing-like-this")
    expect(said(mara, "nothing-like-this")).to_contain_text("Only visible to you")
    type_in(mara, "/labeljob follow console-made")
    expect(said(mara, "console-made is followed")).to_be_visible()
    followed = card(mara, "console-made")
    expect(followed).to_contain_text("followed by Mara · read only", timeout=PATIENCE)
    expect(followed).to_contain_text("Console work")
    offers_no_stop(followed, mara)
    expect(followed).to_contain_text("In progress", timeout=PATIENCE)


def make_job_in_the_console(whole: Whole, name: str) -> None:
    """What somebody does in the AWS console, or a script."""
    sagemaker = whole.aws("sagemaker")
    team = sagemaker.describe_workteam(WorkteamName=seed.WAITING_TEAM)["Workteam"]["WorkteamArn"]
    job = classification_job(
        name,
        team,
        attribute="ripeness",
        manifest=f"{RAW}/first-basket.manifest",
        title="Console work",
    )
    sagemaker.create_labeling_job(**job)


def first_ripe() -> str:
    """A sample picture of a ripe fruit."""
    return next(scene.name for scene in sample_truth.scenes(seed.SEED) if scene.label == "ripe")
