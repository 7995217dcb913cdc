"""What Slack refuses in an app manifest, and what it should refuse but does not (facts section 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.scopes import EVENT_SCOPES

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON

__all__ = ["check_manifest", "manifest_problems"]


def check_manifest(manifest: JSON) -> None:
    """Raise ValueError with all problems of a manifest."""
    problems = manifest_problems(manifest)
    if problems:
        raise ValueError("Slack would refuse this manifest: " + "; ".join(problems))


def manifest_problems(manifest: JSON) -> list[str]:
    """Problems with their places, in words."""
    scopes = set(((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or [])
    feature_problems = _feature_problems(manifest.get("features") or {}, scopes)
    return [*_display_problems(manifest), *feature_problems, *_event_problems(manifest, scopes)]


def _display_problems(manifest: JSON) -> list[str]:
    problems: list[str] = []
    display = manifest.get("display_information") or {}
    _length(problems, "display_information.name", display.get("name"), 1, 35)
    if "description" in display:
        _length(problems, "display_information.description", display["description"], 1, 140)
    if "long_description" in display:
        _length(problems, "display_information.long_description", display["long_description"], 175, 4000)
    return problems


def _feature_problems(features: JSON, scopes: set[str]) -> list[str]:
    problems: list[str] = []
    commands = features.get("slash_commands") or []
    for number, command in enumerate(commands):
        place = f"features.slash_commands[{number}]"
        _length(problems, f"{place}.command", command.get("command"), 2, 32)
        if not str(command.get("command", "")).startswith("/"):
            problems.append(f"{place}.command must begin with /")
        _length(problems, f"{place}.description", command.get("description"), 1, 2000)
        if "usage_hint" in command:
            _length(problems, f"{place}.usage_hint", command["usage_hint"], 0, 1000)
    shortcuts = features.get("shortcuts") or []
    for number, shortcut in enumerate(shortcuts):
        place = f"features.shortcuts[{number}]"
        for name, longest in (("name", 24), ("description", 150), ("callback_id", 255)):
            _length(problems, f"{place}.{name}", shortcut.get(name), 1, longest)
        if shortcut.get("type") not in {"message", "global"}:
            problems.append(f"{place}.type must be message or global")
    if len(commands) > 50 or len(shortcuts) > 10:  # noqa: PLR2004 - facts section 14
        problems.append("features: at most 50 slash commands and 10 shortcuts")
    if (commands or shortcuts) and "commands" not in scopes:
        problems.append("oauth_config.scopes.bot lacks commands, which slash commands and shortcuts need")
    return problems


def _event_problems(manifest: JSON, scopes: set[str]) -> list[str]:
    wanted = ((manifest.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events") or []
    return [
        f"oauth_config.scopes.bot lacks {EVENT_SCOPES[event]}, which the event {event} needs"
        for event in wanted
        if event in EVENT_SCOPES and EVENT_SCOPES[event] not in scopes and event not in READ_BY_EITHER
    ]


READ_BY_EITHER = {"member_joined_channel", "member_left_channel"}
"""These need channels:read or groups:read, depending on the channels the app is in."""


def _length(problems: list[str], place: str, value: Any, shortest: int, longest: int) -> None:
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        problems.append(f"{place} must be a text of {shortest} to {longest} characters")
