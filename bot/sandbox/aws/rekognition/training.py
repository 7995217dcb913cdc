"""The end of a training: what AWS checks of all images and labels together, and the files it
leaves.

Promises a failed training its code in the status message and in the manifest summary, and a
finished one an evaluation whose score grows with the images per label. The score means nothing
else: nothing is learned here.
"""

import json
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.aws.rekognition.evaluation import THRESHOLD, Model, Snapshot, snapshot
from bot.sandbox.aws.rekognition.pictures import image_fault
from bot.sandbox.aws.rekognition.rules import (
    MOST_BAD_SHARE,
    MOST_LABELS,
    Entry,
    LineGone,
    label_stats,
    read_line,
)
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.situations import Situations

__all__ = ["Trained", "Trainee", "train"]

FEWEST_CLASSES = FEWEST_TO_SPLIT = 2
_WORDS = {
    "ERROR_EMPTY_MANIFEST": "The manifest file is empty.",
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": "Unable to write to output S3 bucket.",
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": "The manifest file contains too many invalid rows.",
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": "The images are in more than one S3 bucket.",
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": (
        "The permissions of the images' S3 bucket are incorrect."
    ),
    "ERROR_MANIFEST_TOO_FEW_LABELS": "There are too few labels.",
    "ERROR_MANIFEST_TOO_MANY_LABELS": "There are too many labels.",
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": "There are too few usable labels.",
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": (
        "Less than half of the training labels are in the test dataset."
    ),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": (
        "Less than half of the usable training labels are in the test dataset."
    ),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": (
        "There are too few images of a label to split them."
    ),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": (
        "The images' S3 bucket and the manifest's S3 bucket have different owners."
    ),
    "ERROR_FAILED_IMAGES_S3_COPY": "The images could not be copied from their S3 bucket.",
}
_LINE_WORDS = {
    "ERROR_INVALID_JSON_LINE": "The line is not valid JSON.",
    "ERROR_MISSING_SOURCE_REF": "The source-ref key is missing.",
    "ERROR_INVALID_SOURCE_REF_FORMAT": "The format of the source-ref value is invalid.",
}


@dataclass(frozen=True)
class Trainee:
    """What is trained: names, where the output goes, the lines of both datasets."""

    project: str
    version: str
    output: Mapping[str, str]
    training: Sequence[str]
    testing: Sequence[str]
    manifests: Collection[str] = ()
    """The buckets that the manifests came from."""
    split: bool = False
    """Whether the test images were to be taken from the training images."""
    at: float = 0.0
    """When the training ends, in seconds since 1970."""


@dataclass(frozen=True)
class Trained:
    """How it ended: the code of the failure ("" when it worked), the status message, members of the
    description.
    """

    failure: str
    message: str
    description: Mapping[str, Any]
    learned: Mapping[str, Any] | None = None
    """What it can find: the kind of its labels, and for each its recall and its precision."""


def train(objects: ObjectStore, trainee: Trainee, situations: Situations) -> Trained:
    """End a training."""
    bucket = trainee.output.get("S3Bucket", "")
    if not objects.bucket_exists(bucket) or not situations.writable(bucket):
        # Where nothing can be written there is no summary either: the message alone tells.
        return Trained(
            "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", _WORDS["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"], {}
        )
    training = [_judged(objects, line) for line in trainee.training]
    testing = [_judged(objects, line) for line in trainee.testing]
    failure = _failure(training, testing) or _place_failure(training, testing, trainee, situations)
    failure = failure or _row_failure(training, testing) or _label_failure(training, testing)
    if not failure and trainee.split:
        counts = label_stats(entry.labels for entry, _ in (*training, *testing)).values()
        failure = (
            "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"
            if min(counts)[0] < FEWEST_TO_SPLIT
            else ""
        )
    description = _files(objects, trainee, training, testing, failure)
    if failure:
        return Trained(
            failure, f"The manifest file contains errors: {failure}: {_WORDS[failure]}", description
        )
    learned = _learned(_evaluation(training, testing), _use_case(training))
    return Trained("", "The model is ready to run.", description, learned)


def _learned(evaluation: Mapping[str, Any], kind: str) -> dict[str, Any]:
    measured = {
        each["Label"]: (each["Metrics"]["Recall"], each["Metrics"]["Precision"])
        for each in evaluation["LabelEvaluationResults"]
    }
    return {"kind": kind, "labels": measured}


