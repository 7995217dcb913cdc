"""Who asks, where: read from any payload of Slack's.

In which workspace is not read: in a channel shared with another company a payload names the host's,
and whoever is at home elsewhere brings their own. The only workspace is that of the bot's token
(`Access.team_id`).
"""

from dataclasses import dataclass
from typing import Any

from bot.base.as_typed import plain_name, unescaped
from bot.people.access import Access, DirectMessage, Who, is_direct


@dataclass(frozen=True, slots=True)
class Asking:
    """A person in a channel. `channel` is empty in windows and on the App Home.

    `typed`: they typed a command or a mention there. `direct`: that is a direct message, of two
    people or of several.
    """

    channel: str
    user_id: str
    thread_ts: str | None = None
    typed: bool = False
    direct: bool = False


def asking(body: dict[str, Any]) -> Asking:
    """The person behind a command, a press, a submission or an event."""
    event = body.get("event") or {}
    user = body.get("user") or {}
    container = body.get("container") or {}
    message = body.get("message") or {}
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    # The root of a thread names itself as its thread; whoever presses there looks at the channel.
    if thread_ts in {container.get("message_ts"), message.get("ts")}:
        thread_ts = None
    channel = str(
        body.get("channel_id")
        or (body.get("channel") or {}).get("id")
        or container.get("channel_id")
        or event.get("channel")
        or ""
    )
    called = str(body.get("channel_name") or "")
    return Asking(
        channel=channel,
        user_id=str(body.get("user_id") or user.get("id") or event.get("user") or ""),
        thread_ts=thread_ts,
        typed=bool(body.get("command")) or event.get("type") == "app_mention",
        # UNSURE: the name of a group's direct message in a command is not documented; mpdm-… is
        # what its API name is.
        direct=is_direct(channel) or called == "directmessage" or called.startswith("mpdm-"),
    )


def person_here(who: Asking, access: Access) -> Who:
    """The person, as far as the place they typed in tells: enough to see and to ask, never to
    manage.

    Raises:
        DirectMessage: they typed in one.
        SlackSilent, SlackShut: who they are is not known.

    """
    if who.direct:
        raise DirectMessage
    return access.who(access.team_id, who.user_id, who.channel, typed=who.typed)


def words_of(text: str) -> tuple[str, str]:
    """A command's first word in small letters and without marks, and the rest as it was typed;
    doubled blanks do not count.
    """
    first, _, rest = " ".join(unescaped(text).split()).partition(" ")
    return plain_name(first).lower(), rest
