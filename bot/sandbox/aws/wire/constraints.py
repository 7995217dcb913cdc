"""What AWS checks in a request and boto3 mostly does not: enum, pattern, minimum, maximum and
presence of every member.

Promises the dispatcher AWS's own words ("1 validation error detected: Value ... at ... failed to
satisfy constraint"). Patterns are matched over the whole value, as AWS does. The few patterns of
the models that compile nowhere (surrogate ranges) count as no pattern; `uncompilable` lists them.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import regex
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

__all__ = ["uncompilable", "violations"]

_LONGEST_ECHO = 300


def violations(shape: Shape, value: Any, at: str = "") -> Iterator[str]:
    """Every broken constraint below `value`, in AWS's words; `at` is the path so far
    (`humanTaskConfig.taskTitle`).

    What is of a wrong type, or unknown, is passed over: it is for ParamValidator.
    """
    yield from (
        (
            f"Value '{_echo(value)}' at '{at or _lower_first(shape.name)}' failed to satisfy "
            f"constraint: {words}"
        )
        for words in _broken(shape, value)
    )
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, member_shape in shape.members.items():
            below = f"{at}.{_lower_first(name)}" if at else _lower_first(name)
            if value.get(name) is not None:
                yield from violations(member_shape, value[name], below)
            elif name in shape.required_members:
                yield (
                    f"Value null at '{below}' failed to satisfy constraint: Member must not be null"
                )
    elif isinstance(shape, ListShape) and isinstance(value, list | tuple):
        for index, member in enumerate(value, start=1):
            yield from violations(shape.member, member, f"{at}.{index}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, member in value.items():
            yield from violations(shape.key, key, f"{at}.{key}.key")
            yield from violations(shape.value, member, f"{at}.{key}.value")


def uncompilable(model: ServiceModel) -> list[str]:
    """The patterns of a service model that no engine here compiles: they are not checked."""
    patterns = {model.shape_for(name).metadata.get("pattern", "") for name in model.shape_names}
    return sorted(pattern for pattern in patterns if pattern and _compiled(pattern) is None)


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    rules = shape.metadata
    if "enum" in rules and isinstance(value, str) and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"
    pattern = _compiled(rules["pattern"]) if "pattern" in rules and isinstance(value, str) else None
    if pattern is not None and not pattern.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}"
    measured = _measure(shape, value)
    if measured is None:
        return
    size, what = measured
    if "min" in rules and size < rules["min"]:
        yield f"Member must have {what} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"Member must have {what} less than or equal to {rules['max']}"


def _measure(shape: Shape, value: Any) -> tuple[float, str] | None:
    if shape.type_name in {"integer", "long", "float", "double"} and isinstance(value, int | float):
        return float(value), "value"
    if shape.type_name in {"string", "blob", "list", "map"} and isinstance(
        value, str | bytes | list | dict
    ):
        return len(value), "length"
    return None


@cache
def _compiled(pattern: str) -> "regex.Pattern[str] | None":
    try:
        return regex.compile(pattern)
    except regex.error:
        return None


def _echo(value: Any) -> str:
    text = f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
