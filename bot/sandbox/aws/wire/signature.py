"""AWS Signature Version 4, from the service's side: in the Authorization header and in the query of
a presigned link.

Promises: nothing passes without a signature made with a secret this account knows, over exactly
this request, in this region, in time. What is refused is refused with the code of the dialect that
was spoken (JSON, query, S3).
"""

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.request import AwsRequest, is_whole

__all__ = ["Credentials", "Dialect", "Signatures", "Signed", "presigned_url"]

Dialect = Literal["json", "query", "s3"]
ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
LONGEST_LINK = 604_800
SKEW = {"json": 300, "query": 900, "s3": 900}
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
HTTP_BAD_REQUEST, HTTP_FORBIDDEN = 400, 403
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided."
    " Check your AWS Secret Access Key and signing method."
)

# UNSURE: newer lists of common errors give 403 for an unknown key; some services are known to
# answer 400.
_REFUSALS: dict[str, dict[str, tuple[str, str, int]]] = {
    "missing": {
        "json": (
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
            HTTP_FORBIDDEN,
        ),
        "query": (
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
            HTTP_FORBIDDEN,
        ),
        "s3": ("AccessDenied", "Access Denied", HTTP_FORBIDDEN),
    },
    "unknown_key": {
        "json": (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            403,
        ),
        "query": (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            403,
        ),
        "s3": (
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            403,
        ),
    },
    "wrong": {
        "json": (
            "InvalidSignatureException",
            _MISMATCH,
            HTTP_FORBIDDEN,
        ),
        "s3": (
            "SignatureDoesNotMatch",
            _MISMATCH,
            HTTP_FORBIDDEN,
        ),
    },
    "late": {
        "json": (
            "InvalidSignatureException",
            "Signature expired: it is too old or too far ahead.",
            HTTP_FORBIDDEN,
        ),
        "query": (
            "SignatureDoesNotMatch",
            "Signature expired: it is too old or too far ahead.",
            HTTP_FORBIDDEN,
        ),
        "s3": (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            HTTP_FORBIDDEN,
        ),
    },
    "malformed": {
        "json": (
            "IncompleteSignatureException",
            "The Authorization header is not complete.",
            HTTP_BAD_REQUEST,
        ),
        "query": (
            "IncompleteSignature",
            "The Authorization header is not complete.",
            HTTP_BAD_REQUEST,
        ),
        "s3": (
            "AuthorizationHeaderMalformed",
            "The authorization header that you provided is not valid.",
            HTTP_BAD_REQUEST,
        ),
    },
    "session_over": {
        "json": (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            HTTP_FORBIDDEN,
        ),
        "query": (
            "ExpiredToken",
            "The security token included in the request is expired",
            HTTP_FORBIDDEN,
        ),
        "s3": ("ExpiredToken", "The provided token has expired.", HTTP_BAD_REQUEST),
    },
}


@dataclass(frozen=True)
class Credentials:
    """A secret the account knows. A session's has a `token` and ends at `expires` (epoch
    seconds).
    """

    access_key: str
    secret: str
    arn: str
    user_id: str
    token: str = ""
    expires: float | None = None


