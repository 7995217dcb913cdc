"""Everything wrong that people type: an error at its field with the remedy, and nothing typed is
lost.
"""

import json
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import Order, faults_of
from tests.stories.world import (
    CLOSED,
    DATA,
    ELSEWHERE,
    GENERAL,
    SHORT_LIVED_TEAM,
    World,
    an_order,
    shown,
    words,
)

RAW = f"s3://{seed.RAW}"


def faults(world: World, order: Order, channel: str = DATA) -> dict[str, str]:
    """The errors that the form comes back with, by field; without any, the review is open."""
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    return faults_of(world.mara, order)


def inputs(world: World) -> dict[str, Any]:
    """The fields of the window on top."""
    blocks = world.mara.view()["blocks"]
    return {block["block_id"]: block["element"] for block in blocks if block["type"] == "input"}


@pytest.fixture(scope="module")
def taken(one_world: World) -> str:
    """A name that a job at AWS has, made there by somebody else."""
    template = one_world.put(
        "made-elsewhere/page.liquid.html", "<p>{{ task.input.taskObject }}</p>", seed.OUT
    )
    labels = one_world.put(
        "made-elsewhere/labels.json",
        json.dumps({"labels": [{"label": "a"}, {"label": "b"}]}),
        seed.OUT,
    )
    team = one_world.sagemaker.describe_workteam(WorkteamName=seed.WAITING_TEAM)["Workteam"][
        "WorkteamArn"
    ]
    account = "arn:aws:lambda:us-east-1:432418664414:function"
    one_world.sagemaker.create_labeling_job(
        LabelingJobName="Taken-Name",
        LabelAttributeName="taken",
        InputConfig={
            "DataSource": {"S3DataSource": {"ManifestS3Uri": f"{RAW}/first-basket.manifest"}}
        },
        OutputConfig={"S3OutputPath": f"s3://{seed.OUT}/elsewhere"},
        RoleArn="arn:aws:iam::111122223333:role/LabelingRole",
        LabelCategoryConfigS3Uri=labels,
        HumanTaskConfig={
            "WorkteamArn": team,
            "UiConfig": {"UiTemplateS3Uri": template},
            "PreHumanTaskLambdaArn": f"{account}:PRE-ImageMultiClass",
            "AnnotationConsolidationConfig": {
                "AnnotationConsolidationLambdaArn": f"{account}:ACS-ImageMultiClass"
            },
            "TaskTitle": "Theirs",
            "TaskDescription": "Theirs",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
        },
    )
    return "Taken-Name"


def test_taken_name_is_told_with_a_free_one(world: World, taken: str) -> None:
    """Without this, the launch would fail minutes later, when the form with all that was typed is
    gone.
    """
    told = faults(world, an_order(taken.upper()))
    assert list(told) == ["job_name"]
    assert "taken since" in told["job_name"]
    assert told["job_name"].endswith(
        "(upper and lower case count as the same). TAKEN-NAME-2 is free."
    )
    assert faults(world, an_order("TAKEN-NAME-2")) == {}


def test_taken_name_is_told_even_if_no_free_one_can_be_found(world: World, taken: str) -> None:
    """Without this, a busy list call would hide that the name is taken."""
    world.fault("SageMaker.ListLabelingJobs", "throttle")
    assert "taken since" in faults(world, an_order(taken.lower()))["job_name"]


def test_name_of_a_job_that_aws_does_not_know_yet_is_taken(world: World) -> None:
    """Without this, two people could ask for the same name within the seconds before a launch."""
    order = an_order("held-name")
    assert faults(world, order) == {}
    world.mara.fill()
    told = faults(world, an_order("Held-Name"))
    assert told["job_name"].endswith("Held-Name-2 is free.")
    world.settle()


