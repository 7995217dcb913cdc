"""Every form that a manifest's line is known to have, read into the shapes of labels."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.json_words import BadLine
from bot.manifests.shapes import Box, Class, Cuboid, Drawing, Line, Mask, Span, Told
from bot.manifests.told import told_line

PICTURE = "s3://orchard-raw/a/0001.jpg"


def read(line: dict[str, Any]) -> Line:
    return told_line(7, json.dumps(line).encode())


def label(value: Any, kind: str, name: Any = "fruit", **metadata: Any) -> dict[str, Any]:
    """A picture with one label of a type."""
    return {
        "source-ref": PICTURE,
        name: value,
        f"{name}-metadata": {
            **metadata,
            "type": f"groundtruth/{kind}",
            "job-name": "labeling-job/orchard-july",
            "human-annotated": "yes",
            "creation-date": "2024-07-02T09:14:31.120411",
        },
    }


def one(line: dict[str, Any]) -> Told:
    told = read(line)
    assert told.odd == ()
    [only] = told.told
    return only


BOX = {"class_id": 1, "left": 40, "top": 52.5, "width": 120, "height": 98}


def boxes(*drawn: Any, objects: Any = None, **metadata: Any) -> dict[str, Any]:
    given = {"image_size": [{"width": 800, "height": 600, "depth": 3}], "annotations": list(drawn)}
    sure = [{"confidence": 0.79} for _ in drawn] if objects is None else objects
    more: dict[str, Any] = {"objects": sure, "class-map": {"1": "pear"}, **metadata}
    return label(given, "object-detection", **more)


def codes(line: Line) -> list[str]:
    return [fault.code for fault in line.odd]


def test_what_a_line_is_about_and_who_labeled_it() -> None:
    """Without this, people's and machines' labels would be one number, and a job's nobody's."""
    line = read(label(2, "image-classification", **{"class-name": "overripe", "confidence": 0.88}))
    assert (line.number, line.address, line.text, line.others) == (7, PICTURE, "", ())
    [told] = line.told
    assert told == Told(
        attribute="fruit",
        type="image-classification",
        kind="classes",
        classes=(Class("overripe", 0.88),),
        human=True,
        job="orchard-july",
        created="2024-07-02T09:14:31.120411",
    )


@pytest.mark.parametrize("value", [2, "2", 2.0])
@pytest.mark.parametrize(
    "names", [{"class-name": "ripe"}, {"class-map": {"2": "ripe"}}, {"class_map": {"2": "ripe"}}]
)
def test_class_is_named_however_it_is_numbered(value: Any, names: dict[str, Any]) -> None:
    """Without this, files of some years would come out with numbers for names."""
    assert one(label(value, "text-classification", **names)).classes == (Class("ripe"),)


def test_several_classes_may_lack_a_confidence() -> None:
    """Without this, a published sample would end in an error: it has two classes and one
    confidence.
    """
    maps: dict[str, Any] = {
        "class-map": {"0": "bruise", "3": "scab"},
        "confidence-map": {"0": 0.91},
    }
    told = one(label([0, 3], "image-classification-multilabel", **maps))
    assert told.classes == (Class("bruise", 0.91), Class("scab"))
    assert one(label([], "text-classification-multilabel")).classes == ()


def test_boxes_keep_their_fractions_and_confidences() -> None:
    """Without this, what several people drew would lie beside its object."""
    told = one(boxes(BOX))
    assert told.boxes == (Box("pear", 40, 52.5, 120, 98, 0.79),)
    assert told.size == (800, 600)
    assert (one(boxes()).kind, one(boxes()).boxes, one(boxes()).labeled) == ("boxes", (), True)


def test_one_broken_box_costs_only_itself() -> None:
    """Without this, one box of a script would hide a picture's others, or end the reading."""
    line = read(boxes(BOX, {"class_id": 1, "left": "4"}, 3, {**BOX, "class_id": 9}))
    assert codes(line) == ["box", "class"]
    assert [box.label for box in line.told[0].boxes] == ["pear", "9"]
    assert line.odd[0].text == "“fruit” has a box without four numbers (box 2)"
    assert codes(read(boxes(BOX, objects=[]))) == ["objects"]


def test_masks_have_their_colours_without_the_background() -> None:
    """Without this, the ground behind everything would be counted as a label."""
    colours = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.7},
        "1": {"class-name": "tree", "hex-color": "#2CA02C", "confidence": 0.7},
    }
    address = "s3://orchard-out/rows/0.png"
    line = label(address, "semantic-segmentation", "rows-ref", **{"internal-color-map": colours})
    told = one(line)
    assert told.attribute == "rows-ref"
    assert told.mask == Mask(address, (("#2ca02c", "tree"),))


