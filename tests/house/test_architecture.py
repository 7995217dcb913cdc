"""What docs/architecture.md shows of the code is in the code."""

import re

from tests.house.trees import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text()
SHOWN = re.findall(
    r"`((?:bot|commands)/[a-z_/.]+)`[^`]*\n\n```(?:python|json)\n(.*?)```", TEXT, re.DOTALL
)


def test_every_excerpt_is_the_code() -> None:
    """An example that the code has left behind teaches what is no longer done."""
    assert len(SHOWN) >= 5
    assert [file for file, lines in SHOWN if lines not in (ROOT / file).read_text()] == []
    assert [file for file, lines in SHOWN if len(lines.splitlines()) > 12] == []
