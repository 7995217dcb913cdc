"""Reads a manifest's line into the shapes of labels (pure), whatever wrote it.

Promises to counting, drawing, exports and the ledger: every form that Ground Truth, Rekognition and
Lookout for Vision are known to write is read; what is odd in one label is told in `Line.odd` and
costs only that label, box or class; only a line that is no JSON object raises.

A label is a name beside a `<name>-metadata` whose `type` begins with `groundtruth/`; other names
that end in `-metadata` (`source-ref-metadata` of point clouds, a custom job's own) are none.
"""

from collections.abc import Callable, Iterator
from typing import Any

from bot.manifests.custom_answers import drawn_in, pixels
from bot.manifests.json_lines import LineFault, parse
from bot.manifests.json_words import Object, short
from bot.manifests.plain_values import items, member, number, numbers, text
from bot.manifests.shapes import Box, Class, Cuboid, Kind, Line, Mask, Span, Told

METADATA = "-metadata"
GROUND_TRUTH = "groundtruth/"
SOURCES = ("source-ref", "source")
_JOB = "labeling-job/"
# UNSURE: AWS does not document how a failed object looks in an output manifest.
FAILURES = ("failure-reason", "failureReason", "failure_reason")
_BACKGROUND = "BACKGROUND"
_SIDES = ("left", "top", "width", "height")
_CENTER = ("center-x", "center-y", "center-z")
_SIZE = ("length", "width", "height")

Say = Callable[[str, str], object]
"""Takes the code and the words of something odd; of one label the first of each code is told."""
Figures = dict[str, Any]
"""Members of `Told`."""


def told_line(number: int, body: bytes | None) -> Line:
    """What the line says; `body` is a line of `json_lines.numbered`, `number` its number from 1.

    Raises:
        BadLine: it is no JSON object, or readers would disagree about it.

    """
    return told_object(number, parse(body))


def told_object(number: int, line: Object) -> Line:
    """What a line says that was parsed already."""
    odd: list[LineFault] = []

    def say(code: str, words: str) -> None:
        odd.append(LineFault(number, code, words))

    address, words = _source(line, say)
    told: list[Told] = []
    for name, metadata in label_columns(line):
        told.append(_told(name, line.get(name), metadata, told, say))
        if name not in line:
            _say_alone(name, metadata, say)
    taken = {*SOURCES, *(end for each in told for end in _names(each.attribute))}
    others = tuple(name for name in line if name not in taken)
    form = text(member(line.get("source-ref-metadata"), "format"))
    return Line(number, address, words, tuple(told), others, tuple(odd), form)


def label_columns(line: Object) -> Iterator[tuple[str, Object]]:
    """The names of the line's labels with their metadata, in its order; also of those that have no
    value.
    """
    for key, metadata in line.items():
        name = key.removesuffix(METADATA)
        if name == key or name in SOURCES or not isinstance(metadata, dict):
            continue
        if text(metadata.get("type")).startswith(GROUND_TRUTH) or failure(metadata):
            yield name, metadata


def failure(metadata: Object) -> str:
    """Why an object got no label; "" where its metadata give no reason."""
    return next((said for key in FAILURES if (said := text(metadata.get(key)).strip())), "")


def _names(attribute: str) -> tuple[str, str]:
    return attribute, attribute + METADATA


def _source(line: Object, say: Say) -> tuple[str, str]:
    """The line's address and its text, one of which is empty."""
    found = [name for name in SOURCES if name in line]
    if not found:
        say("missing", 'it has neither "source-ref" nor "source"')
    if len(found) > 1:
        say("both", "")
    for name in found:
        if not isinstance(line[name], str):
            say("type", f'"{name}" must be a text in double quotes')
    return text(line.get("source-ref")), text(line.get("source"))


def _say_alone(name: str, metadata: Object, say: Say) -> None:
    """Metadata without a label are told, unless they say why there is none."""
    if not failure(metadata):
        say("no-label", f"“{short(name + METADATA)}” has no “{short(name)}” beside it")


