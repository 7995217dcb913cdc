"""IAM: the execution role of the practice account, and what its own policies allow it.

Only what a bot asks before a launch is here: GetRole and SimulatePrincipalPolicy. Which buckets the
role's policies deny or do not name is told by the buckets' situations. As at AWS a simulation knows
nothing of the policies of buckets and keys.
"""

import json
from typing import Any
from urllib.parse import quote

from bot.sandbox.aws.s3.situations import Situations
from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import caller, operation

__all__ = ["ROLE", "Iam"]

ROLE = "LabelingRole"
HTTP_FORBIDDEN, HTTP_NOT_FOUND, HTTP_NOT_IMPLEMENTED = 403, 404, 501
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_OF_BUCKETS = {"s3:listbucket", "s3:getbucketlocation", "s3:getbucketcors"}
_OF_OBJECTS = {"s3:getobject", "s3:putobject", "s3:abortmultipartupload"}
_OF_NOTHING = {
    "cloudwatch:putmetricdata",
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:describelogstreams",
    "logs:putlogevents",
}
_SIMULATED = {"PolicySourceArn", "ActionNames", "ResourceArns"}
_BUCKETS = "arn:aws:s3:::"


class Iam:
    """The operations on the one role of the account."""

    def __init__(self, situations: Situations, *, account: str) -> None:
        self._situations = situations
        self._arn = f"arn:aws:iam::{account}:role/{ROLE}"

    @operation
    def get_role(self, asked: dict[str, Any]) -> dict[str, Any]:
        """GetRole; the trust policy is percent-encoded JSON, as AWS gives it."""
        self._check_caller("iam:GetRole", f"role {asked['RoleName']}")
        self._check_role(asked["RoleName"])
        return {
            "Role": {
                "Path": "/",
                "RoleName": ROLE,
                "RoleId": "AROAPRACTICELABELING",
                "Arn": self._arn,
                "CreateDate": 0,
                "AssumeRolePolicyDocument": quote(json.dumps(_TRUST), safe=""),
            }
        }

    @operation
    def simulate_principal_policy(self, asked: dict[str, Any]) -> dict[str, Any]:
        """SimulatePrincipalPolicy of the role as it is, for each action on each resource."""
        arn = asked["PolicySourceArn"]
        self._check_caller("iam:SimulatePrincipalPolicy", arn)
        self._check_role(arn.rpartition("/")[2] if arn == self._arn else arn)
        more = asked.keys() - _SIMULATED
        if more:
            raise AwsError(
                "NotImplementedException",
                f"This practice server does not have {', '.join(sorted(more))} of simulations.",
                HTTP_NOT_IMPLEMENTED,
            )
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": self._decision(action.lower(), resource),
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                }
                for action in asked["ActionNames"]
                for resource in asked.get("ResourceArns") or ["*"]
            ],
            "IsTruncated": False,
        }

    def _decision(self, action: str, resource: str) -> str:
        """What the role's own policies say: those of docs/running.md, over every bucket whose
        situation says nothing else.
        """
        if action in _OF_NOTHING:
            return "allowed"
        bucket, slash, _ = resource.removeprefix(_BUCKETS).partition("/")
        fits = _OF_OBJECTS if slash else _OF_BUCKETS
        found = self._situations.of(bucket)
        kind = found.kind if found is not None else ""
        if kind == "forbidden":
            return "explicitDeny"
        if not resource.startswith(_BUCKETS) or action not in fits or kind == "unlisted":
            return "implicitDeny"
        return "allowed"

    def _check_role(self, name: str) -> None:
        if name != ROLE:
            raise AwsError(
                "NoSuchEntity", f"The role with name {name} cannot be found.", HTTP_NOT_FOUND
            )

    def _check_caller(self, action: str, resource: str) -> None:
        # UNSURE: whoever took a role here has no right of IAM; at AWS its policies decide.
        who = caller().arn
        if ":assumed-role/" in who:
            raise AwsError(
                "AccessDenied",
                f"User: {who} is not authorized to perform: {action} on resource: {resource} "
                f"because no identity-based policy allows the {action} action",
                HTTP_FORBIDDEN,
            )
