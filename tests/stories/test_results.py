"""[Results]: a job that is over is counted and drawn, for whoever may see it."""

import io
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from bot.jobs.preset import ChannelDefaults
from bot.jobs.records import Job
from bot.jobs.results.wish import Wish
from bot.pictures.files import Files, NotRead
from bot.sandbox.workspace import orders, seed
from tests.stories.places import CLOSED, PARTNER, TEAM_ID
from tests.stories.world import BOT, DATA, World, an_order, buttons, words

NAME = "boxes-to-look-at"
META = {"type": "groundtruth/object-detection", "human-annotated": "yes", "job-name": NAME}


def a_line(number: int) -> dict[str, Any]:
    """Line `number` of 45: an apple in each, a pear in each third; each tenth empty, three without
    a label, one of them with a reason.
    """
    picture = f"s3://{seed.RAW}/ripeness/orchard-s7-{number % 8 + 1:03d}.jpg"
    line: dict[str, Any] = {"source-ref": picture}
    if number in {4, 5}:
        return line
    metadata: dict[str, Any] = {**META, "class-map": {"0": "apple", "1": "pear"}}
    if number == 6:
        return {**line, f"{NAME}-metadata": {**metadata, "failure-reason": "Access denied"}}
    classes: list[int] = [0] if number % 3 else [0, 1]
    if number % 10 == 0:
        classes = []
    sure = 0.4 if number == 7 else 0.9
    boxes = [
        {"class_id": each, "left": 20, "top": 20, "width": 90, "height": 90} for each in classes
    ]
    size = [{"width": 640, "height": 480, "depth": 3}]
    metadata["objects"] = [{"confidence": sure} for _ in classes]
    drawn = {"image_size": size, "annotations": boxes}
    return {**line, NAME: drawn, f"{NAME}-metadata": metadata}


MANIFEST = "".join(f"{json.dumps(a_line(number))}\n" for number in range(1, 46)) + "no line\n"


def chosen(value: str) -> dict[str, Any]:
    """A choice in a menu, as a client sends it."""
    return {"selected_option": {"value": value}}


@pytest.fixture(scope="module")
def job(one_world: World) -> Job:
    """A box job that is over, with 45 lines of every kind among its results."""
    one_world.ask(replace(orders.BOXES, name=NAME, workers=1))
    one_world.finish(NAME)
    found = one_world.bot.jobs.status.named(one_world.bot.installation.team_id, DATA, NAME)
    bucket, _, key = found.state.output_uri.removeprefix("s3://").partition("/")
    one_world.put(key, MANIFEST, bucket)
    return found


@pytest.fixture(autouse=True)
def _nothing_waits(world: World) -> Iterator[None]:
    yield
    world.let_pauses_pass()
    world.mend()
    world.settle()


def direct(world: World, person: Any = None) -> list[dict[str, Any]]:
    """What stands in somebody's (Mara's) direct messages with the app."""
    who = person or world.mara
    channel = who.ask("open_im", **{"with": BOT})["channel"]["id"]
    return list(who.messages(channel))


def picture(world: World, message: dict[str, Any]) -> Image.Image:
    """The picture of a message, as Mara's browser gets it."""
    file = message["files"][0]
    address = f"{world.services.slack_url}/files/{file['id']}/{file['name']}?user=U0MARA"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return Image.open(io.BytesIO(answer.read()))


