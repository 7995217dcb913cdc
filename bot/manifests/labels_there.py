"""Which labels a manifest carries already (pure, streaming): by attribute, their kind and names.

Promises to chaining: a job's results and a model's predictions are read alike; nothing in a
manifest makes this raise; of a long one the first lines tell.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine

LINES = 2_000  # ours: enough to meet every label, and read within a form's patience
_METADATA = "-metadata"
_TYPE = "groundtruth/"
_BACKGROUND = "BACKGROUND"


class Labeled(msgspec.Struct, frozen=True):
    """One label attribute: the `type` of its metadata (groundtruth/object-detection), and the names
    of its labels in the order in which they were met.
    """

    attribute: str
    type: str
    labels: tuple[str, ...]


def labels_there(chunks: Iterable[bytes], lines: int = LINES) -> tuple[Labeled, ...]:
    """The label attributes of a manifest that arrives in pieces, oldest first; of `lines` lines at
    most.
    """
    types: dict[str, str] = {}
    names: dict[str, dict[str, None]] = {}
    for number, body in numbered(chunks):
        if number > lines:
            break
        for attribute, metadata, value in _columns(body):
            types.setdefault(attribute, metadata["type"])
            met = names.setdefault(attribute, {})
            met.update(dict.fromkeys(_names(metadata, value)))
    return tuple(Labeled(name, kind, tuple(names[name])) for name, kind in types.items())


def alone(body: bytes, *attributes: str) -> bytes:
    """The line without its labels but those of `attributes`; whatever is no label stays. A line
    that cannot be read stays as it is.
    """
    others = {name for name, _metadata, _value in _columns(body) if name not in attributes}
    if not others:
        return body
    left_out = others | {f"{name}{_METADATA}" for name in others}
    line = {name: value for name, value in parse(body).items() if name not in left_out}
    return msgspec.json.encode(line)


def _columns(body: bytes | None) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """The label attributes of a line; metadata of other kinds bear names like theirs."""
    if body is None:
        return
    try:
        line = parse(body)
    except BadLine:
        return
    for name, metadata in line.items():
        attribute = name.removesuffix(_METADATA)
        if attribute == name or attribute not in line or not isinstance(metadata, dict):
            continue
        if str(metadata.get("type") or "").startswith(_TYPE):
            yield attribute, metadata, line[attribute]


def _names(metadata: dict[str, Any], value: Any) -> Iterator[str]:
    """The names of the labels that a line's column uses."""
    if isinstance(metadata.get("class-name"), str):
        yield metadata["class-name"]
    for member in ("class-map", "class_map"):
        classes = metadata.get(member)
        if isinstance(classes, dict):
            yield from (name for name in classes.values() if isinstance(name, str))
    colours = metadata.get("internal-color-map")
    if isinstance(colours, dict):
        yield from _in_colours(colours)
    yield from _in_spans(value)


def _in_colours(colours: dict[str, Any]) -> Iterator[str]:
    for colour in colours.values():
        name = colour.get("class-name") if isinstance(colour, dict) else None
        if isinstance(name, str) and name != _BACKGROUND:
            yield name


def _in_spans(value: Any) -> Iterator[str]:
    """Words and phrases list their labels beside the spans."""
    annotations = value.get("annotations") if isinstance(value, dict) else None
    listed = annotations.get("labels") if isinstance(annotations, dict) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("label"), str):
            yield each["label"]
