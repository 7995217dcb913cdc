"""What a new practice workspace holds: three people, three channels, two work teams, two buckets
with samples.

Data, and the functions that put it into the AWS stand-in. What is there already is left as it is.
"""

import json
import mimetypes
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.aws.sagemaker.pool_groups import fill_group
from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import own_pictures

# read when there is something to fill; the bot is started with the names above before that
if TYPE_CHECKING:
    from bot.sandbox.aws.app import Aws
    from bot.sandbox.workspace.sample_pictures import SamplePicture

PEOPLE: list[dict[str, Any]] = [
    {
        "id": "U0MARA",
        "name": "mara",
        "real_name": "Mara",
        "display_name": "Mara",
        "title": "Requester",
        "email": "mara@orchard.example",
    },
    {
        "id": "U0LIN",
        "name": "lin",
        "real_name": "Lin",
        "display_name": "Lin",
        "title": "Labeler",
        "email": "lin@orchard.example",
    },
    {
        "id": "U0SAM",
        "name": "sam",
        "real_name": "Sam",
        "display_name": "Sam",
        "title": "Manager",
        "email": "sam@orchard.example",
    },
]
CHANNELS: list[dict[str, Any]] = [
    {
        "id": "C0DATA",
        "name": "orchard-data",
        "topic": "A project: labeling jobs and datasets of the orchard",
        "members": ["U0MARA", "U0SAM", "bot"],
    },
    {
        "id": "C0LABEL",
        "name": "orchard-labelers",
        "topic": "Where the labeling team's work is announced",
        "members": ["U0LIN", "U0SAM", "bot"],
    },
    {
        "id": "C0GENERAL",
        "name": "general",
        "topic": "Everybody; Labeljob is not in here",
        "members": ["U0MARA", "U0LIN", "U0SAM"],
    },
]


@dataclass(frozen=True, slots=True)
class Company:
    """Who is at Slack: people, the channels they talk in, and their user groups, as the stand-in
    takes them.
    """

    people: Sequence[dict[str, Any]]
    channels: Sequence[dict[str, Any]]
    usergroups: Sequence[dict[str, Any]] = ()


COMPANY = Company(PEOPLE, CHANNELS)
RAW, OUT = "orchard-raw", "orchard-out"
BUCKETS = (RAW, OUT)
LOCKED, FAR, PARTNER, SEALED = (
    "orchard-locked",
    "orchard-frankfurt",
    "orchard-partner",
    "orchard-sealed",
)
DIFFICULT = (LOCKED, FAR, PARTNER, SEALED)
"""Buckets in difficult situations: closed, in another region, another account's, encrypted with a
key that refuses.
"""
FAR_REGION, PARTNER_ACCOUNT = "eu-central-1", "444455556666"
AUTOMATIC_TEAM, WAITING_TEAM = "orchard-team", "berry-team"
PERSON = "lin"  # the worker who is a person: nobody labels in her name
_LIN = {"sub": PERSON, "name": "Lin", "email": "lin@orchard.example"}
_CREW = [
    {"sub": f"crew-{name}", "name": name.title(), "email": f"{name}@crew.example"}
    for name in ("ada", "bo", "cy")
]
TEAMS: list[dict[str, Any]] = [
    {
        "name": AUTOMATIC_TEAM,
        "description": "Works by itself (simulated); Lin may help",
        "members": [*_CREW, _LIN],
        "simulated": True,
    },
    {
        "name": WAITING_TEAM,
        "description": "Waits for a person: become Lin and open the portal",
        "members": [_LIN],
        "simulated": False,
    },
]
VENDOR = ("Harvest Hands", "Harvest Co", "They label fruit; simulated, as all of a vendor's")
TOPIC = "to-label"  # brings a streaming job its objects; S3 may publish to it
SEED = 7
BASKET = 8  # pictures of the first job, which is over within a minute
HARVEST = "harvest/"
HARVEST_SEEDS = (7, 8, 9, 10, 11)
"""200 pictures: enough to watch for a quarter of an hour at the pace of the practice workspace."""
CORS = {
    "CORSRules": [
        {
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["*"],
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
}

_BLOSSOM_PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-image-classifier name="crowd-image-classifier" header="Choose one word for the
  branch"
  src="{{ task.input.taskObject | grant_read_access }}" categories="{{ task.input.labels | to_json
    | escape }}">
  <full-instructions header="Blossoms">Choose one word.</full-instructions>
  <short-instructions>Choose one word.</short-instructions>
