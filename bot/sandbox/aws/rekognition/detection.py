"""DetectCustomLabels: what a running model finds in a picture.

Nothing was learned. A model "sees" the truth of the practice pictures through the labels it was
trained with, and errs as often as its evaluation says, always alike for the same picture; in any
other picture it guesses. Promised are AWS's refusals and the form of its answers.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from PIL import Image

from bot.sandbox.aws.rekognition.pictures import image_fault
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.crowd.sample_truth import Truth, truth_of_picture
from bot.sandbox.store import Store

__all__ = ["Detection"]

LARGEST_BYTES = 4 * 1024 * 1024
THRESHOLD = 50.0  # the assumed threshold of each label, in percent
_GEOMETRY = ("Left", "Top", "Width", "Height")


@dataclass(frozen=True)
class Seen:
    """A picture: its bytes, how wide and high it is, and what it shows, if that is known."""

    body: bytes
    size: tuple[int, int]
    truth: Truth | None


class Detection:
    """The operation that runs a model on a picture."""

    def __init__(self, store: Store, objects: ObjectStore, *, situations: Situations) -> None:
        self._store = store
        self._objects = objects
        self._situations = situations

    @operation
    def detect_custom_labels(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DetectCustomLabels, the highest confidence first."""
        learned = self._learned(asked["ProjectVersionArn"])
        seen = self._seen(asked["Image"])
        mark = hashlib.sha256(seen.body).hexdigest()
        found = list(_found(learned, seen, Random(f"{asked['ProjectVersionArn']} {mark}")))
        least = asked.get("MinConfidence", THRESHOLD)
        shown = [each for each in found if each["Confidence"] >= least]
        shown.sort(key=lambda each: (-each["Confidence"], each["Name"]))
        return {"CustomLabels": shown[: asked.get("MaxResults")]}

    def _learned(self, arn: str) -> Mapping[str, Any]:
        """What the model was trained with; it must run."""
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT v.status, l.content FROM project_version v"
                " LEFT JOIN learned l ON l.version = v.arn WHERE v.arn = ?",
                (arn,),
            ).fetchone()
        if row is None:
            raise AwsError("ResourceNotFoundException", "The model does not exist.")
        if row["status"] != "RUNNING":
            raise AwsError("ResourceNotReadyException", f"The model is {row['status']}.")
        learned: dict[str, Any] = json.loads(row["content"] or '{"kind": "boxes", "labels": {}}')
        return learned

    def _seen(self, image: Mapping[str, Any]) -> Seen:
        """The picture that is meant, if AWS takes it."""
        if ("Bytes" in image) == ("S3Object" in image):
            raise AwsError(
                "InvalidParameterException", "Give the image either as bytes or as an S3 object."
            )
        if "Bytes" in image:
            body = image["Bytes"]
            if len(body) > LARGEST_BYTES:
                raise AwsError("ImageTooLargeException", "The image has more than 4 MB.")
        else:
            body = self._object(image["S3Object"])
        code, words = image_fault(body)
        if code:
            raise AwsError(code, f"The image is refused: {words}.")
        with Image.open(io.BytesIO(body)) as opened:
            return Seen(body, opened.size, self._truth_of(body))

    def _object(self, place: Mapping[str, str]) -> bytes:
        bucket, key = place.get("Bucket", ""), place.get("Name", "")
        situation = self._situations.of(bucket)
        shut = situation is not None and situation.kind in {"sealed", "elsewhere"}
        body = None
        if bucket not in self._situations.closed and not shut:
            body = self._objects.read(bucket, key)
        if body is None:
            raise AwsError(
                "InvalidS3ObjectException",
                "Unable to get object metadata from S3. Check object key, region and/or access "
                "permissions.",
            )
        return body

    def _truth_of(self, body: bytes) -> Truth | None:
        """What a picture of these bytes shows: samples are known by the names of their objects."""
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        with self._store.read() as rows:
            found = rows.execute("SELECT key FROM object WHERE etag = ?", (etag,)).fetchall()
        known = (truth_of_picture(row["key"]) for row in found)
        return next((each for each in known if each is not None), None)


def _found(learned: Mapping[str, Any], seen: Seen, chance: Random) -> Iterator[dict[str, Any]]:
    """Everything a model believes it sees, with how sure it is, in percent."""
    labels: Mapping[str, Sequence[float]] = learned["labels"]
    if learned["kind"] == "boxes":
        yield from _boxes(labels, seen, chance)
        return
    right = _right_labels(labels, seen.truth)
    for label, (recall, precision) in labels.items():
        sure = chance.random() < (recall if label in right else (1 - precision) / 3)
        yield {"Name": label, "Confidence": _confidence(chance, sure=sure)}


def _right_labels(labels: Mapping[str, Any], truth: Truth | None) -> set[str]:
    """Those of the labels that the picture shows, in whatever letters they are written."""
    if truth is None:
        return set()
    shown = {truth.label.casefold(), *(box[0].casefold() for box in truth.boxes)}
    if truth.label.casefold() in {label.casefold() for label in labels}:
        shown = {truth.label.casefold()}
    return {label for label in labels if label.casefold() in shown}


def _boxes(
    labels: Mapping[str, Sequence[float]], seen: Seen, chance: Random
) -> Iterator[dict[str, Any]]:
    """The fruits that are found, each a little beside its place, and some that are none."""
    names = list(labels)
    wide, high = seen.size
    for kind, *place in seen.truth.boxes if seen.truth else ():
        known = next((each for each in names if each.casefold() == kind.casefold()), "")
        if not known and len(names) == 1:
            known = names[0]
        if not known:
            continue
        found = chance.random() < labels[known][0]
        left, top, width, height = (side + chance.uniform(-4, 4) for side in place)
        at = (left / wide, top / high, width / wide, height / high)
        yield _box(known, _confidence(chance, sure=found), at)
    for label, (_recall, precision) in labels.items():
        sure = chance.random() < (1 - precision) / 2
        at = (chance.uniform(0, 0.7), chance.uniform(0, 0.7), 0.2, 0.2)
        yield _box(label, _confidence(chance, sure=sure), at)


def _box(label: str, confidence: float, at: Sequence[float]) -> dict[str, Any]:
    left, top = (min(0.99, max(0.0, each)) for each in at[:2])
    inside = (left, top, min(at[2], 1 - left), min(at[3], 1 - top))
    box = {name: round(side, 6) for name, side in zip(_GEOMETRY, inside, strict=True)}
    return {"Name": label, "Confidence": confidence, "Geometry": {"BoundingBox": box}}


def _confidence(chance: Random, *, sure: bool) -> float:
    if sure:
        return round(chance.uniform(THRESHOLD + 10, 99.9), 3)
    return round(chance.uniform(0.1, THRESHOLD - 2), 3)
