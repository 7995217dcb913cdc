"""The limits of an app manifest (facts section 14): what Slack refuses at installation is refused
at the start.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from slack_practice import MANIFEST

from bot.sandbox.slack.manifest_check import manifest_problems


def changed(place: str, value: Any) -> dict[str, Any]:
    """The manifest of the tests with another value at a dotted place."""
    manifest: dict[str, Any] = copy.deepcopy(MANIFEST)
    *way, name = place.split(".")
    inner = manifest
    for step in way:
        inner = inner.setdefault(step, {})
    inner[name] = value
    return manifest


COMMAND = {"command": "/poem", "description": "A poem"}
SHORTCUT = {"name": "Poem", "type": "global", "callback_id": "poem", "description": "A poem"}
WRONG: list[tuple[str, Any, str]] = [
    ("poems", {}, "poems is not known"),
    ("_metadata.major_version", 3, "1 or 2"),
    ("display_information.name", "x" * 36, "1 to 35"),
    ("display_information.description", "x" * 141, "1 to 140"),
    ("display_information.long_description", "x" * 174, "175 to 4000"),
    ("display_information.background_color", "#1234567", "4 to 7"),
    ("display_information.color", "red", "color is not known"),
    ("features.bot_user", {}, "display_name must be a text of 1 to 80"),
    ("features.bot_user.display_name", "x" * 81, "1 to 80"),
    ("features.app_home.tab", True, "tab is not known"),
    ("features.slash_commands", [], "1 to 50 entries"),
    ("features.slash_commands", [COMMAND] * 51, "1 to 50 entries"),
    ("features.slash_commands", [COMMAND | {"command": "poem"}], "must begin with /"),
    ("features.slash_commands", [COMMAND | {"command": "/" + "x" * 32}], "2 to 32"),
    ("features.slash_commands", [{"command": "/poem"}], "description must be a text of 1 to 2000"),
    ("features.slash_commands", [COMMAND | {"usage_hint": "x" * 1001}], "0 to 1000"),
    ("features.slash_commands", [COMMAND | {"colour": "red"}], "colour is not known"),
    ("features.shortcuts", [SHORTCUT] * 11, "1 to 10 entries"),
    ("features.shortcuts", [SHORTCUT | {"name": "x" * 25}], "1 to 24"),
    ("features.shortcuts", [SHORTCUT | {"type": "channel"}], "message or global"),
    ("features.shortcuts", [SHORTCUT | {"callback_id": "x" * 256}], "1 to 255"),
    ("features.shortcuts", [SHORTCUT | {"description": "x" * 151}], "1 to 150"),
    ("features.unfurl_domains", ["a.example"] * 6, "1 to 5 entries"),
    ("features.unfurl_domains", ["A.example"], "small letters"),
    ("oauth_config.scopes.bot", ["x" * 51], "1 to 50 characters"),
    ("oauth_config.scopes.bot", ["chat:write"], "lacks commands"),
    ("oauth_config.scopes.bot", ["commands"], "lacks app_mentions:read"),
    ("oauth_config.scopes.user", ["x"] * 256, "0 to 255 entries"),
    ("oauth_config.redirect_urls", ["x"] * 1001, "0 to 1000 entries"),
    ("settings.event_subscriptions.bot_events", ["app_home_opened"] * 101, "1 to 100 entries"),
    ("settings.event_subscriptions.request_url", "x" * 3501, "1 to 3500"),
    ("settings.event_subscriptions.metadata_subscriptions", [{}] * 21, "1 to 20 entries"),
    ("settings.interactivity", {}, "is_enabled must be true or false"),
    ("settings.allowed_ip_address_ranges", ["127.0.0.1/32"] * 51, "1 to 50 entries"),
    ("settings.socket", True, "socket is not known"),
    ("settings", [], "settings must be an object"),
]


@pytest.mark.parametrize(
    ("place", "value", "words"), WRONG, ids=[f"{row[0]} {row[2]}"[:60] for row in WRONG]
)
def test_a_manifest_beyond_its_limits_is_refused(place: str, value: Any, words: str) -> None:
    """What Slack refuses on the day of the installation must be seen on the first start here."""
    assert any(words in problem for problem in manifest_problems(changed(place, value)))


def test_a_manifest_within_its_limits_passes() -> None:
    """A check that refuses what Slack takes would keep a good app from starting."""
    assert manifest_problems(MANIFEST) == []
    whole = changed("display_information.long_description", "x" * 175)
    whole["_metadata"] = {"major_version": 2}
    whole["settings"]["interactivity"] = {
        "is_enabled": True,
        "request_url": "https://bot.example/slack/events",
    }
    whole["features"]["slash_commands"] = [
        COMMAND | {"should_escape": True, "url": "https://bot.example/"}
    ] * 50
    assert manifest_problems(whole) == []
