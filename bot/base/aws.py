"""The way to AWS: one session, and clients whose patience fits who is waiting.

Promises: `form` clients answer or give up within the 1.5 s that a form page may spend (Slack waits
3 s); `act` clients try a call that may be repeated at most three times; `create` clients ask once,
so that what AWS answers is said of the only request; `poll` clients adapt their pace to throttling.
Errors of boto3 are renamed here: see `renamed`. boto3 is read, and a client made, when one is first
used or when `prepare` is called: the bot has its connection to Slack some 0.3 s sooner for that.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from bot.base import metrics
from bot.base.aws_models import models
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.settings import Settings

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_TRIES = {"form": 1, "act": 3, "create": 1}
_CONNECTIONS = 64  # that a client keeps for the next question: as many forms may ask at once
# each other service holds 1 to 4 MB of its description in every process that makes its client
_USUAL = frozenset({"s3", "sagemaker", "rekognition"})
_DENIED = {"AccessDenied", "AccessDeniedException", "403"}
_PASSING = metrics.THROTTLED | {"RequestTimeout", "RequestTimeoutException"}
_PASSING_STATUSES = {408, 429}  # and whatever says that the fault is AWS's
_LAPSED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
}


class AwsRefused(Refusal):
    """AWS refused the request. `said` is AWS's own sentence, "" where it says no more than no."""

    def __init__(self, message: str, code: str, said: str = "") -> None:
        super().__init__(f"{message} AWS says: {said}" if said else message)
        self.code = code
        self.said = said

    @property
    def denied(self) -> bool:
        """Whether the bot may not do it."""
        return self.code in _DENIED


class AwsBusy(Transient):
    """AWS did not answer in time or asks to wait. Nothing was lost; it is tried again by itself."""


class Lapsed(Transient):
    """The bot has no AWS credentials. An administrator can set AWS_ACCESS_KEY_ID or give the
    machine a role.
    """


class Unclear(Transient):
    """The bot has no access to look whether AWS did what was requested."""


class AwsGarbled(AwsBusy):
    """AWS's answer could not be read. Nothing was lost; it is tried again by itself."""


class Aws:
    """boto3 clients for one account and Region, made once and shared (clients are thread-safe,
    making them is not).
    """

    def __init__(self, settings: Settings) -> None:
        self.region = settings.aws_region
        self.encryption = settings.s3_encryption
        self._settings = settings
        self._asked: dict[tuple[str, str], _Client] = {}
        self._making = threading.RLock()

    def form(self, service: str) -> Any:
        """A client for a form page: one try, 1.5 s."""
        return self._client(service, "form")

    def act(self, service: str) -> Any:
        """A client for the worker's calls that may be repeated: three tries at most."""
        return self._client(service, "act")

    def create(self, service: str) -> Any:
        """A client for calls that make something: one try.

        boto3 forgets a lost answer when it tries again: its second try may be refused for what the
        first one made.
        """
        return self._client(service, "create")

    def poll(self, service: str) -> Any:
        """A client for the worker's rounds: adaptive pace."""
        return self._client(service, "poll")

    def prepare(self) -> None:
        """Make the clients that answers ask most, so that nobody waits for them (0.3 s) with their
        first command. The others cost little more than their memory, and are made where they are
        first used.
        """
        for (service, _patience), client in list(self._asked.items()):
            if service in _USUAL:
                client.made()

    @cached_property
    def account(self) -> str:
        """The account's 12 digits (asked once)."""
        with renamed():
            return str(self.act("sts").get_caller_identity()["Account"])

    @cached_property
    def caller(self) -> str:
        """Whom AWS takes the bot for: an ARN (asked once)."""
        with renamed():
            return str(self.form("sts").get_caller_identity()["Arn"])

    def _client(self, service: str, patience: str) -> "_Client":
        with self._making:
            made = _Client(partial(self._make, service, patience), self._making)
            return self._asked.setdefault((service, patience), made)

    @cached_property
    def _session(self) -> Any:
        import boto3  # noqa: PLC0415 - see the module's docstring
        import botocore.session  # noqa: PLC0415 - as above

        core = botocore.session.get_session()
        core.register_component("data_loader", models())
        secret, token = self._settings.aws_secret_access_key, self._settings.aws_session_token
        session = boto3.Session(
            botocore_session=core,
            region_name=self.region,
            aws_access_key_id=self._settings.aws_access_key_id,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            aws_session_token=token.get_secret_value() if token else None,
        )
        metrics.count_aws(session.events)
        session.events.register("after-call", _readable)
        session.events.register("needs-retry.s3", partial(_at_home, self.region))
        return session

    def _config(self, patience: str) -> Any:
        """Time-outs and tries."""
        from botocore.config import Config  # noqa: PLC0415 - see the module's docstring

        wait = self._settings.form_wait
        connect, read = (wait, wait) if patience == "form" else (3.0, 20.0)
        retries: Any = {"mode": "adaptive", "max_attempts": 8}
        if patience in _TRIES:
            retries = {"mode": "standard", "total_max_attempts": _TRIES[patience]}
        return Config(
            connect_timeout=connect,
            read_timeout=read,
            retries=retries,
            max_pool_connections=_CONNECTIONS,
        )

    def _make(self, service: str, patience: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - as above

        config, endpoint = self._config(patience), self._settings.aws_endpoint_url
        if service == "s3":
            # Presigned links must be SigV4, and a host that is no AWS host needs the bucket in the
            # path.
            path_style: Any = {"addressing_style": "path" if endpoint else "auto"}
            config = config.merge(Config(signature_version="s3v4", s3=path_style))
        return self._session.client(service, endpoint_url=endpoint, config=config)


class _Client:
    """A boto3 client that is made at its first use, by one thread at a time."""

    def __init__(self, make: Callable[[], Any], making: threading.RLock) -> None:
        self._make = make
        self._making = making
        self._made: Any = None

    def made(self) -> Any:
        """The client itself."""
        with self._making:
            if self._made is None:
                self._made = self._make()
        return self._made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made or self.made(), name)


