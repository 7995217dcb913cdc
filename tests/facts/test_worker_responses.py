"""Who answered what: the files that Ground Truth keeps of every answer."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.worker_responses import responses, said_in
from bot.manifests.shapes import Area, Box, Class, Cuboid, Drawing, FrameMarks, Span
from bot.pictures.masks import areas_of

SIZE = {"inputImageProperties": {"width": 800, "height": 600}}


def answer(content: Any, **more: Any) -> dict[str, Any]:
    """An answer as the guide prints it."""
    return {
        "acceptanceTime": "2024-07-02T09:14:00Z",
        "submissionTime": "2024-07-02T09:14:31.500Z",
        "timeSpentInSeconds": 29.5,
        "workerId": "private.us-east-1.1a2b",
        "workerMetadata": {
            "identityData": {"identityProviderType": "Cognito", "issuer": "i", "sub": "s-1"}
        },
        "answerContent": content,
        **more,
    }


def file(*answers: Any) -> bytes:
    return json.dumps({"answers": answers}).encode()


def test_who_when_and_how_long() -> None:
    """Without this, nobody's work could be counted or paid."""
    (read,) = responses(file(answer({"crowd-image-classifier": {"label": "ripe"}}))).answers
    assert (read.worker, read.sub, read.seconds) == ("private.us-east-1.1a2b", "s-1", 29.5)
    assert read.accepted == datetime(2024, 7, 2, 9, 14, tzinfo=UTC)
    assert read.submitted == datetime(2024, 7, 2, 9, 14, 31, 500_000, tzinfo=UTC)
    assert read.said.classes == (Class("ripe"),)


def test_seconds_come_of_the_times_where_nobody_tells_them() -> None:
    """Without this, files of before 2020, which tell no seconds, would have no time at all; and one
    whose clock ran backwards would count below nothing.
    """
    late = {"submissionTime": "2024-07-02T09:13:00Z"}
    untold = answer({}, timeSpentInSeconds=None)
    read = responses(file(untold, {**untold, **late}, answer({}, acceptanceTime="soon"))).answers
    assert [each.seconds for each in read] == [31.5, None, 29.5]
    assert read[2].accepted is None


def test_every_crowd_element_is_read() -> None:
    """Without this, agreement would be told of some task types and silently left out for others."""
    boxes = [{"label": "pear", "left": 4, "top": 5, "width": 10, "height": 8}]
    corners = [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 7}]
    said = said_in({"boundingBox": {"boundingBoxes": boxes, **SIZE}})
    assert (said.kind, said.boxes) == ("boxes", (Box("pear", 4, 5, 10, 8),))
    assert said.size == (800, 600)
    none = said_in({"boundingBox": {"boundingBoxes": [], **SIZE}})
    assert (none.kind, none.boxes) == ("boxes", ())
    several = said_in({"crowd-image-classifier-multi-select": {"labels": ["a", "b", "a"]}})
    assert (several.kind, several.classes) == ("classes", (Class("a"), Class("b")))
    nothing = said_in({"crowd-classifier-multi-select": {"labels": []}})
    assert (nothing.kind, nothing.classes) == ("classes", ())
    entities = [{"label": "Person", "startOffset": 0, "endOffset": 3}]
    spans = said_in({"crowd-entity-annotation": {"entities": entities}})
    assert (spans.kind, spans.spans) == ("spans", (Span("Person", 0, 3),))
    polygon = said_in({"outline": {"polygons": [{"label": "leaf", "vertices": corners}], **SIZE}})
    points = ((0.0, 0.0), (9.0, 0.0), (9.0, 7.0))
    assert (polygon.kind, polygon.drawings) == ("drawings", (Drawing("leaf", "polygon", points),))
    assert said_in({"paint": {"labeledImage": {"pngImageData": "AA=="}, **SIZE}}).kind == "mask"
    marks = [{"annotations": [{"label": "car"}, {"label": "car"}]}, {"annotations": []}, "odd"]
    frames = said_in({"frames": marks})
    assert (frames.kind, frames.classes) == ("frames", (Class("car"),))
    assert said_in({"comment": "a form of one's own"}).kind == "custom"


