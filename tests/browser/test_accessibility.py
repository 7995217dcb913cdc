"""The pages of both stand-ins for people who do not see them, see them badly, use no mouse, or have
little room.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import complaints, stops
from tests.browser.practice import (
    DATA,
    EVERY_FIELD,
    Workspace,
    message,
    open_form,
    opened_tab,
    option,
    plain,
    visit,
)
from tests.browser.worker_site import BOXES, CLASSES, Site, new_site, samples, tool_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SCHEMES: list[Any] = ["light", "dark"]
CARD: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Ripeness")},
    {
        "type": "section",
        "text": {
            "type": "mrkdwn",
            "text": "*612* of 1,240 pictures, see <https://example.com|the guide> `now`",
        },
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": [option("stop"), option("clone")],
        },
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "by <@U0LIN> in <#C0DATA>"}]},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "a", "text": plain("Refresh"), "style": "primary"},
            {"type": "button", "action_id": "b", "text": plain("Stop"), "style": "danger"},
            {
                "type": "static_select",
                "action_id": "c",
                "options": [option("ripe")],
                "placeholder": plain("Choose"),
            },
        ],
    },
    {
        "type": "data_table",
        "caption": "Who",
        "rows": [
            [{"type": "raw_text", "text": "Name"}, {"type": "raw_text", "text": "Count"}],
            [
                {"type": "raw_text", "text": "Lin"},
                {"type": "raw_number", "value": 1240, "text": "1,240"},
            ],
        ],
    },
]
ENTITIES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-entity-annotation name="who" header="Mark the names" text="Ana met Noor in Lyon"
    labels="[{'label': 'Person', 'shortDisplayName': 'per'}, {'label': 'Place', 'shortDisplayName':
      'loc'}]">
    <full-instructions header="Names"><p>Mark whole names.</p></full-instructions>
    <short-instructions>Mark names.</short-instructions>
  </crowd-entity-annotation>
</crowd-form>"""
SMALL = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-alert type="info">Take your time.</crowd-alert>
  <crowd-card><h2>Questions</h2></crowd-card>
  <crowd-input name="word" label="One word"></crowd-input>
  <crowd-text-area name="why" label="Why"></crowd-text-area>
  <crowd-checkbox name="sure" value="yes">I am sure</crowd-checkbox>
  <crowd-radio-group><crowd-radio-button name="left" value="1">Left</crowd-radio-button>
  <crowd-radio-button name="right" value="2">Right</crowd-radio-button></crowd-radio-group>
  <crowd-slider name="much" min="0" max="10"></crowd-slider>
</crowd-form>"""
RARER = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <short-instructions id="brief">In brief<crowd-badge label="new"
    for="brief"></crowd-badge></short-instructions>
  <crowd-tabs><crowd-tab header="One"><p>Text</p></crowd-tab><crowd-tab
    header="Two">More</crowd-tab></crowd-tabs>
  <crowd-modal link-text="See examples">An example</crowd-modal>
  <crowd-toggle-button name="urgent">Urgent</crowd-toggle-button>
  <crowd-toast duration="60000" opened>Welcome back</crowd-toast>
  <crowd-fab icon="help" title="Help"></crowd-fab>
  <crowd-icon-button icon="flag" title="Report"></crowd-icon-button>
</crowd-form>"""


def prepared(space: Workspace) -> str:
    """A channel with a card, a thread under it and a message to one person; gives the card's ts."""
    ts = space.say(DATA, "Ripeness: 612 of 1,240", CARD)
    space.say(DATA, "Half of it is done.", thread_ts=ts)
    space.client.chat_postEphemeral(channel=DATA, user="U0MARA", text="only for you")
    return ts


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_workspace_can_be_read_by_everybody(
    browser: Browser, space: Workspace, scheme: Any
) -> None:
    """Every control says its name, every text stands out, every reference holds: in the channel, a
    thread, a form.
    """
    ts = prepared(space)
    with opened_tab(browser, color_scheme=scheme) as page:
        visit(page, space)
        expect(message(page, ts)).to_contain_text("1,240")
        assert complaints(page) == []
        page.get_by_test_id("composer").fill("/")
        expect(page.get_by_role("option").first).to_be_visible()
        assert complaints(page) == []
        page.keyboard.press("Escape")
        page.get_by_test_id("composer").fill("")
        open_form(page, space, EVERY_FIELD)
        assert complaints(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("modal")).to_have_count(0)
        page.goto(f"{space.url}/journal")
        expect(page.get_by_text("chat.postMessage").first).to_be_visible()
        assert complaints(page) == []


