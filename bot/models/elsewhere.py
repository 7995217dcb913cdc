"""Models that run at AWS and that no run of ours stands behind: told to every manager, once a day.

Whoever started it, somebody pays; also a run of ours that was lost with a database is found here.
"""

import logging
from datetime import UTC, datetime

from bot.base.db import Database
from bot.delivery.outbox import Outbox, Subject
from bot.models import run_cards
from bot.models.custom_labels import Models
from bot.models.run_records import RunRecords
from bot.people.access import Access
from bot.work.tries import Tries

_REST = 3600.0  # seconds between two looks through the account, whoever looks

log = logging.getLogger(__name__)


class Elsewhere:
    """Looks through the account's models. `price` is what an inference unit costs an hour."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: RunRecords,
        models: Models,
        outbox: Outbox,
        access: Access,
        tries: Tries,
        price: float,
    ) -> None:
        self._db = db
        self._records = records
        self._models = models
        self._outbox = outbox
        self._access = access
        self._tries = tries
        self._price = price

    def round(self) -> None:
        """Once an hour: what runs, and is not ours."""
        with self._tries.hold("models elsewhere", rest=_REST) as hold:
            if not hold:
                return
            running = list(hold.through(self._models.running()))
            ours = self._records.arns()  # after AWS was asked: a run that began meanwhile is ours
            strange = [each for each in running if each.arn not in ours]
            if not strange:
                return
            managers = self._access.managers()
            today = f"{datetime.fromtimestamp(self._db.time(), UTC):%Y-%m-%d}"
            with self._db.write() as session:
                for each in strange:
                    name = f"{each.project} / {each.version_name}"
                    message = run_cards.elsewhere_message(name, each.units, self._price)
                    for manager in managers:
                        self._outbox.say(
                            session,
                            Subject(self._access.team_id, "running model", each.arn),
                            manager,
                            message,
                            key=f"elsewhere:{each.arn}:{manager}:{today}",
                            in_thread=False,
                        )
