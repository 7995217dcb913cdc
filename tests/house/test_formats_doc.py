"""docs/formats.md tells of the formats that there are."""

import re

from bot.manifests.formats import FORMATS
from tests.house.trees import ROOT


def test_every_format_is_told_as_it_is() -> None:
    """Without this, somebody would choose a format by what it kept once."""
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| [^|]+ \|([^|]*)\|$", text, re.MULTILINE)
    told = {name: (file, unheld.strip()) for name, file, unheld in rows}
    assert told == {
        name: (form.file or "a folder or a zip", form.unheld) for name, form in FORMATS.items()
    }
