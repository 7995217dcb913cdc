"""The private workforce of an account and Region: work teams of SageMaker made of groups of its
Cognito user pool, or of groups of an OIDC provider.

Facts: CreateWorkteam, UpdateWorkteam, DeleteWorkteam and ListWorkforces of SageMaker's API
reference; "Manage a Private Workforce" of its guide (a workforce is a user pool, a team a group in
it, a worker a user); AdminCreateUser and the group operations of Cognito's API reference.
"""

import re
from typing import Any

from bot.base.aws import Aws, AwsBusy, AwsRefused, renamed
from bot.base.deadline import over
from bot.engines.ground_truth.gateway import work_team
from bot.engines.workforce import (
    Member,
    NoSuchMember,
    NotManaged,
    NoWorkforce,
    Roster,
    TeamTaken,
    check_groups,
)
from bot.people.work_team import WorkTeam

_PAGE = 60  # Cognito: Limit of a list
_PAGES_MAX = 50
_INVITED = "FORCE_CHANGE_PASSWORD"
_SUB = re.compile(r"[0-9A-Za-z-]{1,128}")  # a UUID, in all that were seen
_DESCRIPTION = "Made in Slack with Labeljob"

Definitions = list[dict[str, Any]]


class PrivateWorkforce:
    """See `bot.engines.workforce.Workforce`. Clients answer or give up within 1.5 s."""

    def __init__(self, aws: Aws) -> None:
        self._sagemaker = aws.form("sagemaker")
        self._pool = UserPool(aws)

    def by_groups(self) -> bool:
        """Whether the workforce is an OIDC provider's."""
        return "OidcConfig" in self._workforce()

    def create(self, name: str, groups: tuple[str, ...]) -> WorkTeam:
        """A group in the pool and the team that is made of it; or a team of the provider's groups.

        A group of that name which is there already is taken, with the people in it.
        """
        workforce = self._workforce()
        if "OidcConfig" in workforce:
            check_groups(groups)
            members: dict[str, Any] = {"OidcMemberDefinition": {"Groups": list(groups)}}
        else:
            config = workforce.get("CognitoConfig")
            if not config:
                raise NoWorkforce
            pool, client = config["UserPool"], config["ClientId"]
            self._pool.make_group(pool, name)
            group = {"UserPool": pool, "UserGroup": name, "ClientId": client}
            members = {"CognitoMemberDefinition": group}
        self._make(name, workforce["WorkforceName"], members)
        return work_team(self._described(name))

    def roster(self, team: str) -> Roster:
        """The users of the team's groups, each once, by address; or the provider's groups."""
        definitions = self._definitions(team)
        people: dict[str, Member] = {}
        for pool, group in _cognito(definitions):
            for user in self._pool.users(pool, group):
                member = _member(user)
                people[member.email] = member
        return Roster(tuple(people[email] for email in sorted(people)), _oidc(definitions))

    def address(self, worker: str) -> str:
        """That of the pool's user of this `sub`; a provider's people have none here."""
        config = self._workforce().get("CognitoConfig")
        if not config or not _SUB.fullmatch(worker):
            return ""
        user = self._pool.user(config["UserPool"], "sub", worker)
        return _member(user).email.lower() if user else ""

    def invite(self, team: str, email: str) -> bool:
        """A user who is new gets Cognito's own invitation, with a first password."""
        pool, group = _own_group(team, self._definitions(team))
        username = self._pool.username(pool, email)
        new = not username
        self._pool.join(pool, group, username or self._pool.make_user(pool, email))
        return new

    def add(self, team: str, who: str) -> None:
        """A user of the pool joins the team's group; a group of the provider joins the team."""
        definitions = self._definitions(team)
        if not _cognito(definitions):
            others = [group for group in _oidc(definitions) if group != who]
            self._regroup(team, (*others, who))
            return
        pool, group = _own_group(team, definitions)
        self._pool.join(pool, group, self._pool.known(pool, who))

    def remove(self, team: str, who: str) -> None:
        """A user leaves every group of the team; a group of the provider leaves the team."""
        definitions = self._definitions(team)
        if not _cognito(definitions):
            self._regroup(team, tuple(group for group in _oidc(definitions) if group != who))
            return
        for pool, group in _cognito(definitions):
            self._pool.leave(pool, group, self._pool.known(pool, who))

    def delete(self, team: str) -> None:
        """The team, then the group of its name, unless another team has that too."""
        definitions = self._definitions(team)
        _in_time()
        with renamed():
            self._sagemaker.delete_workteam(WorkteamName=team)
        for pool, group in _cognito(definitions):
            if group == team:
                self._pool.drop_group(pool, group)

    def _make(self, name: str, workforce: str, members: dict[str, Any]) -> None:
        _in_time()
        try:
            with renamed():
                self._sagemaker.create_workteam(
                    WorkteamName=name,
                    WorkforceName=workforce,
                    MemberDefinitions=[members],
                    Description=_DESCRIPTION,
                )
        except AwsRefused as refusal:
            if refusal.code == "ResourceInUse":
                raise TeamTaken from refusal
            raise

    def _workforce(self) -> dict[str, Any]:
        """The one workforce of the account and Region."""
        with renamed():
            found = self._sagemaker.list_workforces(MaxResults=1)["Workforces"]
        if not found:
            raise NoWorkforce
        return dict(found[0])

    def _described(self, team: str) -> dict[str, Any]:
        _in_time()
        with renamed():
            return dict(self._sagemaker.describe_workteam(WorkteamName=team)["Workteam"])

    def _definitions(self, team: str) -> Definitions:
        return list(self._described(team)["MemberDefinitions"])

    def _regroup(self, team: str, groups: tuple[str, ...]) -> None:
        """The team is made of these groups of the provider from now on."""
        check_groups(groups)
        _in_time()
        definition = {"OidcMemberDefinition": {"Groups": list(groups)}}
        with renamed():
            self._sagemaker.update_workteam(WorkteamName=team, MemberDefinitions=[definition])


