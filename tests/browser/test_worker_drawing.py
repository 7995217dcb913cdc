"""The drawing tools in a real browser: what is clicked or typed becomes exactly the answer that AWS
documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.worker_site import BOXES, Site, Work, corners, near, shoot, tool_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = {"height": 480, "width": 640}


def test_boxes_by_mouse_and_by_keyboard_are_kept_in_image_pixels(site: Site, page: Page) -> None:
    """Boxes in screen pixels would be wrong on every other screen; without keys some workers could
    draw none.
    """
    page.set_viewport_size({"width": 1000, "height": 700})
    work = Work(site, page, BOXES, "BoundingBox")
    seen = page.locator(".crowd-canvas svg").bounding_box()
    assert seen is not None
    assert seen["width"] != pytest.approx(640)
    work.keys("2")
    work.drag((100, 120), (200, 260))
    work.keys(
        "Escape",
        "4",
        "Enter",
        "ArrowRight",
        "ArrowDown",
        "Shift+ArrowLeft",
        "Control+ArrowUp",
        "Enter",
    )
    page.get_by_text("2 boxes").wait_for()
    shoot(page, "boxes")
    drawn = work.submit("boundingBox")
    assert drawn["inputImageProperties"] == SIZE
    by_mouse, by_keyboard = drawn["boundingBoxes"]
    assert by_mouse["label"] == "pear"
    wanted = {"left": 100, "top": 120, "width": 100, "height": 140}
    assert all(abs(by_mouse[side] - length) <= 1 for side, length in wanted.items())
    assert by_keyboard == {
        "height": 120,
        "label": "it's a lemon",
        "left": 250,
        "top": 189,
        "width": 150,
    }


def test_a_placed_box_can_be_relabeled_removed_and_brought_back_by_keyboard(
    site: Site, page: Page
) -> None:
    """A slip that cannot be undone by keyboard would force such a worker to return the task."""
    work = Work(site, page, BOXES, "BoundingBox")
    work.keys("Enter", "Enter", "Enter", "ArrowUp", "Enter", "n", "3", "n", "Delete")
    page.get_by_text("1 box", exact=True).wait_for()
    work.keys("Control+z")
    page.get_by_text("2 boxes", exact=True).wait_for()
    work.keys("Control+z")
    work.says("Undone")
    work.keys("Control+y", "Control+y")
    page.get_by_text("1 box", exact=True).wait_for()
    page.keyboard.press("Control+Enter")
    page.get_by_text("No more tasks for you here").wait_for()
    boxes = site.answers(work.job)[0]["boundingBox"]["boundingBoxes"]
    assert [box["label"] for box in boxes] == ["orange"]


def test_a_box_just_drawn_keeps_its_label_when_the_next_ones_is_picked(
    site: Site, page: Page
) -> None:
    """Without this, whoever picks a label before each box would give it to the box before as
    well, and send wrong labels without seeing it.
    """
    work = Work(site, page, BOXES, "BoundingBox")
    work.keys("2")
    work.drag((60, 60), (120, 140))
    page.locator(".crowd-choices").get_by_text("apple").click()
    work.says("Next box: apple")
    work.drag((200, 60), (280, 140))
    work.keys("3", "Enter", "ArrowRight", "Enter", "4")
    work.says("Next box: it's a lemon")
    shoot(page, "labels-kept")
    work.click((90, 100))
    page.locator(".crowd-choices").get_by_text("orange").click()
    work.says("This box is now: orange")
    drawn = work.submit("boundingBox")
    assert [box["label"] for box in drawn["boundingBoxes"]] == ["orange", "apple", "orange"]


def test_a_polygon_by_mouse(site: Site, page: Page) -> None:
    """Each press is a corner, the first corner closes; a press inside another polygon begins a new
    one.
    """
    page.set_viewport_size({"width": 1000, "height": 700})
    work = Work(site, page, tool_page("polygon"))
    work.keys("4")
    work.click((100, 100), (300, 100), (300, 300), (100, 300), (101, 101))
    work.keys("1")
    work.click((150, 150), (250, 150), (200, 250))
    work.keys("Enter")
    page.get_by_text("2 polygons").wait_for()
    shoot(page, "polygon")
    drawn = work.submit()
    assert drawn["inputImageProperties"] == SIZE
    assert [one["label"] for one in drawn["polygons"]] == ["it's a lemon", "apple"]
    assert near(drawn["polygons"][0]["vertices"], [(100, 100), (300, 100), (300, 300), (100, 300)])
    assert near(drawn["polygons"][1]["vertices"], [(150, 150), (250, 150), (200, 250)])
    assert drawn.keys() == {"inputImageProperties", "polygons"}


def test_a_polygon_by_keyboard_alone(site: Site, page: Page) -> None:
    """Who cannot use a mouse draws, corrects and closes with keys, and hears where the cross is."""
    work = Work(site, page, tool_page("polygon"))
    work.keys("2", "Enter", "ArrowRight*5")
    work.says("left 370, top 240")
    work.keys(
        "Enter", "ArrowDown*3", "Enter", "Backspace", "ArrowDown*4", "Control+ArrowLeft", "Enter"
    )
    work.says("Point 3 of pear: left 369, top 280")
    work.keys("Enter")
    work.says("Placed: pear, 3 points")
    work.keys("n", "]", "]", "ArrowUp", "3")
    work.says("This polygon is now: orange")
    drawn = work.submit()
    assert drawn["polygons"][0]["label"] == "orange"
    assert corners(drawn["polygons"][0]["vertices"]) == [(320, 240), (370, 230), (369, 280)]


def test_a_polygon_does_not_cross_itself_and_is_not_lost_half_drawn(site: Site, page: Page) -> None:
    """AWS's tool prevents crossing lines; a polygon that was begun must not vanish with Submit."""
    work = Work(site, page, tool_page("polygon"))
    work.click((100, 100), (200, 200), (200, 100), (100, 200))
    work.says("would cross")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("A polygon is begun but not finished").wait_for()
    work.keys("Enter")
    drawn = work.submit()
    assert near(drawn["polygons"][0]["vertices"], [(100, 100), (200, 200), (200, 100)])


