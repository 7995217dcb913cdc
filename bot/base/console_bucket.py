"""The bucket of Rekognition's console in the bot's Region (pure): how it is known among an
account's buckets, and what people are told of it.

Promises to forms of jobs and of datasets: the same words for the same bucket; one that is not there
is told apart from one that could not be looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.base.s3_uri import Allowed, S3Uri

_BEGINNING = "custom-labels-console-"
"""Rekognition's console makes custom-labels-console-REGION-… the first time that it is opened in a
Region, and works in no Region without one (Custom Labels guide, "Create the console bucket").
"""


@dataclass(frozen=True, slots=True)
class ConsoleBucket:
    """The bucket's `name`: "" where the account has none in this Region, None where nobody knows
    (the bot may not list buckets, or S3 did not answer in a form's time).
    """

    region: str
    name: str | None

    def offered(self, place: str) -> str:
        """What a menu calls a place in it; "" for a place elsewhere."""
        if not self.name or place.partition("/")[0] != self.name:
            return ""
        return f"Rekognition's console bucket: {place}"

    def closed_words(self, allowed: Allowed) -> str:
        """That it is there and not open to a channel; "" where it is open, or not there."""
        if not self.name or S3Uri(self.name, "") in allowed:
            return ""
        return (
            f"The bucket of Rekognition's console, {self.name}, is not open to this channel. "
            "An administrator can add it (LABELJOB_BUCKETS, LABELJOB_PLACES)."
        )

    def words(self, allowed: Allowed) -> str:
        """Whether it is there, and what that means to whoever makes a dataset."""
        if self.name is None:
            return (
                f"Whether this account has a bucket of Rekognition's console in {self.region} is "
                "not known: the bot may not list buckets (s3:ListAllMyBuckets), or S3 did not "
                "answer in time."
            )
        if not self.name:
            return (
                f"This account has no bucket of Rekognition's console in {self.region} "
                f"({_BEGINNING}{self.region}-…). Datasets and models from here need none; "
                "Rekognition's console makes it when somebody first opens it in this Region."
            )
        return self.closed_words(allowed) or (
            f"Rekognition's console bucket in {self.region} is {self.name}; it is open to this "
            "channel."
        )


def named(names: Sequence[str], region: str) -> str:
    """The bucket of Rekognition's console among an account's buckets; "" for none."""
    beginning = f"{_BEGINNING}{region}-"
    return next((name for name in names if name.startswith(beginning)), "")
