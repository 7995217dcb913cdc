"""The review tells what would fail before money is spent, and the bot mends what it may."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import text

from bot.delivery.windows import WindowGone, Windows
from bot.jobs.cards.card import progress_words
from bot.jobs.checks.check import Look
from bot.jobs.checks.cors import closed_buckets
from bot.jobs.checks.objects import OBJECTS
from bot.jobs.draft import Draft
from bot.jobs.finding import Kind
from bot.jobs.fixes import FIXES
from bot.jobs.lifecycle import JobState
from bot.jobs.open_review import OpenReview
from bot.jobs.preflight_records import CHECK, PreflightRecords, Wanted
from bot.manifests.looked import Looked, Thing
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import elements
from bot.work.leases import LeaseLost
from tests.cases import forms
from tests.facts.test_card import RIPE
from tests.stories.world import DATA, WAITING, World, an_order, shown

RAW = f"s3://{seed.RAW}"


def review_of(world: World, name: str, source: str, **more: Any) -> str:
    """Go to the review and let the worker look; what then stands there."""
    faults = forms.faults(world, an_order(name, source=source, team=WAITING, **more))
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


def press_button(world: World, words: str) -> None:
    """Press the button with these words on the review."""
    blocks = world.mara.view()["blocks"]
    (action,) = [
        one["action_id"]
        for _block, one in elements(blocks)
        if one["type"] == "button" and one["text"]["text"] == words
    ]
    world.mara.press_in_view(action)


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
    faults = forms.faults(
        world, an_order("flight-left", source=f"{RAW}/first-basket.manifest", team=WAITING)
    )
    assert faults == {}
    world.mara.press_in_view("job_form_back")
    world.settle()
    assert "1 of 2" in world.mara.view()["title"]["text"]


def test_answer_that_comes_late_hides_nothing_for_long(world: World, pictures: list[str]) -> None:
    """Without this, whoever is far from the bot would read a review that never says what it
    found: Slack puts the answer over it.
    """
    source = manifest(world, "flight-held.manifest", pictures)
    order = an_order("flight-held", source=source, team=WAITING)
    assert forms.faults(world, order) == {}
    world.mara.press_in_view("job_form_back")
    draft_id, wanted = draft_of(world), PreflightRecords(world.bot.ground.db)
    assert world.slack_uses(world.door.url)
    with ThreadPoolExecutor(1) as reader:
        world.door.lets_go.clear()
        try:
            answer = reader.submit(world.mara.fill)
            world.until(lambda: wanted.get(draft_id), "the review to be wanted")
            world.settle()
            assert "Fine: " in shown(world.mara.view()), "all was looked at"
        finally:
            world.door.lets_go.set()
            assert not answer.result(10).get("errors")
            world.slack_uses(None)
    assert "Fine: " not in shown(world.mara.view()), "the answer came last"
    world.settle()
    assert "Fine: " not in shown(world.mara.view()), "nobody knows yet that it has come"
    let_seconds_pass(world)
    world.settle()
    review = shown(world.mara.view())
    assert "Will fail: 2" in review
    assert "Fine: " in review
    assert wanted.get(draft_id) is None


@pytest.mark.parametrize(("pressed", "page"), [("drop", "2 of 2"), (None, "1 of 2")])
def test_press_at_the_moment_of_an_edit_is_what_counts(
    world: World, pictures: list[str], pressed: str | None, page: str
) -> None:
    """Without this, whoever presses a fix while the worker shows how far it is would stand before
    the form's first page; and Back would be undone.
    """
    name = f"flight-press-{pressed or 'back'}"
    review_of(world, name, manifest(world, f"{name}.manifest", pictures))
    draft_id, view = draft_of(world), world.mara.view()
    one = Wanted(draft_id, "U0MARA", view["id"], CHECK, 0.0)
    wants = [one, replace(one, wanted=pressed) if pressed else None]
    reviews = world.bot.jobs.preflight._reviews
    draft = reviews.accept.draft(draft_id, "U0MARA")

    def wanted() -> Wanted | None:
        """What it was, and after the edit what was pressed."""
        return wants.pop(0) if len(wants) > 1 else wants[0]

    with pytest.raises(WindowGone):
        OpenReview(reviews, one, wanted, float).show(
            draft, draft.found, checking="Checking everything…"
        )
    assert page in world.mara.view()["title"]["text"]


@dataclass
class WhileItIsEdited:
    """Windows in which something happens just before one is turned back to its first page."""

    windows: Windows
    happens: Callable[[], object]

    def replace(self, view_id: str, view: dict[str, Any], view_hash: str = "") -> str:
        if "1 of 2" in view["title"]["text"]:
            self.happens()
        return self.windows.replace(view_id, view, view_hash)


def test_job_that_is_taken_in_at_the_moment_of_an_edit_is_thanked_for(
    world: World, pictures: list[str]
) -> None:
    """Without this, whoever presses Create while the worker shows what it found would stand before
    the form's first page, and not know that the job is on its way.
    """
    review_of(world, "flight-create", manifest(world, "flight-create.manifest", pictures[:1]))
    draft_id, view = draft_of(world), world.mara.view()
    reviews = world.bot.jobs.preflight._reviews
    one = Wanted(draft_id, "U0MARA", view["id"], CHECK, 0.0)
    mara = world.bot.ground.access.at_home(world.bot.ground.access.team_id, "U0MARA", DATA, DATA)
    edited: Any = WhileItIsEdited(reviews.windows, lambda: reviews.accept.accept(draft_id, mara))
    wants: list[Wanted | None] = [one, None]
    draft = reviews.accept.draft(draft_id, "U0MARA")
    with pytest.raises(WindowGone):
        OpenReview(
            replace(reviews, windows=edited),
            one,
            lambda: wants.pop(0) if len(wants) > 1 else wants[0],
            float,
        ).show(draft, draft.found, checking="Checking everything…")
    assert "*flight-create* was submitted" in shown(world.mara.view())


def let_seconds_pass(world: World) -> None:
    """As if reviews had been opened five seconds earlier."""
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE preflight SET asked_at = asked_at - 5"))


def test_what_is_found_after_create_refuses_the_launch(world: World, pictures: list[str]) -> None:
    """Without this, whoever is quicker than the preflight would pay for what must fail."""
    source = manifest(world, "flight-late.manifest", pictures[:1])
    faults = forms.faults(world, an_order("flight-late", source=source, team=WAITING))
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


def test_of_pictures_that_nobody_counted_only_some_are_opened(
    world: World, pictures: list[str]
) -> None:
    """Without this, a job whose Create was pressed before its lines were counted would read the
    beginning of each of 100,000 pictures, and take twice as long.
    """
    source = manifest(world, "flight-uncounted.manifest", [pictures[0]] * 150)
    draft = Draft(input_uri=source, task_type="image-classification")
    sight = world.bot.jobs.launch._orders._checker.sight(draft, lambda: None)
    began = world.so_far(slack=False)
    OBJECTS.ask(draft, sight)
    beginnings = [
        each
        for each in world.journal("S3.GetObject", after=began, slack=False)
        if each["path"].endswith(pictures[0])
    ]
    assert len(world.journal("S3.HeadObject", after=began, slack=False)) == 150
    assert len(beginnings) == 100


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
    assert forms.faults(world, order) == {}
    world.mara.press_in_view("job_form_back")
    forms.forget(world)
    with forms.slack_refuses(world, "usergroups.list", "fatal_error"):
        world.mara.fill(
            short_instructions={"rich_text_value": {"type": "rich_text", "elements": [section]}}
        )
        assert "*Short instructions* @a group" in shown(world.mara.view())
    world.settle()
    assert "*Short instructions* @leads" in shown(world.mara.view())


def test_archived_pictures_of_a_folder_are_left_out_and_told(world: World) -> None:
    """Without this, a folder with pictures in Glacier would be paid for and its workers would see
    nothing.
    """
    body = forms.sample_picture(world)
    world.put("frozen/warm.jpg", body)
    for name in ("ice.jpg", "snow.jpg"):
        world.s3.put_object(
            Bucket=seed.RAW, Key=f"frozen/{name}", Body=body, StorageClass="DEEP_ARCHIVE"
        )
    review = review_of(world, "flight-frozen", f"{RAW}/frozen/")
    assert "Left out: 2 in an archive" in review
    assert "1 picture found, 2 other files skipped" in review


def test_more_people_for_each_picture_than_the_team_has_are_told(world: World) -> None:
    """Without this, every picture would wait until the job closes for somebody who is not there."""
    teams = world.bot.ground.teams
    team = teams.named("T0ORCHARD", WAITING)
    source = f"{RAW}/first-basket.manifest"
    teams.remember("T0ORCHARD", [replace(team, members=None)], set())
    try:
        alone = review_of(world, "flight-team", source, workers=3)
        assert f"How many {WAITING} has is not known" in alone
        teams.remember("T0ORCHARD", [replace(team, members=2)], set())
        review = review_of(world, "flight-team", source, workers=3)
        assert f"3 people shall label each picture, but {WAITING} has 2 people" in review
    finally:
        teams.remember("T0ORCHARD", [team], set())


def test_place_that_takes_no_results_blocks_before_the_launch(world: World) -> None:
    """Without this, a bucket that a KMS key seals would let the job go as far as its launch."""
    began = world.so_far(slack=False)
    source = f"{RAW}/first-basket.manifest"
    fine = review_of(world, "flight-write", source)
    assert "writing of results" in fine
    assert world.journal("S3.DeleteObject", after=began, slack=False), "nothing stays behind"
    found = world.s3.list_objects_v2(Bucket=seed.OUT, Prefix="labels/labeljob/doctor")
    assert found["KeyCount"] == 0
    with forms.sealed(world, seed.OUT):
        review = review_of(world, "flight-write", source)
        assert f"The bot cannot write to s3://{seed.OUT}/labels/." in review
        assert "kms:GenerateDataKey" in review
        assert not world.mara.view().get("submit"), "what blocks, blocks Create"


def test_place_whose_objects_the_bot_may_not_remove_is_fine(world: World) -> None:
    """Without this, the right to delete would be needed to ask for a job."""
    world.fault("S3.DeleteObject", "throttle")
    try:
        review = review_of(world, "flight-keep", f"{RAW}/first-basket.manifest")
    finally:
        world.mend()
    assert "writing of results" in review
    assert "cannot write" not in review


def role_situation(world: World, bucket: str, situation: str | None) -> None:
    """What the execution role's own policies say of a bucket."""
    body = {"bucket": bucket, "situation": situation}
    forms.control(world.services.aws_url, "situations", body)


