"""Who may do what: a channel's membership and a person's role, asked anew at every press.

Roles grow: stranger < labeler (guests are labelers and nothing more) < member of the project's
channel (sees and creates) < manager (stops, takes over, imports; named in LABELJOB_MANAGERS by user
id or user group). People of other workspaces (Slack Connect), bots, and whom Slack does not show
are strangers. An action without a rule is refused.

Every code of Slack's has one of three answers: a definite no is nobody (never a reason to keep
others out), a token that may not ask is the administrator's business, and only no answer at all is
worth another try.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.deadline import over
from bot.base.errors import LabeljobError, NotAllowed, Refusal, Transient
from bot.base.slack_failures import NO_ANSWER, Answer, answer_of, slack_code
from bot.people.rules import Role, Rule

_LIFE = 20.0  # seconds that an answer of Slack's about people is believed
# seconds that somebody who is in no such channel is believed not to have joined it since
_LIFE_OF_NO = 5.0
_PAGE = 999  # channels of one page of users.conversations, the most that Slack gives
_NAMED = 5  # managers that a refusal names
# a channel's id, alone or as Slack writes a link to it
_CHANNEL = re.compile(r"(?:<#)?([CG][A-Z0-9]{2,})(?:\|[^>]*)?>?")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Who:
    """A person in a channel.

    `why_not` says in words why a stranger may not {} ("" for somebody who is none). `gone`: the
    account is deactivated, or Slack does not show it any more. `typed`: that they are `in_channel`
    is known only from their having typed there. `doubt` names the user group of managers of which
    Slack did not say who is in it, "" where all is known.
    """

    user_id: str
    name: str
    role: Role
    in_channel: bool
    guest: bool
    why_not: str = ""
    gone: bool = False
    typed: bool = False
    doubt: str = ""


class NotHere(Refusal):
    """Labeljob is not in this channel. Type /invite @labeljob here, then try again."""


class DirectMessage(NotHere):
    """Labeljob works in channels; a direct message cannot hold it. Type the command in the channel
    of your project.
    """


class NotThere(NotHere):
    """This belongs to another channel, which Labeljob is not in. Somebody in there types /invite
    @labeljob first.
    """


class NoSuchChannel(Refusal):
    """Labeljob is in no channel of that name. Type /invite @labeljob there first; a channel is
    named as Slack writes it, such as #orchard-data.
    """


_NOBODY = {"user_not_found", "users_not_found", "user_not_visible"}
"""Codes of users.conversations for somebody who is in none of our channels."""


class SlackSilent(Transient):
    """Slack did not answer, so who you are here is not known. Nothing was done; ask again in a
    minute.
    """


class SlackShut(Transient):
    """Slack does not let Labeljob ask. An administrator must install the app again."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Slack does not let Labeljob ask who may do this (it answers {code}); nothing was "
            "done. An administrator must install the app to the workspace again; `labeljob "
            "doctor` says what is missing."
        )


class _NoSuchThing(Exception):
    """Slack refused a look-up; the argument is its code."""


@dataclass(frozen=True, slots=True)
class _Channels:
    """The channels of a person as far as they were listed; `cursor` is where the list goes on."""

    found: frozenset[str] = frozenset()
    cursor: str = ""
    whole: bool = False


