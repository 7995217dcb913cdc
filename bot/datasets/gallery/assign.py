"""Assign: the pictures of a sheet get other labels, and a dataset more pictures, by somebody who
may change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from bot.base.clock import Clock
from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage, gathered
from bot.brought.brought import Brought
from bot.datasets.actions import CHANGE_RIGHT
from bot.datasets.gallery import adding, boxes, new_labels
from bot.datasets.gallery.classes import Chosen, about_words, line_of
from bot.datasets.gallery.entry import Entry
from bot.datasets.lifecycle import READY
from bot.datasets.records import Dataset
from bot.datasets.source import Source
from bot.datasets.sources.pictures import folder_of
from bot.datasets.updates import NotReady, Updates
from bot.manifests.json_lines import BYTES_KEPT, parse
from bot.manifests.json_words import BadLine
from bot.people.access import Access, Who


class NoBoxes(Refusal):
    """No picture of this sheet has boxes, so there are none to correct."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Gives pictures their labels, and takes more pictures in. `storage` and `questions` have a
    form's patience.
    """

    updates: Updates
    access: Access
    clock: Clock
    open_places: OpenPlaces
    storage: Storage
    questions: Questions

    def check(self, dataset: Dataset, who: Who) -> None:
        """Refuse whoever may not change the dataset's labels.

        Raises:
            NotAllowed, NotHere: with words.

        """
        self.access.require(CHANGE_RIGHT, who, asked_by=dataset.source.asked_by)
        self.access.check_here(dataset.source.channel)

    def classes(self, dataset: Dataset, chosen: Chosen, who: Who) -> bool:
        """Send the pictures with these labels and no others; False where the same is on its way.

        Raises:
            NotAllowed, NotHere, NotReady: with words.

        """
        self.check(dataset, who)
        now = self.clock()
        lines = [line_of(picture, chosen.labels, now) for picture in chosen.pictures]
        return self.updates.change(dataset, lines, who, about_words(chosen))

    def brought(self, begun: Source, view: Mapping[str, Any]) -> tuple[Source, dict[str, str]]:
        """The dataset's source with the files of a window, and what is wrong with them, by
        field; `begun` is what the window began with.
        """
        return adding.read(view, begun, self.open_places.of(begun.channel))

    def begun(self, dataset: Dataset, files: tuple[Brought, ...], user_id: str) -> Source:
        """What the window begins with for the files of a message: the folder of the dataset's first
        picture, as its manifest tells; `user_id` is whose window it is.
        """
        picture = self._first_picture(dataset)
        blank = adding.blank(dataset.source, [picture] if picture else [])
        return msgspec.structs.replace(blank, brought=files, asked_by=user_id)

    def _first_picture(self, dataset: Dataset) -> str:
        """The address of the first picture that was sent; "" where that is not known (in time)."""
        if not dataset.sent_uri:
            return ""
        storage = self.storage.limited_to(self.open_places.of(dataset.source.channel))
        question = partial(storage.beginning, S3Uri.parse(dataset.sent_uri), BYTES_KEPT)
        answers, _faults, _silent = self.questions.ask({"store": question})
        try:
            line = parse(answers.get("store", b"").partition(b"\n")[0])
        except BadLine:
            return ""
        return str(line.get("source-ref") or "")

    def pictures(self, dataset: Dataset, source: Source, who: Who) -> bool:
        """Have files stored and sent; False where the same ones are on their way.

        Raises:
            NotAllowed, NotHere, NotReady: with words.

        """
        self.check(dataset, who)
        folder = folder_of(source.store, source.brought)
        return self.updates.bring(dataset, source.brought, folder, who, adding.about_words(source))

    def names(self, dataset: Dataset, names: Mapping[str, str], who: Who) -> bool:
        """Have labels renamed, or made one; False where the same change is on its way.

        Raises:
            NotAllowed, NotHere, NotReady: with words.

        """
        self.check(dataset, who)
        return self.updates.rename(dataset, names, who)

    def new_labels(self, dataset: Dataset, wanted: Sequence[str], who: Who) -> None:
        """Keep these labels, which no picture has yet, in place of those that were kept; the
        dataset's thread hears of new ones.

        Raises:
            NotAllowed, NotHere, NotReady: with words.
            Stale: somebody else changed the dataset at the same moment.

        """
        self.check(dataset, who)
        state, source = dataset.state, dataset.source
        if state.state != READY or state.deletion:
            raise NotReady
        new = [one for one in wanted if one not in state.new_labels]
        after = msgspec.structs.replace(state, new_labels=tuple(wanted))
        line = new_labels.line(source, state, new, who.name) if new else None
        self.updates.store.change(dataset, after, line=line)

    def boxes(self, dataset: Dataset, entries: Sequence[Entry], who: Who) -> S3Uri:
        """The manifest of a sheet's boxes, written beside that of the dataset.

        Raises:
            NotAllowed, NotHere, NoBoxes: with words.
            Refusal, Transient: it could not be written (in time).

        """
        self.check(dataset, who)
        lines = list(boxes.lines_of(entries))
        if not lines:
            raise NoBoxes
        storage = self.storage.limited_to(self.open_places.of(dataset.source.channel))
        sent = S3Uri.parse(dataset.sent_uri)
        with gathered(lines) as body:
            folder = S3Uri(sent.bucket, sent.key.rpartition("/")[0])
            place = folder.join(f"boxes-{body.sha256[:16]}.manifest")
            storage.attended(self.questions.patience()).put_once(
                place, body, "application/x-ndjson"
            )
        return place
