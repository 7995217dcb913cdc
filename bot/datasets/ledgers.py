"""Ledgers: what became of every line of an import, as a table behind a link.

The link is made when it is asked for, lives for minutes, is given to whoever may see the dataset,
and stands in no database.
"""

from dataclasses import dataclass

from bot.base.errors import Refusal
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.datasets import card
from bot.datasets.records import Dataset, Records
from bot.datasets.update_cards import UPDATE
from bot.datasets.update_records import UpdateRecords
from bot.delivery.message import Message
from bot.people.access import Access


class NoLedger(Refusal):
    """There is no table of these lines: all of them were imported, or it could not be written."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """Gives links. `storage` has the patience of a press; a link lives for `link_life` seconds."""

    records: Records
    updates: UpdateRecords
    storage: Storage
    open_places: OpenPlaces
    access: Access
    link_life: int

    def link(self, about: str, user_id: str, where: str) -> Message:
        """The link to the table of a dataset, or of an update of one, for somebody who pressed in
        the channel `where`.

        Raises:
            NoLedger: there is none.
            NotAllowed: this person may not see the dataset.

        """
        dataset, uri = self._found(about)
        if dataset is None:
            raise NoLedger
        source = dataset.source
        who = self.access.at_home(source.team_id, user_id, source.channel, where)
        self.access.require("see", who)
        if not uri:
            raise NoLedger
        place = S3Uri.parse(uri)
        here = self.storage.limited_to(self.open_places.of(source.channel))
        here.head(place)  # a link to nothing would show an error of S3's
        address = here.link(place, seconds=self.link_life)
        return card.lines_link(source, address, self.link_life // 60)

    def _found(self, about: str) -> tuple[Dataset | None, str]:
        """The dataset, and where the table lies."""
        if not about.startswith(UPDATE):
            dataset = self.records.get(about)
            return dataset, dataset.state.ledger_uri if dataset else ""
        update = self.updates.get(about.removeprefix(UPDATE))
        if update is None:
            return None, ""
        return self.records.get(update.dataset_id), update.progress.known.ledger_uri
