"""The worker pages in a real browser: sign in, label a picture, draw boxes by mouse and by keyboard, mark a text."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[1] / "standins"))  # the world of the people side is kept there

from workers_world import World

from bot.sandbox.aws.worker_pages import create_app
from bot.sandbox.http import Server
from bot.sandbox.sample_pictures import SamplePicture, pictures

CHROMIUM = "/usr/bin/chromium"
SCREENSHOTS = os.environ.get("LABELJOB_SCREENSHOTS", "")

CLASSES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-image-classifier name="crowd-image-classifier" src="{{ task.input.taskObject | grant_read_access }}"
    header="How ripe is the fruit?" categories="{{ task.input.labels | to_json | escape }}">
    <full-instructions header="Ripeness"><p>Look at the <b>skin</b>, never at the leaf.</p></full-instructions>
    <short-instructions><p><b>Unripe</b>: green.</p><p><b>Overripe</b>: brown spots.</p></short-instructions>
  </crowd-image-classifier>
</crowd-form>"""
BOXES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-bounding-box name="boundingBox" src="{{ task.input.taskObject | grant_read_access }}"
    header="Draw a box round every fruit" labels="['apple', 'pear', 'orange', 'it's a lemon',]">
    <full-instructions header="Boxes"><p>Stem and leaf stay outside.</p></full-instructions>
    <short-instructions>Box the body of each fruit.</short-instructions>
  </crowd-bounding-box>
</crowd-form>"""


class Aws:
    """What the pages ask of the stand-in, over the test's world."""

    def __init__(self, world: World, s3_origin: str) -> None:
        self.objects = world.objects
        self.crew = world.crew
        self.clock = lambda: world.now
        self._s3_origin = s3_origin

    def grant(self, uri: str) -> str:
        return uri.replace("s3://", f"{self._s3_origin}/")


