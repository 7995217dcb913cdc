"""What a bucket's policy must say for Custom Labels to use the bucket (pure).

Custom Labels reads and writes with the rights of whoever calls it, which is the bot. So a bucket of
the account needs no policy where the bot's own role has these rights, and none needs a statement
for rekognition.amazonaws.com: the guide says that such statements can be removed (Custom Labels
guide, "Set up SDK permissions" and "Accessing external Amazon S3 buckets"). A policy is asked for
only where S3 denies the bot one of them, or AWS itself says that it could not read or write; it
lets the bot's role do what the guide lists, and nobody else.
"""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from bot.base.blocks import code, in_code

BUCKETS_MOST = 4
"""Buckets that are asked about, ours: Custom Labels trains from pictures of one, and a manifest may
lie in another.
"""
POLICY_RIGHT = "let Rekognition in"  # of people: whoever may have such a policy written
_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket")
_READ = ("s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging")
_WRITE = ("s3:PutObject",)
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")
_NOBODY = "the ARN of the bot's role"


class Closed(msgspec.Struct, frozen=True):
    """A bucket that Custom Labels cannot use as it is.

    `denied` are the actions that S3 denies the bot (none where AWS itself said that it could not
    use the bucket), `caller` is the bot's role ("" where that is not known), `foreign` says that
    the bucket belongs to another account, `barred` that a statement denies outright what another
    one may allow. With `writes` Custom Labels is to write there.
    """

    bucket: str
    denied: tuple[str, ...] = ()
    caller: str = ""
    foreign: bool = False
    barred: bool = False
    writes: bool = False

    @property
    def curable(self) -> bool:
        """Whether statements of the bot's would help, and the bot may have the right to add them:
        S3 takes a policy from the bucket's own account alone.
        """
        return not self.foreign and not self.barred


def role_of(arn: str) -> str:
    """Whom a policy names for a caller: the role of a session. A role's path is not in a session's
    ARN, so S3 takes no role with a path this way ("Invalid principal in policy").
    """
    session = _SESSION.fullmatch(arn)
    if session is None:
        return arn
    partition, account, role = session.groups()
    return f"arn:{partition}:iam::{account}:role/{role}"


def statements(closed: Closed) -> list[dict[str, Any]]:
    """The statements that let the bot, and so Custom Labels, use a bucket."""
    caller = closed.caller or _NOBODY
    partition = caller.split(":")[1] if closed.caller else "aws"
    arn = f"arn:{partition}:s3:::{closed.bucket}"
    objects = [*_READ, *_WRITE] if closed.writes else list(_READ)
    return [
        _allowed("LabeljobBucket", caller, list(_BUCKET), arn),
        _allowed("LabeljobObjects", caller, objects, f"{arn}/*"),
    ]


def written(closed: Closed) -> str:
    """A whole policy of these statements, to be pasted where the bucket has none."""
    policy = {"Version": "2012-10-17", "Statement": statements(closed)}
    return json.dumps(policy, indent=1)


def merged(policy: str, closed: Closed) -> str | None:
    """A bucket's policy ("" for none) with the statements that it lacks; None where it lacks none.

    What others wrote into it stays as it is.
    """
    said: dict[str, Any] = json.loads(policy) if policy else {"Version": "2012-10-17"}
    there = said.get("Statement", [])
    if isinstance(there, dict):  # IAM takes one statement without a list
        there = [there]
    more = [each for each in statements(closed) if not _says(there, each)]
    if not more:
        return None
    names = {each["Sid"] for each in more}
    kept = [each for each in there if each.get("Sid") not in names]  # ours, as somebody changed it
    return json.dumps({**said, "Statement": [*kept, *more]})


def words(closed: Closed) -> str:
    """What is the matter with a bucket, and the exact policy that mends it, as Slack shows it."""
    bucket = code(closed.bucket)
    if closed.denied:
        lead = (
            "Custom Labels uses buckets with the bot's rights, and S3 denies the bot "
            f"{', '.join(closed.denied)} in bucket {bucket}."
        )
    else:
        lead = f"AWS says that Custom Labels could not use bucket {bucket} with the bot's rights."
    return f"{lead} {_remedy(closed)}\n```{in_code(written(closed))}```"


def told(closed: Closed, *, new: bool) -> str:
    """What became of a press, for whoever pressed."""
    if not new:
        return f"The policy of bucket {closed.bucket} says that already."
    return (
        f"The policy of bucket {closed.bucket} lets the bot, and so Rekognition, in now; what was "
        "in it stays."
    )


def any_curable(closed: Iterable[Closed]) -> bool:
    """Whether the bot's statements would help one of them."""
    return any(each.curable for each in closed)


def _remedy(closed: Closed) -> str:
    """Who does what."""
    if closed.barred:
        return (
            "A statement denies that outright, and these help only once it is changed (S3, "
            "Permissions, Bucket policy):"
        )
    if closed.foreign:
        return (
            "It belongs to another account, so what its policy says is not known here. Its owner "
            "adds these statements, and the bot's role gets the same rights in IAM:"
        )
    return (
        "Whoever may change its policy adds these statements in S3 (Permissions, Bucket policy), "
        "beside those that are there, or gives the bot's role these rights in IAM; a manager can "
        "press [Let Rekognition in], where the bot may:"
    )


def _says(there: Collection[dict[str, Any]], statement: dict[str, Any]) -> bool:
    """Whether a statement stands there, or one of ours that allows more."""
    return any(
        {**each, "Action": ""} == {**statement, "Action": ""}
        and isinstance(each.get("Action"), list)
        and set(each["Action"]) >= set(statement["Action"])
        for each in there
    )


def _allowed(name: str, caller: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {
        "Sid": name,
        "Effect": "Allow",
        "Principal": {"AWS": caller},
        "Action": actions,
        "Resource": resource,
    }
