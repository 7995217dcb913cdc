"""Take the documentation's pictures: a practice workspace is played for a while, a browser looks at
it.

For maintainers: `make pictures`, then look at each of them; `python docs/take_pictures.py masks`
takes one. Needs the development packages and Chromium.
"""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from PIL import Image
from playwright.sync_api import sync_playwright

from bot.sandbox.crowd import sample_truth
from bot.sandbox.ports import free_port
from bot.sandbox.workspace import orders, seed
from bot.sandbox.workspace.first_minute import BANNER, FirstMinute
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.practice import Practice
from bot.sandbox.workspace.services import Services
from bot.sandbox.workspace.story import (
    ask_for_job,
    card_of,
    close_windows,
    first_page,
    make_dataset,
    second_page,
    wait_for,
)
from bot.slack import manifest as slack_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FloatRect, Page, ViewportSize

HERE = Path(__file__).parent
DATA, LABELERS = "C0DATA", "C0LABEL"
SIZE: ViewportSize = {"width": 1280, "height": 860}
MOST = 240_000  # bytes of a picture
GAPS = {
    "LABELJOB_POLL_GAP": "0.5",
    "LABELJOB_SEND_GAP": "0.1",
    "LABELJOB_CARD_GAP": "1",
    "LABELJOB_TEAMS_GAP": "2",
}
SCENES = list(sample_truth.scenes(seed.SEED))
MANY = max(
    (scene for scene in SCENES if scene.name.startswith("table")),
    key=lambda scene: len(scene.fruits),
)
BOXES = replace(
    orders.BOXES,
    team=seed.WAITING_TEAM,
    short=(
        "One box round every fruit.\n- Stem and leaf stay outside.\n- Half hidden: box what you "
        "see."
    ),
    good_examples=f"s3://{seed.RAW}/ripeness/{SCENES[1].name} | Three fruits, so three boxes",
    bad_examples=(
        f"s3://{seed.RAW}/ripeness/{SCENES[6].name} | A box that takes in the shadow is too wide"
    ),
)


TOOL = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-{tool} name="crowd-{tool}" src="{{{{ task.input.taskObject | grant_read_access
  }}}}"
  header="{header}" labels="{{{{ task.input.labels | to_json | escape }}}}">
  <full-instructions header="{header}"><p>Zoom in at the rims.</p></full-instructions>
  <short-instructions><p>Follow the <b>skin</b> of each fruit.</p><p>Stem, leaf and shadow stay
    outside.</p>
  <p>Half hidden: take what you see.</p></short-instructions>
</crowd-{tool}></crowd-form>"""


@contextmanager
def workspace(folder: Path) -> Iterator[Services]:
    """A practice workspace after its first minute, with a dataset and a job that waits for Lin."""
    services = Services(folder, manifest=slack_manifest.read(), banner=BANNER, pace=2.0)
    practice = Practice(
        folder,
        services.addresses,
        lambda: services,
        transport="socket",
        bot_port=free_port(0),
        gaps=GAPS,
    )
    try:
        practice.start()
        FirstMinute(services).play()
        mara = Person(services.slack_url, "U0MARA")
        wait_for(lambda: thread_says(mara, "Completed:"), 10, "the end of the first job to be told")
        make_dataset(mara, DATA, "first-basket", "orchard-fruit")
        wait_for(lambda: card_of(mara, DATA, "ripe-july"), 10, "the card of the moving job")
        ask_for_job(mara, DATA, BOXES)
        wait_for(lambda: thread_says(mara, "is ready"), 30, "the dataset")
        wait_for(lambda: percent(mara) >= 40, 90, "the moving job to be half way")  # noqa: PLR2004
        yield services
    finally:
        practice.stop()


def thread_says(person: Person, words: str) -> bool:
    """Whether somebody said that in the finished job's thread."""
    root = card_of(person, DATA, "first-basket")
    return any(words in message["text"] for message in person.thread(DATA, root["ts"]))


def percent(person: Person) -> int:
    """How far the moving job is."""
    counted = re.search(r"([\d,]+) of ([\d,]+)", card_of(person, DATA, "ripe-july")["text"])
    if counted is None:
        return 0
    done, total = (int(number.replace(",", "")) for number in counted.groups())
    return done * 100 // total


