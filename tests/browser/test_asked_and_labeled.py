"""From data to labels by clicking, of three kinds of work: asked in seven answers, labeled by a
person at the worker's page, and judged by another.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from bot.sandbox.workspace import sample_pictures, seed
from tests.browser.whole import PATIENCE, Form, Whole, card, said, type_in, whole_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

DATA, LABELERS, MARA, SAM = "C0DATA", "C0LABEL", "U0MARA", "U0SAM"
TEAM = seed.WAITING_TEAM
OUT = f"s3://{seed.OUT}/labels/"
DROP = """([node, files]) => {
  const brought = new DataTransfer();
  for (const [name, body] of files) {
    const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    brought.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  node.dispatchEvent(new DragEvent("drop", { dataTransfer: brought, bubbles: true }));
}"""


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One workspace for the file; each test brings a job of its own."""
    with whole_workspace(browser, tmp_path_factory.mktemp("asked")) as opened:
        yield opened


@pytest.fixture
def whole(running: Whole) -> Iterator[Whole]:
    """The workspace; an error on any tab's console fails the test."""
    yield running
    running.close_tabs()


@dataclass
class Worker:
    """Somebody of the team at the worker's pages."""

    page: Page

    @classmethod
    def of(cls, whole: Whole, name: str) -> Worker:
        """Signed in, in a browser of their own."""
        page = whole.context(name).new_page()
        page.goto(whole.services.portal_url)
        page.get_by_role("button", name=name).click()
        return cls(page)

    def start(self) -> None:
        """Take up the one job that there is."""
        self.page.get_by_role("link", name="Start working on").click()

    def see(self, number: int) -> None:
        """Wait for the task of that line, and its picture."""
        self.page.locator(f'#task[data-line="{number}"]').wait_for()
        self.page.locator(".crowd-canvas svg[viewBox='0 0 640 480']").wait_for()

    def drag(self, *points: tuple[float, float]) -> None:
        """Press at the first pixel of the picture, go to the others, let go."""
        seen = self.page.locator(".crowd-canvas svg").bounding_box()
        assert seen is not None
        places = [
            (seen["x"] + x * seen["width"] / 640, seen["y"] + y * seen["height"] / 480)
            for x, y in points
        ]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        """Press keys in the picture."""
        self.page.locator(".crowd-canvas").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def submit(self) -> None:
        """Submit this task."""
        self.page.get_by_role("button", name="Submit").click()

    def is_done(self) -> None:
        """Wait until nothing is left to do."""
        self.page.get_by_text("No more tasks for you here").wait_for()


TEMPLATES = {
    "Boxes": "Draw a box round each",
    "Masks": "Paint every pixel",
    "Text spans": "Mark every word",
}
"""How the instructions of each kind of work begin before anybody writes them."""


def ask(form: Form, tile: str, labels: str, told: str, source: str = "") -> str:
    """Give the form's seven answers (what is to be done, data, results, labels, team, due,
    instructions), read the review and press Create; the name of the job, which the bot made up.
    """
    form.titled("New labeling job 1 of 2")
    form.choose("tile", tile)
    expect(form.control("short_instructions")).to_contain_text(TEMPLATES[tile])
    if source:
        form.fill(input_uri=source)
    if form.block("output_uri").count():
        form.fill(output_uri=OUT)
    form.search("workteam_arn", TEAM)
    form.fill(labels=labels, due="in 2 days")
    form.control("short_instructions").click()
    form.page.keyboard.press("Control+a")
    form.page.keyboard.type(told)
    form.next()
    form.titled("New labeling job 2 of 2")
    expect(form.modal).to_contain_text(told)
    found = re.search(r"Job (\S+), labels kept", form.modal.inner_text())
    assert found, form.modal.inner_text()
    form.next()
    expect(form.modal).to_contain_text(f"{found[1]} was submitted")
    form.close()
    return found[1]


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
    composer.fill("Fruit, please")
    composer.press("Enter")


def results(whole: Whole, name: str) -> list[dict[str, Any]]:
    """The lines of a job's results."""
    job = whole.aws("sagemaker").describe_labeling_job(LabelingJobName=name)
    key = job["LabelingJobOutput"]["OutputDatasetS3Uri"].removeprefix(f"s3://{seed.OUT}/")
    body = whole.aws("s3").get_object(Bucket=seed.OUT, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def test_dropped_pictures_are_labeled_by_one_person_and_verified_by_another(whole: Whole) -> None:
    """Without this, whoever has pictures and no bucket cannot have them labeled, or nobody can look
    over the labels.
    """
    sam = whole.tab(SAM, LABELERS)
    type_in(sam, f"/labelteam invite {TEAM} ana@orchard.example")
    expect(said(sam, "AWS sends an invitation")).to_be_visible()
    mara = whole.tab(MARA, DATA)
    drop(mara, 2)
    message = said(mara, "Fruit, please")
    message.hover()
    message.get_by_test_id("more-actions").click()
    mara.get_by_test_id("shortcut-label_these").click()
    form = Form(mara).titled("New labeling job 1 of 2")
    expect(form.block("files_kept")).to_contain_text("2 files: ")
    name = ask(form, "Boxes", "apple\npear", "Draw round the fruit, close to its skin.")
    expect(card(mara, name)).to_contain_text("No labels yet", timeout=PATIENCE)

    lin = Worker.of(whole, "Lin")
    lin.start()
    for number in range(2):
        lin.see(number)
        lin.press("1")
        lin.drag((100, 100), (300, 260))
        lin.submit()
    lin.is_done()
    expect(card(mara, name)).to_contain_text("all 2 labeled", timeout=PATIENCE, ignore_case=True)
    drawn = [line[name]["annotations"] for line in results(whole, name)]
    assert [len(boxes) for boxes in drawn] == [1, 1]
    assert all(198 <= box["width"] <= 202 for boxes in drawn for box in boxes)

    card(mara, name).locator("[data-action-id=job_verify]").click()
    form.titled("New labeling job 1 of 2").next()
    form.titled("New labeling job 2 of 2")
    expect(form.modal).to_contain_text(f"{name}-verify")
    form.next()
    expect(form.modal).to_contain_text(f"{name}-verify was submitted")
    form.close()
    mara.get_by_test_id(re.compile("^replies-")).last.click()
    thread = mara.get_by_test_id("thread")
    expect(thread).to_contain_text(f"Judges the labels of {name}", timeout=PATIENCE)
    expect(thread).to_contain_text("No labels yet", timeout=PATIENCE)

    ana = Worker.of(whole, "ana@orchard.example")
    ana.start()
    for verdict in ("good", "bad"):
        ana.page.get_by_text(verdict, exact=True).last.click()
        ana.submit()
    ana.is_done()
    expect(thread).to_contain_text("Completed: all 2 labeled", timeout=PATIENCE)
    judged = results(whole, f"{name}-verify")
    assert [line[f"{name}-verify-metadata"]["class-name"] for line in judged] == ["good", "bad"]
    assert all(name in line for line in judged)


def test_names_in_texts_are_marked_by_a_person(whole: Whole) -> None:
    """Without this, words and phrases could be asked for and never come back."""
    texts = ("Ana met Noor in Lyon", "Ana came back")
    body = "".join(f"{json.dumps({'source': text})}\n" for text in texts)
    whole.aws("s3").put_object(Bucket=seed.RAW, Key="names.manifest", Body=body.encode())
    mara = whole.tab(MARA, DATA)
    type_in(mara, "/labeljob create")
    told = "Mark the names of people and places."
    source = f"s3://{seed.RAW}/names.manifest"
    name = ask(Form(mara), "Text spans", "Person\nPlace", told, source)
    expect(card(mara, name)).to_contain_text("No labels yet", timeout=PATIENCE)
    lin = Worker.of(whole, "Lin")
    lin.start()
    for number in range(2):
        lin.page.locator(f'#task[data-line="{number}"]').wait_for()
        lin.page.locator(".crowd-text").focus()
        for key in ("ArrowRight", "1"):
            lin.page.keyboard.press(key)
        lin.page.get_by_text("1 marked").wait_for()
        lin.submit()
    lin.is_done()
    expect(card(mara, name)).to_contain_text("all 2 labeled", timeout=PATIENCE, ignore_case=True)
    for text, line in zip(texts, results(whole, name), strict=True):
        (span,) = line[name]["annotations"]["entities"]
        assert text[span["startOffset"] : span["endOffset"]] == "Ana"
        assert span["label"] == "Person"


def test_masks_are_painted_by_a_person(whole: Whole) -> None:
    """Without this, masks could be asked for and never come back."""
    sample = next(iter(sample_pictures.pictures(seed.SEED)))
    whole.aws("s3").put_object(Bucket=seed.RAW, Key="one/a.jpg", Body=sample.jpeg)
    mara = whole.tab(MARA, DATA)
    type_in(mara, "/labeljob create")
    told = "Paint every fruit, stem and leaf stay outside."
    name = ask(Form(mara), "Masks", "fruit\nleaf", told, f"s3://{seed.RAW}/one/")
    expect(card(mara, name)).to_contain_text("No labels yet", timeout=PATIENCE)
    lin = Worker.of(whole, "Lin")
    lin.start()
    lin.see(0)
    lin.press("1")
    lin.drag((100, 100), (300, 100))
    lin.submit()
    lin.is_done()
    expect(card(mara, name)).to_contain_text("all 1 labeled", timeout=PATIENCE, ignore_case=True)
    (line,) = results(whole, name)
    colours = line[f"{name}-ref-metadata"]["internal-color-map"].values()
    assert "fruit" in {each["class-name"] for each in colours}
