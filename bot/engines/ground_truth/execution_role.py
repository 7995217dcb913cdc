"""The execution role, as far as IAM lets the bot see: may SageMaker take it, and do its own
policies let it read the data and write the results.

Promises to the review: what IAM denies for certain blocks, what its policies alone do not say is to
be looked at, and a bot that may not ask knows nothing and says so. IAM simulates no policies of
buckets and keys: what no policy of the role allows, a bucket's may.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.base.aws import Aws, AwsRefused, renamed
from bot.base.s3_uri import S3Uri
from bot.engines.protocol import Rights

_SERVICE = "sagemaker.amazonaws.com"
_BUCKETS = 5  # that are asked about while a person waits; most jobs have one
_Question = tuple[str, str, str]  # the action, the resource's ARN, and its address for people


class ExecutionRole:
    """Asks about one role, with a form's patience: one try, 1.5 s a question."""

    def __init__(self, aws: Aws, arn: str) -> None:
        self._iam = aws.form("iam")
        self.arn = arn
        self._name = arn.rpartition("/")[2]

    def rights(self, reads: Iterable[S3Uri], writes: S3Uri) -> Rights:
        """What is known of the role's rights: to read objects like `reads`, to write below
        `writes`, and to list their buckets.

        Raises:
            Transient: IAM did not answer.

        """
        refused: list[str] = []
        blocks, look_at = [], []
        trust = self._trust(refused)
        if trust is not None and not may_take(trust):
            blocks.append(
                f"The execution role {self._name} does not let {_SERVICE} take it "
                "(sts:AssumeRole). An administrator can add that to its trust policy."
            )
        for action, resource, address in self._questions(list(reads), writes):
            if "iam:SimulatePrincipalPolicy" in refused:
                break
            decision, sure = self._simulated(action, resource, refused)
            if decision == "explicitDeny" and sure:
                blocks.append(
                    f"A policy denies the execution role {self._name} {action} on {address}. An "
                    "administrator can take that denial away, or choose another place."
                )
            elif decision not in {"", "allowed"}:
                look_at.append(
                    f"No policy of the execution role {self._name} plainly allows it {action} on "
                    f"{address}. A policy of the bucket may; else Ground Truth would be refused "
                    "there."
                )
        return Rights(blocks=tuple(blocks), look_at=tuple(look_at), fine=self._fine(refused))

    def _fine(self, refused: list[str]) -> str:
        if refused:
            return f"execution role not looked at (the bot may not ask: {', '.join(refused)})"
        return "execution role"

    def _questions(self, reads: list[S3Uri], writes: S3Uri) -> Iterator[_Question]:
        beginning = f"arn:{self.arn.split(':')[1]}:s3:::"
        one_each = {uri.bucket: uri for uri in reversed(reads)}
        for uri in [*one_each.values()][:_BUCKETS]:
            yield "s3:GetObject", f"{beginning}{uri.bucket}/{uri.key}", str(uri)
        below = writes.join("manifests", "output", "output.manifest")
        yield "s3:PutObject", f"{beginning}{below.bucket}/{below.key}", str(writes)
        for bucket in [*dict.fromkeys([*one_each, writes.bucket])][:_BUCKETS]:
            yield "s3:ListBucket", f"{beginning}{bucket}", f"s3://{bucket}"

    def _trust(self, refused: list[str]) -> Mapping[str, Any] | None:
        """Who may take the role; None where the bot may not ask.

        Raises:
            AwsRefused: there is no such role.

        """
        try:
            with renamed():
                role = self._iam.get_role(RoleName=self._name)["Role"]
        except AwsRefused as refusal:
            if refusal.code == "NoSuchEntity":
                words = (
                    f"There is no execution role {self._name} in this account. An administrator "
                    "can correct LABELJOB_EXECUTION_ROLE_ARN."
                )
                raise AwsRefused(words, refusal.code) from refusal
            refused.append("iam:GetRole")
            return None
        trust = role.get("AssumeRolePolicyDocument")  # which boto3 has decoded
        return trust if isinstance(trust, Mapping) else None

    def _simulated(self, action: str, resource: str, refused: list[str]) -> tuple[str, bool]:
        """IAM's decision ("" where the bot may not ask), and whether no unknown circumstance could
        change it.
        """
        try:
            with renamed():
                results = self._iam.simulate_principal_policy(
                    PolicySourceArn=self.arn, ActionNames=[action], ResourceArns=[resource]
                )["EvaluationResults"]
                found = results[0]
                return found["EvalDecision"], not found.get("MissingContextValues")
        except AwsRefused:
            refused.append("iam:SimulatePrincipalPolicy")
            return "", False


def may_take(trust: Mapping[str, Any]) -> bool:
    """Whether a trust policy lets SageMaker take its role. Conditions count as met: nobody knows
    from here.
    """
    statements = _list(trust.get("Statement"))
    return any(
        isinstance(one, Mapping) and one.get("Effect") == "Allow" and _names_sagemaker(one)
        for one in statements
    )


def _names_sagemaker(statement: Mapping[str, Any]) -> bool:
    """Whether a statement is about SageMaker's taking of the role; what it leaves open, it may."""
    if "NotPrincipal" not in statement:
        principal = statement.get("Principal")
        services = principal.get("Service") if isinstance(principal, Mapping) else principal
        known = {"*", _SERVICE}
        if not any(_global(str(each)) in known for each in _list(services)):
            return False
    actions = _list(statement.get("Action"))
    return "NotAction" in statement or any(
        fnmatchcase("sts:assumerole", str(each).lower()) for each in actions
    )


def _global(service: str) -> str:
    """A service's name without the Region or the ending of China that some trust policies give
    it.
    """
    return re.sub(
        r"^(sagemaker)(?:\.[a-z]{2}[a-z-]*-\d)?\.amazonaws\.com(?:\.cn)?$",
        r"\1.amazonaws.com",
        service,
    )


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
