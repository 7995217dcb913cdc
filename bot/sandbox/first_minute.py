"""The first minute: a new practice workspace is never empty.

Mara, Lin and Sam do what people do, through the same doors as everybody: a team is tied to its channel, one job is
finished, one moves, and one that failed in the AWS console is followed.
"""

from typing import Any

import boto3

from bot.sandbox import seed
from bot.sandbox.aws.simulated_teams import FLYING, Behaviours
from bot.sandbox.orders import BASKET, JULY
from bot.sandbox.person import Person
from bot.sandbox.services import ROLE, Services
from bot.sandbox.story import ask_for_job, card_of, wait_for

DATA, LABELERS = "C0DATA", "C0LABEL"
BANNER: dict[str, Any] = {
    "text": "You are Mara.",
    "steps": [
        "Watch the number on the moving job.",
        "Become Lin (above), open the portal, label three pictures, and see it jump.",
        "Make a dataset of the finished job.",
        "Type /labeljob create: it is filled in for you.",
        "Connect your own Slack and AWS: the README says what it asks for and what it can see.",
    ],
}
_PACE = 50.0  # objects per second while nobody looks yet


class FirstMinute:
    """Plays the first minute once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._mara = Person(services.slack_url, "U0MARA")
        self._sam = Person(services.slack_url, "U0SAM")

    def play(self) -> None:
        """Do it all; time flies until the first job is finished.

        Raises:
            PracticeError: a step did not succeed.

        """
        crew = self._services.aws.crew
        crew.hurry(_PACE, FLYING)
        wait_for(self._tie, 15, "the labeling teams to be listed")
        self._fail_in_the_console()
        ask_for_job(self._mara, DATA, BASKET)
        self._mara.command(DATA, "/labeljob", "follow spring-blossoms")
        wait_for(self._finished, 30, "the first job to be finished")
        crew.hurry(self._services.pace, Behaviours())
        ask_for_job(self._mara, DATA, JULY)

    def _finished(self) -> bool:
        return "Completed" in card_of(self._mara, DATA, BASKET.name)["text"]

    def _tie(self) -> bool:
        for team in (seed.AUTOMATIC_TEAM, seed.WAITING_TEAM):
            answer = self._sam.command(LABELERS, "/labelteam", f"here {team}")
            if "from now on" not in str(answer.get("ephemeral", {}).get("text")):
                return False
        return True

    def _fail_in_the_console(self) -> None:
        """A job made behind the bot's back whose manifest is not there: AWS takes it, then gives it up."""
        keys = self._services.keys
        sagemaker: Any = boto3.client(
            "sagemaker",
            endpoint_url=self._services.aws_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )
        team = sagemaker.describe_workteam(WorkteamName=seed.AUTOMATIC_TEAM)["Workteam"]["WorkteamArn"]
        lambdas = "arn:aws:lambda:us-east-1:432418664414:function"
        sagemaker.create_labeling_job(
            LabelingJobName="spring-blossoms",
            LabelAttributeName="blossoms",
            InputConfig={
                "DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{seed.RAW}/spring/blossoms.manifest"}}
            },
            OutputConfig={"S3OutputPath": f"s3://{seed.OUT}/labels"},
            RoleArn=ROLE,
            LabelCategoryConfigS3Uri=f"s3://{seed.RAW}/spring/labels.json",
            HumanTaskConfig={
                "WorkteamArn": team,
                "UiConfig": {"UiTemplateS3Uri": f"s3://{seed.RAW}/spring/page.liquid.html"},
                "PreHumanTaskLambdaArn": f"{lambdas}:PRE-ImageMultiClass",
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": f"{lambdas}:ACS-ImageMultiClass"},
                "TaskTitle": "Blossoms open or closed",
                "TaskDescription": "Choose one word for the branch",
                "NumberOfHumanWorkersPerDataObject": 1,
                "TaskTimeLimitInSeconds": 300,
            },
        )
