"""The label category file: what is wrong with it for a task type, and what it asks in frames and
point clouds.

Promised to the intake: ``category_fault`` gives the first broken rule in words that end a sentence
("has no list of labels"), "" when there is none; limits are those of AWS's page on label category
configuration files. Promised to the simulated workers: ``settings_of`` reads what they fill in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.crowd.task_kinds import TaskKind

__all__ = ["Asked", "Settings", "category_fault", "settings_of"]

_STANDARD, _SCENE = ("document-version", "2018-11-28"), ("documentVersion", "2020-03-01")
_MOST_LABELS = {
    "ImageMultiClassMultiLabel": 50,
    "TextMultiClassMultiLabel": 50,
    "BoundingBox": 50,
    "AdjustmentBoundingBox": 50,
    "VideoMultiClass": 30,
}
_TWO_LABELS = {
    "ImageMultiClass",
    "ImageMultiClassMultiLabel",
    "TextMultiClass",
    "TextMultiClassMultiLabel",
}
_LONGEST_LABEL = 256
_MOST_SCENE_LABELS, _LONGEST_SCENE_NAME = 30, 16
_MOST_ATTRIBUTES, _MOST_FREE_TEXTS, _LONGEST_DESCRIPTION, _MOST_CHOICES = 10, 5, 128, 10
_SHORT_BELOW, _FULL_BELOW = 255, 2048
_MOST_AUTOMATED_MASKS = 20
ANNOTATION_TYPES = ("BoundingBox", "Polyline", "Polygon", "Keypoint")
_EDITS = {"any", "none"}


@dataclass(frozen=True)
class Asked:
    """One attribute that workers fill in: a choice of ``choices``, a number between ``least`` and
    ``most``, or free text. ``fixed`` ones may not be changed in an audit.
    """

    name: str
    is_number: bool
    choices: tuple[str, ...]
    least: int
    most: int
    fixed: bool


@dataclass(frozen=True)
class Settings:
    """What a scene's category file asks beside its labels."""

    drawn: str
    of_label: Mapping[str, tuple[Asked, ...]]
    of_frame: tuple[Asked, ...]
    fixed: frozenset[str]
    audited: str

    @property
    def only_checked(self) -> bool:
        """Whether no label may be edited: the audit is a verification."""
        return set(self.of_label) == self.fixed


def category_fault(kind: TaskKind, content: Mapping[str, Any], *, automated: bool = False) -> str:
    """What is wrong with the file for this task type; its labels are known to have names."""
    faults = _scene_faults(kind, content) if kind.is_scene else _standard_faults(kind, content)
    return next(_first(kind, content, faults, automated=automated), "")


def _first(
    kind: TaskKind, content: Mapping[str, Any], faults: Iterator[str], *, automated: bool
) -> Iterator[str]:
    names = [entry["label"] for entry in content["labels"]]
    if len(set(names)) != len(names):
        yield "names a label twice"
    least = 0
    if kind.shape != "any":
        least = 2 if kind.name in _TWO_LABELS else 1
    if len(names) < least:
        yield f"has too few labels; this task needs {least}"
    most = _MOST_SCENE_LABELS if kind.is_scene else _MOST_LABELS.get(kind.name, len(names))
    if automated and kind.shape == "mask":
        most = _MOST_AUTOMATED_MASKS
    if len(names) > most:
        yield f"has {len(names):,} labels; {most} are allowed"
    longest = _LONGEST_SCENE_NAME if kind.is_scene else _LONGEST_LABEL
    if any(not 1 <= len(name) <= longest for name in names):
        yield f"has a label that is empty or of more than {longest} characters"
    yield from faults


def _standard_faults(kind: TaskKind, content: Mapping[str, Any]) -> Iterator[str]:
    # A real file without a version is known to have worked; another version is not.
    name, version = _STANDARD
    if content.get(name, version) != version:
        yield f"has {name} {str(content[name])[:40]!r}; it must be {version}"
    if _SCENE[0] in content and name not in content:
        # UNSURE: what the service says of the other kind of file; here the job fails.
        yield f"has {_SCENE[0]}, which is for video frames and point clouds; it needs {name}"
    told = content.get("instructions")
    complete = isinstance(told, dict) and all(
        told.get(each) for each in ("shortInstruction", "fullInstruction")
    )
    if kind.shape == "spans" and not complete:
        yield "needs its instructions, short and full"


def _scene_faults(kind: TaskKind, content: Mapping[str, Any]) -> Iterator[str]:
    name, version = _SCENE
    if content.get(name) != version:
        yield f"needs {name} {version} for this task type"
    yield from _instructions_faults(content.get("instructions", {}))
    drawn = content.get("annotationType", ANNOTATION_TYPES[0])
    if drawn not in ANNOTATION_TYPES:
        yield f"has annotationType {str(drawn)[:40]!r}, which is none of {_list(ANNOTATION_TYPES)}"
    if "annotationType" in content and kind.media != "frames":
        yield "has an annotationType, which is for video frames only"
    yield from _frame_faults(content.get("frameAttributes", []))
    shared = content.get("categoryGlobalAttributes", [])
    yield from _attribute_faults(shared, "categoryGlobalAttributes")
    for entry in content["labels"]:
        own = entry.get("categoryAttributes", [])
        yield from _attribute_faults(own, f"the label {entry['label']}")
        yield from _together_faults(entry["label"], [*shared, *own])
        if entry.get("editsAllowed", "any") not in _EDITS:
            yield f"has the label {entry['label']} with editsAllowed that is neither any nor none"
    audited = content.get("auditLabelAttributeName")
    if kind.audit and not (isinstance(audited, str) and audited):
        yield "needs auditLabelAttributeName for an adjustment or verification"
    if not kind.audit and audited is not None:
        yield "has auditLabelAttributeName, which is for adjustments and verifications only"


