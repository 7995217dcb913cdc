"""Windows that do not open: why, what was done, and what to do now, told to whoever waits."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.sandbox.workspace.person import Person
from tests.stories.test_create import pick
from tests.stories.test_home import home
from tests.stories.world import WAITING, World, an_order, shown, words

TOO_LATE = (
    "Slack opens a window only within 3 seconds, and this took longer. Nothing was done; ask for "
    "it once more."
)
UNKNOWN = "so it is not known whether it shows what you asked for. If not, ask once more"
HINDRANCES = {
    "expired_trigger_id": TOO_LATE,
    "exchanged_trigger_id": (
        "Slack has opened a window for this already. If you do not see it, ask for it once more."
    ),
    "throttle": (
        "Slack opens no more windows for a moment, since Labeljob asked for too many. Nothing was "
        "done; ask again in a minute."
    ),
    "ratelimited": (
        "Slack opens no more windows for a moment, since Labeljob asked for too many. Nothing was "
        "done; ask again in a minute."
    ),
    "internal_error": f"Slack has trouble of its own, {UNKNOWN} in a minute.",
    "error_500": f"Slack has trouble of its own, {UNKNOWN} in a minute.",
    "drop_before": f"The connection to Slack broke before it answered, {UNKNOWN}.",
    "drop_after": f"The connection to Slack broke before it answered, {UNKNOWN}.",
    "delay": f"Slack did not answer in time, {UNKNOWN}.",
}
FAULTS = {"throttle", "error_500", "drop_before", "drop_after", "delay"}


@contextmanager
def hindered(world: World, how: str, method: str = "views.open") -> Iterator[None]:
    """Slack opens no window, for this reason."""
    if how in FAULTS:
        world.fault(method, how, slack=True, seconds=5)
    else:
        world.refuse(method, how)
    try:
        yield
    finally:
        world.refuse(method, None)
        world.mend()


def assert_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """The log holds no error of the bot's, and no traceback."""
    ours = [one for one in caplog.records if one.name.startswith("bot.")]
    assert [one.getMessage() for one in ours if one.levelno >= logging.ERROR or one.exc_info] == []


def told(person: Person, channel: str) -> list[str]:
    """What was shown to one person alone in a channel."""
    return [each["text"] for each in person.ask_for("history", channel=channel)["ephemerals"]]


@pytest.mark.parametrize("how", HINDRANCES)
def test_each_hindrance_has_its_own_words(
    world: World, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """Without this, every slow minute of Slack's would send people to their administrator with a
    number, and nobody would know whether to wait.
    """
    channel = world.channel(f"own-window-{how.replace('_', '-')}")
    with hindered(world, how):
        said = words(world.mara.command(channel, "/labeljob", "create"))
    assert said == HINDRANCES[how]
    assert_no_fault_of_ours(caplog)
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    assert world.mara.view()["callback_id"] == "job_form_1"


def test_command_that_is_too_late_is_answered_where_slack_still_listens(world: World) -> None:
    """Without this, nobody would read these words: where the window is too late, Slack reads no
    answer to the command itself any more.
    """
    channel = world.channel("own-late-command")
    before = world.so_far()
    with hindered(world, "expired_trigger_id"):
        world.mara.command(channel, "/dataset", "create")
    by_address = world.journal("response_url", after=before)
    assert [each["request"]["text"] for each in by_address] == [TOO_LATE]


@pytest.mark.parametrize("how", ["expired_trigger_id", "ratelimited", "error_500", "delay"])
def test_button_of_a_message_is_answered_below_it(
    world: World, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """Without this, a press of [Stop…] would do nothing, and say nothing."""
    channel = world.channel(f"own-press-{how.replace('_', '-')}")
    name = f"press-{how.replace('_', '-')}"
    world.ask(an_order(name, team=WAITING), channel)
    with hindered(world, how):
        world.mara.press(world.card(name, channel), "job_stop")
    assert told(world.mara, channel) == [HINDRANCES[how]]
    assert_no_fault_of_ours(caplog)


def test_button_of_the_home_is_answered_in_a_direct_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, a press on the Home would say nothing: its trigger opens no window for words
    either.
    """
    channel = world.channel("own-late-home", ["U0GRETA", "bot"])
    world.ask(an_order("late-home", team=WAITING), channel, world.greta)
    home(world, world.greta)
    of = world.bot.jobs.status.named(world.bot.installation.team_id, channel, "late-home").id
    with hindered(world, "expired_trigger_id"):
        world.greta.press_at_home("job_status", of=of)
    assert world.direct_messages(world.greta)[-1] == TOO_LATE
    assert_no_fault_of_ours(caplog)


def first_page(world: World, name: str) -> None:
    """Open the form."""
    world.mara.command(world.channel(name), "/labeljob", "create")
    assert world.mara.view()["callback_id"] == "job_form_1"


def pick_boxes(world: World) -> None:
    """Pick another tile on the form's page."""
    pick(world.mara, "tile", "boxes")


@pytest.mark.parametrize("how", ["ratelimited", "error_500", "drop_before"])
def test_page_that_is_not_replaced_says_so_above_it(
    world: World, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """Without this, another tile would be picked, and the form would go on as before."""
    first_page(world, f"own-page-{how.replace('_', '-')}")
    with hindered(world, how, "views.update"):
        pick_boxes(world)
    assert HINDRANCES[how] in shown(world.mara.view())
    assert_no_fault_of_ours(caplog)


def test_page_that_was_closed_is_replaced_no_more(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, whoever closes the form in a slow second would get a number for the
    administrator.
    """
    first_page(world, "own-page-closed")
    with hindered(world, "not_found", "views.update"):
        pick_boxes(world)
    assert world.mara.view()["callback_id"] == "job_form_1"
    assert_no_fault_of_ours(caplog)
