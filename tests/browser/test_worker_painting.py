"""The painting tools in a real browser: the submitted picture has the right colour at the right
image pixels.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from bot.sandbox.crowd import masks
from bot.sandbox.crowd.masks import mask_of
from tests.browser.worker_site import (
    FRUITS,
    Site,
    Work,
    colours_of,
    picture_of,
    shoot,
    tables,
    tool_page,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"height": 480, "width": 640}
GREEN, BLUE, ORANGE, RED = "#2ca02c", "#1f77b4", "#ff7f0e", "#d62728"
SEMANTIC, INSTANCES = tool_page("semantic-segmentation"), tool_page("instance-segmentation")
OLD = {
    "fruit-ref": "s3://orchard/old.png",
    "fruit-ref-metadata": {
        "type": "groundtruth/semantic-segmentation",
        "internal-color-map": {
            "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.9},
            "1": {"class-name": "apple", "hex-color": "#2ca02c", "confidence": 0.9},
            "3": {"class-name": "orange", "hex-color": "#ff7f0e", "confidence": 0.9},
        },
    },
}
# As AWS's guide turns an internal-color-map into labelMappings.
MAPPINGS = """{% for box in task.input.manifestLine.fruit-ref-metadata.internal-color-map %}
  {% if box[1]['class-name'] != 'BACKGROUND' %}
    {{ box[1]['class-name'] | to_json }}: { 'color': {{ box[1]['hex-color'] | to_json }} },
  {% endif %} {% endfor %}"""
ADJUST = tool_page(
    "semantic-segmentation",
    f"""initial-value="{{
  'src' : '{{{{ task.input.manifestLine.fruit-ref | grant_read_access }}}}',
  'labelMappings': {{ {MAPPINGS.replace("to_json", "to_json | escape")} }}
}}" """,
)
VERIFY = f"""<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-image-classifier name="crowd-image-classifier" src="{{{{ task.input.taskObject |
    grant_read_access }}}}"
    header="Is the mask right?" categories="['good', 'bad']"
    overlay="{{ 'semanticSegmentation': {{ 'labels': ['apple', 'orange'],
      'labelMappings': {{ {MAPPINGS.replace("to_json", "to_json | escape")} }},
      'src': '{{{{ task.input.manifestLine.fruit-ref | grant_read_access }}}}', }} }}">
    <full-instructions header="Verify"><p>Look at the rims.</p></full-instructions>
    <short-instructions>Good when every fruit is covered.</short-instructions>
    <worker-comment header="What is wrong?" link-text="Say what is wrong" placeholder="the left
      rim">
      In a few words</worker-comment>
  </crowd-image-classifier>
</crowd-form>"""


def put_old_mask(site: Site) -> None:
    """A manifest line with the mask of an earlier job: an apple and an orange."""
    image = Image.new("L", (640, 480), 0)
    ImageDraw.Draw(image).rectangle((100, 100, 199, 199), fill=1)
    ImageDraw.Draw(image).rectangle((300, 100, 349, 149), fill=3)
    [sample] = tables(1)
    site.world.objects.kept["orchard", sample.name] = sample.jpeg
    site.world.objects.kept["orchard", "old.png"] = masks.to_png(mask_of(FRUITS, image))
    site.world.lines([{"source-ref": f"s3://orchard/{sample.name}"} | OLD])


def test_painting_by_mouse(site: Site, page: Page) -> None:
    """Brush, outline and eraser paint image pixels in the label's own colour and in no other."""
    page.set_viewport_size({"width": 1000, "height": 700})
    work = Work(site, page, SEMANTIC, "SemanticSegmentation", LabelAttributeName="fruit-ref")
    work.keys("2")
    work.drag((100, 100), (200, 100))
    work.keys("o", "4")
    work.click((300, 200), (400, 200), (400, 300), (300, 300), (301, 201))
    work.says("the inside of 4 corners")
    work.keys("e")
    work.drag((350, 250), (351, 250))
    shoot(page, "semantic")
    page.get_by_text("Painted: ").wait_for()
    drawn = work.submit()
    assert drawn["inputImageProperties"] == SIZE
    wanted = dict(zip(FRUITS, (GREEN, BLUE, ORANGE, RED), strict=True))
    assert drawn["labelMappings"] == {label: {"color": colour} for label, colour in wanted.items()}
    assert drawn.keys() == {"inputImageProperties", "labelMappings", "labeledImage"}
    counts = colours_of(drawn)
    assert counts.keys() == {"nothing", BLUE, RED}
    assert counts[BLUE] == pytest.approx(100 * 24 + 3.14 * 144, rel=0.05)
    assert counts[RED] == pytest.approx(10_000 - 3.14 * 144, rel=0.04)
    picture = picture_of(drawn)
    assert picture.getpixel((150, 100)) == (0x1F, 0x77, 0xB4, 255)
    assert picture.getpixel((350, 250)) == (0, 0, 0, 0)


