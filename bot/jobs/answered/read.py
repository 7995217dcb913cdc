"""What came of reading a job's answers (pure)."""

import msgspec

from bot.answers.agreement import Agreement


class Reading(msgspec.Struct, frozen=True):
    """What came of reading a job's answers: `objects` that have any, and `answers` to them.
    `partial` says in words what is missing, `odd` how many answers could not be read (with words of
    the first), `failed` why nothing was read.
    """

    agreement: Agreement = Agreement()
    objects: int = 0
    answers: int = 0
    partial: str = ""
    odd: int = 0
    odd_words: str = ""
    failed: str = ""
