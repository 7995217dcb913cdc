"""How answers of several workers become one line of the output manifest."""

from typing import Any

import pytest

from bot.sandbox.crowd.answers import (
    Answer,
    AnswerFault,
    Box,
    Boxes,
    Classes,
    Span,
    Spans,
    read,
    write,
)
from bot.sandbox.crowd.audits import boxes_before
from bot.sandbox.crowd.consolidation import Frame, Labels, Vote, consolidate, overlap
from bot.sandbox.crowd.task_kinds import CUSTOM, TaskKind, kind_of

FRAME = Frame("fruit", "Orchard-July", 1_719_911_671.120411)
LABELS = Labels(("apple", "pear", "it's a lemon"), {"pear": "pr"})


def kind(name: str) -> TaskKind:
    arn = f"arn:aws:lambda:us-east-1:432418664414:function:ACS-{name}"
    found = kind_of(
        {
            "HumanTaskConfig": {
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": arn}
            }
        }
    )
    assert found is not None
    return found


def together(name: str, *answers: Answer) -> tuple[Any, dict[str, Any]]:
    votes = [Vote(f"w{place}", answer) for place, answer in enumerate(answers)]
    pair = consolidate(kind(name), LABELS, votes, FRAME)
    return pair["fruit"], pair["fruit-metadata"]


def test_the_majority_class_is_an_integer_with_its_name() -> None:
    """Readers index labels with this value; as text or by another order every class would be
    wrong.
    """
    value, metadata = together(
        "ImageMultiClass", Classes(("pear",)), Classes(("apple",)), Classes(("pear",))
    )
    assert value == 1
    assert metadata == {
        "class-name": "pear",
        "confidence": 0.63,
        "type": "groundtruth/image-classification",
        "job-name": "labeling-job/orchard-july",
        "human-annotated": "yes",
        "creation-date": "2024-07-02T09:14:31.120411",
    }


def test_one_worker_gives_confidence_zero() -> None:
    """AWS documents it, and the bot has to tell people not to read it as doubt."""
    assert together("TextMultiClass", Classes(("apple",)))[1]["confidence"] == 0
    boxes = Boxes((Box("apple", 1, 2, 30, 40),), 640, 480)
    assert together("BoundingBox", boxes)[1]["objects"] == [{"confidence": 0}]


def test_a_draw_goes_to_the_earlier_label() -> None:
    """Without a rule a repeated run would give another manifest."""
    assert together("ImageMultiClass", Classes(("pear",)), Classes(("apple",)))[0] == 0


def test_several_classes_keep_only_what_most_chose() -> None:
    """class-map with unused classes would make the converter invent labels."""
    value, metadata = together(
        "ImageMultiClassMultiLabel",
        Classes(("apple", "it's a lemon")),
        Classes(("it's a lemon",)),
        Classes(("pear", "it's a lemon", "apple")),
    )
    assert value == [0, 2]
    assert metadata["class-map"] == {"0": "apple", "2": "it's a lemon"}
    assert metadata["confidence-map"] == {"0": 0.63, "2": 0.95}


def test_boxes_on_the_same_thing_become_their_mean() -> None:
    """Three boxes for one fruit would treble the count of objects in the training set."""
    drawn = [
        Boxes((Box("pear", 100 + d, 50 - d, 60, 80), *extra), 640, 480)
        for d, extra in ((0, ()), (3, ()), (6, ()))
    ]
    stray = Boxes((*drawn[2].boxes, Box("apple", 400, 300, 50, 50)), 640, 480)
    value, metadata = together("BoundingBox", drawn[0], drawn[1], stray)
    assert value["annotations"] == [
        {"class_id": 1, "left": 103, "top": 47, "width": 60, "height": 80}
    ]
    assert value["image_size"] == [{"width": 640, "height": 480, "depth": 3}]
    assert metadata["class-map"] == {"1": "pear"}
    assert len(metadata["objects"]) == 1
    assert 0.7 < metadata["objects"][0]["confidence"] < 0.95


def test_averages_keep_their_fractions_and_one_persons_pixels_stay_whole() -> None:
    """Real files have fractions where several people drew; without them here no test would see what
    AWS makes of it.
    """
    first, second = Box("pear", 100, 50, 61, 80), Box("pear", 101, 50, 60, 80)
    two, _ = together("BoundingBox", Boxes((first,), 640, 480), Boxes((second,), 640, 480))
    (box,) = two["annotations"]
    assert (box["left"], box["top"], box["width"], box["height"]) == (100.5, 50, 60.5, 80)
    three, _ = together("BoundingBox", *(Boxes((box,), 640, 480) for box in (first, first, second)))
    assert three["annotations"][0]["left"] == pytest.approx(100 + 1 / 3)
    assert type(three["annotations"][0]["top"]) is float
    alone, _ = together("BoundingBox", Boxes((first,), 640, 480))
    assert [type(number) for number in alone["annotations"][0].values()] == [int] * 5


def test_a_picture_without_boxes_is_a_labeled_one() -> None:
    """Real box jobs have up to 28 % of such lines; counted as unlabeled they would be sent out
    again.
    """
    value, metadata = together("BoundingBox", Boxes((), 640, 480))
    assert value["annotations"] == metadata["objects"] == []
    assert metadata["class-map"] == {}


def test_entities_of_most_workers_are_kept_with_all_labels_listed() -> None:
    """The shape of entity output is unlike all others: labels with short names stand beside the
    entities.
    """
    value, metadata = together(
        "NamedEntityRecognition",
        Spans((Span(0, 3, "pear"), Span(8, 12, "apple"))),
        Spans((Span(0, 3, "pear"),)),
    )
    assert value["annotations"]["entities"] == [{"label": "pear", "startOffset": 0, "endOffset": 3}]
    assert value["annotations"]["labels"][1] == {"label": "pear", "shortDisplayName": "pr"}
    assert metadata["entities"] == [{"confidence": 0.95}]