def _judged(objects: ObjectStore, line: str) -> tuple[Entry, list[Mapping[str, str]]]:
    """An entry with all its errors: those of the line, and those of the image itself."""
    try:
        entry = read_line(line.removesuffix("\r"))
    except LineGone as gone:
        return Entry("", line), [{"code": str(gone), "message": _LINE_WORDS[str(gone)]}]
    bucket, _, key = entry.source_ref.removeprefix("s3://").partition("/")
    body = objects.read(bucket, key)
    fault = "the image is not there" if body is None else image_fault(body)[1]
    found = (
        [{"code": "ERROR_INVALID_IMAGE", "message": f"The image is invalid: {fault}."}]
        if fault
        else []
    )
    return entry, [*entry.errors, *found]


Judged = Sequence[tuple[Entry, Sequence[Mapping[str, str]]]]


def _failure(training: Judged, testing: Judged) -> str:
    empty = any(not any(entry.line for entry, _ in entries) for entries in (training, testing))
    return "ERROR_EMPTY_MANIFEST" if empty else ""


def _place_failure(
    training: Judged, testing: Judged, trainee: Trainee, situations: Situations
) -> str:
    """What is wrong with where the images are: one bucket, that can be read, of the manifests'
    owner.
    """
    buckets = {
        entry.source_ref.split("/")[2] for entry, _ in (*training, *testing) if entry.source_ref
    }
    if len(buckets) > 1:
        return "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
    for bucket in buckets:
        situation = situations.of(bucket)
        if situation is not None and situation.kind == "sealed":
            return "ERROR_FAILED_IMAGES_S3_COPY"
        if bucket in situations.closed:
            return "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET"
        # UNSURE: whose a dataset is that never had a manifest; here the account's that calls.
        owners = {situations.owner(each) for each in trainee.manifests} or {situations.owner("")}
        if owners != {situations.owner(bucket)}:
            return "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"
    return ""


def _row_failure(training: Judged, testing: Judged) -> str:
    for entries in (training, testing):
        if sum(bool(errors) for _, errors in entries) > len(entries) * MOST_BAD_SHARE:
            return "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    return ""


def _label_failure(training: Judged, testing: Judged) -> str:
    kind = _use_case(training)
    every, every_tested = _labels(training), _labels(testing)
    usable, tested = _usable(training, kind), _usable(testing, kind)
    fewest = 1 if kind == "boxes" else FEWEST_CLASSES
    if len(every) < fewest:
        return "ERROR_MANIFEST_TOO_FEW_LABELS"
    if len(every) > MOST_LABELS:
        return "ERROR_MANIFEST_TOO_MANY_LABELS"
    if len(every & every_tested) * 2 < len(every):
        return "ERROR_INSUFFICIENT_LABEL_OVERLAP"
    if len(usable) < fewest:
        return "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"
    if len(usable & tested) * 2 < len(usable):
        return "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP"
    return ""


def _labels(entries: Judged) -> set[str]:
    return {label for entry, _ in entries for label in entry.labels}


def _use_case(entries: Judged) -> str:
    """Training picks one kind and drops the other. UNSURE: which; here the one that more images
    have.
    """
    boxes = sum("boxes" in entry.kinds for entry, _ in entries)
    classes = sum("classification" in entry.kinds for entry, _ in entries)
    return "boxes" if boxes > classes else "classification"


def _usable(entries: Judged, kind: str) -> set[str]:
    return {
        label
        for entry, errors in entries
        if kind in entry.kinds and not errors
        for label in entry.labels
    }


def _files(
    objects: ObjectStore, trainee: Trainee, training: Judged, testing: Judged, failure: str
) -> dict[str, Any]:
    """Write the manifest summary, the validation manifests and, after success, the evaluation."""
    bucket = trainee.output["S3Bucket"]
    folder = "/".join(
        filter(None, (trainee.output.get("S3KeyPrefix", "").strip("/"), trainee.project))
    )
    base = f"{folder}/{trainee.version}"

    def put(name: str, body: str) -> dict[str, Any]:
        objects.write(bucket, f"{base}/{name}", body.encode(), "application/json")
        return {"S3Object": {"Bucket": bucket, "Name": f"{base}/{name}"}}

    summary = put(
        "manifest_summary.json", json.dumps(_summary(training, testing, failure), indent=1)
    )
    described: dict[str, Any] = {"ManifestSummary": summary}
    for member, name, entries in (
        ("TrainingDataResult", "training", training),
        ("TestingDataResult", "testing", testing),
    ):
        manifest = put(
            f"validation/{name}_manifest_with_validation.json", "".join(map(_validated, entries))
        )
        described[member] = {"Validation": {"Assets": [{"GroundTruthManifest": manifest}]}}
    if not failure:
        evaluation = _evaluation(training, testing)
        learned = _learned(evaluation, _use_case(training))
        model = Model(f"{trainee.project} {trainee.version}", trainee.at, **learned)
        used = {
            "TrainingDataResult": snapshot(_used(training, model.kind), model, tested=False),
            "TestingDataResult": snapshot(_used(testing, model.kind), model, tested=True),
        }
        for member, made in used.items():
            # UNSURE: what the snapshots are called; here by their set.
            name = member.removesuffix("DataResult").lower()
            manifest = put(f"{name}_manifest_snapshot.json", made.body)
            described[member]["Output"] = {"Assets": [{"GroundTruthManifest": manifest}]}
        if model.kind == "classification":
            matrix = _matrix(evaluation["LabelEvaluationResults"], used["TestingDataResult"])
            evaluation["AggregatedEvaluationResults"]["ConfusionMatrix"] = matrix
        score = evaluation["AggregatedEvaluationResults"]["F1Score"]
        where = put(
            f"EvaluationResultSummary-{trainee.project}-{trainee.version}.json",
            json.dumps(evaluation),
        )
        described["EvaluationResult"] = {"F1Score": score, "Summary": where}
    return described


