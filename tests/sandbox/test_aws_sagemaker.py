"""Ground Truth in the AWS stand-in, through boto3: what it accepts, refuses, lists, and how a job
lives.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_practice import (
    BUCKET,
    FUNCTIONS,
    MEMBERS,
    PUBLIC_TEAM,
    ROLE,
    Practice,
    fetch,
    labeling_job,
    lines,
    of_type,
    picture,
    refused,
)

HUMAN_UI = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/"
PRICE = {"AmountInUsd": {"Dollars": 0, "Cents": 1, "TenthFractionsOfACent": 2}}
ALGORITHM = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/"
IMAGES = 6


def furnish(practice: Practice) -> str:
    """A bucket with pictures, manifest, labels and page; gives the ARN of a simulated team."""
    practice.s3.create_bucket(Bucket=BUCKET)
    for number in range(IMAGES):
        practice.put(f"fruit/{number}.png", picture())
    practice.put(
        "fruit.manifest",
        lines(*({"source-ref": f"s3://{BUCKET}/fruit/{n}.png"} for n in range(IMAGES))),
    )
    practice.put(
        "labels.json",
        json.dumps(
            {"document-version": "2018-11-28", "labels": [{"label": "ripe"}, {"label": "green"}]}
        ),
    )
    practice.put(
        "page.liquid.html",
        "<crowd-form>{{ task.input.taskObject | grant_read_access }}</crowd-form>",
    )
    made = practice.sagemaker.create_workteam(
        WorkteamName="crew", Description="people", MemberDefinitions=MEMBERS
    )
    return str(made["WorkteamArn"])


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("sagemaker"))
    furnish(practice)
    yield practice
    practice.server.stop()


@pytest.fixture(scope="module")
def team(aws: Practice) -> str:
    return str(aws.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"])


def refusal(
    aws: Practice, request: dict[str, Any], words: str, code: str = "ValidationException"
) -> None:
    with refused(code, 400, words):
        aws.sagemaker.create_labeling_job(**request)


def test_a_job_lives_from_create_to_complete(aws: Practice, team: str) -> None:
    """The whole way that the bot depends on: ARN, counters that are zero first, output, log."""
    tags = [{"Key": "labeljob:request", "Value": "r1"}]
    arn = aws.sagemaker.create_labeling_job(**labeling_job("Whole-Way", team, Tags=tags))[
        "LabelingJobArn"
    ]
    assert arn == "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/whole-way"
    first = aws.sagemaker.describe_labeling_job(LabelingJobName="whole-way")
    assert (first["LabelingJobStatus"], set(first["LabelCounters"].values())) == (
        "Initializing",
        {0},
    )
    assert (first["LabelingJobName"], first["Tags"]) == ("Whole-Way", tags)
    assert "LabelingJobOutput" not in first
    assert "FailureReason" not in first
    for _ in range(30):
        aws.later(2)
        job = aws.sagemaker.describe_labeling_job(LabelingJobName="Whole-Way")
        if job["LabelingJobStatus"] == "Completed":
            break
    assert job["LabelCounters"] == {
        "TotalLabeled": IMAGES,
        "HumanLabeled": IMAGES,
        "MachineLabeled": 0,
        "FailedNonRetryableError": 0,
        "Unlabeled": 0,
    }
    output = job["LabelingJobOutput"]["OutputDatasetS3Uri"]
    assert output == f"s3://{BUCKET}/results/Whole-Way/manifests/output/output.manifest"
    body = (
        aws.s3.get_object(Bucket=BUCKET, Key=output.removeprefix(f"s3://{BUCKET}/"))["Body"]
        .read()
        .decode()
    )
    assert [json.loads(line)["ripeness-metadata"]["type"] for line in body.splitlines()] == [
        "groundtruth/image-classification"
    ] * IMAGES
    told = aws.logs.filter_log_events(
        logGroupName="/aws/sagemaker/LabelingJobs", logStreamNames=["Whole-Way"]
    )
    assert told["events"]


def test_names_are_taken_for_ever(aws: Practice, team: str) -> None:
    """Whoever relies on a retry must meet ResourceInUse, whatever the capitals."""
    aws.sagemaker.create_labeling_job(**labeling_job("Twice", team))
    for name in ("Twice", "tWICE"):
        with pytest.raises(aws.sagemaker.exceptions.ResourceInUse):
            aws.sagemaker.create_labeling_job(**labeling_job(name, team))


def test_a_missing_job_says_not_found(aws: Practice) -> None:
    """The bot tells "free" from "taken" by this answer."""
    with refused("ValidationException", 400, "not found"):
        aws.sagemaker.describe_labeling_job(LabelingJobName="nobody")
    with refused("ValidationException", 400, "not found"):
        aws.sagemaker.stop_labeling_job(LabelingJobName="nobody")


@pytest.mark.parametrize("attribute", ["ripeness-metadata", "source", "source-ref", "ripeness-ref"])
def test_label_attribute_names_that_cannot_be(aws: Practice, team: str, attribute: str) -> None:
    """A reserved or misplaced -ref name is refused before anybody is paid."""
    refusal(aws, labeling_job("a2", team, LabelAttributeName=attribute), "LabelAttributeName")


def test_masks_need_ref_and_their_verification_must_not(aws: Practice, team: str) -> None:
    """The -ref rule follows the task type, and verification is its trap."""
    masks = of_type("SemanticSegmentation")
    refusal(aws, labeling_job("a2", team, **masks), "must end with -ref")
    aws.sagemaker.create_labeling_job(
        **labeling_job("masks", team, LabelAttributeName="rows-ref", **masks)
    )
    check = of_type("VerificationSemanticSegmentation")
    refusal(
        aws,
        labeling_job("a2", team, LabelAttributeName="rows-ref", **check),
        "may not end with -ref",
    )
    aws.sagemaker.create_labeling_job(**labeling_job("masks-check", team, **check))


def test_pages_follow_the_task_type(aws: Practice, team: str) -> None:
    """Exactly one page, and for frames and point clouds the service's own by its exact ARN."""
    both = {
        "UiTemplateS3Uri": f"s3://{BUCKET}/p",
        "HumanTaskUiArn": f"{HUMAN_UI}NamedEntityRecognition",
    }
    for page in ({}, both):
        refusal(aws, labeling_job("b", team, UiConfig=page), "Exactly one")
    cloud = of_type("3DPointCloudObjectDetection")
    refusal(aws, labeling_job("b", team, **cloud), "needs HumanTaskUiArn")
    wrong = {"HumanTaskUiArn": f"{HUMAN_UI}3DPointCloudObjectDetection"}
    refusal(aws, labeling_job("b", team, UiConfig=wrong, **cloud), "does not exist")
    right = {"HumanTaskUiArn": f"{HUMAN_UI}PointCloudObjectDetection"}
    aws.sagemaker.create_labeling_job(**labeling_job("cloud", team, UiConfig=right, **cloud))
    refusal(aws, labeling_job("b", team, UiConfig=right), "HumanTaskUiArn")