def _told(name: str, value: Any, metadata: Object, before: list[Told], say: Say) -> Told:
    """One label of the line; `before` are those in front of it."""
    kind = text(metadata.get("type")).removeprefix(GROUND_TRUTH)
    shape, read = _READERS.get(kind, _by_ending(kind))
    figures: Figures = {}
    if value is not None:
        odd: dict[str, str] = {}
        figures = read(value, metadata, odd.setdefault)
        for code, words in odd.items():
            say(code, f"“{short(name)}” {words}")
    adjusted = _adjusted(metadata)
    facts: Figures = {
        "attribute": name,
        "type": kind,
        "kind": shape,
        "human": {"yes": True, "no": False}.get(text(metadata.get("human-annotated"))),
        "job": text(metadata.get("job-name")).removeprefix(_JOB),
        "created": text(metadata.get("creation-date")),
        "adjusted": adjusted,
        "comments": _comments(metadata),
        "labeled": value is not None,
        "failure": failure(metadata),
    }
    if shape == "opinion" or adjusted is not None:
        facts["about"] = _about(kind, shape, before)
    return Told(**{**facts, **figures})


def _adjusted(metadata: Object) -> bool | None:
    status = metadata.get("adjustment-status")
    return {"adjusted": True, "unadjusted": False}.get(text(status))


def _comments(metadata: Object) -> tuple[str, ...]:
    """What workers wrote beside their opinion."""
    said = (member(each, "comment") for each in items(metadata.get("worker-feedback")))
    return tuple(words for words in map(text, said) if words)


def _about(kind: str, shape: Kind, before: list[Told]) -> str:
    """The last label in front of an audit that it can be about; "" where there is none."""
    fits = [
        each.attribute
        for each in before
        if each.type == kind or (shape == "opinion" and each.kind != "opinion")
    ]
    return fits[-1] if fits else ""


def _one_class(value: Any, metadata: Object, say: Say) -> Figures:
    """A class; its name stands in the metadata, its number is a number or a text."""
    if isinstance(value, dict | list):
        say("shape", "is no class")
        return {}
    name = text(metadata.get("class-name")) or class_named(value, class_names(metadata), say)
    return {"classes": (Class(name, number(metadata.get("confidence"))),)}


def _several_classes(value: Any, metadata: Object, say: Say) -> Figures:
    """A list of classes, whose names and confidences stand in maps; either may lack some."""
    if not isinstance(value, list):
        say("shape", "is no list of classes")
        return {}
    names = class_names(metadata)
    sure = metadata.get("confidence-map")
    return {
        "classes": tuple(
            Class(class_named(each, names, say), number(member(sure, class_key(each))))
            for each in value
        )
    }


def _boxes(value: Any, metadata: Object, say: Say) -> Figures:
    """Boxes in pixels, which may have fractions; `objects` has a confidence for each."""
    drawn = member(value, "annotations")
    if not isinstance(drawn, list):
        say("shape", "has no list of boxes")
        return {}
    names, objects = class_names(metadata), items(metadata.get("objects"))
    sizes = items(member(value, "image_size"))
    if len(objects) != len(drawn):
        say("objects", f"has {len(drawn):,} boxes and {len(objects):,} confidences")
    boxes = []
    for place, each in enumerate(drawn):
        sides = numbers(each, _SIDES)
        if not sides:
            say("box", f"has a box without four numbers (box {place + 1:,})")
            continue
        label = class_named(member(each, "class_id"), names, say)
        sure = number(member(objects[place], "confidence")) if place < len(objects) else None
        left, top, width, height = sides
        boxes.append(Box(label, left, top, width, height, sure))
    return {"boxes": tuple(boxes), "size": pixels(next(iter(sizes), None))}


def _mask(value: Any, metadata: Object, say: Say) -> Figures:
    """A PNG whose colours the metadata name."""
    if not text(value):
        say("shape", "is no address of a mask")
        return {}
    colours = tuple(
        (text(member(each, "hex-color")).lower(), name)
        for _, name, each in colours_named(metadata, "internal-color-map")
    )
    return {"mask": Mask(value, colours)}


def colours_named(metadata: Object, key: str) -> Iterator[tuple[str, str, Any]]:
    """Number and name of each class of a map of colours, with what is said of it; the background is
    none.
    """
    colours = metadata.get(key)
    for at, each in colours.items() if isinstance(colours, dict) else ():
        name = text(member(each, "class-name"))
        if name and name != _BACKGROUND and (at != "0" or name.upper() != _BACKGROUND):
            yield at, name, each


def classes_in_file(metadata: Object) -> dict[str, str]:
    """The classes of a point cloud's file by their numbers: of its points (a map of colours), or of
    the cuboids of a sequence.
    """
    if isinstance(metadata.get("color-map"), dict):
        return {at: name for at, name, _ in colours_named(metadata, "color-map")}
    return class_names(metadata)


