"""What people have on their screens when the bot is updated goes on working: cards, buttons,
windows, work under way.

The files of each older version (see `old_world`) are opened by this version's code.
"""

from collections.abc import Iterator

import pytest

from bot.sandbox.workspace import seed
from tests.snapshots.old_world import HERE, restore
from tests.stories.test_managers import at_aws, ephemeral
from tests.stories.world import DATA, LABELERS, QUEUE_TEAM, WAITING, World, shown

VERSIONS = sorted(folder.name for folder in (HERE / "old").iterdir())


@pytest.fixture(params=VERSIONS, scope="module")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("old")
    restore(request.param, folder)
    world = World(folder)
    try:
        world.begin()
        _at_aws(world)
        yield world
    finally:
        world.stop()


def _at_aws(world: World) -> None:
    """AWS has the jobs that the old version had launched."""
    for name in ("pattern", "old-done", "old-sets"):
        _again(world, name, seed.AUTOMATIC_TEAM)
    for name, team in (
        ("old-queue", QUEUE_TEAM),
        ("old-running", WAITING),
        ("old-stopping", WAITING),
    ):
        _again(world, name, team)
    at_aws(world, "old-followed")
    world.pass_time(60)


def _again(world: World, name: str, team: str) -> None:
    arn = "arn:aws:lambda:us-east-1:432418664414:function"
    page = world.put(f"old/{name}.html", seed._BLOSSOM_PAGE, seed.OUT)
    world.sagemaker.create_labeling_job(
        LabelingJobName=name,
        LabelAttributeName=name,
        InputConfig={
            "DataSource": {
                "S3DataSource": {"ManifestS3Uri": f"s3://{seed.RAW}/first-basket.manifest"}
            }
        },
        OutputConfig={"S3OutputPath": f"s3://{seed.OUT}/labels"},
        RoleArn=world.bot.settings.execution_role_arn,
        LabelCategoryConfigS3Uri=f"s3://{seed.RAW}/spring/labels.json",
        HumanTaskConfig={
            "WorkteamArn": (
                f"arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/{team}"
            ),
            "UiConfig": {"UiTemplateS3Uri": page},
            "PreHumanTaskLambdaArn": f"{arn}:PRE-ImageMultiClass",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": f"{arn}:ACS-ImageMultiClass"
            },
            "TaskTitle": "Ripe or not",
            "TaskDescription": "Choose one word",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
        },
    )


def test_windows_that_were_open_are_taken(world: World) -> None:
    """Without this, a deployment would throw away what somebody had just typed, or a stop that was
    being confirmed.
    """
    assert "old-draft" in shown(world.mara.view())
    assert not world.mara.fill().get("errors")
    world.sam.fill()
    address = world.put("old/anas.manifest", f'{{"source-ref": "s3://{seed.RAW}/a.jpg"}}')
    typed = {"project": {"value": "anas"}, "manifest_uri": {"value": address}}
    assert not world.ana.fill(**typed).get("errors")
    world.settle()
    world.pass_time(3)
    world.settle()
    assert world.aws_jobs("old-draft") == ["old-draft"]
    assert world.aws_status("old-stopping") == "Stopped"
    assert any("anas" in message["text"] for message in world.mara.messages(DATA))


def test_what_was_taken_in_is_carried_out_once(world: World) -> None:
    """Without this, a job or dataset that was acknowledged by the old version would be lost by the
    new one.
    """
    world.settle()
    world.pass_time(4)
    world.settle()
    assert world.aws_jobs("old-asked") == ["old-asked"]
    assert len(world.cards("old-asked")) == 1
    assert len(world.cards("old-running")) == 1, "the old card is edited, not posted again"
    projects = world.rekognition.describe_projects(ProjectNames=["old-sets-project"])[
        "ProjectDescriptions"
    ]
    assert len(projects) == 1


def test_buttons_of_old_cards_do_what_they_say(world: World) -> None:
    """Without this, every card in every channel would be dead after an update."""
    world.settle()
    world.mara.press(world.card("old-running"), "job_status")
    assert "old-running" in ephemeral(world.mara, DATA)["text"]
    world.mara.press(world.card("old-running"), "job_instructions")
    assert "Choose one word for the fruit" in shown(world.mara.view())
    world.mara.close_windows()
    world.mara.press(world.card("old-running"), "job_stop")
    world.mara.fill()
    world.mara.close_windows()
    world.mara.press(world.card("old-aside"), "job_retry")
    world.sam.press(world.card("old-followed"), "job_take_over")
    world.settle()
    world.pass_time(3)
    world.settle()
    assert world.aws_status("old-running") == "Stopped"
    assert world.aws_jobs("old-aside") == ["old-aside"]
    assert "read only" not in world.card("old-followed")["text"]
    world.mara.press(world.card("old-done"), "job_make_dataset")
    assert not world.mara.fill(project={"value": "late"}).get("errors")
    world.mara.close_windows()
    world.lin.close_windows()
    message = next(one for one in world.lin.messages(LABELERS) if one.get("bot_id"))
    world.lin.press(message, "queue_instructions")
    assert "Brown spots are overripe" in shown(world.lin.view())