def test_functions_belong_together(aws: Practice, team: str) -> None:
    """PRE and ACS of two types, of another region's account, or a type that does not exist."""
    other = {"AnnotationConsolidationLambdaArn": f"{FUNCTIONS}ACS-BoundingBox"}
    refusal(aws, labeling_job("c", team, AnnotationConsolidationConfig=other), "same task type")
    refusal(aws, labeling_job("c", team, **of_type("VideoClassification")), "does not exist")
    far = f"{FUNCTIONS}PRE-ImageMultiClass".replace("us-east-1", "eu-west-1")
    refusal(aws, labeling_job("c", team, PreHumanTaskLambdaArn=far), "same region")
    strange = f"{FUNCTIONS}PRE-ImageMultiClass".replace("432418664414", "266458841044")
    refusal(aws, labeling_job("c", team, PreHumanTaskLambdaArn=strange), "cannot be used")
    mine = "arn:aws:lambda:us-east-1:111122223333:function:mine"
    custom = {
        "PreHumanTaskLambdaArn": mine,
        "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": mine},
    }
    aws.sagemaker.create_labeling_job(**labeling_job("custom", team, **custom))


def test_the_team_must_exist(aws: Practice, team: str) -> None:
    """A job for nobody would never end."""
    for arn in (
        f"{team}x",
        team.replace("111122223333", "999999999999"),
        team.replace("private", "vendor"),
    ):
        refusal(aws, labeling_job("d", arn), "does not exist")