</crowd-image-classifier></crowd-form>
"""


def furnish(aws: "Aws", *, portal: str) -> None:
    """All but the pictures, which take a while. `portal` is where workers log in."""
    if not aws.objects.create_bucket(RAW):
        return
    aws.objects.create_bucket(OUT)
    with aws.store.write() as rows:
        for bucket in BUCKETS:
            rows.execute("UPDATE bucket SET cors = ? WHERE name = ?", (json.dumps(CORS), bucket))
        for team in TEAMS:
            _add_team(rows, aws, team, portal)
    _add_topic(aws)
    names = [_key(scene) for scene in sample_truth.scenes(SEED)]
    lines = [json.dumps({"source-ref": f"s3://{RAW}/{name}"}) for name in names]
    reviews = [json.dumps({"source": text}) for text, _tone in sample_truth.texts(SEED)]
    manifests = {
        "boxes/boxes.manifest": [
            line for line, name in zip(lines, names, strict=True) if name.startswith("boxes/")
        ],
        "first-basket.manifest": lines[:BASKET],
        "texts/reviews.manifest": reviews,
    }
    labels = {"document-version": "2018-11-28", "labels": [{"label": "open"}, {"label": "closed"}]}
    _put(aws, "spring/labels.json", json.dumps(labels).encode())
    _put(aws, "spring/page.liquid.html", _BLOSSOM_PAGE.encode())
    for name, content in manifests.items():
        _put(aws, name, "".join(f"{line}\n" for line in content).encode(), "application/x-ndjson")
    for bucket in DIFFICULT:
        aws.objects.create_bucket(bucket)
        line = json.dumps({"source-ref": f"s3://{bucket}/one.jpg"})
        aws.objects.write(bucket, "one.manifest", f"{line}\n".encode(), "application/x-ndjson")


def draw(aws: "Aws") -> None:
    """Fruit to sort and fruit to draw boxes round, frames, clips and point clouds, once.

    A start that was cut short is made up for by the next one; what somebody deleted later stays
    away.
    """
    drawn = aws.config.folder / "pictures-drawn"
    if not drawn.exists():
        for scene, picture in zip(sample_truth.scenes(SEED), _pictures(), strict=True):
            _put(aws, _key(scene), picture.jpeg)
        for bucket in DIFFICULT:
            aws.objects.write(bucket, "one.jpg", _pictures()[0].jpeg, "image/jpeg")
        drawn.touch()
    scenes = aws.config.folder / "scenes-drawn"
    if not scenes.exists():
        for key, content in _scenes():
            _put(aws, key, content)
        scenes.touch()


def bring(aws: "Aws", folder: Path) -> str:
    """Put somebody's own pictures into the practice bucket, at every start; where they lie, and
    what was left out.
    """
    found = own_pictures.look(folder)
    for key, body in found.bodies():
        _put(aws, key, body)
    return found.words(RAW)


def draw_harvest(aws: "Aws") -> None:
    """Fruit to sort for the first minute's job that moves, once; seconds of painting."""
    drawn = aws.config.folder / "harvest-drawn"
    if drawn.exists():
        return
    from bot.sandbox.workspace import sample_pictures  # noqa: PLC0415 - as below

    for picture in sample_pictures.paint(harvest()):
        _put(aws, HARVEST + picture.name, picture.jpeg)
    drawn.touch()


def harvest() -> list[sample_truth.Scene]:
    """What the pictures of the harvest show."""
    return [
        scene
        for number in HARVEST_SEEDS
        for scene in sample_truth.scenes(number)
        if _key(scene).startswith("ripeness/")
    ]


def _key(scene: sample_truth.Scene) -> str:
    """Where a sample picture lies."""
    return f"{'boxes' if scene.name.startswith('table') else 'ripeness'}/{scene.name}"


@cache
def _pictures() -> "tuple[SamplePicture, ...]":
    """The sample pictures, painted once however many workspaces a process opens."""
    from bot.sandbox.workspace import sample_pictures  # noqa: PLC0415 - an old workspace has them and paints none

    return tuple(sample_pictures.pictures(SEED))


@cache
def _scenes() -> tuple[tuple[str, bytes], ...]:
    """The sample frames, clips and point clouds with the files that list them, made once."""
    from bot.sandbox.workspace import sample_scenes  # noqa: PLC0415 - as above

    return tuple(sample_scenes.files(RAW, SEED))


def _add_team(rows: sqlite3.Connection, aws: "Aws", team: dict[str, Any], portal: str) -> None:
    config, now = aws.config, aws.clock()
    arn = (
        f"arn:aws:sagemaker:{config.region}:{config.account}:workteam/private-crowd/{team['name']}"
    )
    values = (
        team["name"],
        arn,
        team["description"],
        portal,
        json.dumps(team["members"]),
        team["simulated"],
        now,
        now,
    )
    fill_group(rows, team["name"], team["members"], now)
    rows.execute(
        "INSERT INTO workteam (name, arn, description, subdomain, members, simulated, created, "
        "updated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )


def _add_topic(aws: "Aws") -> None:
    """A topic that S3 may publish to, as a folder that feeds a job needs one."""
    arn = f"arn:aws:sns:{aws.config.region}:{aws.config.account}:{TOPIC}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.topics.create(arn, {"Policy": policy}, [])


def _put(aws: "Aws", key: str, body: bytes, content_type: str = "") -> None:
    kind = content_type or mimetypes.guess_type(key)[0] or "application/octet-stream"
    aws.objects.write(RAW, key, body, kind)
