"""From `/labeljob create` to a finished job: what the channel reads, what AWS got."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import card_of, first_page, rich_text, second_page
from tests.stories.test_managers import at_aws
from tests.stories.world import DATA, WAITING, World, an_order, buttons, encoded, shown, words


def field(person: Person, block_id: str) -> dict[str, Any]:
    """The field of the window on top."""
    found = next(each for each in person.view()["blocks"] if each.get("block_id") == block_id)
    return dict(found["element"])


def test_job_lives_from_form_to_end(world: World) -> None:
    """Without this, the main story of the product would not run."""
    world.ask(an_order("whole-life"))
    assert world.thread("whole-life")[1:] == [
        "Launched; orchard-team has no channel here, so nobody was told."
    ]
    assert "Counting the pictures…" in world.thread("whole-life")[0]
    assert "100 %" not in world.thread("whole-life")[0]
    world.pass_time(1)
    world.settle()
    world.finish("whole-life")
    card, *lines = world.thread("whole-life")
    assert "Completed" in card
    assert "All 8 labeled" in card
    assert lines[-1].startswith("<@U0MARA> Completed: all 8 labeled")
    assert sum("<@U0MARA>" in line for line in [card, *lines]) == 1, (
        "the requester is mentioned once"
    )
    assert not any(
        message.get("subtype") == "thread_broadcast" for message in world.mara.messages(DATA)
    )


@pytest.mark.parametrize(
    ("task_type", "category", "source", "labels", "objects"),
    [
        ("bounding-box", "Image", "boxes/boxes.manifest", ("apple", "pear"), "24 pictures found"),
        (
            "text-classification",
            "Text",
            "texts/reviews.manifest",
            ("kind", "mixed", "harsh"),
            "texts found",
        ),
        ("image-classification", "Image", "ripeness/", ("ripe", "unripe"), "40 pictures found"),
    ],
)
def test_each_task_type_is_launched_as_it_was_asked(  # noqa: PLR0917 - a row of the table
    world: World, task_type: str, category: str, source: str, labels: tuple[str, ...], objects: str
) -> None:
    """Without this, a type that the form shows might not be launchable, or be launched as something
    else.
    """
    name = f"kind-{task_type}"
    order = an_order(
        name,
        task_type=task_type,
        category=category,
        source=f"s3://{seed.RAW}/{source}",
        labels=labels,
        workers=2,
    )
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert not second_page(world.mara, order).get("errors")
    review = shown(world.mara.view())
    assert objects in review
    world.mara.fill()
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    task = asked["HumanTaskConfig"]
    assert task["NumberOfHumanWorkersPerDataObject"] == 2
    assert asked["LabelAttributeName"] == name
    names = {
        "bounding-box": "BoundingBox",
        "text-classification": "TextMultiClass",
        "image-classification": "ImageMultiClass",
    }
    assert task["PreHumanTaskLambdaArn"].endswith(f":PRE-{names[task_type]}")
    assert task["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"].endswith(
        f"ACS-{names[task_type]}"
    )
    bucket, _, key = asked["LabelCategoryConfigS3Uri"].removeprefix("s3://").partition("/")
    kept = json.load(world.s3.get_object(Bucket=bucket, Key=key)["Body"])
    assert [each["label"] for each in kept["labels"]] == list(labels)
    world.sagemaker.stop_labeling_job(LabelingJobName=name)


def pick(person: Person, block_id: str, value: str, **typed: Any) -> None:
    """Choose in a group that tells the app at once, over what stands in the other fields."""
    element = field(person, block_id)
    choice = next(one for one in element["options"] if one["value"] == value)
    person.press_in_view(element["action_id"], typed=typed, selected_option=choice)


def more(person: Person, **typed: Any) -> None:
    """Press [More…] over what stands in the fields."""
    person.press_in_view("job_form_show_more", typed=typed)


def test_tile_shows_only_its_types_and_keeps_what_was_typed(world: World) -> None:
    """Without this, people would choose types that do not fit their data, or type everything
    twice.
    """
    world.mara.command(world.channel("own-tile"), "/labeljob", "create")
    assert [one["value"] for one in field(world.mara, "tile")["options"]][:2] == [
        "classify",
        "boxes",
    ]
    pick(world.mara, "tile", "classify", labels={"value": "kept"})
    assert {"image-classification", "text-classification"} <= {
        one["value"] for one in field(world.mara, "task_type")["options"]
    }
    assert field(world.mara, "labels")["initial_value"] == "kept"
    assert "labels or more" in field(world.mara, "task_type")["options"][0]["description"]["text"]
    pick(world.mara, "tile", "boxes")
    assert "task_type" not in [each["block_id"] for each in world.mara.view()["blocks"]]
    assert field(world.mara, "labels")["initial_value"] == "kept"


def test_back_keeps_everything(world: World) -> None:
    """Without this, one look back would cost everything that was typed."""
    order = an_order(
        "back-and-forth",
        short="Brown spots are overripe",
        good_examples=f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg | a ripe one",
        task_time="10 min",
        closes_after="2 days",
    )
    world.mara.command(DATA, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    world.mara.press_in_view("job_form_back")
    assert field(world.mara, "labels")["initial_value"] == "unripe\nripe\noverripe"
    assert (
        field(world.mara, "short_instructions")["initial_value"]["elements"]
        == rich_text(order.short)["elements"]
    )
    assert (
        field(world.mara, "workteam_arn")["initial_option"]["text"]["text"]
        == f"{order.team} (4 people)"
    )
    more(world.mara, labels={"value": "ripe\nunripe"})
    assert field(world.mara, "title")["initial_value"] == order.title
    assert field(world.mara, "good_examples")["initial_value"] == order.good_examples
    assert field(world.mara, "task_time_limit_s")["initial_value"] == "10 minutes"
    assert field(world.mara, "job_name")["initial_value"] == "back-and-forth"
    assert not world.mara.fill(description={"value": "Changed in passing"}).get("errors")
    assert field(world.mara, "input_uri")["initial_value"] == order.source
    assert field(world.mara, "labels")["initial_value"] == "ripe\nunripe"
    assert not world.mara.fill().get("errors")
    assert "Changed in passing" in shown(world.mara.view())
    assert "10 minutes for one picture; the job ends after 2 days" in shown(world.mara.view())


def test_name_title_and_times_are_made_up_and_can_be_changed(world: World) -> None:
    """Without this, people would be asked for six things more, or could not say them."""
    channel = world.channel("own-made-up")
    mara, raw = world.mara, f"s3://{seed.RAW}/first-basket.manifest"
    mara.command(channel, "/labeljob", "create")
    pick(mara, "tile", "classify")
    answers = {
        "input_uri": {"value": raw},
        "output_uri": {"value": f"s3://{seed.OUT}/labels/"},
        "labels": {"value": "unripe\nripe\noverripe"},
        "workteam_arn": {"selected_option": mara.choose("workteam_arn", seed.AUTOMATIC_TEAM)},
    }
    assert not mara.fill(**answers).get("errors")
    review = shown(mara.view())
    assert "*Classify: unripe, ripe, overripe (first-basket)*" in review
    assert "*Job* `first-basket-unripe-ripe-overripe`" in review
    made = "Made up from your answers: name, title, description, time for a task."
    assert made in review
    mara.press_in_view("job_form_back")
    more(mara)
    shown_as = {"job_name": {"value": field(mara, "job_name")["initial_value"]}}
    assert not mara.fill(**shown_as).get("errors"), "nobody changed it"
    assert not mara.fill().get("errors")
    assert made in shown(mara.view())
    more(mara)
    assert field(mara, "job_name")["initial_value"] == "first-basket-unripe-ripe-overripe"
    assert not mara.fill(title={"value": "Ripe or not"}).get("errors")
    assert "*Job* `ripe-or-not`" in shown(mara.view()), "the name follows the title"
    mara.fill()
    mara.close_windows()
    world.settle()
    assert world.aws_status("ripe-or-not")
    mara.command(channel, "/labeljob", "create")
    assert not mara.fill().get("errors")
    assert "*Job* `ripe-or-not-2`" in shown(mara.view())
    mara.close_windows()


def test_made_up_name_is_free_at_the_engine(world: World) -> None:
    """Without this, a name that nobody chose would have to be changed by hand."""
    at_aws(world, "dusk-ripe-unripe")
    mara = world.mara
    source = world.put("dusk/", b"") + "dusk.manifest"
    picture = f'{{"source-ref": "s3://{seed.RAW}/ripeness/orchard-s7-001.jpg"}}\n'
    world.put("dusk/dusk.manifest", picture)
    mara.command(world.channel("own-free-name"), "/labeljob", "create")
    pick(mara, "tile", "classify")
    answers = {
        "input_uri": {"value": source},
        "output_uri": {"value": f"s3://{seed.OUT}/labels/"},
        "labels": {"value": "ripe\nunripe"},
        "workteam_arn": {"selected_option": mara.choose("workteam_arn", seed.AUTOMATIC_TEAM)},
    }
    assert not mara.fill(**answers).get("errors")
    assert "*Job* `dusk-ripe-unripe-2`" in shown(mara.view())
    mara.close_windows()


def test_made_up_name_is_not_taken_for_written_where_another_field_is_mended(world: World) -> None:
    """Without this, one slip behind [More…] would have people choose a name, too."""
    at_aws(world, "dawn-ripe-unripe")
    mara = world.mara
    picture = f'{{"source-ref": "s3://{seed.RAW}/ripeness/orchard-s7-001.jpg"}}\n'
    mara.command(world.channel("own-free-mended"), "/labeljob", "create")
    pick(mara, "tile", "classify")
    answers = {
        "input_uri": {"value": world.put("dawn/dawn.manifest", picture)},
        "output_uri": {"value": f"s3://{seed.OUT}/labels/"},
        "labels": {"value": "ripe\nunripe"},
        "workteam_arn": {"selected_option": mara.choose("workteam_arn", seed.AUTOMATIC_TEAM)},
    }
    more(mara, **answers)
    shown_as = {"job_name": {"value": field(mara, "job_name")["initial_value"]}}
    told = mara.fill(**shown_as, sample={"value": "every 0"})["errors"]
    assert list(told) == ["sample"]
    assert not mara.fill(**shown_as, sample={"value": "every 2"}).get("errors")
    assert not mara.fill().get("errors")
    assert "*Job* `dawn-ripe-unripe-2`" in shown(mara.view())
    more(mara)
    shown_as = {"job_name": {"value": field(mara, "job_name")["initial_value"]}}
    wrong = {"title": {"value": "Another title"}, "sample": {"value": "every 0"}}
    assert list(mara.fill(**shown_as, **wrong)["errors"]) == ["sample"]
    assert not mara.fill(**shown_as, sample={"value": ""}).get("errors")
    assert "*Job* `another-title`" in shown(mara.view()), "on the review it is the same"
    mara.close_windows()


def test_second_job_like_the_first_takes_three_presses(world: World) -> None:
    """Without this, a team that labels every week would go through the whole form every week."""
    channel = world.channel("own-three-presses")
    world.ask(an_order("weekly"), channel)
    before = world.so_far()
    world.mara.command(channel, "/labeljob", "create")
    world.mara.fill()
    world.mara.fill()
    kinds = ("app:/labeljob", "app:view_submission", "app:block_actions")
    presses = [one for kind in kinds for one in world.journal(kind, after=before)]
    assert len(presses) <= 3
    assert "*weekly-2* was submitted" in shown(world.mara.view())
    world.mara.close_windows()
    world.settle()
    assert world.aws_jobs("weekly-2") == ["weekly-2"]


def test_job_ends_when_it_is_due(world: World) -> None:
    """Without this, a due date would be words, and people would label on."""
    channel = world.channel("own-due")
    order = an_order("due-soon", team=WAITING)
    now = int(world.bot.ground.clock().timestamp())
    world.mara.command(channel, "/labeljob", "create")
    first_page(world.mara, order)
    late = second_page(world.mara, order, due={"selected_date_time": now - 60})
    assert "Choose a later one" in late["errors"]["due"]
    far = world.mara.fill(due={"selected_date_time": now + 40 * 86_400})
    assert "Choose an earlier moment" in far["errors"]["due"]
    assert not world.mara.fill(due={"selected_date_time": now + 2 * 86_400}).get("errors")
    assert f"the job ends <!date^{now + 2 * 86_400}" in shown(world.mara.view())
    world.mara.fill()
    world.mara.close_windows()
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName="due-soon")["HumanTaskConfig"]
    assert asked["TaskAvailabilityLifetimeInSeconds"] == pytest.approx(2 * 86_400, abs=60)


def test_form_begins_with_what_the_channel_used_last(world: World) -> None:
    """Without this, every job of a project would start from nothing."""
    channel = world.channel("own-presets")
    world.ask(
        an_order("preset-boxes", task_type="bounding-box", output=f"s3://{seed.OUT}/presets/"),
        channel,
    )
    world.ana.command(channel, "/labeljob", "create")
    assert field(world.ana, "tile")["initial_option"]["value"] == "boxes"
    more(world.ana)
    assert field(world.ana, "output_uri")["initial_value"] == f"s3://{seed.OUT}/presets/"
    world.ana.close_windows()


def test_next_form_of_the_same_person_is_filled_in(world: World) -> None:
    """Without this, a team that labels every week would type the same form every week."""
    channel = world.channel("own-repeats")
    order = an_order("every-week", short="Look at the skin", workers=2)
    world.ask(order, channel)
    world.mara.command(channel, "/labeljob", "create")
    assert field(world.mara, "input_uri")["initial_value"] == order.source
    assert field(world.mara, "labels")["initial_value"] == "\n".join(order.labels)
    assert (
        field(world.mara, "workteam_arn")["initial_option"]["text"]["text"]
        == f"{order.team} (4 people)"
    )
    assert "Look at the skin" in str(field(world.mara, "short_instructions")["initial_value"])
    more(world.mara)
    assert field(world.mara, "job_name")["initial_value"] == "every-week-2"
    world.mara.close_windows()


def test_form_begins_with_ones_own_last_job(world: World) -> None:
    """Without this, a form would begin with what somebody else asked for since, or with the folder
    of a job that was made by a script.
    """
    channel = world.channel("own-last-job")
    world.ask(an_order("mine-before", output=f"s3://{seed.OUT}/mine/"), channel)
    world.ask(an_order("anas-since", output=f"s3://{seed.OUT}/anas/"), channel, world.ana)
    world.mara.command(channel, "/labeljob", "create")
    more(world.mara)
    assert field(world.mara, "job_name")["initial_value"] == "mine-before-2"
    assert field(world.mara, "output_uri")["initial_value"] == f"s3://{seed.OUT}/mine/"
    world.mara.close_windows()
    elsewhere = world.channel("own-scripts-job")
    at_aws(world, "by-a-script")
    world.mara.command(elsewhere, "/labeljob", "follow by-a-script")
    world.settle()
    world.sam.press(world.card("by-a-script", elsewhere), "job_take_over")
    world.settle()
    for person in (world.mara, world.sam):
        person.command(elsewhere, "/labeljob", "create")
        assert "initial_value" not in field(person, "output_uri")
        person.close_windows()


def test_instructions_go_to_other_labels_only_when_somebody_read_them(world: World) -> None:
    """Without this, a team that shall tell kind texts from harsh ones would read what to do with
    brown spots.
    """
    channel = world.channel("own-other-labels")
    order = an_order("spots", short="Brown spots are overripe")
    world.ask(order, channel)
    world.mara.command(channel, "/labeljob", "create")
    assert not world.mara.fill().get("errors"), "the same labels, the same words"
    world.mara.press_in_view("job_form_back")
    errors = world.mara.fill(labels={"value": "leaf\nstalk"})["errors"]
    assert list(errors) == ["short_instructions"]
    assert "the words of spots, which has other labels" in errors["short_instructions"]
    assert not world.mara.fill(labels={"value": "leaf\nstalk"}).get("errors"), "it is told once"
    world.mara.close_windows()


def test_closed_form_is_offered_by_the_next(world: World) -> None:
    """Without this, one press of the cross would cost everything that was typed."""
    channel = world.channel("own-closed-form")
    order = an_order("half-written")
    world.mara.command(channel, "/labeljob", "create")
    assert "Go on with your draft" not in buttons(world.mara.view()), "there is none"
    first_page(world.mara, order)
    more(world.mara, input_uri={"value": order.source})
    world.mara.close_windows()
    world.ana.command(channel, "/labeljob", "create")
    assert "Go on with your draft" not in buttons(world.ana.view()), "it is Mara's"
    world.ana.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    assert "*half-written* was filled in" in shown(world.mara.view())
    assert buttons(world.mara.view()) == ["Go on with your draft", "New"]
    world.mara.press_in_view("job_form_new")
    assert "initial_value" not in field(world.mara, "input_uri")
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    world.mara.press_in_view("job_form_go_on")
    assert field(world.mara, "input_uri")["initial_value"] == order.source
    second_page(world.mara, order)
    world.mara.fill()
    world.settle()
    assert world.card("half-written", channel)
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    assert "Go on with your draft" not in buttons(world.mara.view()), "it was sent"
    world.mara.close_windows()


def test_what_stood_on_the_page_is_kept_as_its_team_is_chosen(world: World) -> None:
    """Without this, the cross would cost the address and the labels of a whole page: Slack does not
    tell what was typed when a form is closed.
    """
    channel = world.channel("own-closed-team")
    world.mara.command(channel, "/labeljob", "create")
    team = world.mara.choose("workteam_arn", WAITING)
    typed = {"labels": {"value": "ripe\nunripe"}, "input_uri": {"value": an_order("a").source}}
    world.mara.press_in_view("job_form_team", typed=typed, selected_option=team)
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    world.mara.press_in_view("job_form_go_on")
    assert field(world.mara, "labels")["initial_value"] == "ripe\nunripe"
    assert field(world.mara, "input_uri")["initial_value"] == an_order("a").source
    assert field(world.mara, "workteam_arn")["initial_option"] == team
    world.mara.close_windows()


def test_review_shows_what_the_bot_read_and_then_says_thanks(world: World) -> None:
    """Without this, people would create jobs without knowing what they ask for."""
    order = an_order(
        "well-reviewed", source=f"s3://{seed.RAW}/ripeness/", full="Look at the skin {{ twice }}"
    )
    world.mara.command(DATA, "/labeljob", "create")
    first_page(world.mara, order)
    second_page(world.mara, order)
    review = shown(world.mara.view())
    for told in (
        "Image classification (single label): 40 pictures found",
        "*Team* orchard-team",
        "one person per picture",
        "5 minutes for one picture; the job ends after 10 days",
        "(3) unripe, ripe, overripe",
        "*Data* `s3://orchard-raw/ripeness/`",
        "*Input manifest*",
        (
            "*Output manifest* "
            "`s3://orchard-out/labels/well-reviewed/manifests/output/output.manifest`"
        ),
        "`{{ }}` is shown as text",
    ):
        assert told in review
    world.mara.fill()
    assert f"*well-reviewed* was submitted. It launches by itself; its card in <#{DATA}>" in shown(
        world.mara.view()
    )
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName="well-reviewed")
    made = asked["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    assert made.startswith("s3://orchard-out/labels/well-reviewed/labeljob/")
    world.sagemaker.stop_labeling_job(LabelingJobName="well-reviewed")


def to_review(world: World, name: str) -> None:
    order = an_order(name)
    world.mara.command(DATA, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert not second_page(world.mara, order).get("errors")


def one_job_came_of_it(world: World, name: str) -> None:
    world.settle()
    assert world.aws_jobs(name) == [name]
    assert len(world.journal("SageMaker.CreateLabelingJob", slack=False)) > 0
    created = [
        entry
        for entry in world.journal("SageMaker.CreateLabelingJob", slack=False)
        if entry["request"]["LabelingJobName"] == name
    ]
    assert len(created) == 1, "AWS was asked once"
    assert len(world.cards(name)) == 1
    assert world.thread(name)[1:] == [
        "Launched; orchard-team has no channel here, so nobody was told."
    ]


def test_same_submission_delivered_many_times_at_once_makes_one_job(world: World) -> None:
    """Without this, Slack's repeats would pay for the labels twice."""
    to_review(world, "delivered-often")
    world.mara.fill()
    entry = world.journal("app:view_submission")[-1]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: world.door.again(entry), range(6)))
    assert {status for status, _said in answers} == {200}
    one_job_came_of_it(world, "delivered-often")