def test_prices_are_for_the_public_workforce(aws: Practice, team: str) -> None:
    """A price where none is due, none where one is due, and an amount that is not on the list."""
    refusal(aws, labeling_job("e", team, PublicWorkforceTaskPrice=PRICE), "only for the public")
    refusal(aws, labeling_job("e", PUBLIC_TEAM), "must be given")
    odd = {"AmountInUsd": {"Dollars": 0, "Cents": 1, "TenthFractionsOfACent": 3}}
    refusal(aws, labeling_job("e", PUBLIC_TEAM, PublicWorkforceTaskPrice=odd), "0.013 US dollars")
    boxes = labeling_job("e", PUBLIC_TEAM, PublicWorkforceTaskPrice=PRICE, **of_type("BoundingBox"))
    refusal(aws, boxes, "0.012 US dollars")
    frames = labeling_job(
        "e",
        PUBLIC_TEAM,
        LabelAttributeName="x-ref",
        UiConfig={"HumanTaskUiArn": f"{HUMAN_UI}VideoObjectTracking"},
        PublicWorkforceTaskPrice=PRICE,
        **of_type("VideoObjectTracking"),
    )
    refusal(aws, frames, "public workforce cannot")


def test_a_public_job_without_the_content_flag_fails_later(aws: Practice) -> None:
    """AWS notices this only when the job runs: the bot has to report a failed job, not a
    refusal.
    """
    aws.sagemaker.create_labeling_job(
        **labeling_job("flagless", PUBLIC_TEAM, PublicWorkforceTaskPrice=PRICE)
    )
    aws.later(1)
    aws.later(1)
    job = aws.sagemaker.describe_labeling_job(LabelingJobName="flagless")
    assert (job["LabelingJobStatus"], "FreeOfPersonally" in job["FailureReason"]) == (
        "Failed",
        True,
    )


