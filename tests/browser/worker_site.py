"""The worker portal with a picture server beside it, and the steps that a worker takes on a task's
page.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.crowd.worker_pages import create_app
from bot.sandbox.http import Server
from bot.sandbox.workspace.sample_pictures import SamplePicture, pictures

sys.path.insert(
    0, str(Path(__file__).parents[1] / "sandbox")
)  # the world of the people side is kept there

from workers_world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page
    from starlette.requests import Request

SCREENSHOTS = os.environ.get("WORKER_SCREENSHOTS", "")
FRUITS = ("apple", "pear", "orange", "it's a lemon")
CLASSES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-image-classifier name="crowd-image-classifier" src="{{ task.input.taskObject |
    grant_read_access }}"
    header="How ripe is the fruit?" categories="{{ task.input.labels | to_json | escape }}">
    <full-instructions header="Ripeness"><p>Look at the <b>skin</b>, never at the
      leaf.</p></full-instructions>
    <short-instructions><p><b>Unripe</b>: green.</p><p><b>Overripe</b>: brown
      spots.</p></short-instructions>
  </crowd-image-classifier>
</crowd-form>"""


def tool_page(tag: str, attributes: str = "", name: str = "annotatedResult") -> str:
    """A page with one drawing tool, its labels in the lax syntax of AWS's own examples."""
    return f"""<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-{tag} name="{name}" src="{{{{ task.input.taskObject | grant_read_access }}}}"
    header="Draw round every fruit" labels="['apple', 'pear', 'orange', 'it's a lemon',]"
      {attributes}>
    <full-instructions header="Fruit"><p>Stem and leaf stay outside.</p></full-instructions>
    <short-instructions>Follow the skin of each fruit.</short-instructions>
  </crowd-{tag}>
</crowd-form>"""


BOXES = tool_page("bounding-box", name="boundingBox")


@cache
def samples() -> tuple[SamplePicture, ...]:
    """The sample pictures, painted once."""
    return tuple(pictures(7))


def tables(number: int) -> list[SamplePicture]:
    """Some of the pictures with several fruits."""
    return [sample for sample in samples() if sample.name.startswith("table-")][5 : 5 + number]


class Aws:
    """What the pages ask of the stand-in, over the test's world."""

    def __init__(self, world: World, s3_origin: str) -> None:
        self.objects = world.objects
        self.crew = world.crew
        self.clock = lambda: world.now
        self._s3_origin = s3_origin

    def grant(self, uri: str) -> str:
        """An address on the picture server."""
        return uri.replace("s3://", f"{self._s3_origin}/")


class Site:
    """The portal and a picture server, each on its own port, and the world behind them."""

    def __init__(self, world: World) -> None:
        def picture(request: Request) -> Response:
            body = world.objects.read("orchard", request.path_params["key"])
            # The rule that Ground Truth asks of every bucket with pictures.
            allowed = {"Access-Control-Allow-Origin": "*"}
            return Response(body or b"", 200 if body else 404, allowed, media_type="image/jpeg")

        self.world = world
        self.s3 = Server(Starlette(routes=[Route("/orchard/{key:path}", picture)])).start()
        self.app = create_app(Aws(world, self.s3.url))
        self.server = Server(self.app).start()

    def stop(self) -> None:
        """End both servers and the store."""
        self.server.stop()
        self.s3.stop()
        self.world.store.close()

    def login_url(self, sub: str) -> str:
        """A link that signs this person in once."""
        return f"{self.server.url}/?login={self.app.portal.login_link(sub)}"

    def put_pictures(self, given: Sequence[SamplePicture]) -> None:
        """Put pictures into the bucket and name them in the manifest."""
        for sample in given:
            self.world.objects.kept["orchard", sample.name] = sample.jpeg
        self.world.lines({"source-ref": f"s3://orchard/{sample.name}"} for sample in given)

    def put_page(self, template: str) -> None:
        """The worker template of the jobs to come."""
        self.world.objects.kept["orchard", "page.liquid.html"] = template.encode()

    def answers(self, job: str) -> list[dict[str, Any]]:
        """What was submitted, in the order of the manifest."""
        with self.world.store.read() as connection:
            rows = connection.execute(
                "SELECT answer FROM assignment WHERE job = ? AND state = 'submitted' ORDER BY line",
                (job,),
            ).fetchall()
        return [json.loads(row["answer"]) for row in rows]

    def states(self, job: str) -> list[str]:
        """How the tasks of a job stand."""
        with self.world.store.read() as connection:
            return [
                r["state"]
                for r in connection.execute("SELECT state FROM assignment WHERE job = ?", (job,))
            ]


