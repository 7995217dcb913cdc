"""Awkward requests for the AWS stand-in: JSON operations, forms (STS, SNS), S3, its pages; most of
them signed.
"""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from aws_practice import (
    BUCKET,
    FUNCTIONS,
    MEMBERS,
    PUBLIC_TEAM,
    Practice,
    labeling_job,
    lines,
    picture,
)
from fuzzing import Chance, Fuzzed, many
from wire import Line, signed_headers

from bot.sandbox.aws.s3.service import _BUCKET, _OBJECT, _SUBRESOURCES
from bot.sandbox.aws.wire.protocol import service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from botocore.model import Shape

PARTS = ("key", "value")
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'
METHODS = ["GET", "GET", "PUT", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]
KEYS = [
    *(
        "k",
        "fruit/0.png",
        "fruit.manifest",
        "a%20b",
        "a+b",
        "%E6%97%A5",
        "..%2F..%2Fx",
        "%00",
        "k/",
        "//",
    ),
    *("x" * 1100, ""),
]
QUERY = [
    *(
        "max-keys",
        "max-parts",
        "max-uploads",
        "partNumber",
        "part-number-marker",
        "uploadId",
        "prefix",
        "delimiter",
    ),
    *(
        "marker",
        "start-after",
        "continuation-token",
        "encoding-type",
        "fetch-owner",
        "list-type",
        "versionId",
    ),
    *(
        "response-content-type",
        "response-content-disposition",
        "key-marker",
        "upload-id-marker",
        "X-Amz-Expires",
    ),
]
HEADERS = [
    *(
        "range",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "x-amz-copy-source",
    ),
    *(
        "x-amz-copy-source-range",
        "x-amz-tagging",
        "content-md5",
        "x-amz-meta-a",
        "x-amz-expected-bucket-owner",
    ),
    *(
        "x-amz-checksum-crc32",
        "x-amz-checksum-sha256",
        "x-amz-metadata-directive",
        "x-amz-storage-class",
        "origin",
    ),
    *(
        "access-control-request-method",
        "content-encoding",
        "x-amz-acl",
        "x-amz-checksum-mode",
        "content-type",
    ),
    *("x-amz-tagging-directive", "x-amz-server-side-encryption", "x-amz-sdk-checksum-algorithm"),
    *(
        "x-amz-checksum-algorithm",
        "x-amz-object-ownership",
        "x-amz-object-lock-mode",
        "x-amz-grant-read",
    ),
    *(
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
    ),
    *("x-amz-website-redirect-location", "x-amz-request-payer", "x-amz-bucket-object-lock-enabled"),
]
VALUES = [
    *(
        "0",
        "1",
        "2",
        "1000",
        "99999",
        "-1",
        "x",
        "url",
        "true",
        "*",
        "bytes=0-3",
        "bytes=-0",
        "bytes=5-1",
        "bytes=99-",
    ),
    *(
        "GET",
        "http://a.b",
        "/orchard/k",
        "orchard/fruit.manifest",
        "a=1&b=2",
        "ENABLED",
        "REPLACE",
        "STANDARD",
    ),
    *(
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "1B2M2Y8AsgTpgAmY7PhCfg==",
        "111122223333",
        "bytes=1-2,4-5",
        "made up",
        "/",
    ),
    *(
        "GLACIER",
        "OUTPOSTS",
        "aws:kms",
        "AES256",
        "public-read",
        "bucket-owner-full-control",
        "CRC32",
        "XXHASH3",
    ),
    *("BucketOwnerEnforced", "ObjectWriter", "GOVERNANCE", "requester", "alias/orchard", "replace"),
]
DOCUMENTS = [
    "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>",
    (
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
        "<MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>"
    ),
    "<Delete><Object><Key>k</Key></Object><Quiet>true</Quiet></Delete>",
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
    '{"Statement":[{"Effect":"Deny"}]}',
    "5;chunk-signature=00\r\nhello\r\n0\r\n\r\n",
]


