"""Who asks, where: read from any payload of Slack's."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asking:
    """A person in a channel of a workspace. `channel` is empty in windows and on the App Home."""

    team_id: str
    channel: str
    user_id: str
    thread_ts: str | None = None


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
    return Asking(
        team_id=str((body.get("team") or {}).get("id") or body.get("team_id") or user.get("team_id") or ""),
        channel=str(
            body.get("channel_id") or (body.get("channel") or {}).get("id") or container.get("channel_id")
            or event.get("channel") or ""
        ),
        user_id=str(body.get("user_id") or user.get("id") or event.get("user") or ""),
        thread_ts=thread_ts,
    )  # fmt: skip


def words_of(text: str) -> tuple[str, str]:
    """A command's first word in small letters, and the rest; doubled blanks and typographic quotes do not count."""
    plain = " ".join(text.replace("“", '"').replace("”", '"').split())
    first, _, rest = plain.partition(" ")
    return first.lower(), rest.strip().strip('"').strip()
