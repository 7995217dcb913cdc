"""Parameters made by hypothesis from botocore's models: valid ones, and ones with a single thing
wrong.
"""

from __future__ import annotations

import base64
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex
from hypothesis import strategies as st

if TYPE_CHECKING:
    from botocore.model import Shape

Known = dict[str, list[Any]]
"""Member name -> values that exist in the practice account, so that not everything ends in "not
found".
"""

DEEPEST = 5
LONGEST = 40
# The stdlib's engine knows no \p{...}; a smaller language of the same pattern is as good for making
# examples.
_CLASSES = {"L": "a-zäß", "Z": " ", "N": "0-9", "M": "\u0301", "S": "+=", "P": "!,."}


def to_stdlib(pattern: str) -> str:
    """A pattern of Java's dialect with its Unicode classes replaced by a few of their members."""
    return re.sub(r"\\p\{(\w)\}", lambda found: _CLASSES[found.group(1)], pattern)


@functools.cache
def _matching(pattern: str, low: int, high: int) -> st.SearchStrategy[str] | None:
    try:
        compiled = re.compile(to_stdlib(pattern), re.ASCII)
    except re.error:
        return None
    # Examples of an open pattern are often too short or too long: the short ones are also tried
    # doubled.
    return st.from_regex(compiled, fullmatch=True).map(
        lambda text: _fitted(compiled, text, low, high)
    )


def _fitted(compiled: re.Pattern[str], text: str, low: int, high: int) -> str:
    for candidate in (
        text,
        text + "a" * max(0, low - len(text)),
        text[:high],
        "a" * max(low, 1),
        "1" * max(low, 1),
    ):
        if low <= len(candidate) <= high and compiled.fullmatch(candidate):
            return candidate
    return text


