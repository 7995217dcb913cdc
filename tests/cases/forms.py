"""What a case asks of the app and what it is told: the form's pages, the thread, and the awkward
things of Slack.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import Order, faults_of
from tests.stories.world import DATA, World, shown, words


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody read while asking for a job: faults by field, or the review and the job's
    thread.
    """

    refused: dict[str, str] = field(default_factory=dict)
    review: str = ""
    thread: str = ""

    @property
    def all(self) -> str:
        """Every word of it."""
        return "\n".join([*self.refused.values(), self.review, self.thread])


def faults(world: World, order: Order, channel: str = DATA) -> dict[str, str]:
    """Type /labeljob create and fill the form; the faults it comes back with, by field. Without
    any, its review is open.
    """
    world.mara.close_windows()
    said = words(world.mara.command(channel, "/labeljob", "create"))
    if said:
        raise PracticeError(f"no form opened: {said}")
    return faults_of(world.mara, order)


def ask(world: World, order: Order, channel: str = DATA) -> Told:
    """Fill the form as far as it goes, and launch."""
    if found := faults(world, order, channel):
        return Told(refused=found)
    return create(world, order, channel)


def create(world: World, order: Order, channel: str = DATA) -> Told:
    """Press Create on the review that is open, and launch."""
    review = shown(world.mara.view())
    world.mara.fill()
    after = shown(world.mara.view())
    world.mara.close_windows()
    world.settle()
    if not world.cards(order.name, channel):
        return Told(refused={"review": after}, review=review)
    return Told(review=review, thread=thread(world, order.name, channel))


def thread(world: World, name: str, channel: str = DATA) -> str:
    """What stands in a job's thread now."""
    return "\n".join(world.thread(name, channel))


def sample_picture(world: World) -> bytes:
    """The bytes of a picture that people can label."""
    return bytes(
        world.s3.get_object(Bucket=seed.RAW, Key=addresses(world)[0].split("/", 3)[3])[
            "Body"
        ].read()
    )


def addresses(world: World, manifest: str = "first-basket.manifest") -> list[str]:
    """The pictures of a sample manifest."""
    body = world.s3.get_object(Bucket=seed.RAW, Key=manifest)["Body"].read().decode()
    return [json.loads(line)["source-ref"] for line in body.splitlines()]


def manifest_of(world: World, key: str, sources: list[str]) -> str:
    """Write an input manifest of these pictures; its address."""
    return world.put(key, "".join(json.dumps({"source-ref": source}) + "\n" for source in sources))


def tasks(world: World, name: str) -> list[dict[str, Any]]:
    """The lines that AWS hands out for a job: one task each."""
    asked = world.sagemaker.describe_labeling_job(LabelingJobName=name)["InputConfig"]["DataSource"]
    return [
        json.loads(line)
        for line in text_at(world, asked["S3DataSource"]["ManifestS3Uri"]).splitlines()
        if line
    ]


def text_at(world: World, address: str) -> str:
    """An object's text."""
    bucket, key = address.removeprefix("s3://").split("/", 1)
    return str(world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())


def labeled(world: World, name: str) -> int:
    """How many objects of a job have labels, as AWS counts them."""
    return int(
        world.sagemaker.describe_labeling_job(LabelingJobName=name)["LabelCounters"]["TotalLabeled"]
    )


def says(pattern: str, text: str) -> bool:
    """Whether this stands in a text, whatever the capitals."""
    return re.search(pattern, text, re.IGNORECASE) is not None


def channel(world: World, name: str, members: list[str] | None = None) -> str:
    """A channel of a case's own, which the bot has not heard of; its id."""
    made = world.channel(name, members)
    forget(world)
    return made


def forget(world: World) -> None:
    """As if the 20 seconds were over for which the bot remembers people and channels."""
    world.bot.ground.access._known.clear()


def archive(world: World, channel: str, *, archived: bool = True) -> None:
    """Somebody archives a channel, or takes that back."""
    with world._slack_rows() as rows:
        rows.execute("UPDATE channel SET is_archived = ? WHERE id = ?", (archived, channel))
        rows.commit()
    forget(world)


def crowd(world: World, channel: str, number: int) -> None:
    """So many more people are members of a channel."""
    with world._slack_rows() as rows:
        rows.executemany(
            "INSERT INTO member(channel, person, last_read) VALUES (?, ?, '0')",
            [(channel, f"U1{one:06}") for one in range(number)],
        )
        rows.commit()


@contextmanager
def slack_refuses(world: World, method: str, code: str) -> Iterator[None]:
    """Slack answers every call of a method with this code."""
    world.refuse(method, code)
    try:
        yield
    finally:
        world.refuse(method, None)
        forget(world)


@contextmanager
def sealed(world: World, bucket: str) -> Iterator[None]:
    """A bucket is encrypted with a key that the bot's role may not use."""
    control(world.services.aws_url, "situations", {"bucket": bucket, "situation": "sealed"})
    try:
        yield
    finally:
        control(world.services.aws_url, "situations", {"bucket": bucket, "situation": None})


def control(url: str, switch: str, body: dict[str, Any]) -> None:
    """Turn a switch of a stand-in."""
    request = urllib.request.Request(
        f"{url}/_control/{switch}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()
