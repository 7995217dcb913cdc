"""A preview is a picture too, taken by a browser that reaches nothing but the page's own links."""

from __future__ import annotations

import io
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.base.chromium import Chromium, NoPicture
from bot.sandbox.workspace import seed
from tests.browser.conftest import CHROMIUM
from tests.stories.test_preview import given, previewed
from tests.stories.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

COMMAND = f"{CHROMIUM} --no-sandbox"


def test_preview_comes_with_a_picture_of_the_page(browser: Browser, tmp_path: Path) -> None:  # noqa: ARG001 - without one there is nothing to try
    """Without this, whoever reads Slack on a phone would see no preview at all."""
    world = World(tmp_path, chromium=COMMAND)
    try:
        previewed(world, "drawn", source=f"s3://{seed.RAW}/ripeness/")
        files = given(world)["files"]
        assert [one["name"] for one in files] == ["drawn-preview.html", "drawn-preview.png"]
        address = f"{world.services.slack_url}/files/{files[1]['id']}/{files[1]['name']}"
        with urllib.request.urlopen(f"{address}?user=U0MARA", timeout=10) as answer:
            body = answer.read()
        with Image.open(io.BytesIO(body)) as picture:
            assert picture.size[0] == 1280
            colours = picture.convert("RGB").getcolors(1 << 21)
            assert colours is not None
            assert len(colours) > 1_000, "the object is seen"
    finally:
        world.stop()


def test_page_of_a_picture_reaches_nothing_else(browser: Browser, tmp_path: Path) -> None:  # noqa: ARG001 - as above
    """Without this, a template of a requester's own could look about on the bot's machine."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        here = f"127.0.0.1:{server.server_port}"
        page = (
            f'<iframe src="file://{secret}"></iframe><img src="http://{here}/a.png">'
            f'<img src="http://{here}/b.png?X-Amz-Signature=1">'
            f'<script>new WebSocket("ws://{here}/c"); fetch("http://{here}/d")</script>'
        )
        reached = [f"http://{here}/b.png?X-Amz-Signature=1"]
        chromium = Chromium.of(COMMAND)
        assert chromium is not None
        chromium.picture(page, "http://page.invalid/", [], step=lambda: None)
        assert asked == []
        drawn = chromium.picture(page, "http://page.invalid/", reached, step=lambda: None)
        assert drawn.startswith(b"\x89PNG")
        assert "/b.png?X-Amz-Signature=1" in asked
        assert not {"/a.png", "/d"} & set(asked)
        server.shutdown()


def test_browser_that_does_not_start_is_said() -> None:
    """Without this, a machine with a broken Chromium would have no previews at all."""
    for command in ("/bin/false", "/nowhere/chromium"):
        broken = Chromium.of(command)
        assert broken is not None
        with pytest.raises(NoPicture):
            broken.picture("<p>x</p>", "http://page.invalid/", [], step=lambda: None)
    assert Chromium.of("none") is None


def test_browser_that_stands_still_is_given_up(tmp_path: Path) -> None:
    """Without this, one browser that hangs would end all previews of a worker."""
    idle = tmp_path / "idle"
    idle.write_text("#!/bin/sh\nexec sleep 60\n")
    idle.chmod(0o755)
    chromium = Chromium.of(str(idle))
    assert chromium is not None
    with pytest.raises(NoPicture, match="not drawn in time"):
        chromium.picture("x", "http://page.invalid/", [], step=lambda: None, seconds=0.5)
