"""Whether more pictures fit into a dataset that stands (pure).

Promises to updates: nothing is sent for which Rekognition has no room; and where that depends on
what AWS allows one account, which the bot cannot ask, it is sent and said.
"""

from bot.datasets.findings import FULL, MAYBE_FULL, Finding
from bot.datasets.source import TRAIN, TYPE_WORDS, Source
from bot.manifests.examine import LINE_COUNT_LIMIT, RAISED_LIMIT, line_limit


def most_pictures(source: Source, region: str) -> int:
    """How many pictures the set takes there: Rekognition counts them by set, not by project."""
    return line_limit(region, "train" if source.dataset_type == TRAIN else "test")


def room_finding(
    source: Source, region: str, *, there: int, new: int, boxes: bool
) -> Finding | None:
    """What stands against `new` pictures beside those that are `there`; None where they fit.
    `boxes` are drawn on some of them: then AWS raises the limit for nobody.
    """
    most, all_of_them = most_pictures(source, region), there + new
    if not new or all_of_them <= most:
        return None
    if most == LINE_COUNT_LIMIT and not boxes and all_of_them <= RAISED_LIMIT:
        return Finding(MAYBE_FULL, all_of_them - most)
    kind = TYPE_WORDS.get(source.dataset_type, "")
    numbers = f"{there:,} are there, {new:,} would be new, and a {kind} set in {region} takes"
    return Finding(FULL, 1, (), f": {numbers} {most:,}")
