"""Probes of Slack: token, clock, scopes, channels, and the way in which requests reach the bot."""

import re
from collections.abc import Iterator

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.base.blocks import count
from bot.base.open_places import OTHERS
from bot.base.slack_failures import Answer, answer_of, slack_code
from bot.runtime.doctor.clocks import judged, skew
from bot.runtime.doctor.examination import Finding, NotAsked, Surroundings, Verdict, probe
from bot.slack import manifest as slack_manifest
from bot.slack.installation import granted

_PAGES = 20  # pages of 1,000 channels that are looked through for one with the bot in it
_CHANNELS = 40  # channels that are asked for by id: Slack answers 50 such questions in a minute
_SECRET = re.compile(r"[0-9a-f]{32}")


@probe("Slack token", needs=("SLACK_BOT_TOKEN", "LABELJOB_SLACK_API_URL"))
def token(around: Surroundings) -> Iterator[Finding]:
    """SLACK_BOT_TOKEN works (auth.test).

    Copy the Bot User OAuth Token (xoxb-…) from the app's page OAuth & Permissions into
    SLACK_BOT_TOKEN; if there is none, or it was revoked, install the app to the workspace again.
    With no answer at all, check the network and LABELJOB_SLACK_API_URL.
    """
    learned, began = around.learned, around.clock()
    try:
        answer: SlackResponse = around.slack.auth_test()
    except SlackApiError as error:
        learned.slack_skew = skew(error.response.headers, began, around.clock())
        raise
    learned.slack_skew = skew(answer.headers, began, around.clock())
    learned.bot_name = str(answer.get("user") or learned.bot_name)
    learned.granted = granted(answer)
    if not answer.get("bot_id"):
        yield Finding(Verdict.FAILS, "The token is a person's (xoxp-…), not the bot's.")
        return
    yield Finding(
        Verdict.OK,
        f"The bot is {learned.bot_name} in {answer.get('team')} ({answer.get('team_id')}).",
    )


@probe("clock against Slack")
def clock(around: Surroundings) -> Iterator[Finding]:
    """This machine's clock is near Slack's.

    Set the machine's clock by NTP (timedatectl set-ntp true, or the host's time service in a
    container); Slack's signatures are good for 300 seconds, so a clock that is further away refuses
    every request.
    """
    yield judged(around.learned.slack_skew, "Slack")


@probe("Slack scopes", needs=("Slack token",))
def scopes(around: Surroundings) -> Iterator[Finding]:
    """The token has every scope of the manifest.

    Paste the manifest (labeljob slack-manifest) into the app's page App Manifest, save it, and
    install the app to the workspace again: a token keeps the scopes that it was made with.
    """
    wanted = frozenset(slack_manifest.read()["oauth_config"]["scopes"]["bot"])
    has = around.learned.granted
    if has is None:
        raise NotAsked("no scopes in Slack's answer")
    missing, more = sorted(wanted - has), sorted(has - wanted)
    if missing and all(scope.endswith(":history") for scope in missing):
        yield _blind(missing, around.settings.recover)
    elif missing and set(missing) <= set(_HIDES):
        hidden = "; ".join(f"{scope}: {_HIDES[scope]}" for scope in missing)
        yield Finding(Verdict.LOOK, f"The token lacks scopes, so some things are hidden. {hidden}.")
    elif missing:
        yield Finding(Verdict.FAILS, f"The token lacks {', '.join(missing)}.")
    elif more:
        remedy = "Remove them from the app and install it again; Labeljob does not use them."
        yield Finding(
            Verdict.LOOK,
            f"The token has more than the manifest asks for: {', '.join(more)}.",
            remedy,
        )
    elif around.settings.recover != "look":
        words = (
            f"All {len(wanted)} of the manifest, but LABELJOB_RECOVER={around.settings.recover}."
        )
        yield Finding(
            Verdict.LOOK,
            words,
            "Leave it out: where the bot may look, nothing is doubled and nothing lost.",
        )
    else:
        yield Finding(Verdict.OK, f"All {len(wanted)} of the manifest.")


