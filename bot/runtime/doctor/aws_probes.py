"""Probes of AWS: credentials, clock, Region, permissions, work teams, and the role of Ground
Truth.
"""

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from bot.base.aws import AwsRefused, renamed
from bot.base.blocks import count
from bot.base.errors import LabeljobError
from bot.engines.ground_truth.catalogue import REGIONS
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.private_workforce import PrivateWorkforce
from bot.engines.ground_truth.streams import TopicStreams
from bot.engines.streams import NoTopic
from bot.engines.workforce import NoWorkforce
from bot.runtime.doctor.clocks import judged, skew
from bot.runtime.doctor.examination import Finding, NotAsked, Surroundings, Verdict, probe

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+")


@probe("AWS credentials", needs=("AWS_REGION", "AWS_ENDPOINT_URL"))
def credentials(around: Surroundings) -> Iterator[Finding]:
    """AWS knows the bot (sts:GetCallerIdentity).

    Give the machine an IAM role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and
    AWS_SESSION_TOKEN for keys of a session) of the bot's own user. With no answer at all, check the
    network and AWS_ENDPOINT_URL.
    """
    learned, began = around.learned, around.clock()
    try:
        with renamed():
            answer: dict[str, Any] = around.aws.act("sts").get_caller_identity()
    except LabeljobError as error:
        if isinstance(
            error.__cause__, ClientError
        ):  # a wrong clock is refused too, and the refusal has a date
            learned.aws_skew = skew(_headers(error.__cause__.response), began, around.clock())
        raise
    learned.aws_skew = skew(_headers(answer), began, around.clock())
    learned.aws_account = str(answer["Account"])
    yield Finding(Verdict.OK, f"{answer['Arn']} in account {learned.aws_account}.")


@probe("clock against AWS")
def clock(around: Surroundings) -> Iterator[Finding]:
    """This machine's clock is near that of AWS.

    Set the machine's clock by NTP (timedatectl set-ntp true, or the host's time service in a
    container); AWS refuses requests that are signed more than 300 seconds away from its own time.
    """
    yield judged(around.learned.aws_skew, "AWS")


@probe("AWS Region", needs=("AWS_REGION",))
def region(around: Surroundings) -> Iterator[Finding]:
    """Ground Truth has its built-in task types in the Region.

    Set AWS_REGION to the Region of the buckets; it must be one in which Ground Truth has its
    built-in task types.
    """
    name = around.settings.aws_region
    if name in REGIONS:
        yield Finding(Verdict.OK, f"{name} has the built-in task types.")
    else:
        yield Finding(
            Verdict.FAILS, f"{name} has no built-in task types. They exist in {', '.join(REGIONS)}."
        )


@probe("labeling jobs", needs=("AWS credentials",))
def labeling_jobs(around: Surroundings) -> Iterator[Finding]:
    """The bot may list labeling jobs.

    Allow sagemaker:ListLabelingJobs on "*" to the bot (the whole policy is in docs/running.md).
    """
    with renamed():
        found = around.aws.act("sagemaker").list_labeling_jobs(MaxResults=1)[
            "LabelingJobSummaryList"
        ]
    around.learned.has_jobs = bool(found)
    yield Finding(Verdict.OK, "ListLabelingJobs is allowed.")


@probe("Ground Truth", needs=("labeling jobs",))
def ground_truth(around: Surroundings) -> Iterator[Finding]:
    """AWS takes no new customers for Ground Truth.

    Nothing to do if the account has used Ground Truth before, in any Region. If CreateLabelingJob
    is refused, use an account that has; the practice workspace (labeljob sandbox) needs none.
    """
    if around.learned.has_jobs:
        yield Finding(
            Verdict.OK,
            "This account has labeling jobs. AWS takes no new customers for Ground Truth.",
        )
    else:
        words = (
            "AWS takes no new customers for Ground Truth, and this account has no labeling job in "
            "this Region yet."
        )
        yield Finding(Verdict.LOOK, words)


