"""The Slack app's manifest grants what the code listens for and calls, and nothing else."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml
from slack_sdk import WebClient

from bot.__main__ import main
from bot.base.settings import Settings
from bot.datasets.story import DatasetStory
from bot.ground import Ground
from bot.jobs.story import JobStory
from bot.runtime import wiring
from bot.sandbox.http import Server
from bot.sandbox.slack.app import SlackConfig, create_app
from bot.sandbox.slack.manifest_check import manifest_problems
from bot.sandbox.workspace import seed
from bot.slack import manifest as slack_manifest
from commands.actions import ACTIONS, HINTS
from docs.write_hints import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.slack.app import SlackApp

ROOT = Path(__file__).parents[2]
CODE = sorted(
    file
    for folder in ("bot", "commands")
    for file in (ROOT / folder).rglob("*.py")
    if "sandbox" not in file.relative_to(ROOT).parts
)

CONVERSATION_READ = {"channels:read", "groups:read"}
CONVERSATION_HISTORY = {"channels:history", "groups:history", "im:history"}
SCOPES: dict[str, set[str]] = {
    "apps.connections.open": set(),  # the app-level token's own scope, connections:write
    "auth.test": set(),
    "bots.info": {"users:read"},
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": CONVERSATION_HISTORY,
    "conversations.info": CONVERSATION_READ,
    "conversations.list": CONVERSATION_READ,
    "conversations.open": {"im:write"},
    "conversations.replies": CONVERSATION_HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.info": {"files:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files_upload_v2": {"files:write"},  # the three steps in one, by slack_sdk
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.conversations": CONVERSATION_READ,
    "users.info": {"users:read"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
"""What each Web API method needs for the kinds of conversation that the bot meets: channels,
private ones, its own direct messages.
"""
EVENT_SCOPES = {"app_mention": {"app_mentions:read"}, "app_home_opened": set()}
CLIENT_METHODS = {
    name for name in dir(WebClient) if re.fullmatch(r"[a-z]+(_[a-zA-Z0-9]+)+", name)
} - {"api_call"}
WEB_API_NAME = re.compile(
    r"(api|apps|auth|chat|conversations|files|reactions|usergroups|users|views)(\.[a-zA-Z]+){1,2}"
)
INTERACTIVE = {"action", "view", "view_closed", "shortcut", "global_shortcut", "message_shortcut"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return slack_manifest.read()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, manifest: dict[str, Any]) -> Iterator[SlackApp]:
    """The app with every listener, as the bot registers them; none of the parts behind them is
    there.
    """
    config = SlackConfig(
        store=tmp_path_factory.mktemp("slack") / "slack.db",
        manifest=manifest,
        bot_token="xoxb-practice",
        app_token="xapp-practice",
        signing_secret="practice",
        people=seed.PEOPLE,
        channels=seed.CHANNELS,
    )
    with Server(create_app(config)) as server:
        bot: wiring.Bot = hollow(
            wiring.Bot,
            settings=Settings(SLACK_BOT_TOKEN="xoxb-practice"),
            slack=WebClient("xoxb-practice", base_url=f"{server.url}/api/"),
            jobs=hollow(JobStory),
            datasets=hollow(DatasetStory),
            ground=hollow(Ground),
        )
        yield bot.app()


def hollow(parts: type[Any], **given: Any) -> Any:
    """One of these dataclasses, with None for every part that is not given."""
    return parts(**{field.name: None for field in fields(parts)} | given)


def listened(door: SlackApp) -> list[tuple[str, str]]:
    """Every listener of the registered app: (its kind, what it listens for, as Bolt keeps it)."""
    found = []
    for listener in door._listeners:
        for matcher in listener.matchers:
            func = cast("Callable[..., bool]", getattr(matcher, "func"))  # noqa: B009 - Bolt's own kind of matcher
            kept = inspect.getclosurevars(func).nonlocals
            word = kept.get("command") or kept.get("constraints") or kept.get("event_type") or ""
            found.append((func.__qualname__.partition(".")[0], str(word)))
    return found


def called() -> set[str]:
    """Every Web API method that the code calls: by slack_sdk's names, or by Slack's own."""
    dotted = {name.replace(".", "_"): name for name in SCOPES}
    found = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in CLIENT_METHODS:
                found.add(dotted.get(node.attr, node.attr))
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and WEB_API_NAME.fullmatch(node.value)
            ):
                found.add(node.value)
    return found


def test_commands_are_those_of_the_code(manifest: dict[str, Any], door: SlackApp) -> None:
    """A command that is not in the manifest does not exist; one without a listener times out before
    people's eyes.
    """
    commands = [command["command"] for command in manifest["features"]["slash_commands"]]
    assert sorted(commands) == sorted(word for kind, word in listened(door) if kind == "command")
    assert all(
        command["description"] and command["usage_hint"]
        for command in manifest["features"]["slash_commands"]
    )


def test_usage_hints_are_those_of_the_actions(manifest: dict[str, Any]) -> None:
    """A hint that is spelled again forgets the next action, and Slack shows it to everybody who
    types; `make manifest` writes them.
    """
    hints = {each["command"]: each["usage_hint"] for each in manifest["features"]["slash_commands"]}
    assert hints == HINTS


def test_only_the_hints_are_written() -> None:
    """Without this, `make manifest` could change what Slack is asked for, or pass over a command
    that Slack does not know.
    """
    shipped = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert written(shipped, HINTS) == shipped
    other = written(shipped, {"/labelteam": "list | wave [name]"})
    assert "usage_hint: list | wave [name]\n" in other
    changed = set(other.splitlines()) ^ set(shipped.splitlines())
    assert [line.split(":")[0].strip() for line in changed] == ["usage_hint"] * 2
    with pytest.raises(ValueError, match="no /unheard with a description"):
        written(shipped, {"/unheard": "list"})


def test_every_button_of_an_action_is_listened_to(door: SlackApp) -> None:
    """A button without a listener shows a warning sign in the face of whoever presses it."""
    heard = {word for kind, word in listened(door) if kind == "action"}
    buttons = [each.button for actions in ACTIONS.values() for each in actions if each.button]
    assert {each.id for each in buttons} <= heard
    assert {each.queue_id for each in buttons if each.queue_id} <= heard


def test_events_are_those_of_the_code(manifest: dict[str, Any], door: SlackApp) -> None:
    """Slack sends only the events that the manifest names."""
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert sorted(events) == sorted(word for kind, word in listened(door) if kind == "event")


def test_presses_and_forms_reach_the_app(manifest: dict[str, Any], door: SlackApp) -> None:
    """Without interactivity every button and form is dead; without the options' address, menus stay
    empty over HTTP.
    """
    kinds = {kind for kind, _word in listened(door)}
    assert kinds & INTERACTIVE
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert "options" in kinds
    over_http = slack_manifest.for_http("https://bot.example")["settings"]["interactivity"]
    assert over_http["message_menu_options_url"] == over_http["request_url"]
    assert (
        not kinds & {"shortcut", "global_shortcut", "message_shortcut"}
        or "shortcuts" in manifest["features"]
    )


def test_home_is_enabled(manifest: dict[str, Any]) -> None:
    """views.publish fails where the Home tab is off, and direct messages of the bot need the
    Messages tab.
    """
    home = manifest["features"]["app_home"]
    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]


def test_scopes_are_those_of_the_calls(manifest: dict[str, Any], door: SlackApp) -> None:
    """A missing scope shows only at the call, in somebody's face; one too many makes an
    administrator say no.
    """
    methods = called()
    assert methods <= set(SCOPES), "name the scopes of this method in SCOPES"
    needed = {"commands"}.union(*(SCOPES[method] for method in methods))
    needed |= set().union(*(EVENT_SCOPES[word] for kind, word in listened(door) if kind == "event"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_slack_takes_both_forms(manifest: dict[str, Any]) -> None:
    """The manifest is pasted into Slack's page: what is refused there ends the set-up at its first
    step.
    """
    assert manifest_problems(manifest) == []
    assert manifest_problems(slack_manifest.for_http("https://bot.example")) == []


def test_http_form_names_every_address(capsys: pytest.CaptureFixture[str]) -> None:
    """An address that is missing here must be found and typed by hand, in four places."""
    assert main(["slack-manifest", "--url", "https://bot.example/"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    address = "https://bot.example/slack/events"
    assert [command["url"] for command in printed["features"]["slash_commands"]] == [address] * 3
    settings = printed["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }


@pytest.mark.parametrize(
    "url",
    ["http://bot.example", "bot.example", "https://", "https://bot.example/path", "ftp://x", ""],
)
def test_bad_address_is_refused_in_words(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest with a wrong address is taken by Slack and fails at the first press."""
    assert main(["slack-manifest", "--url", url]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert "https://host" in said.err


def test_shipped_form_is_socket_mode(capsys: pytest.CaptureFixture[str]) -> None:
    """Without an address the app is the one that needs none."""
    assert main(["slack-manifest"]) == 0
    printed = capsys.readouterr().out
    assert yaml.safe_load(printed)["settings"]["socket_mode_enabled"] is True
    assert "url:" not in printed