def test_dragging_a_corner_and_taking_steps_back(site: Site, page: Page) -> None:
    """A corner that is a little off is moved, not drawn again; every step can be taken back and
    done again.
    """
    work = Work(site, page, tool_page("polygon"))
    work.click((100, 100), (300, 100), (200, 300))
    work.keys("Control+z")
    work.says("Point removed")
    work.keys("Control+Shift+z")
    work.says("is back")
    work.keys("Enter")
    work.click((200, 100))  # the line between the first two corners: chooses the polygon
    work.drag((300, 100), (340, 120))
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Redo").click()
    drawn = work.submit()
    assert near(drawn["polygons"][0]["vertices"], [(100, 100), (340, 120), (200, 300)])


def test_zoomed_in_every_press_still_means_an_image_pixel(site: Site, page: Page) -> None:
    """Fine outlines need zoom; an answer that was scaled with it would be wrong without anybody
    seeing it.
    """
    work = Work(site, page, tool_page("polygon"))
    work.keys("+", "+", "+")
    work.says("Zoom 300 %")
    shoot(page, "zoomed")
    work.click((300, 220), (340, 220), (340, 260))
    work.keys("Enter", "0")
    work.says("Zoom 100 %")
    drawn = work.submit()
    assert near(drawn["polygons"][0]["vertices"], [(300, 220), (340, 220), (340, 260)])


def test_in_a_narrow_window_every_press_still_means_an_image_pixel(site: Site, page: Page) -> None:
    """On a telephone the picture is shown at half its size."""
    page.set_viewport_size({"width": 400, "height": 800})
    work = Work(site, page, tool_page("keypoint"))
    page.locator(".crowd-canvas").scroll_into_view_if_needed()
    work.click((600, 40), (20, 460))
    drawn = work.submit()
    assert all(
        abs(point["x"] - x) <= 2 for point, x in zip(drawn["keypoints"], (600, 20), strict=True)
    )


