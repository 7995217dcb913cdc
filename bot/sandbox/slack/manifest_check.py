"""What Slack refuses in an app manifest, and what it should refuse but does not (facts section
14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.slack.scopes import EVENT_SCOPES

if TYPE_CHECKING:
    from bot.sandbox.slack.config import JSON

__all__ = ["check_manifest", "manifest_problems"]

KNOWN = {
    "": "_metadata display_information features "
    "oauth_config settings functions workflows "
    "datastores types"
    " outgoing_domains external_auth_providers metadata_events",
    "_metadata": "major_version minor_version",
    "display_information": "name description long_description background_color",
    "features": "app_home bot_user slash_commands shortcuts "
    "unfurl_domains functions workflow_steps "
    "assistant_view"
    " agent_view rich_previews search",
    "features.app_home": "home_tab_enabled messages_tab_enabled messages_tab_read_only_enabled",
    "features.bot_user": "display_name always_online",
    "oauth_config": "scopes redirect_urls pkce_enabled token_management_enabled",
    "oauth_config.scopes": "bot user bot_optional user_optional",
    "settings": "event_subscriptions interactivity "
    "socket_mode_enabled org_deploy_enabled token_rotation_enabled allowed_ip_address_ranges "
    "function_runtime is_hosted hermes_app_type incoming_webhooks siws_links",
    "settings.event_subscriptions": "request_url bot_events user_events metadata_subscriptions",
    "settings.interactivity": "is_enabled request_url message_menu_options_url",
}
COMMAND = "command description usage_hint should_escape url"
SHORTCUT = "name type callback_id description"
# Place, fewest, most.
LISTS = (
    ("features.slash_commands", 1, 50),
    ("features.shortcuts", 1, 10),
    ("features.unfurl_domains", 1, 5),
    ("features.functions", 0, 50),
    ("oauth_config.redirect_urls", 0, 1000),
    *(
        (f"oauth_config.scopes.{kind}", 0, 255)
        for kind in ("bot", "user", "bot_optional", "user_optional")
    ),
    ("settings.event_subscriptions.bot_events", 1, 100),
    ("settings.event_subscriptions.user_events", 1, 100),
    ("settings.event_subscriptions.metadata_subscriptions", 1, 20),
    ("settings.allowed_ip_address_ranges", 1, 50),
)
# Place, shortest, longest, required where its parent is there.
TEXTS = (
    ("display_information.name", 1, 35, True),
    ("display_information.description", 1, 140, False),
    ("display_information.long_description", 175, 4000, False),
    ("display_information.background_color", 4, 7, False),
    ("features.bot_user.display_name", 1, 80, True),
    ("settings.event_subscriptions.request_url", 1, 3500, False),
    ("settings.interactivity.request_url", 1, 3000, False),
    ("settings.interactivity.message_menu_options_url", 1, 3000, False),
)
READ_BY_EITHER = {"member_joined_channel", "member_left_channel"}
"""These need channels:read or groups:read, depending on the channels the app is in."""


def check_manifest(manifest: JSON) -> None:
    """Raise ValueError with all problems of a manifest."""
    problems = manifest_problems(manifest)
    if problems:
        raise ValueError("Slack would refuse this manifest: " + "; ".join(problems))


def manifest_problems(manifest: JSON) -> list[str]:
    """Problems with their places, in words."""
    scopes = set(_at(manifest, "oauth_config.scopes.bot") or [])
    shapes = [*_unknown(manifest), *_wrong_lists(manifest), *_wrong_texts(manifest)]
    return [
        *shapes,
        *_feature_problems(manifest.get("features") or {}, scopes),
        *_setting_problems(manifest, scopes),
    ]


def _at(manifest: JSON, place: str) -> Any:
    """What stands at a dotted place; None where it or something on the way is missing."""
    found: Any = manifest
    for name in filter(None, place.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _unknown(manifest: JSON) -> list[str]:
    problems: list[str] = []
    for place, names in KNOWN.items():
        found = _at(manifest, place)
        if found is not None and not isinstance(found, dict):
            problems.append(f"{place} must be an object")
        problems += _extra(place, found, names)
    return problems


def _extra(place: str, found: Any, names: str) -> list[str]:
    at = f"{place}." if place else ""
    extra = sorted(set(found) - set(names.split())) if isinstance(found, dict) else []
    return [f"{at}{name} is not known" for name in extra]


def _wrong_lists(manifest: JSON) -> list[str]:
    problems: list[str] = []
    for place, fewest, most in LISTS:
        found = _at(manifest, place)
        if found is not None and not (isinstance(found, list) and fewest <= len(found) <= most):
            problems.append(f"{place} must have {fewest} to {most} entries")
    return problems


def _wrong_texts(manifest: JSON) -> list[str]:
    problems: list[str] = []
    for place, shortest, longest, required in TEXTS:
        parent = _at(manifest, place.rpartition(".")[0])
        needed = required and (parent is not None or place.startswith("display_information"))
        if needed or _at(manifest, place) is not None:
            _length(problems, place, _at(manifest, place), shortest, longest)
    for number, domain in enumerate(_listed(manifest, "features.unfurl_domains")):
        _length(problems, f"features.unfurl_domains[{number}]", domain, 1, 255)
        if domain != str(domain).lower():
            problems.append(f"features.unfurl_domains[{number}] must be in small letters")
    for kind in ("bot", "user"):
        for number, scope in enumerate(_listed(manifest, f"oauth_config.scopes.{kind}")):
            _length(problems, f"oauth_config.scopes.{kind}[{number}]", scope, 1, 50)
    return problems


def _listed(manifest: JSON, place: str) -> list[Any]:
    found = _at(manifest, place)
    return found if isinstance(found, list) else []


def _feature_problems(features: JSON, scopes: set[str]) -> list[str]:
    problems: list[str] = []
    commands = features.get("slash_commands") or []
    for number, command in enumerate(commands):
        place = f"features.slash_commands[{number}]"
        problems += _extra(place, command, COMMAND)
        _length(problems, f"{place}.command", command.get("command"), 2, 32)
        if not str(command.get("command", "")).startswith("/"):
            problems.append(f"{place}.command must begin with /")
        _length(problems, f"{place}.description", command.get("description"), 1, 2000)
        for name, longest in (("usage_hint", 1000), ("url", 3000)):
            if name in command:
                _length(problems, f"{place}.{name}", command[name], 0, longest)
    shortcuts = features.get("shortcuts") or []
    for number, shortcut in enumerate(shortcuts):
        place = f"features.shortcuts[{number}]"
        problems += _extra(place, shortcut, SHORTCUT)
        for name, longest in (("name", 24), ("description", 150), ("callback_id", 255)):
            _length(problems, f"{place}.{name}", shortcut.get(name), 1, longest)
        if shortcut.get("type") not in {"message", "global"}:
            problems.append(f"{place}.type must be message or global")
    if (commands or shortcuts) and "commands" not in scopes:
        problems.append(
            "oauth_config.scopes.bot lacks commands, which slash commands and shortcuts need"
        )
    return problems


def _setting_problems(manifest: JSON, scopes: set[str]) -> list[str]:
    problems: list[str] = []
    if _at(manifest, "_metadata.major_version") not in {None, 1, 2}:
        problems.append("_metadata.major_version must be 1 or 2")
    interactivity = _at(manifest, "settings.interactivity")
    if isinstance(interactivity, dict) and not isinstance(interactivity.get("is_enabled"), bool):
        problems.append("settings.interactivity.is_enabled must be true or false")
    return problems + [
        f"oauth_config.scopes.bot lacks {EVENT_SCOPES[event]}, which the event {event} needs"
        for event in _listed(manifest, "settings.event_subscriptions.bot_events")
        if event in EVENT_SCOPES
        and EVENT_SCOPES[event] not in scopes
        and event not in READ_BY_EITHER
    ]


def _length(problems: list[str], place: str, value: Any, shortest: int, longest: int) -> None:
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        problems.append(f"{place} must be a text of {shortest} to {longest} characters")
