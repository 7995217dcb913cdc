"""What comes after a job that is over: its labels judged, corrected, gone on with, or asked for
anew; each in the thread of the first.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.test_create import field, more
from tests.stories.test_managers import ephemeral
from tests.stories.test_preflight import press_button
from tests.stories.world import DATA, World, an_order, buttons, shown, words

BOXES: dict[str, Any] = {
    "task_type": "bounding-box",
    "labels": ("apple", "pear", "orange", "lemon"),
    "source": f"s3://{seed.RAW}/boxes/boxes.manifest",
}
_BOX = {"class_id": 0, "left": 1, "top": 1, "width": 20, "height": 20}
TWO_LABELS: dict[str, Any] = {
    "fruit": {"annotations": [_BOX], "image_size": [{"width": 640, "height": 480, "depth": 3}]},
    "fruit-metadata": {
        "class-map": {"0": "apple"},
        "objects": [{"confidence": 0.9}],
        "job-name": "a-model",
        "human-annotated": "no",
        "creation-date": "2026-11-01T10:00:00",
        "type": "groundtruth/object-detection",
    },
    "checked": 0,
    "checked-metadata": {
        "class-name": "good",
        "confidence": 1,
        "job-name": "another",
        "human-annotated": "yes",
        "creation-date": "2026-11-02T10:00:00",
        "type": "groundtruth/label-verification",
    },
}
"""What a model drew and somebody judged."""


def go_through(world: World) -> None:
    """Press Done, Review and Create of a form that is filled already."""
    for _page in range(3):
        assert not world.mara.fill().get("errors")
    world.mara.close_windows()
    world.settle()


def lines(world: World, name: str) -> list[dict[str, Any]]:
    """The results of a job."""
    said = world.sagemaker.describe_labeling_job(LabelingJobName=name)
    key = said["LabelingJobOutput"]["OutputDatasetS3Uri"].removeprefix(f"s3://{seed.OUT}/")
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def reply(world: World, channel: str, root: dict[str, Any], name: str) -> dict[str, Any]:
    """The card of a job in the thread of another."""
    said = world.mara.thread(channel, root["ts"])
    return next(each for each in said if each["text"].endswith(f"job {name}"))


def stop_half_way(world: World, name: str) -> None:
    """Some of a job's objects are labeled, the others never."""
    counters: dict[str, int] = {}
    while not counters.get("TotalLabeled"):
        world.pass_time(1, step=0.1)
        job = world.sagemaker.describe_labeling_job(LabelingJobName=name)
        counters = job["LabelCounters"]
    assert counters["Unlabeled"], "the test wants some left"
    world.sagemaker.stop_labeling_job(LabelingJobName=name)
    world.finish(name)


def test_labels_are_judged_and_corrected_in_the_thread_they_came_from(world: World) -> None:
    """Without this, whoever doubts labels would write a worker page and a request by hand, and
    nobody would find the answer beside the labels.
    """
    channel = world.channel("own-chains")
    world.ask(an_order("boxes-june", **BOXES), channel)
    assert "Verify…" not in buttons(world.card("boxes-june", channel)), "it is not over"
    world.finish("boxes-june")
    first = world.card("boxes-june", channel)
    assert {"Verify…", "Adjust…", "Label again…"} <= set(buttons(first))

    world.mara.press(first, "job_verify")
    more(world.mara)
    assert field(world.mara, "job_name")["initial_value"] == "boxes-june-verify"
    go_through(world)
    request = world.sagemaker.describe_labeling_job(LabelingJobName="boxes-june-verify")
    task = request["HumanTaskConfig"]
    assert task["PreHumanTaskLambdaArn"].endswith(":PRE-VerificationBoundingBox")
    key = task["UiConfig"]["UiTemplateS3Uri"].removeprefix(f"s3://{seed.OUT}/")
    page = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read().decode()
    assert "task.input.manifestLine['boxes-june'].annotations" in page
    first = world.card("boxes-june", channel)
    assert "Judged in boxes-june-verify" in first["text"]
    second = reply(world, channel, first, "boxes-june-verify")
    assert "Judges the labels of boxes-june" in second["text"]
    assert not world.cards("boxes-june-verify", channel), "it has no card outside of the thread"

    world.finish("boxes-june-verify")
    said = world.mara.command(channel, "/labeljob", "adjust boxes-june-verify")
    assert not (said.get("ephemeral") or {}).get("text")
    more(world.mara)
    assert field(world.mara, "job_name")["initial_value"] == "boxes-june-verify-adjust"
    go_through(world)
    third = reply(world, channel, first, "boxes-june-verify-adjust")
    assert "Corrects the labels of boxes-june-verify" in third["text"]
    world.finish("boxes-june-verify-adjust")
    results = lines(world, "boxes-june-verify-adjust")
    assert results
    for line in results:
        assert {"boxes-june", "boxes-june-verify", "boxes-june-verify-adjust"} <= set(line)
        assert "adjustment-status" in line["boxes-june-verify-adjust-metadata"]