def _spans(value: Any, metadata: Object, say: Say) -> Figures:
    """Words and phrases of a text, as places of characters."""
    entities = member(member(value, "annotations"), "entities")
    if not isinstance(entities, list):
        say("shape", "has no list of words")
        return {}
    objects = items(metadata.get("entities"))
    spans = []
    for place, each in enumerate(entities):
        start, end = number(member(each, "startOffset")), number(member(each, "endOffset"))
        label = text(member(each, "label"))
        if start is None or end is None or not label:
            say("span", f"has a word without label, beginning and end (word {place + 1:,})")
            continue
        sure = number(member(objects[place], "confidence")) if place < len(objects) else None
        spans.append(Span(label, int(start), int(end), sure))
    return {"spans": tuple(spans)}


def _frames(value: Any, metadata: Object, say: Say) -> Figures:
    """A file of its own for all frames; the line has the classes that occur in them."""
    if not text(value):
        say("shape", "is no address of a file")
        return {}
    names = class_names(metadata)
    classes = tuple(map(Class, names.values()))
    return {"address": value, "classes": classes, "class_numbers": tuple(names)}


def _cloud(value: Any, metadata: Object, say: Say) -> Figures:
    """Cuboids in the line, or a file: a class for each point, or the cuboids of a sequence."""
    if isinstance(value, str):
        names = classes_in_file(metadata)
        classes = tuple(map(Class, names.values()))
        return {"address": value, "classes": classes, "class_numbers": tuple(names)}
    drawn = member(value, "annotations")
    if not isinstance(drawn, list):
        say("shape", "has no list of cuboids")
        return {}
    names_of, objects = class_names(metadata), items(metadata.get("objects"))
    cuboids = []
    for place, each in enumerate(drawn):
        center, size = numbers(each, _CENTER), numbers(each, _SIZE)
        if not center or not size:
            say("box", f"has a cuboid without its numbers (cuboid {place + 1:,})")
            continue
        (x, y, z), (length, width, height) = center, size
        label = class_named(member(each, "class-id"), names_of, say)
        sure = number(member(objects[place], "confidence")) if place < len(objects) else None
        yaw = number(member(each, "yaw")) or 0.0
        cuboids.append(Cuboid(label, (x, y, z), (length, width, height), yaw, sure))
    return {"cuboids": tuple(cuboids)}


def _custom(value: Any, _metadata: Object, _say: Say) -> Figures:
    """A form of one's own: what its maker's page drew, where it is a page of AWS's elements, or the
    address of a file.
    """
    ref = value if isinstance(value, str) else member(value, "annotation-ref")
    if text(ref).startswith("s3://"):
        return {"address": ref}
    return drawn_in(value)


def class_names(metadata: Object) -> dict[str, str]:
    """The names of classes by their numbers; real files spell the map in two ways."""
    for key in ("class-map", "class_map"):
        names = metadata.get(key)
        if isinstance(names, dict):
            return {at: name for at, name in names.items() if isinstance(name, str)}
    return {}


def class_named(at: Any, names: dict[str, str], say: Say) -> str:
    """The name of a class; its number where it has none."""
    key = class_key(at)
    if key not in names:
        say("class", f"has class “{short(key)}” without a name")
    return names.get(key, key)


def class_key(at: Any) -> str:
    """A class's number as the maps of classes have it (3.0 is 3)."""
    if at is None:
        return "?"
    whole = isinstance(at, float) and at.is_integer()
    return str(int(at)) if whole else str(at)


def kind_of(metadata_type: str) -> Kind:
    """The kind of labels of a metadata's type."""
    name = metadata_type.removeprefix(GROUND_TRUTH)
    return _READERS.get(name, _by_ending(name))[0]


_Reader = Callable[[Any, Object, Say], Figures]
_READERS: dict[str, tuple[Kind, _Reader]] = {
    "object-detection": ("boxes", _boxes),
    "semantic-segmentation": ("mask", _mask),
    "text-span": ("spans", _spans),
    "label-verification": ("opinion", _one_class),
    "video-object-detection": ("frames", _frames),
    "video-object-tracking": ("frames", _frames),
    "point_cloud_object_tracking": ("frames", _frames),
    "point_cloud_object_detection": ("cloud", _cloud),
    "point_cloud_single_frame_semantic_segmentation": ("cloud", _cloud),
}


def _by_ending(kind: str) -> tuple[Kind, _Reader]:
    """How a type is read that has no row: classes of pictures, texts and clips by their ending."""
    if kind.endswith("classification-multilabel"):
        return "classes", _several_classes
    if kind.endswith("classification"):
        return "classes", _one_class
    return "custom", _custom
