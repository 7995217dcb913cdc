"""What nobody is told, and what is told and is not so."""

from collections.abc import Callable

import pytest

from bot.base.aws import Aws
from bot.base.errors import Refusal
from bot.base.s3_uri import Allowed, S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from tests.cases import forms
from tests.cases.far_away import BUCKET, far_away
from tests.stories.world import World, an_order, buttons


def archived(world: World, channel: str) -> None:
    forms.archive(world, channel)


def unarchived(world: World, channel: str) -> None:
    forms.archive(world, channel, archived=False)


LEAVE = {
    "archived": (archived, unarchived),
    "taken-out": (World.remove_bot, World.invite_bot),
}


def ended_out_of_sight(world: World, name: str, how: str) -> str:
    """A job whose channel the bot cannot write to while it ends; the channel."""
    channel = forms.channel(world, f"own-{name}")
    world.ask(an_order(name), channel)
    LEAVE[how][0](world, channel)
    world.finish(name)
    assert world.aws_status(name) == "Completed"
    return channel


@pytest.mark.case("archived-end")
@pytest.mark.parametrize("how", LEAVE)
def test_asker_is_told_alone_how_the_job_ended(world: World, how: str) -> None:
    """Without this, the last that the asker hears of a finished job is that it goes on."""
    name = f"unseen-{how}"
    ended_out_of_sight(world, name, how)
    assert "Completed" in "\n".join(
        text for text in world.direct_messages(world.mara) if name in text
    )


@pytest.mark.case("archived-end")
@pytest.mark.parametrize("how", LEAVE)
def test_channel_that_can_be_written_to_again_is_told_the_end(world: World, how: str) -> None:
    """Without this, a card would say “Getting ready” with [Stop…] for ever, for a job that is
    over.
    """
    name = f"late-{how}"
    channel = ended_out_of_sight(world, name, how)
    LEAVE[how][1](world, channel)
    for _ in range(3):
        world.pass_time(30)
        world.settle()
    world.mara.command(channel, "/labeljob", f"status {name}")
    world.settle()
    card, *lines = world.thread(name, channel)
    assert "Completed" in card
    assert "Stop…" not in buttons(world.card(name, channel))
    assert any("Completed" in line for line in lines)


REQUESTS: dict[str, Callable[[Storage], object]] = {
    "results folder": lambda storage: storage.probe(S3Uri.parse(f"s3://{BUCKET}/out/")),
    "size": lambda storage: storage.size(S3Uri.parse(f"s3://{BUCKET}/a.manifest")),
    "manifest": lambda storage: b"".join(storage.chunks(S3Uri.parse(f"s3://{BUCKET}/a.manifest"))),
}


@pytest.mark.case("region-redirect")
@pytest.mark.parametrize("request_of", REQUESTS)
def test_bucket_of_another_region_is_refused_though_the_client_finds_it(request_of: str) -> None:
    """Without this, a form would take data that Ground Truth cannot read from its Region, and the
    job would fail.
    """
    allowed = Allowed((BUCKET,))
    with far_away() as url:
        settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-test",
            aws_endpoint_url=url,
            aws_region="us-east-1",
            aws_access_key_id="AKIAPRACTICE00000001",
            aws_secret_access_key="practice-secret",
            buckets=(BUCKET,),
        )
        said = ""
        try:
            REQUESTS[request_of](Storage.for_form(Aws(settings), allowed))
        except Refusal as refusal:
            said = str(refusal)
    assert BUCKET in said
    assert "another Region" in said