def test_first_delivery_racing_its_repeats_makes_one_job(world: World) -> None:
    """Without this, two replicas that get the same submission at once would both launch it."""
    to_review(world, "raced")
    world.fault("app:view_submission", "drop_before", slack=True)
    with pytest.raises(Exception, match="trouble"):
        world.mara.fill()
    world.mend()
    entry = world.journal("app:view_submission")[-1]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: world.door.again(entry), range(6)))
    assert {status for status, _said in answers} == {200}
    assert any(said and "was submitted" in json.dumps(said) for _status, said in answers)
    one_job_came_of_it(world, "raced")


def test_two_different_submissions_of_one_form_make_one_job(world: World) -> None:
    """Without this, a form opened on two devices would make two jobs."""
    to_review(world, "two-windows")
    world.mara.fill()
    entry = world.journal("app:view_submission")[-1]
    payload = entry["request"]
    carried = json.loads(payload["view"]["private_metadata"])
    with ThreadPoolExecutor(2) as pool:
        others = [
            {
                **entry,
                "request": {
                    **payload,
                    "trigger_id": f"other-{number}",
                    "view": {
                        **payload["view"],
                        "private_metadata": json.dumps({**carried, "nonce": f"n{number}"}),
                    },
                },
            }
            for number in range(2)
        ]
        answers = list(pool.map(world.door.again, others))
    assert all("was submitted" in json.dumps(said) for _status, said in answers)
    one_job_came_of_it(world, "two-windows")