def test_what_is_denied_to_the_execution_role_blocks(world: World) -> None:
    """Without this, a job would be launched whose pictures Ground Truth may not read."""
    source = f"{RAW}/first-basket.manifest"
    assert "execution role" in review_of(world, "flight-role", source)
    role_situation(world, seed.RAW, "forbidden")
    try:
        review = review_of(world, "flight-role", source)
        assert "A policy denies the execution role LabelingRole s3:GetObject on s3://" in review
        assert not world.mara.view().get("submit"), "what blocks, blocks Create"
        role_situation(world, seed.RAW, "unlisted")
        review = review_of(world, "flight-role", source)
        assert "No policy of the execution role LabelingRole plainly allows it s3:ListB" in review
        assert world.mara.view().get("submit"), "a policy of the bucket may allow it"
    finally:
        role_situation(world, seed.RAW, None)


def test_iam_that_does_not_answer_blocks_nothing(world: World) -> None:
    """Without this, a bot in a network without IAM could launch no job."""
    world.fault("IAM.*", "throttle")
    try:
        review = review_of(world, "flight-iam", f"{RAW}/first-basket.manifest")
        assert "the rights of the engine's own role" in review
        told = forms.create(world, an_order("flight-iam"))
        assert told.thread
        assert world.aws_jobs("flight-iam")
    finally:
        world.mend()


