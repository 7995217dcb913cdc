"""Datasets and models by clicking: what a set holds, how good its model is, and what that sees
in a picture.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import crates, seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import fill_through, opened
from tests.browser.whole import PATIENCE, Form, Whole, said, type_in, whole_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FilePayload, Locator, Page

DATA, MARA, BOT = "C0DATA", "U0MARA", "U0LABELJOB"


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One workspace for the file, where Mara asks for both sets of a project."""
    with whole_workspace(browser, tmp_path_factory.mktemp("datasets")) as workspace:
        two_sets(workspace, "crates")
        yield workspace


@pytest.fixture
def whole(running: Whole) -> Iterator[Whole]:
    """The workspace; an error on any tab's console fails the test."""
    yield running
    running.close_tabs()


def below(page: Page, message: Locator) -> Locator:
    """What stands below a message, opened beside the channel."""
    message.locator("[data-testid^=replies-]").click()
    return page.get_by_test_id("thread")


def two_sets(whole: Whole, project: str) -> None:
    """A training and a test set of a project, asked for by Mara."""
    mara = Person(whole.services.slack_url, MARA)
    for name, kind, lines in (
        (crates.TRAIN, "TRAIN", crates.train_lines()),
        (crates.TEST, "TEST", crates.test_lines()),
    ):
        body = crates.manifest(lines).encode()
        whole.aws("s3").put_object(Bucket=seed.RAW, Key=name, Body=body)
        opened(mara, lambda: mara.command(DATA, "/dataset", "create"))
        typed = {
            "name": {"value": f"{project}-{kind.lower()}"},
            "project": {"value": project},
            "dataset_type": {"selected_option": {"value": kind}},
            "manifest_uri": {"value": f"s3://{seed.RAW}/{name}"},
        }
        fill_through(mara, typed)
        mara.close_windows()


def test_a_training_goes_from_its_form_to_its_figures(whole: Whole) -> None:
    """Without this, how good a model is would be somewhere in AWS's console, and nobody would see
    what it sees before they rely on it.
    """
    mara = whole.tab(MARA, DATA)
    for name in ("crates-test", "crates-train"):
        expect(said(mara, f"Dataset {name}")).to_contain_text("Ready", timeout=PATIENCE)
    ready = below(mara, said(mara, "Dataset crates-train"))
    ready.locator("[data-action-id=dataset_train]").click()
    form = Form(mara).titled("Train a model")
    expect(form.control("project")).to_have_value("crates")
    form.fill(version_name="v 1", output_uri=f"s3://{seed.OUT}/models/")
    form.choose("test", "The project's own test set")
    form.block("agreed").get_by_role("checkbox").check()
    form.next()
    expect(form.block("version_name").locator(".field-error")).to_contain_text("letters")
    form.fill(version_name="v1")
    form.next()
    expect(form.modal).to_contain_text("was submitted")
    form.thanked()
    card = said(mara, "Model crates / v1")
    expect(card).to_contain_text("Trained", timeout=PATIENCE)
    figures = below(mara, card)
    expect(figures).to_contain_text("is trained: F1 0.8")
    expect(figures.get_by_role("table").get_by_role("row")).to_have_count(5)
    shown_a_picture(mara)


def shown_a_picture(mara: Page) -> None:
    """The model runs, looks at a picture, and is stopped."""
    said(mara, "Model crates / v1").locator("[data-action-id=model_run]").click()
    form = Form(mara).titled("Run a model")
    form.control("seconds").click()
    mara.get_by_test_id("option").first.click()
    form.next()
    form.thanked()
    card = said(mara, "Model crates / v1")
    expect(card).to_contain_text("It stops", timeout=PATIENCE)
    card.locator("[data-action-id=run_try]").click()
    form.titled("Try a model")
    form.fill(address=json.loads(crates.test_lines()[0])["source-ref"])
    form.next()
    form.thanked()
    found = below(mara, card)
    drawn = found.locator("img[alt*='what the model found']")
    expect(drawn).to_have_js_property("naturalWidth", 640, timeout=PATIENCE)
    card.locator("[data-action-id=run_stop]").click()
    expect(card).to_contain_text("Mara stopped it", timeout=PATIENCE)


def test_the_gallery_shows_pictures_by_label_and_one_large(whole: Whole) -> None:
    """Without this, what a dataset holds would be seen in AWS's console alone."""
    mara = whole.tab(MARA, DATA)
    card = said(mara, "Dataset crates-train")
    expect(card).to_contain_text("Ready", timeout=PATIENCE)
    card.locator("[data-action-id=dataset_show]").click()
    expect(said(mara, "are being fetched and drawn")).to_be_visible()
    direct = direct_messages(whole)
    counts = said(direct, "1 to 17 of 17 pictures")
    expect(counts.get_by_role("table")).to_contain_text("apple", timeout=PATIENCE)
    drawn = direct.locator("#main .msg img[alt*='objects with their labels drawn']").last
    expect(drawn).to_have_js_property("naturalWidth", 1_280, timeout=PATIENCE)
    counts.locator("[data-action-id=gallery_choose]").click()
    form = Form(direct)
    form.block("label").locator("[data-action-id]").first.click()
    direct.get_by_test_id("option").filter(has_text="lemon").click()
    form.next()
    form.thanked()
    chosen = said(direct, "label lemon")
    expect(chosen).to_contain_text("1 to 12 of 12 pictures", timeout=PATIENCE)
    chosen.locator("[data-action-id=gallery_large]").click()
    direct.get_by_test_id("option").first.click()
    large = direct.locator("#main .msg img[alt*='lemon']").last
    expect(large).to_have_js_property("naturalWidth", 640, timeout=PATIENCE)


