"""Data that are not in S3 yet: files of a message or a form, zips; and what is wrong with them."""

import io
import json
import zipfile
from random import Random
from typing import Any

import pytest

from bot.brought.brought import Brought, Takes
from bot.jobs.finding import Kind
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import begin_anew, faults_of
from bot.work.in_time import OutOfTime
from tests.stories.bringing import (
    choose_source,
    field,
    fill_files,
    label_these,
    open_for_files,
    pictures,
    shared,
    uploaded,
    zipped,
)
from tests.stories.world import DATA, GENERAL, World, an_order, shown


def launched(world: World, name: str) -> Any:
    """Create is pressed on the review: the job at AWS."""
    world.mara.fill()
    world.settle()
    return world.sagemaker.describe_labeling_job(LabelingJobName=name)


def manifest(world: World, asked: Any) -> list[str]:
    """The objects that a job at AWS labels."""
    uri = asked["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return [json.loads(line)["source-ref"] for line in body.splitlines()]


def test_pictures_of_a_message_become_a_job(world: World) -> None:
    """Without this, whoever has pictures and no bucket of their own cannot have them labeled."""
    ts = shared(world, DATA, pictures(3))
    label_these(world, DATA, ts)
    assert "3 files: " in shown(world.mara.view())
    order = an_order("from-a-message")
    assert not fill_files(world.mara, order).get("errors")
    assert "3 files: " in shown(world.mara.view())
    asked = launched(world, "from-a-message")
    found = manifest(world, asked)
    assert [one.rpartition("/")[2] for one in found] == sorted(pictures(3))
    assert all(one.startswith(f"{order.output}from-a-message/data-") for one in found)
    bucket, _, key = found[0].removeprefix("s3://").partition("/")
    stored = world.s3.get_object(Bucket=bucket, Key=key)
    assert stored["Body"].read() == pictures(3)[key.rpartition("/")[2]]
    assert stored["ContentType"] == "image/jpeg"
    world.finish("from-a-message")
    assert "All 3 labeled" in world.card("from-a-message")["text"]


def test_files_of_a_form_and_those_kept_from_the_page_before(world: World) -> None:
    """Without this, a look back would cost every file, or bring each twice."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, name, body) for name, body in pictures(4).items()]
    order = an_order("from-a-form")
    assert not fill_files(world.mara, order, files[:3]).get("errors")
    world.mara.press_in_view("job_form_back")
    box = field(world.mara, "files_kept")["options"]
    assert box[0]["text"]["text"].startswith("3 files: ")
    kept = {"files_kept": {"selected_options": box}}
    assert not fill_files(world.mara, order, files[3:], **kept).get("errors")
    assert len(manifest(world, launched(world, "from-a-form"))) == 4


def test_unticked_files_are_gone(world: World) -> None:
    """Without this, what was brought once could never be taken back."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, name, body) for name, body in pictures(4).items()]
    order = an_order("given-up-files")
    assert not fill_files(world.mara, order, files[:3]).get("errors")
    world.mara.press_in_view("job_form_back")
    none: dict[str, Any] = {"files_kept": {"selected_options": []}}
    answer = fill_files(world.mara, order, **none)
    assert answer["errors"] == {"files_1": "Add the files to label, or a zip of them."}
    assert not fill_files(world.mara, order, files[3:]).get("errors")
    assert len(manifest(world, launched(world, "given-up-files"))) == 1


def test_zip_of_a_form_and_what_is_left_out(world: World) -> None:
    """Without this, more than thirty pictures could not be brought; what is left out unsaid is
    missed later.
    """
    inside = {f"crates/{name}": body for name, body in pictures(5).items()}
    inside |= {"crates/notes.txt": b"x", "__MACOSX/._a.jpg": b"x", "crates/fake.jpg": b"<html>"}
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, "crates.zip", zipped(inside))]
    assert not fill_files(world.mara, an_order("from-a-zip"), files).get("errors")
    found = manifest(world, launched(world, "from-a-zip"))
    assert [one.split("/data-")[1].partition("/")[2] for one in found] == sorted(
        f"crates/{name}" for name in pictures(5)
    )
    told = "Left out: 1 that hold no picture, 1 hidden, 1 of other kinds (.txt 1)."
    assert any(told in line for line in world.thread("from-a-zip"))


def test_zip_in_s3_is_unpacked(world: World) -> None:
    """Without this, a zip of many gigabytes would have to go through a browser."""
    address = world.put("zips/harvest.zip", zipped(pictures(6)))
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    order = an_order("from-s3-zip", source=address)
    assert faults_of(world.mara, order) == {}
    assert "6 pictures found" in shown(world.mara.view())
    world.mara.press_in_view("job_form_back")
    assert field(world.mara, "input_uri")["initial_value"] == address
    assert not world.mara.fill().get("errors")
    assert len(manifest(world, launched(world, "from-s3-zip"))) == 6