def test_the_workspace_in_a_narrow_window(browser: Browser, space: Workspace) -> None:
    """On a telephone's width nothing is cut off at the side, and forms can be filled."""
    ts = prepared(space)
    with opened_tab(browser, viewport={"width": 360, "height": 740}) as page:
        visit(page, space)
        expect(message(page, ts)).to_contain_text("1,240")
        assert complaints(page) == []
        modal = open_form(page, space, EVERY_FIELD)
        assert complaints(page) == []
        box = modal.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_where_tab_stops(browser: Browser, space: Workspace) -> None:
    """Tab goes from top to bottom, never jumps, never lands on something unseen, and always shows
    where it is.
    """
    ts = prepared(space)
    with opened_tab(browser) as page:
        visit(page, space)
        expect(message(page, ts)).to_be_visible()
        found = stops(page)
        assert len(found) > 15
        assert [stop["html"] for stop in found if not stop["shown"]] == []
        assert [stop["html"] for stop in found if not stop["marked"]] == []
        order = [stop["at"] for stop in found]
        # One round may begin in the middle, where the composer has the focus: then it wraps once,
        # and only once.
        assert sum(later < earlier for earlier, later in pairwise(order)) <= 1


def test_the_screen_reader_hears_roles(browser: Browser, space: Workspace) -> None:
    """A reader finds the channels, the messages, the composer and a form by their roles and names
    alone.
    """
    ts = prepared(space)
    with opened_tab(browser) as page:
        visit(page, space)
        expect(message(page, ts)).to_be_visible()
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("navigation").first).to_be_visible()
        expect(page.get_by_role("heading", name="orchard-data")).to_be_visible()
        expect(page.get_by_role("combobox", name="Message #orchard-data")).to_be_visible()
        expect(page.get_by_role("button", name="Refresh", exact=True)).to_be_visible()
        expect(page.get_by_role("table", name="Who")).to_be_visible()
        open_form(page, space, EVERY_FIELD)
        form = page.get_by_role("dialog", name="New thing")
        expect(form.get_by_role("textbox", name="Name")).to_be_visible()
        for name in ("Kind", "Team", "Who"):
            expect(form.get_by_role("combobox", name=name).first).to_be_attached()
        for group in ("Also", "Split"):
            either = form.get_by_role("group", name=group).or_(
                form.get_by_role("radiogroup", name=group)
            )
            expect(either).to_be_visible()


# -- the worker's side
# ----------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The worker pages with two pictures to label."""
    for made in new_site(tmp_path):
        made.put_pictures(samples()[:2])
        yield made


def at_work(site: Site, page: Page, template: str) -> None:
    """Open a task of a job with this page."""
    site.world.objects.kept["orchard", "page.liquid.html"] = template.encode()
    site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe", "overripe"])
    site.world.later(2)
    page.goto(site.login_url("sub-lin"))
    page.get_by_role("link", name="Start working").click()
    page.get_by_role("button", name="Submit").wait_for()
    for picture in page.locator("img").all():  # a canvas has its picture's size
        picture.evaluate("picture => picture.decode()")


TEMPLATES = {
    "classes": CLASSES,
    "boxes": BOXES,
    "polygons": tool_page("polygon"),
    "key points": tool_page(
        "keypoint", """initial-value="[{'label': 'pear', 'x': 22, 'y': 29}]" """
    ),
    "masks": tool_page("semantic-segmentation"),
    "things": tool_page("instance-segmentation"),
    "entities": ENTITIES,
    "small elements": SMALL,
    "rarer elements": RARER,
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_task_can_be_read_by_everybody(browser: Browser, site: Site, template: str) -> None:
    """Workers are hired for their judgement, not for their eyes or their mouse: every element, by
    day and by night.
    """
    with opened_tab(browser) as page:
        at_work(site, page, TEMPLATES[template])
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 1280, "height": 720})
            assert complaints(page) == [], scheme
            found = stops(page)
            assert [
                stop["html"] for stop in found if not stop["shown"] or not stop["marked"]
            ] == [], scheme
            page.set_viewport_size({"width": 380, "height": 780})
            assert complaints(page) == [], scheme


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_portal_can_be_read_by_everybody(browser: Browser, site: Site, scheme: Any) -> None:
    """Before any task comes the way to it: signing in, the list of jobs, the end of the work."""
    with opened_tab(browser, color_scheme=scheme, viewport={"width": 380, "height": 780}) as page:
        page.goto(site.server.url)
        assert complaints(page) == []
        page.goto(site.login_url("sub-lin"))
        assert complaints(page) == []