def tab(
    browser: Browser, services: Services, person: str, channel: str, *, dark: bool = False
) -> Page:
    """The page as this person sees it, without the banner."""
    context = browser.new_context(
        viewport=SIZE, color_scheme="dark" if dark else "light", device_scale_factor=1
    )
    page = context.new_page()
    page.goto(f"{services.slack_url}/#{person}/{channel}")
    page.get_by_test_id("dismiss-banner").click()
    return page


def keep(page: Page, name: str) -> None:
    """Save what the page shows, in coarser colours where it would be too large for a page of
    documentation.
    """
    page.mouse.move(SIZE["width"] - 2, SIZE["height"] - 2)
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    file = HERE / f"{name}.png"
    for steps in (255, 127, 63, 31):
        coarser = [round(round(value * steps / 255) * 255 / steps) for value in range(256)]
        picture.point(coarser * 3).save(file, optimize=True)
        if file.stat().st_size <= MOST:
            break
    print(f"{file.name}: {file.stat().st_size // 1000} kB")


def thread(browser: Browser, services: Services, *, dark: bool = False) -> None:
    """A channel with its cards, and the thread of the finished job beside it."""
    page = tab(browser, services, "U0MARA", DATA, dark=dark)
    root = card_of(Person(services.slack_url, "U0MARA"), DATA, "first-basket")
    page.get_by_test_id(f"replies-{root['ts']}").click()
    page.get_by_test_id("thread").get_by_text("lines arrived").last.wait_for()
    three_cards(page)
    results = page.get_by_test_id("thread").locator("img[alt*='labels drawn']")
    results.evaluate("one => one.closest('.msg').scrollIntoView()")
    keep(page, themed("thread", dark=dark))
    page.context.close()


def themed(name: str, *, dark: bool) -> str:
    """The picture's name in this theme."""
    return f"{name}-dark" if dark else name


def three_cards(page: Page) -> None:
    """Scroll to the first card, and make the window as high as three of them need."""
    missing = page.evaluate(
        """() => {
            const [feed, cards] = [document.querySelector("#main .feed"),
              document.querySelectorAll("#main .msg")];
            const scroller = feed.parentElement;
            scroller.scrollTop += cards[0].getBoundingClientRect().top -
              scroller.getBoundingClientRect().top;
            return cards[2].getBoundingClientRect().bottom -
              scroller.getBoundingClientRect().bottom;
        }"""
    )
    page.set_viewport_size({**SIZE, "height": SIZE["height"] + round(missing)})


def form(browser: Browser, services: Services) -> None:
    """The page of the form, half filled, from what is to be done to the team."""
    page = tab(browser, services, "U0MARA", DATA)
    page.set_viewport_size({**SIZE, "height": 1_500})
    page.get_by_test_id("composer").fill("/labeljob create")
    page.keyboard.press("Escape")
    page.get_by_test_id("composer").press("Enter")
    modal = page.get_by_test_id("modal")
    modal.get_by_role("radio", name="Classify").check()
    modal.get_by_role("radio", name="Image classification").wait_for()
    data = modal.get_by_test_id("block-input_uri").locator("input")
    data.fill(f"s3://{seed.RAW}/ripeness/")
    modal.get_by_test_id("block-labels").locator("textarea").fill("unripe\nripe\noverripe")
    keep(page, "form")
    page.context.close()


