"""What a bucket's policy must say for Rekognition to read training data in it (pure).

Source: the Custom Labels guide, "Set up bucket permissions" for a bucket other than the console's:
the service itself asks where the bucket lies and whose it is, and reads its objects.
"""

import json
from typing import Any

READING = {"ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET"}
"""Codes by which AWS says that it may not read the manifest's bucket. Where it may not read the
pictures', which can be another, the code's own remedy is all that is said.
"""
_SERVICE = {"Service": "rekognition.amazonaws.com"}
_BUCKET = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
_OBJECTS = ["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging"]


def statements(bucket: str) -> list[dict[str, Any]]:
    """The statements that let Rekognition read a bucket."""
    arn = f"arn:aws:s3:::{bucket}"
    return [
        _allowed("LabeljobRekognitionBucket", _BUCKET, arn),
        _allowed("LabeljobRekognitionObjects", _OBJECTS, f"{arn}/*"),
    ]


def written(bucket: str) -> str:
    """A whole policy of these statements, to be pasted where the bucket has none."""
    policy = {"Version": "2012-10-17", "Statement": statements(bucket)}
    return json.dumps(policy, indent=1)


def merged(policy: str, bucket: str) -> str | None:
    """A bucket's policy ("" for none) with the statements that it lacks; None where it lacks none.

    What others wrote into it stays as it is.
    """
    said: dict[str, Any] = json.loads(policy) if policy else {"Version": "2012-10-17"}
    there = said.get("Statement", [])
    if isinstance(there, dict):  # IAM takes one statement without a list
        there = [there]
    more = [each for each in statements(bucket) if each not in there]
    if not more:
        return None
    names = {each["Sid"] for each in more}
    kept = [each for each in there if each.get("Sid") not in names]  # ours, as somebody changed it
    return json.dumps({**said, "Statement": [*kept, *more]})


def _allowed(name: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {
        "Sid": name,
        "Effect": "Allow",
        "Principal": _SERVICE,
        "Action": actions,
        "Resource": resource,
    }
