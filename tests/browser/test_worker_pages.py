"""The worker pages in a real browser: sign in, label a picture, mark a text, fill in a page of
one's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.worker_site import CLASSES, Site, samples, shoot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def see_picture(page: Page) -> None:
    image = page.locator(".crowd-picture img")
    assert image.evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 640


def test_a_person_labels_a_picture_by_clicking(site: Site, page: Page) -> None:
    """Without it nobody could try the worker's side: sign in by a link, read the instructions,
    pick, submit.
    """
    site.put_pictures(samples()[:2])
    site.put_page(CLASSES)
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


def test_entities_are_marked_by_mouse_and_keyboard_in_code_points(site: Site, page: Page) -> None:
    """Offsets in UTF-16 units would be off by one after each emoji."""
    text = "🍐 Ana met Noor in Lyon"
    site.world.lines([{"source": text}])
    ui = {
        "UiConfig": {
            "HumanTaskUiArn": (
                "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"
            )
        }
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
    assert [
        (e["label"], "".join(list(text)[e["startOffset"] : e["endOffset"]])) for e in found
    ] == [
        ("Person", "Ana"),
        ("Place", "Lyon"),
    ]


def test_declining_and_returning_give_the_task_to_others(site: Site, page: Page) -> None:
    """Held tasks that never come back are how jobs hang at 99 %."""
    site.put_pictures(samples()[:2])
    site.put_page(CLASSES)
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


def test_the_small_elements_of_a_custom_page_answer_as_documented(site: Site, page: Page) -> None:
    """Custom workflows read these shapes in their own functions."""
    template = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
    <crowd-card heading="Review"><p>{{ task.input.taskObject }}</p><input name="plain"
      value="kept"></crowd-card>
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
    site.put_page(template)
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


def test_a_script_in_a_template_does_not_run(site: Site, browser: Browser) -> None:
    """A template is other people's HTML; its script would act in the worker's name."""
    site.put_pictures(samples()[:1])
    evil = CLASSES + (
        "<script>document.title = 'stolen'</script><img src=x onerror=\"document.title='stolen'\">"
    )
    site.put_page(evil)
    site.world.job("ripeness", "ImageMultiClass", ["unripe", "ripe"])
    site.world.later(2)
    # its console tells of the refused script, which would fail the usual one
    page = browser.new_page()
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/ripeness")
    see_picture(page)
    assert page.title() != "stolen"
    page.close()


def test_the_page_in_the_dark(site: Site, browser: Browser) -> None:
    """Half of the workers sit before a dark screen; a white flash at every task would drive them
    away.
    """
    site.put_pictures(samples()[:1])
    site.put_page(CLASSES)
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


def test_the_rarer_small_elements(site: Site, page: Page) -> None:
    """Tabs, windows, switches and signs of AWS's own samples: a page that shows them as bare text
    cannot be used.
    """
    template = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script><crowd-form>
    <short-instructions id="brief">In brief<crowd-badge icon="star"
      for="brief"/></short-instructions>
    <full-instructions header="All of it"><p>At length</p></full-instructions>
    <crowd-tabs><crowd-tab header="Text"><p>{{ task.input.taskObject }}</p></crowd-tab>
    <crowd-tab header="Notes"><crowd-input label="Note"
      name="note"></crowd-input></crowd-tab></crowd-tabs>
    <crowd-modal link-text="See examples" link-type="button">An example</crowd-modal>
    <crowd-toggle-button name="urgent" value="now">Urgent</crowd-toggle-button>
    <crowd-toggle-button name="plain"></crowd-toggle-button>
    <crowd-toast duration="400" opened>Welcome back</crowd-toast>
    <crowd-fab icon="help" title="Help"></crowd-fab>
    <crowd-icon-button icon="report-problem" title="Report"/></crowd-form>"""
    site.world.lines([{"source": "Fine fruit"}])
    site.put_page(template)
    job = site.world.job("custom", "PassThrough", ["x"])
    site.world.later(2)
    page.goto(site.login_url("sub-bo"))
    page.goto(f"{site.server.url}/tasks/custom")
    page.get_by_text("Fine fruit").wait_for()
    shoot(page, "rarer")
    page.get_by_text("Welcome back").wait_for(state="hidden")
    page.get_by_role("button", name="View full instructions").click()
    page.get_by_text("At length").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Text").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("textbox", name="Note").fill("soft")
    page.get_by_role("button", name="See examples").click()
    page.get_by_text("An example").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("switch", name="Urgent").click()
    page.get_by_role("button", name="Help").wait_for()
    page.get_by_role("button", name="Report").wait_for()
    page.locator("#brief crowd-badge").filter(has_text="★").wait_for()
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("No more tasks for you here").wait_for()
    assert site.answers(job) == [{"note": "soft", "urgent": {"now": True}, "plain": {"on": False}}]
