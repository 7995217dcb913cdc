"""Words that send people to the wrong place: to an administrator, to a right they have, to a name
that is right.
"""

import logging
import re
from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.cases.forms import says
from tests.stories.test_managers import at_aws, say
from tests.stories.world import DATA, WAITING, World, an_order, shown, words

SINGLE_QUOTES = "\u2018ripe-july\u2019"  # as a telephone puts them round a word


@pytest.fixture(scope="module")
def waiting_job(one_world: World) -> str:
    """A job that nobody works at."""
    return one_world.ask(an_order("ripe-july", team=WAITING))


@pytest.mark.case("expired-trigger")
@pytest.mark.parametrize(
    ("command", "text"),
    [("/labeljob", "create"), ("/labeljob", "stop ripe-july"), ("/dataset", "create")],
)
def test_window_that_came_too_late_is_asked_for_again(
    world: World, waiting_job: str, caplog: pytest.LogCaptureFixture, command: str, text: str
) -> None:
    """Without this, a slow second in the network would send people to their administrator with a
    number.
    """
    with (
        forms.slack_refuses(world, "views.open", "expired_trigger_id"),
        caplog.at_level(logging.ERROR),
    ):
        said = words(world.mara.command(DATA, command, text))
    assert waiting_job in world.aws_jobs(waiting_job)
    assert_asks_again(said, caplog)


@pytest.mark.case("expired-trigger")
def test_window_of_a_button_that_came_too_late_is_asked_for_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, a press of [Stop…] in a slow second would be answered with a number for the
    administrator.
    """
    channel = forms.channel(world, "own-late-press")
    world.ask(an_order("late-press", team=WAITING), channel)
    with (
        forms.slack_refuses(world, "views.open", "expired_trigger_id"),
        caplog.at_level(logging.ERROR),
    ):
        world.mara.press(world.card("late-press", channel), "job_stop")
    told = world.mara.ask_for("history", channel=channel)["ephemerals"]
    assert_asks_again("\n".join(each["text"] for each in told), caplog)


def assert_asks_again(said: str, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody is asked to do it again because Slack waits 3 seconds only, and no log calls that an
    error.
    """
    assert says("3 s|three seconds|too (slow|late)|in time", said), said
    assert says("again|once more", said)
    assert not says("administrator|our side", said)
    assert [
        record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR
    ] == []


@pytest.mark.case("kms-words")
@pytest.mark.parametrize(
    ("name", "bucket", "right"),
    [("sealed-data", seed.RAW, "kms:Decrypt"), ("sealed-results", seed.OUT, "kms:GenerateDataKey")],
)
def test_key_that_the_bot_may_not_use_is_named_with_the_missing_right(
    world: World, name: str, bucket: str, right: str
) -> None:
    """Without this, an administrator would be asked for s3:GetObject, which the role has."""
    with forms.sealed(world, bucket):
        told = forms.ask(world, an_order(name))
    assert right in told.all
    assert "orchard-key" in told.all


@pytest.mark.case("follow-arn")
@pytest.mark.parametrize("form", ["arn", "link"])
def test_what_is_in_the_clipboard_is_followed(world: World, form: str) -> None:
    """Without this, people would have to cut a name out of what the console gives them to copy."""
    channel = forms.channel(world, f"own-clipboard-{form}")
    name = at_aws(world, f"theirs-by-{form}")
    copied = {
        "arn": world.sagemaker.describe_labeling_job(LabelingJobName=name)["LabelingJobArn"],
        "link": "https://us-east-1.console.aws.amazon.com/sagemaker/groundtruth?region=us-east-1"
        f"#/labeling-jobs/details/{name}",
    }
    said = words(world.mara.command(channel, "/labeljob", f"follow {copied[form]}"))
    world.settle()
    assert len(world.cards(name, channel)) == 1, said


@pytest.mark.case("follow-arn")
@pytest.mark.parametrize("typed", ["theirs july", "theirs_july"])
def test_name_that_no_job_can_have_is_answered_in_words(world: World, typed: str) -> None:
    """Without this, people would read AWS's regular expression for a blank."""
    said = words(world.mara.command(DATA, "/labeljob", f"follow {typed}"))
    assert not says("validation error|regular expression|AWS says", said)
    assert says("blank|space|underscore|“_”|letters|hyphen|no labeling job", said)


@pytest.mark.case("follow-arn")
@pytest.mark.parametrize(
    ("account", "region", "named"),
    [("123456789012", "eu-west-1", "eu-west-1"), ("999999999999", "us-east-1", "999999999999")],
)
def test_job_of_another_account_or_region_is_not_taken_for_ours(
    world: World, account: str, region: str, named: str
) -> None:
    """Without this, the job that happens to have the same name here would be followed in its
    place.
    """
    name = at_aws(world, f"same-name-{named[0]}")
    ours = world.sagemaker.describe_labeling_job(LabelingJobName=name)["LabelingJobArn"]
    _, _, _, own_region, own_account, resource = ours.split(":", 5)
    assert own_region == "us-east-1"
    account = own_account if account.startswith("1") else account
    arn = f"arn:aws:sagemaker:{region}:{account}:{resource}"
    said = words(world.mara.command(DATA, "/labeljob", f"follow {arn}"))
    assert f"This job is in {named}." in said
    world.settle()
    assert world.cards(name, DATA) == []