_HIDES = {
    "files:read": "files from the form, and the shortcut Label these",
    "files:write": "the preview of what workers will see",
    "users:read.email": "who a labeler is in Slack, unless they type /labelteam me",
}
"""Scopes without which something is hidden, and what that is; nothing else fails."""


def _blind(missing: list[str], recover: str) -> Finding:
    """Without a history scope the bot cannot see whether a message stands that Slack did not
    confirm.
    """
    lacks = f"The token lacks {', '.join(missing)}"
    said = f"{lacks}: the bot may not look whether a message stands that Slack did not confirm"
    if recover == "skip":
        return Finding(
            Verdict.OK, f"{said}; it leaves such a line out and notes that it may be missing."
        )
    words = f"{said}; it posts such a message again, marked (may repeat)."
    if recover == "repeat":
        return Finding(Verdict.OK, words)
    remedy = (
        "Grant them for neither, or choose by LABELJOB_RECOVER: repeat is what happens now, "
        "without asking Slack first; skip sends no line twice and notes where one may be missing."
    )
    return Finding(Verdict.LOOK, words, remedy)


@probe("Slack channels", needs=("Slack token",))
def channels(around: Surroundings) -> Iterator[Finding]:
    """The bot is in a channel.

    Type /invite @labeljob in the channel of a project, and in the channel where the labeling team
    is told of work.
    """
    cursor = ""
    for _ in range(_PAGES):
        page = around.slack.conversations_list(
            types="public_channel,private_channel", exclude_archived=True, limit=1000, cursor=cursor
        )
        inside = [f"#{channel['name']}" for channel in page["channels"] if channel.get("is_member")]
        if inside:
            more = " and others" if len(inside) > 3 else ""  # noqa: PLR2004 - three names are enough to know it by
            yield Finding(Verdict.OK, f"In {', '.join(inside[:3])}{more}.")
            return
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    yield Finding(Verdict.LOOK, f"{around.learned.bot_name} is in no channel yet.")


@probe("managers", needs=("LABELJOB_MANAGERS", "Slack token"))
def managers(around: Surroundings) -> Iterator[Finding]:
    """Slack knows everybody whom LABELJOB_MANAGERS names, and they can act.

    Name people by their member id (U…: profile, More, Copy member ID) and user groups by theirs
    (S…: the end of the group's address in a browser). Whom Slack does not know is no manager, and a
    group that cannot be read is empty.
    """
    named = around.settings.managers
    wrong = [finding for entry in named if (finding := _manager(around, entry))]
    yield from wrong
    if named and not wrong:
        yield Finding(
            Verdict.OK, f"Slack knows {'it' if len(named) == 1 else f'all {len(named)}'}."
        )


def _manager(around: Surroundings, entry: str) -> Finding | None:
    """What is wrong with an entry of LABELJOB_MANAGERS. No answer of Slack's is the probe's own
    failure.
    """
    try:
        if entry.startswith("S"):
            people = around.slack.usergroups_users_list(usergroup=entry)["users"]
            return (
                None
                if people
                else Finding(
                    Verdict.LOOK, f"User group {entry} has no members.", _NOBODY_IN_IT, of=entry
                )
            )
        user = around.slack.users_info(user=entry)["user"]
    except SlackApiError as error:
        if answer_of(error) is Answer.UNKNOWN:
            raise
        return _unread(entry, slack_code(error))
    if user.get("deleted"):
        return Finding(
            Verdict.FAILS,
            f"{entry} is a deactivated account, so it is no manager.",
            _TAKE_OUT,
            of=entry,
        )
    if user.get("is_bot"):
        return Finding(
            Verdict.FAILS, f"{entry} is an app's account, so it is no manager.", _TAKE_OUT, of=entry
        )
    return None


