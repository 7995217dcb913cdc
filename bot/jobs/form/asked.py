"""A draft and what it is judged by: the engine that it is for (pure)."""

from dataclasses import dataclass
from typing import Any

import msgspec

from bot.engines.protocol import Names
from bot.engines.task_type import TaskType, TaskTypes
from bot.jobs.draft import Draft


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an engine: the draft, what people call the engine, and its task types."""

    draft: Draft
    engine: Names
    types: TaskTypes

    @property
    def kind(self) -> TaskType | None:
        """The chosen task type; None when none of the engine's was chosen."""
        return self.types.get(self.draft.task_type)

    @property
    def noun(self) -> str:
        """What one object is called."""
        return self.kind.noun if self.kind else "object"

    def but(self, **members: Any) -> "Asked":
        """The same with other members of the draft."""
        draft = msgspec.structs.replace(self.draft, **members)
        return Asked(draft, self.engine, self.types)