@dataclass(frozen=True)
class Signed:
    """A request that proved itself: who sent it, and what signs the chunks of its body."""

    credentials: Credentials
    signature: str
    key: bytes
    moment: str
    scope: str
    payload: str

    @property
    def region(self) -> str:
        """The region it was signed for."""
        return self.scope.split("/")[1]

    def chunk_signature(self, before: str, chunk: bytes) -> str:
        """The signature of one chunk of a STREAMING-AWS4-HMAC-SHA256-PAYLOAD body, given the one
        before it.
        """
        parts = (
            f"{ALGORITHM}-PAYLOAD",
            self.moment,
            self.scope,
            before,
            EMPTY_SHA256,
            hashlib.sha256(chunk).hexdigest(),
        )
        return hmac.new(self.key, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class _Claim:
    """What a signature says of itself."""

    access_key: str
    scope: str
    headers: tuple[str, ...]
    signature: str
    moment: str
    token: str
    link: bool


class Signatures:
    """Checks signatures for one region. `known(access_key)` gives the account's secrets, `clock`
    epoch seconds.
    """

    def __init__(
        self, known: Callable[[str], Credentials | None], region: str, clock: Callable[[], float]
    ) -> None:
        self._known = known
        self._region = region
        self._clock = clock

    def check(
        self, request: AwsRequest, service: str, dialect: Dialect, region: str = ""
    ) -> Signed:
        """Who sent this request to `service` ("s3", "sagemaker", ...); raises AwsError.

        `region` is a further region that may have been signed for: the one that a bucket elsewhere
        is in.
        """
        claim = _claim(request, dialect)
        credentials = self._known(claim.access_key)
        if credentials is None:
            raise _refusal("unknown_key", dialect, {"AWSAccessKeyId": claim.access_key})
        self._check_scope(claim, service, dialect, region)
        self._check_time(request, claim, dialect)
        if credentials.token != claim.token:
            raise _refusal("unknown_key", dialect)
        if credentials.expires is not None and self._clock() >= credentials.expires:
            raise _refusal("session_over", dialect)
        if service == "s3" and not claim.link:
            _check_all_signed(request, claim)
        payload = _payload(request, claim, service)
        key = _signing_key(credentials.secret, claim.scope)
        canonical = _canonical(request, claim, payload, service)
        words = (
            f"{ALGORITHM}\n{claim.moment}\n{claim.scope}\n"
            f"{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        expected = hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, claim.signature):
            extra = {
                "AWSAccessKeyId": claim.access_key,
                "StringToSign": words,
                "CanonicalRequest": canonical,
            }
            raise _refusal("wrong", dialect, extra if dialect == "s3" else None)
        return Signed(credentials, claim.signature, key, claim.moment, claim.scope, payload)

    def _check_scope(self, claim: _Claim, service: str, dialect: Dialect, other: str) -> None:
        _, region, signed_for, end = claim.scope.split("/")
        right_region = region in {self._region, other}
        if not right_region and dialect == "s3":
            raise AwsError(
                "AuthorizationHeaderMalformed",
                (
                    f"The authorization header is malformed; the region '{region}' is wrong; "
                    f"expecting '{self._region}'"
                ),
                extra={"Region": self._region},
            )
        if not right_region or signed_for != service or end != "aws4_request":
            refused = _refusal("wrong", dialect)
            raise AwsError(
                refused.code, "Credential should be scoped to a valid region.", refused.status
            )

    def _check_time(self, request: AwsRequest, claim: _Claim, dialect: Dialect) -> None:
        now, signed_at = self._clock(), _epoch(claim.moment, dialect)
        if not claim.link:
            if abs(now - signed_at) > SKEW[dialect]:
                raise _refusal("late", dialect)
            return
        lifetime = request.query.get("X-Amz-Expires", "")
        if not is_whole(lifetime) or not 1 <= int(lifetime) <= LONGEST_LINK:
            raise AwsError(
                "AuthorizationQueryParametersError",
                "X-Amz-Expires must be a number of seconds from 1 to 604800 (a week)",
            )
        if signed_at - now > SKEW["s3"]:
            raise AwsError("AccessDenied", "Request is not yet valid", HTTP_FORBIDDEN)
        if now > signed_at + int(lifetime):
            raise AwsError(
                "AccessDenied",
                "Request has expired",
                HTTP_FORBIDDEN,
                extra={
                    "X-Amz-Expires": lifetime,
                    "Expires": _iso(signed_at + int(lifetime)),
                    "ServerTime": _iso(now),
                },
            )


def presigned_url(  # noqa: PLR0913 - a link has that many parts
    credentials: Credentials,
    region: str,
    base_url: str,
    bucket: str,
    key: str,
    *,
    now: float,
    seconds: int,
) -> str:
    """A GET link to an object that this account signs itself, as the service does for its own
    pages.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    raw_query = "&".join(
        f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(query.items())
    )
    path = f"/{bucket}/{quote(key, safe='/-_.~')}"
    request = AwsRequest("GET", path, raw_query, {"host": base_url.partition("://")[2]}, b"")
    claim = _Claim(credentials.access_key, scope, ("host",), "", moment, "", link=True)
    canonical = hashlib.sha256(_canonical(request, claim, UNSIGNED, "s3").encode()).hexdigest()
    words = f"{ALGORITHM}\n{moment}\n{scope}\n{canonical}"
    signature = hmac.new(
        _signing_key(credentials.secret, scope), words.encode(), hashlib.sha256
    ).hexdigest()
    return f"{base_url}{path}?{raw_query}&X-Amz-Signature={signature}"


def _refusal(kind: str, dialect: Dialect, extra: Mapping[str, str] | None = None) -> AwsError:
    answers = _REFUSALS[kind]
    code, message, status = answers.get(dialect) or answers["s3"]
    return AwsError(code, message, status, extra=extra if dialect == "s3" else None)


def _claim(request: AwsRequest, dialect: Dialect) -> _Claim:
    header = request.headers.get("authorization", "")
    query = request.query
    if not header and "X-Amz-Algorithm" in query:
        return _link_claim(query)
    if header.startswith("AWS ") or "AWSAccessKeyId" in query:
        raise AwsError(
            "InvalidRequest",
            (
                "The authorization mechanism you have provided is not supported. Please use "
                "AWS4-HMAC-SHA256."
            ),
        )
    if not header:
        raise _refusal("missing", dialect)
    fields = dict(re.findall(r"(Credential|SignedHeaders|Signature)=([^,\s]+)", header))
    moment = request.headers.get("x-amz-date", "")
    if not header.startswith(f"{ALGORITHM} ") or len(fields) != 3 or not moment:  # noqa: PLR2004 - the three fields
        raise _refusal("malformed", dialect)
    access_key, _, scope = fields["Credential"].partition("/")
    if scope.count("/") != 3:  # noqa: PLR2004 - date, region, service, end
        raise _refusal("malformed", dialect)
    return _Claim(
        access_key,
        scope,
        tuple(fields["SignedHeaders"].split(";")),
        fields["Signature"],
        moment,
        request.headers.get("x-amz-security-token", ""),
        link=False,
    )


def _link_claim(query: Mapping[str, str]) -> _Claim:
    access_key, _, scope = query.get("X-Amz-Credential", "").partition("/")
    complete = all(
        query.get(f"X-Amz-{name}") for name in ("Signature", "SignedHeaders", "Date", "Expires")
    )
    if query["X-Amz-Algorithm"] != ALGORITHM or scope.count("/") != 3 or not complete:  # noqa: PLR2004 - as above
        raise AwsError(
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, "
            "X-Amz-Credential, X-Amz-Signature,"
            " X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
    return _Claim(
        access_key,
        scope,
        tuple(query["X-Amz-SignedHeaders"].split(";")),
        query["X-Amz-Signature"],
        query["X-Amz-Date"],
        query.get("X-Amz-Security-Token", ""),
        link=True,
    )


def _check_all_signed(request: AwsRequest, claim: _Claim) -> None:
    unsigned = [
        name for name in request.headers if name.startswith("x-amz-") and name not in claim.headers
    ]
    if unsigned or "host" not in claim.headers:
        raise AwsError(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            HTTP_FORBIDDEN,
            extra={"HeadersNotSigned": ", ".join(unsigned or ["host"])},
        )


def _payload(request: AwsRequest, claim: _Claim, service: str) -> str:
    if claim.link:
        return request.headers.get("x-amz-content-sha256") or UNSIGNED
    actual = hashlib.sha256(request.body).hexdigest()
    if service != "s3":
        return actual
    declared = request.headers.get("x-amz-content-sha256", "")
    if not declared:
        raise AwsError(
            "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"
        )
    if re.fullmatch(r"[0-9a-f]{64}", declared) and declared != actual:
        raise AwsError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            extra={"ClientComputedContentSHA256": declared, "S3ComputedContentSHA256": actual},
        )
    return declared


def _canonical(request: AwsRequest, claim: _Claim, payload: str, service: str) -> str:
    path = request.raw_path or "/"
    if service != "s3":
        path = quote(path, safe="/-_.~")
    pairs = sorted(
        (_encoded(name), _encoded(value))
        for name, value in request.query_pairs
        if name != "X-Amz-Signature"
    )
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in claim.headers
    )
    return f"{request.method}\n{path}\n{query}\n{headers}\n{';'.join(claim.headers)}\n{payload}"


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _epoch(moment: str, dialect: Dialect) -> float:
    try:
        return float(calendar.timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ")))
    except ValueError as error:
        raise _refusal("malformed", dialect) from error


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