def test_name_taken_while_the_review_is_read_comes_back_with_everything(world: World) -> None:
    """Without this, the slower of two people would lose the form, or make a second job."""
    order = an_order("contested")
    assert faults(world, order) == {}
    world.ask(an_order("CONTESTED"), person=world.ana)
    world.mara.fill()
    page = world.mara.view()
    assert "Fix first:\n*Job name*: This name is taken since" in shown(page)
    assert "contested-2 is free" in shown(page)
    fields = {
        block["block_id"]: block["element"] for block in page["blocks"] if block["type"] == "input"
    }
    assert fields["job_name"]["initial_value"] == "contested"
    world.mara.fill(job_name={"value": "contested-2"})
    world.mara.fill()
    assert "*contested-2* was submitted" in shown(world.mara.view())
    world.settle()
    assert sorted(world.aws_jobs("contested")) == ["CONTESTED", "contested-2"]


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        ({"name": "a" * 64}, "job_name", "This has 64 characters; AWS takes 63. Shorten it by 1."),
        ({"name": "ripe july"}, "job_name", "a blank does not fit. Use a hyphen"),
        ({"name": "ripe_july"}, "job_name", "“_” does not fit"),
        ({"name": "-ripe"}, "job_name", "Begin and end with a letter or a digit."),
        ({"name": "ripe-metadata"}, "job_name", "may not end in -metadata"),
        ({"name": "ripe-REF"}, "job_name", "may not end in -ref"),
        ({"name": "source"}, "label_attribute", "keeps the word source for itself"),
        ({"attribute": "x-metadata"}, "label_attribute", "may not end in -metadata"),
        ({"attribute": "x-ref"}, "label_attribute", "may not end in -ref. Leave the ending out."),
        ({"attribute": "b" * 128}, "label_attribute", "AWS takes 127"),
        ({"source": "orchard-raw/x.manifest"}, "input_uri", "Begin with s3://"),
        ({"source": "s3://orchard-raw"}, "input_uri", "This names a bucket only"),
        ({"source": "s3://Orchard_Raw/x.manifest"}, "input_uri", "is not the name of a bucket"),
        ({"source": f"{RAW}/a b.manifest"}, "input_uri", "There is nothing at"),
        ({"source": f"{RAW}/x.manifest?X-Amz-Signature=abc"}, "input_uri", "without a signature"),
        ({"source": f"{RAW}/a.tar"}, "input_uri", "ends in a slash (/)"),
        (
            {"source": f"{RAW}/nothing-here"},
            "input_uri",
            "There is nothing to label in s3://orchard-raw/nothing-here/",
        ),
        (
            {"source": f"{RAW}/missing.manifest"},
            "input_uri",
            "There is nothing at s3://orchard-raw/missing.manifest.",
        ),
        (
            {"source": "s3://somebody-elses/x.manifest"},
            "input_uri",
            "The bot may not use somebody-elses. It may use: orchard-raw",
        ),
        (
            {"source": f"s3://{CLOSED}/x.manifest"},
            "input_uri",
            "The bot has no access to s3://orchard-locked/x.manifest.",
        ),
        ({"source": f"s3://{ELSEWHERE}/x.manifest"}, "input_uri", "is in another Region"),
        (
            {"source": f"{RAW}/no-such-folder/"},
            "input_uri",
            "There is nothing to label in s3://orchard-raw/no-such-folder/",
        ),
        (
            {"source": f"{RAW}/texts/"},
            "input_uri",
            "no file in it ends in .jpg, .jpeg, .png. Left out: 1",
        ),
        (
            {"output": f"s3://{CLOSED}/x/"},
            "output_uri",
            "s3:PutObject and s3:ListBucket on “orchard-locked”",
        ),
        ({"output": "s3://somebody-elses/x/"}, "output_uri", "The bot may not use somebody-elses"),
        ({"output": f"s3://{seed.OUT}/x.txt"}, "output_uri", "end the address with a slash"),
        (
            {"source": f"{RAW}/ripeness/", "output": f"{RAW}/ripeness/out/"},
            "output_uri",
            "inside the data folder",
        ),
    ],
)
def test_form_names_field_and_remedy(
    world: World, typed: dict[str, str], field: str, remedy: str
) -> None:
    """Without this, people would learn of a wrong address from a job that failed at AWS."""
    told = faults(world, an_order(**{"name": "well-named", **typed}))
    assert list(told) == [field]
    assert remedy in told[field]
    assert "Signature=abc" not in told[field]


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "empty"),
        (b'{"source-ref": "s3://orchard-raw/\xff.jpg"}\n', "UTF-8"),
        (
            b'{"source-ref": "s3://orchard-raw/a.jpg"}\n{"source-ref" "s3://orchard-raw/b.jpg"}\n',
            "ine 2",
        ),
        (b'[{"source-ref": "s3://orchard-raw/a.jpg"}]\n', "one JSON list"),
        (b'{"source": "a text and no picture"}\n', "source-ref"),
        (b'{"source-ref": "s3://orchard-raw/a.jpg"}\n{"text": "x"}\n', "ine 2"),
        (b'{"source-ref": "s3://somebody-elses/a.jpg"}\n', "ine 1"),
    ],
)
def test_manifest_is_read_before_anything_is_created(
    world: World, content: bytes, remedy: str
) -> None:
    """Without this, a broken manifest would cost a launch, and AWS says nothing about its lines."""
    source = world.put(f"bad/{hash(content)}.manifest", content)
    told = faults(world, an_order("bad-manifest", source=source))
    assert list(told) == ["input_uri"]
    assert remedy in told["input_uri"]


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        ({"labels": ("ripe",)}, "labels", "Write 2 labels at least, each on its own line."),
        ({"labels": ("ripe, unripe",)}, "labels", "Commas do not separate them."),
        (
            {"labels": ("ripe", "unripe", "RIPE")},
            "labels",
            "“RIPE” and “ripe” are the same label. Take one out.",
        ),
        ({"labels": ("ripe", "x" * 257)}, "labels", "Each label has 1 to 256 characters"),
        ({"title": "t" * 129}, "title", "AWS takes 128. Shorten it by 1."),
        ({"description": "d" * 256}, "description", "AWS takes 255"),
        ({"workers": 10}, "workers_per_object", "A whole number from 1 to 9."),
        ({"task_time": "10 s"}, "task_time_limit_s", "30 seconds to 8 hours; this is 10 seconds."),
        ({"task_time": "soon"}, "task_time_limit_s", "This is not a duration."),
        ({"closes_after": "31 days"}, "availability_s", "1 minute to 30 days; this is 31 days."),
        (
            {"good_examples": "s3://somebody-elses/a.jpg"},
            "good_examples",
            "Line 1: The bot may not use somebody-elses",
        ),
        (
            {"good_examples": f"{RAW}/gone.jpg | x"},
            "good_examples",
            "Line 1: There is nothing at s3://orchard-raw/gone.jpg.",
        ),
        (
            {"bad_examples": f"{RAW}/a.txt | x"},
            "bad_examples",
            "Line 1: A picture ends in .png",
        ),
        (
            {"good_examples": f"{RAW}/a.jpg?X-Amz-Signature=abc"},
            "good_examples",
            "signed link: it dies within days",
        ),
    ],
)
def test_labels_words_and_times_name_field_and_remedy(
    world: World, typed: dict[str, Any], field: str, remedy: str
) -> None:
    """Without this, AWS would refuse the job after the form is closed, in words about members of a
    request.
    """
    told = faults(world, an_order("second-page", **typed))
    assert list(told) == [field]
    assert remedy in told[field]


