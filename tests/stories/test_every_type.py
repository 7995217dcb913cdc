"""Every task type as the product asks Ground Truth for it, to its labels: what the engine sends is
taken, labeled, and read by a reader of results that shares no code with their writer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base.s3_uri import Allowed, S3Uri
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.engine import GroundTruth
from bot.engines.particulars import NUMBER, Attribute, Particulars
from bot.engines.protocol import Order, Steps
from bot.engines.task_type import TaskType
from bot.instructions.page import Instructions
from bot.jobs.draft import Draft, final_attribute
from bot.sandbox.workspace import every_type, seed
from bot.sandbox.workspace.services import ACCOUNT, REGION
from tests.result_reader import labels_in
from tests.stories.world import World

TEAM = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/{seed.AUTOMATIC_TEAM}"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:SageMaker-practice-"
CHOICE = Attribute(name="light", enum=("dim", "bright"), description="How light is it")
SURE = Attribute(name="sure", type=NUMBER, minimum=1, maximum=5)


class FirstTry(Steps):
    """Nothing was done before, and nobody else has the job."""

    def done(self, step: str) -> str:  # noqa: ARG002 - the protocol's own
        return ""

    def keep(self, **done: str) -> None:
        """Keep nothing: there is no second try."""

    def confirm(self) -> None:
        """Nobody else has it."""

    def alive(self) -> None:
        """Nobody waits for it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(Path(tmp_path_factory.mktemp("every")))
    made.put(every_type.PAGE, every_type.PAGE_TEXT)
    yield made
    made.stop()


def particulars(kind: TaskType) -> Particulars:
    """What the type asks beside labels and instructions."""
    said: dict[str, Any] = {
        "audited": final_attribute(Draft(job_name=f"of-{kind.id}"), _audited(kind)),
        "frame_attributes": (CHOICE,),
        "global_attributes": (SURE,),
        "short_names": {"Person": "per"},
        "template": f"s3://{seed.RAW}/{every_type.PAGE}",
        "pre_function": f"{FUNCTION}pre",
        "post_function": f"{FUNCTION}post",
    }
    return Particulars(**{name: value for name, value in said.items() if name in kind.asks})


def _audited(kind: TaskType) -> TaskType:
    return TASK_TYPES[kind.audits] if kind.audits else kind


def ended(world: World, kind: TaskType, manifest: str, name: str) -> str:
    """The output manifest of a job of this type that the engine made, Completed."""
    base = every_type.PLAIN[kind.audits or kind.id]
    labels = ("good", "bad") if kind.id.endswith("-verification") else base.labels
    told = Instructions("Look", "Look and answer", labels, "<p>Look.</p>", "<p>Look well.</p>")
    order = Order(
        request_key=f"draft:{name}",
        name=name,
        label_attribute=final_attribute(Draft(job_name=name), kind),
        task_type=kind,
        manifest=S3Uri.parse(manifest),
        output=S3Uri.parse(f"s3://{seed.OUT}/every/"),
        folder=S3Uri.parse(f"s3://{seed.OUT}/every/{name}/labeljob/"),
        workteam=TEAM,
        instructions=told,
        workers_per_object=1,
        task_time_limit_s=300,
        availability_s=86_400,
        allowed=Allowed(seed.BUCKETS),
        particulars=particulars(kind),
    )
    ground = world.bot.ground
    GroundTruth.of(ground.settings, ground.aws).submit(order, FirstTry())
    for _ in range(120):
        world.pass_time(1)
        if world.aws_status(name) in {"Completed", "Failed"}:
            break
    job = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    assert job["LabelingJobStatus"] == "Completed", job.get("FailureReason")
    return str(job["LabelingJobOutput"]["OutputDatasetS3Uri"])


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_what_the_engine_asks_for_is_labeled(world: World, task_type: str) -> None:
    """Without this, a type could pass botocore's model and every rule, and still end in a job that
    fails or in results of another type.
    """
    kind = TASK_TYPES[task_type]
    source = f"s3://{seed.RAW}/{every_type.PLAIN[kind.audits or kind.id].manifest}"
    if kind.audits:
        source = ended(world, TASK_TYPES[kind.audits], source, f"of-{task_type}")
    manifest = ended(world, kind, source, f"every-{task_type}")

    def read(uri: str) -> bytes:
        place = S3Uri.parse(uri)
        body: bytes = world.s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return body

    found = labels_in(read, task_type, manifest)
    assert len(found) == len(read(manifest).splitlines()) > 0
