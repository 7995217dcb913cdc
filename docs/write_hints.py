"""Write the usage hints of manifest.yml from the lists of actions.

For maintainers: `make manifest` after an action was added, renamed or taken away. Slack learns of
it when the manifest is pasted there again.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from commands.actions import HINTS

MANIFEST = Path(__file__).parents[1] / "manifest.yml"


def written(manifest: str, hints: Mapping[str, str]) -> str:
    """The manifest with the hint of each command; all else stays as it is, comments too.

    Raises:
        ValueError: a command is not in the manifest, or has no line for its hint there.

    """
    for command, hint in hints.items():
        line = re.search(rf"- command: {command}\n(?: {{6}}.*\n)*? {{6}}usage_hint: (.*)", manifest)
        if line is None:
            raise ValueError(f"manifest.yml has no {command} with a description and a usage_hint.")
        manifest = f"{manifest[: line.start(1)]}{hint}{manifest[line.end() :]}"
    return manifest


if __name__ == "__main__":
    try:
        MANIFEST.write_text(written(MANIFEST.read_text(encoding="utf-8"), HINTS), encoding="utf-8")
    except ValueError as missing:
        sys.exit(str(missing))
