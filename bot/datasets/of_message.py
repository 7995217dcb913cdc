"""The pictures of a message for a dataset (pure): which files are taken, and the window that asks
for which dataset.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.base import forms
from bot.base.blocks import Block, cut, input_block, modal, option, section, select, typed
from bot.base.errors import Refusal
from bot.base.forms import VALUE
from bot.brought.brought import FILES_MAX, Brought, TooManyFiles, is_zip, shown
from bot.datasets.source import Source
from bot.datasets.sources.pictures import MEDIA

THESE_SHORTCUT, THESE_VIEW = "dataset_these", "dataset_these_view"
NEW = "new"
_WHICH = "dataset"
_MENU = 99  # Slack: 100 options, one of which is a new dataset
_OPTION, _NAME, _NAMED = 75, 60, 3


class NoPictures(Refusal):
    """This message has no pictures for a dataset. Choose Add to a dataset on a message with .jpg or
    .png files, or with a zip of them.
    """


def pictures(files: Sequence[Brought]) -> tuple[tuple[Brought, ...], str]:
    """Those files of a message that a dataset takes, and words about the others ("" for none).

    Raises:
        NoPictures: there are none.
        TooManyFiles: there are more than 30.

    """
    fit = tuple(one for one in files if is_zip(one.name) or one.name.lower().endswith(MEDIA))
    if not fit:
        raise NoPictures
    if len(fit) > FILES_MAX:
        raise TooManyFiles
    return fit, _left_out([one.name for one in files if one not in fit])


def _left_out(names: Sequence[str]) -> str:
    if not names:
        return ""
    named = ", ".join(cut(each, _NAME) for each in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Left out, for Rekognition trains on JPEG and PNG files only: {named}{more}."


def window(
    files: Sequence[Brought], ready: Sequence[tuple[str, Source]], draft_id: str, left_out: str
) -> Block:
    """The window over the files, with the channel's datasets that are ready, by their ids, newest
    first.
    """
    known = [option(_called(source), dataset_id) for dataset_id, source in ready[:_MENU]]
    choice = select(VALUE, [option("A new dataset", NEW), *known], NEW)
    hint = "Of this channel, as far as they are ready. What a new one asks stands on the next page."
    if len(ready) > _MENU:
        hint = f"The newest {_MENU}. [Add pictures…] below /dataset show NAME serves older ones."
    words = f"{typed(shown(files), 600)}\n{typed(left_out, 600)}".rstrip()
    return modal(
        "Add to a dataset",
        [section(words), input_block("Dataset", choice, _WHICH, hint=hint)],
        callback_id=THESE_VIEW,
        submit="Next",
        close="Cancel",
        metadata={"draft": draft_id, "left_out": left_out},
    )


def read(view: Mapping[str, Any]) -> str:
    """The id of the dataset that was chosen; `NEW` for none."""
    given = forms.answers(view).get(_WHICH) or {}
    return forms.Answer(next(iter(given.values()), {})).text or NEW


def carried(view: Mapping[str, Any]) -> tuple[str, str]:
    """The number of the draft that holds the files, and the words about those left out."""
    kept = json.loads(view.get("private_metadata") or "{}")
    return str(kept.get("draft") or ""), str(kept.get("left_out") or "")


def _called(source: Source) -> str:
    """The dataset in the menu: two of a name differ by their project and set."""
    return cut(f"{source.called} · {source.type_words} set of {source.project}", _OPTION)