def test_a_verification_carries_the_workers_remarks() -> None:
    """The remarks are what the requester acts on."""
    metadata = together("VerificationBoundingBox", Classes(("apple",), "box too wide"))[1]
    assert metadata["type"] == "groundtruth/label-verification"
    assert metadata["worker-feedback"] == [{"comment": "box too wide"}]


def test_an_adjustment_says_whether_anything_moved() -> None:
    """The review loop counts rounds by this word."""
    line = {
        "old": {
            "image_size": [{"width": 640, "height": 480}],
            "annotations": [{"class_id": 1, "left": 1, "top": 2, "width": 3, "height": 4}],
        },
        "old-metadata": {"type": "groundtruth/object-detection", "class-map": {"1": "pear"}},
    }
    before = boxes_before(line, "fruit")
    assert before is not None
    for answer, word in ((before, "unadjusted"), (Boxes((), 640, 480), "adjusted")):
        pair = consolidate(
            kind("AdjustmentBoundingBox"), LABELS, [Vote("w", answer)], FRAME, before
        )
        assert pair["fruit-metadata"]["adjustment-status"] == word


def test_a_box_between_pixels_that_nobody_touched_is_unadjusted() -> None:
    """Jobs of several people write fractions; a review of them would count every object as
    corrected.
    """
    drawn = {"class_id": 1, "left": 10.5, "top": 20 + 1 / 3, "width": 30 + 2 / 3, "height": 40}
    line = {
        "old": {"image_size": [{"width": 640, "height": 480}], "annotations": [drawn]},
        "old-metadata": {"type": "groundtruth/object-detection", "class-map": {"1": "pear"}},
    }
    before = boxes_before(line, "fruit")
    content = {
        "boundingBox": {
            "boundingBoxes": [{"label": "pear", "left": 11, "top": 20, "width": 30, "height": 40}],
            "inputImageProperties": {"width": 640, "height": 480},
        }
    }
    untouched = read(kind("AdjustmentBoundingBox"), LABELS.names, content)
    pair = consolidate(kind("AdjustmentBoundingBox"), LABELS, [Vote("w", untouched)], FRAME, before)
    assert pair["fruit-metadata"]["adjustment-status"] == "unadjusted"


def test_a_custom_job_hands_on_every_answer_as_json_text() -> None:
    """PassThrough does not decide; scripts read annotationsFromAllWorkers."""
    votes = [Vote("private.us-east-1.ab", read(CUSTOM, (), {"text": "fine"}))]
    pair = consolidate(CUSTOM, LABELS, votes, FRAME)
    assert pair["fruit"] == {
        "annotationsFromAllWorkers": [
            {"workerId": "private.us-east-1.ab", "annotationData": {"content": '{"text": "fine"}'}}
        ]
    }
    assert pair["fruit-metadata"]["job-name"] == "orchard-july"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ImageMultiClass", {"x": {"label": "plum"}}),
        ("ImageMultiClass", {}),
        ("ImageMultiClassMultiLabel", {"x": {"labels": "apple"}}),
        ("BoundingBox", {"x": {"boundingBoxes": []}}),
        (
            "BoundingBox",
            {
                "x": {
                    "boundingBoxes": [
                        {"label": "pear", "left": 600, "top": 0, "width": 50, "height": 9}
                    ],
                    "inputImageProperties": {"width": 640, "height": 480},
                }
            },
        ),
        (
            "NamedEntityRecognition",
            {"x": {"entities": [{"label": "pear", "startOffset": 3, "endOffset": 3}]}},
        ),
    ],
)
def test_an_impossible_answer_is_refused(name: str, content: dict[str, Any]) -> None:
    """What is recorded cannot be taken back, and a box outside the picture fails an import months
    later.
    """
    with pytest.raises(AnswerFault):
        read(kind(name), LABELS.names, content)


def test_what_is_written_is_read_back() -> None:
    """Simulated people and real ones must leave the same files."""
    for name, answer in (
        ("ImageMultiClass", Classes(("pear",))),
        ("TextMultiClassMultiLabel", Classes(("pear", "apple"))),
        ("BoundingBox", Boxes((Box("pear", 1, 2, 3, 4),), 640, 480)),
        ("NamedEntityRecognition", Spans((Span(1, 2, "pear"),))),
    ):
        assert read(kind(name), LABELS.names, write(kind(name), answer)) == answer


def test_overlap_is_intersection_over_union() -> None:
    """The threshold of half decides whether two boxes are one thing."""
    assert overlap(Box("a", 0, 0, 10, 10), Box("a", 5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert overlap(Box("a", 0, 0, 10, 10), Box("a", 10, 0, 10, 10)) == 0


def test_the_services_own_functions_are_told_apart_from_other_peoples() -> None:
    """A job of one's own functions that was taken for a built-in one would read answers that no
    page of it sends.
    """

    def of(arn: str) -> TaskKind:
        return kind_of(
            {
                "HumanTaskConfig": {
                    "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": arn}
                }
            }
        )

    service = "arn:aws:lambda:us-east-1:432418664414:function:ACS-"
    for name in ("3DPointCloudObjectDetection", "AdjustmentVideoObjectTracking"):
        assert of(service + name).name == name
    assert of("arn:aws:lambda:us-east-1:111122223333:function:our-own") == CUSTOM
    assert of("arn:aws:lambda:us-east-1:432418664414:function:ACS-PassThrough") == CUSTOM