class UserPool:
    """Users and groups of Cognito user pools."""

    def __init__(self, aws: Aws) -> None:
        self._cognito = aws.form("cognito-idp")

    def make_group(self, pool: str, group: str) -> None:
        """The group is there from now on; it may have been before."""
        _in_time()
        try:
            with renamed():
                self._cognito.create_group(
                    UserPoolId=pool, GroupName=group, Description=_DESCRIPTION
                )
        except AwsRefused as refusal:
            if refusal.code != "GroupExistsException":
                raise

    def drop_group(self, pool: str, group: str) -> None:
        """The group is no more; where Cognito will not, or not now, it stays, and the next team of
        its name takes it over.
        """
        try:
            _in_time()
            with renamed():
                self._cognito.delete_group(UserPoolId=pool, GroupName=group)
        except (AwsRefused, AwsBusy):
            return

    def users(self, pool: str, group: str) -> list[dict[str, Any]]:
        """Everybody in a group."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            _in_time()
            with renamed():
                page = self._cognito.list_users_in_group(
                    UserPoolId=pool, GroupName=group, Limit=_PAGE, **token
                )
                found += page["Users"]
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        return found

    def user(self, pool: str, name: str, value: str) -> dict[str, Any] | None:
        """The first user with this value (of no quotation marks) of `email` or `sub`."""
        _in_time()
        with renamed():
            found = self._cognito.list_users(UserPoolId=pool, Filter=f'{name} = "{value}"')["Users"]
            return dict(found[0]) if found else None

    def username(self, pool: str, email: str) -> str:
        """How the pool calls the user of an address; "" where there is none."""
        user = self.user(pool, "email", email)
        return str(user["Username"]) if user else ""

    def known(self, pool: str, email: str) -> str:
        """As `username`.

        Raises:
            NoSuchMember: there is none.

        """
        username = self.username(pool, email)
        if not username:
            raise NoSuchMember(
                f"The private workforce has nobody of the address {email}. /labelteam invite "
                "takes people into it."
            )
        return username

    def make_user(self, pool: str, email: str) -> str:
        """A new user of that address, by the name that the pool gives them.

        UNSURE: whether a pool that SageMaker's console made takes an address as a user's name;
        Cognito's own pools do unless an address is an alias there.
        """
        _in_time()
        with renamed():
            made = self._cognito.admin_create_user(
                UserPoolId=pool,
                Username=email,
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                ],
                DesiredDeliveryMediums=["EMAIL"],
            )
            return str(made["User"]["Username"])

    def join(self, pool: str, group: str, username: str) -> None:
        """The user is in the group from now on."""
        _in_time()
        with renamed():
            self._cognito.admin_add_user_to_group(
                UserPoolId=pool, Username=username, GroupName=group
            )

    def leave(self, pool: str, group: str, username: str) -> None:
        """The user is not in the group any more."""
        _in_time()
        with renamed():
            self._cognito.admin_remove_user_from_group(
                UserPoolId=pool, Username=username, GroupName=group
            )


def _in_time() -> None:
    """Refuse to begin what nobody waits for any more."""
    if over():
        raise AwsBusy(
            "AWS was too slow: not all of it was done. Type it again; what was done is not done "
            "twice."
        )


def _cognito(definitions: Definitions) -> list[tuple[str, str]]:
    """The pools and groups of a team."""
    found = [each.get("CognitoMemberDefinition") for each in definitions]
    return [(each["UserPool"], each["UserGroup"]) for each in found if each]


def _oidc(definitions: Definitions) -> tuple[str, ...]:
    """The groups of the provider that a team is made of."""
    found = [each.get("OidcMemberDefinition") or {} for each in definitions]
    return tuple(group for each in found for group in each.get("Groups") or ())


def _own_group(team: str, definitions: Definitions) -> tuple[str, str]:
    """The group of the team's own name, else its first.

    Raises:
        NotManaged: the team has groups of a provider.

    """
    groups = _cognito(definitions)
    if not groups:
        raise NotManaged(
            "Your identity provider says who is in this team. Add or remove groups here, and "
            "people there."
        )
    return next((each for each in groups if each[1] == team), groups[0])


def _member(user: dict[str, Any]) -> Member:
    known = {each["Name"]: each.get("Value") or "" for each in user.get("Attributes", ())}
    return Member(
        email=known.get("email") or str(user.get("Username") or ""),
        name=known.get("name", ""),
        waiting=user.get("UserStatus") == _INVITED,
    )
