"""How many people a private work team has: SageMaker tells its groups, the pool who is in them.

Promises to the list of teams: a size is counted or not told, never guessed; what hinders the
counting hinders the list of teams no further, and is met once a list and not once a team.
"""

import logging
from typing import Any

from bot.base.aws import Aws, renamed
from bot.base.errors import Refusal, Transient

_PAGE = 60  # Cognito: Limit of a list
_PAGES_MAX = 5  # ours: nobody needs to know it of a larger group, and each page is a call a minute

log = logging.getLogger(__name__)


class TeamSizes:
    """Counts the people of Cognito's groups while one list of teams is read.

    A Region has one private workforce, and that one pool: where it does not answer for one team it
    would not for the next, and the list would wait for each.
    """

    def __init__(self, aws: Aws) -> None:
        self._cognito = aws.act("cognito-idp")
        self._hindered = False

    def of(self, team: dict[str, Any]) -> int | None:
        """The people of a work team as SageMaker describes it, each once; None where a group is of
        a provider of one's own (only that knows who is in it), is very large, or the bot may not
        see it (cognito-idp:ListUsersInGroup).
        """
        definitions = team.get("MemberDefinitions") or ()
        groups = [each.get("CognitoMemberDefinition") for each in definitions]
        if self._hindered or not groups or not all(groups):
            return None
        people: set[str] = set()
        try:
            for group in groups:
                found = self._users(group["UserPool"], group["UserGroup"])
                if found is None:
                    return None
                people |= found
        except (Refusal, Transient) as error:
            log.info("the people of %s are not counted: %s", team["WorkteamName"], error.words)
            self._hindered = True
            return None
        return len(people)

    def _users(self, pool: str, group: str) -> set[str] | None:
        """The names of everybody in a group; None of a very large one."""
        found: set[str] = set()
        token: dict[str, str] = {}
        for _ in range(_PAGES_MAX):
            with renamed():
                page = self._cognito.list_users_in_group(
                    UserPoolId=pool, GroupName=group, Limit=_PAGE, **token
                )
                found |= {str(user["Username"]) for user in page["Users"]}
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}
        return None
