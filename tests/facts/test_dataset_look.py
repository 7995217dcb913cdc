"""What a form finds out of a dataset's buckets before anything is made."""

import json
from collections.abc import Iterable, Iterator

import pytest

from bot.base.bucket_policy import BUCKETS_MOST, Closed
from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, Listed, S3Uri
from bot.datasets.examination import Unfit
from bot.datasets.look import look
from bot.datasets.source import Source
from bot.datasets.sources.origin import Sight
from tests.facts.test_manifest_convert import one_class

SOURCE = Source(project="orchard", manifest_uri="s3://results/a.manifest")


class OneManifest:
    """S3 with one manifest in it; without lines it refuses whoever reads it."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def chunks(self, uri: S3Uri) -> Iterator[bytes]:
        """Its bytes."""
        if not self.lines:
            raise Refusal(f"The bot has no access to {uri}.")
        yield "".join(f"{each}\n" for each in self.lines).encode()

    def keys_at_once(self, folder: S3Uri) -> Iterable[Listed]:
        """Nothing lies in a folder."""
        raise NotImplementedError(folder)


def sight(storage: OneManifest, *closed: Closed) -> tuple[Sight, list[S3Uri]]:
    """A sight on it, and which places it was asked about."""
    asked: list[S3Uri] = []

    def among(places: Iterable[S3Uri]) -> tuple[Closed, ...]:
        asked.extend(places)
        return closed

    made = Sight(storage, lambda _project, _set: iter(()), Allowed(("results",)), "", among)
    return made, asked


def in_bucket(bucket: str, number: int) -> str:
    """A line whose picture lies there."""
    name = "ripe" if number % 2 else "unripe"
    return json.dumps(
        {**one_class(**{"class-name": name}), "source-ref": f"s3://{bucket}/{number}.jpg"}
    )


def test_the_manifests_bucket_and_those_of_the_pictures_are_asked_about() -> None:
    """A training reads both, and would fail hours later for either."""
    shut = Closed("raw", ("s3:GetObject",))
    there, asked = sight(OneManifest(in_bucket("raw", 1), in_bucket("raw", 2)), shut)
    found = look(SOURCE, there, "eu-west-1")
    assert [str(each) for each in asked] == [SOURCE.manifest_uri, "s3://raw/1.jpg"]
    assert (found.closed, found.unread, found.notes) == ((shut,), "", ())


def test_more_buckets_than_are_asked_about_are_said() -> None:
    """Silence about the others would read like a good word."""
    lines = [in_bucket(f"raw-{number}", number) for number in range(BUCKETS_MOST)]
    found = look(SOURCE, sight(OneManifest(*lines))[0], "eu-west-1")
    (note,) = found.notes
    assert note.startswith(f"There are {BUCKETS_MOST + 1} buckets; whether Custom Labels can use")
    assert note.endswith(f"is known of {BUCKETS_MOST} alone.")


def test_a_refusal_is_told_with_the_bucket_behind_it_where_there_is_one() -> None:
    """Words of S3 alone say no more than no; what has nothing to do with a bucket stays as it
    is.
    """
    shut = Closed("results", ("s3:GetObject",))
    found = look(SOURCE, sight(OneManifest(), shut)[0], "eu-west-1")
    assert found.unread == f"The bot has no access to {SOURCE.manifest_uri}."
    assert found.closed == (shut,)
    with pytest.raises(Refusal, match="no access"):
        look(SOURCE, sight(OneManifest())[0], "eu-west-1")
    with pytest.raises(Unfit):
        look(SOURCE, sight(OneManifest("no", "json"), shut)[0], "eu-west-1")