def test_source_that_is_changed_keeps_the_address(world: World) -> None:
    """Without this, a look at the other source would cost what was typed."""
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    begin_anew(world.mara)
    world.mara.press_in_view(
        "job_form_data_from",
        typed={"input_uri": {"value": "s3://orchard-raw/ripeness/"}},
        selected_option=field(world.mara, "data_from")["options"][1],
    )
    choose_source(world.mara, "s3")
    assert field(world.mara, "input_uri")["initial_value"] == "s3://orchard-raw/ripeness/"


def test_a_person_may_say_where_files_are_put(world: World) -> None:
    """Without this, data would lie among results for ever; or anywhere at all."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, name, body) for name, body in pictures(2).items()]
    order = an_order("put-there")
    for wrong, said in (("somewhere", "Begin with s3://"), ("s3://not-ours/x/", "may not use")):
        answer = fill_files(world.mara, order, files, store={"value": wrong})
        assert said in answer["errors"]["store"]
    there = {"value": f"s3://{seed.RAW}/brought"}
    assert not fill_files(world.mara, order, files, store=there).get("errors")
    found = manifest(world, launched(world, "put-there"))
    assert all(one.startswith(f"s3://{seed.RAW}/brought/put-there/data-") for one in found)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"notes.pdf": b"%PDF"}, "notes.pdf cannot be labeled as pictures: .jpg, .jpeg, .png can"),
        ({"empty.jpg": b""}, "empty.jpg holds 0 bytes"),
    ],
)
def test_wrong_files_are_named_at_their_field(
    world: World, files: dict[str, bytes], said: str
) -> None:
    """Without this, the launch would fail minutes later."""
    open_for_files(world, DATA)
    given = [uploaded(world, world.mara, name, body) for name, body in files.items()]
    assert said in fill_files(world.mara, an_order("wrong-files"), given)["errors"]["files_1"]


def test_thirty_first_picture_is_refused_kindly(world: World) -> None:
    """Without this, some pictures of a message would be left out without a word."""
    tiny = pictures(1).popitem()[1]
    ts = shared(world, DATA, {f"{number:02}.jpg": tiny for number in range(31)})
    label_these(world, DATA, ts)
    assert world.mara.ask_for("views")["view_stack"] == []
    assert any("takes 30 at a time" in each for each in told_alone(world))


def told_alone(world: World, channel: str = DATA) -> list[str]:
    """What Mara was told alone in a channel."""
    told = world.mara.ask_for("history", channel=channel)["ephemerals"]
    return [each["text"] for each in told]


def test_message_without_files_and_a_channel_without_the_bot(world: World) -> None:
    """Without this, a wrong choice in a menu would be met with silence."""
    label_these(world, DATA, world.mara.say(DATA, "no pictures here"))
    assert any("This message has no files" in each for each in told_alone(world))
    ts = shared(world, GENERAL, pictures(1))
    label_these(world, GENERAL, ts)
    assert world.mara.ask_for("views")["view_stack"] == []
    assert any("/invite @labeljob" in each for each in told_alone(world, GENERAL))


def test_zip_from_the_web_is_refused_with_the_way(world: World) -> None:
    """Without this, the bot would fetch whatever address somebody types."""
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    told = faults_of(world.mara, an_order("web-zip", source="https://example.com/p.zip"))
    assert told["input_uri"].startswith("Labeljob fetches no zip from the web.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK no zip at all", "wrong.zip is no zip, or a broken one"),
        (zipped({"../out.jpg": b"x"}), "leads out of the zip"),
        (zipped({"a.jpg": b"0" * 5_000_000}), "is over 100 times as large once unpacked"),
        (zipped({"in.zip": b"x"}), "is an archive within the archive"),
        (zipped({"a.txt": b"x"}), "There is nothing to label in these files. Left out: 1 of other"),
    ],
)
def test_dishonest_zip_of_s3_is_named_at_its_field(world: World, body: bytes, said: str) -> None:
    """Without this, a zip bomb would fill the bot's disk, and its user's bucket."""
    address = world.put("zips/wrong.zip", body)
    world.mara.close_windows()
    world.mara.command(DATA, "/labeljob", "create")
    assert said in faults_of(world.mara, an_order("wrong-zip", source=address))["input_uri"]


def renamed_link() -> bytes:
    """A zip that holds a link to another file."""
    info = zipfile.ZipInfo("a.jpg")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(info, b"/etc/passwd")
    return made.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"PK no zip at all", "wrong.zip is no zip, or a broken one"),
        (zipped(pictures(2))[:-60], "wrong.zip is no zip, or a broken one"),
        (zipped({"../out.jpg": b"x"}), "leads out of the zip"),
        (renamed_link(), "is a link to another file"),
        (zipped({"a.jpg": b"0" * 5_000_000}), "is over 100 times as large once unpacked"),
        (zipped({"a.txt": b"x"}), "There is nothing to label in these files. Left out: 1 of other"),
        (zipped({"a.jpg": b"<html>"}), "in these files. Left out: 1 that hold no picture."),
        (zipped({"a.jpg": b""}), "in these files. Left out: 1 empty file."),
    ],
)
def test_dishonest_zip_of_slack_is_named_on_the_review(
    world: World, body: bytes, said: str
) -> None:
    """Without this, Create would be pressed for what must be refused once the file is fetched."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, "wrong.zip", body)]
    assert not fill_files(world.mara, an_order("wrong-slack-zip"), files).get("errors")
    world.settle()
    page = world.mara.view()
    assert "*Will fail: 1*" in shown(page)
    assert said in shown(page)
    assert page.get("submit") is None
    draft_id = json.loads(page["private_metadata"])["draft"]
    draft = world.bot.jobs.preflight._records.draft(draft_id, "U0MARA")
    assert draft is not None
    assert [one.field for one in draft.found if one.kind is Kind.BLOCKS] == ["files_1"]


