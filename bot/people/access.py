"""Who may do what: a channel's membership and a person's role, asked anew at every press.

Roles grow: stranger < labeler (guests are labelers and nothing more) < member of the project's channel (sees and
creates) < manager (stops, takes over, imports; named in LABELJOB_MANAGERS by user id or user group). People of other
workspaces (Slack Connect) and bots are strangers. An action without a rule is refused.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.clock import Clock
from bot.base.errors import NotAllowed, Refusal, Transient
from bot.slack_failures import NO_ANSWER, slack_code

_NOBODY = {"channel_not_found", "user_not_found", "not_in_channel", "no_such_subteam", "missing_scope"}
_LIFE = 20.0  # seconds that an answer of Slack's about people is believed

log = logging.getLogger(__name__)


class Role(IntEnum):
    """What somebody is in a channel."""

    STRANGER = 0
    LABELER = 1
    MEMBER = 2
    MANAGER = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """The least role for an action, and whether the person who asked for the job may do it as well.

    `inside` asks everybody, managers too, to be a member of the channel.
    """

    least: Role
    asker_too: bool = False
    words: str = ""
    inside: bool = False


RULES = {
    "see": Rule(Role.MEMBER, words="see the jobs of this channel"),
    "create": Rule(Role.MEMBER, words="ask for labeling jobs here"),
    "follow": Rule(Role.MEMBER, words="follow a labeling job here"),
    "read instructions": Rule(Role.LABELER, words="read the instructions", inside=True),
    "stop": Rule(Role.MANAGER, asker_too=True, words="stop this job"),
    "retry": Rule(Role.MANAGER, asker_too=True, words="try this job again"),
    "take over": Rule(Role.MANAGER, words="take over this job"),
    "import": Rule(Role.MANAGER, asker_too=True, words="make a dataset of this job"),
    "create dataset": Rule(Role.MEMBER, words="make datasets here"),
    "tie team": Rule(Role.MANAGER, words="tie a labeling team to a channel"),
}


@dataclass(frozen=True, slots=True)
class Who:
    """A person in a channel."""

    user_id: str
    name: str
    role: Role
    in_channel: bool
    guest: bool
    foreign: bool = False


class NotHere(Refusal):
    """Labeljob is not in this channel. Type /invite @labeljob here, then try again."""


class SlackSilent(Transient):
    """Slack did not tell who you are in time. Nothing was done; please try again."""


class Access:
    """Asks Slack who somebody is, remembers it for 20 seconds, and applies the rules.

    `slack` is a client whose timeout fits the 3 s in which Slack wants an answer.
    """

    def __init__(self, slack: WebClient, managers: tuple[str, ...], clock: Clock) -> None:
        self._slack = slack
        self._managers = managers
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Any]] = {}

    def who(self, team_id: str, user_id: str, channel: str) -> Who:
        """The person, as they are in the channel now.

        Raises:
            NotHere: the bot cannot see the channel.
            SlackSilent: Slack did not answer.

        """
        user = self._user(user_id)
        foreign = user.get("team_id") not in {None, team_id} or user.get("is_stranger") or user.get("deleted")
        guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted"))
        inside = user_id in self._members(channel)
        if foreign or user.get("is_bot"):
            role = Role.STRANGER
        elif guest:
            role = Role.LABELER
        elif user_id in self._manager_ids():
            role = Role.MANAGER
        else:
            role = Role.MEMBER if inside else Role.STRANGER
        return Who(user_id, self.name(user_id), role, inside, guest, bool(foreign or user.get("is_bot")))

    def require(self, action: str, who: Who, *, asked_by: str | None = None) -> None:
        """Refuse unless the rule of `action` lets this person do it.

        Raises:
            NotAllowed: with words that say what and who can.

        """
        rule = RULES.get(action)
        if rule is None:
            raise NotAllowed("Nobody may do this: it has no rule.")
        if (who.role >= rule.least and (who.in_channel or not rule.inside)) or (
            rule.asker_too and who.user_id == asked_by and who.role >= Role.MEMBER and who.in_channel
        ):
            return
        can = self._who_can(rule, who, asked_by)
        if who.foreign:
            raise NotAllowed(f"People of other workspaces and bots cannot {rule.words}. {can}")
        if who.guest and rule.inside:
            raise NotAllowed(f"Only members of this channel can {rule.words}. Ask one of them to invite you.")
        if who.guest:
            raise NotAllowed(f"Guests may label; they cannot {rule.words}. {can}")
        if not who.in_channel and (rule.least <= Role.MEMBER or (rule.asker_too and who.user_id == asked_by)):
            raise NotAllowed(f"Only members of this channel can {rule.words}. Join the channel first.")
        raise NotAllowed(f"You cannot {rule.words}. {can}")

    def may(self, action: str, who: Who, *, asked_by: str | None = None) -> bool:
        """Whether `require` would pass."""
        try:
            self.require(action, who, asked_by=asked_by)
        except NotAllowed:
            return False
        return True

    def check_here(self, channel: str) -> None:
        """Refuse unless the bot is in the channel and may post there.

        Raises:
            NotHere: it is not.

        """
        try:
            info = self._ask("channel", channel, lambda: self._slack.conversations_info(channel=channel)["channel"])
        except NotAllowed as error:
            raise NotHere from error
        if not info.get("is_member") and not info.get("is_im"):
            self._known.pop(("channel", channel), None)
            raise NotHere

    def name(self, user_id: str) -> str:
        """What people call somebody."""
        user = self._user(user_id)
        profile = user.get("profile") or {}
        return str(profile.get("display_name") or user.get("real_name") or user.get("name") or user_id)

    def manager_names(self) -> list[str]:
        """The managers by name; whom Slack does not know is left out."""
        names = []
        for user in sorted(self._manager_ids()):
            try:
                names.append(self.name(user))
            except NotAllowed:
                log.warning("LABELJOB_MANAGERS names %s, whom Slack does not know", user)
        return names

    def _who_can(self, rule: Rule, who: Who, asked_by: str | None) -> str:
        """Who else can, in words."""
        if rule.least <= Role.MEMBER:
            return "Full members of this channel can."
        names = self.manager_names()
        if rule.asker_too and asked_by and asked_by != who.user_id:
            names = [self.name(asked_by), *(name for name in names if name != self.name(asked_by))]
        if not names:
            return "No manager is named yet; an administrator sets LABELJOB_MANAGERS."
        return f"{' or '.join(filter(None, [', '.join(names[:-1]), names[-1]]))} can."

    def _user(self, user_id: str) -> dict[str, Any]:
        return dict(self._ask("user", user_id, lambda: self._slack.users_info(user=user_id)["user"]))

    def _members(self, channel: str) -> frozenset[str]:
        def ask() -> frozenset[str]:
            members: list[str] = []
            cursor = ""
            while True:
                answer = self._slack.conversations_members(channel=channel, limit=1000, cursor=cursor)
                members += answer["members"]
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    return frozenset(members)

        try:
            return frozenset(self._ask("members", channel, ask))
        except NotAllowed as error:
            raise NotHere from error

    def _manager_ids(self) -> frozenset[str]:
        ids = {name for name in self._managers if not name.startswith("S")}
        for group in self._managers:
            if group.startswith("S"):
                ids |= self._group(group)
        return frozenset(ids)

    def _group(self, group: str) -> set[str]:
        """The people of a user group. One that Slack does not know is empty: it must not keep everybody out."""

        def ask() -> list[str]:
            try:
                return list(self._slack.usergroups_users_list(usergroup=group)["users"])
            except SlackApiError as error:
                if slack_code(error) not in _NOBODY:
                    raise
                log.warning("LABELJOB_MANAGERS names %s: Slack answers %s", group, slack_code(error))
                return []

        return set(self._ask("group", group, ask))

    def _ask(self, kind: str, key: str, call: Callable[[], Any]) -> Any:
        """The answer, from memory while it is fresh. Unknown people and channels are not allowed anything."""
        now = self._clock().timestamp()
        known = self._known.get((kind, key))
        if known and now - known[0] < _LIFE:
            return known[1]
        try:
            answer = call()
        except SlackApiError as error:
            if slack_code(error) in _NOBODY:
                raise NotAllowed from error
            raise SlackSilent from error
        except NO_ANSWER as error:
            raise SlackSilent from error
        self._known[kind, key] = (now, answer)
        return answer
