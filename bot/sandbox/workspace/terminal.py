"""`labeljob manifest` as somebody in the practice account types it in a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.addresses import Addresses
from bot.sandbox.workspace.person import PracticeError


def manifest_command(
    addresses: Addresses, folder: Path, command: str, *words: str
) -> dict[str, Any]:
    """What `labeljob manifest` answers to this command with `--json`, started in `folder`.

    Raises:
        PracticeError: it answered nothing.

    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    ran = subprocess.run(  # noqa: S603 - our own program with our own words
        [sys.executable, "-m", "bot", "manifest", command, "--json", *words],
        env={**kept, **addresses.environment()},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if not ran.stdout:
        raise PracticeError(f"labeljob manifest {command} failed: {ran.stderr[-500:]}")
    return dict(json.loads(ran.stdout))