def test_honest_zip_of_slack_is_counted_on_the_review(world: World) -> None:
    """Without this, nobody would see before the launch how much there is to label and to pay."""
    open_for_files(world, DATA)
    inside = {**pictures(5), "notes.txt": b"x", "fake.jpg": b"<html>"}
    files = [uploaded(world, world.mara, "fine.zip", zipped(inside))]
    files += [uploaded(world, world.mara, name, body) for name, body in pictures(1).items()]
    assert not fill_files(world.mara, an_order("fine-slack-zip"), files).get("errors")
    assert "pictures not counted yet" in shown(world.mara.view())
    before = len(world.journal("files.download"))
    world.settle()
    page = shown(world.mara.view())
    assert "7 pictures found" in page
    assert "Left out: 1 of other kinds (.txt 1)." in page
    assert len(world.journal("files.download")) - before == 1, "the zip, and once"
    assert world.mara.view()["submit"]["text"] == "Create"


def test_zip_of_slack_that_is_not_fetched_in_time_is_said_as_not_known(world: World) -> None:
    """Without this, silence would be read as a zip that is fine; or its owner could not go on."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, "slow.zip", zipped(pictures(3)))]
    assert not fill_files(world.mara, an_order("slow-slack-zip"), files).get("errors")
    world.fault("files.download", "error_500", slack=True, times=1)
    world.settle()
    page = shown(world.mara.view())
    assert "checked again before launch: what is in the zip." in page
    assert "pictures not counted yet" in page
    assert "✓" in page, "all else was looked at"
    world.mend()
    assert len(manifest(world, launched(world, "slow-slack-zip"))) == 3


def test_zip_that_takes_too_long_is_left_before_its_end(world: World) -> None:
    """Without this, a gigabyte of somebody's would keep a reader of a review waiting for ever."""
    large = zipped({"a.jpg": Random(1).randbytes(1_000_000)})
    file_id = uploaded(world, world.mara, "long.zip", large)["id"]
    world.mara.ask("message", channel=DATA, text="these", file_ids=[file_id])
    left = 2

    def step() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfTime

    storing, jpeg = world.bot.jobs.launch._orders._storing, frozenset({".jpg"})
    long = Brought(name="long.zip", size=1, id=file_id)
    with pytest.raises(OutOfTime):
        storing.judged([long], Takes(jpeg, jpeg), alive=step)


def test_dishonest_zip_of_slack_is_refused_with_words(world: World) -> None:
    """Without this, what is found out only once the file is fetched would be tried for ever."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, "bad.zip", zipped({"a.jpg": b"0" * 5_000_000}))]
    assert not fill_files(world.mara, an_order("bad-zip"), files).get("errors")
    world.mara.fill()  # sooner than the review can tell
    world.settle()
    assert "Not launched" in world.card("bad-zip")["text"]
    assert any("over 100 times as large" in line for line in world.thread("bad-zip"))
    world.mara.press(world.card("bad-zip"), "job_fix")
    assert field(world.mara, "files_kept")["options"][0]["text"]["text"] == "1 file: bad.zip"


def test_file_that_went_is_named(world: World) -> None:
    """Without this, a file that its owner deletes before the launch would be tried for ever."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, name, body) for name, body in pictures(2).items()]
    assert not fill_files(world.mara, an_order("one-went"), files).get("errors")
    world.mara.fill()
    world.refuse("files.info", "file_deleted", times=1)
    world.settle()
    assert any("is not in Slack any more" in line for line in world.thread("one-went"))


def test_interrupted_storing_goes_on(world: World) -> None:
    """Without this, a network that breaks in the middle would cost everything that was stored."""
    open_for_files(world, DATA)
    files = [uploaded(world, world.mara, name, body) for name, body in pictures(4).items()]
    order = an_order("interrupted")
    assert not fill_files(world.mara, order, files).get("errors")
    world.mara.fill()
    third: dict[str, Any] = {"probability": 0.5, "seed": 0, "times": 1}  # the third one breaks
    world.fault("files.download", "error_500", slack=True, **third)
    world.settle()
    assert "next try" in world.card("interrupted")["text"]
    before = len(world.journal("files.download"))
    world.mend()
    world.let_pauses_pass()
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName="interrupted")
    assert len(manifest(world, asked)) == 4
    assert len(world.journal("files.download")) - before == 2, "two lay there already"
