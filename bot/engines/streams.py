"""How objects come to a labeling job that runs (pure).

Promises to the jobs: an object that is sent twice with the same id is labeled once; whoever sends
again what may have come changes nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.base.errors import Refusal
from bot.base.s3_uri import S3Uri


class NoTopic(Refusal):
    """There is no such topic in the Region that the bot works in."""

    field = "input_topic"


class CannotFeed(Refusal):
    """The events of this folder cannot feed the job."""

    field = "feed_folder"


class Streams(Protocol):
    """The way to jobs that take objects while they run. Every method may raise a `Transient`
    (nothing is known) or a `Refusal`.
    """

    def check_topic(self, topic: str) -> None:
        """Refuse a topic that no job here can listen to (asked while a person waits: 1.5 s).

        Raises:
            NoTopic: it is not there, or in another Region.

        """

    def send(self, topic: str, messages: Sequence[str]) -> None:
        """Send objects, a line of a manifest each, to the job that listens to the topic."""

    def feed(self, folder: S3Uri, topic: str, name: str) -> None:
        """Have the events of a folder sent to the topic, under a name of ours; what else its bucket
        tells to others stays. It may be asked for again.

        Raises:
            CannotFeed: with what hinders it.

        """

    def feed_no_more(self, folder: S3Uri, name: str) -> None:
        """Take the entry of that name away again; the others stay. None is fine."""