def test_words_and_phrases_have_their_places() -> None:
    """Without this, names in texts could be neither counted nor coloured."""
    entity = {"label": "Person", "startOffset": 0, "endOffset": 3}
    value = {"annotations": {"labels": [{"label": "Person"}], "entities": [entity]}}
    line = label(value, "text-span", entities=[{"confidence": 0}])
    line["source"] = "Ana met Noor in Lyon"
    del line["source-ref"]
    told = read(line)
    assert told.text == "Ana met Noor in Lyon"
    assert told.told[0].spans == (Span("Person", 0, 3, 0.0),)


def test_verification_is_an_opinion_on_the_label_before_it() -> None:
    """Without this, "good" and "bad" would stand among the fruit."""
    line = boxes(BOX) | label(
        1,
        "label-verification",
        "fruit-check",
        **{"class-name": "bad", "worker-feedback": [{"comment": "box too wide"}]},
    )
    told = read(line).told[1]
    assert (told.kind, told.classes, told.about) == ("opinion", (Class("bad"),), "fruit")
    assert told.comments == ("box too wide",)


@pytest.mark.parametrize(("status", "adjusted"), [("adjusted", True), ("unadjusted", False)])
def test_adjustment_stands_beside_what_it_adjusts(status: str, adjusted: bool) -> None:
    """Without this, nobody could tell what an adjustment changed."""
    adjustment = boxes(BOX, **{"adjustment-status": status})
    line = boxes(BOX) | {
        "fixed": adjustment["fruit"],
        "fixed-metadata": adjustment["fruit-metadata"],
    }
    first, second = read(line).told
    assert (first.adjusted, first.about) == (None, "")
    assert (second.adjusted, second.about) == (adjusted, "fruit")


def test_frames_and_clouds() -> None:
    """Without this, sequences would be custom forms, and their confidence lists an error."""
    seq = "s3://cams-out/0/SeqLabel.json"
    told = one(label(seq, "video-object-tracking", "cars-ref", **{"class-map": {"0": "car"}}))
    assert (told.kind, told.address, told.classes) == ("frames", seq, (Class("car"),))
    sure = [{"frame-no": 0, "confidence": []}]
    told = one(label(seq, "point_cloud_object_tracking", "c-ref", objects=sure, class_map={}))
    assert (told.kind, told.classes) == ("frames", ())
    place = {"center-x": 1, "center-y": 2, "center-z": 3, "length": 4, "width": 5, "height": 6}
    cuboid = {**place, "yaw": 0.5, "class-id": 0}
    line = label({"annotations": [cuboid]}, "point_cloud_object_detection", class_map={"0": "car"})
    line["source-ref-metadata"] = {"format": "binary/xyzi", "unix-timestamp": 1}
    told = one(line)
    assert told.cuboids == (Cuboid("car", (1, 2, 3), (4, 5, 6), 0.5),)
    assert read(line).others == ("source-ref-metadata",)
    colours = {"0": {"class-name": "Background"}, "1": {"class-name": "car"}}
    kind = "point_cloud_single_frame_semantic_segmentation"
    told = one(label("s3://out/0.zlib", kind, "p-ref", **{"color-map": colours}))
    assert (told.kind, told.classes) == ("cloud", (Class("car"),))


def test_lookout_for_vision() -> None:
    """Without this, files of the service that ended could not be brought over."""
    line = label(1, "image-classification", "anomaly-label", **{"class-name": "anomaly"})
    colours = {"1": {"class-name": "scratch", "hex-color": "#2ca02c", "confidence": 0}}
    line |= label(
        "s3://b/m.png",
        "semantic-segmentation",
        "anomaly-mask-ref",
        **{"internal-color-map": colours},
    )
    first, second = read(line).told
    assert first.classes == (Class("anomaly"),)
    assert second.mask == Mask("s3://b/m.png", (("#2ca02c", "scratch"),))


