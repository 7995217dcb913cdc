"""The review tells what would fail before money is spent, and the bot mends what it may."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.jobs.cards.card import progress_words
from bot.jobs.checks.check import Look
from bot.jobs.checks.cors import closed_buckets
from bot.jobs.checks.objects import OBJECTS
from bot.jobs.draft import Draft
from bot.jobs.finding import Kind
from bot.jobs.fixes import FIXES
from bot.jobs.lifecycle import JobState
from bot.manifests.looked import Looked, Thing
from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.facts.test_card import RIPE
from tests.stories.world import WAITING, World, an_order, shown

RAW = f"s3://{seed.RAW}"


def review_of(world: World, name: str, source: str, **more: Any) -> str:
    """Go to the review and let the worker look; what then stands there."""
    faults = forms.page_two(world, an_order(name, source=source, team=WAITING, **more))
    assert faults == {}
    world.settle()
    return shown(world.mara.view())


def manifest(world: World, key: str, keys: list[str]) -> str:
    """A manifest of these keys of the raw bucket."""
    return forms.manifest_of(world, key, [f"{RAW}/{each}" for each in keys])


@pytest.fixture
def pictures(world: World) -> list[str]:
    """Keys of two pictures that are there, one that is empty and one that is not."""
    picture = forms.sample_picture(world)
    for key in ("flight/a.jpg", "flight/b.jpg"):
        world.put(key, picture)
    world.put("flight/empty.jpg", b"")
    return ["flight/a.jpg", "flight/gone.jpg", "flight/empty.jpg", "flight/b.jpg"]


def test_review_counts_what_would_fail_what_to_look_at_and_what_is_fine(
    world: World, pictures: list[str]
) -> None:
    """Without this, work would be paid for that could never succeed."""
    source = manifest(world, "flight-one.manifest", [*pictures, "flight/a.jpg"])
    review = review_of(world, "flight-one", source)
    assert "Will fail: 2" in review
    assert f"Line 2 names a picture that is not there: {RAW}/flight/gone.jpg." in review
    assert "Line 3 names an empty picture." in review
    assert "Look at: 1" in review
    assert "Line 5 repeats a picture" in review
    assert "Fine: " in review
    assert "CORS" in review
    assert not world.mara.view().get("submit"), "what blocks, blocks Create"


def test_lines_that_would_fail_are_dropped_by_a_press(world: World, pictures: list[str]) -> None:
    """Without this, somebody would download a manifest and search it for fourteen lines."""
    source = manifest(world, "flight-two.manifest", pictures)
    review_of(world, "flight-two", source)
    press_fix(world, "drop")
    world.settle()
    review = shown(world.mara.view())
    assert "Will fail" not in review
    assert "all 2 pictures are there" in review
    kept = next(word for word in review.split() if "flight-two-kept-" in word).strip("`")
    lines = [json.loads(line)["source-ref"] for line in forms.text_at(world, kept).splitlines()]
    assert lines == [f"{RAW}/flight/a.jpg", f"{RAW}/flight/b.jpg"]
    assert len(forms.text_at(world, source).splitlines()) == 4, "the old one stays"
    told = forms.create(world, an_order("flight-two"))
    assert told.thread
    assert world.aws_jobs("flight-two")


def press_fix(world: World, name: str) -> None:
    """Press the button of a fix on the review."""
    view = world.mara.view()
    for block in view["blocks"]:
        button = block.get("accessory") or {}
        if str(button.get("value", "")).startswith(f"{name} "):
            world.mara.ask(
                "action",
                block_id=block["block_id"],
                action_id=button["action_id"],
                chosen={"value": button["value"]},
                container={"type": "view", "view_id": view["id"]},
                state={"values": {}},
            )
            return
    raise AssertionError(f"no button for {name}")


def test_repeats_are_dropped_by_a_press(world: World, pictures: list[str]) -> None:
    """Without this, two joined exports would be labeled and paid twice."""
    sound = [pictures[0], pictures[3]]
    source = manifest(world, "flight-three.manifest", [*sound, *sound])
    review = review_of(world, "flight-three", source)
    assert "Lines 3 and 4 repeat a picture" in review
    press_fix(world, "repeats")
    world.settle()
    review = shown(world.mara.view())
    assert "repeat" not in review.replace("flight-three-kept", "")
    assert "2 pictures found" in review


def test_managers_open_a_bucket_and_others_may_not(world: World) -> None:
    """Without this, workers would see broken pictures; with less, anybody could change a bucket."""
    rules = [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://upload.example"]}]
    world.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration={"CORSRules": rules})
    try:
        review = review_of(world, "flight-cors", f"{RAW}/first-basket.manifest")
        assert f"Bucket {seed.RAW} sends no CORS header" in review
        press_fix(world, "cors")
        world.settle()
        refused = world.mara.view()
        assert "You cannot open a bucket" in shown(refused)
        world.mara.ask("view_close", view_id=refused["id"], clear=False)
        before = world.s3.get_bucket_cors(Bucket=seed.RAW)["CORSRules"]
        assert len(before) == 1
        world.bot.jobs.preflight.want(draft_of(world), "U0MARA", world.mara.view()["id"], "cors")
        world.settle()
        assert "sends no CORS header" not in shown(world.mara.view())
        after = world.s3.get_bucket_cors(Bucket=seed.RAW)["CORSRules"]
        assert after[0] == before[0], "what was there stays"
        assert len(after) == 2
    finally:
        world.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration=seed.CORS)


def draft_of(world: World) -> str:
    """The draft behind the window on top."""
    return str(json.loads(world.mara.view()["private_metadata"])["draft"])


def test_review_that_was_left_is_not_touched(world: World) -> None:
    """Without this, a page on which somebody types would turn into the review by itself."""
    faults = forms.page_two(
        world, an_order("flight-left", source=f"{RAW}/first-basket.manifest", team=WAITING)
    )
    assert faults == {}
    world.mara.press_in_view("job_form_back")
    world.settle()
    assert "2 of 3" in world.mara.view()["title"]["text"]


def test_what_is_found_after_create_refuses_the_launch(world: World, pictures: list[str]) -> None:
    """Without this, whoever is quicker than the preflight would pay for what must fail."""
    source = manifest(world, "flight-late.manifest", pictures[:1])
    faults = forms.page_two(world, an_order("flight-late", source=source, team=WAITING))
    assert faults == {}
    world.s3.delete_object(Bucket=seed.RAW, Key=pictures[0])
    told = forms.create(world, an_order("flight-late"))
    assert "not there" in told.thread
    assert not world.aws_jobs("flight-late")


def test_look_that_was_broken_off_goes_on_behind_its_last_line(
    world: World, pictures: list[str]
) -> None:
    """Without this, a launch that is killed at picture 90,000 would begin again each time."""
    source = manifest(world, "flight-on.manifest", pictures)
    draft = Draft(input_uri=source, task_type="image-classification", objects=4)
    heard: list[Looked] = []
    begun = Looked(of=4, done=2, line=2, things=(Thing(2, "missing", "x"),), counts={"missing": 1})
    sight = world.bot.jobs.launch._orders._checker.sight(draft, lambda: None)
    began = world.so_far(slack=False)
    seen = OBJECTS.ask(draft, replace(sight, look=Look(begun=begun, told=heard.append)))
    asked = world.journal("S3.HeadObject", after=began, slack=False)
    assert len(asked) == 2, "the first two were looked at before"
    assert [each.kind for each in seen.findings] == [Kind.BLOCKS, Kind.BLOCKS]
    assert (heard[-1].done, heard[-1].line) == (4, 4)


def test_how_far_the_look_before_the_launch_is_stands_on_the_card() -> None:
    """Without this, a job of 100,000 pictures would say “in a moment” for minutes."""
    looked = Looked(of=100_000, done=12_000, line=12_000)
    words = progress_words(RIPE, JobState(looked=looked))
    assert words == "12,000 of 100,000 pictures looked at"


def test_no_bucket_beyond_the_channels_places_is_opened(world: World) -> None:
    """Without this, a line of a manifest would have the bot change any bucket that its role can."""
    world.s3.create_bucket(Bucket="not-ours")
    world.put("theirs/a.jpg", forms.sample_picture(world))
    source = world.put(
        "theirs.manifest",
        f'{{"source-ref": "s3://not-ours/a.jpg"}}\n{{"source-ref": "{RAW}/theirs/a.jpg"}}\n',
    )
    draft = Draft(input_uri=source, task_type="image-classification")
    sight = world.bot.jobs.launch._orders._checker.sight(draft, lambda: None)
    assert closed_buckets(draft, sight) == []
    FIXES["cors"].run(draft, sight)
    with pytest.raises(ClientError):
        world.s3.get_bucket_cors(Bucket="not-ours")


def test_review_names_who_is_mentioned_once_slack_says_it(world: World) -> None:
    """Without this, the reader of a review would see “a group” because Slack was slow once."""
    order = an_order("who-decides", team=WAITING)
    mention = {"type": "usergroup", "usergroup_id": "S0LEADS"}
    section = {"type": "rich_text_section", "elements": [mention]}
    assert forms.page_two(world, order) == {}
    world.mara.press_in_view("job_form_back")
    forms.forget(world)
    with forms.slack_refuses(world, "usergroups.list", "fatal_error"):
        world.mara.fill(
            short_instructions={"rich_text_value": {"type": "rich_text", "elements": [section]}}
        )
        assert "*Short instructions* @a group" in shown(world.mara.view())
    world.settle()
    assert "*Short instructions* @leads" in shown(world.mara.view())
