"""Cases that were mended: nobody is locked out, boxes keep their places, and a clock may be
wrong.
"""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.base.db import Database
from bot.delivery.rate_budget import RateBudget
from bot.runtime.doctor import report
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person, PracticeError
from bot.work.leases import Leases
from tests.cases import forms
from tests.cases.forms import says
from tests.stories.world import WAITING, World, an_order, words


def answer(person: Person, channel: str, text: str, command: str = "/labeljob") -> str:
    """What the app answers; "a window" when one opens, and what Slack says when nothing came within
    3 s.
    """
    person.close_windows()
    try:
        said = words(person.command(channel, command, text))
    except PracticeError as silence:
        return str(silence)
    if said:
        return said
    return "a window" if person.ask_for("views")["view_stack"] else ""


@pytest.fixture
def without_groups(world: World) -> Iterator[World]:
    """The workspace's plan lost its user groups, and one is named in LABELJOB_MANAGERS."""
    forms.forget(world)
    with forms.slack_refuses(world, "usergroups.users.list", "plan_upgrade_required"):
        yield world


@pytest.mark.case("usergroup-plan")
@pytest.mark.parametrize("who", ["mara", "ana", "sam"])
def test_group_that_the_plan_has_no_more_keeps_nobody_out(without_groups: World, who: str) -> None:
    """Without this, one entry of a setting would refuse every command of everybody, with “please
    try again”.
    """
    person = getattr(without_groups, who)
    channel = forms.channel(without_groups, f"own-plan-{who}")
    assert answer(person, channel, "create") == "a window"
    assert answer(person, channel, "status").startswith("Nothing is running in this channel.")


@pytest.mark.case("usergroup-plan")
def test_manager_who_is_named_stays_one_when_the_group_is_gone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, nobody could stop a job that costs money, and no log would say which entry is
    wrong.
    """
    channel = forms.channel(world, "own-plan-stop")
    world.ask(an_order("plan-stop", team=WAITING), channel)
    forms.forget(world)
    with (
        forms.slack_refuses(world, "usergroups.users.list", "plan_upgrade_required"),
        caplog.at_level(logging.WARNING),
    ):
        assert answer(world.sam, channel, "stop plan-stop") == "a window"
        assert says(r"cannot stop this job.*Sam can", answer(world.ana, channel, "stop plan-stop"))
    assert "S0LEADS" in caplog.text


@pytest.mark.case("usergroup-plan")
def test_doctor_names_the_group_that_slack_does_not_tell(
    without_groups: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without this, an administrator would read a code of Slack's and not which entry to take
    out.
    """
    services = without_groups.services
    settings = {
        "SLACK_BOT_TOKEN": services.keys.bot_token,
        "SLACK_APP_TOKEN": services.keys.app_token,
        "LABELJOB_SLACK_API_URL": f"{services.slack_url}/api/",
        "AWS_ENDPOINT_URL": services.aws_url,
        "AWS_ACCESS_KEY_ID": services.keys.access_key,
        "AWS_SECRET_ACCESS_KEY": services.keys.secret_key,
        "LABELJOB_MANAGERS": "U0SAM,S0LEADS",
        "LABELJOB_DATABASE_URL": without_groups.bot.settings.database_url,
    }
    file = tmp_path / "settings.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    report.run(str(file), as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    told = [
        row for name, row in rows.items() if name.startswith("managers") and row["verdict"] != "ok"
    ]
    assert told
    assert all("S0LEADS" in row["found"] and "U0SAM" not in row["found"] for row in told)


@pytest.mark.case("grid-home-workspace")
@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("create", "a window"),
        ("status", "Nothing is running in"),
        ("list", "This channel has no labeling jobs"),
    ],
)
def test_colleague_whose_home_is_another_workspace_is_a_member(
    world: World, text: str, right: str
) -> None:
    """Without this, whoever joined the company in another workspace of it would be called somebody
    else's.
    """
    channel = forms.channel(world, f"own-grid-{text}", ["U0GRID", "bot"])
    grit = Person(world.services.slack_url, "U0GRID")
    assert answer(grit, channel, text).startswith(right)


@pytest.mark.case("big-channel")
def test_channel_of_thousands_is_answered_in_time(world: World) -> None:
    """Without this, the larger a channel, the fewer of its members could use the app: Slack waits 3
    seconds.
    """
    channel = forms.channel(world, "own-crowd")
    forms.crowd(world, channel, 12_000)
    for method in ("conversations.members", "users.conversations"):
        world.fault(method, "delay", slack=True, seconds=0.5)
    told = []
    for text in ("status", "create", "status"):
        forms.forget(world)
        told.append(answer(world.mara, channel, text))
    world.mend()
    assert not [said for said in told if "operation_timeout" in said]
    assert says("nothing is running", told[-1]), "a member gets in"


@pytest.mark.case("dm-invite")
@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/labeljob", "create"),
        ("/labeljob", "status"),
        ("/dataset", "create"),
        ("/labelteam", "list"),
    ],
)
def test_direct_message_is_told_to_use_a_channel(world: World, command: str, text: str) -> None:
    """Without this, people would invite the app where Slack lets nobody invite it."""
    between_two = world.mara.ask("open_im", **{"with": world.sam.user})["channel"]["id"]
    said = answer(world.mara, between_two, text, command)
    assert says(r"direct message|\bDM\b", said)
    assert says("channel", said)
    assert "/invite @labeljob here" not in said


