"""Pictures in blocks that are files of the workspace: which may be used, and who may see them from
then on.

Promises that a block can show only a picture which the app itself may see, and that whoever can
read the message or the view can also load the picture in it.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.sandbox.slack import files
from bot.sandbox.slack.block_kit.report import Problem
from bot.sandbox.slack.people import bot_user_id
from bot.sandbox.slack.validate import slack_files

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON
    from bot.sandbox.slack.state import Workspace

__all__ = ["show_files", "unusable_files"]

PICTURES = {".png", ".jpg", ".jpeg", ".gif"}
# Both addresses that a file has: the private one ends in TEAM-FILE, the permalink in /files/FILE.
FILE_IN_URL = re.compile(r"/(?:files-pri/[A-Z0-9]+-|files/)(F[A-Z0-9]+)(?:/|$)")


def _file_id(named: JSON) -> str:
    if named.get("id") is not None:
        return str(named["id"])
    found = FILE_IN_URL.search(str(named.get("url")))
    return found.group(1) if found else ""


def unusable_files(
    workspace: Workspace, blocks: list[JSON] | None, surface: str = "message"
) -> list[Problem]:
    """Problems of files that are not there, not finished, no pictures, or not the app's to show."""
    code = "invalid_blocks" if surface == "message" else "invalid_arguments"
    problems = []
    for place, named in slack_files(blocks, surface) if blocks else []:
        row = files.file_row(workspace, _file_id(named))
        usable = (
            row is not None
            and row["state"] == "done"
            and files.is_ready(workspace, json.loads(row["data"]))
            and files.may_see(workspace, row, bot_user_id(workspace))
            and PurePosixPath(json.loads(row["data"])["name"]).suffix.lower() in PICTURES
        )
        if not usable:
            problems.append(Problem(code, "invalid slack file", place))
    return problems


def show_files(
    workspace: Workspace,
    blocks: list[JSON] | None,
    *,
    channel: str = "",
    person: str = "",
    surface: str = "message",
) -> None:
    """Let the readers of a channel, or one person, see the files that these blocks show.

    UNSURE: that a file which was shared nowhere can be seen by the readers of a block that shows
    it; and whether they lose it again with the message. Here they can, and keep it.
    """
    for _place, named in slack_files(blocks, surface) if blocks else []:
        with workspace.store.write():
            row = files.file_row(workspace, _file_id(named))
            if row is None:
                continue
            data: JSON = json.loads(row["data"])
            shown_in = dict.fromkeys([*data.get("shown_in", []), *([channel] if channel else [])])
            shown_to = dict.fromkeys([*data.get("shown_to", []), *([person] if person else [])])
            files.set_file(
                workspace, row["id"], row["state"], shown_in=list(shown_in), shown_to=list(shown_to)
            )