def new_site(folder: Path) -> Iterator[Site]:
    """A portal with a team of people, for a fixture."""
    world = World(folder / "aws.db")
    world.team()
    world.of_people()
    made = Site(world)
    yield made
    made.stop()


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page, when WORKER_SCREENSHOTS names a folder."""
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


class Work:
    """One worker at one task with a drawing tool: presses at image pixels, keys, and the answer
    submitted.
    """

    def __init__(
        self, site: Site, page: Page, template: str, kind: str = "PassThrough", **job: Any
    ) -> None:
        self.site, self.page = site, page
        if "kept" not in job:
            site.put_pictures(tables(1))
        job.pop("kept", None)
        site.put_page(template)
        self.job = site.world.job("draw", kind, FRUITS, **job)
        site.world.later(2)
        page.goto(site.login_url("sub-lin"))
        page.goto(f"{site.server.url}/tasks/draw")
        page.locator(".crowd-canvas svg[viewBox='0 0 640 480']").wait_for()

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where an image pixel is on the screen just now."""
        seen = self.page.locator(".crowd-canvas svg").bounding_box()
        assert seen is not None
        return seen["x"] + x * seen["width"] / 640, seen["y"] + y * seen["height"] / 480

    def click(self, *points: tuple[float, float]) -> None:
        """Press the mouse at image pixels."""
        for point in points:
            self.page.mouse.click(*self.at(*point))

    def drag(self, *points: tuple[float, float]) -> None:
        """Press at the first image pixel, go to the others, let go."""
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=4)
        self.page.mouse.up()

    def keys(self, *keys: str) -> None:
        """Press keys in the picture; ``ArrowRight*5`` is five times."""
        self.page.locator(".crowd-canvas").focus()
        for key in keys:
            name, _, times = key.partition("*")
            for _ in range(int(times or 1)):
                self.page.keyboard.press(name)

    def says(self, words: str) -> None:
        """Wait until the line that screen readers speak holds these words."""
        self.page.locator(".crowd-spoken").filter(has_text=words).wait_for()

    def submit(self, name: str = "annotatedResult") -> dict[str, Any]:
        """Submit; gives the answer of this element as it was recorded."""
        self.page.get_by_role("button", name="Submit").click()
        self.page.get_by_text("No more tasks for you here").wait_for()
        found: dict[str, Any] = self.site.answers(self.job)[0][name]
        return found


def near(found: Sequence[dict[str, int]], wanted: Sequence[tuple[float, float]]) -> bool:
    """Whether vertices are those points, to a pixel: a screen's pixel is not always a whole one of
    the image.
    """
    return len(found) == len(wanted) and all(
        isinstance(one["x"], int) and abs(one["x"] - x) <= 1 and abs(one["y"] - y) <= 1
        for one, (x, y) in zip(found, wanted, strict=True)
    )


def corners(found: Sequence[dict[str, int]]) -> list[tuple[int, int]]:
    """Vertices as pairs."""
    return [(one["x"], one["y"]) for one in found]


def picture_of(answer: dict[str, Any]) -> Image.Image:
    """The painted picture in an answer."""
    return Image.open(io.BytesIO(base64.b64decode(answer["labeledImage"]["pngImageData"]))).convert(
        "RGBA"
    )


def colours_of(answer: dict[str, Any]) -> dict[str, int]:
    """How many pixels each colour has in the painted picture of an answer."""
    pixels = picture_of(answer).tobytes()
    counted = Counter(zip(*(pixels[channel::4] for channel in range(4)), strict=True))
    return {
        "nothing" if alpha == 0 else f"#{red:02x}{green:02x}{blue:02x}": number
        for (red, green, blue, alpha), number in counted.items()
    }