def test_what_was_left_is_labeled_under_the_same_attribute(world: World) -> None:
    """Without this, a job that was stopped would be labeled from its beginning, or its rest would
    lie under a name of its own.
    """
    channel = world.channel("own-continued")
    world.ask(an_order("ripe-half", attribute="ripeness"), channel)
    world.mara.command(channel, "/labeljob", "continue ripe-half")
    assert "ripe-half is not over yet" in str(ephemeral(world.mara, channel)["text"])
    stop_half_way(world, "ripe-half")
    world.mara.press(world.card("ripe-half", channel), "job_continue")
    more(world.mara)
    assert field(world.mara, "label_attribute")["initial_value"] == "ripeness"
    for _page in range(3):
        assert not world.mara.fill().get("errors")
    world.mara.close_windows()
    world.settle()
    world.finish("ripe-half-continue")
    assert all("ripeness" in line for line in lines(world, "ripe-half-continue"))
    said = reply(world, channel, world.card("ripe-half", channel), "ripe-half-continue")
    assert "Goes on with ripe-half" in said["text"]
    told = world.thread("ripe-half", channel)
    assert any(line.startswith("`ripe-half-continue`: Launched;") for line in told)
    assert any("> `ripe-half-continue`: Completed: all" in line for line in told), told
    world.mara.command(channel, "/labeljob", "continue ripe-half-continue")
    refused = str(ephemeral(world.mara, channel)["text"])
    assert refused.startswith("Everything of ripe-half-continue has a label")


def test_labels_of_a_job_from_elsewhere_are_read_from_its_results(world: World) -> None:
    """Without this, the labels of a job that was made in the console would be typed anew to be
    corrected, and one that is forgotten would be lost.
    """
    channel = world.channel("own-elsewhere")
    world.ask(an_order("boxes-home", **BOXES), channel)
    world.finish("boxes-home")
    job = world.sagemaker.describe_labeling_job(LabelingJobName="boxes-home")
    task = job["HumanTaskConfig"]
    known = {"LabelAttributeName", "InputConfig", "OutputConfig", "RoleArn", "HumanTaskConfig"}
    asked = {name: value for name, value in job.items() if name in known}
    asked["OutputConfig"].pop("KmsKeyId", None)
    world.sagemaker.create_labeling_job(
        LabelingJobName="boxes-away",
        LabelCategoryConfigS3Uri=job["LabelCategoryConfigS3Uri"],
        **{**asked, "LabelAttributeName": "fruit", "HumanTaskConfig": task},
    )
    world.mara.command(channel, "/labeljob", "follow boxes-away")
    world.settle()
    world.finish("boxes-away")
    world.mara.press(world.card("boxes-away", channel), "job_adjust")
    draft = world.mara.view()
    more(world.mara)
    assert field(world.mara, "job_name")["initial_value"] == "boxes-away-adjust"
    assert not world.mara.fill().get("errors"), draft
    labels = field(world.mara, "labels")["initial_value"].split("\n")
    assert set(labels) <= {"apple", "pear", "orange", "lemon"}
    assert labels
    world.mara.close_windows()


def audited_alone(world: World, other: str) -> None:
    """Go through the filled form of an audit, and leave the other labels out on its review."""
    more(world.mara)
    for _page in range(2):
        assert not world.mara.fill().get("errors")
    world.settle()
    said = shown(world.mara.view())
    assert f"Lines carry other labels than “boxes-may” too: “{other}”." in said
    press_button(world, "Leave the other labels out")
    world.settle()
    assert "other labels than" not in shown(world.mara.view())
    world.mara.fill()
    world.mara.close_windows()
    world.settle()


def all_labels(world: World, channel: str, name: str) -> list[dict[str, Any]]:
    """The lines of the manifest that the thread names as the labels of a job."""
    root = world.card("boxes-may", channel)
    told = [each["text"] for each in world.mara.thread(channel, root["ts"])]
    end = next(each for each in told if f"/{name}/" in each and "Labels:" in each)
    assert "The labels that were left out are in its lines again" in end
    key = end.rpartition(f"`s3://{seed.OUT}/")[2].rstrip("`")
    assert key.rpartition("/")[2].startswith("all-labels-")
    body = world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines()]


