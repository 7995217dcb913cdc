"""Which places in S3 are open to which channel (pure): LABELJOB_PLACES as it is written, and what
it means.

Promises to forms, launches, imports and whoever shows a picture: a job or a dataset of a channel
touches what is open to that channel and nothing else, and words that are said there name no other
place.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.base.s3_uri import Allowed, BadAddress, S3Uri

OTHERS = "*"  # stands for every channel that is not named

# Slack: channels C…, older private ones G…, direct messages D…
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,}")
_SAMPLE = "C0123456789=bucket/folder/ other-bucket"


@dataclass(frozen=True, slots=True)
class OpenPlaces:
    """The places of every channel. Without `by_channel` each may use all of the bot's; with it,
    what it lists.
    """

    everywhere: Allowed
    by_channel: Mapping[str, tuple[str, ...]] | None = None

    def of(self, channel: str) -> Allowed:
        """What is open to a channel; nothing, where channels are listed and it is none of them."""
        if self.by_channel is None:
            return self.everywhere
        return Allowed(self.by_channel.get(channel, self.by_channel.get(OTHERS, ())))


def read_places(text: str) -> dict[str, tuple[str, ...]]:
    """Places by channel, from `C0DATA=bucket/folder/ other-bucket, *=bucket`: commas part channels,
    blanks places.

    Raises:
        ValueError: with words for each entry that is wrong.

    """
    found: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    for entry in filter(None, map(str.strip, text.split(","))):
        channel, equals, rest = (part.strip() for part in entry.partition("="))
        places = tuple(rest.split())
        fault = _entry_fault(channel, places) if equals else "names no channel and its places"
        if channel in found and not fault:
            fault = f"names {channel} a second time"
        if fault:
            wrong.append(f"“{entry[:100]}” {fault}.")
        found.setdefault(channel, places)
    if not found:
        wrong.append("It names no channel.")
    if wrong:
        raise ValueError(
            f"{' '.join(wrong)} Write it like {_SAMPLE}, with a comma between two channels."
        )
    return found


def outside(by_channel: Mapping[str, Iterable[str]], allowed: Allowed) -> list[str]:
    """The entries that would open more than the bot may touch, as `channel=place`."""
    return [
        f"{channel}={place}"
        for channel, places in by_channel.items()
        for place in places
        if not allowed.text(f"s3://{place}")
    ]


def _entry_fault(channel: str, places: tuple[str, ...]) -> str:
    """What is wrong with one channel's entry, as the rest of a sentence about it."""
    if channel != OTHERS and not _CHANNEL.fullmatch(channel):
        return (
            "does not begin with a channel's id (C…: the channel's details, at the end) or with * "
            "for all others"
        )
    if not places:
        return "names no bucket"
    for place in places:
        if place.startswith(("s3:", "https:")):
            return "names a place by its address: write bucket or bucket/folder/, without s3://"
        if "*" in place:
            return (
                "names a place with a star: write bucket or bucket/folder/, which opens all that "
                "is in it"
            )
        try:
            S3Uri.parse(f"s3://{place}")
        except BadAddress as bad:
            return f"names a wrong place ({str(bad).rstrip('.')})"
    return ""
