"""Who belongs to a labeling team of one's own, and how that is changed (pure).

Promises to `/labelteam`: a team has people, known by their e-mail addresses, or groups of an
identity provider of one's own, of which only the names are known. Every change may be asked for
again: what was done already is not done twice.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from bot.base.errors import Refusal
from bot.people.work_team import WorkTeam

# what SageMaker takes for a WorkteamName
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
# Cognito takes any text; this is what a mail can be sent to
_EMAIL = re.compile(r"[^@\s\"<>|]{1,64}@[^@\s\"<>|.]+(\.[^@\s\"<>|.]+)+")
_EMAIL_MAX = 128  # Cognito: Username
_GROUP_MAX, GROUPS_MAX = 63, 10  # SageMaker counts them so in an OidcMemberDefinition


class NoWorkforce(Refusal):
    """There is no private workforce in this AWS account and Region yet. An administrator makes the
    first team in the AWS console (SageMaker, Ground Truth, Labeling workforces, Private); then more
    can be made here.
    """


class NotManaged(Refusal):
    """The people of this labeling team are not managed here: it is a vendor's, or the labeling
    engine has no teams to change.
    """


class NoSuchMember(Refusal):
    """The private workforce has nobody of that e-mail address."""


class TeamTaken(Refusal):
    """A labeling team of this name exists already (upper and lower case count as the same)."""


class BadMember(Refusal):
    """That is no e-mail address."""


class BadTeamName(Refusal):
    """A labeling team's name has 1 to 63 letters a to z, digits and hyphens, and neither begins nor
    ends with a hyphen.
    """


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team; `waiting` until they have signed in for the first time."""

    email: str
    name: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in a team: people, or `groups` whose size nobody here knows."""

    people: tuple[Member, ...] = ()
    groups: tuple[str, ...] = ()


class Workforce(Protocol):
    """The people of one's own. Every method is asked while a person waits, and may raise a
    `Transient` (nothing is known) or a `Refusal`.
    """

    def by_groups(self) -> bool:
        """Whether an identity provider of one's own says who is in which group.

        Raises:
            NoWorkforce: there is none.

        """

    def create(self, name: str, groups: tuple[str, ...]) -> WorkTeam:
        """A new team: of these groups, or with nobody in it where people are listed one by one.

        Raises:
            TeamTaken: the name is.

        """

    def roster(self, team: str) -> Roster:
        """Who is in the team of that name."""

    def address(self, worker: str) -> str:
        """The e-mail address of a worker (an `Answer`'s `sub`); "" of whom none is known."""

    def invite(self, team: str, email: str) -> bool:
        """Take somebody into the workforce and the team; whether they were new, and so get an
        invitation by e-mail.

        Raises:
            NotManaged: the team is made of groups of another provider.

        """

    def add(self, team: str, who: str) -> None:
        """Take somebody who is in the workforce, or a group, into the team.

        Raises:
            NoSuchMember: nobody has that address.

        """

    def remove(self, team: str, who: str) -> None:
        """Take somebody, or a group, out of the team; people stay in the workforce."""

    def delete(self, team: str) -> None:
        """The team is no more; its people stay in the workforce."""


def check_team_name(name: str) -> None:
    """Refuse what no team can be called.

    Raises:
        BadTeamName: with the rule.

    """
    if not _NAME.fullmatch(name):
        raise BadTeamName


def check_email(text: str) -> None:
    """Refuse what no mail can be sent to.

    Raises:
        BadMember: with what was typed.

    """
    if len(text) > _EMAIL_MAX or not _EMAIL.fullmatch(text):
        raise BadMember(
            f"“{text[:80]}” is no e-mail address of at most {_EMAIL_MAX} characters. Name people "
            "by their addresses, with blanks between them."
        )


def check_groups(groups: tuple[str, ...]) -> None:
    """Refuse groups that no team can be made of.

    Raises:
        BadMember: none, too many, or one that is too long.

    """
    if not 1 <= len(groups) <= GROUPS_MAX:
        raise BadMember(
            f"A team of this workforce is made of 1 to {GROUPS_MAX} groups of your identity "
            "provider. Name them with blanks between them."
        )
    if any(len(group) > _GROUP_MAX for group in groups):
        raise BadMember(f"A group's name has at most {_GROUP_MAX} characters.")