def test_custom_answers_are_read_where_aws_elements_drew_them() -> None:
    """Without this, polygons and key points, which have no type of their own, would be lost."""
    assert one(label({"annotation-ref": "s3://x/1.json"}, "custom")).address == "s3://x/1.json"
    corners = [{"x": 1, "y": 2}, {"x": 3, "y": 2}, {"x": 3, "y": 4}]
    answer = {
        "outline": {
            "polygons": [{"label": "pear", "vertices": corners}],
            "inputImageProperties": {"width": 80, "height": 60},
        }
    }
    handed_on = {
        "annotationsFromAllWorkers": [
            {"workerId": "w", "annotationData": {"content": json.dumps(answer)}}
        ]
    }
    drawn = (Drawing("pear", "polygon", ((1, 2), (3, 2), (3, 4))),)
    for value in (answer, answer["outline"], handed_on):
        told = one(label(value, "custom"))
        assert (told.kind, told.drawings, told.size) == ("drawings", drawn, (80, 60))
    points = {"keypoints": [{"label": "eye", "x": 5, "y": 6}]}
    assert one(label(points, "custom")).drawings == (Drawing("eye", "keypoint", ((5, 6),)),)
    square = {"label": "pear", "left": 1, "top": 2, "width": 3, "height": 4}
    assert one(label({"boundingBoxes": [square]}, "custom")).boxes == (Box("pear", 1, 2, 3, 4),)
    two = {"annotationsFromAllWorkers": handed_on["annotationsFromAllWorkers"] * 2}
    assert one(label(two, "custom")).kind == "custom"


def test_metadata_that_belong_to_no_label() -> None:
    """Without this, a job's own notes would be counted as labels; one real file has a label and
    metadata of two names.
    """
    line = read({"source-ref": PICTURE, "annotator-metadata": {"id": 1}, "metadata": {"type": 3}})
    assert (line.told, line.others) == ((), ("annotator-metadata", "metadata"))
    other = label(0, "image-classification", "auto-label", **{"class-name": "normal"})
    other["normal"] = other.pop("auto-label")
    line = read(other)
    assert (codes(line), line.told[0].labeled, line.others) == (["no-label"], False, ("normal",))


def test_object_that_failed_has_its_reason() -> None:
    """Without this, the ledger could not say why a picture has no label."""
    reason = "ClientError: the file is no picture"
    line = read({"source-ref": PICTURE, "fruit-metadata": {"failure-reason": reason}})
    [told] = line.told
    assert (told.labeled, told.failure, line.odd) == (False, reason, ())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("image-classification", [1]),
        ("image-classification-multilabel", 1),
        ("object-detection", {"annotations": {}}),
        ("object-detection", "pear"),
        ("semantic-segmentation", {"a": 1}),
        ("text-span", {"annotations": []}),
        ("video-object-detection", 4),
        ("point_cloud_object_detection", []),
    ],
)
def test_value_of_another_shape_is_told_and_has_no_figures(kind: str, value: Any) -> None:
    """Without this, one odd label would end the reading of all."""
    line = read(label(value, kind))
    assert codes(line) == ["shape"]
    assert line.told[0].labeled


def test_source_is_told_where_it_is_odd() -> None:
    """Without this, a line for nothing would pass for a picture's."""
    assert codes(read({"text": "x"})) == ["missing"]
    assert codes(read({"source": "x", "source-ref": PICTURE})) == ["both"]
    assert codes(read({"source-ref": 4})) == ["type"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a":1,"a":2}', b"\xff", None])
def test_what_is_no_object_raises(body: bytes | None) -> None:
    """Without this, a broken line would count as a picture without labels."""
    with pytest.raises(BadLine):
        told_line(1, body)


KINDS = [
    *("image-classification", "image-classification-multilabel", "object-detection"),
    *("semantic-segmentation", "text-span", "label-verification", "video-object-tracking"),
    *("point_cloud_object_detection", "point_cloud_single_frame_semantic_segmentation", "custom"),
]
WORDS = [
    *("annotations", "class_id", "class-id", "left", "top", "width", "height", "image_size"),
    *("entities", "label", "startOffset", "endOffset", "confidence", "class-name", "hex-color"),
    *("polygons", "vertices", "keypoints", "boundingBoxes", "x", "y", "0", "1", "content"),
    *("annotationsFromAllWorkers", "annotationData", "inputImageProperties", "annotation-ref"),
]
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1", "s3://b/k", "#ffffff", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)
METADATA = st.dictionaries(
    st.sampled_from(
        [
            *("class-map", "class_map", "confidence-map", "objects", "entities", "color-map"),
            *("internal-color-map", "class-name", "confidence", "worker-feedback", "job-name"),
            *("adjustment-status", "failure-reason", "human-annotated", "creation-date"),
        ]
    ),
    ANY,
    max_size=5,
)


@given(kind=st.sampled_from(KINDS), value=ANY, metadata=METADATA)
def test_nothing_in_a_label_makes_the_reader_raise(kind: str, value: Any, metadata: Any) -> None:
    """Without this, a hostile line would end a report; what is read has the types it promises."""
    line = read(
        {
            "source-ref": PICTURE,
            "a": value,
            "a-metadata": metadata | {"type": f"groundtruth/{kind}"},
        }
    )
    assert msgspec.convert(msgspec.to_builtins(line), Line) == line
