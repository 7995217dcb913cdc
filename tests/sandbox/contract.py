"""Two implementations of AWS for one and the same contract test: our stand-in and moto, both over
real HTTP.

A test that one of them fails on purpose is named in `DIFFERENCES`, with the reason; such a test is
run all the same and must fail, so that the list never holds what is no longer true.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_practice import KEY, SECRET, Practice
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIFFERENCES: dict[tuple[str, str], str] = {
    (
        "moto",
        "test_deleting_many_without_words",
    ): "moto 5.2 names what it deleted although it was told to be quiet",
    ("moto", "test_keys_that_are_too_long"): "moto 5.2 takes keys of more than 1,024 bytes",
    (
        "moto",
        "test_a_body_that_is_not_what_was_meant",
    ): "moto 5.2 does not compare Content-MD5 with the body",
    (
        "moto",
        "test_a_checksum_that_does_not_fit",
    ): "moto 5.2 stores a checksum without computing it",
    ("moto", "test_a_token_of_no_list"): "moto 5.2 breaks (500) on a token that it did not make",
    (
        "moto",
        "test_an_upload_given_up",
    ): "moto 5.2 breaks (500) on a part of an upload that was given up",
    (
        "moto",
        "test_names_that_no_bucket_has[moto-Capital]",
    ): "moto 5.2 takes capitals in bucket names",
    (
        "moto",
        "test_names_that_no_bucket_has[moto-under_score]",
    ): "moto 5.2 takes underscores in bucket names",
    (
        "moto",
        "test_names_that_no_bucket_has[moto--begin]",
    ): "moto 5.2 takes a hyphen at the beginning of a bucket name",
    (
        "moto",
        "test_encryption_that_cannot_be",
    ): "moto 5.2 takes whatever a rule of a bucket's encryption says",
    (
        "moto",
        "test_a_bucket_of_somebody_else",
    ): "moto 5.2 does not look at the expected bucket owner",
    ("moto", "test_a_forged_link"): "moto 5.2 does not check the signatures of links",
    ("moto", "test_metadata_that_is_too_long"): "moto 5.2 takes more than 2 KB of metadata",
    (
        "moto",
        "test_parts_out_of_order",
    ): "moto 5.2 takes the parts in the order in which they are named",
    (
        "moto",
        "test_a_stream_that_is_not_there",
    ): "moto 5.2 gives an empty answer for streams that do not exist",
    ("moto", "test_events_of_all_streams"): "moto 5.2 lists stream after stream, not by time",
    ("moto", "test_events_of_one_stream"): "moto 5.2 ignores logStreamNamePrefix",
    (
        "moto",
        "test_events_of_long_ago",
    ): "moto 5.2 counts the last event that is too old, where AWS excludes it",
    ("moto", "test_a_name_that_no_group_has"): "moto 5.2 takes spaces in group names",
    ("moto", "test_a_link_that_is_over"): "moto 5.2 does not check the end of links",
    (
        "moto",
        "test_a_queue_that_lets_nobody_in",
    ): "moto 5.2 delivers to queues without asking their policy",
    (
        "moto",
        "test_topics_are_made_once",
    ): "moto 5.2 does not compare the tags of a topic that is made again",
    (
        "moto",
        "test_what_a_topic_refuses",
    ): "moto 5.2 takes a message by protocol that has none for all",
    ("moto", "test_publishing_many"): "moto 5.2 takes an empty batch of messages",
}
"""(implementation, test or test[parameters]): why it differs."""


class Endpoint:
    """One implementation: `client(service)` with one try per call, `url` for requests that boto3
    does not make.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.url,
                region_name="us-east-1",
                aws_access_key_id=KEY,
                aws_secret_access_key=SECRET,
                config=Config(
                    retries={"total_max_attempts": 1},
                    signature_version="s3v4" if service == "s3" else None,
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service]


def endpoints(folder: Path) -> Iterator[dict[str, Endpoint]]:
    """Both implementations, running."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - its import costs half a second

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    practice = Practice(folder)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield {
        "ours": Endpoint("ours", practice.server.url),
        "moto": Endpoint("moto", f"http://{host}:{port}"),
    }
    moto.stop()
    practice.server.stop()


def expect_difference(request: pytest.FixtureRequest, implementation: str) -> None:
    """Have the test fail, strictly, where the list says that this implementation differs."""
    name = request.node.originalname
    reason = DIFFERENCES.get((implementation, name)) or DIFFERENCES.get(
        (implementation, request.node.name)
    )
    if reason:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
