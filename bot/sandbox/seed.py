"""What a new practice workspace holds: three people, three channels, two work teams, two buckets with pictures and texts.

Data only, and one function that puts it into the AWS stand-in. What is there already is left as it is.
"""

import json
import mimetypes
from pathlib import Path
from typing import Any

from bot.sandbox import sample_pictures
from bot.sandbox.aws.app import Aws

PEOPLE: list[dict[str, Any]] = [
    {"id": "U0MARA", "name": "mara", "real_name": "Mara", "title": "Requester", "email": "mara@orchard.example"},
    {"id": "U0LIN", "name": "lin", "real_name": "Lin", "title": "Labeler", "email": "lin@orchard.example"},
    {"id": "U0SAM", "name": "sam", "real_name": "Sam", "title": "Manager", "email": "sam@orchard.example"},
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
AUTOMATIC_TEAM, WAITING_TEAM = "orchard-team", "berry-team"
_LIN = {"sub": "lin", "name": "Lin", "email": "lin@orchard.example"}
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
_PICTURES = {".jpg", ".jpeg", ".png"}
_CORS = {
    "CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["Access-Control-Allow-Origin"]}
    ]
}


def fill(aws: Aws, pictures: Path | None, *, portal: str) -> None:
    """Put buckets, sample objects and work teams into the AWS stand-in, unless it has them."""
    raise SystemExit
