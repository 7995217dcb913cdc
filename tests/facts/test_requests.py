"""What is sent to Ground Truth: every task type, workforce and option, against botocore's model
with its enums, patterns and maxima, and against the rules that the model does not carry.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from bot.base.s3_uri import Allowed, S3Uri
from bot.engines.ground_truth.catalogue import REGIONS, TASK_TYPES
from bot.engines.ground_truth.categories import category_file
from bot.engines.ground_truth.request import request
from bot.engines.particulars import NO_EXTRAS, Extras, Particulars
from bot.engines.protocol import Order
from bot.engines.task_type import TaskType
from bot.instructions.page import Instructions
from bot.jobs.draft import Draft, final_attribute

_HERE = "the stand-in's rules are not here"
rules = pytest.importorskip("bot.sandbox.aws.sagemaker.rules", reason=_HERE)
constraints = pytest.importorskip("bot.sandbox.aws.wire.constraints", reason=_HERE)

ACCOUNT, ROLE = "123456789012", "arn:aws:iam::123456789012:role/labeling"
FUNCTION = "arn:aws:lambda:{region}:123456789012:function:SageMaker-{name}"
MODEL = ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")
INPUT = MODEL.operation_model("CreateLabelingJob").input_shape
TOPIC = "arn:aws:sns:{region}:123456789012:orchard"

WORKFORCES = {
    "private": "arn:aws:sagemaker:{region}:123456789012:workteam/private-crowd/labelers",
    "vendor": "arn:aws:sagemaker:{region}:999999999999:workteam/vendor-crowd/abc",
    "public": "arn:aws:sagemaker:{region}:394669845002:workteam/public-crowd/default",
}
EXTRAS = st.builds(
    Extras,
    stop_at_objects=st.integers(0, 100_000),
    stop_at_percent=st.integers(0, 100),
    concurrent_tasks=st.integers(0, 1000),
    keywords=st.lists(st.sampled_from(["Fruit", "ripe or not", "A1"]), max_size=5).map(tuple),
    declarations=st.lists(
        st.sampled_from(["FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent"]),
        unique=True,
    ).map(tuple),
    tags=st.dictionaries(
        st.sampled_from(["team", "cost center", "a/b"]), st.sampled_from(["", "orchard"])
    ),
    output_key=st.sampled_from(["", "alias/orchard"]),
    volume_key=st.sampled_from(["", "alias/orchard"]),
    output_topic=st.sampled_from(["", TOPIC]),
    input_topic=st.sampled_from(["", TOPIC]),
    auto_label=st.booleans(),
    first_model=st.sampled_from(["", f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:model/orchard-july"]),
    task_price=st.sampled_from([840, 1200]),
)


def an_order(kind: TaskType, workteam: str, region: str, **changes: Any) -> Order:
    """An order of that type, for that team."""
    draft = Draft(job_name="ripe-july")
    particulars = Particulars(audited="fruit")
    if not kind.pre:
        particulars = Particulars(
            pre_function=FUNCTION.format(region=region, name="before"),
            post_function=FUNCTION.format(region=region, name="after"),
        )
    plain: dict[str, Any] = {
        "request_key": "draft:1",
        "name": draft.job_name,
        "label_attribute": final_attribute(draft, kind),
        "task_type": kind,
        "manifest": S3Uri.parse("s3://orchard-raw/fruit.manifest"),
        "output": S3Uri.parse("s3://orchard-out/labels/"),
        "folder": S3Uri.parse("s3://orchard-out/labels/ripe-july/labeljob/"),
        "workteam": workteam,
        "instructions": Instructions(
            kind.default_title, kind.default_description, ("ripe", "unripe"), "<p>Look.</p>", ""
        ),
        "workers_per_object": kind.console_default_workers,
        "task_time_limit_s": kind.task_time_s,
        "availability_s": 43_200,
        "allowed": Allowed(("orchard-raw", "orchard-out")),
        "particulars": particulars,
    }
    return Order(**{**plain, **changes})


def asked_for(order: Order, region: str) -> dict[str, Any]:
    """The request of an order, with the files that it would have."""
    own_page = order.task_type.ui_kind == "template"
    return request(
        order,
        region=region,
        role_arn=ROLE,
        template=S3Uri.parse("s3://orchard-out/page.liquid.html") if own_page else None,
        labels=S3Uri.parse("s3://orchard-out/labels.json"),
    )


def faults_of(asked: dict[str, Any]) -> Iterator[str]:
    """What botocore checks, and what only its model says."""
    assert INPUT is not None
    yield from [str(one) for one in ParamValidator().validate(asked, INPUT)._errors]
    yield from constraints.violations(INPUT, asked)


@pytest.mark.parametrize("task_type", sorted(TASK_TYPES))
@pytest.mark.parametrize("workforce", sorted(WORKFORCES))
@given(extras=EXTRAS, region=st.sampled_from(REGIONS))
def test_every_request_is_one_that_aws_takes(
    task_type: str, workforce: str, extras: Extras, region: str
) -> None:
    """Without this, a type, a workforce or an option would be refused by AWS after everything was
    asked and checked.
    """
    kind = TASK_TYPES[task_type]
    if workforce == "public" and not kind.public_workforce:
        return
    extras = _in_region(extras, region, kind)
    team = WORKFORCES[workforce].format(region=region)
    order = an_order(kind, team, region, extras=extras)
    if extras.input_topic and extras.concurrent_tasks:  # a stream may begin with nothing
        order = replace(order, manifest=None)
    asked = asked_for(order, region)
    assert list(faults_of(asked)) == []
    if workforce != "vendor":  # the stand-in's account has subscribed to none
        rules.check_labeling_job(asked, rules.Place(region, ACCOUNT, lambda _arn: True, {}))


def _in_region(extras: Extras, region: str, kind: TaskType) -> Extras:
    """The same extras at home, as the rules of the form leave them."""
    input_topic = extras.input_topic.format(region=region)
    return msgspec.structs.replace(
        extras,
        input_topic=input_topic,
        output_topic=extras.output_topic.format(region=region),
        auto_label=extras.auto_label and bool(kind.auto_label) and not input_topic,
    )


def test_what_nobody_said_is_not_sent() -> None:
    """Without this, an empty member would be refused (keywords), or would switch off what AWS does
    when it hears nothing.
    """
    team = WORKFORCES["private"].format(region="eu-west-1")
    order = an_order(TASK_TYPES["bounding-box"], team, "eu-west-1")
    asked = asked_for(order, "eu-west-1")
    assert order.extras == NO_EXTRAS
    assert set(asked) == {
        "LabelingJobName",
        "LabelAttributeName",
        "InputConfig",
        "OutputConfig",
        "RoleArn",
        "LabelCategoryConfigS3Uri",
        "HumanTaskConfig",
        "Tags",
    }
    assert "MaxConcurrentTaskCount" not in asked["HumanTaskConfig"]
    assert "PublicWorkforceTaskPrice" not in asked["HumanTaskConfig"]
    assert len(asked["Tags"]) == 2


def test_tags_of_ours_are_never_replaced() -> None:
    """Without this, a tag with the name of ours would keep the bot from knowing its own job again,
    and the job would be made twice.
    """
    team = WORKFORCES["private"].format(region="eu-west-1")
    extras = Extras(tags={"labeljob:request": "mine", "team": "orchard"})
    order = an_order(TASK_TYPES["bounding-box"], team, "eu-west-1", extras=extras)
    tags = {tag["Key"]: tag["Value"] for tag in asked_for(order, "eu-west-1")["Tags"]}
    assert tags["labeljob:request"] == "draft:1"
    assert tags["team"] == "orchard"


def test_functions_and_pages_are_those_of_the_catalogue() -> None:
    """Without this, a point cloud's page would be asked for by the name of its functions, which no
    page has (people lost days to that).
    """
    team = WORKFORCES["private"].format(region="eu-west-1")
    kind = TASK_TYPES["3d-object-tracking-adjustment"]
    task = asked_for(an_order(kind, team, "eu-west-1"), "eu-west-1")["HumanTaskConfig"]
    assert task["UiConfig"] == {
        "HumanTaskUiArn": (
            "arn:aws:sagemaker:eu-west-1:394669845002:human-task-ui/PointCloudObjectTracking"
        )
    }
    assert task["PreHumanTaskLambdaArn"].endswith(
        ":568282634449:function:PRE-Adjustment3DPointCloudObjectTracking"
    )
    custom = asked_for(an_order(TASK_TYPES["custom"], team, "eu-west-1"), "eu-west-1")
    assert custom["HumanTaskConfig"]["PreHumanTaskLambdaArn"] == FUNCTION.format(
        region="eu-west-1", name="before"
    )
    bare = an_order(TASK_TYPES["custom"], team, "eu-west-1", particulars=Particulars())
    task = asked_for(bare, "eu-west-1")["HumanTaskConfig"]
    assert "PreHumanTaskLambdaArn" not in task
    assert "AnnotationConsolidationConfig" not in task


def test_prices_go_to_the_public_workforce_alone() -> None:
    """Without this, every request to a team of one's own that has a price would be refused."""
    public = WORKFORCES["public"].format(region="eu-west-1")
    private = WORKFORCES["private"].format(region="eu-west-1")
    extras, kind = Extras(task_price=1036), TASK_TYPES["bounding-box"]
    paid = asked_for(an_order(kind, public, "eu-west-1", extras=extras), "eu-west-1")
    unpaid = asked_for(an_order(kind, private, "eu-west-1", extras=extras), "eu-west-1")
    assert paid["HumanTaskConfig"]["PublicWorkforceTaskPrice"] == {
        "AmountInUsd": {"Dollars": 1, "Cents": 3, "TenthFractionsOfACent": 6}
    }
    assert "PublicWorkforceTaskPrice" not in unpaid["HumanTaskConfig"]