@probe("work teams", needs=("AWS credentials",))
def work_teams(around: Surroundings) -> Iterator[Finding]:
    """The bot may list work teams, and there is one.

    Allow sagemaker:ListWorkteams on "*" to the bot, and make a private work team: in the console
    SageMaker, Ground Truth, Labeling workforces, Private, Create private team.
    """
    gateway = Gateway(around.aws)
    teams = gateway.work_teams()
    if not teams:
        words = "There is no private work team in this account and Region, and no vendor's."
        yield Finding(Verdict.FAILS, words)
        return
    around.learned.portal = next((team.portal for team in teams if team.portal), "")
    names = ", ".join(team.name for team in teams[:3]) + (" and others" if len(teams) > 3 else "")  # noqa: PLR2004 - enough to know them by
    yield Finding(Verdict.OK, f"{count(len(teams), 'team')}: {names}.")
    try:
        gateway.vendor_teams()
    except AwsRefused as refusal:
        yield Finding(
            Verdict.LOOK,
            f"Vendors' teams are not offered: {refusal.words}",
            'Allow sagemaker:ListSubscribedWorkteams on "*" to the bot.',
            of="vendors",
        )


@probe("workforce", needs=("work teams",))
def workforce(around: Surroundings) -> Iterator[Finding]:
    """Managers may see and change who is in the work teams, with /labelteam.

    Allow the actions of cognito-idp and those on work teams of docs/running.md to the bot; without
    them everything but /labelteam members, create, invite, add, remove and delete works.
    """
    people, teams = PrivateWorkforce(around.aws), Gateway(around.aws).work_teams()
    own = next((team for team in teams if not team.seller), None)
    if own is None:
        raise NotAsked("there is no private work team")
    try:
        roster = people.roster(own.name)
    except (AwsRefused, NoWorkforce) as refusal:
        yield Finding(Verdict.LOOK, refusal.words)
        return
    who = count(len(roster.people), "person", "people")
    if roster.groups:
        who = f"groups of an identity provider: {', '.join(roster.groups)}"
    yield Finding(Verdict.OK, f"{own.name} has {who}; who may change that shows at the first try.")


@probe("execution role", needs=("LABELJOB_EXECUTION_ROLE_ARN",))
def execution_role(around: Surroundings) -> Iterator[Finding]:
    """LABELJOB_EXECUTION_ROLE_ARN names a role of the same account.

    Set LABELJOB_EXECUTION_ROLE_ARN to the ARN of the role that Ground Truth uses to read pictures
    and to write labels (arn:aws:iam::<account>:role/<name>), made in the bot's own account as
    docs/running.md says.
    """
    arn = around.settings.execution_role_arn
    match = _ROLE.fullmatch(arn)
    if match is None:
        yield Finding(
            Verdict.FAILS, f"“{arn}” is not the ARN of a role." if arn else "It is not set."
        )
    elif not around.learned.aws_account:
        raise NotAsked("AWS credentials")
    elif match[1] != around.learned.aws_account:
        words = f"The role is in account {match[1]}, the bot in {around.learned.aws_account}."
        yield Finding(Verdict.FAILS, words)
    else:
        yield Finding(Verdict.OK, f"{arn}; whether it may read the buckets shows at the first job.")


@probe("Custom Labels", needs=("AWS credentials",))
def custom_labels(around: Surroundings) -> Iterator[Finding]:
    """The bot may use Rekognition Custom Labels, for /dataset.

    Allow rekognition:DescribeProjects on "*" to the bot, and the other rekognition actions of
    docs/running.md; without them everything but /dataset works.
    """
    try:
        with renamed():
            around.aws.act("rekognition").describe_projects(MaxResults=1)
    except AwsRefused as error:
        yield Finding(Verdict.LOOK, error.words)
    else:
        yield Finding(Verdict.OK, "DescribeProjects is allowed.")


@probe("topics", needs=("AWS credentials",))
def topics(around: Surroundings) -> Iterator[Finding]:
    """The bot may use SNS, for streaming jobs.

    Allow sns:GetTopicAttributes and sns:Publish to the bot (the whole policy is in
    docs/running.md); without them everything but streaming jobs works.
    """
    region, account = around.settings.aws_region, around.learned.aws_account
    nobodys = f"arn:aws:sns:{region}:{account}:labeljob-doctor-{around.new_id()}"
    try:
        TopicStreams(around.aws).check_topic(nobodys)
    except NoTopic:  # AWS tells what is there only to those who may ask
        yield Finding(Verdict.OK, "GetTopicAttributes is allowed; Publish shows at the first use.")
    except AwsRefused as error:
        yield Finding(Verdict.LOOK, error.words)


def _headers(answer: Any) -> dict[str, object]:
    return dict(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}))