@pytest.mark.case("quoted-names")
@pytest.mark.parametrize(
    "typed",
    [
        "“ripe-july”",
        "RIPE-JULY",
        SINGLE_QUOTES,
        "'ripe-july'",
        "`ripe-july`",
        "*ripe-july*",
        "«ripe-july»",
        "ripe-july.",
    ],
)
def test_name_in_quotes_is_found(world: World, waiting_job: str, typed: str) -> None:
    """Without this, a name pasted from a card or a sentence would be no job of the channel."""
    said = words(world.mara.command(DATA, "/labeljob", f"status {typed}"))
    assert said.startswith(f"Ripe or not ({waiting_job})"), said


@pytest.mark.case("quoted-names")
@pytest.mark.parametrize("typed", ["“Ripe or not (ripe-july)”", "*ripe or not (ripe-july)*."])
def test_title_in_quotes_is_found(world: World, waiting_job: str, typed: str) -> None:
    """Without this, what a card shows in large letters would be no job of its channel."""
    said = words(world.mara.command(DATA, "/labeljob", f"status {typed}"))
    assert said.startswith(f"Ripe or not ({waiting_job})"), said


@pytest.mark.case("quoted-names")
def test_title_that_several_jobs_have_is_asked_for_by_name(world: World) -> None:
    """Without this, the bot would say that there is no such job, or stop the wrong one."""
    channel = forms.channel(world, "own-same-title")
    for name in ("same-one", "same-two"):
        world.ask(an_order(name, title="Same title", team=WAITING), channel)
    said = words(world.mara.command(channel, "/labeljob", "stop “Same title”"))
    assert said.startswith("2 jobs are called “Same title”. Name one: same-")


@pytest.mark.case("quoted-names")
def test_name_in_a_code_span_of_a_mention_is_found(world: World, waiting_job: str) -> None:
    """Without this, the way in which people write names in Slack would be the one that is not
    understood.
    """
    (answer,) = say(world, DATA, f"@labeljob status `{waiting_job}`")
    assert answer["text"].startswith(f"Ripe or not ({waiting_job})"), answer["text"]


@dataclass(frozen=True, slots=True)
class Whom:
    """Instructions that name a person, a channel and a group, as they are read in three places."""

    review: str
    page: str
    window: str


def _mention(kind: str, **what: str) -> dict[str, Any]:
    return {"type": kind, **what}


@pytest.fixture(scope="module")
def whom(one_world: World) -> Whom:
    """Typed with Slack's own @ and #."""
    world, order = one_world, an_order("who-to-ask", team=WAITING)
    typed = [
        _mention("text", text="When unsure ask "),
        _mention("user", user_id="U0SAM"),
        _mention("text", text=" or write in "),
        _mention("channel", channel_id="C0LABEL"),
        _mention("text", text="; "),
        _mention("usergroup", usergroup_id="S0LEADS"),
        _mention("text", text=" decide."),
    ]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": typed}]}
    forms.faults(world, order)
    world.mara.press_in_view("job_form_back")
    world.mara.fill(
        short_instructions={"rich_text_value": rich},
        labels={"value": "ripe\nunripe"},
        workteam_arn={"selected_option": world.mara.choose("workteam_arn", order.team)},
    )
    review = forms.create(world, order).review
    job = world.sagemaker.describe_labeling_job(LabelingJobName=order.name)
    page = forms.text_at(world, job["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"])
    world.mara.press(world.card(order.name), "job_instructions")
    window = shown(world.mara.view())
    world.mara.close_windows()
    return Whom(
        review=next(line for line in review.splitlines() if line.startswith("*Short")),
        page=page[page.index("<short-instructions>") : page.index("</short-instructions>")],
        window=window,
    )


@pytest.mark.case("mentions-in-instructions")
@pytest.mark.parametrize("place", ["review", "page", "window"])
def test_instructions_name_whom_to_ask(whom: Whom, place: str) -> None:
    """Without this, workers would be told to ask “@someone” or to write in “#a channel”."""
    said = getattr(whom, place)
    if place != "page":  # Slack itself shows a mention by its name
        said = re.sub("<@U0SAM[^>]*>", "@Sam", said)
        said = re.sub("<#C0LABEL[^>]*>", "#orchard-labelers", said)
        said = re.sub("<!subteam\\^S0LEADS[^>]*>", "@leads", said)
    assert all(name in said for name in ("@Sam", "#orchard-labelers", "@leads")), said
