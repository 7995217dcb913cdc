"""The manifest of the Slack app: as shipped for Socket Mode, or with addresses for signed HTTP."""

from pathlib import Path
from typing import Any

import yaml

from bot.base.errors import Refusal

EVENTS_PATH = "/slack/events"


class BadUrl(Refusal):
    """Give the bot's public address as https://host, without a path. Slack delivers to https
    only.
    """


def read() -> dict[str, Any]:
    """The manifest as shipped (Socket Mode), parsed."""
    loaded: dict[str, Any] = yaml.safe_load(_file().read_text(encoding="utf-8"))
    return loaded


def for_http(url: str) -> dict[str, Any]:
    """The manifest with every address that Slack needs in HTTP mode set to the bot at `url`.

    Raises:
        BadUrl: not an https address of a host.

    """
    host = url.rstrip("/")
    if (
        not host.startswith("https://")
        or "/" in host.removeprefix("https://")
        or host == "https://"
    ):
        raise BadUrl
    address = host + EVENTS_PATH
    manifest = read()
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    # Without message_menu_options_url, external selects stay empty over HTTP.
    settings["interactivity"] |= {"request_url": address, "message_menu_options_url": address}
    return manifest


def text(url: str | None = None) -> str:
    """The manifest as YAML to paste into Slack's app page."""
    if url is None:
        return _file().read_text(encoding="utf-8")
    return yaml.safe_dump(for_http(url), sort_keys=False, allow_unicode=True)


def _file() -> Path:
    """In a checkout it lies at the top; a wheel carries it inside the package."""
    inside = Path(__file__).parents[1] / "manifest.yml"
    return inside if inside.exists() else Path(__file__).parents[2] / "manifest.yml"