def test_command_delivered_twice_opens_one_form(world: World) -> None:
    """Without this, a repeat of Slack's would put a second, empty form over the one being
    filled.
    """
    world.fault("app:/labeljob", "duplicate", slack=True, times=1)
    opened = len(world.journal("views.open"))
    world.mara.command(DATA, "/labeljob", "create")
    assert len(world.journal("views.open")) == opened + 1
    entry = world.journal("app:/labeljob")[-1]
    body, kind = encoded(entry)
    headers = world.door.signed(body)
    assert [world.door.post(body, kind, headers)[0] for _ in range(2)] == [200, 200]
    assert len(world.journal("views.open")) == opened + 1


def test_press_and_mention_delivered_twice_act_once(world: World) -> None:
    """Without this, a repeat would say everything twice in the channel."""
    world.ask(an_order("said-once"))
    card = world.card("said-once")
    world.fault("app:block_actions", "duplicate", slack=True)
    world.mara.press(card, "job_status")
    said = world.mara.ask_for("thread", channel=DATA, ts=card["ts"])["ephemerals"]
    said += world.mara.ask_for("history", channel=DATA)["ephemerals"]
    mine = [message for message in said if "said-once" in message["text"]]
    assert len(mine) == 1
    world.mara.press(mine[0], "job_post_status")
    world.mend()
    world.fault("app:event", "duplicate", slack=True, times=1)
    before = world.so_far()
    world.mara.say(DATA, "@labeljob status", card["ts"])
    world.until(
        lambda: [entry for entry in world.journal("app:event", after=before) if entry["status"]],
        "the mention",
    )
    entry = world.journal("app:event")[-1]
    assert (
        world.door.again({**entry, "request": {**entry["request"], "event_id": "Ev0AGAIN"}})[0]
        == 200
    )
    world.settle()
    answers = [line for line in world.thread("said-once") if "requested by Mara" in line]
    assert len(answers) == 2, "one posted by the button, one for the mention"
    world.sagemaker.stop_labeling_job(LabelingJobName="said-once")


