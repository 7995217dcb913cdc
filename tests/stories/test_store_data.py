"""Store data: whoever has nothing in S3 yet gets a place there by three answers."""

from pathlib import Path
from typing import Any

from bot.base.cors import lets_browsers_read
from bot.base.storage import CLOSED
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.services import REGION
from bot.sandbox.workspace.story import begin_anew, first_page, second_page
from tests.stories.bringing import field, fill_files, pictures, uploaded, zipped
from tests.stories.test_data_in import manifest
from tests.stories.world import DATA, World, an_order, shown

NEW = "orchard-new"
CONSOLE = f"custom-labels-console-{REGION}-0123456789"


def store(
    world: World, person: Person, bucket: str, name: str, files: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Somebody fills the window on top, and the worker does it; the workspace's answer."""
    answer = fill_store(person, bucket, name, files)
    world.settle()
    return answer


def fill_store(
    person: Person, bucket: str, name: str, files: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Somebody fills the window on top; the workspace's answer."""
    option = next(one for one in field(person, "store_in")["options"] if one["value"] == bucket)
    given: dict[str, Any] = {
        "store_in": {"selected_option": option},
        "store_called": {"value": name},
    }
    if files:
        given["files_1"] = {"files": [{"id": one["id"]} for one in files]}
    return person.fill(**given)


def test_a_place_is_made_and_its_addresses_fill_the_form(tmp_path: Path) -> None:
    """Without this, whoever has no bucket yet would have to learn S3 before the first label."""
    world = World(tmp_path, buckets=(seed.RAW, NEW))
    try:
        sam = world.sam
        sam.command(DATA, "/labeljob", "store")
        assert f"in {REGION}: the Region that the bot works in" in shown(sam.view())
        files = [uploaded(world, sam, *one) for one in pictures(2).items()]
        assert not store(world, sam, NEW, "july harvest", files).get("errors")
        said = shown(sam.view())
        assert f"✓ Bucket {NEW} was made in {REGION}." in said
        assert "! " not in said
        assert lets_browsers_read(world.s3.get_bucket_cors(Bucket=NEW)["CORSRules"])
        closed = world.s3.get_public_access_block(Bucket=NEW)["PublicAccessBlockConfiguration"]
        assert closed == CLOSED
        assert "✓ The files are stored." in said
        sam.press_in_view("job_form_go_on")
        place = field(sam, "input_uri")["initial_value"]
        assert place.startswith(f"s3://{NEW}/july-harvest/data/")
        assert place.endswith("/july-harvest/")
        listed = world.s3.list_objects_v2(Bucket=NEW, Prefix="july-harvest/data/")
        assert listed["KeyCount"] == 2
        order = an_order("stored", source=place, output=f"s3://{NEW}/july-harvest/labels/")
        assert not first_page(sam, order).get("errors")
        assert not second_page(sam, order).get("errors")
        world.settle()
        sam.fill()
        world.settle()
        asked = world.sagemaker.describe_labeling_job(LabelingJobName="stored")
        assert asked["OutputConfig"]["S3OutputPath"] == f"s3://{NEW}/july-harvest/labels"
        found = manifest(world, asked)
        assert len(found) == 2
        assert all(one.startswith(place) for one in found)
    finally:
        world.stop()


def test_only_managers_have_a_bucket_made(tmp_path: Path) -> None:
    """Without this, anybody could make buckets that somebody else pays for."""
    world = World(tmp_path, buckets=(seed.RAW, NEW))
    try:
        world.mara.command(DATA, "/labeljob", "store")
        store(world, world.mara, NEW, "july")
        said = shown(world.mara.view())
        assert "Not stored. You cannot make a bucket" in said
        assert NEW not in [one["Name"] for one in world.s3.list_buckets()["Buckets"]]
        world.mara.press_in_view("store_data_open")
        assert field(world.mara, "store_in")
    finally:
        world.stop()


def test_bucket_of_another_region_is_refused_with_why(tmp_path: Path) -> None:
    """Without this, the job would fail at its launch, minutes after its form was sent."""
    world = World(tmp_path, buckets=(seed.RAW, seed.OUT, seed.FAR))
    try:
        world.mara.command(DATA, "/labeljob", "store")
        store(world, world.mara, seed.FAR, "july")
        assert "is in another Region than the bot works in" in shown(world.mara.view())
        world.mara.press_in_view("store_data_open")
        assert not store(world, world.mara, seed.RAW, "july").get("errors")
        world.mara.press_in_view("job_form_go_on")
        files = [uploaded(world, world.mara, *one) for one in pictures(1).items()]
        there: dict[str, Any] = {"store": {"value": f"s3://{seed.FAR}/brought/"}}
        told = fill_files(world.mara, an_order("far-away"), files, **there)["errors"]
        assert "is in another Region than the bot works in" in told["store"]
    finally:
        world.stop()


def test_console_bucket_is_offered_where_it_is_open_and_named_where_not(tmp_path: Path) -> None:
    """Without this, pictures of Rekognition's console would be stored twice."""
    world = World(tmp_path, buckets=(seed.RAW, CONSOLE))
    try:
        world.s3.create_bucket(Bucket=CONSOLE)
        world.mara.command(DATA, "/labeljob", "store")
        names = [one["text"]["text"] for one in field(world.mara, "store_in")["options"]]
        assert names == [seed.RAW, f"Rekognition's console bucket: {CONSOLE}"]
        world.mara.close_windows()
        world.mara.command(DATA, "/dataset", "create")
        told = f"Rekognition's console bucket in {REGION} is {CONSOLE}; it is open to this channel."
        assert told in shown(world.mara.view())
        other = f"{CONSOLE[:-10]}other"
        world.s3.create_bucket(Bucket=other)
        world.s3.delete_bucket(Bucket=CONSOLE)
        world.mara.close_windows()
        world.mara.command(DATA, "/labeljob", "store")
        assert f"{other}, is not open to this channel" in shown(world.mara.view())
        world.s3.delete_bucket(Bucket=other)
        world.mara.close_windows()
        world.mara.command(DATA, "/dataset", "create")
        told = f"This account has no bucket of Rekognition's console in {REGION}"
        assert told in shown(world.mara.view())
        world.fault("S3.ListBuckets", "throttle")
        world.mara.close_windows()
        world.mara.command(DATA, "/dataset", "create")
        told = f"a bucket of Rekognition's console in {REGION} is not known"
        assert told in shown(world.mara.view())
    finally:
        world.stop()


def test_wrong_name_and_no_bucket_are_told_at_their_fields(world: World) -> None:
    """Without this, a slip of the pen would become a folder that nobody finds again."""
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "store")
    for wrong in ("../july", "july/august", "ü" * 4, "j" * 64):
        answer = store(world, world.mara, seed.RAW, wrong)
        assert answer["errors"]["store_called"].startswith("Write 1 to 63 letters")
    world.mara.close_windows()


def test_form_without_data_offers_it_and_keeps_what_was_typed(world: World) -> None:
    """Without this, the way to a place would cost the form that was begun."""
    channel = world.channel("nothing-in-s3")
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    begin_anew(world.mara)
    world.mara.press_in_view("store_data_open", typed={"labels": {"value": "ripe\nunripe"}})
    store(world, world.mara, seed.RAW, "july")
    world.mara.press_in_view("job_form_go_on")
    assert field(world.mara, "labels")["initial_value"] == "ripe\nunripe"
    world.mara.close_windows()


def test_files_are_stored_though_the_window_is_closed_and_the_worker_dies(world: World) -> None:
    """Without this, whoever closes the window, or whose worker is killed meanwhile, would find out
    at the first job that nothing lies there.
    """
    channel = world.channel("stored-unseen")
    told = len(world.direct_messages(world.mara))
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "store")
    one = {"notes.pdf": b"%PDF", "broken.jpg": b"no picture", **pictures(2)}
    brought = zipped(one)
    files = [uploaded(world, world.mara, "july.zip", brought)]
    fill_store(world.mara, seed.RAW, "unseen", files)
    world.mara.close_windows()
    # as a worker that was killed leaves it: nobody was at it for minutes
    world.bot.ground.db.execute("UPDATE preflight SET asked_at = asked_at - 300", {})
    world.settle()
    listed = world.s3.list_objects_v2(Bucket=seed.RAW, Prefix="unseen/data/")
    assert sorted(each["Key"].rpartition("/")[2] for each in listed["Contents"]) == [*pictures(2)]
    said = world.direct_messages(world.mara)[told:]
    assert len(said) == 1
    assert f"`s3://{seed.RAW}/unseen/` is ready." in said[0]
    assert "! Left out: 1 that hold no picture, 1 of other kinds (.pdf 1)." in said[0]
    world.mara.command(channel, "/labeljob", "create")
    world.mara.press_in_view("job_form_go_on")
    assert "/unseen/data/" in field(world.mara, "input_uri")["initial_value"]
    world.mara.close_windows()


def test_files_that_slack_gives_later_are_put_there_before_the_launch(world: World) -> None:
    """Without this, a minute of trouble at Slack would cost the files that somebody chose."""
    world.mara.close_windows()
    world.mara.command(world.channel("stored-later"), "/labeljob", "store")
    files = [uploaded(world, world.mara, *one) for one in pictures(1).items()]
    fill_store(world.mara, seed.RAW, "later", files)
    world.fault("files.download", "error_500", slack=True)
    world.settle()
    said = shown(world.mara.view())
    assert "! The files are not stored yet." in said
    assert "Your files are put there before the launch" in said
    world.mara.press_in_view("job_form_go_on")
    assert field(world.mara, "files_kept")
    world.mara.close_windows()
