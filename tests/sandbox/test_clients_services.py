"""Clients of other people's making, with nothing but what `labeljob sandbox --services-only`
prints; its sudden end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PICTURES = 4
PLAIN = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
TEAM = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/orchard-team"
FUNCTION = "arn:aws:lambda:us-east-1:432418664414:function:{}-ImageMultiClass"


class Services:
    """The command, running; `environment` is what it printed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "bot", "sandbox", "--services-only", "--pace", "1"]
        self.process = subprocess.Popen(
            [*command, "--folder", str(folder), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=PLAIN,
            text=True,
        )
        self.environment: dict[str, str] = {}
        self._printed = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        assert self._printed.wait(PATIENCE), "the stand-ins printed no settings"

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, value = line.strip().partition("=")
            self.environment[name] = value
            if name == "LABELJOB_MANAGERS":
                self._printed.set()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def client(self, service: str) -> Any:
        """boto3 from the printed settings alone."""
        given = self.environment
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=given["AWS_ENDPOINT_URL"],
            region_name=given["AWS_REGION"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("services"), _free_port()) as running:
        yield running


def script(services: Services, words: str) -> Any:
    """Run Python in a process that knows the printed environment and nothing else; what it printed,
    read as JSON.
    """
    done = subprocess.run(
        [sys.executable, "-c", words],
        env={**PLAIN, **services.environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def until(holds: Callable[[], Any], what: str) -> Any:
    """What `holds` gives once it is true; fails when that takes too long."""
    deadline, never = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        never.wait(0.1)
    raise AssertionError(f"{what} did not happen in {PATIENCE:.0f} seconds")


def job(name: str) -> dict[str, Any]:
    """A labeling job over four pictures."""
    return {
        "LabelingJobName": name,
        "LabelAttributeName": "ripeness",
        "InputConfig": {
            "DataSource": {
                "S3DataSource": {"ManifestS3Uri": "s3://orchard-out/by-hand/four.manifest"}
            }
        },
        "OutputConfig": {"S3OutputPath": "s3://orchard-out/by-hand"},
        "RoleArn": "arn:aws:iam::111122223333:role/LabelingRole",
        "LabelCategoryConfigS3Uri": "s3://orchard-out/by-hand/labels.json",
        "HumanTaskConfig": {
            "WorkteamArn": TEAM,
            "UiConfig": {"UiTemplateS3Uri": "s3://orchard-out/by-hand/page.html"},
            "PreHumanTaskLambdaArn": FUNCTION.format("PRE"),
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": FUNCTION.format("ACS")
            },
            "TaskTitle": "By hand",
            "TaskDescription": "Made behind the bot's back",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
        },
    }


def prepared(services: Services) -> None:
    """Manifest, labels and a page for the job."""
    labels = {"document-version": "2018-11-28", "labels": [{"label": "ripe"}, {"label": "unripe"}]}
    s3 = services.client("s3")
    s3.put_object(Bucket="orchard-out", Key="by-hand/labels.json", Body=json.dumps(labels))
    found = s3.list_objects_v2(Bucket="orchard-raw", Prefix="ripeness/", MaxKeys=PICTURES)[
        "Contents"
    ]
    lines = "".join(
        json.dumps({"source-ref": f"s3://orchard-raw/{each['Key']}"}) + "\n" for each in found
    )
    s3.put_object(Bucket="orchard-out", Key="by-hand/four.manifest", Body=lines)
    s3.put_object(Bucket="orchard-out", Key="by-hand/page.html", Body=b"<crowd-form></crowd-form>")


def test_boto3_in_a_script(services: Services) -> None:
    """Somebody's own script needs four environment variables and no line about this workspace."""
    found = script(
        services,
        "import boto3, json\n"
        "who = boto3.client('sts').get_caller_identity()['Account']\n"
        "teams = boto3.client('sagemaker').list_workteams()['Workteams']\n"
        "s3 = boto3.client('s3')\n"
        "s3.put_object(Bucket='orchard-out', Key='mine/a b.txt', Body=b'hello')\n"
        "link = s3.generate_presigned_url('get_object', Params={'Bucket': 'orchard-out', 'Key': "
        "'mine/a b.txt'})\n"
        "projects = boto3.client('rekognition').describe_projects()['ProjectDescriptions']\n"
        "groups = boto3.client('logs').describe_log_groups()['logGroups']\n"
        "buckets = [each['Name'] for each in s3.list_buckets()['Buckets']]\n"
        "print(json.dumps([who, [t['WorkteamName'] for t in teams], buckets, link, len(projects), "
        "len(groups)]))\n",
    )
    assert found[0] == "111122223333"
    assert sorted(found[1]) == ["berry-team", "orchard-team"]
    assert {"orchard-raw", "orchard-out"} <= set(found[2])
    assert found[3].startswith(services.environment["AWS_ENDPOINT_URL"])


def test_the_aws_command_line(services: Services, tmp_path: Path) -> None:
    """The command line that people have open already works on the same settings: lists, copies
    there and back, jobs.
    """
    aws = shutil.which("aws")
    if aws is None:
        pytest.skip("the AWS command line is not installed here")

    def run(*words: str) -> str:
        where = {
            **os.environ,
            **services.environment,
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_PAGER": "",
        }
        done = subprocess.run(
            [aws, *words],
            env=where,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert (
        json.loads(run("sts", "get-caller-identity", "--output", "json"))["Account"]
        == "111122223333"
    )
    assert "ripeness/" in run("s3", "ls", "s3://orchard-raw/")
    (tmp_path / "big.bin").write_bytes(b"0123456789" * 1_000_000)
    run("s3", "cp", "big.bin", "s3://orchard-out/cli/big.bin", "--no-progress")
    run("s3", "cp", "s3://orchard-out/cli/big.bin", "back.bin", "--no-progress")
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "big.bin").read_bytes()
    teams = json.loads(run("sagemaker", "list-workteams", "--output", "json"))["Workteams"]
    assert {team["WorkteamName"] for team in teams} == {"berry-team", "orchard-team"}


def test_slack_sdk_in_a_script(services: Services) -> None:
    """A script with Slack's own client posts where people see it, and is refused as by Slack."""
    found = script(
        services,
        "import json, os\n"
        "from slack_sdk import WebClient\n"
        "from slack_sdk.errors import SlackApiError\n"
        "client = WebClient(os.environ['SLACK_BOT_TOKEN'], "
        "base_url=os.environ['LABELJOB_SLACK_API_URL'])\n"
        "posted = client.chat_postMessage(channel='C0DATA', text='from a script')\n"
        "refusals = []\n"
        "for call in (lambda: client.chat_postMessage(channel='C0GENERAL', text='x'),\n"
        "             lambda: client.reactions_add(channel='C0DATA', timestamp=posted['ts'], "
        "name='pear')):\n"
        "    try:\n"
        "        call()\n"
        "    except SlackApiError as error:\n"
        "        refusals.append(error.response['error'])\n"
        "print(json.dumps([client.auth_test()['user_id'], posted['ts'], *refusals]))\n",
    )
    assert found[2:] == ["not_in_channel", "missing_scope"]
    base = services.environment["LABELJOB_SLACK_API_URL"].removesuffix("/api/")
    with urllib.request.urlopen(f"{base}/client/history?user=U0MARA&channel=C0DATA") as answer:
        seen = json.load(answer)["messages"]
    assert ["from a script", found[1]] in [[message["text"], message["ts"]] for message in seen]


def test_the_settings_are_for_this_machine(services: Services) -> None:
    """Nothing that is printed can reach a real account."""
    given = services.environment
    addresses = [value for value in given.values() if value.startswith("http")]
    assert len(addresses) == 3
    assert all(value.startswith("http://127.0.0.1:") for value in addresses)
    assert given["SLACK_BOT_TOKEN"].startswith("xoxb-practice-")
    assert given["AWS_ACCESS_KEY_ID"].startswith("AKIAPRACTICE")


def test_a_job_goes_on_after_a_power_cut(tmp_path: Path) -> None:
    """Kill -9 in the middle of a job, twice: what is labeled stays so, and the job ends with every
    picture labeled.
    """
    port = _free_port()
    counts: list[int] = []

    def describe(running: Services) -> dict[str, Any]:
        found: dict[str, Any] = running.client("sagemaker").describe_labeling_job(
            LabelingJobName="power-cut"
        )
        return found

    def labeled(running: Services) -> int:
        return int(describe(running)["LabelCounters"]["TotalLabeled"])

    with Services(tmp_path, port) as first:
        prepared(first)
        first.client("sagemaker").create_labeling_job(**job("power-cut"))
        counts.append(until(lambda: labeled(first), "the first label"))
    with Services(tmp_path, port) as second:
        assert labeled(second) >= counts[0]
        # On a busy machine the first life may have seen the last label.
        most = min(counts[0] + 1, PICTURES)
        counts.append(
            until(lambda: labeled(second) if labeled(second) >= most else 0, "one more label")
        )
    with Services(tmp_path, port) as third:
        done = until(
            lambda: (
                describe(third) if describe(third)["LabelingJobStatus"] != "InProgress" else None
            ),
            "the end",
        )
        assert done["LabelingJobStatus"] == "Completed"
        assert done["LabelCounters"]["TotalLabeled"] == PICTURES
        key = done["LabelingJobOutput"]["OutputDatasetS3Uri"].removeprefix("s3://orchard-out/")
        body = third.client("s3").get_object(Bucket="orchard-out", Key=key)["Body"].read().decode()
        entries = [json.loads(line) for line in body.splitlines()]
        assert len({entry["source-ref"] for entry in entries}) == PICTURES
        assert all("ripeness-metadata" in entry for entry in entries)
    assert counts[0] >= 1