def test_whole_form_works_over_signed_http_as_over_socket_mode(world: World) -> None:
    """Without this, the app would work on one of Slack's two ways only."""
    assert world.slack_uses(world.door.url), "the address echoes Slack's challenge"
    try:
        world.ask(an_order("over-http"))
        card = world.card("over-http")
        world.mara.press(card, "job_stop")
        world.mara.fill()
        before = world.so_far()
        world.mara.say(DATA, "@labeljob status", card["ts"])
        world.until(
            lambda: [e for e in world.journal("app:event", after=before) if e["status"] == 200],
            "the mention",
        )
    finally:
        world.slack_uses(None)
    world.settle()
    assert world.thread("over-http")[1:2] == [
        "Launched; orchard-team has no channel here, so nobody was told."
    ]
    assert any("requested by Mara" in line for line in world.thread("over-http")[1:])
    assert world.aws_status("over-http") in {"Stopping", "Stopped"}


def test_form_stays_open_when_slack_is_silent_at_create(world: World) -> None:
    """Without this, a bad second at Slack would take a filled form away."""
    to_review(world, "pressed-again")
    world.bot.ground.access._known.clear()
    world.fault("users.info", "drop_before", slack=True)
    world.mara.fill()
    assert "Slack did not answer, so who you are here is not known. Nothing was done" in shown(
        world.mara.view()
    )
    world.mend()
    world.mara.ask("view_close", view_id=world.mara.view()["id"], clear=False)
    world.mara.fill()
    assert "*pressed-again* was submitted" in shown(world.mara.view())
    one_job_came_of_it(world, "pressed-again")