def valid(shape: Shape, known: Known, name: str = "", depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that satisfy the shape; members named in `known` are mostly taken from there."""
    made = _of_shape(shape, known, depth)
    return st.one_of(st.sampled_from(known[name]), made) if name in known else made


def _of_shape(shape: Shape, known: Known, depth: int) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one per kind
    rules = shape.metadata
    low, high = rules.get("min", 0), rules.get("max")
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, known, depth)
    if kind == "list":
        most = min(low + 2, high if high is not None else low + 2)
        return st.lists(_of_shape(shape.member, known, depth + 1), min_size=low, max_size=most)  # type: ignore[attr-defined]
    if kind == "map":
        keys = _of_shape(shape.key, known, depth + 1)  # type: ignore[attr-defined]
        values = _of_shape(shape.value, known, depth + 1)  # type: ignore[attr-defined]
        return st.dictionaries(keys, values, min_size=low, max_size=max(low, 2))
    if kind == "string":
        return _string(shape)
    if kind == "blob":
        whole = st.binary(min_size=max(low, 1), max_size=max(low, 1) + 30)
        return whole.map(lambda content: base64.b64encode(content).decode())
    if kind == "boolean":
        return st.booleans()
    if kind == "timestamp":
        return st.integers(0, 2_000_000_000)
    if kind in {"integer", "long"}:
        return st.integers(low, high if high is not None else low + 1000)
    if kind in {"float", "double"}:
        return st.floats(low, high if high is not None else low + 1000, allow_nan=False)
    raise AssertionError(kind)


def _string(shape: Shape) -> st.SearchStrategy[str]:
    rules = shape.metadata
    if "enum" in rules:
        return st.sampled_from(rules["enum"])
    low, high = rules.get("min", 0), rules.get("max", 10_000)
    if "pattern" in rules:
        matching = _matching(rules["pattern"], low, high)
        if matching is not None:
            return matching
    return st.text(
        st.sampled_from("abcXYZ019-_"),
        min_size=max(low, 1),
        max_size=min(high, max(low, 1) + LONGEST),
    )


def _structure(shape: Shape, known: Known, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    members = shape.members  # type: ignore[attr-defined]
    if getattr(shape, "is_tagged_union", False):  # exactly one member says something
        alone = [
            st.fixed_dictionaries({name: valid(each, known, name, depth + 1)})
            for name, each in members.items()
        ]
        return st.one_of(alone)
    needed = {name: valid(members[name], known, name, depth + 1) for name in shape.required_members}
    if depth >= DEEPEST:
        return st.fixed_dictionaries(needed)
    free = {
        name: valid(each, known, name, depth + 1)
        for name, each in members.items()
        if name not in needed
    }
    return st.fixed_dictionaries(needed, optional=free)


@dataclass(frozen=True)
class Break:
    """One thing wrong in a request: where, what, and the value that makes it so (`...` takes the
    member away).
    """

    path: tuple[str | int, ...]
    kind: str
    value: Any


def breaks(shape: Shape, value: Any, path: tuple[str | int, ...] = ()) -> list[Break]:
    """Every way in which a single change makes this valid value invalid by its model."""
    found = [Break(path, "type", wrong) for wrong in _wrong_types(shape) if path]
    rules, kind = shape.metadata, shape.type_name
    if kind == "string" and path:
        found += _broken_string(rules, path)
    if kind in {"integer", "long", "float", "double"}:
        found += [Break(path, "min", rules["min"] - 1)] if "min" in rules else []
        found += [Break(path, "max", rules["max"] + 1)] if "max" in rules else []
    if kind == "list":
        found += [Break(path, "min", [])] if rules.get("min", 0) > 0 else []
        if "max" in rules and rules["max"] < 200 and value:
            found.append(Break(path, "max", [value[0]] * (rules["max"] + 1)))
        for index, each in enumerate(value):
            found += breaks(shape.member, each, (*path, index))  # type: ignore[attr-defined]
    if kind == "structure":
        for name, each in shape.members.items():  # type: ignore[attr-defined]
            if name in value:
                found += breaks(each, value[name], (*path, name))
        found += [Break((*path, name), "required", ...) for name in shape.required_members]
    return found


def _broken_string(rules: dict[str, Any], path: tuple[str | int, ...]) -> list[Break]:
    if "enum" in rules:
        return [Break(path, "enum", "Bogus-Value")]
    found = []
    if rules.get("min", 0) > 0:
        found.append(Break(path, "min", "a" * (rules["min"] - 1)))
    if "max" in rules and rules["max"] <= 5000:
        found.append(Break(path, "max", "a" * (rules["max"] + 1)))
    if "pattern" in rules:
        try:
            compiled = regex.compile(rules["pattern"])
        except regex.error:
            return found
        low = max(rules.get("min", 0), 1)
        wrong = next(
            (
                each
                for each in ("\x00", "a\nb", "§ §", "-", " ")
                if not compiled.fullmatch(each * low)
            ),
            None,
        )
        if wrong is not None:
            found.append(Break(path, "pattern", wrong * low))
    return found


def _wrong_types(shape: Shape) -> list[Any]:
    kinds: dict[str, list[Any]] = {
        "string": [7, [], {}, True],
        "blob": [7, "not base64 §"],
        "integer": ["7", 1.5, [], True],
        "long": ["7", 1.5, {}],
        "float": ["7", []],
        "double": ["7", []],
        "boolean": ["yes", 1, []],
        "timestamp": [[], {}, True],
        "list": ["x", {}, 7],
        "map": ["x", [], 7],
        "structure": ["x", [], 7],
    }
    return kinds[shape.type_name]


def broken(value: Any, wrong: Break) -> Any:
    """A copy of the value with that one thing wrong."""
    if not wrong.path:
        return wrong.value
    first, *rest = wrong.path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if not rest and wrong.value is ...:
        copy.pop(first)  # type: ignore[arg-type]
    elif not rest:
        copy[first] = wrong.value  # type: ignore[index]
    else:
        copy[first] = broken(copy[first], Break(tuple(rest), wrong.kind, wrong.value))  # type: ignore[index]
    return copy
