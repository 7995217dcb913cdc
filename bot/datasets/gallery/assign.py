"""Assign: the pictures of a sheet get other labels, by somebody who may change them."""

from dataclasses import dataclass

from bot.base.clock import Clock
from bot.datasets.actions import CHANGE_RIGHT
from bot.datasets.gallery.classes import Chosen, about_words, line_of
from bot.datasets.records import Dataset
from bot.datasets.updates import Updates
from bot.people.access import Access, Who


@dataclass(frozen=True, slots=True)
class Assign:
    """Gives pictures their labels."""

    updates: Updates
    access: Access
    clock: Clock

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