def fish(
    source: str, boxes: list[tuple[float, float, float, float]], width: float, height: float
) -> str:
    """A line of an output manifest with boxes (left, top, width, height)."""
    return json.dumps(
        {
            "source-ref": source,
            "fish": {
                "image_size": [{"width": width, "height": height, "depth": 3}],
                "annotations": [
                    {"class_id": 0, "left": left, "top": top, "width": wide, "height": high}
                    for left, top, wide, high in boxes
                ],
            },
            "fish-metadata": {
                "objects": [{"confidence": 0.27}] * len(boxes),
                "class-map": {"0": "fish"},
                "type": "groundtruth/object-detection",
                "human-annotated": "yes",
                "creation-date": "2026-07-01T05:40:28.278830",
                "job-name": "labeling-job/fish",
            },
        }
    )


def imported(
    world: World,
    name: str,
    boxes: list[tuple[float, float, float, float]],
    size: tuple[float, float],
) -> str:
    """Ten pictures with these boxes, imported from a manifest of somebody else's job; what the
    thread says.
    """
    channel = forms.channel(world, f"own-{name}")
    lines = [
        fish(source, boxes, *size) for source in forms.addresses(world, "boxes/boxes.manifest")[:10]
    ]
    address = world.put(f"theirs/{name}/output.manifest", "\n".join(lines) + "\n", seed.OUT)
    world.mara.close_windows()
    world.mara.command(channel, "/dataset", "create")
    world.mara.fill(project={"value": name}, manifest_uri={"value": address})
    world.settle()
    world.pass_time(4)
    world.let_pauses_pass()  # a busy machine may not have heard that its first message was taken
    world.settle()
    root = next(
        each for each in world.mara.messages(channel) if each["text"].startswith(f"Dataset {name}:")
    )
    return "\n".join(message["text"] for message in world.mara.thread(channel, root["ts"]))


def entries(world: World, name: str) -> list[dict[str, Any]]:
    """The lines of a training set as Rekognition has them."""
    (project,) = world.rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    arn = next(each["DatasetArn"] for each in project["Datasets"] if each["DatasetType"] == "TRAIN")
    return [
        json.loads(line)
        for line in world.rekognition.list_dataset_entries(DatasetArn=arn)["DatasetEntries"]
    ]


@pytest.mark.case("half-pixel-boxes")
@pytest.mark.parametrize(
    ("name", "boxes", "size"),
    [
        ("fish-half", [(10.5, 20, 50, 40.5), (100, 60.5, 30, 30)], (320, 240)),
        ("fish-dotzero", [(10.0, 20.0, 50.0, 40.0)], (320.0, 240.0)),
        ("fish-whole", [(10, 20, 50, 40), (100, 60, 30, 30)], (320, 240)),
    ],
)
def test_boxes_between_pixels_are_imported(
    world: World,
    name: str,
    boxes: list[tuple[float, float, float, float]],
    size: tuple[float, float],
) -> None:
    """Without this, what several people drew would be refused as a whole, with “Draw them
    again”.
    """
    said = imported(world, name, boxes, size)
    assert "10 of 10 lines arrived" in said
    assert f"fish 10 ({10 * len(boxes)} boxes)" in said
    assert says("round|whole (number|pixel)", said) or name != "fish-half", (
        "what was changed is said"
    )
    for entry in entries(world, name):
        (drawn,) = (
            value for value in entry.values() if isinstance(value, dict) and "annotations" in value
        )
        for box, (left, top, width, height) in zip(drawn["annotations"], boxes, strict=True):
            found = [box["left"], box["top"], box["width"], box["height"]]
            assert all(isinstance(value, int) for value in found)
            assert all(
                abs(a - b) <= 1 for a, b in zip(found, (left, top, width, height), strict=True)
            )


@pytest.mark.case("clock-back")
def test_rounds_go_on_when_the_machine_s_clock_is_set_back() -> None:
    """Without this, a worker would do nothing for as long as a wrong clock had been ahead, and look
    healthy.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "tests.cases.clock_set_back"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before, after = re.findall(r"\d+", ran.stdout)
    assert (before, after) == ("3", "3")


@pytest.mark.case("clock-back")
def test_posts_are_granted_when_the_database_s_clock_is_set_back(db: Database) -> None:
    """Without this, nothing would be said in a channel for as long as the clock was set back."""
    budget = RateBudget(db)
    assert [budget.take("T", "chat.postMessage", "C") for _ in range(3)] == [0.0, 0.0, 0.0], (
        "the burst"
    )
    db.execute(
        "UPDATE budget SET refilled_at = refilled_at + 3600", {}
    )  # as the clock sees it: an hour ahead
    budget.take("T", "chat.postMessage", "C")
    db.execute("UPDATE budget SET refilled_at = refilled_at - 60", {})  # a minute passes
    assert budget.take("T", "chat.postMessage", "C") == 0.0


@pytest.mark.case("clock-back")
def test_lease_of_a_dead_worker_ends_when_the_database_s_clock_is_set_back(db: Database) -> None:
    """Without this, nobody would watch any job for as long as the clock was set back."""
    assert Leases(db, "dead").take("watch", 60.0) is not None  # and it is killed
    db.execute("UPDATE lease SET until = until + 3600", {})
    taken = Leases(db, "other").take("watch", 60.0)
    if taken is None:
        db.execute("UPDATE lease SET until = until - 61", {})  # a minute passes
        taken = Leases(db, "other").take("watch", 60.0)
    assert taken is not None
