"""What jobs of ours hold: names that AWS may not know yet, and folders for results."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.base.errors import Refusal
from bot.base.settings import Settings
from bot.jobs.draft import Draft
from bot.jobs.records import Records
from bot.jobs.results_folder import folder_fault, names_within


class NoRole(Refusal):
    """LABELJOB_EXECUTION_ROLE_ARN must name the role of Ground Truth:
    arn:aws:iam::<account>:role/<name>.
    """


@dataclass(frozen=True, slots=True)
class Account:
    """Where jobs are made."""

    id: str
    region: str

    @classmethod
    def of(cls, settings: Settings) -> "Account":
        """The AWS account of the execution role (it must be the same).

        Raises:
            NoRole: it is missing or no role.

        """
        match = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+", settings.execution_role_arn)
        if match is None:
            raise NoRole
        return cls(match[1], settings.aws_region)


class HeldByUs:
    """The names and folders of one account and Region that jobs of ours hold (see
    `checks.check.Held`).
    """

    def __init__(self, records: Records, account: Account) -> None:
        self._records = records
        self.account = account

    def holder(self, name: str) -> datetime | None:
        """Since when a job of ours holds the name (capitals do not count)."""
        held = self._records.holding(self.account.id, self.account.region, name)
        return held.asked_at if held else None

    def near(self, name: str) -> set[str]:
        """Names near this one that jobs of ours hold."""
        return self._records.names_like(self.account.id, self.account.region, name)

    def listening(self, topic: str, but: str) -> str:
        """The name of a job of ours that gets its objects from the topic, but for that of one
        name.
        """
        names = [job.name for job in self._records.listening(topic)]
        return next((name for name in names if name != but), "")

    def folder_fault(self, draft: Draft) -> str:
        """Whose folder the results would lie in, in words; "" for nobody's."""
        others = self._records.named(self.account.id, names_within(draft.output_uri))
        return folder_fault(draft, others)