def looked(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mara presses [Results] on the card: the message with the sheet, and that with the counts."""
    before = len(direct(world))
    world.mara.press(world.card(NAME), "job_results")
    world.settle()
    sheet, counts = direct(world)[before:]
    return sheet, counts


def test_results_are_counted_and_drawn_for_the_presser_alone(world: World, job: Job) -> None:
    """Without this, people would download a manifest and write a program to see what they paid
    for.
    """
    sheet, counts = looked(world)
    assert counts["text"] == (
        "*Results of Boxes round the fruit*\n42 of 45 pictures labeled, 3 without a label · 4 in "
        "which nothing is marked; that may be right · 1 line of the results that cannot be read\n"
        "apple 38 · pear 13\n1 to 20 of 45 pictures"
    )
    [table] = [block for block in counts["blocks"] if block["type"] == "table"]
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells == [["Label", "Pictures", "Boxes"], ["apple", "38", "38"], ["pear", "13", "13"]]
    assert picture(world, sheet).size[0] == 1_280
    assert sheet["text"] == "*Results of Boxes round the fruit*: 1 to 20 of 45 pictures"
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert alt.startswith("20 objects with their labels drawn, lines 1 to 20; 15 apple; 5 pear; ")
    assert "3 without a label" in alt
    assert "Show one large" in str(counts["blocks"])
    done = world.journal("files.completeUploadExternal")[-1]["request"]
    assert done["channel_id"].startswith("D")
    assert job.name not in str(world.mara.messages(DATA)[-1].get("files"))


def test_pages_follow_each_other(world: World, job: Job) -> None:
    """Without this, whoever has more than twenty pictures would see the first twenty."""
    assert job.ended
    _, counts = looked(world)
    assert buttons(counts)[:2] == ["Choose…", "Later"]
    for _ in range(2):
        before = len(direct(world))
        world.mara.press(counts, "results_later")
        world.settle()
        sheet, counts = direct(world)[before:]
    assert sheet["text"].endswith("41 to 45 of 45 pictures")
    assert picture(world, sheet).size[1] < 300
    assert buttons(counts)[:2] == ["Choose…", "Earlier"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"label": chosen("1")}, "1 to 13 of 13 pictures: label pear"),
        ({"which": chosen("empty")}, "1 to 4 of 4 pictures: pictures in which nothing is marked"),
        ({"which": chosen("unlabeled")}, "1 to 3 of 3 pictures: pictures without a label"),
        ({"below": {"value": "0,5"}}, "1 to 1 of 1 picture: confidence below 0.5"),
        (
            {"which": chosen("empty"), "label": chosen("0")},
            (
                "None of the pictures is one of those: pictures in which nothing is marked, label "
                "apple"
            ),
        ),
    ],
)
def test_objects_are_chosen_in_a_window(
    world: World, job: Job, typed: dict[str, Any], said: str
) -> None:
    """Without this, the few bad ones of a thousand pictures would have to be paged for."""
    assert job.ended
    _, counts = looked(world)
    world.mara.press(counts, "results_choose")
    world.mara.fill(**typed)
    world.settle()
    assert direct(world)[-1]["text"].splitlines()[-1] == said
    world.mara.close_windows()


def test_confidence_that_is_none_is_told_at_its_field(world: World, job: Job) -> None:
    """Without this, a word in the number's place would show everything, as if chosen."""
    assert job.ended
    _, counts = looked(world)
    world.mara.press(counts, "results_choose")
    wrong = world.mara.fill(below={"value": "high"})
    assert wrong["errors"] == {"below": "Write a number from 0 to 1, such as 0.7."}
    world.mara.close_windows()


def test_one_picture_is_shown_large(world: World, job: Job) -> None:
    """Without this, a small box could not be judged."""
    assert job.ended
    _, counts = looked(world)
    [menu] = [one for one in counts["blocks"][-1]["elements"] if one["type"] == "static_select"]
    before = len(direct(world))
    world.mara.press(counts, "results_large", selected_option=menu["options"][2])
    world.settle()
    [large] = direct(world)[before:]
    assert large["text"] == "*Boxes round the fruit*, line 3: orchard-s7-004.jpg"
    assert picture(world, large).size[0] >= 640
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert alt == "3 · orchard-s7-004.jpg: 1 apple, 1 pear"


def test_job_that_is_not_over_has_no_results_yet(world: World) -> None:
    """Without this, a press would be followed by silence."""
    world.ask(an_order("still-going", team=seed.WAITING_TEAM))
    assert "Results" not in buttons(world.card("still-going"))
    said = words(world.mara.command(DATA, "/labeljob", "results still-going"))
    assert said == "This job is not over yet. Its results can be looked at when it is."
    assert words(world.mara.command(DATA, "/labeljob", "results")).startswith("Name the job")


def test_whoever_left_the_channel_meanwhile_sees_nothing(world: World, job: Job) -> None:
    """Pictures may be secret: without this, a wish written down in time would show them to somebody
    who is out by now.
    """
    world.bot.jobs.results.want(job, "U0STRA", DATA, Wish())
    world.settle()
    assert not world.journal("files.getUploadURLExternal")
    assert not world.bot.jobs.results.wanted.waiting()


def test_pictures_of_places_that_are_not_open_are_grey(world: World, job: Job) -> None:
    """Without this, a manifest could show a channel the pictures of another project."""
    shut = {**a_line(1), "source-ref": "s3://somebody-else/secret.jpg"}
    gone = {**a_line(2), "source-ref": f"s3://{seed.RAW}/nothing.jpg"}
    bucket, _, key = job.state.output_uri.removeprefix("s3://").partition("/")
    world.put(key, "".join(f"{json.dumps(each)}\n" for each in (shut, gone)), bucket)
    try:
        looked(world)
    finally:
        world.put(key, MANIFEST, bucket)
    alt = world.journal("files.getUploadURLExternal")[-1]["request"]["alt_txt"]
    assert "2 that could not be drawn" in alt


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"s3://{seed.RAW}/nothing.jpg", "not there any more"),
        ("s3://somebody-else/secret.jpg", "in a place that is not open to this channel"),
        ("https://example.com/a.jpg", "its address is none of S3"),
        (f"s3://{CLOSED}/a.jpg", "the bot may not read it"),
        (f"s3://{seed.RAW}/results/empty.jpg", "an empty file"),
    ],
)
def test_file_that_is_not_read_says_why_in_a_few_words(
    world: World, address: str, why: str
) -> None:
    """Without this, a grey tile would leave whoever sees it with a guess."""
    world.put("results/empty.jpg", b"")
    files = Files(world.bot.jobs.results.storage)
    with pytest.raises(NotRead) as refused:
        files.read(address)
    assert refused.value.words == why
    late = Files(world.bot.jobs.results.storage, clock=iter((0.0, 61.0)).__next__)
    with pytest.raises(NotRead, match="not fetched within a minute"):
        late.read(address)