def worker(browser: Browser, services: Services) -> None:
    """The worker page of the box job, with the boxes of the first picture drawn."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(services.portal_url)
    page.get_by_role("button", name="Lin").click()
    page.get_by_role("link", name=f"Start working on {BOXES.title}").click()
    page.locator(".crowd-canvas svg").wait_for()
    page.locator(".crowd-picture img, .crowd-canvas image").first.wait_for()
    area = page.locator(".crowd-canvas svg").bounding_box()
    assert area is not None
    scene = next(one for one in SCENES if one.name.startswith("table"))
    drawn: list[tuple[int, int, int, int]] = []
    for fruit in scene.fruits:
        page.keyboard.press("Escape")
        page.keyboard.press(str(BOXES.labels.index(fruit.kind) + 1))
        draw(page, area, fruit.box, drawn)
    page.keyboard.press("Escape")
    keep(page, "worker")
    context.close()


def job_behind_the_bots_back(services: Services, tool: str, kind: str, title: str) -> None:
    """Make a labeling job as a script or the console would: a drawing tool over the first picture
    with many fruits.
    """
    given = services.environment()
    session = boto3.Session(
        given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], None, given["AWS_REGION"]
    )
    s3 = session.client("s3", endpoint_url=given["AWS_ENDPOINT_URL"])
    sagemaker = session.client("sagemaker", endpoint_url=given["AWS_ENDPOINT_URL"])
    labels = {
        "document-version": "2018-11-28",
        "labels": [{"label": label} for label in BOXES.labels],
    }
    place = f"tools/{tool}"
    for name, body in (
        ("labels.json", json.dumps(labels)),
        ("page.liquid.html", TOOL.format(tool=tool, header="Outline every fruit")),
        ("in.manifest", json.dumps({"source-ref": f"s3://{seed.RAW}/boxes/{MANY.name}"})),
    ):
        s3.put_object(Bucket=seed.RAW, Key=f"{place}/{name}", Body=body.encode())
    team = sagemaker.describe_workteam(WorkteamName=seed.WAITING_TEAM)["Workteam"]["WorkteamArn"]
    lambdas = "arn:aws:lambda:us-east-1:432418664414:function"
    sagemaker.create_labeling_job(
        LabelingJobName=tool,
        LabelAttributeName="fruit-ref" if kind == "SemanticSegmentation" else "fruit",
        InputConfig={
            "DataSource": {
                "S3DataSource": {"ManifestS3Uri": f"s3://{seed.RAW}/{place}/in.manifest"}
            }
        },
        OutputConfig={"S3OutputPath": f"s3://{seed.OUT}/labels"},
        RoleArn=given["LABELJOB_EXECUTION_ROLE_ARN"],
        LabelCategoryConfigS3Uri=f"s3://{seed.RAW}/{place}/labels.json",
        HumanTaskConfig={
            "WorkteamArn": team,
            "UiConfig": {"UiTemplateS3Uri": f"s3://{seed.RAW}/{place}/page.liquid.html"},
            "PreHumanTaskLambdaArn": f"{lambdas}:PRE-{kind}",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": f"{lambdas}:ACS-{kind}"
            },
            "TaskTitle": title,
            "TaskDescription": "Every fruit, to the rim",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 1_800,
        },
    )
    wait_for(
        lambda: sagemaker.describe_labeling_job(LabelingJobName=tool)["LabelCounters"]["Unlabeled"],
        15,
        tool,
    )


def at_work(
    browser: Browser, services: Services, title: str, *, dark: bool = False
) -> tuple[Page, FloatRect]:
    """Lin's page at the first task of a job, and where its picture is."""
    context = browser.new_context(
        viewport={"width": SIZE["width"], "height": 720}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.goto(services.portal_url)
    page.get_by_role("button", name="Lin").click()
    page.get_by_role("link", name=f"Start working on {title}").click()
    page.locator(".crowd-canvas svg[viewBox='0 0 640 480']").wait_for()
    area = page.locator(".crowd-canvas svg").bounding_box()
    assert area is not None
    return page, area


def outlined(page: Page, area: FloatRect, fruit: sample_truth.Fruit, corners: int) -> None:
    """Choose the fruit's label and click round its skin; Enter closes the outline."""
    page.keyboard.press(str(BOXES.labels.index(fruit.kind) + 1))
    points = sample_truth.outline(fruit.kind)
    placed = [
        (
            area["x"] + (fruit.x + fruit.half_width * x) * area["width"] / 640,
            area["y"] + (fruit.y + fruit.half_height * y) * area["height"] / 480,
        )
        for x, y in points[:: len(points) // corners]
    ]
    for at in placed:
        near = 14  # a press so near to the first corner would close the outline
        if at == placed[0] or math.dist(at, placed[0]) > near:
            page.mouse.click(*at)
    page.keyboard.press("Enter")


def masks(browser: Browser, services: Services) -> None:
    """Semantic segmentation, nearly done, with the outline tool and the brush."""
    title = "Paint the fruit"
    job_behind_the_bots_back(services, "semantic-segmentation", "SemanticSegmentation", title)
    page, area = at_work(browser, services, title)
    page.locator(".crowd-canvas").focus()
    page.keyboard.press("o")
    for fruit in MANY.fruits:
        outlined(page, area, fruit, 30)
    page.keyboard.press("b")
    keep(page, "worker-masks")
    page.context.close()


def polygons(browser: Browser, services: Services) -> None:
    """Polygons, one of them chosen, for somebody who likes it dark."""
    title = "Polygons round the fruit"
    job_behind_the_bots_back(services, "polygon", "PassThrough", title)
    page, area = at_work(browser, services, title, dark=True)
    for fruit in MANY.fruits:
        outlined(page, area, fruit, 20)
    page.locator(".crowd-canvas").focus()
    page.keyboard.press("p")
    keep(page, "worker-polygons")
    page.context.close()


def draw(
    page: Page,
    area: FloatRect,
    box: tuple[int, int, int, int],
    drawn: list[tuple[int, int, int, int]],
) -> None:
    """Draw a box by mouse, from a corner that lies in no other box (there a press would take hold
    of that one).
    """
    scale = area["width"] / 640
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    near = 8
    start, end = next(
        ((x, y), (left + right - x, top + bottom - y))
        for x in (left, right)
        for y in (top, bottom)
        if not any(
            a - near <= x <= a + w + near and b - near <= y <= b + h + near for a, b, w, h in drawn
        )
    )
    page.mouse.move(area["x"] + start[0] * scale, area["y"] + start[1] * scale)
    page.mouse.down()
    page.mouse.move(area["x"] + end[0] * scale, area["y"] + end[1] * scale, steps=4)
    page.mouse.up()
    drawn.append(box)


def team_queue(browser: Browser, services: Services, *, dark: bool = False) -> None:
    """What the labeling team sees in its channel."""
    page = tab(browser, services, "U0LIN", LABELERS, dark=dark)
    page.locator("#main .msg", has_text=BOXES.title).last.wait_for()
    keep(page, themed("team-queue", dark=dark))
    page.context.close()


def preflight(browser: Browser, services: Services, *, dark: bool = False) -> None:
    """The review of a manifest that was joined of two exports, with what the bot may put right."""
    mara = Person(services.slack_url, "U0MARA")
    page = tab(browser, services, "U0MARA", DATA, dark=dark)
    mara.command(DATA, "/labeljob", "create")
    order = replace(orders.BASKET, name="ripe-august", source=joined_exports(services))
    first_page(mara, order)
    second_page(mara, order)
    wait_for(lambda: "Fine: " in str(mara.view()["blocks"]), 60, "the end of the preflight")
    page.get_by_test_id("modal").get_by_text("Fine: ").wait_for()
    keep(page, themed("preflight", dark=dark))
    page.context.close()
    close_windows(mara)


def joined_exports(services: Services) -> str:
    """A manifest with lines that would fail and lines that repeat; its address."""
    objects = services.aws.objects
    keys = [f"ripeness/{scene.name}" for scene in SCENES[: seed.BASKET]]
    objects.write(seed.RAW, "august/cut-off.jpg", b"", "image/jpeg")
    keys += ["august/cut-off.jpg", "august/tree-12.jpg", "august/tree-13.jpg", *keys[:2]]
    lines = [json.dumps({"source-ref": f"s3://{seed.RAW}/{key}"}) + "\n" for key in keys]
    objects.write(seed.RAW, "august.manifest", "".join(lines).encode(), "application/x-ndjson")
    return f"s3://{seed.RAW}/august.manifest"


def dark(browser: Browser, services: Services) -> None:
    """The instructions with pictures, for somebody who likes it dark."""
    page = tab(browser, services, "U0LIN", LABELERS, dark=True)
    queue = page.locator("#main .msg", has_text=BOXES.title).last
    queue.locator("[data-action-id=queue_instructions]").last.click()
    page.get_by_test_id("modal").locator("img").last.wait_for()
    keep(page, "dark")
    page.context.close()


def main(wanted: list[str]) -> int:
    """Take them all, or those that are named."""
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if chromium is None:
        print("No Chromium was found.", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="labeljob-pictures-") as folder,
        workspace(Path(folder)) as services,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for take in (thread, team_queue, preflight):
            if not wanted or take.__name__ in wanted:
                take(browser, services)
                take(browser, services, dark=True)
        for other in (dark, form, worker, masks, polygons):
            if not wanted or other.__name__ in wanted:
                other(browser, services)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
