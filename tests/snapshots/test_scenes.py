"""What people see and what Slack and AWS receive stays as it is, unless somebody means it to
change.

`SNAPSHOTS=write make test T=tests/snapshots` writes the scenes down anew; the difference is then to
be read.
"""

import json
import os
from pathlib import Path

import pytest

from tests.snapshots.scenes import SCENES
from tests.snapshots.scribe import Scribe
from tests.stories.world import World

SEEN = Path(__file__).with_name("seen")


@pytest.mark.parametrize("name", SCENES)
def test_scene_is_seen_as_it_was(name: str, tmp_path: Path) -> None:
    """Without this, a rebuilt house could change a word, a button's id or a request and nobody
    would notice.
    """
    world = World(tmp_path, form_wait=2.5)  # how fast the machine is, is not the point
    try:
        world.begin()
        scribe = Scribe(world)
        SCENES[name](world, scribe)
    finally:
        world.stop()
    seen = (
        "\n".join(
            json.dumps(page, ensure_ascii=False, indent=1, sort_keys=True) for page in scribe.pages
        )
        + "\n"
    )
    file = SEEN / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        SEEN.mkdir(exist_ok=True)
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8")