_NOBODY_IN_IT = "Put people into the group in Slack, or take it out of LABELJOB_MANAGERS."
_TAKE_OUT = "Take it out of LABELJOB_MANAGERS, name somebody else there, and start the bot again."


def _unread(entry: str, code: str) -> Finding:
    """An entry that Slack refuses to tell of, with what helps against this code."""
    if not entry.startswith("S"):
        return Finding(Verdict.FAILS, f"Slack does not know {entry} ({code}).", of=entry)
    remedy = ""
    if code == "plan_upgrade_required":
        remedy = (
            "The workspace's plan has no user groups (any more): name people by id in "
            "LABELJOB_MANAGERS instead."
        )
    elif code == "missing_scope":
        remedy = (
            "Install the app again with the scope usergroups:read, or name people by id in "
            "LABELJOB_MANAGERS."
        )
    return Finding(
        Verdict.FAILS,
        f"Slack does not tell who is in {entry} ({code}), so it counts as empty.",
        remedy,
        of=entry,
    )


@probe("places of channels", needs=("LABELJOB_PLACES", "Slack token"))
def places(around: Surroundings) -> Iterator[Finding]:
    """LABELJOB_PLACES names channels that the bot is in.

    Name channels by their id (C…: the channel's details, at the end), and type /invite @labeljob in
    each of them.
    """
    by_channel = around.settings.places
    if by_channel is None:
        yield Finding(
            Verdict.OK, "LABELJOB_PLACES is not set: every channel may use all of LABELJOB_BUCKETS."
        )
        return
    named = [channel for channel in by_channel if channel != OTHERS]
    strange = [channel for channel in named[:_CHANNELS] if not _is_in(around, channel)]
    if strange:
        yield Finding(
            Verdict.LOOK, f"The bot is not in {', '.join(strange)}, or there is no such channel."
        )
        return
    others = "every other one may use none"
    if OTHERS in by_channel:
        others = f"every other one may use {', '.join(by_channel[OTHERS])}"
    unasked = f" (the first {_CHANNELS} were looked for)" if len(named) > _CHANNELS else ""
    yield Finding(
        Verdict.OK, f"{count(len(named), 'channel')} with places of its own{unasked}; {others}."
    )


def _is_in(around: Surroundings, channel: str) -> bool:
    """Whether the bot is in this channel, or it is a conversation with one person."""
    try:
        info = around.slack.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        if slack_code(error) == "channel_not_found":
            return False
        raise
    return bool(info.get("is_member") or info.get("is_im"))


@probe(
    "way in from Slack",
    needs=(
        "LABELJOB_SLACK_TRANSPORT",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "LABELJOB_SLACK_API_URL",
    ),
)
def way_in(around: Surroundings) -> Iterator[Finding]:
    """What Socket Mode or signed HTTP needs is there.

    Socket Mode: make an app-level token with the scope connections:write (Basic Information,
    App-Level Tokens), put it into SLACK_APP_TOKEN, and switch Socket Mode on in the app. Signed
    HTTP: copy the Signing Secret (Basic Information) into SLACK_SIGNING_SECRET, and install the
    manifest of `labeljob slack-manifest --url https://…`.
    """
    settings = around.settings
    if settings.slack_transport == "socket":
        # Slack hands out an address for one connection; it is not used, and dies by itself.
        around.slack.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
        yield Finding(Verdict.OK, "Socket Mode: SLACK_APP_TOKEN opens connections.")
    elif _SECRET.fullmatch(settings.slack_signing_secret.get_secret_value()):
        yield Finding(
            Verdict.OK,
            "Signed HTTP: SLACK_SIGNING_SECRET is set; only a request of Slack's can prove it.",
        )
    else:
        yield Finding(
            Verdict.LOOK, "SLACK_SIGNING_SECRET does not look like one (32 hexadecimal digits)."
        )