@contextmanager
def renamed() -> Iterator[None]:
    """Rename errors of boto3: what may pass becomes `AwsBusy`, what AWS will not do becomes
    `AwsRefused`.

    What AWS says of the bot's own credentials is `Lapsed`: it says nothing about what was asked
    for. A field that is missed while an answer is read inside is `AwsGarbled`, which is an
    `AwsBusy`.
    """
    from botocore.exceptions import (  # noqa: PLC0415 - see the module's docstring
        BotoCoreError,
        ClientError,
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
    )
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as error:
        raise _rename(error) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise Lapsed from error
    # Of a broken JSON text boto3 makes an answer without fields; one that is no text at all it does
    # not catch.
    except (ResponseParserError, UnicodeDecodeError, LookupError) as error:
        raise AwsGarbled from error
    except BotoCoreError as error:
        raise AwsBusy from error


def answered_at(answer: Mapping[str, Any]) -> float | None:
    """When AWS gave this answer, by its own clock, in seconds since 1970; None where it does not
    say.
    """
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        return parsedate_to_datetime(str(headers["date"])).timestamp()
    except (KeyError, ValueError):
        return None


def _readable(*, http_response: Any, parsed: dict[str, Any], model: Any, **_more: Any) -> None:
    """Refuse an answer that misses what AWS promises of every answer of its kind (a proxy's page,
    half a text).
    """
    if http_response.status_code < 300 and model.output_shape is not None:  # noqa: PLR2004 - done
        missing = [name for name in model.output_shape.required_members if name not in parsed]
        if missing:
            raise AwsGarbled


def _says_no_more(message: str) -> bool:
    """Whether AWS's sentence about a denied access names neither what nor why."""
    return message.strip(" .").lower() in {"", "access denied", "forbidden"}


def _at_home(region: str, *, response: Any, **_more: Any) -> None:
    """Refuse what S3 says of a bucket in another Region.

    boto3 would ask there once more and be served; Ground Truth and Rekognition, which shall read
    the same address, take buckets of their own Region only.
    """
    if response is None or response[1]["ResponseMetadata"]["HTTPStatusCode"] < 300:  # noqa: PLR2004 - done
        return
    said = response[1]
    named = said["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region")
    named = named or said.get("Error", {}).get("Region") or region
    if named != region:
        raise AwsRefused(
            f"The bucket is in {named}, the bot works in {region}.", "PermanentRedirect"
        )


def _rename(error: "ClientError") -> LabeljobError:
    """What a ClientError means to a person."""
    problem = error.response.get("Error", {})
    code, message = str(problem.get("Code", "")), str(problem.get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _PASSING or status in _PASSING_STATUSES or status >= 500:  # noqa: PLR2004 - server side
        return AwsBusy()
    if code in _LAPSED:
        return Lapsed(
            f"AWS does not accept the bot's credentials ({code}). An administrator can renew "
            "them; where they are good, the clock of the bot's machine is wrong."
        )
    if code in _DENIED:
        return AwsRefused(
            (
                f"AWS denied the bot's access ({error.operation_name}). Its role lacks that "
                "permission."
            ),
            code,
            "" if _says_no_more(message) else message,
        )
    return AwsRefused(f"AWS says: {message or code}", code)
