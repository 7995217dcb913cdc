"""SageMaker's work teams, the one private workforce, tags, and the preview of worker templates."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.aws.sagemaker.pool_groups import OWN, has_group, people_of, pool_of
from bot.sandbox.aws.sagemaker.rules import check_tags
from bot.sandbox.aws.wire import paging
from bot.sandbox.aws.wire.errors import AwsError, invalid
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["TemplatePreview", "WorkTeams", "cut"]

MOST_TEAMS = 25
MOST_TAGS = 50
USUAL_PAGE = 10
PEOPLE_PER_GROUP = 3
WAITS_TAG = "practice:people"
"""A tag of this stand-in alone: `practice:people` = `wait` makes a team whose people are not
simulated.
"""


class WorkTeams:
    """The operations on work teams, the workforce and tags. `portal` is the address of the worker
    pages, `issuer` that of an OIDC provider whose workforce it is; "" for Cognito's.
    """

    def __init__(  # noqa: PLR0913 - what a workforce stands on
        self,
        store: Store,
        *,
        region: str,
        account: str,
        portal: str,
        clock: Callable[[], float],
        issuer: str = "",
    ) -> None:
        self._issuer = issuer
        self._store = store
        self._region = region
        self._portal = portal.rstrip("/")
        self._arn = f"arn:aws:sagemaker:{region}:{account}"
        self._clock = clock

    @operation
    def create_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """CreateWorkteam: its people are those of its groups, three for each group of another pool;
        they are simulated unless a tag says that it waits.
        """
        if asked.get("WorkforceName", "default") != "default":
            raise invalid(f"Workforce {asked['WorkforceName']} does not exist.")
        tags = asked.get("Tags", [])
        check_tags(tags)
        definitions = asked["MemberDefinitions"]
        self._check_definitions(definitions)
        waits = {"Key": WAITS_TAG, "Value": "wait"} in tags
        name, now = asked["WorkteamName"], self._clock()
        with self._store.write() as rows:
            taken = rows.execute(
                "SELECT 1 FROM workteam WHERE lower(name) = ?", (name.lower(),)
            ).fetchone()
            if taken:
                raise AwsError(
                    "ResourceInUse", f"Cannot create workteam {name}: it already exists."
                )
            if (
                rows.execute(f"SELECT count(*) FROM workteam WHERE {OWN}").fetchone()[0]
                >= MOST_TEAMS
            ):
                raise AwsError(
                    "ResourceLimitExceeded",
                    f"The account-level limit of {MOST_TEAMS} workteams is reached.",
                )
            rows.execute(
                "INSERT INTO workteam (name, arn, description, members, simulated, topic, "
                "created, updated, definitions, access, tags, subdomain) VALUES (?, ?, ?, ?, ?, "
                "?, ?, ?, ?, ?, ?, ?)",
                (
                    *(
                        name,
                        self._team_arn(name),
                        asked["Description"],
                        json.dumps(self._people(rows, definitions)),
                    ),
                    *(not waits, _topic(asked), now, now, json.dumps(definitions)),
                    *(
                        json.dumps(asked.get("WorkerAccessConfiguration", {})),
                        json.dumps(tags),
                        self._portal,
                    ),
                ),
            )
        return {"WorkteamArn": self._team_arn(name)}

    @operation
    def update_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """UpdateWorkteam: what is not sent stays. Members are not told of a new topic, as with
        AWS.
        """
        row = self._team(asked["WorkteamName"])
        definitions = asked.get("MemberDefinitions")
        if definitions is not None:
            self._check_definitions(definitions)
        changed = definitions is not None and definitions != json.loads(row["definitions"])
        members = row["members"]
        with self._store.write() as rows:
            if changed:
                members = json.dumps(self._people(rows, definitions or []))
            rows.execute(
                "UPDATE workteam SET description = ?, definitions = ?, members = ?, topic = ?, "
                "access = ?, updated = ?"
                " WHERE name = ?",
                (
                    asked.get("Description", row["description"]),
                    json.dumps(definitions) if definitions is not None else row["definitions"],
                    members,
                    _topic(asked) if "NotificationConfiguration" in asked else row["topic"],
                    json.dumps(asked.get("WorkerAccessConfiguration", json.loads(row["access"]))),
                    self._clock(),
                    row["name"],
                ),
            )
        return {"Workteam": self._described(self._team(row["name"]))}

    @operation
    def delete_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteWorkteam: there is no way back."""
        row = self._team(asked["WorkteamName"])
        with self._store.write() as rows:
            rows.execute("DELETE FROM workteam WHERE name = ?", (row["name"],))
        return {"Success": True}

    @operation
    def describe_workteam(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeWorkteam, by name."""
        return {"Workteam": self._described(self._team(asked["WorkteamName"]))}

    @operation
    def list_workteams(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListWorkteams."""
        # The reference names its default CreationTime, which is no value that it takes.
        column = {"Name": "lower(name)", "CreateDate": "created"}[asked.get("SortBy", "CreateDate")]
        with self._store.read() as rows:
            found = rows.execute(
                f"SELECT * FROM workteam WHERE {OWN} AND instr(lower(name), ?) > 0"
                f" ORDER BY {column} "
                f"{'DESC' if asked.get('SortOrder') == 'Descending' else 'ASC'}, name",
                (asked.get("NameContains", "").lower(),),
            ).fetchall()
        page, token = cut(asked, found)
        return {"Workteams": [self._described(row) for row in page], "NextToken": token}

    @operation
    def describe_workforce(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DescribeWorkforce: the name is always `default`."""
        if asked["WorkforceName"] != "default":
            raise invalid(f"Workforce {asked['WorkforceName']} does not exist.")
        return {"Workforce": self._workforce()}

    @operation
    def list_workforces(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListWorkforces: one per account and region."""
        matches = asked.get("NameContains", "").lower() in "default"
        return {"Workforces": [self._workforce()] if matches else []}

    @operation
    def add_tags(self, asked: dict[str, Any]) -> dict[str, Any]:
        """AddTags: a key that is there gets the new value."""
        check_tags(asked["Tags"])
        table, tags = self._tagged(asked["ResourceArn"])
        merged = {tag["Key"]: tag["Value"] for tag in (*tags, *asked["Tags"])}
        if len(merged) > MOST_TAGS:
            raise invalid(f"A resource may have {MOST_TAGS} tags at most.")
        return {"Tags": self._set_tags(table, asked["ResourceArn"], merged)}

    @operation
    def list_tags(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListTags: 50 at most, so always one page."""
        return {"Tags": self._tagged(asked["ResourceArn"])[1]}

    @operation
    def delete_tags(self, asked: dict[str, Any]) -> dict[str, Any]:
        """DeleteTags."""
        table, tags = self._tagged(asked["ResourceArn"])
        left = {tag["Key"]: tag["Value"] for tag in tags if tag["Key"] not in asked["TagKeys"]}
        self._set_tags(table, asked["ResourceArn"], left)
        return {}

    def exists(self, arn: str) -> bool:
        """Whether this account has the private work team, or subscribed to the vendor's."""
        with self._store.read() as rows:
            return (
                rows.execute("SELECT 1 FROM workteam WHERE arn = ?", (arn,)).fetchone() is not None
            )

    def _tagged(self, arn: str) -> tuple[str, list[dict[str, str]]]:
        table = "labeling_job" if ":labeling-job/" in arn else "workteam"
        with self._store.read() as rows:
            row = rows.execute(f"SELECT tags FROM {table} WHERE arn = ?", (arn,)).fetchone()
        if row is None:
            raise invalid(f"Could not find a taggable resource for the ARN {arn}.")
        return table, json.loads(row["tags"])

    def _set_tags(self, table: str, arn: str, tags: Mapping[str, str]) -> list[dict[str, str]]:
        written = [{"Key": key, "Value": value} for key, value in tags.items()]
        with self._store.write() as rows:
            rows.execute(f"UPDATE {table} SET tags = ? WHERE arn = ?", (json.dumps(written), arn))
        return written

    def _people(
        self, rows: sqlite3.Connection, definitions: list[dict[str, Any]]
    ) -> list[dict[str, str]]:
        """Those of the groups; of a group of another pool or provider nobody here knows more than
        its name.
        """
        found: list[dict[str, str]] = []
        for each in definitions:
            cognito = each.get("CognitoMemberDefinition")
            if cognito and cognito["UserPool"] == self._pool:
                group = cognito["UserGroup"]
                if not has_group(rows, group):
                    # UNSURE: which words CreateWorkteam has for a group that does not exist.
                    raise invalid(f"The user group {group} does not exist in {self._pool}.")
                found += people_of(rows, [group])
                continue
            names = (
                [cognito["UserGroup"]]
                if cognito
                else each["OidcMemberDefinition"].get("Groups", [])
            )
            found += [person for name in names for person in _made_up(name)]
        return found

    def _team_arn(self, name: str) -> str:
        return f"{self._arn}:workteam/private-crowd/{name}"

    def _team(self, name: str) -> sqlite3.Row:
        with self._store.read() as rows:
            row: sqlite3.Row | None = rows.execute(
                f"SELECT * FROM workteam WHERE {OWN} AND lower(name) = ?", (name.lower(),)
            ).fetchone()
        if row is None:
            # UNSURE: the model declares no error here; SageMaker answers ValidationException in
            # such places.
            raise invalid(f"The workteam {name} does not exist.")
        return row

    def _described(self, row: sqlite3.Row) -> dict[str, Any]:
        definitions = json.loads(row["definitions"]) or [
            {
                "CognitoMemberDefinition": {
                    "UserPool": self._pool,
                    "UserGroup": row["name"],
                    "ClientId": "practice",
                }
            }
        ]
        return {
            "WorkteamName": row["name"],
            "WorkteamArn": row["arn"],
            "WorkforceArn": f"{self._arn}:workforce/private-crowd/default",
            "MemberDefinitions": definitions,
            "Description": row["description"] or row["name"],
            # AWS gives a bare host here. This one has no certificate, so the whole address is
            # given.
            "SubDomain": self._portal or row["subdomain"],
            "CreateDate": row["created"],
            "LastUpdatedDate": row["updated"],
            "NotificationConfiguration": {"NotificationTopicArn": row["topic"]}
            if row["topic"]
            else {},
            "WorkerAccessConfiguration": json.loads(row["access"]) or None,
        }

    def _workforce(self) -> dict[str, Any]:
        people: dict[str, Any] = {"CognitoConfig": {"UserPool": self._pool, "ClientId": "practice"}}
        if self._issuer:
            of_provider = {"ClientId": "practice", "Issuer": self._issuer}
            of_provider |= {
                name: f"{self._issuer}/{name}"
                for name in (
                    *("AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"),
                    *("LogoutEndpoint", "JwksUri"),
                )
            }
            people = {"OidcConfig": of_provider}
        return {
            "WorkforceName": "default",
            "WorkforceArn": f"{self._arn}:workforce/private-crowd/default",
            "SubDomain": self._portal,
            **people,
            "Status": "Active",
        }

    def _check_definitions(self, definitions: list[dict[str, Any]]) -> None:
        kinds = {kind for each in definitions for kind in each}
        if len(kinds) != 1 or any(len(each) != 1 for each in definitions):
            raise invalid("MemberDefinitions must be all Cognito user groups or all OIDC groups.")
        if self._issuer and kinds != {"OidcMemberDefinition"}:
            # UNSURE: which words CreateWorkteam has for a user group where the workforce is a
            # provider's.
            raise invalid("The workforce is of an OIDC identity provider: name its groups.")

    @property
    def _pool(self) -> str:
        return pool_of(self._region)


class TemplatePreview:
    """RenderUiTemplate. `grant` makes a short-lived link from an S3 URI and raises ValueError for
    what is none.
    """

    def __init__(self, grant: Callable[[str], str]) -> None:
        self._grant = grant

    @operation
    def render_ui_template(self, asked: dict[str, Any]) -> dict[str, Any]:
        """RenderUiTemplate: faults of the template come in Errors, with HTTP 200."""
        if ("UiTemplate" in asked) == ("HumanTaskUiArn" in asked):
            raise invalid("Exactly one of UiTemplate and HumanTaskUiArn must be given.")
        try:
            task_input = json.loads(asked["Task"]["Input"])
        except ValueError as error:
            raise invalid("Task.Input is not valid JSON.") from error
        if not isinstance(task_input, dict):
            raise invalid("Task.Input must be a JSON object.")
        if "UiTemplate" not in asked:
            words = "This practice server cannot preview the service's own pages."
            return {"RenderedContent": "", "Errors": [{"Code": "NotSupported", "Message": words}]}
        from bot.sandbox.crowd import liquid_pages  # noqa: PLC0415 - 0.1 s that no start has to pay

        page, faults = liquid_pages.render(asked["UiTemplate"]["Content"], task_input, self._grant)
        return {
            "RenderedContent": page,
            "Errors": [{"Code": code, "Message": words} for code, words in faults],
        }


def _made_up(group: str) -> Iterator[dict[str, str]]:
    """People of a group that nobody has listed."""
    for number in range(1, PEOPLE_PER_GROUP + 1):
        who = f"{group}-{number}"
        yield {"sub": who, "name": who, "email": f"{who}@crew.example"}


def _topic(asked: Mapping[str, Any]) -> str:
    return str(asked.get("NotificationConfiguration", {}).get("NotificationTopicArn", ""))


def cut(asked: Mapping[str, Any], found: list[sqlite3.Row]) -> tuple[list[sqlite3.Row], str | None]:
    """One page of a short list; the token holds how many came before."""
    try:
        start = int((paging.opened(asked) or [0])[0])
    except paging.BadToken as error:
        raise invalid("The NextToken is not valid for this request.") from error
    end = start + asked.get("MaxResults", USUAL_PAGE)
    return found[start:end], paging.sealed(asked, [end]) if end < len(found) else None