def _instructions_faults(told: Any) -> Iterator[str]:
    if not isinstance(told, dict):
        yield "has instructions that are no object"
        return
    for name, below in (("shortInstruction", _SHORT_BELOW), ("fullInstruction", _FULL_BELOW)):
        text = told.get(name, "")
        if not isinstance(text, str) or len(text) >= below:
            yield f"has a {name} that is not text of under {below:,} characters"


def _frame_faults(given: Any) -> Iterator[str]:
    yield from _attribute_faults(given, "frameAttributes")
    if len(given) > _MOST_ATTRIBUTES:
        yield f"has {len(given)} frameAttributes; {_MOST_ATTRIBUTES} are allowed"
    if sum(_is_free(each) for each in given) > _MOST_FREE_TEXTS:
        yield f"has more than {_MOST_FREE_TEXTS} frameAttributes of free text"
    if any(not each.get("description") for each in given):
        yield "has frameAttributes without a description"


def _together_faults(label: str, given: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(given) > _MOST_ATTRIBUTES:
        yield f"has {len(given)} attributes for {label}; {_MOST_ATTRIBUTES} are allowed"
    if sum(_is_free(each) for each in given) > _MOST_FREE_TEXTS:
        yield f"has more than {_MOST_FREE_TEXTS} attributes of free text for {label}"
    [(name, times)] = Counter(each["name"] for each in given).most_common(1) or [("", 1)]
    if times > 1:
        yield f"has the attribute {name} twice for {label}"


def _is_free(attribute: Mapping[str, Any]) -> bool:
    return attribute["type"] == "string" and "enum" not in attribute


def _attribute_faults(given: Any, where: str) -> Iterator[str]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        yield f"has attributes of {where} that are no list of objects"
        return
    for each in given:
        yield from (f"{fault} ({where})" for fault in _one_fault(each))


def _one_fault(each: Mapping[str, Any]) -> Iterator[str]:
    name, kind = each.get("name"), each.get("type")
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_SCENE_NAME:
        yield f"has an attribute whose name is not of 1 to {_LONGEST_SCENE_NAME} characters"
        return
    if kind not in {"string", "number"}:
        yield f"has the attribute {name} whose type is neither string nor number"
    if len(str(each.get("description", ""))) > _LONGEST_DESCRIPTION:
        yield f"has a description of more than {_LONGEST_DESCRIPTION} characters for {name}"
    if each.get("editsAllowed", "any") not in _EDITS:
        yield f"has the attribute {name} with editsAllowed that is neither any nor none"
    ends = [each.get("minimum"), each.get("maximum")]
    if kind == "number" and not all(type(end) in {int, float} for end in ends):
        yield f"has the number {name} without minimum and maximum"
    if "enum" in each:
        yield from _choices_fault(name, kind, each["enum"])


def _choices_fault(name: str, kind: Any, choices: Any) -> Iterator[str]:
    if kind != "string" or not isinstance(choices, list):
        yield f"has the attribute {name} with an enum that is no list for a string"
    elif not 1 <= len(choices) <= _MOST_CHOICES:
        yield f"has the attribute {name} with {len(choices)} choices; 1 to {_MOST_CHOICES} can be"
    elif any(
        not isinstance(each, str) or not 1 <= len(each) <= _LONGEST_SCENE_NAME for each in choices
    ):
        yield f"has a choice of {name} that is not of 1 to {_LONGEST_SCENE_NAME} characters"


def _list(words: Sequence[str]) -> str:
    return ", ".join(words)


def settings_of(content: Mapping[str, Any]) -> Settings:
    """What a scene's category file asks; it is known to have no fault."""
    shared = [_asked(each) for each in content.get("categoryGlobalAttributes", [])]
    labels = content["labels"]
    return Settings(
        content.get("annotationType", ANNOTATION_TYPES[0]),
        {
            entry["label"]: (*shared, *map(_asked, entry.get("categoryAttributes", [])))
            for entry in labels
        },
        tuple(map(_asked, content.get("frameAttributes", []))),
        frozenset(each["label"] for each in labels if each.get("editsAllowed") == "none"),
        content.get("auditLabelAttributeName", ""),
    )


def _asked(each: Mapping[str, Any]) -> Asked:
    return Asked(
        each["name"],
        each["type"] == "number",
        tuple(each.get("enum", ())),
        int(each.get("minimum", 0)),
        int(each.get("maximum", 0)),
        each.get("editsAllowed") == "none",
    )