def test_nothing_typed_is_lost_on_a_failed_check(world: World) -> None:
    """Without this, one wrong letter would cost the whole page."""
    channel = world.channel("own-lost")
    order = an_order("Lost Name", output=f"s3://{seed.OUT}/kept/", attribute="kept-too")
    world.mara.command(channel, "/labeljob", "create")
    world.mara.press_in_view("job_form_show_more", typed={"output_uri": {"value": order.output}})
    typed = {"job_name": {"value": order.name}, "label_attribute": {"value": order.attribute}}
    told = world.mara.fill(**typed)["errors"]
    assert list(told) == ["job_name"]
    view = world.mara.view()
    assert view["state"]["values"]["label_attribute"]["value"]["value"] == "kept-too"
    assert not world.mara.fill(job_name={"value": "lost-name"}).get("errors"), (
        "the same form goes on, mended"
    )
    assert inputs(world)["output_uri"]["initial_value"] == f"s3://{seed.OUT}/kept/"
    world.mara.press_in_view("job_form_show_more")
    assert inputs(world)["label_attribute"]["initial_value"] == "kept-too"
    assert inputs(world)["job_name"]["initial_value"] == "lost-name"


def test_form_is_looked_at_anew_after_its_cause_was_mended_outside_it(world: World) -> None:
    """Without this, whoever uploads the missing file and presses Next again is told for ever that
    it is missing.
    """
    order = an_order("mended-outside", source=f"{RAW}/late.manifest")
    assert "There is nothing at" in faults(world, order)["input_uri"]
    world.put("late.manifest", '{"source-ref": "s3://orchard-raw/a.jpg"}\n')
    assert not world.mara.fill().get("errors"), "the same form, as it stands"


