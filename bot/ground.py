"""What every story stands on: the parts that are the same for all of them."""

from dataclasses import dataclass

from bot.base.aws import Aws
from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.settings import Settings
from bot.delivery.outbox import Outbox
from bot.delivery.slack_files import SlackFiles
from bot.delivery.uploads import Uploads
from bot.delivery.windows import Windows
from bot.people.access import Access
from bot.people.teams import Teams
from bot.work.tries import Tries


@dataclass(frozen=True, slots=True)
class Ground:
    """The shared parts of one process, joined once by the wiring; a story takes from it what it
    needs, by name.
    """

    settings: Settings
    db: Database
    aws: Aws
    outbox: Outbox
    windows: Windows
    files: SlackFiles
    uploads: Uploads
    tries: Tries
    access: Access
    teams: Teams
    clock: Clock
    new_id: NewId
