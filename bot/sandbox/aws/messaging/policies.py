"""Resource policies of queues and topics, as far as services of AWS are let in or kept out by them.

Promises an answer for one question: may this service do this to that resource on behalf of that
other resource? What a statement says in words that are not known here (other operators, other keys)
counts as not fulfilled.
"""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["allows", "problem"]

_EXACT, _LIKE = {"StringEquals", "ArnEquals"}, {"StringLike", "ArnLike"}


def problem(policy: str) -> str:
    """What is wrong with a policy's text; "" when it is a policy."""
    try:
        content = json.loads(policy)
    except (ValueError, RecursionError):
        return "it is not JSON"
    statements = _statements(content) if isinstance(content, dict) else []
    if not statements or not all(isinstance(each, dict) for each in statements):
        return "it has no statements"
    if any(each.get("Effect") not in {"Allow", "Deny"} for each in statements):
        return "a statement needs the effect Allow or Deny"
    return ""


def allows(  # noqa: PLR0913 - each is part of the question
    policy: str, *, service: str, action: str, resource: str, source: str, account: str = ""
) -> bool:
    """Whether `service` ("sns.amazonaws.com") may do `action` ("sqs:SendMessage") to the ARN
    `resource`.

    `source` is the ARN of what it does that for, `account` whose that is where the ARN does not
    say. Without a policy it may not.
    """
    if not policy or problem(policy):
        return False
    if not account and source.count(":") > 4:  # noqa: PLR2004 - the account's place in an ARN
        account = source.split(":")[4]
    context = {"aws:sourcearn": source, "aws:sourceaccount": account}
    fitting = {
        each["Effect"]
        for each in _statements(json.loads(policy))
        if _is_principal(each.get("Principal"), service)
        and any(
            fnmatchcase(action.lower(), str(name).lower()) for name in _many(each.get("Action"))
        )
        and any(fnmatchcase(resource, str(name)) for name in _many(each.get("Resource", resource)))
        and _holds(each.get("Condition", {}), context)
    }
    return fitting == {"Allow"}


def _statements(policy: Mapping[str, Any]) -> list[Any]:
    return _many(policy.get("Statement"))


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _is_principal(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    return service in _many(principal.get("Service")) or "*" in _many(principal.get("AWS"))


def _holds(condition: Any, context: Mapping[str, str]) -> bool:
    if not isinstance(condition, dict):
        return False
    return all(
        isinstance(wanted, dict)
        and all(_fits(operator, context.get(key.lower()), wanted[key]) for key in wanted)
        for operator, wanted in condition.items()
    )


def _fits(operator: str, found: str | None, wanted: Any) -> bool:
    patterns = [str(each) for each in _many(wanted)]
    if found is None:
        return False
    if operator in _EXACT:
        # ArnEquals and ArnLike are one at AWS: both know * and ?.
        return any(
            fnmatchcase(found, p) if operator == "ArnEquals" else found == p for p in patterns
        )
    return operator in _LIKE and any(fnmatchcase(found, p) for p in patterns)
