"""Ground Truth as an engine that nobody asks: for parts that are handed one."""

from bot.base.aws import Aws
from bot.base.s3_uri import Allowed
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.engines.ground_truth.answers import WorkerAnswers
from bot.engines.ground_truth.engine import GroundTruth, Kept
from bot.engines.ground_truth.execution_role import ExecutionRole
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.job_log import JobLog
from bot.engines.ground_truth.preview import Previewer


def idle_engine() -> GroundTruth:
    """An engine whose AWS is nowhere."""
    aws = Aws(Settings(SLACK_BOT_TOKEN="xoxb-test"))
    storage = Storage.for_work(aws, Allowed(()))
    role = ExecutionRole(aws, "")
    kept = Kept(JobLog(aws), WorkerAnswers(aws, storage))
    gateway, previewer = Gateway(aws), Previewer(aws, "")
    return GroundTruth(gateway, storage, role, kept, previewer, region="us-east-1")