def test_a_missing_manifest_fails_later(aws: Practice, team: str) -> None:
    """As above: a wrong address is accepted and found out afterwards."""
    source = {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{BUCKET}/absent.manifest"}}}
    aws.sagemaker.create_labeling_job(**labeling_job("absent", team, InputConfig=source))
    aws.later(1)
    aws.later(1)
    job = aws.sagemaker.describe_labeling_job(LabelingJobName="absent")
    assert (job["LabelingJobStatus"], "NoSuchKey" in job["FailureReason"]) == ("Failed", True)


def test_times_have_maxima(aws: Practice, team: str) -> None:
    """What is too long for a task or a workforce is refused at create."""
    refusal(aws, labeling_job("f", team, TaskTimeLimitInSeconds=28_801), "28800")
    refusal(aws, labeling_job("f", team, TaskAvailabilityLifetimeInSeconds=2_592_001), "2592000")
    public = {"PublicWorkforceTaskPrice": PRICE, "TaskAvailabilityLifetimeInSeconds": 43_201}
    refusal(aws, labeling_job("f", PUBLIC_TEAM, **public), "43200")
    refusal(
        aws, labeling_job("f", team, MaxConcurrentTaskCount=1001), "1000", "ResourceLimitExceeded"
    )


def test_places_that_cannot_be(aws: Practice, team: str) -> None:
    """Input elsewhere, nothing to read, a role of another account, reserved and repeated tags."""
    far = {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://far-away/m.manifest"}}}
    refusal(aws, labeling_job("g", team, InputConfig=far), "is in eu-west-1")
    refusal(aws, labeling_job("g", team, InputConfig={"DataSource": {}}), "At least one")
    refusal(
        aws, labeling_job("g", team, RoleArn="arn:aws:iam::999999999999:role/x"), "Cross-account"
    )
    refusal(aws, labeling_job("g", team, Tags=[{"Key": "aws:x", "Value": ""}]), "reserved")
    refusal(
        aws,
        labeling_job("g", team, Tags=[{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]),
        "unique",
    )


def test_automated_labeling_fits_the_type(aws: Practice, team: str) -> None:
    """The algorithm's account is the same everywhere, and bounding boxes are object detection."""
    for arn in (
        f"{ALGORITHM}object-detection",
        f"{ALGORITHM}image-classification".replace("027400017018", "432418664414"),
    ):
        asked = {"LabelingJobAlgorithmSpecificationArn": arn}
        refusal(aws, labeling_job("h", team, LabelingJobAlgorithmsConfig=asked), "cannot be used")
    asked = {"LabelingJobAlgorithmSpecificationArn": f"{ALGORITHM}image-classification"}
    aws.sagemaker.create_labeling_job(
        **labeling_job("automated", team, LabelingJobAlgorithmsConfig=asked)
    )


def test_stopping(aws: Practice, team: str) -> None:
    """Stop takes effect once, may be repeated while it works, and is refused at the end."""
    aws.sagemaker.create_labeling_job(**labeling_job("to-stop", team))
    for _ in range(2):
        aws.sagemaker.stop_labeling_job(LabelingJobName="To-Stop")
        state = aws.sagemaker.describe_labeling_job(LabelingJobName="to-stop")["LabelingJobStatus"]
        assert state == "Stopping"
    aws.later(1)
    assert (
        aws.sagemaker.describe_labeling_job(LabelingJobName="to-stop")["LabelingJobStatus"]
        == "Stopped"
    )
    with refused("ValidationException", 400, "status is Stopped"):
        aws.sagemaker.stop_labeling_job(LabelingJobName="to-stop")


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """An account with 23 jobs, made a second apart, none of them moving."""
    practice = Practice(tmp_path_factory.mktemp("listed"))
    team = furnish(practice)
    for number in range(23):
        practice.ahead += 1
        name = f"{'Pear' if number % 2 else 'apple'}-{number:02}"
        practice.sagemaker.create_labeling_job(**labeling_job(name, team))
    for number in range(3):
        practice.sagemaker.stop_labeling_job(
            LabelingJobName=f"{'Pear' if number % 2 else 'apple'}-{number:02}"
        )
    yield practice
    practice.server.stop()


def names(aws: Practice, **asked: Any) -> list[str]:
    size = asked.pop("PageSize", 7)
    pages = aws.sagemaker.get_paginator("list_labeling_jobs").paginate(
        **asked, PaginationConfig={"PageSize": size}
    )
    return [job["LabelingJobName"] for page in pages for job in page["LabelingJobSummaryList"]]


def test_every_job_is_on_one_page(listed: Practice) -> None:
    """A sweep that loses or doubles a job between pages loses a person's job."""
    everything = names(listed)
    assert len(everything) == len(set(everything)) == 23
    assert everything == sorted(everything, key=lambda name: name[-2:])
    assert names(listed, SortOrder="Descending") == everything[::-1]
    assert names(listed, SortBy="Name") == sorted(everything, key=str.lower)
    assert sorted(names(listed, SortBy="Status", PageSize=4)[-3:]) == [
        "Pear-01",
        "apple-00",
        "apple-02",
    ]


def test_filters_of_the_list(listed: Practice) -> None:
    """The poller asks by status; people look by name and day."""
    assert names(listed, StatusEquals="Stopping") == ["apple-00", "Pear-01", "apple-02"]
    assert len(names(listed, NameContains="pEAR")) == 11
    middle = listed.sagemaker.describe_labeling_job(LabelingJobName="apple-10")["CreationTime"]
    assert names(listed, CreationTimeAfter=middle)[0] == "Pear-11"
    assert names(listed, CreationTimeBefore=middle)[-1] == "Pear-09"


def test_pages_may_come_empty(listed: Practice) -> None:
    """Seen on real accounts: a filter on the last change gives empty pages with a token; a poller
    must survive them.
    """
    soon = datetime.now(UTC) + timedelta(seconds=listed.ahead - 0.5)
    page = listed.sagemaker.list_labeling_jobs(
        LastModifiedTimeAfter=soon + timedelta(days=1), MaxResults=5
    )
    assert (page["LabelingJobSummaryList"], "NextToken" in page) == ([], True)
    assert names(listed, LastModifiedTimeAfter=soon + timedelta(days=1)) == []


def test_tokens_belong_to_their_question(listed: Practice) -> None:
    """A token of another list must be refused, not answered with something else."""
    token = listed.sagemaker.list_labeling_jobs(MaxResults=5)["NextToken"]
    with refused("ValidationException", words="NextToken"):
        listed.sagemaker.list_labeling_jobs(MaxResults=5, NextToken=token, SortBy="Name")
    with refused("ValidationException", words="NextToken"):
        listed.sagemaker.list_labeling_jobs(NextToken="made up")
    with refused("ValidationException", words="less than or equal to 100"):
        listed.sagemaker.list_labeling_jobs(MaxResults=101)


def test_summaries_hold_what_summaries_hold(listed: Practice) -> None:
    """The poller reads counters and team from the list; the attribute name is not there and must be
    asked for.
    """
    job = listed.sagemaker.list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"][0]
    assert "LabelAttributeName" not in job
    assert job["WorkteamArn"].endswith("/crew")
    assert job["PreHumanTaskLambdaArn"].endswith("PRE-ImageMultiClass")
    assert (
        job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        == f"s3://{BUCKET}/fruit.manifest"
    )


def test_jobs_of_a_team(listed: Practice) -> None:
    """Other counters and no status: code that mixes the two lists up must fail."""
    arn = listed.sagemaker.describe_workteam(WorkteamName="crew")["Workteam"]["WorkteamArn"]
    page = listed.sagemaker.list_labeling_jobs_for_workteam(
        WorkteamArn=arn, MaxResults=2, SortOrder="Descending"
    )
    assert [job["LabelingJobName"] for job in page["LabelingJobSummaryList"]] == [
        "apple-22",
        "Pear-21",
    ]
    assert page["LabelingJobSummaryList"][0]["LabelCounters"] == {
        "HumanLabeled": 0,
        "PendingHuman": 0,
        "Total": 0,
    }
    code = page["LabelingJobSummaryList"][0]["JobReferenceCode"]
    one = listed.sagemaker.list_labeling_jobs_for_workteam(
        WorkteamArn=arn, JobReferenceCodeContains=code
    )
    assert len(one["LabelingJobSummaryList"]) == 1
    with refused("ResourceNotFound"):
        listed.sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=f"{arn}x")


def test_teams_come_in_the_order_in_which_they_were_made(aws: Practice) -> None:
    """Whoever cuts a list that they take for sorted by name would lose a team."""
    for name in ("order-c", "order-a", "order-b"):
        aws.sagemaker.create_workteam(WorkteamName=name, Description="d", MemberDefinitions=MEMBERS)

    def order(**asked: str) -> str:
        found = aws.sagemaker.list_workteams(NameContains="order", **asked)["Workteams"]
        return "".join(each["WorkteamName"][-1] for each in found)

    assert order() == order(SortBy="CreateDate") == "cab"
    assert order(SortBy="Name") == "abc"
    assert order(SortOrder="Descending") == "bac"
    for name in ("order-c", "order-a", "order-b"):
        aws.sagemaker.delete_workteam(WorkteamName=name)


def test_work_teams(aws: Practice) -> None:
    """Teams are what a person picks in the form: made, found, changed, removed; 25 and no more."""
    sm = aws.sagemaker
    topic = {"NotificationTopicArn": "arn:aws:sns:us-east-1:111122223333:work"}
    sm.create_workteam(
        WorkteamName="Pickers",
        Description="one",
        MemberDefinitions=MEMBERS,
        NotificationConfiguration=topic,
    )
    with pytest.raises(sm.exceptions.ResourceInUse):
        sm.create_workteam(WorkteamName="pickers", Description="two", MemberDefinitions=MEMBERS)
    changed = sm.update_workteam(WorkteamName="Pickers", Description="two")["Workteam"]
    assert (changed["Description"], changed["NotificationConfiguration"]) == ("two", topic)
    assert changed["SubDomain"] == "http://127.0.0.1:4040"
    assert [t["WorkteamName"] for t in sm.list_workteams(NameContains="pick")["Workteams"]] == [
        "Pickers"
    ]
    for number in range(30):
        try:
            sm.create_workteam(
                WorkteamName=f"t{number:02}", Description="d", MemberDefinitions=MEMBERS
            )
        except sm.exceptions.ResourceLimitExceeded:
            break
    found = [
        t["WorkteamName"]
        for p in sm.get_paginator("list_workteams").paginate(PaginationConfig={"PageSize": 10})
        for t in p["Workteams"]
    ]
    assert len(found) == len(set(found)) == 25
    for name in found:
        if name != "crew":
            assert sm.delete_workteam(WorkteamName=name)["Success"]
    with refused("ValidationException", words="does not exist"):
        sm.describe_workteam(WorkteamName="Pickers")


def test_the_workforce(aws: Practice) -> None:
    """There is one private workforce, always called default, and no vendor."""
    workforce = aws.sagemaker.describe_workforce(WorkforceName="default")["Workforce"]
    assert aws.sagemaker.list_workforces()["Workforces"] == [workforce]
    assert aws.sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == []
    with refused("ValidationException"):
        aws.sagemaker.describe_workforce(WorkforceName="other")
    with refused("ValidationException"):
        vendor = "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/x"
        aws.sagemaker.describe_subscribed_workteam(WorkteamArn=vendor)


def test_tags(aws: Practice, team: str) -> None:
    """The bot recognises its own jobs by their tags."""
    arn = aws.sagemaker.create_labeling_job(**labeling_job("tagged", team))["LabelingJobArn"]
    aws.sagemaker.add_tags(
        ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    )
    aws.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["b"])
    assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    assert aws.sagemaker.describe_labeling_job(LabelingJobName="tagged")["Tags"] == [
        {"Key": "a", "Value": "3"}
    ]
    with refused("ValidationException"):
        aws.sagemaker.list_tags(ResourceArn=f"{arn}x")


def test_previews_of_templates(aws: Practice) -> None:
    """A template's faults come with HTTP 200; a bot that waits for an exception would publish a
    broken page.
    """
    task = {"Input": json.dumps({"taskObject": f"s3://{BUCKET}/fruit/0.png"})}
    good = aws.sagemaker.render_ui_template(
        UiTemplate={"Content": "<img src='{{ task.input.taskObject | grant_read_access }}'>"},
        Task=task,
        RoleArn=ROLE,
    )
    assert good["Errors"] == []
    link = good["RenderedContent"].partition("'")[2].rpartition("'")[0].replace("&amp;", "&")
    assert fetch(link)[2] == picture()
    bad = aws.sagemaker.render_ui_template(
        UiTemplate={"Content": "{% if %}"}, Task=task, RoleArn=ROLE
    )
    assert bad["Errors"]
    with refused("ValidationException", words="Exactly one"):
        aws.sagemaker.render_ui_template(Task=task, RoleArn=ROLE)
    with refused("ValidationException", words="not valid JSON"):
        aws.sagemaker.render_ui_template(
            UiTemplate={"Content": "x"}, Task={"Input": "{}}"}, RoleArn=ROLE
        )


def test_jobs_survive_a_kill(tmp_path: Path) -> None:
    """A job that runs when the server dies goes on to its end, with every object labeled once."""
    aws = Practice(tmp_path)
    try:
        team = furnish(aws)
        aws.sagemaker.create_labeling_job(**labeling_job("through", team))
        aws.later(0.2)
        aws.restart()
        for _ in range(30):
            aws.later(2)
            job = aws.sagemaker.describe_labeling_job(LabelingJobName="through")
            if job["LabelingJobStatus"] == "Completed":
                break
        assert job["LabelCounters"]["HumanLabeled"] == IMAGES
    finally:
        aws.server.stop()
