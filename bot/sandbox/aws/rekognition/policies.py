"""Policies of projects: who else may copy their models.

Nobody of another account comes here. Promised is what AWS says to whoever puts a policy: five at
most for a project, one of a name, and a document that IAM can read.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

from bot.sandbox.aws.wire.errors import AwsError
from bot.sandbox.aws.wire.protocol import operation
from bot.sandbox.store import Store

__all__ = ["Policies"]

MOST = 5
_PARTS = frozenset({"Effect", "Principal", "Action", "Resource"})


class Policies:
    """The operations on policies of projects."""

    def __init__(self, store: Store, *, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    @operation
    def put_project_policy(self, asked: dict[str, Any]) -> dict[str, Any]:
        """PutProjectPolicy without a revision: a new policy."""
        if not _readable(asked["PolicyDocument"]):
            raise AwsError("MalformedPolicyDocumentException", "The policy is not well formed.")
        project, revision = asked["ProjectArn"], secrets.token_hex(16)
        with self._store.write() as rows:
            if not rows.execute("SELECT 1 FROM project WHERE arn = ?", (project,)).fetchone():
                raise AwsError("ResourceNotFoundException", "The project does not exist.")
            names = {
                row["name"]
                for row in rows.execute(
                    "SELECT name FROM project_policy WHERE project_arn = ?", (project,)
                ).fetchall()
            }
            if asked["PolicyName"] in names:
                # UNSURE: which of its two errors AWS answers to a name that is there.
                raise AwsError("ResourceAlreadyExistsException", "The policy exists.")
            if len(names) >= MOST:
                raise AwsError("LimitExceededException", "A project has five policies at most.")
            rows.execute(
                "INSERT INTO project_policy (project_arn, name, revision, document, created)"
                " VALUES (?, ?, ?, ?, ?)",
                (*(project, asked["PolicyName"], revision, asked["PolicyDocument"]), self._clock()),
            )
        return {"PolicyRevisionId": revision}

    @operation
    def list_project_policies(self, asked: dict[str, Any]) -> dict[str, Any]:
        """ListProjectPolicies: all there are fit on its page of five."""
        with self._store.read() as rows:
            found = rows.execute(
                "SELECT * FROM project_policy WHERE project_arn = ? ORDER BY created",
                (asked["ProjectArn"],),
            ).fetchall()
        return {
            "ProjectPolicies": [
                {
                    "ProjectArn": row["project_arn"],
                    "PolicyName": row["name"],
                    "PolicyRevisionId": row["revision"],
                    "PolicyDocument": row["document"],
                    "CreationTimestamp": row["created"],
                    "LastUpdatedTimestamp": row["created"],
                }
                for row in found
            ]
        }


def _readable(document: str) -> bool:
    """Whether every statement says who may do what to which."""
    try:
        read = json.loads(document)
    except ValueError:
        return False
    statements = read.get("Statement") if isinstance(read, dict) else None
    if not isinstance(statements, list) or not statements:
        return False
    return all(isinstance(each, dict) and each.keys() >= _PARTS for each in statements)