@pytest.mark.parametrize(
    ("operation", "fault", "more"),
    [
        ("*", "drop_before", {}),
        ("*", "throttle", {}),
        ("*", "error_500", {}),
        ("*", "delay", {"seconds": 4.0}),
    ],
)
def test_form_goes_on_when_aws_does_not_answer(
    world: World, operation: str, fault: str, more: dict[str, Any]
) -> None:
    """Without this, Slack (which waits 3 s, as its stand-in does) would answer with an error
    because AWS was slow.
    """
    order = an_order(f"aws-{fault.replace('_', '-')}")
    world.fault(operation, fault, **more)
    assert faults(world, order) == {}
    review = shown(world.mara.view())
    assert "pictures not counted yet" in review
    assert (
        "Not checked in time, checked again before launch: "
        "whether the name is free; the data; the place for results; whether each object is there; "
        "whether browsers may fetch the pictures (CORS)." in review
    )
    world.mara.fill()
    assert "was submitted" in shown(world.mara.view())
    world.mend()
    world.settle()
    assert world.aws_jobs(order.name) == [order.name]
    world.sagemaker.stop_labeling_job(LabelingJobName=order.name)


def test_what_was_not_checked_at_the_form_is_checked_before_launch(world: World) -> None:
    """Without this, a slow minute at AWS would let broken jobs through."""
    channel = world.channel("own-unchecked")
    order = an_order("unchecked", source=world.put("bad/unchecked.manifest", '{"source-ref" 1}\n'))
    world.fault("*", "drop_before")
    assert faults(world, order, channel) == {}
    world.mara.fill()
    world.mend()
    world.settle()
    card, refusal = world.thread("unchecked", channel)
    assert "Not launched" in card
    assert refusal.startswith(
        "<@U0MARA> Not launched; nothing was created at AWS.\n*Data to label*: Line 1"
    )
    assert "the form opens with all that was typed" in refusal
    assert world.aws_jobs("unchecked") == []


def test_team_that_is_gone_is_refused_in_the_thread_and_the_form_comes_back_filled(
    world: World,
) -> None:
    """Without this, a job would hang for ever, or its name and everything typed would be lost."""
    channel = world.channel("own-gone")
    order = an_order("team-gone", team=SHORT_LIVED_TEAM, title="Ripe or not, again")
    assert faults(world, order, channel) == {}
    world.mara.fill()
    world.sagemaker.delete_workteam(WorkteamName=SHORT_LIVED_TEAM)
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    world.settle()
    card, refusal = world.thread("team-gone", channel)
    assert "Not launched. The labeling team does not exist any more." in card
    assert (
        "*Labeling team*: The labeling team does not exist any more. Ask again with another team."
        in refusal
    )
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    assert not world.mara.fill(
        workteam_arn={"selected_option": world.mara.choose("workteam_arn", seed.AUTOMATIC_TEAM)}
    ).get("errors")
    assert "Ripe or not, again" in shown(world.mara.view())
    world.mara.fill()
    world.settle()
    assert world.aws_jobs("team-gone") == ["team-gone"]