def test_two_quick_choices_of_a_tile_leave_one_form(world: World) -> None:
    """Without this, quick fingers would be answered by an error window over the form."""
    world.mara.command(world.channel("own-quick"), "/labeljob", "create")
    pick(world.mara, "tile", "boxes")
    entry = world.journal("app:block_actions")[-1]
    late = json.loads(json.dumps(entry["request"]))
    late["actions"][0]["action_ts"] = "1.000002"
    assert world.door.again({**entry, "request": late})[0] == 200
    assert len(world.mara.ask_for("views")["view_stack"]) == 1


def test_requests_that_slack_did_not_sign_are_refused(world: World) -> None:
    """Without this, anybody on the network could stop jobs."""
    world.mara.command(DATA, "/labeljob", "help")
    body, kind = encoded(world.journal("app:/labeljob")[-1])
    assert world.door.post(body, kind, {})[0] == 401
    assert world.door.post(body + b"x", kind, world.door.signed(body))[0] == 401
    assert world.door.post(body, kind, world.door.signed(body, at=1_700_000_000))[0] == 401


def test_job_goes_on_when_the_reply_of_aws_is_lost(world: World) -> None:
    """Without this, a lost answer of CreateLabelingJob would strand a paid job that nobody
    watches.
    """
    to_review(world, "lost-reply")
    world.mara.fill()
    world.fault("SageMaker.CreateLabelingJob", "drop_after", times=1)
    world.settle()
    world.mend()
    world.let_pauses_pass()
    world.settle()
    assert world.aws_jobs("lost-reply") == ["lost-reply"]
    assert world.thread("lost-reply")[1:] == [
        "Launched; orchard-team has no channel here, so nobody was told."
    ]
    assert len(world.cards("lost-reply")) == 1
    world.sagemaker.stop_labeling_job(LabelingJobName="lost-reply")


def test_throttled_launch_is_tried_again(world: World) -> None:
    """Without this, a busy minute at AWS would fail jobs that only had to wait."""
    to_review(world, "patient-launch")
    world.mara.fill()
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.bot.jobs.launch.round()
    world.send()
    assert "Not launched" not in " ".join(world.thread("patient-launch"))
    world.mend()
    world.let_pauses_pass()
    world.settle()
    assert world.aws_jobs("patient-launch") == ["patient-launch"]
    assert card_of(world.mara, DATA, "patient-launch")
    assert world.thread("patient-launch")[1:] == [
        "Launched; orchard-team has no channel here, so nobody was told."
    ]
    world.sagemaker.stop_labeling_job(LabelingJobName="patient-launch")
    assert words(world.mara.command(DATA, "/labeljob", "status patient-launch"))