def test_look_that_takes_longer_than_a_minute_is_shown_and_forgotten_in_the_end(
    world: World,
) -> None:
    """Without this, the review would stay at “Checking everything…” whenever a look takes its whole
    minute.
    """
    wanted = PreflightRecords(world.bot.ground.db)
    wanted.want("long-look", "U0MARA", "V0LONG")
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE preflight SET asked_at = asked_at - 61"))
    assert wanted.waiting() == [], "nobody begins with it any more"
    assert wanted.get("long-look") is not None, "whoever has begun may show what was found"
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE preflight SET asked_at = asked_at - 3600"))
    wanted.waiting()
    assert wanted.get("long-look") is None, "no row stays for ever"


def test_look_of_somebody_who_lost_the_lease_ends(world: World) -> None:
    """Without this, a worker that was frozen would show “not checked” over what another found."""

    def lost() -> None:
        raise LeaseLost

    draft = Draft(input_uri=f"{RAW}/first-basket.manifest", task_type="image-classification")
    with pytest.raises(LeaseLost):
        world.bot.jobs.launch._orders._checker.preflight(draft, lost, Look())


def test_file_that_is_no_picture_blocks_and_offers_no_press_that_would_change_nothing(
    world: World,
) -> None:
    """Without this, [Drop these lines] would write the same manifest again for ever."""
    world.put("flight/words.jpg", b"these are words")
    source = manifest(world, "flight-words.manifest", ["flight/words.jpg"])
    review = review_of(world, "flight-words", source)
    assert "names a file that is no picture" in review
    assert "Drop these lines" not in review
    assert not world.mara.view().get("submit")