class Site:
    """The portal and a picture server, each on its own port, and the world behind them."""

    def __init__(self, world: World) -> None:
        def picture(request: Request) -> Response:
            body = world.objects.read("orchard", request.path_params["key"])
            return Response(body or b"", 200 if body else 404, media_type="image/jpeg")

        self.world = world
        self.s3 = Server(Starlette(routes=[Route("/orchard/{key:path}", picture)])).start()
        self.app = create_app(Aws(world, self.s3.url))
        self.server = Server(self.app).start()
        self.samples: list[SamplePicture] = []

    def login_url(self, sub: str) -> str:
        return f"{self.server.url}/?login={self.app.portal.login_link(sub)}"

    def put_pictures(self, samples: list[SamplePicture]) -> None:
        self.samples = samples
        for sample in samples:
            self.world.objects.kept["orchard", sample.name] = sample.jpeg
        self.world.lines({"source-ref": f"s3://orchard/{sample.name}"} for sample in samples)

    def answers(self, job: str) -> list[dict[str, Any]]:
        with self.world.store.read() as connection:
            rows = connection.execute(
                "SELECT answer FROM assignment WHERE job = ? AND state = 'submitted' ORDER BY line", (job,)
            ).fetchall()
        return [json.loads(row["answer"]) for row in rows]

    def states(self, job: str) -> list[str]:
        with self.world.store.read() as connection:
            return [r["state"] for r in connection.execute("SELECT state FROM assignment WHERE job = ?", (job,))]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    world = World(tmp_path / "aws.db")
    world.team()
    world.of_people()
    made = Site(world)
    yield made
    made.server.stop()
    made.s3.stop()
    world.store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a machine without it skips
    except ImportError:
        return _without("playwright is not installed")
    if not Path(CHROMIUM).exists():
        return _without(f"{CHROMIUM} is missing")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def _without(reason: str) -> None:
    if os.environ.get("LABELJOB_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    yield opened
    context.close()
    assert faults == []


def see_picture(page: Any) -> None:
    image = page.locator(".crowd-picture img")
    assert image.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 640


def shoot(page: Any, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


def test_a_person_labels_a_picture_by_clicking(site: Site, page: Any) -> None:
    """Without it nobody could try the worker's side: sign in by a link, read the instructions, pick, submit."""
    site.put_pictures(list(pictures(7))[:2])
    site.world.objects.kept["orchard", "page.liquid.html"] = CLASSES.encode()
    job = site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe", "overripe"])
    site.world.later(2)
    page.goto(site.login_url("sub-lin"))
    shoot(page, "portal")
    page.get_by_role("link", name="Start working").click()
    see_picture(page)
    page.get_by_role("button", name="View full instructions").click()
    page.get_by_text("never at the leaf").wait_for()
    shoot(page, "instructions")
    page.get_by_role("button", name="Close").click()
    shoot(page, "classify")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Pick one label before you submit").wait_for()
    page.get_by_text("overripe", exact=True).last.click()
    page.get_by_role("button", name="Submit").click()
    page.locator('#task[data-line="1"]').wait_for()
    page.keyboard.press("2")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("No more tasks for you here").wait_for()
    shoot(page, "no_more")
    assert site.answers(job) == [
        {"crowd-image-classifier": {"label": "overripe"}},
        {"crowd-image-classifier": {"label": "ripe"}},
    ]


def test_boxes_by_mouse_and_by_keyboard_are_kept_in_image_pixels(site: Site, page: Any) -> None:
    """Boxes in screen pixels would be wrong on every other screen; without keys some workers could draw none."""
    site.put_pictures([sample for sample in pictures(7) if sample.boxes][45:46])
    site.world.objects.kept["orchard", "page.liquid.html"] = BOXES.encode()
    job = site.world.job("boxes", "BoundingBox", ["apple", "pear", "orange", "it's a lemon"])
    site.world.later(2)
    page.set_viewport_size({"width": 1000, "height": 700})
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/boxes")
    page.locator(".crowd-canvas svg[viewBox='0 0 640 480']").wait_for()
    seen = page.locator(".crowd-canvas svg").bounding_box()
    scale = seen["width"] / 640
    assert scale != pytest.approx(1.0)
    page.keyboard.press("2")
    page.mouse.move(seen["x"] + 100 * scale, seen["y"] + 120 * scale)
    page.mouse.down()
    page.mouse.move(seen["x"] + 200 * scale, seen["y"] + 260 * scale, steps=4)
    page.mouse.up()
    page.locator(".crowd-canvas").focus()
    for key in ("Escape", "4", "Enter", "ArrowRight", "ArrowDown", "Shift+ArrowLeft", "Control+ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("2 boxes").wait_for()
    shoot(page, "boxes")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("No more tasks for you here").wait_for()
    drawn = site.answers(job)[0]["boundingBox"]
    assert drawn["inputImageProperties"] == {"height": 480, "width": 640}
    by_mouse, by_keyboard = drawn["boundingBoxes"]
    assert by_mouse["label"] == "pear"
    wanted = {"left": 100, "top": 120, "width": 100, "height": 140}
    assert all(abs(by_mouse[side] - length) <= 1 for side, length in wanted.items())
    assert by_keyboard == {"height": 120, "label": "it's a lemon", "left": 250, "top": 189, "width": 150}


def test_a_placed_box_can_be_relabeled_and_removed_by_keyboard(site: Site, page: Any) -> None:
    """A slip that cannot be undone by keyboard would force such a worker to return the task."""
    site.put_pictures([sample for sample in pictures(7) if sample.boxes][45:46])
    site.world.objects.kept["orchard", "page.liquid.html"] = BOXES.encode()
    job = site.world.job("boxes", "BoundingBox", ["apple", "pear", "orange", "it's a lemon"])
    site.world.later(2)
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/boxes")
    page.locator(".crowd-canvas svg[viewBox='0 0 640 480']").wait_for()
    page.locator(".crowd-canvas").focus()
    for key in ("Enter", "Enter", "Enter", "ArrowUp", "Enter", "n", "3", "n", "Delete"):
        page.keyboard.press(key)
    page.get_by_text("1 box", exact=True).wait_for()
    page.keyboard.press("Control+Enter")
    page.get_by_text("No more tasks for you here").wait_for()
    boxes = site.answers(job)[0]["boundingBox"]["boundingBoxes"]
    assert [box["label"] for box in boxes] in (["apple"], ["orange"])


def test_entities_are_marked_by_mouse_and_keyboard_in_code_points(site: Site, page: Any) -> None:
    """Offsets in UTF-16 units would be off by one after each emoji."""
    text = "🍐 Ana met Noor in Lyon"
    site.world.lines([{"source": text}])
    ui = {
        "UiConfig": {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"}
    }
    job = site.world.job("who", "NamedEntityRecognition", ["Person", "Place"], task=ui)
    site.world.later(2)
    page.goto(site.login_url("sub-ada"))
    page.goto(f"{site.server.url}/tasks/who")
    page.locator(".crowd-text").focus()
    for key in ("ArrowRight", "ArrowRight", "1"):
        page.keyboard.press(key)
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "2"):
        page.keyboard.press(key)
    page.get_by_text("2 marked").wait_for()
    shoot(page, "entities")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("No more tasks for you here").wait_for()
    found = site.answers(job)[0]["crowd-entity-annotation"]["entities"]
    assert [(e["label"], "".join(list(text)[e["startOffset"] : e["endOffset"]])) for e in found] == [
        ("Person", "Ana"),
        ("Place", "Lyon"),
    ]


def test_declining_and_returning_give_the_task_to_others(site: Site, page: Any) -> None:
    """Held tasks that never come back are how jobs hang at 99 %."""
    site.put_pictures(list(pictures(7))[:2])
    site.world.objects.kept["orchard", "page.liquid.html"] = CLASSES.encode()
    job = site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe", "overripe"])
    site.world.later(2)
    page.goto(site.server.url)
    shoot(page, "sign_in")
    page.get_by_role("button", name="Lin").click()
    page.get_by_role("link", name="Start working").click()
    page.get_by_role("button", name="Decline task").click()
    page.locator('#task[data-line="1"]').wait_for()
    page.get_by_role("button", name="Stop and release").click()
    page.get_by_role("heading", name="Jobs").wait_for()
    assert sorted(site.states(job)) == ["declined", "returned"]


def test_the_small_elements_of_a_custom_page_answer_as_documented(site: Site, page: Any) -> None:
    """Custom workflows read these shapes in their own functions."""
    template = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
    <crowd-card heading="Review"><p>{{ task.input.taskObject }}</p><input name="plain" value="kept"></crowd-card>
    <crowd-input name="reason" label="Why" required></crowd-input>
    <crowd-text-area name="more" label="More"></crowd-text-area>
    <crowd-checkbox name="seen" value="Red">Red</crowd-checkbox>
    <crowd-checkbox name="seen" value="Green">Green</crowd-checkbox>
    <crowd-radio-group><crowd-radio-button name="one" value="yes">Yes</crowd-radio-button>
    <crowd-radio-button name="two" value="no">No</crowd-radio-button></crowd-radio-group>
    <crowd-slider name="sure" label="How sure" min="0" max="10" value="4"></crowd-slider>
    <crowd-alert type="info">Take your time.</crowd-alert>
    <crowd-button form-action="submit" variant="primary">Send it</crowd-button></crowd-form>"""
    site.world.lines([{"source": "Fine <b>fruit</b>"}])
    site.world.objects.kept["orchard", "page.liquid.html"] = template.encode()
    job = site.world.job("custom", "PassThrough", ["x"])
    site.world.later(2)
    page.goto(site.login_url("sub-bo"))
    page.goto(f"{site.server.url}/tasks/custom")
    page.get_by_role("button", name="Send it").click()
    page.locator(".crowd-fault").filter(has_text="Why").wait_for()
    page.get_by_label("Why").fill("soft")
    page.get_by_text("Green", exact=True).click()
    page.get_by_text("No", exact=True).click()
    shoot(page, "custom")
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("No more tasks for you here").wait_for()
    assert site.answers(job)[0] == {
        "plain": "kept",
        "reason": "soft",
        "more": "",
        "seen": {"Red": False, "Green": True},
        "one": {"yes": False},
        "two": {"no": True},
        "sure": 4,
    }


def test_a_script_in_a_template_does_not_run(site: Site, page: Any) -> None:
    """A template is other people's HTML; its script would act in the worker's name."""
    site.put_pictures(list(pictures(7))[:1])
    evil = CLASSES + "<script>document.title = 'stolen'</script><img src=x onerror=\"document.title='stolen'\">"
    site.world.objects.kept["orchard", "page.liquid.html"] = evil.encode()
    site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe"])
    site.world.later(2)
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/ripeness")
    see_picture(page)
    assert page.title() != "stolen"


def test_the_page_in_the_dark(site: Site, browser: Any) -> None:
    """Half of the workers sit before a dark screen; a white flash at every task would drive them away."""
    site.put_pictures(list(pictures(7))[:1])
    site.world.objects.kept["orchard", "page.liquid.html"] = CLASSES.encode()
    site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe"])
    site.world.later(2)
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/ripeness")
    see_picture(page)
    shoot(page, "dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    context.close()
    assert sum(int(part) for part in ground.strip("rgb()").split(",")[:3]) < 150
