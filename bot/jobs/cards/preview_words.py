"""What is said beside a preview (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.base.blocks import code, cut, section, typed
from bot.delivery.message import Message
from bot.jobs.draft import Draft

_TITLE = 100
_TEXT = 80  # characters of an object that is a text


def title(draft: Draft) -> str:
    """The file's title."""
    return cut(f"Preview of {draft.title or draft.job_name}", _TITLE)


def coming(draft: Draft) -> Message:
    """That it is being made."""
    said = (
        f"The preview of *{typed(draft.title or draft.job_name, _TITLE)}* is being made; it comes "
        "into your direct messages with Labeljob."
    )
    return Message(said, [section(said)])


def words(draft: Draft, line: Mapping[str, Any], notes: Sequence[str]) -> str:
    """What the file is, of which object, and where it differs from what workers will see."""
    lead = (
        f"What workers will see of *{typed(draft.title or draft.job_name, _TITLE)}*, with the "
        f"first object, {_called(line)}. Open the file in a browser; its pictures show for a few "
        "minutes."
    )
    return "\n".join([lead, *(typed(note, 500) for note in notes)])


def _called(line: Mapping[str, Any]) -> str:
    if "source-ref" in line:
        return code(str(line["source-ref"]), 300)
    return f"“{typed(str(line.get('source', '')), _TEXT)}”"
