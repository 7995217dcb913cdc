"""The way to AWS: one session, and clients whose patience fits who is waiting.

Promises: `form` clients answer or give up within the 1.5 s that a form page may spend (Slack waits 3 s); `act` clients
try a changing call at most three times; `poll` clients adapt their pace to throttling. Errors of boto3 are renamed
here: see `renamed`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from bot.base import metrics
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.settings import Settings

_DENIED = {"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId", "403"}


class AwsRefused(Refusal):
    """AWS refused the request."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class AwsBusy(Transient):
    """AWS did not answer in time or asks to wait. Nothing was lost; it is tried again by itself."""


class Aws:
    """boto3 clients for one account and Region, made once and shared (clients are thread-safe)."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.aws_secret_access_key
        token = settings.aws_session_token
        self.region = settings.aws_region
        self._endpoint = settings.aws_endpoint_url
        self._session: Any = boto3.Session(
            region_name=settings.aws_region,
            aws_access_key_id=settings.aws_access_key_id,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            aws_session_token=token.get_secret_value() if token else None,
        )
        metrics.count_aws(self._session.events)
        wait = settings.form_wait
        self._form = Config(
            connect_timeout=wait, read_timeout=wait, retries={"mode": "standard", "total_max_attempts": 1}
        )
        self._act = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
        self._poll = Config(connect_timeout=3, read_timeout=20, retries={"mode": "adaptive", "max_attempts": 8})

    def form(self, service: str) -> Any:
        """A client for a form page: one try, 1.5 s."""
        return self._client(service, self._form)

    def act(self, service: str) -> Any:
        """A client for calls that change something: three tries at most."""
        return self._client(service, self._act)

    def poll(self, service: str) -> Any:
        """A client for the worker's rounds: adaptive pace."""
        return self._client(service, self._poll)

    @cached_property
    def account(self) -> str:
        """The account's 12 digits (asked once)."""
        with renamed():
            return str(self.act("sts").get_caller_identity()["Account"])

    def _client(self, service: str, config: Config) -> Any:
        if service == "s3":
            # Presigned links must be SigV4, and a host that is no AWS host needs the bucket in the path.
            path_style: Any = {"addressing_style": "path" if self._endpoint else "auto"}
            config = config.merge(Config(signature_version="s3v4", s3=path_style))
        return self._session.client(service, endpoint_url=self._endpoint, config=config)


@contextmanager
def renamed() -> Iterator[None]:
    """Rename errors of boto3: what may pass becomes `AwsBusy`, what AWS will not do becomes `AwsRefused`."""
    try:
        yield
    except ClientError as error:
        raise _rename(error) from error
    except NoCredentialsError as error:
        raise AwsRefused(
            "The bot has no AWS credentials. Set AWS_ACCESS_KEY_ID or give the machine a role.", "none"
        ) from error
    except BotoCoreError as error:
        raise AwsBusy from error


def _rename(error: ClientError) -> LabeljobError:
    """What a ClientError means to a person."""
    problem = error.response.get("Error", {})
    code, message = str(problem.get("Code", "")), str(problem.get("Message", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in metrics.THROTTLED or status >= 500:  # noqa: PLR2004 - server side
        return AwsBusy()
    if code in _DENIED:
        return AwsRefused(
            f"AWS denied the bot's access ({error.operation_name}). Its role lacks that permission.", code
        )
    return AwsRefused(f"AWS says: {message or code}", code)
