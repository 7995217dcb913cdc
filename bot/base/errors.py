"""Errors for people (pure).

Everything that a verb may raise on purpose is one of two: a `Refusal` (words for the person, with
the form field it belongs to) or a `Transient` (nothing was decided, try again later). An error's
docstring is its default message, so the explanation is written once. Errors of other libraries are
renamed to these at the window where they arrive.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a person typed: the field's name in our words, and the remedy in
    theirs.
    """

    field: str
    text: str


class LabeljobError(Exception):
    """Something went wrong in Labeljob."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))

    @property
    def words(self) -> str:
        """The message a person reads."""
        return str(self.args[0])


class Refusal(LabeljobError):
    """This cannot be done as asked."""

    field: str | None = None

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message)
        if field is not None:
            self.field = field


class Refused(Refusal):
    """Several things are wrong at once; each belongs to a field of the form."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            " ".join(fault.text for fault in faults), field=faults[0].field if faults else None
        )
        self.faults = faults


class NotAllowed(Refusal):
    """You may not do this here. Ask a manager of this channel."""


class Transient(LabeljobError):
    """The other side did not answer in time. Nothing was changed; it is tried again by itself."""
