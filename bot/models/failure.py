"""What a failed training says beyond its message: the codes of AWS's manifest summary, and the
buckets that Custom Labels could not read or write to.

Promises to whoever asked: a failure is told also where AWS's summary or S3 answers nothing; then
less is known, and nothing is guessed.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.base.bucket_policy import Closed
from bot.base.bucket_rights import BucketRights
from bot.base.errors import Refusal, Transient
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import BadAddress, S3Uri
from bot.manifests.rekognition_codes import CODES, named_in
from bot.models.custom_labels import Models, Seen
from bot.models.model_state import ModelState
from bot.models.training import Training

_SUMMARY_MAX = 4 * 1024 * 1024  # bytes: the numbers of 500,000 lines with errors
_OUTPUT = "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"
_PICTURES = {"ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET", "ERROR_FAILED_IMAGES_S3_COPY"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """Finds out more about a training that failed, or was not taken."""

    models: Models
    rights: BucketRights
    open_places: OpenPlaces

    def told(self, training: Training, state: ModelState, seen: Seen) -> ModelState:
        """The state of a failed training with its codes, and the buckets behind them."""
        codes = dict.fromkeys([*named_in(state.cause), *self._summarized(training, seen)])
        closed: list[Closed] = []
        if _OUTPUT in codes:
            closed.append(self.rights.failed(training.output.bucket, writes=True))
        if _PICTURES.intersection(codes):
            closed += self._of_pictures(training)
        return msgspec.structs.replace(state, codes=tuple(codes), closed=tuple(closed))

    def refused(self, training: Training, state: ModelState) -> ModelState:
        """The state of a training that AWS did not take, with the bucket of its output where S3
        denies the bot that: Custom Labels writes with the bot's rights.
        """
        allowed = self.open_places.of(training.channel)
        try:
            found = self.rights.closed([training.output], allowed, _nothing)
        except (Transient, BadAddress):
            return state
        closed = tuple(msgspec.structs.replace(each, writes=True) for each in found)
        return msgspec.structs.replace(state, closed=closed)

    def _of_pictures(self, training: Training) -> Iterator[Closed]:
        """The buckets of the pictures: what S3 denies the bot there, or that AWS said so."""
        allowed = self.open_places.of(training.channel)
        places = {place.bucket: place for place in self._pictures(training)}
        found = {each.bucket: each for each in self._denied(places, training)}
        for bucket, place in places.items():
            # a policy is written, and so offered, where the channel may look alone
            if bucket in found or place in allowed:
                yield found.get(bucket) or self.rights.failed(bucket)

    def _denied(self, places: Mapping[str, S3Uri], training: Training) -> tuple[Closed, ...]:
        allowed = self.open_places.of(training.channel)
        try:
            return self.rights.closed(places.values(), allowed, _nothing)
        except Transient as error:
            log.warning("the buckets of %s say nothing: %s", training.called, error.words)
            return ()

    def _pictures(self, training: Training) -> Iterator[S3Uri]:
        """A picture of each set of the project, as far as AWS lists them."""
        try:
            project = self.models.project(training.project)
            for each in (project.train, project.test):
                picture = self.models.a_picture(each.arn) if each else None
                if picture is not None:
                    yield picture
        except (Refusal, Transient) as error:
            log.warning("the pictures of %s are not listed: %s", training.called, error.words)

    def _summarized(self, training: Training, seen: Seen) -> list[str]:
        """The codes of the manifest summary; AWS writes none where it could not begin."""
        if seen.checked is None:
            return []
        try:
            found = json.loads(self.rights.storage.beginning(seen.checked, _SUMMARY_MAX))
        except (Refusal, Transient, ValueError) as error:
            log.warning("the summary of %s cannot be read: %s", training.called, error)
            return []
        return codes_of(found)


def codes_of(summary: Any) -> list[str]:
    """The codes of a manifest summary in the order they stand there (Custom Labels guide,
    "Understanding the manifest summary"); none of what has another form.
    """
    whole = _thing(summary)
    sets = _thing(whole.get("statistics"))
    lists = [_thing(sets.get(name)).get("errors") for name in ("training", "testing")]
    found = [_thing(each) for errors in (*lists, whole.get("errors")) for each in _list(errors)]
    codes = [str(each.get("code")) for each in found]
    return [code for code in dict.fromkeys(codes) if code in CODES]


def _nothing() -> None:
    """A step of a short look."""


def _thing(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