def test_the_practice_workspace_writes_what_is_read() -> None:
    """Without this, agreement could be shown in practice and nowhere else, or the other way."""
    crowd = pytest.importorskip("bot.sandbox.crowd.answers")
    kind_named = pytest.importorskip("bot.sandbox.crowd.task_kinds").kind_named
    written = crowd.write(
        kind_named("BoundingBox"), crowd.Boxes((crowd.Box("pear", 1, 2, 3, 4),), 80, 60)
    )
    assert said_in(written).boxes == (Box("pear", 1, 2, 3, 4),)
    written = crowd.write(
        kind_named("NamedEntityRecognition"), crowd.Spans((crowd.Span(0, 3, "Person"),))
    )
    assert said_in(written).spans == (Span("Person", 0, 3),)
    named = {"ImageMultiClass": ("ripe",), "TextMultiClassMultiLabel": ("ripe", "soft")}
    for name, labels in named.items():
        written = crowd.write(kind_named(name), crowd.Classes(labels))
        assert said_in(written).classes == tuple(map(Class, labels))


def test_what_was_painted_and_placed_is_read() -> None:
    """Without this, masks, cuboids and boxes in frames would be answers that nobody can compare."""
    crowd = pytest.importorskip("bot.sandbox.crowd.answers")
    kind_named = pytest.importorskip("bot.sandbox.crowd.task_kinds").kind_named
    mask = pytest.importorskip("bot.sandbox.crowd.masks").Mask(
        ("tree", "sky"), 3, 2, bytes([0, 1, 1, 2, 0, 2])
    )
    written = crowd.write(kind_named("SemanticSegmentation"), mask)
    found = said_in(written, areas_of)
    areas = (Area("tree", (3, 2), (2, 1, 1, 1, 1)), Area("sky", (3, 2), (1, 1, 3, 1)))
    assert (found.kind, found.areas, found.size) == ("mask", areas, (3, 2))
    [image] = written.values()
    things = [{"color": said["color"], "label": "pear"} for said in image["labelMappings"].values()]
    instances = {"labeledImage": image["labeledImage"], "instances": things}
    found = said_in({"crowd-instance-segmentation": instances}, areas_of)
    assert [(area.label, area.runs) for area in found.areas] == [
        ("pear", area.runs) for area in areas
    ]
    for odd in ({"pngImageData": "AAAA"}, {"pngImageData": "\u00e4"}, {"pngImageData": 3}):
        found = said_in({"paint": {**image, "labeledImage": odd}}, areas_of)
        assert (found.kind, found.size) == ("mask", None)


def test_places_in_frames_are_read() -> None:
    """Without this, whoever marked another car would agree with whoever marked this one."""
    scenes = pytest.importorskip("bot.sandbox.crowd.scenes")
    box = {"left": 1, "top": 2, "width": 3, "height": 4}
    solid = {"center-x": 1, "center-y": 2, "center-z": 3, "length": 4, "width": 5, "height": 6}
    line = {"vertices": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}
    marks = tuple(
        scenes.Mark("car", place, {}, "car:1") for place in (box, solid | {"yaw": 0.5}, line)
    )
    written = scenes.write(scenes.Scene((scenes.SceneFrame(0, "a.jpg", marks, {}),)))
    assert said_in(written).frames == (
        FrameMarks(
            "a.jpg",
            (Box("car", 1, 2, 3, 4),),
            (Drawing("car", "polyline", ((1, 2), (3, 4))),),
            (Cuboid("car", (1, 2, 3), (4, 5, 6), 0.5),),
        ),
    )


def test_what_cannot_be_read_is_told_and_costs_only_that_answer() -> None:
    """Without this, one file that is cut short would hide a whole job's answers, or be counted."""
    good = answer({"crowd-image-classifier": {"label": "ripe"}})
    read = responses(file(good, answer({}, workerId=None), answer("text"), 7))
    assert len(read.answers) == 1
    assert read.odd == (
        "answer 2 does not say whose it is",
        "answer 3 has no content",
        "answer 4 does not say whose it is",
    )
    assert responses(b'{"answers": [').odd == ("it is no JSON",)
    assert responses(b"\xff").odd == ("it is no JSON",)
    assert responses(b"[" * 100_000).odd == ("it is no JSON",)
    assert responses(b'{"answers": {}}').odd == ("it has no list of answers",)


_NAMES = [
    "boundingBoxes",
    "labels",
    "label",
    "entities",
    "polygons",
    "polylines",
    "keypoints",
    "vertices",
    "frames",
    "annotations",
    "left",
    "top",
    "width",
    "height",
    "x",
    "y",
    "labeledImage",
    "startOffset",
    "endOffset",
]
_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            each,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(content=st.dictionaries(st.text(max_size=4), _ANY, max_size=3), held=_ANY)
def test_no_content_stops_the_reading(content: dict[str, Any], held: Any) -> None:
    """Without this, one odd answer would end the reading of a job of thousands."""
    assert responses(file(answer(content), held)).answers