def test_team_gone_at_aws_before_the_cache_knows_is_told_in_the_same_words(world: World) -> None:
    """Without this, people would read an ARN and AWS's own words."""
    teams = world.sagemaker.create_workteam(
        WorkteamName="gone-unseen",
        Description="x",
        MemberDefinitions=[{"OidcMemberDefinition": {"Groups": ["a"]}}],
    )
    assert teams
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)
    order = an_order("team-gone-unseen", team="gone-unseen")
    assert faults(world, order) == {}
    world.mara.fill()
    world.sagemaker.delete_workteam(WorkteamName="gone-unseen")
    world.settle()
    refusal = world.thread("team-gone-unseen")[-1]
    assert "*Labeling team*: The labeling team does not exist any more." in refusal
    assert "arn:" not in refusal
    world.bot.jobs.queue.refresh(world.bot.installation.team_id)


def test_bot_outside_the_channel_says_how_to_invite_it(world: World) -> None:
    """Without this, a job would be taken in whose card can be shown nowhere."""
    for command, text in (
        ("/labeljob", "create"),
        ("/labeljob", "follow x"),
        ("/dataset", "create"),
    ):
        said = words(world.mara.command(GENERAL, command, text))
        assert (
            said == "Labeljob is not in this channel. Type /invite @labeljob here, then try again."
        )


def test_results_do_not_go_into_the_folder_of_another_job(world: World) -> None:
    """Without this, a job's labels would lie among another one's, and be taken for them."""
    world.ask(an_order("folder-owner", output=f"s3://{seed.OUT}/shared/"))
    told = faults(world, an_order("folder-guest", output=f"s3://{seed.OUT}/shared/folder-owner/"))
    beside = f"Choose a folder beside it, for example s3://{seed.OUT}/shared/."
    assert told == {"output_uri": f"Here the job folder-owner keeps its own results. {beside}"}
    assert (
        world.mara.fill(output_uri={"value": f"s3://{seed.OUT}/shared/folder-owner/manifests/"})[
            "errors"
        ]
        == told
    )
    elsewhere = world.channel("own-folder")
    told = faults(
        world, an_order("folder-guest", output=f"s3://{seed.OUT}/shared/folder-owner/"), elsewhere
    )
    assert told == {"output_uri": f"Here another job keeps its own results. {beside}"}
    assert faults(world, an_order("folder-guest", output=f"s3://{seed.OUT}/shared/")) == {}, (
        "two may share it"
    )


def test_folder_that_became_another_jobs_since_the_form_is_refused(world: World) -> None:
    """Without this, of two people at their forms the slower one would write into the other one's
    folder.
    """
    into = an_order("folder-slow", output=f"s3://{seed.OUT}/shared/folder-quick/")
    assert faults(world, into) == {}
    world.ask(an_order("folder-quick", output=f"s3://{seed.OUT}/shared/"), person=world.ana)
    world.mara.fill()
    assert "Here the job folder-quick keeps its own results." in shown(world.mara.view())
    world.mara.close_windows()
    assert (
        faults(world, an_order("folder-late", output=f"s3://{seed.OUT}/shared/folder-later/")) == {}
    )
    world.mara.fill()  # taken in, and not launched yet
    assert faults(world, an_order("folder-later", output=f"s3://{seed.OUT}/shared/")) == {}
    world.mara.fill()
    world.mara.close_windows()
    world.settle()
    assert world.aws_jobs("folder-late") == ["folder-later"]
    assert "Here the job folder-later keeps its own results." in world.thread("folder-late")[-1]