def test_counts_come_without_pictures_where_slack_takes_no_file(world: World, job: Job) -> None:
    """Without this, a missing scope would cost the numbers too, and nobody would learn of it."""
    assert job.ended
    world.refuse("files.getUploadURLExternal", "missing_scope", times=1)
    before = len(direct(world))
    world.mara.press(world.card(NAME), "job_results")
    world.settle()
    [counts] = direct(world)[before:]
    assert "files:write" in counts["text"]
    assert "apple 38" in counts["text"]


def test_results_that_are_gone_are_told(world: World, job: Job) -> None:
    """Without this, a deleted manifest would be silence for ever."""
    bucket, _, key = job.state.output_uri.removeprefix("s3://").partition("/")
    world.s3.delete_object(Bucket=bucket, Key=key)
    before = len(direct(world))
    try:
        world.mara.press(world.card(NAME), "job_results")
        world.settle()
    finally:
        world.put(key, MANIFEST, bucket)
    [said] = direct(world)[before:]
    assert said["text"].startswith(
        "The results of *Boxes round the fruit* could not be shown. There is nothing at s3://"
    )


def test_upload_without_an_answer_is_tried_again(world: World, job: Job) -> None:
    """Without this, one slow moment of Slack's would leave whoever asked with nothing."""
    assert job.ended
    world.refuse("files.getUploadURLExternal", "internal_error", times=1)
    before = len(direct(world))
    world.mara.press(world.card(NAME), "job_results")
    world.settle()
    assert len(direct(world)) == before
    world.let_pauses_pass()
    world.settle()
    sheet, _ = direct(world)[before:]
    assert sheet["files"]


def in_thread(world: World, name: str, channel: str) -> list[dict[str, Any]]:
    """What stands in a job's thread with a file or a table."""
    root = world.card(name, channel)
    said = world.mara.thread(channel, root["ts"])
    return [each for each in said if each.get("files") or "Results of" in each["text"]]


def test_channel_that_wants_it_sees_results_in_the_thread(world: World) -> None:
    """Without this, a team that labels together would send each other screenshots."""
    channel = world.channel("together")
    world.sam.command(channel, "/labeljob", "defaults")
    ticked = {"selected_options": [{"value": "yes"}]}
    assert not world.sam.fill(results_in_thread=ticked).get("errors")
    world.ask(an_order("shown-to-all"), channel)
    world.finish("shown-to-all")
    world.let_pauses_pass()
    world.settle()
    sheet, counts = in_thread(world, "shown-to-all", channel)
    assert sheet["files"]
    assert "1 to 8 of 8 pictures" in counts["text"]
    before = len(direct(world))
    world.mara.press(world.card("shown-to-all", channel), "job_results")
    world.settle()
    assert len(in_thread(world, "shown-to-all", channel)) == 4
    world.mara.press(counts, "results_choose")
    world.mara.fill(label=chosen("1"))
    world.settle()
    assert len(direct(world)) == before + 2, "what one person chooses is theirs alone"
    assert len(in_thread(world, "shown-to-all", channel)) == 4
    world.mara.close_windows()


def test_results_stay_out_of_channels_of_other_companies(world: World) -> None:
    """A file that was shared is not unshared: without this, pictures would lie with strangers for
    ever.
    """
    channel = world.channel("with-others")
    share(world, channel)
    world.sam.command(channel, "/labeljob", "defaults")
    refused = world.sam.fill(results_in_thread={"selected_options": [{"value": "yes"}]})
    assert "shared with another company" in refused["errors"]["results_in_thread"]
    world.sam.close_windows()
    known = world.bot.jobs.begin.presets
    team = world.bot.installation.team_id
    known.set_defaults(team, channel, ChannelDefaults(results_in_thread=True), "U0SAM")
    world.ask(an_order("with-others"), channel)
    world.finish("with-others")
    world.let_pauses_pass()
    world.settle()
    assert not in_thread(world, "with-others", channel)


def share(world: World, channel: str) -> None:
    """Another company is in the channel too."""
    with world._slack_rows() as rows:
        teams = json.dumps([TEAM_ID, PARTNER])
        words = "INSERT INTO shared_channel(channel, host, teams) VALUES (?, ?, ?)"
        rows.execute(words, (channel, PARTNER, teams))
        rows.commit()
