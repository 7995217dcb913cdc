"""S3 with the credentials of whoever types a command, as boto3 finds them: no settings of the bot.

Promises to the command line: any bucket that they may read, objects of any size, and the words of
`bot.base.storage` where S3 refuses.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from bot.base.aws import renamed
from bot.base.aws_models import models
from bot.base.listing import read_leanly
from bot.base.presigned import links
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import Storage

_ANY_SIZE = 5 * 10**12  # S3: bytes of the largest object
_REGION = "us-east-1"  # where nobody names one; S3 says itself where a bucket is


class Everywhere(Allowed):
    """Every place: S3 itself says what its caller may touch."""

    def __contains__(self, uri: object) -> bool:
        return True


def own_links(objects: Iterable[S3Uri], seconds: int) -> Iterator[str]:
    """Links to the objects, in their order (see `bot.base.presigned`).

    Raises:
        Lapsed: there are no credentials.

    """
    client, session = _own()
    with renamed():
        yield from links(
            client,
            lambda: str(session.get_credentials().get_frozen_credentials().secret_key),
            objects,
            seconds,
        )


def own_client() -> Any:
    """A boto3 client for S3, from the environment, a profile or a role."""
    return _own()[0]


def _own() -> tuple[Any, Any]:
    """The client and its session."""
    import boto3  # noqa: PLC0415 - boto3 is read when it is first used
    import botocore.session  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above

    # a host that is no AWS host needs the bucket in the path
    named = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    style: Any = {"addressing_style": "path" if named else "auto"}
    config = Config(signature_version="s3v4", s3=style, max_pool_connections=32)
    core = botocore.session.get_session()
    core.register_component("data_loader", models())
    session = boto3.Session(botocore_session=core)
    client = session.client("s3", region_name=session.region_name or _REGION, config=config)
    read_leanly(client)
    return client, session


def own_storage() -> Storage:
    """S3 as its caller may use it."""
    return Storage(own_client(), Everywhere(()), most=_ANY_SIZE)
