"""What S3 does with buckets: make, look, list, remove; and what belongs to a bucket: CORS rules,
policy, tags.
"""

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.sandbox import strict_json
from bot.sandbox.aws.s3.bucket_policies import principal_fault
from bot.sandbox.aws.s3.object_store import ObjectStore
from bot.sandbox.aws.s3.objects import tags_of_document
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest, is_whole
from bot.sandbox.aws.wire.xml import Reply, children, document, iso, parsed, text_of
from bot.sandbox.store import Store

__all__ = ["S3Buckets"]

HTTP_NO_CONTENT, HTTP_FORBIDDEN, HTTP_NOT_FOUND, HTTP_CONFLICT = 204, 403, 404, 409
MOST_BUCKET_TAGS = 50
MOST_CORS_RULES = 100
LARGEST_POLICY = 20_480
_METHODS = {"GET", "PUT", "HEAD", "POST", "DELETE"}
_RULE_LISTS = {
    "AllowedHeader": "AllowedHeaders",
    "AllowedMethod": "AllowedMethods",
    "AllowedOrigin": "AllowedOrigins",
    "ExposeHeader": "ExposeHeaders",
}
_PUBLIC = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class S3Buckets:
    """Operations on the buckets of one account and region."""

    def __init__(self, store: Store, objects: ObjectStore, *, region: str, account: str) -> None:
        self._store = store
        self._objects = objects
        self._region = region
        self._account = account

    def list_all(self, foreign: Callable[[str], bool]) -> Reply:
        """ListBuckets, without those of other accounts."""
        found = [
            {"Name": name, "CreationDate": iso(created)}
            for name, created in self._objects.buckets()
            if not foreign(name)
        ]
        owner = {"ID": self._account, "DisplayName": self._account}
        return document("ListAllMyBucketsResult", {"Owner": owner, "Buckets": {"Bucket": found}})

    def create(self, bucket: str, body: bytes) -> Reply:
        """CreateBucket; making one's own bucket again is an error in every region but us-east-1."""
        check_bucket_name(bucket)
        wanted = (text_of(parsed(body), "LocationConstraint") or "") if body.strip() else ""
        home = "" if self._region == "us-east-1" else self._region
        if wanted != home:
            code = (
                "IllegalLocationConstraintException"
                if home or wanted != "us-east-1"
                else "InvalidLocationConstraint"
            )
            raise AwsError(
                code,
                (
                    f"The {wanted or 'unspecified'} location constraint is incompatible for the "
                    "region."
                ),
            )
        if not self._objects.create_bucket(bucket) and home:
            raise AwsError(
                "BucketAlreadyOwnedByYou",
                (
                    "Your previous request to create the named bucket succeeded and you already "
                    "own it."
                ),
                HTTP_CONFLICT,
            )
        return Reply(headers={"location": f"/{bucket}"})

    def delete(self, bucket: str) -> Reply:
        """DeleteBucket; it has to be empty."""
        with self._store.write() as rows:
            if rows.execute("SELECT 1 FROM object WHERE bucket = ? LIMIT 1", (bucket,)).fetchone():
                raise AwsError(
                    "BucketNotEmpty", "The bucket you tried to delete is not empty", HTTP_CONFLICT
                )
            rows.execute("DELETE FROM bucket WHERE name = ?", (bucket,))
            rows.execute("DELETE FROM bucket_setting WHERE bucket = ?", (bucket,))
        return Reply(HTTP_NO_CONTENT)

    def head(self, region: str) -> Reply:
        """HeadBucket, for a bucket of this region."""
        return Reply(headers={"x-amz-bucket-region": region, "content-type": "application/xml"})

    def location(self, region: str) -> Reply:
        """GetBucketLocation: empty for us-east-1."""
        reply = document("LocationConstraint", {})
        where = "" if region == "us-east-1" else region
        reply.body = reply.body.replace(
            b"></LocationConstraint>", f">{where}</LocationConstraint>".encode()
        )
        return reply

    def get_cors(self, bucket: str) -> Reply:
        """GetBucketCors."""
        rules = self.cors_rules(bucket)
        if not rules:
            raise AwsError(
                "NoSuchCORSConfiguration",
                "The CORS configuration does not exist",
                HTTP_NOT_FOUND,
                extra={"BucketName": bucket},
            )
        written = [
            {
                "ID": rule.get("ID"),
                **{element: rule.get(member, []) for element, member in _RULE_LISTS.items()},
                "MaxAgeSeconds": rule.get("MaxAgeSeconds"),
            }
            for rule in rules
        ]
        return document("CORSConfiguration", {"CORSRule": written})

    def put_cors(self, bucket: str, body: bytes) -> Reply:
        """PutBucketCors."""
        rules = []
        for element in children(parsed(body), "CORSRule"):
            rule: dict[str, Any] = {
                member: [each.text or "" for each in children(element, name)]
                for name, member in _RULE_LISTS.items()
            }
            age = text_of(element, "MaxAgeSeconds")
            if age is not None and not is_whole(age):
                raise AwsError(
                    "MalformedXML", "The XML you provided was not well-formed or did not validate"
                )
            rules.append(
                rule
                | {"ID": text_of(element, "ID"), "MaxAgeSeconds": None if age is None else int(age)}
            )
        if not 1 <= len(rules) <= MOST_CORS_RULES or any(
            not r["AllowedMethods"] or not r["AllowedOrigins"] for r in rules
        ):
            raise AwsError(
                "MalformedXML", "The XML you provided was not well-formed or did not validate"
            )
        for method in (method for rule in rules for method in rule["AllowedMethods"]):
            if method not in _METHODS:
                raise AwsError(
                    "InvalidRequest",
                    f"Found unsupported HTTP method in CORS config. Unsupported method is {method}",
                )
        self._set(bucket, "cors", json.dumps({"CORSRules": rules}))
        return Reply()

    def get_public_access_block(self, bucket: str) -> Reply:
        """GetPublicAccessBlock. Every bucket was made since April 2023, when S3 began to make new
        ones with all four on.
        """
        kept = self._setting(bucket, "public_access_block")
        blocked = dict.fromkeys(_PUBLIC, "true") if kept is None else kept
        return document("PublicAccessBlockConfiguration", blocked)

    def put_public_access_block(self, bucket: str, body: bytes) -> Reply:
        """PutPublicAccessBlock; what is not named is off."""
        said = {name: (text_of(parsed(body), name) or "false").lower() for name in _PUBLIC}
        if not {*said.values()} <= {"true", "false"}:
            raise _malformed()
        self._keep_setting(bucket, "public_access_block", said)
        return Reply()

    def get_encryption(self, bucket: str) -> Reply:
        """GetBucketEncryption. Without another setting S3 encrypts by itself."""
        kept = self._setting(bucket, "encryption") or {"SSEAlgorithm": "AES256"}
        rule = {"ApplyServerSideEncryptionByDefault": kept, "BucketKeyEnabled": "false"}
        return document("ServerSideEncryptionConfiguration", {"Rule": [rule]})

    def put_encryption(self, bucket: str, body: bytes) -> Reply:
        """PutBucketEncryption: one rule, with S3's own way or a KMS key."""
        defaults = [
            each
            for rule in children(parsed(body), "Rule")
            for each in children(rule, "ApplyServerSideEncryptionByDefault")
        ]
        if len(defaults) != 1:
            raise _malformed()
        said = {name: text_of(defaults[0], name) for name in ("SSEAlgorithm", "KMSMasterKeyID")}
        if said["SSEAlgorithm"] not in {"AES256", "aws:kms", "aws:kms:dsse"}:
            raise _malformed()
        if said["KMSMasterKeyID"] and said["SSEAlgorithm"] == "AES256":
            raise AwsError(
                "InvalidArgument",
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
            )
        kept = {name: text for name, text in said.items() if text}
        self._keep_setting(bucket, "encryption", kept)
        return Reply()

    def get_policy(self, bucket: str) -> Reply:
        """GetBucketPolicy. A policy is kept, and enforced in buckets that no other one names."""
        policy = self.policy(bucket)
        if policy is None:
            raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", HTTP_NOT_FOUND)
        return Reply(body=policy.encode(), headers={"content-type": "application/json"})

    def policy(self, bucket: str) -> str | None:
        """The bucket's policy as it was put."""
        return self._get(bucket, "policy")

    def acl(self, owner: str) -> Reply:
        """GetBucketAcl and GetObjectAcl, where ACLs are off: the owner alone has every right."""
        whose = {"ID": owner, "DisplayName": owner}
        grant = {"Grantee": whose, "Permission": "FULL_CONTROL"}
        reply = document(
            "AccessControlPolicy", {"Owner": whose, "AccessControlList": {"Grant": [grant]}}
        )
        kind = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"'
        reply.body = reply.body.replace(b"<Grantee>", b"<Grantee %b>" % kind)
        return reply

    def put_policy(self, bucket: str, body: bytes) -> Reply:
        """PutBucketPolicy; checks that it is JSON with statements."""
        try:
            policy = strict_json.loads(body)
        except ValueError as error:
            raise AwsError(
                "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"
            ) from error
        if (
            not isinstance(policy, dict)
            or not policy.get("Statement")
            or len(body) > LARGEST_POLICY
        ):
            raise AwsError("MalformedPolicy", "Missing required field Statement")
        if principal_fault(policy):
            raise AwsError("MalformedPolicy", "Invalid principal in policy")
        self._set(bucket, "policy", body.decode())
        return Reply(HTTP_NO_CONTENT)

    def get_tags(self, bucket: str) -> Reply:
        """GetBucketTagging."""
        tags = self._get(bucket, "tags")
        if tags is None:
            raise AwsError("NoSuchTagSet", "The TagSet does not exist", HTTP_NOT_FOUND)
        pairs = [{"Key": name, "Value": value} for name, value in json.loads(tags).items()]
        return document("Tagging", {"TagSet": {"Tag": pairs}})

    def put_tags(self, bucket: str, body: bytes) -> Reply:
        """PutBucketTagging."""
        self._set(bucket, "tags", json.dumps(tags_of_document(body, MOST_BUCKET_TAGS)))
        return Reply(HTTP_NO_CONTENT)

    def forget(self, bucket: str, column: str) -> Reply:
        """DeleteBucketCors, -Policy, -Tagging."""
        self._set(bucket, column, None)
        return Reply(HTTP_NO_CONTENT)

    def cors_rules(self, bucket: str) -> list[dict[str, Any]]:
        """The bucket's CORS rules; none for a bucket that does not exist."""
        stored = self._get(bucket, "cors")
        rules: list[dict[str, Any]] = json.loads(stored)["CORSRules"] if stored else []
        return rules

    def cors_headers(self, request: AwsRequest, bucket: str) -> dict[str, str]:
        """The headers that let a web page of the request's Origin read the answer; none when no
        rule allows it.
        """
        origin = request.headers.get("origin", "")
        rule = self._rule(bucket, origin, request.method, "") if origin else None
        return {} if rule is None else _allowing(rule, origin, request.method)

    def preflight(self, request: AwsRequest, bucket: str) -> Reply:
        """OPTIONS, unsigned: may a page of this Origin use this method?"""
        origin = request.headers.get("origin", "")
        method = request.headers.get("access-control-request-method", "")
        if not origin or method not in _METHODS:
            raise AwsError("BadRequest", "Insufficient information. Origin request header needed.")
        asked = request.headers.get("access-control-request-headers", "")
        rule = self._rule(bucket, origin, method, asked)
        if rule is None:
            why = (
                "This CORS request is not allowed."
                if self.cors_rules(bucket)
                else "CORS is not enabled."
            )
            raise AwsError("AccessForbidden", f"CORSResponse: {why}", HTTP_FORBIDDEN)
        headers = _allowing(rule, origin, method)
        if asked:
            headers["access-control-allow-headers"] = asked
        return Reply(headers=headers)

    def _rule(self, bucket: str, origin: str, method: str, asked: str) -> Mapping[str, Any] | None:
        wanted = [name.strip().lower() for name in asked.split(",") if name.strip()]
        for rule in self.cors_rules(bucket):
            allowed = [pattern.lower() for pattern in rule.get("AllowedHeaders", [])]
            if (
                method in rule["AllowedMethods"]
                and any(fnmatchcase(origin, pattern) for pattern in rule["AllowedOrigins"])
                and all(any(fnmatchcase(name, pattern) for pattern in allowed) for name in wanted)
            ):
                return rule
        return None

    def _setting(self, bucket: str, name: str) -> dict[str, str] | None:
        with self._store.read() as rows:
            row = rows.execute(
                "SELECT value FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, name)
            ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def _keep_setting(self, bucket: str, name: str, value: Mapping[str, str]) -> None:
        with self._store.write() as rows:
            rows.execute(
                "INSERT OR REPLACE INTO bucket_setting (bucket, name, value) VALUES (?, ?, ?)",
                (bucket, name, json.dumps(value)),
            )

    def _get(self, bucket: str, column: str) -> str | None:
        with self._store.read() as rows:
            row = rows.execute(f"SELECT {column} FROM bucket WHERE name = ?", (bucket,)).fetchone()
        return None if row is None else row[0]

    def _set(self, bucket: str, column: str, value: str | None) -> None:
        with self._store.write() as rows:
            rows.execute(f"UPDATE bucket SET {column} = ? WHERE name = ?", (value, bucket))


def _malformed() -> AwsError:
    return AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate")


def check_bucket_name(bucket: str) -> None:
    """Refuse a name that S3 would not give: 3 to 63 of a-z, 0-9, dot, hyphen; no address, no two
    dots together.
    """
    good = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket)
    if (
        not good
        or ".." in bucket
        or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", bucket)
        or bucket.startswith("xn--")
    ):
        raise AwsError(
            "InvalidBucketName", "The specified bucket is not valid.", extra={"BucketName": bucket}
        )


def _allowing(rule: Mapping[str, Any], origin: str, method: str) -> dict[str, str]:
    every = "*" in rule["AllowedOrigins"]
    headers = {
        "access-control-allow-origin": "*" if every else origin,
        "access-control-allow-methods": ", ".join(rule["AllowedMethods"]) or method,
        "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    if not every:
        headers["access-control-allow-credentials"] = "true"
    if rule.get("ExposeHeaders"):
        headers["access-control-expose-headers"] = ", ".join(rule["ExposeHeaders"])
    if rule.get("MaxAgeSeconds") is not None:
        headers["access-control-max-age"] = str(rule["MaxAgeSeconds"])
    return headers
