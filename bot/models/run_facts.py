"""What the card and the lines of a run are made of (pure)."""

from dataclasses import dataclass

from bot.models.run_state import RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run as people see it: which model, on how many inference units, for how many seconds at
    most. `ends_at` is its end by the database's clock, for as long as AWS's is not known.
    """

    id: str
    project: str
    version_name: str
    units: int
    seconds: float
    ends_at: float
    asked_by: str
    asked_by_name: str = ""
    stop_wanted: bool = False
    state: RunState

    @property
    def called(self) -> str:
        """The model's name as people read it."""
        return f"{self.project} / {self.version_name}"
