"""A project that is deleted with all that is in it (pure): how far that is, and what people read.

Promises: what goes with it is said before, on the card while its minute runs, and afterwards.
"""

import msgspec

from bot.base.blocks import (
    Block,
    actions,
    button,
    count,
    cut,
    input_block,
    modal,
    section,
    text_input,
    typed,
)
from bot.base.forms import VALUE
from bot.delivery.message import Message

WAITING, DELETING = "waiting", "deleting"
DELETED, KEPT = "deleted", "kept"
ENDED = (DELETED, KEPT)

UNDO_ID = "project_undo"
DELETE_VIEW, NAME_FIELD = "project_delete_view", "typed_name"  # callback_id, block_id
_NAME = 100
_WORDS = {
    WAITING: "Being deleted",
    DELETING: "Being deleted",
    DELETED: "Deleted",
    KEPT: "Kept",
}


class Going(msgspec.Struct, frozen=True):
    """A project on its way out: `models` and `sets` counted as it was asked for, `by` whom, `cause`
    why it stays. `arn` is the one project meant: another may be made under its name meanwhile.
    """

    project: str
    channel: str
    by: str
    by_name: str
    models: int = 0
    sets: int = 0
    arn: str = ""
    state: str = WAITING
    cause: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED


def live_card(going: Going, going_id: str) -> Message:
    """The one message about it, edited in place."""
    lead = f"Project {typed(going.project, _NAME)}"
    word, said = _WORDS[going.state], _standing(going)
    blocks: list[Block] = [section(f"*{lead}* · {word}\n{said}")]
    if going.state == WAITING:
        label = f"Keep project {going.project}"
        blocks.append(actions(button("Undo", UNDO_ID, going_id, label=label)))
    return Message(cut(f"{lead}: {word}. {said}", 3500), blocks)


def gone_line(going: Going) -> Message:
    """What a channel hears of it, below something that went with the project: who did it. Where it
    was asked for is not said: that channel may be private.
    """
    text = (
        f"{typed(going.by_name, _NAME)} deleted this with its project "
        f"{typed(going.project, _NAME)}: {_what(going)} in all. Manifests and pictures in S3 stay."
    )
    return Message(text, [section(text)])


def _standing(going: Going) -> str:
    by, what = typed(going.by_name, _NAME), _what(going)
    if going.state == WAITING:
        return f"{by} deletes it in a minute, with {what}."
    if going.state == DELETING:
        return f"{by} deletes it with {what}. That takes some minutes."
    if going.state == DELETED:
        return f"{by} deleted it with {what}. Manifests and pictures in S3 stay."
    said = typed(going.cause, 900).rstrip(".")
    return f"{said}." if said else "Nothing was deleted."


def _what(going: Going) -> str:
    if not going.models and not going.sets:
        return "nothing in it"
    return f"{count(going.models, 'model')} and {count(going.sets, 'dataset')}"


def delete_window(project: str, models: int, sets: int, channel: str, nonce: str) -> Block:
    """What deleting does, to be confirmed by typing the project's name."""
    what = _what(Going(project, channel, "", "", models, sets))
    blocks = [
        section(
            f"*{typed(project, _NAME)}* is deleted at AWS for good, with {what}, whoever made "
            "them. Manifests and pictures in S3 stay. There is a minute to undo it, on its card."
        ),
        input_block(f"Type the project's name: {cut(project, 60)}", text_input(VALUE), NAME_FIELD),
    ]
    return modal(
        "Delete a project",
        blocks,
        callback_id=DELETE_VIEW,
        submit="Delete",
        close="Cancel",
        metadata={"channel": channel, "nonce": nonce, "project": project},
    )