def test_labels_left_out_of_an_audit_by_a_press_come_back_into_its_results(world: World) -> None:
    """Without this, boxes that were judged before fail at AWS where nobody corrected them; or what
    was judged is lost to whoever goes on with the corrected boxes.
    """
    channel, adjusted = world.channel("own-alone"), "boxes-may-verify-adjust"
    world.ask(an_order("boxes-may", **BOXES), channel)
    world.finish("boxes-may")
    world.mara.press(world.card("boxes-may", channel), "job_verify")
    more(world.mara)
    go_through(world)
    world.finish("boxes-may-verify")
    world.mara.command(channel, "/labeljob", "adjust boxes-may-verify")
    audited_alone(world, "boxes-may-verify")
    stop_half_way(world, adjusted)
    assert all("boxes-may-verify" not in line for line in lines(world, adjusted))
    some = all_labels(world, channel, adjusted)
    assert all({"boxes-may", "boxes-may-verify"} <= set(line) for line in some)
    assert 0 < sum(adjusted in line for line in some) < len(some)

    world.mara.command(channel, "/labeljob", f"continue {adjusted}")
    audited_alone(world, "boxes-may-verify")
    went_on = f"{adjusted}-continue"
    world.finish(went_on)
    found = all_labels(world, channel, went_on)
    assert len(found) == len(some)
    for line in found:
        assert {"boxes-may", "boxes-may-verify", adjusted} <= set(line)
    before = {line["source-ref"]: line[adjusted] for line in some if adjusted in line}
    after = {line["source-ref"]: line[adjusted] for line in found}
    assert before == {source: after[source] for source in before}, "nothing was labeled twice"


def test_end_is_told_where_the_labels_left_out_are_gone(world: World) -> None:
    """Without this, a manifest that somebody deletes would leave a finished job open for ever."""
    channel = world.channel("own-left-out-gone")
    given = world.s3.get_object(Bucket=seed.RAW, Key="boxes/boxes.manifest")["Body"].read()
    twice = [json.dumps(json.loads(line) | TWO_LABELS) for line in given.splitlines()]
    source = world.put("gone/boxes.manifest", "\n".join(twice))
    world.mara.command(channel, "/labeljob", "create")
    order = an_order("boxes-gone", **{**BOXES, "source": source})
    order = replace(order, task_type="bounding-box-adjustment")
    assert not first_page(world.mara, order).get("errors")
    audited = {"audited": {"value": "fruit"}}
    assert not second_page(world.mara, order, **audited).get("errors")
    world.settle()
    press_button(world, "Leave the other labels out")
    world.settle()
    world.mara.fill()
    world.mara.close_windows()
    world.settle()
    world.s3.delete_object(Bucket=seed.RAW, Key="gone/boxes.manifest")
    world.finish("boxes-gone")
    end = world.thread("boxes-gone", channel)[-1]
    assert "The labels that were left out were not put back: There is nothing at" in end
    assert "manifests/output/output.manifest" in end


def test_labels_of_any_manifest_are_corrected_and_judged(world: World) -> None:
    """Without this, a model's predictions could be first drafts only after a job of ours: people
    would draw every box anew, or type which attribute holds them.
    """
    channel = world.channel("own-predictions")
    given = world.s3.get_object(Bucket=seed.RAW, Key="first-basket.manifest")["Body"].read()
    guessed = {name: each for name, each in TWO_LABELS.items() if name.startswith("fruit")}
    body = "".join(f"{json.dumps(json.loads(line) | guessed)}\n" for line in given.splitlines())
    address = world.put("models/predictions.manifest", body)
    for how, labels in (("adjust", "apple"), ("verify", "good\nbad")):
        world.mara.command(channel, "/labeljob", f"{how} {address}")
        assert field(world.mara, "audited")["initial_value"] == "fruit"
        assert field(world.mara, "labels")["initial_value"] == labels
        team = world.mara.choose("workteam_arn", seed.AUTOMATIC_TEAM)
        typed: dict[str, Any] = {"workteam_arn": {"selected_option": team}}
        if any(one.get("block_id") == "output_uri" for one in world.mara.view()["blocks"]):
            typed["output_uri"] = {"value": f"s3://{seed.OUT}/labels/"}
        assert not world.mara.fill(**typed).get("errors")
        assert not world.mara.fill().get("errors"), shown(world.mara.view())
        world.mara.close_windows()
        world.settle()
        world.finish(f"predictions-{how}")
        made = lines(world, f"predictions-{how}")
        assert all("fruit" in one and f"predictions-{how}" in one for one in made)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("verify s3://elsewhere/x.manifest", "elsewhere"),
        ("adjust s3://orchard-raw/first-basket.manifest", "carries no labels"),
        ("adjust s3://orchard-raw/%20.manifest", "without codes such as %20"),
        ("verify s3://orchard-raw/classes.manifest", "No task type can verify labels of"),
        ("verify", "or a manifest with labels"),
    ],
)
def test_manifest_whose_labels_cannot_be_looked_at_is_told(
    world: World, asked: str, said: str
) -> None:
    """Without this, whoever mistypes an address would get a form that cannot be sent."""
    metadata = {"type": "groundtruth/image-classification", "class-name": "ripe"}
    line = {"source-ref": f"s3://{seed.RAW}/a.jpg", "kind": 0, "kind-metadata": metadata}
    world.put("classes.manifest", f"{json.dumps(line)}\n")
    answer = world.mara.command(DATA, "/labeljob", asked)
    told = words(answer) or str(ephemeral(world.mara, DATA)["text"])
    assert said in told
