"""What AWS's refusals mean: said of what was asked for, of the moment, or of the bot itself."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from bot.base.aws import AwsBusy, AwsRefused, Lapsed, Unclear
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.storage import Storage, renamed_missing
from bot.datasets.custom_labels import CustomLabels
from bot.datasets.source import TRAIN
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.request import REQUEST_TAG
from bot.work.tries import counts
from tests.one_answer import OneAnswer

# Botocore's own lists of what is asked again (botocore.retries.standard); for the one that is left
# out see THROTTLED.
PASSING = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
)
OURS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "UnrecognizedClientException",
)
JOB = {
    "LabelingJobName": "ripe",
    "LabelAttributeName": "ripe",
    "InputConfig": {
        "DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://orchard-raw/a.manifest"}}
    },
    "OutputConfig": {"S3OutputPath": "s3://orchard-out/"},
    "RoleArn": "arn:aws:iam::111122223333:role/labeling",
    "HumanTaskConfig": {
        "WorkteamArn": "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/us",
        "UiConfig": {"UiTemplateS3Uri": "s3://orchard-out/page.html"},
        "TaskTitle": "Ripe or not",
        "TaskDescription": "Ripe or not",
        "NumberOfHumanWorkersPerDataObject": 1,
        "TaskTimeLimitInSeconds": 60,
    },
    "Tags": [{"Key": REQUEST_TAG, "Value": "r1"}],
}
PROJECT = "arn:aws:rekognition:us-east-1:111122223333:project/orchard/1700000000000"


def put(mood: OneAnswer) -> None:
    """Write an object, with one try."""
    with mood.open():
        Storage.for_form(mood.aws, Allowed(("out",))).put(
            S3Uri.parse("s3://out/key"), b"x", "text/plain"
        )


def ask_name(mood: OneAnswer) -> None:
    """Ask for a labeling job, with one try."""
    with mood.open():
        Gateway(mood.aws).check_name("ripe")


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("asking", [put, ask_name])
def test_what_passes_at_aws_ends_no_job(asking: Callable[[OneAnswer], None], code: str) -> None:
    """Without this, a slow upload or a busy minute would end a job as refused, for good."""
    with pytest.raises(AwsBusy):
        asking(OneAnswer(code))


def test_full_account_is_told_to_people() -> None:
    """Without this, an account that has all the projects it may have would be called busy until all
    is set aside.
    """
    with pytest.raises(AwsRefused, match="so it is"):
        put(OneAnswer("LimitExceededException"))


@pytest.mark.parametrize("status", [408, 429, 503])
def test_answers_without_words_are_told_by_their_number(status: int) -> None:
    """Without this, a proxy that asks to wait would end a job as refused."""
    with pytest.raises(AwsBusy):
        put(OneAnswer("Whatever", status=status))


@pytest.mark.parametrize("code", OURS)
@pytest.mark.parametrize("asking", [put, ask_name])
def test_what_aws_says_of_the_bots_own_credentials_is_held_against_no_job(
    asking: Callable[[OneAnswer], None], code: str
) -> None:
    """Without this, a key that ran out would end jobs as refused and set imports aside."""
    with pytest.raises(
        Lapsed, match=f"does not accept the bot's credentials \\({code}\\)"
    ) as lapsed:
        asking(OneAnswer(code, status=403))
    assert not counts(lapsed.value)


def test_job_whose_reply_was_lost_is_not_called_refused_by_what_came_after() -> None:
    """Without this, people are paid for a job of which its thread says that nothing was created at
    AWS.
    """
    mood = OneAnswer("", "AccessDeniedException")
    with mood.open(), pytest.raises(Unclear):
        Gateway(mood.aws).create_or_adopt(JOB)
    assert mood.asked == ["CreateLabelingJob", "DescribeLabelingJob"]


def test_job_that_was_asked_for_once_and_refused_is_refused() -> None:
    """Without this, what AWS will not do would be tried until it is set aside."""
    mood = OneAnswer("ResourceLimitExceeded")
    with mood.open(), pytest.raises(AwsRefused, match="so it is"):
        Gateway(mood.aws).create_or_adopt(JOB)
    assert mood.asked == ["CreateLabelingJob"]


def test_dataset_whose_reply_was_lost_is_not_called_refused_by_what_came_after() -> None:
    """Without this, a thread says that a dataset was not made which takes its place in the
    project.
    """
    mood, manifest = (
        OneAnswer("", "AccessDeniedException"),
        S3Uri.parse("s3://orchard-out/a.manifest"),
    )
    with mood.open():
        labels = CustomLabels(mood.aws)
        with pytest.raises(AwsBusy):
            labels.create_or_adopt("orchard", PROJECT, TRAIN, manifest)
        with pytest.raises(Unclear):
            labels.find("orchard", TRAIN)
    assert mood.asked == ["CreateDataset", "DescribeProjects"]


def test_project_whose_reply_was_lost_is_not_called_refused_by_what_came_after() -> None:
    """Without this, a thread says that nothing was made, and an empty project stands at AWS."""
    mood = OneAnswer("", "LimitExceededException")
    with mood.open(), pytest.raises(AwsBusy):
        CustomLabels(mood.aws).project("orchard")
    assert mood.asked == ["CreateProject"]


NO_KEY = (
    "User: bot is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu:1:key/k "
    "because no identity-based policy allows the kms:Decrypt action"
)
DENIED = (
    "User: bot is not authorized to perform: s3:PutObject on resource: orchard-out with an "
    "explicit deny in a resource-based policy"
)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("Access Denied", "s3:GetObject, s3:PutObject and s3:ListBucket on “orchard-out”."),
        (NO_KEY, "give the bot's role kms:Decrypt on arn:aws:kms:eu:1:key/k."),
        (DENIED, "A policy denies it explicitly, so more rights do not help"),
    ],
)
def test_denied_access_says_what_aws_says_of_it(said: str, remedy: str) -> None:
    """Without this, an administrator would give rights that the role has, and see no change."""
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": said}}, "PutObject")
    with pytest.raises(AwsRefused) as refused, renamed_missing(S3Uri("orchard-out", "labels/x")):
        raise denied
    words = refused.value.words
    assert remedy in words
    assert (f"AWS says: {said}" in words) is (said != "Access Denied")
