"""Probes of the buckets of LABELJOB_BUCKETS: there, in the Region, readable, writable, and open to
worker pages.

The only place where the doctor changes something: a small object below `labeljob/` that is removed
at once.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.base.aws import AwsRefused, renamed
from bot.base.errors import LabeljobError
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.runtime.doctor.examination import Finding, NotAsked, Surroundings, Verdict, probe

RULE = {
    "CORSRules": [
        {
            "AllowedHeaders": [],
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["*"],
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
}
_PATIENCE = 10.0  # seconds for an answer to a worker page's question


@probe("buckets", needs=("LABELJOB_BUCKETS",))
def buckets(around: Surroundings) -> Iterator[Finding]:
    """Every bucket of LABELJOB_BUCKETS exists, is in the Region and can be read.

    Name the buckets (or bucket/folder) in LABELJOB_BUCKETS; allow s3:ListBucket on each bucket and
    s3:GetObject on its objects to the bot, as docs/running.md says. Ground Truth wants its buckets
    in the Region of the jobs.
    """
    if not around.settings.buckets:
        yield Finding(
            Verdict.FAILS, "LABELJOB_BUCKETS is empty: no picture can be read and no label written."
        )
        return
    if not around.learned.aws_account:
        raise NotAsked("AWS credentials")
    for place in around.settings.buckets:
        yield _read(around, place)


def _read(around: Surroundings, place: str) -> Finding:
    """One place: the bucket's Region, a listing, and one byte of the first object."""
    bucket, _, prefix = place.partition("/")
    s3, region = around.aws.act("s3"), around.settings.aws_region
    try:
        with renamed():
            headers = s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
        elsewhere = headers.get("x-amz-bucket-region", region)
        if elsewhere != region:
            return Finding(
                Verdict.FAILS, f"The bucket is in {elsewhere}, the bot works in {region}.", of=place
            )
        with renamed():
            folder = prefix and f"{prefix.rstrip('/')}/"
            listed = s3.list_objects_v2(Bucket=bucket, Prefix=folder, MaxKeys=10).get(
                "Contents", ()
            )
            key = next((item["Key"] for item in listed if item["Size"]), None)
            if key is not None:
                s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()
    except AwsRefused as error:
        return Finding(Verdict.FAILS, _why(error, bucket), of=place)
    except LabeljobError as error:
        return Finding(Verdict.FAILS, error.words, of=place)
    around.learned.readable.add(place)
    return Finding(
        Verdict.OK, f"In {region}, readable{'' if key else '; it is still empty'}.", of=place
    )


def _why(error: AwsRefused, bucket: str) -> str:
    """What S3's refusal of a look at a bucket means (HEAD answers have no words, only a number)."""
    if error.code in {"404", "NoSuchBucket", "NotFound"}:
        return f"There is no bucket “{bucket}”."
    if error.code == "PermanentRedirect":
        return error.words
    return f"The bot may not read it: {error.words}"


@probe("writing to buckets", needs=("LABELJOB_BUCKETS", "AWS credentials"))
def writing(around: Surroundings) -> Iterator[Finding]:
    """The bot can write below `labeljob/` where labels go; a small object is written there and
    removed again.

    Allow s3:PutObject on the bucket's objects to the bot. A bucket that only holds pictures need
    not be writable, but one bucket must be: worker pages, manifests and label files are written to
    the place that a job's form names.
    """
    places = _readable(around)
    findings = [_write(around, place) for place in places]
    yield from findings
    if not any(finding.verdict is Verdict.OK for finding in findings):
        yield Finding(Verdict.FAILS, "The bot can write to no bucket at all.")