def test_automated_labeling_names_the_algorithm_of_the_type() -> None:
    """Without this, boxes would be learned as classes, as other tools do."""
    team = WORKFORCES["private"].format(region="eu-west-1")
    extras = Extras(auto_label=True)
    kinds = {kind.id: kind for kind in TASK_TYPES.values()}
    named = {}
    for name, kind in kinds.items():
        asked = asked_for(an_order(kind, team, "eu-west-1", extras=extras), "eu-west-1")
        if "LabelingJobAlgorithmsConfig" in asked:
            [arn] = asked["LabelingJobAlgorithmsConfig"].values()
            named[name] = re.sub(r".*:027400017018:labeling-job-algorithm-specification/", "", arn)
    assert named == {
        "image-classification": "image-classification",
        "bounding-box": "object-detection",
        "semantic-segmentation": "semantic-segmentation",
        "text-classification": "text-classification",
    }


def test_every_type_has_its_labels_in_a_file() -> None:
    """Without this, a built-in type would be launched without the file that its functions read."""
    told = Instructions("Fruit", "Look.", ("ripe", "unripe"), "<p>Look.</p>", "")
    for kind in TASK_TYPES.values():
        written = json.loads(category_file(kind, told, Particulars(audited="fruit")) or b"{}")
        version = {"document-version", "documentVersion"} & set(written)
        frames = kind.category_file == "video-pointcloud"
        assert version == {"documentVersion" if frames else "document-version"}, kind.id


def test_catalogue_agrees_with_the_model_on_names() -> None:
    """Without this, a function that AWS's own reference does not list could stand in a row."""
    words = json.dumps(Loader().load_service_model("sagemaker", "service-2"))
    for kind in TASK_TYPES.values():
        for name in filter(None, (kind.pre, kind.acs)):
            assert f":function:{name}<" in words or f":function:{name}\\n" in words, name