def test_names_of_folders_are_shown_as_labels_before_anything_is_made(whole: Whole) -> None:
    """Without this, pictures that lie in a wrong folder would be found after they were imported."""
    s3, scenes = whole.aws("s3"), islice(sample_truth.scenes(seed.SEED), 6)
    for scene in scenes:
        there = {"Bucket": seed.RAW, "Key": f"ripeness/{scene.name}"}
        key = f"sorted/{scene.label}/deeper/{scene.name}"
        s3.copy_object(Bucket=seed.RAW, Key=key, CopySource=there)
    mara = whole.tab(MARA, DATA)
    type_in(mara, "/dataset create")
    form = Form(mara).titled("New dataset")
    pick(form, "origin", "A folder in S3")
    form.fill(folder=f"s3://{seed.RAW}/sorted/", name="sorted", project="sorted")
    form.fill(store=f"s3://{seed.OUT}/datasets/")
    expect(form.modal.get_by_test_id("modal-submit")).to_have_text("Review")
    form.next()
    expect(form.modal).to_contain_text("ripe ← ripe/: ", timeout=PATIENCE)
    expect(form.modal).not_to_contain_text("deeper")
    assert not whole.aws("rekognition").describe_projects(ProjectNames=["sorted"])[
        "ProjectDescriptions"
    ]
    form.next()
    form.thanked()
    card = said(mara, "Dataset sorted")
    expect(card).to_contain_text("Ready", timeout=PATIENCE)
    thread = below(mara, card)
    expect(thread).to_contain_text("6 of 6 lines arrived: ")
    a_label_is_fixed(whole, card)
    expect(thread).to_contain_text("the labels of 1 picture are now unripe", timeout=PATIENCE)


def a_label_is_fixed(whole: Whole, card: Locator) -> None:
    """One picture of the sheet gets another label than its folder's."""
    card.locator("[data-action-id=dataset_show]").click()
    direct = direct_messages(whole)
    counts = said(direct, "1 to 6 of 6 pictures")
    expect(counts).to_be_visible(timeout=PATIENCE)
    counts.locator("[data-action-id=gallery_labels]").click()
    form = Form(direct).titled("Labels of pictures")
    pick(form, "pictures", "1 · orchard")
    pick(form, "labels", "unripe")
    form.next()
    expect(form.modal).to_contain_text("gets unripe")
    form.thanked()


def direct_messages(whole: Whole) -> Page:
    """What the bot says to Mara alone."""
    asked = Person(whole.services.slack_url, MARA).ask("open_im", **{"with": BOT})
    return whole.tab(MARA, asked["channel"]["id"])


def test_thirty_pictures_of_ones_own_are_taken_and_one_more_is_refused(whole: Whole) -> None:
    """Without this, whoever has pictures on a laptop would need somebody with a bucket's key, and a
    picture too many would vanish without a word.
    """
    mara = whole.tab(MARA, DATA)
    type_in(mara, "/dataset create")
    form = Form(mara).titled("New dataset")
    pick(form, "origin", "My own pictures")
    body = picture(whole)
    for number in (1, 2, 3):
        name = f"files_{number}"
        if number == 3:
            bring(form, name, body, 11)
            expect(form.block(name)).to_contain_text("At most 10 files here.")
        bring(form, name, body, 10)
        expect(form.block(name).get_by_text(f"mine-{number}-9.jpg")).to_be_visible()
    form.fill(name="mine", project="mine", store=f"s3://{seed.RAW}/mine/")
    expect(form.modal.get_by_test_id("modal-submit")).to_have_text("Make dataset")
    form.next()
    expect(form.modal).to_contain_text("was submitted")
    form.thanked()
    card = said(mara, "Dataset mine")
    expect(card).to_contain_text("no labels", timeout=PATIENCE)
    expect(below(mara, card)).to_contain_text("30 of 30 lines arrived")


def picture(whole: Whole) -> bytes:
    """A sample picture."""
    scene = next(sample_truth.scenes(seed.SEED))
    found = whole.aws("s3").get_object(Bucket=seed.RAW, Key=f"ripeness/{scene.name}")
    body: bytes = found["Body"].read()
    return body


def bring(form: Form, name: str, body: bytes, many: int) -> None:
    """Put files into a file input."""
    which = name[-1]
    names = [f"mine-{which}-{number}.jpg" for number in range(many)]
    files: list[FilePayload] = [
        {"name": each, "mimeType": "image/jpeg", "buffer": body} for each in names
    ]
    form.block(name).locator("input[type=file]").set_input_files(files)


def pick(form: Form, name: str, words: str) -> None:
    """Choose in a menu of the window, and leave it: one of several stays open."""
    form.control(name).click()
    form.page.get_by_test_id("option").filter(has_text=words).click()
    form.page.keyboard.press("Tab")