def _write(around: Surroundings, place: str) -> Finding:
    bucket, _, prefix = place.partition("/")
    uri = S3Uri(bucket, prefix).join("labeljob", f"doctor-{around.new_id()}")
    storage = Storage.for_work(around.aws, around.settings.allowed)
    try:
        removed = storage.try_writing(uri)
    except LabeljobError as error:
        return Finding(Verdict.LOOK, error.words, of=place)
    if not removed:
        remedy = (
            f"Remove {uri}; s3:DeleteObject on {place}/labeljob/doctor-* lets the doctor do it."
        )
        return Finding(
            Verdict.LOOK,
            "Writable; the doctor's small object could not be removed again.",
            remedy,
            place,
        )
    return Finding(
        Verdict.OK,
        "Writable; a small object below labeljob/ was written and removed again.",
        of=place,
    )


@probe("CORS of buckets", needs=("LABELJOB_BUCKETS", "AWS credentials"))
def cors(around: Surroundings) -> Iterator[Finding]:
    """S3 lets worker pages load pictures (it sends Access-Control-Allow-Origin for GET).

    Add a CORS rule to the bucket. Without it the tasks of its pictures fail; the console adds the
    rule when it makes a job, the API does not.
    """
    for place in _readable(around):
        bucket, _, prefix = place.partition("/")
        key = S3Uri(bucket, prefix).join("labeljob", "doctor").key
        allowed = _preflight(_address(around.aws.act("s3"), bucket, key), _origin(around))
        if allowed:
            yield Finding(Verdict.OK, f"Pages of {allowed} may load pictures.", of=place)
            continue
        remedy = (
            f"aws s3api put-bucket-cors --bucket {bucket} --cors-configuration '{json.dumps(RULE)}'"
        )
        words = (
            f"S3 sends no Access-Control-Allow-Origin to {_origin(around)}: workers would see no "
            "pictures."
        )
        yield Finding(
            Verdict.FAILS,
            words,
            f"Add the rule (it replaces those that are there): {remedy}",
            place,
        )


@probe("events of buckets", needs=("LABELJOB_BUCKETS", "AWS credentials"))
def events(around: Surroundings) -> Iterator[Finding]:
    """The bot may see what buckets tell to topics, so that their folders can feed streaming jobs.

    Allow s3:GetBucketNotification and s3:PutBucketNotification on the buckets of such folders to
    the bot; without them people send objects by /labeljob send.
    """
    for bucket in dict.fromkeys(place.partition("/")[0] for place in _readable(around)):
        try:
            with renamed():
                around.aws.act("s3").get_bucket_notification_configuration(Bucket=bucket)
        except AwsRefused as error:
            yield Finding(Verdict.LOOK, error.words, of=bucket)
        else:
            yield Finding(Verdict.OK, "Its folders can feed streaming jobs.", of=bucket)


def _readable(around: Surroundings) -> list[str]:
    """The places that the bot can read; what is unwell of the others is told already."""
    readable = [place for place in around.settings.buckets if place in around.learned.readable]
    if not readable:
        raise NotAsked("buckets")
    return readable


def _origin(around: Surroundings) -> str:
    """Where the worker pages come from."""
    # UNSURE: that the page with the pictures has the portal's own origin; docs/running.md's rule
    # allows every one.
    parts = urlsplit(
        around.learned.portal
        or f"https://example.labeling.{around.settings.aws_region}.sagemaker.aws"
    )
    return f"{parts.scheme}://{parts.netloc}"


def _address(s3: Any, bucket: str, key: str) -> str:
    """The object's plain address, as a browser asks for it."""
    signed = urlsplit(
        s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=30)
    )
    return f"{signed.scheme}://{signed.netloc}{signed.path}"


def _preflight(address: str, origin: str) -> str:
    """Which origin S3 allows to GET, asked as a browser asks before it; "" for none. It needs no
    permission.
    """
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    request = urllib.request.Request(address, method="OPTIONS", headers=headers)  # noqa: S310 - botocore's own address
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
            allowed = str(answer.headers.get("Access-Control-Allow-Origin") or "")
    except urllib.error.HTTPError as error:
        error.close()
        return ""
    return allowed if allowed in {"*", origin} else ""