class AwsFuzzer:
    """A practice account and a source of requests for it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.practice = Practice(folder)
        self.chance = Chance(seed)
        self.line = Line(self.practice.server.url)
        self.report = Fuzzed()
        self._furnish()
        self._operations = [
            (service, model.operation_model(name))
            for service in self.practice.aws._services.values()
            for model in [service.model]
            for name in service._handlers
        ]
        self._others = list(service_model("sagemaker").operation_names)
        self._forms = [
            (service, service.model.operation_model(name))
            for service in self.practice.aws._forms.values()
            for name in service._handlers
        ]

    def _furnish(self) -> None:
        practice = self.practice
        practice.s3.create_bucket(Bucket=BUCKET)
        practice.put("fruit/0.png", picture())
        practice.put("k", b"0123456789")
        practice.put(
            "fruit.manifest",
            lines(*({"source-ref": f"s3://{BUCKET}/fruit/0.png", "n": n} for n in range(3))),
        )
        labels = {"document-version": "2018-11-28", "labels": [{"label": "a"}, {"label": "b"}]}
        practice.put("labels.json", json.dumps(labels))
        practice.put("page.liquid.html", "<crowd-form>{{ task.input.taskObject }}</crowd-form>")
        made = practice.sagemaker.create_workteam(
            WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
        )
        team = made["WorkteamArn"]
        self._job = labeling_job("known-job", team)
        job = practice.sagemaker.create_labeling_job(**self._job)["LabelingJobArn"]
        project = practice.rekognition.create_project(ProjectName="known")["ProjectArn"]
        dataset = practice.rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN")[
            "DatasetArn"
        ]
        upload = practice.s3.create_multipart_upload(Bucket=BUCKET, Key="k")["UploadId"]
        practice.aws.log(
            "/aws/sagemaker/LabelingJobs", "known-job", int(practice.aws.clock() * 1000), "{}"
        )
        self._upload = upload
        topic = practice.sns.create_topic(Name="known")["TopicArn"]
        queue = practice.sqs.create_queue(QueueName="known", Attributes={"Policy": OPEN})[
            "QueueUrl"
        ]
        arn = "arn:aws:sqs:us-east-1:111122223333:known"
        subscription = practice.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)[
            "SubscriptionArn"
        ]
        stream = labeling_job(
            "stream", team, InputConfig={"DataSource": {"SnsDataSource": {"SnsTopicArn": topic}}}
        )
        practice.sagemaker.create_labeling_job(**stream)
        practice.later()
        self._known = [
            *(
                "known-job",
                "crew",
                "default",
                "known",
                team,
                job,
                project,
                dataset,
                PUBLIC_TEAM,
                "known-job",
            ),
            *(
                f"s3://{BUCKET}/fruit.manifest",
                f"s3://{BUCKET}/page.liquid.html",
                f"s3://{BUCKET}/labels.json",
            ),
            *(
                f"{FUNCTIONS}PRE-ImageMultiClass",
                f"{FUNCTIONS}ACS-ImageMultiClass",
                "/aws/sagemaker/LabelingJobs",
            ),
            *(
                topic,
                queue,
                arn,
                subscription,
                "sqs",
                self._job["RoleArn"],
                "true",
                "All",
                OPEN,
                "GroundTruth-stream",
            ),
            *(
                '{"source-ref": "s3://orchard/fruit/0.png"}',
                "String",
                '{"default": "x"}',
                "json",
                "AQEBx",
            ),
        ]

    def run(self, count: int, progress: Callable[[], None]) -> Fuzzed:
        """Send that many requests; the account lives on meanwhile."""
        many(count, self._one, progress)
        self.line.close()
        self.practice.server.stop()
        return self.report

    def _one(self) -> None:
        kind = self.chance.random.random()
        if kind < 0.42:
            self._json()
        elif kind < 0.82:
            self._s3()
        elif kind < 0.97:
            self._form()
        else:
            self._pages()
        if self.report.requests % 200 == 0:
            # What was asked for has to live on: a request that breaks a later tick is a crash too.
            try:
                self.practice.later()
            except Exception as error:  # any break at all is what is looked for
                self.report.judge("tick", 599, f"a tick broke: {error!r}")

    # -- JSON
    # ----------------------------------------------------------------------------------------------

    def _json(self) -> None:
        chance = self.chance
        service, operation = chance.one(self._operations)
        name = operation.name
        if chance.often(0.05):
            name = chance.one([*self._others, "NoSuchThing", chance.word() or "x"])
        asked: Any = self._shaped(operation.input_shape, 0) if operation.input_shape else {}
        if name == "CreateLabelingJob" and chance.often(0.5):
            asked = {**self._job, "LabelingJobName": f"job-{self.report.requests}"}
        if isinstance(asked, dict) and asked.get("WaitTimeSeconds") in range(1, 21):
            asked["WaitTimeSeconds"] = 0  # a long poll would be just that
        body = json.dumps(chance.spoiled(asked, 0.4)).encode()
        if chance.often(0.03):
            body = chance.one(
                [
                    b"",
                    b"[",
                    b"{" * 5000,
                    b"[" * 100_000,
                    b'{"a": NaN}',
                    b"\xff\xfe",
                    b'"x"',
                    b"null",
                ]
            )
        target = f"{service.prefix}.{name}" if chance.often(0.98) else chance.word()
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        status, content = self._signed("POST", "/", body, service.model.signing_name, headers)
        readable = _is_json(content) or not target.startswith(service.prefix)
        self.report.judge(
            f"{service.name}.{name} {body[:1500]!r}", status, None if readable else "no JSON"
        )

    def _shaped(self, shape: Shape, depth: int) -> Any:  # noqa: PLR0911 - one line per kind
        chance, kind, rules = self.chance, shape.type_name, shape.metadata
        if chance.often(0.02) or depth > 6:
            return chance.awkward()
        if kind == "structure":
            names = sorted({*shape.required_members, *chance.some(list(shape.members), 4)})  # type: ignore[attr-defined]
            return {name: self._shaped(shape.members[name], depth + 1) for name in names}  # type: ignore[attr-defined]
        if kind == "list":
            member = shape.member  # type: ignore[attr-defined]
            return [self._shaped(member, depth + 1) for _ in range(chance.random.randint(0, 3))]
        if kind == "map":
            return {"key": self._shaped(shape.value, depth + 1)}  # type: ignore[attr-defined]
        if "enum" in rules:
            return chance.one(rules["enum"])
        if kind in {"string", "character"}:
            return (
                chance.one(self._known)
                if chance.often(0.8)
                else f"name-{chance.random.randint(0, 99)}"
            )
        if kind in {"integer", "long", "float", "double", "timestamp"}:
            return chance.random.randint(rules.get("min", 0), rules.get("max", 1000))
        return (
            "eyJzb3VyY2UtcmVmIjoiczM6Ly9vcmNoYXJkL2sifQ==" if kind == "blob" else chance.often(0.5)
        )

    # -- S3, STS, pages
    # ----------------------------------------------------------------------------------------------

    def _s3(self) -> None:
        chance = self.chance
        method = chance.one(METHODS)
        bucket = chance.one(
            [
                BUCKET,
                BUCKET,
                BUCKET,
                "locked",
                "far-away",
                "none",
                "made-here",
                "Bad_Name",
                "%00",
                "",
            ]
        )
        path = f"/{bucket}/{chance.one(KEYS)}" if chance.often(0.7) else f"/{bucket}"
        query = []
        if chance.often(0.5):
            names = [
                name for verb, name in {**_BUCKET, **_OBJECT} if verb == method and name
            ] + list(_SUBRESOURCES)
            query.append(chance.one(names))
        query += [
            f"{name}={urllib.parse.quote(self._value(name))}" for name in chance.some(QUERY, 2)
        ]
        path += f"?{'&'.join(query)}" if query else ""
        headers = {name: self._value(name) for name in chance.some(HEADERS, 2)}
        body = b""
        if method in {"PUT", "POST", "PATCH"}:
            body = self._document()
        status, content = self._signed(method, path, body, "s3", headers)
        problem = None
        if status >= 400 and method != "HEAD" and not _is_xml(content):
            problem = "no XML"
        self.report.judge(f"s3.{method} {path} {headers} {body[:500]!r}", status, problem)

    def _value(self, name: str) -> str:
        if name == "uploadId" and self.chance.often(0.7):
            return str(self._upload)
        text = self.chance.one(VALUES) if self.chance.often(0.8) else self.chance.word()
        return text.encode("latin-1", "ignore").decode("latin-1").strip()

    def _document(self) -> bytes:
        chance = self.chance
        text = chance.one(DOCUMENTS) if chance.often(0.8) else chance.word()
        if chance.often(0.3):
            at = chance.random.randrange(len(text) + 1)
            text = text[:at] + chance.word() + text[at + chance.random.randint(0, 5) :]
        return text.encode("utf-8", "ignore")

    def _form(self) -> None:
        chance = self.chance
        service, operation = chance.one(self._forms)
        action = (
            operation.name
            if chance.often(0.95)
            else chance.one([*service.model.operation_names, "NoSuchThing", ""])
        )
        asked: Any = self._shaped(operation.input_shape, 0) if operation.input_shape else {}
        form = {"Action": action, "Version": service.model.api_version}
        form |= dict(_flat(chance.spoiled(asked, 0.4), ""))
        if chance.often(0.1):
            form[
                chance.one(
                    [chance.word(), "TopicArn.x.y", "Attributes.entry.x.key", "a" + ".b" * 50]
                )
            ] = chance.word()
        body = urllib.parse.urlencode(form, errors="ignore").encode()
        if chance.often(0.03):
            body = chance.one(
                [b"", b"Action", b"&&==&", b"\xff=%FF", b"Action=Publish&Action=CreateTopic"]
            )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, content = self._signed("POST", "/", body, service.model.signing_name, headers)
        problem = None if _is_xml(content) else "no XML"
        self.report.judge(f"{service.name}.{action} {body[:1500]!r}", status, problem)

    def _pages(self) -> None:
        chance = self.chance
        inside = f"/_s3/{BUCKET}/{chance.one(KEYS)}"
        places = ["/_s3/", f"/_s3/{BUCKET}/", f"/_s3/{BUCKET}/fruit/", inside, "/_s3/none/x"]
        queries = ["", "?raw", "?after=x", "?after=%FF"]
        path = chance.one(places) + chance.one(queries)
        method = chance.one(["GET", "GET", "HEAD", "POST"])
        if chance.often(0.2):
            after = urllib.parse.quote(chance.word())
            path = (
                chance.one(["/_control/journal", "/_control/journal/page", "/_control/faults"])
                + f"?after={after}"
            )
            method = "GET"
        status, _, _ = self.line.send(method, path)
        self.report.judge(f"page.{method} {path}", status, None)

    def _signed(
        self, method: str, path: str, body: bytes, service: str, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        if self.chance.often(0.95):
            headers = signed_headers(self.line.url, method, path, body, service, headers)
        status, _, content = self.line.send(method, path, body, headers)
        return status, content


def _flat(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """A value as the names and texts of a form, as the query protocol writes them."""
    if isinstance(value, dict):
        pairs: Any = value.items()
        if at and all(isinstance(each, str) for each in value.values()) and "key" in value:
            entries = enumerate(value.items(), 1)
            pairs = [
                (f"entry.{n}.{part}", text)
                for n, kv in entries
                for part, text in zip(PARTS, kv, strict=True)
            ]
        for name, each in pairs:
            yield from _flat(each, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for number, each in enumerate(value[:20], 1):
            yield from _flat(each, f"{at}.member.{number}")
    else:
        yield (
            at or "x",
            "" if value is None else str(value).lower() if isinstance(value, bool) else str(value),
        )


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def _is_xml(content: bytes) -> bool:
    try:
        ET.fromstring(content)  # noqa: S314 - written by the stand-in
    except ET.ParseError:
        return False
    return True
