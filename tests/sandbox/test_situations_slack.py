"""What Slack does to an app now and then: files that are shown but not shared, events that come
again.
"""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from slack_practice import Bot, Workspace, until
from slack_sdk.errors import SlackApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(tmp_path_factory.mktemp("slack")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def bot(slack: Workspace) -> Iterator[Bot]:
    with Bot(slack) as listening:
        slack.control("request_url", url=listening.url)
        yield listening


def _uploaded(slack: Workspace, name: str = "fruit.png") -> str:
    """The id of a picture that the app has uploaded and shared nowhere."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (10, 200, 30)).save(file, "PNG")
    web = slack.web()
    address = web.files_getUploadURLExternal(filename=name, length=len(file.getvalue()))
    urllib.request.urlopen(
        urllib.request.Request(address["upload_url"], file.getvalue(), method="POST")
    ).close()
    web.files_completeUploadExternal(files=[{"id": address["file_id"], "title": name}])
    return str(address["file_id"])


def _loads(slack: Workspace, file_id: str, person: str) -> bool:
    try:
        with urllib.request.urlopen(
            f"{slack.url}/files/{file_id}/fruit.png?user={person}"
        ) as answer:
            return bool(answer.read(4) == b"\x89PNG")
    except urllib.error.HTTPError:
        return False


def _picture(file_id: str) -> list[dict[str, Any]]:
    return [{"type": "image", "alt_text": "a fruit", "slack_file": {"id": file_id}}]


def test_readers_of_a_block_can_load_its_picture(slack: Workspace) -> None:
    """A preview in a card must be there for whoever reads the card, and for nobody else."""
    file_id = _uploaded(slack)
    assert not _loads(slack, file_id, "U0SAM")
    web = slack.web()
    private = web.conversations_open(users="U0LIN")["channel"]["id"]
    web.chat_postMessage(channel=private, text="look", blocks=_picture(file_id))
    assert (_loads(slack, file_id, "U0LIN"), _loads(slack, file_id, "U0SAM")) == (True, False)
    ts = web.chat_postMessage(channel="C0DATA", text="look")["ts"]
    web.chat_update(channel="C0DATA", ts=ts, text="look", blocks=_picture(file_id))
    assert _loads(slack, file_id, "U0SAM")


def test_a_picture_in_a_view_is_its_readers(slack: Workspace) -> None:
    """The Home tab and a modal are one person's; so is the picture in them."""
    file_id = _uploaded(slack)
    slack.web().views_publish(user_id="U0LIN", view={"type": "home", "blocks": _picture(file_id)})
    assert (_loads(slack, file_id, "U0LIN"), _loads(slack, file_id, "U0MARA")) == (True, False)


@pytest.mark.parametrize("what", ["unknown", "somebody else's", "no picture"])
def test_files_that_cannot_be_shown(slack: Workspace, what: str) -> None:
    """A file that Slack would not show fails the whole message, so the sender must be told here
    too.
    """
    kinds: dict[str, Callable[[], str]] = {
        "unknown": lambda: "F0NOWHERE1",
        "somebody else's": lambda: slack.upload("U0MARA", "hers.png", b"x")["id"],
        "no picture": lambda: _uploaded(slack, "table.csv"),
    }
    with pytest.raises(SlackApiError) as caught:
        slack.web().chat_postMessage(channel="C0DATA", text="look", blocks=_picture(kinds[what]()))
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
    ]


def test_everybody_in_a_channel_is_known_to_the_page(slack: Workspace) -> None:
    """The page shows who is in a channel, so it must be told at the start and when it changes."""
    boot = slack.look("boot", user="U0MARA")
    here = {channel["name"]: channel["members"] for channel in boot["channels"]}
    assert here["orchard-data"] == ["U0MARA", "U0SAM", "U0BOT"]
    assert boot["app"]["messages_tab_read_only"] is False
    joined = slack.act("join", user="U0LIN", channel="C0DATA")["channel"]
    assert joined["members"][-1] == "U0LIN"
    slack.act("leave", user="U0LIN", channel="C0DATA")


def test_an_event_comes_again_under_another_id(slack: Workspace, bot: Bot) -> None:
    """An app that knows an event by its id alone would act twice; only the meaning stays the
    same.
    """
    slack.control("redelivery", sent_again=1.0, new_id_again=1.0, seed=3)
    before = slack.last_entry()
    slack.act("home_opened", user="U0SAM", tab="home")
    first, second = (bot.hears("app_home_opened") for _ in range(2))
    until(lambda: len(slack.journal("app:event", before)) == 2)
    entries = slack.journal("app:event", before)
    ids = [entry["request"]["event_id"] for entry in entries]
    assert ids[0] != ids[1]
    assert entries[0]["request"]["event"] == entries[1]["request"]["event"]
    assert not any("retry_num" in entry for entry in entries)
    assert first["event"] == second["event"]
    slack.control("redelivery")


def test_an_event_comes_again_as_a_retry(slack: Workspace, bot: Bot) -> None:
    """The same under the old id, with the retry headers: the first delivery need not have been
    lost.
    """
    slack.control("redelivery", sent_again=1.0)
    before = slack.last_entry()
    slack.act("home_opened", user="U0SAM", tab="home")
    until(lambda: len(slack.journal("app:event", before)) == 2)
    entries = slack.journal("app:event", before)
    assert entries[0]["request"]["event_id"] == entries[1]["request"]["event_id"]
    assert entries[1]["retry_num"] == 1
    for _ in range(2):
        bot.hears("app_home_opened")
    slack.control("redelivery")
