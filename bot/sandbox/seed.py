"""What a new practice workspace holds: three people, three channels, two work teams, two buckets with samples.

Data only, and one function that puts it into the AWS stand-in. What is there already is left as it is.
"""

import json
import mimetypes
import sqlite3
from pathlib import Path
from typing import Any

from bot.sandbox import sample_pictures
from bot.sandbox.aws.app import Aws

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
        "topic": "Where the labeling team is told of work",
        "members": ["U0LIN", "U0SAM", "bot"],
    },
    {
        "id": "C0GENERAL",
        "name": "general",
        "topic": "Everybody; Labeljob is not in here",
        "members": ["U0MARA", "U0LIN", "U0SAM"],
    },
]
RAW, OUT = "orchard-raw", "orchard-out"
BUCKETS = (RAW, OUT)
LOCKED, FAR, PARTNER, SEALED = "orchard-locked", "orchard-frankfurt", "orchard-partner", "orchard-sealed"
"""Buckets in difficult situations: closed, in another region, another account's, encrypted with a key that refuses."""
FAR_REGION, PARTNER_ACCOUNT = "eu-central-1", "444455556666"
AUTOMATIC_TEAM, WAITING_TEAM = "orchard-team", "berry-team"
PERSON = "lin"  # the worker who is a person: nobody labels in her name
_LIN = {"sub": PERSON, "name": "Lin", "email": "lin@orchard.example"}
_CREW = [{"sub": f"crew-{name}", "name": name.title(), "email": f"{name}@crew.example"} for name in ("ada", "bo", "cy")]
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
SEED = 7
BASKET = 8  # pictures of the first job, which is over within a minute
_PICTURES = {".jpg", ".jpeg", ".png"}
CORS = {
    "CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["Access-Control-Allow-Origin"]}
    ]
}

_BLOSSOM_PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-image-classifier name="crowd-image-classifier" header="Choose one word for the branch"
  src="{{ task.input.taskObject | grant_read_access }}" categories="{{ task.input.labels | to_json | escape }}">
  <full-instructions header="Blossoms">Choose one word.</full-instructions>
  <short-instructions>Choose one word.</short-instructions>
</crowd-image-classifier></crowd-form>
"""


def fill(aws: Aws, own_pictures: Path | None, *, portal: str) -> None:
    """Put buckets, sample objects and work teams into the AWS stand-in, unless it has them.

    `own_pictures` is a folder of the person's own, put under `my-pictures/`. `portal` is where workers log in.
    """
    new = aws.objects.create_bucket(RAW)
    aws.objects.create_bucket(OUT)
    if new:
        with aws.store.write() as rows:
            for bucket in BUCKETS:
                rows.execute("UPDATE bucket SET cors = ? WHERE name = ?", (json.dumps(CORS), bucket))
            for team in TEAMS:
                _add_team(rows, aws, team, portal)
        picture = _samples(aws)
        for bucket in (LOCKED, FAR, PARTNER, SEALED):
            _difficult(aws, bucket, picture)
    if own_pictures is not None:
        for file in sorted(own_pictures.rglob("*")):
            if file.suffix.lower() in _PICTURES and file.is_file():
                _put(aws, f"my-pictures/{file.relative_to(own_pictures).as_posix()}", file.read_bytes())


def _samples(aws: Aws) -> bytes:
    """Fruit to sort, fruit to draw boxes round, and reviews to judge; gives one of the pictures."""
    one = b""
    boxes: list[str] = []
    basket: list[str] = []
    for picture in sample_pictures.pictures(SEED):
        one = one or picture.jpeg
        folder = "boxes" if picture.boxes and picture.name.startswith("table") else "ripeness"
        _put(aws, f"{folder}/{picture.name}", picture.jpeg)
        if folder == "boxes":
            boxes.append(json.dumps({"source-ref": f"s3://{RAW}/boxes/{picture.name}"}))
        elif len(basket) < BASKET:
            basket.append(json.dumps({"source-ref": f"s3://{RAW}/ripeness/{picture.name}"}))
    reviews = [json.dumps({"source": text}) for text, _tone in sample_pictures.texts(SEED)]
    manifests = {"boxes/boxes.manifest": boxes, "first-basket.manifest": basket, "texts/reviews.manifest": reviews}
    labels = {"document-version": "2018-11-28", "labels": [{"label": "open"}, {"label": "closed"}]}
    _put(aws, "spring/labels.json", json.dumps(labels).encode())
    _put(aws, "spring/page.liquid.html", _BLOSSOM_PAGE.encode())
    for name, lines in manifests.items():
        _put(aws, name, "".join(f"{line}\n" for line in lines).encode(), "application/x-ndjson")
    return one


def _difficult(aws: Aws, bucket: str, picture: bytes) -> None:
    """One picture and its manifest, in a bucket whose situation the stand-in knows."""
    aws.objects.create_bucket(bucket)
    aws.objects.write(bucket, "one.jpg", picture, "image/jpeg")
    line = json.dumps({"source-ref": f"s3://{bucket}/one.jpg"})
    aws.objects.write(bucket, "one.manifest", f"{line}\n".encode(), "application/x-ndjson")


def _add_team(rows: sqlite3.Connection, aws: Aws, team: dict[str, Any], portal: str) -> None:
    config, now = aws.config, aws.clock()
    arn = f"arn:aws:sagemaker:{config.region}:{config.account}:workteam/private-crowd/{team['name']}"
    values = (team["name"], arn, team["description"], portal, json.dumps(team["members"]), team["simulated"], now, now)
    rows.execute(
        "INSERT INTO workteam (name, arn, description, subdomain, members, simulated, created, updated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )


def _put(aws: Aws, key: str, body: bytes, content_type: str = "") -> None:
    kind = content_type or mimetypes.guess_type(key)[0] or "application/octet-stream"
    aws.objects.write(RAW, key, body, kind)