def _validated(judged: tuple[Entry, Sequence[Mapping[str, str]]]) -> str:
    entry, errors = judged
    # A line that is no JSON cannot be written again with its error beside it: the error alone is.
    content = (
        {}
        if any(each["code"] == "ERROR_INVALID_JSON_LINE" for each in errors)
        else json.loads(entry.line)
    )
    found = list(errors)
    if not entry.labels and not errors:
        warning = "WARNING_NO_ANNOTATIONS" if entry.kinds else "WARNING_UNANNOTATED_RECORD"
        found.append({"code": warning, "message": "The record is not annotated."})
    if found:
        content["cl-errors"] = found
    return json.dumps(content, ensure_ascii=False) + "\n"


def _summary(training: Judged, testing: Judged, failure: str) -> dict[str, Any]:
    errors = [{"code": failure, "message": _WORDS[failure]}] if failure else []
    return {
        "statistics": {
            name: {
                "use_case": _use_case(training),
                "total_entries": len(entries),
                "error_entries": sum(bool(found) for _, found in entries),
                "labels": sorted({label for entry, _ in entries for label in entry.labels}),
            }
            for name, entries in (("training", training), ("testing", testing))
        },
        "errors": errors,
    }


def _evaluation(training: Judged, testing: Judged) -> dict[str, Any]:
    """The summary file, in the form of the guide's example: the numbers in all and by label, the
    best label first.
    """
    kind = _use_case(training)
    labels = sorted(_usable(training, kind))
    trained, tested = _pictures(training, kind), _pictures(testing, kind)
    results = [_result(label, trained[label], tested[label]) for label in labels]
    results.sort(key=lambda each: (-each["Metrics"]["F1Score"], each["Label"]))
    means = {
        name: round(sum(each["Metrics"][name] for each in results) / len(results), 4)
        for name in ("F1Score", "Precision", "Recall")
    }
    return {
        "Version": 1,
        "AggregatedEvaluationResults": dict(means),
        "EvaluationDetails": {
            "Labels": labels,
            "NumberOfTrainingImages": sum(bool(entry.labels) for entry, _ in training),
            "NumberOfTestingImages": sum(bool(entry.labels) for entry, _ in testing),
        },
        "LabelEvaluationResults": results,
    }


def _pictures(entries: Judged, kind: str) -> Counter[str]:
    """How many usable images have each label."""
    return Counter(label for entry in _used(entries, kind) for label in entry.labels)


def _result(label: str, trained: int, tested: int) -> dict[str, Any]:
    """The numbers of a label: better with more images, and for each label a little off, always the
    same.
    """
    mean = 0.98 - 0.48 / (1 + trained / 4)
    off = zlib.crc32(label.encode()) % 100 / 2000  # up to 0.05
    precision, recall = round(mean - off, 4), round(mean + off / 2, 4)
    score = round(2 * precision * recall / (precision + recall), 4)
    numbers = {"F1Score": score, "Precision": precision, "Recall": recall, "Threshold": THRESHOLD}
    return {"Label": label, "Metrics": numbers, "NumberOfTestingImages": tested}


def _used(entries: Judged, kind: str) -> list[Entry]:
    """The images that could be used."""
    return [entry for entry, errors in entries if kind in entry.kinds and not errors]


def _matrix(results: Sequence[Mapping[str, Any]], tested: Snapshot) -> list[dict[str, Any]]:
    """For each label which share of its test images was given which label (the columns of the
    guide's table add up to 100 %).
    """
    images = {each["Label"]: each["NumberOfTestingImages"] for each in results}
    # UNSURE: whether cells of nothing are listed; here they are not.
    return [
        {
            "GroundTruthLabel": truth,
            "PredictedLabel": given,
            "Value": round(many / images[truth], 4),
        }
        for (truth, given), many in sorted(tested.given.items())
        if images.get(truth)
    ]