class Access:
    """Asks Slack who somebody is, remembers it for 20 seconds, and applies the rules.

    `slack` is a client whose timeout fits the 3 s in which Slack wants an answer; `team_id` is the
    workspace of the bot's own token, the only one whose people are no strangers; `rules` are those
    of all actions, by the names of their rights; `seconds` only goes on, whatever becomes of the
    clock.
    """

    def __init__(
        self,
        slack: WebClient,
        managers: tuple[str, ...],
        team_id: str,
        rules: Mapping[str, Rule],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slack = slack
        self._managers = managers
        self._rules = rules
        self._seconds = seconds
        self.team_id = team_id
        self._known: dict[tuple[str, str], tuple[float, Any]] = {}

    def who(self, team_id: str, user_id: str, channel: str, *, typed: bool = False) -> Who:
        """The person, as they are now in a channel that `team_id` (a job's workspace) speaks of.

        `typed`: they typed a command or a mention there, so Slack let them in; that is enough to
        see, never to manage, and nothing more is asked. Else their own channels are looked through,
        and the managers' groups.

        Raises:
            DirectMessage: this is no channel.
            NotHere: they are not in there as far as Slack says, and neither is the bot.
            SlackSilent: Slack did not answer.
            SlackShut: the token may not ask.

        """
        if is_direct(channel):
            raise DirectMessage
        if typed:
            self._forget_older(user_id, channel)
        try:
            user = self._user(user_id)
        except _NoSuchThing as refused:
            why = f"Slack does not show Labeljob who you are ({refused}), so you cannot {{}}."
            return Who(
                user_id,
                user_id,
                Role.STRANGER,
                in_channel=False,
                guest=False,
                why_not=why,
                gone=True,
            )
        name = _called(user)
        why = self._why_not(user)
        if not why and team_id != self.team_id:
            why = "This belongs to another workspace; people of this one cannot {}."
        if why:
            gone = bool(user.get("deleted"))
            return Who(
                user_id, name, Role.STRANGER, in_channel=False, guest=False, why_not=why, gone=gone
            )
        if user.get("is_restricted") or user.get("is_ultra_restricted"):
            inside = typed or self._inside(user_id, channel)
            return Who(user_id, name, Role.LABELER, inside, guest=True, typed=typed)
        if typed:
            return Who(user_id, name, Role.MEMBER, in_channel=True, guest=False, typed=True)
        return self._full_member(user_id, name, channel)

    def at_home(self, team_id: str, user_id: str, home: str, here: str) -> Who:
        """As `who`, in the channel `home` of what is looked at `here` ("" in a window or on the App
        Home).

        Raises: NotThere: in place of `NotHere`, where the two are not the same: an invitation to
            here would change nothing.

        """
        try:
            return self.who(team_id, user_id, home)
        except DirectMessage:
            raise
        except NotHere as hidden:
            if home == here:
                raise
            raise NotThere from hidden

    def require(self, action: str, who: Who, *, asked_by: str | None = None) -> None:
        """Refuse unless the rule of `action` lets this person do it.

        Raises:
            NotAllowed: with words that say what and who can.
            SlackSilent: only a manager can, and whether they are one is not known.

        """
        rule = self._rules.get(action)
        if rule is None:
            raise NotAllowed("Nobody may do this: it has no rule.")
        theirs = rule.asker_too and who.user_id == asked_by
        inside = who.in_channel and not who.typed
        allowed = who.role >= rule.least and (who.in_channel or not rule.inside)
        if allowed or (theirs and who.role >= Role.MEMBER and inside):
            return
        can = self._who_can(rule, who, asked_by)
        if who.why_not:
            raise NotAllowed(f"{who.why_not.format(rule.words)} {can}")
        if who.guest and rule.inside:
            raise NotAllowed(
                f"Only members of this channel can {rule.words}. Ask one of them to invite you."
            )
        if who.guest:
            raise NotAllowed(f"Guests may label; they cannot {rule.words}. {can}")
        if who.doubt and not rule.inside:
            raise SlackSilent(
                f"Slack did not say who is in {who.doubt}, so it is not known whether you are a "
                f"manager; nothing was done. {can}"
            )
        if not who.in_channel and (rule.least <= Role.MEMBER or theirs):
            raise NotAllowed(
                f"Only members of this channel can {rule.words}. Join the channel first."
            )
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
            DirectMessage: this is no channel.
            NotHere: it is not.
            SlackSilent, SlackShut: that is not known.

        """
        if is_direct(channel):
            raise DirectMessage
        if not self._channel(channel).get("is_member"):
            self._known.pop(("channel", channel), None)
            raise NotHere

    def is_ours_alone(self, channel: str) -> bool:
        """Whether no other company is in the channel, or invited, as far as Slack says; off where
        it does not say.
        """
        try:
            info = self._channel(channel)
        except LabeljobError as unknown:
            log.info("whose %s is is not known: %s", channel, unknown.words)
            return False
        return not info.get("is_ext_shared") and not info.get("is_pending_ext_shared")

    def channel_named(self, typed: str) -> str:
        """The id of the channel that is meant by its name, with or without the #, or by its id.

        Raises:
            NoSuchChannel: the bot is in none of that name.
            SlackSilent, SlackShut: that is not known.

        """
        found = _CHANNEL.fullmatch(typed.strip())
        if found:
            return found[1]
        wanted, cursor = typed.strip().lstrip("#").lower(), ""
        while not over():
            page = self._own_channels(cursor)
            for channel in page["channels"]:
                if str(channel.get("name")).lower() == wanted:
                    return str(channel["id"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                raise NoSuchChannel
        raise SlackSilent

    def name(self, user_id: str) -> str:
        """What people call somebody; their id where Slack does not show them."""
        try:
            return _called(self._user(user_id))
        except _NoSuchThing:
            return user_id

    def user_with_email(self, email: str) -> str:
        """Who of this workspace has that address in Slack; "" where nobody has, or where the app
        may not ask (scope users:read.email).

        Raises:
            SlackSilent: it is not known.

        """

        def ask() -> dict[str, Any]:
            return dict(self._slack.users_lookupByEmail(email=email)["user"])

        try:
            user = self._ask("email", email, ask)
        except (_NoSuchThing, SlackShut) as refused:
            log.info("Slack names nobody by an address: %s", refused)
            return ""
        return "" if self._why_not(user) else str(user["id"])

    def email_of(self, user_id: str) -> str:
        """Somebody's address in Slack; "" where the app may not read it (scope
        users:read.email).

        Raises:
            SlackSilent, SlackShut: it is not known.

        """
        try:
            return str((self._user(user_id).get("profile") or {}).get("email") or "").lower()
        except _NoSuchThing:
            return ""

    def mentioned(self, kind: str, key: str) -> str:
        """How a person, a channel or a group is called; "" where Slack does not say it now."""
        try:
            if kind == "user":
                return _called(self._user(key))
            if kind == "channel":
                return str(self._channel(key).get("name") or "")
            return self._handles().get(key, "") if kind == "usergroup" else ""
        except (_NoSuchThing, NotHere, SlackSilent, SlackShut) as unknown:
            log.info("the name of %s is not known: %s", key, unknown)
            return ""

    def is_inside(self, user_id: str, channel: str) -> bool:
        """Whether somebody of this workspace, guests too, is in a channel; of many channels this
        costs one list.

        Raises:
            SlackSilent, SlackShut: it is not known.

        """
        try:
            return not self._why_not(self._user(user_id)) and self._inside(user_id, channel)
        except _NoSuchThing:
            return False

    def told(self, user_id: str) -> str:
        """Who hears of what somebody asked for: they, or in place of a deactivated account the
        first active manager.

        "" when there is no such manager. Where Slack does not say, it is the one who asked.
        """
        try:
            if not self._is_gone(user_id):
                return user_id
            return next((manager for manager, _name in self._active_managers()), "")
        except LabeljobError as unknown:
            log.warning("whether %s is still there is not known: %s", user_id, unknown.words)
            return user_id

    def managers(self) -> list[str]:
        """The ids of the managers who can act.

        Raises:
            SlackSilent, SlackShut: it is not known.

        """
        return [user_id for user_id, _name in self._active_managers()]

    def _full_member(self, user_id: str, name: str, channel: str) -> Who:
        """Somebody of this workspace who is no guest: in the channel or not, a manager or not."""
        named = user_id in self._managers
        try:
            inside = self._inside(user_id, channel)
        except (SlackSilent, SlackShut):
            if not named:
                raise
            inside = False
        manager, doubt = (True, "") if named else self._by_group(user_id)
        if not inside and not manager:
            self._channel(channel)  # a channel that the bot cannot see hides its members too
        role = Role.MEMBER if inside else Role.STRANGER
        if manager:
            role = Role.MANAGER
        return Who(user_id, name, role, inside, guest=False, doubt=doubt)

    def _why_not(self, user: dict[str, Any]) -> str:
        """Why somebody may not {} here, whatever it is; "" for people of this workspace."""
        if user.get("deleted"):
            return "Deactivated accounts cannot {}."
        if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
            return "Apps and workflows cannot {}."
        if not self._belongs(user):
            return (
                "People of other workspaces cannot {} yet, even where a channel is shared with "
                "theirs."
            )
        return ""

    def _belongs(self, user: dict[str, Any]) -> bool:
        """Whether somebody is of this workspace.

        In an organisation (Enterprise Grid) a member's `team_id` can be another workspace;
        `enterprise_user.teams` holds every one that they are in. `is_stranger` is set for people of
        other companies alone.
        """
        enterprise = user.get("enterprise_user")
        teams = enterprise.get("teams") if isinstance(enterprise, dict) else None
        of_here = user.get("team_id") == self.team_id or (
            isinstance(teams, list) and self.team_id in teams
        )
        return of_here and not user.get("is_stranger")

    def _who_can(self, rule: Rule, who: Who, asked_by: str | None) -> str:
        """Who else can, in words; that nobody can be named now is no reason not to answer."""
        if rule.least <= Role.MEMBER:
            return "Full members of this channel can."
        if not self._managers:
            return "No manager is named yet; an administrator sets LABELJOB_MANAGERS."
        names: list[str] = []
        try:
            if (
                rule.asker_too
                and asked_by
                and asked_by != who.user_id
                and not self._is_gone(asked_by)
            ):
                names.append(self.name(asked_by))
            for manager, name in self._active_managers():
                if manager not in {who.user_id, asked_by}:
                    names.append(name)
                if len(names) > _NAMED or over():
                    break
        except (SlackSilent, SlackShut) as unknown:
            log.info("the managers could not all be named: %s", unknown.words)
        if not names:
            return "Managers can; an administrator of Labeljob names them (LABELJOB_MANAGERS)."
        names = names if len(names) <= _NAMED else [*names[:_NAMED], "another manager"]
        return f"{' or '.join(filter(None, [', '.join(names[:-1]), names[-1]]))} can."

    def _active_managers(self) -> Iterator[tuple[str, str]]:
        """The managers who can act, as (id, name), those named by id first; each is asked for as it
        is reached.
        """
        groups = [entry for entry in self._managers if entry.startswith("S")]
        named = [entry for entry in self._managers if not entry.startswith("S")]
        seen: set[str] = set()
        for ids in (sorted(named), *(self._group(group)[0] for group in groups)):
            for user_id in sorted(ids):
                if user_id in seen:
                    continue
                seen.add(user_id)
                try:
                    user = self._user(user_id)
                except _NoSuchThing as refused:
                    log.warning("LABELJOB_MANAGERS names %s: Slack answers %s", user_id, refused)
                    continue
                if not self._why_not(user):
                    yield user_id, _called(user)

    def _is_gone(self, user_id: str) -> bool:
        """Whether the account is deactivated, or not shown any more."""
        try:
            return bool(self._user(user_id).get("deleted"))
        except _NoSuchThing:
            return True

    def _user(self, user_id: str) -> dict[str, Any]:
        return dict(
            self._ask("user", user_id, lambda: self._slack.users_info(user=user_id)["user"])
        )

    def _channel(self, channel: str) -> dict[str, Any]:
        """What Slack says of a channel.

        Raises:
            NotHere: the bot cannot see it.
            DirectMessage: it is one, which the bot's scopes do not cover.

        """
        try:
            info = self._ask(
                "channel",
                channel,
                lambda: self._slack.conversations_info(channel=channel)["channel"],
            )
        except _NoSuchThing as refused:
            raise NotHere from refused
        if info.get("is_im") or info.get("is_mpim"):
            raise DirectMessage
        return dict(info)

    def _inside(self, user_id: str, channel: str) -> bool:
        """Whether somebody is in a channel, by a list of their channels (of private ones, those the
        bot is in too).

        That is one page for nearly everybody, where the channel's people may be thousands. A list
        that could not be read to its end in time goes on at the next question.

        Raises:
            SlackSilent, SlackShut: it is not known.

        """
        now = self._seconds()
        since, known = self._known.get(("channels", user_id), (now, _Channels()))
        if now - since >= (_LIFE_OF_NO if known.whole and channel not in known.found else _LIFE):
            since, known = now, _Channels()
        while channel not in known.found and not known.whole:
            if over():
                raise SlackSilent(
                    "Slack did not list your channels in time, so it is not known whether you are "
                    "in this one; nothing was done. Typed in the channel itself, `/labeljob "
                    "status` and `/labeljob list` need no such list."
                )
            known = self._next_page(user_id, known)
            self._known["channels", user_id] = (since, known)
        return channel in known.found

    def _forget_older(self, user_id: str, channel: str) -> None:
        """Whoever types in a channel is in there: a list without it is older than that, or of no
        use.
        """
        _since, known = self._known.get(("channels", user_id), (0.0, _Channels()))
        if known.whole and channel not in known.found:
            self._known.pop(("channels", user_id), None)

    def _own_channels(self, cursor: str) -> Any:
        """A page of the channels that the bot itself is in."""
        try:
            return _asked(
                lambda: self._slack.users_conversations(
                    types="public_channel,private_channel", limit=_PAGE, cursor=cursor or None
                )
            )
        except _NoSuchThing as refused:
            raise NoSuchChannel from refused

    def _next_page(self, user_id: str, known: _Channels) -> _Channels:
        """The list with its next page."""
        try:
            page = _asked(
                lambda: self._slack.users_conversations(
                    user=user_id,
                    types="public_channel,private_channel",
                    limit=_PAGE,
                    cursor=known.cursor or None,
                )
            )
        except _NoSuchThing as refused:
            log.info("users.conversations of %s: Slack answers %s", user_id, refused)
            if str(refused) not in _NOBODY:
                raise SlackSilent(
                    f"Slack answers “{refused}”, which Labeljob does not know, so it is not known "
                    "whether you are in this channel; nothing was done. Tell an administrator."
                ) from refused
            return _Channels(known.found, whole=True)
        found = known.found | {str(channel["id"]) for channel in page["channels"]}
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        return _Channels(found, cursor, whole=not cursor)

    def _by_group(self, user_id: str) -> tuple[bool, str]:
        """Whether a group of LABELJOB_MANAGERS holds this person; else the group of which that is
        not known, or "".
        """
        doubt = ""
        for group in self._managers:
            if group.startswith("S"):
                people, known = self._group(group)
                if user_id in people:
                    return True, ""
                doubt = doubt if known else group
        return False, doubt

    def _group(self, group: str) -> tuple[frozenset[str], bool]:
        """The people of a user group, and whether that is known.

        One that cannot be read is empty, whatever Slack's code: a setting must not keep everybody
        out.
        """

        def ask() -> tuple[frozenset[str], bool]:
            try:
                return frozenset(
                    _asked(lambda: self._slack.usergroups_users_list(usergroup=group))["users"]
                ), True
            except _NoSuchThing as refused:
                log.warning(
                    "LABELJOB_MANAGERS names %s: Slack answers %s, so it counts as empty",
                    group,
                    refused,
                )
                return frozenset(), True
            except (SlackShut, SlackSilent) as unknown:
                log.warning("LABELJOB_MANAGERS names %s: %s", group, unknown.words)
                return frozenset(), isinstance(unknown, SlackShut)

        try:
            people, known = self._ask("group", group, ask)
        except SlackSilent:  # no time was left to ask, which nobody needs to remember
            return frozenset(), False
        return people, known

    def _handles(self) -> dict[str, str]:
        """What groups are mentioned by, by their ids."""
        groups = self._ask("groups", "", lambda: self._slack.usergroups_list()["usergroups"])
        return {str(each["id"]): str(each.get("handle") or "") for each in groups}

    def _ask(self, kind: str, key: str, call: Callable[[], Any]) -> Any:
        """The answer, from memory while it is fresh; nothing more is asked for somebody whose time
        has passed.

        Raises:
            SlackSilent: it has passed; and what `_asked` raises.

        """
        now = self._seconds()
        known = self._known.get((kind, key))
        if known and now - known[0] < _LIFE:
            return known[1]
        if over():
            raise SlackSilent
        answer = _asked(call)
        self._known[kind, key] = (now, answer)
        return answer


def is_direct(channel: str) -> bool:
    """Whether this is a direct message of two people: the ids of those begin with D."""
    return channel.startswith("D")


def _called(user: dict[str, Any]) -> str:
    """What people call somebody."""
    profile = user.get("profile") or {}
    return str(
        profile.get("display_name")
        or user.get("real_name")
        or user.get("name")
        or user.get("id")
        or ""
    )


def _asked(call: Callable[[], Any]) -> Any:
    """The answer to a look-up, with Slack's codes told apart.

    Raises: _NoSuchThing: a definite no. SlackShut: the token may not ask. DirectMessage: the
        missing scope is one of direct messages, for which Labeljob asks for none. SlackSilent: no
        answer.

    """
    try:
        return call()
    except SlackApiError as error:
        meant, code = answer_of(error), slack_code(error)
        if meant is Answer.REFUSED:
            raise _NoSuchThing(code) from error
        if meant is Answer.UNKNOWN:
            raise SlackSilent from error
        if code == "missing_scope" and str(error.response.get("needed")).startswith(
            ("im:", "mpim:")
        ):
            raise DirectMessage from error
        raise SlackShut(code) from error
    except NO_ANSWER as error:
        raise SlackSilent from error
