"""Whose folder a place for results lies in: no job writes into the folder of another one.

Ground Truth writes to `<output>/<job name>/`, and the bot below it; two jobs may share an output,
not such a folder.
"""

from collections.abc import Iterable

from bot.base.s3_uri import BadAddress, S3Uri
from bot.jobs.draft import Draft
from bot.jobs.records import Job


def names_within(output_uri: str) -> set[str]:
    """The names that a job must have for this address to lie in its folder: the address's folders,
    in lower case.
    """
    place = _place(output_uri)
    return {part.lower() for part in place.key.split("/") if part} if place else set()


def folder_fault(draft: Draft, others: Iterable[Job]) -> str:
    """What is wrong with an output that is, or lies in, the folder of one of `others`; "" for
    nothing.
    """
    place = _place(draft.output_uri)
    for other in others:
        beside = _place(other.draft.output_uri)
        if place is None or beside is None:
            continue
        if _folder(place).startswith(_folder(beside.join(other.name))):
            whose = f"the job {other.name}" if other.channel == draft.channel else "another job"
            return (
                f"Here {whose} keeps its own results. Choose a folder beside it, for example "
                f"{_folder(beside)}."
            )
    return ""


def _place(address: str) -> S3Uri | None:
    """The address; None for one that is wrong (its own fault) or that AWS knows and the bot would
    never take.
    """
    try:
        return S3Uri.parse(address)
    except BadAddress:
        return None


def _folder(place: S3Uri) -> str:
    return f"{str(place).rstrip('/')}/"