def test_painting_by_keyboard_alone(site: Site, page: Page) -> None:
    """An outline of four corners and a stroke, each pixel where the keys say, and every step
    told.
    """
    work = Work(site, page, SEMANTIC, "SemanticSegmentation", LabelAttributeName="fruit-ref")
    work.keys(
        "o", "3", "Enter", "ArrowRight*10", "Enter", "ArrowDown*5", "Enter", "ArrowLeft*9", "Enter"
    )
    work.says("Corner 4: left 330, top 290")
    work.keys("Backspace", "ArrowLeft", "Enter", "Enter")
    work.says("orange painted: the inside of 4 corners")
    work.keys("b", "2", "[", "[", "[", "[", "ArrowUp*20", "Enter")
    work.says("pear painted at left 320, top 90")
    work.keys(
        "Shift+ArrowRight*3",
        "Control+z",
        "e",
        "ArrowLeft",
        "Enter",
        "Control+z",
        "Control+y",
        "Control+z",
    )
    drawn = work.submit()
    counts = colours_of(drawn)
    assert counts[ORANGE] == 100 * 50
    assert picture_of(drawn).getpixel((320, 240)) == (0xFF, 0x7F, 0x0E, 255)
    assert picture_of(drawn).getpixel((419, 289)) == (0xFF, 0x7F, 0x0E, 255)
    assert picture_of(drawn).getpixel((420, 290)) == (0, 0, 0, 0)
    # A brush of 4 pixels went 20 to the right; the last stroke was taken back.
    assert counts[BLUE] == pytest.approx(20 * 4 + 3.14 * 4, abs=8)
    assert picture_of(drawn).getpixel((338, 90)) == (0x1F, 0x77, 0xB4, 255)
    assert picture_of(drawn).getpixel((345, 90)) == (0, 0, 0, 0)


def test_a_person_completes_a_segmentation_job(site: Site, page: Page) -> None:
    """What a browser paints must be readable for the consolidation, and end in a mask in S3."""
    one = {"NumberOfHumanWorkersPerDataObject": 1}
    work = Work(
        site, page, SEMANTIC, "SemanticSegmentation", LabelAttributeName="fruit-ref", task=one
    )
    work.keys("2", "Enter")
    work.submit()
    site.world.later(2)
    assert site.world.row(work.job)["status"] == "Completed"
    line = site.world.output("draw")[0]
    content = site.world.objects.kept["orchard", line["fruit-ref"].removeprefix("s3://orchard/")]
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.getpixel((320, 240)) == 2
        assert picture.getpixel((0, 0)) == 0
    assert line["fruit-ref-metadata"]["internal-color-map"]["2"]["class-name"] == "pear"


def test_an_earlier_mask_is_corrected(site: Site, page: Page) -> None:
    """Adjusting begins with what is there, in its own colours; an untouched mask must come back as
    it was.
    """
    put_old_mask(site)
    work = Work(
        site,
        page,
        ADJUST,
        "AdjustmentSemanticSegmentation",
        kept=True,
        LabelAttributeName="fixed-ref",
    )
    page.get_by_text("apple, 3.3 %").wait_for()
    shoot(page, "adjust")
    page.get_by_role("button", name="Remove orange").click()
    page.get_by_text("orange, 0.8 %").wait_for(state="detached")
    drawn = work.submit()
    assert drawn["initialValueModified"] is True
    assert colours_of(drawn) == {"nothing": 640 * 480 - 10_000, GREEN: 10_000}


def test_an_earlier_mask_is_judged(site: Site, page: Page) -> None:
    """Verifying shows the mask over the picture, and takes the remark that the requester acts
    on.
    """
    put_old_mask(site)
    site.put_page(VERIFY)
    job = site.world.job(
        "check", "VerificationSemanticSegmentation", ["good", "bad"], LabelAttributeName="verdict"
    )
    site.world.later(2)
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/check")
    mask = page.locator("img.crowd-mask")
    assert mask.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 640
    page.locator(".crowd-legend").filter(has_text="orange").wait_for()
    shoot(page, "verify")
    page.get_by_label("Show the mask").uncheck()
    assert not mask.is_visible()
    page.get_by_role("button", name="Say what is wrong").click()
    page.get_by_label("In a few words").fill("the rim of the apple")
    page.get_by_role("button", name="Close").click()
    page.get_by_text("Your comment: the rim of the apple").wait_for()
    page.get_by_text("bad", exact=True).click()
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("No more tasks for you here").wait_for()
    assert site.answers(job) == [
        {"crowd-image-classifier": {"label": "bad", "workerComment": "the rim of the apple"}}
    ]


def test_things_of_one_label_have_colours_of_their_own(site: Site, page: Page) -> None:
    """Instances that share a colour cannot be told apart any more."""
    work = Work(site, page, INSTANCES)
    work.keys("2")
    work.drag((100, 100), (150, 100))
    page.get_by_role("button", name="Add instance").click()
    work.drag((300, 100), (350, 100))
    work.keys("1", "ArrowDown*10", "Enter")
    work.says("apple painted")
    shoot(page, "instances")
    work.keys("p", "Enter")
    work.says("pear painted")
    drawn = work.submit()
    assert drawn["inputImageProperties"] == SIZE
    assert [one["label"] for one in drawn["instances"]] == ["pear", "pear"]
    assert drawn.keys() == {"inputImageProperties", "instances", "labeledImage"}
    counts = colours_of(drawn)
    assert counts.keys() == {"nothing", *(one["color"] for one in drawn["instances"])}
    assert len(counts) == 3
    assert base64.b64decode(drawn["labeledImage"]["pngImageData"]).startswith(b"\x89PNG")


def test_things_by_keyboard_alone(site: Site, page: Page) -> None:
    """The next thing of a label begins with one key, and each says its name and number."""
    work = Work(site, page, INSTANCES)
    work.keys("3", "Enter", "i")
    work.says("A new one: orange 2")
    work.keys("ArrowRight*10", "Enter", "n")
    work.says("Going on with orange 1")
    work.keys("Escape")
    drawn = work.submit()
    assert drawn["instances"] == [
        {"color": ORANGE, "label": "orange"},
        {"color": "#9467bd", "label": "orange"},
    ]
    assert picture_of(drawn).getpixel((320, 240)) == (0xFF, 0x7F, 0x0E, 255)
    assert picture_of(drawn).getpixel((420, 240)) == (0x94, 0x67, 0xBD, 255)
