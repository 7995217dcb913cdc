"""`labeljob manifest …` as it is typed: what it prints, and its exit codes."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.__main__ import main
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server

LINE = {
    "source-ref": "s3://orchard-raw/july/1.jpg",
    "ripeness": 1,
    "ripeness-metadata": {
        "class-name": "ripe",
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
    },
}
RAW, OUT = "orchard-raw", "orchard-out"
KEYS = {"AKIAPRACTICE00000001": "practice-secret"}


class Typed:
    """Types a command; `told` and `warned` are what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.told = self.warned = ""

    def __call__(self, *words: str) -> int:
        code = main(["manifest", *words])
        self.told, self.warned = self._capsys.readouterr()
        return code

    @property
    def said(self) -> Any:
        return json.loads(self.told)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(capsys)


def manifest(folder: Path, *lines: Any) -> str:
    """A file with these lines; its path."""
    file = folder / "some.manifest"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The AWS stand-in with two buckets: its address, and a client."""
    server = Server(create_app(AwsConfig(tmp_path_factory.mktemp("aws"), KEYS)).app).start()
    [(key, secret)] = KEYS.items()
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    for bucket in (RAW, OUT):
        client.create_bucket(Bucket=bucket)
    yield server.url, client
    server.stop()


@pytest.fixture
def s3(cloud: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client; the environment is that of somebody with the same keys."""
    url, client = cloud
    [(key, secret)] = KEYS.items()
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    return client


def test_summary_of_a_file(typed: Typed, tmp_path: Path) -> None:
    """Without this, nobody could count labels without a notebook."""
    assert typed("summary", manifest(tmp_path, LINE)) == 0
    assert "1 of 1 labeled, 1 by people" in typed.told
    assert "1  ripe" in typed.told
    assert typed("summary", "--json", manifest(tmp_path, LINE)) == 0
    assert list(typed.said) == [
        *("lines", "bytes", "sources", "duplicates", "attributes", "findings")
    ]
    assert typed.said["attributes"]["ripeness"]["labels"] == {"ripe": 1}


def test_summary_says_by_its_exit_code_what_it_found(typed: Typed, tmp_path: Path) -> None:
    """Without this, a script would go on with a broken manifest."""
    assert typed("summary", manifest(tmp_path, LINE, LINE)) == 1
    assert "Line 2 repeats a picture: line 1 has it too." in typed.told
    assert typed("summary", manifest(tmp_path)) == 2
    assert "This file is empty." in typed.told
    assert typed("summary", "--json", str(tmp_path / "none")) == 2
    assert "none cannot be read: No such file or directory." in typed.warned


def test_summary_of_an_object_in_s3(typed: Typed, s3: Any) -> None:
    """Without this, a result would be downloaded to be counted."""
    body = json.dumps(LINE).encode()
    s3.put_object(Bucket=OUT, Key="job/output.manifest", Body=body)
    assert typed("summary", f"s3://{OUT}/job/output.manifest", "--json") == 0
    assert (typed.said["lines"], typed.said["bytes"]) == (1, len(body))
    assert typed("summary", f"s3://{OUT}/none.manifest") == 2
    assert f"There is nothing at s3://{OUT}/none.manifest." in typed.warned
    assert typed("summary", "s3://x") == 2
    assert "is not the name of a bucket" in typed.warned


def test_summary_of_standard_input(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, a manifest that another program writes would need a file."""
    body = io.TextIOWrapper(io.BytesIO(json.dumps(LINE).encode()))
    monkeypatch.setattr(sys, "stdin", body)
    assert typed("summary", "-", "--json") == 0
    assert typed.said["lines"] == 1