def test_polylines_with_what_was_there_before(site: Site, page: Page) -> None:
    """AWS shows earlier lines with remarks inside the attribute; who changes nothing must be told
    from who does.
    """
    earlier = """label-colors="['#112233']" initial-value="{
      polylines: [
      { label: 'apple', // the first one
        vertices: [ { x: 84, y: 110 }, { x: 60, y: 100 } ] },
      { label: 'pear', vertices: [{x: 10, y: 20}, {x: 30, y: 40}, {x: 50, y: 20},] },
      { label: 'unheard of', vertices: [{x: 1, y: 2}, {x: 3, y: 4}] } ] }" """
    work = Work(site, page, tool_page("polyline", earlier))
    page.get_by_text("2 polylines").wait_for()
    work.keys("3")
    work.click((400, 100), (450, 200), (400, 300))
    work.keys("Enter")
    shoot(page, "polyline")
    drawn = work.submit()
    assert [one["label"] for one in drawn["polylines"]] == ["apple", "pear", "orange"]
    assert corners(drawn["polylines"][0]["vertices"]) == [(84, 110), (60, 100)]
    assert near(drawn["polylines"][2]["vertices"], [(400, 100), (450, 200), (400, 300)])
    assert drawn["initialValueModified"] is True
    assert drawn["inputImageProperties"] == SIZE


def test_a_polyline_by_keyboard_may_cross_itself(site: Site, page: Page) -> None:
    """A polyline is open and may run over itself, other than a polygon."""
    work = Work(site, page, tool_page("polyline"))
    work.keys(
        "Enter",
        "ArrowRight*4",
        "Enter",
        "ArrowDown*4",
        "ArrowLeft*2",
        "Enter",
        "ArrowUp*8",
        "Space",
        "Enter",
    )
    work.says("Placed: apple, 4 points")
    drawn = work.submit()
    assert corners(drawn["polylines"][0]["vertices"]) == [
        (320, 240),
        (360, 240),
        (340, 280),
        (340, 200),
    ]
    assert "initialValueModified" not in drawn


def test_lines_have_two_ends(site: Site, page: Page) -> None:
    """A line is done with its second press; its ends can be moved by keys."""
    work = Work(site, page, tool_page("line", """initial-value="{lines: []}" """))
    work.click((100, 100), (200, 150))
    page.get_by_text("1 line", exact=True).wait_for()
    work.keys("2", "Enter")
    work.says("The cross is here")
    work.keys("Enter")
    work.says("Point 1 of pear: left 200, top 150")
    work.keys("ArrowDown*5", "Enter", "n", "[", "ArrowRight")
    drawn = work.submit()
    assert drawn["initialValueModified"] is True
    assert [one["label"] for one in drawn["lines"]] == ["apple", "pear"]
    assert near(drawn["lines"][0]["vertices"], [(100, 100), (210, 150)])
    assert near(drawn["lines"][1]["vertices"], [(200, 150), (200, 200)])


def test_key_points_by_mouse_and_by_keyboard(site: Site, page: Page) -> None:
    """A key point is one press or one Enter; it is moved by dragging or by arrows, and removed by
    Backspace.
    """
    marks = "[{'label': 'pear', 'x': 22, 'y': 29}, {'label': 'plum', 'x': 1, 'y': 1}]"
    earlier = f'initial-value="{marks}" '
    work = Work(site, page, tool_page("keypoint", earlier))
    work.click((100, 200))
    work.drag((100, 200), (140, 220))
    work.keys("Escape", "4", "ArrowDown*2", "Enter", "n", "ArrowRight", "Backspace")
    work.says("Removed: pear, left 32, top 29")
    shoot(page, "keypoint")
    drawn = work.submit()
    assert drawn.keys() == {"inputImageProperties", "keypoints"}
    by_mouse, by_keyboard = drawn["keypoints"]
    assert by_mouse["label"] == "apple"
    assert near([by_mouse], [(140, 220)])
    assert by_keyboard["label"] == "it's a lemon"
    assert near([by_keyboard], [(140, 240)])


def test_a_picture_that_is_gone_is_said_and_nothing_is_submitted(
    site: Site, browser: Browser
) -> None:
    """A worker who sees nothing must not send an empty answer that counts as labeled."""
    site.world.lines([{"source-ref": "s3://orchard/gone.jpg"}])
    site.put_page(tool_page("polygon"))
    site.world.job("draw", "PassThrough", ["x"])
    site.world.later(2)
    # its console tells of the missing picture, which would fail the usual one
    page = browser.new_page()
    page.goto(site.login_url("sub-lin"))
    page.goto(f"{site.server.url}/tasks/draw")
    page.get_by_text("The picture could not be loaded. Return the task.").wait_for()
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("nothing can be drawn").wait_for()
    page.close()
