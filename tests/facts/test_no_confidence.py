"""Output of Ground Truth whose lists of confidences are empty, as its frames and point clouds
have them.
"""

from typing import Any

import pytest

from bot.manifests.convert import for_rekognition

WHEN = {"human-annotated": "yes", "creation-date": "2024-07-05T08:00:00.000000"}
FRAMES = [{"frame-no": 0, "confidence": []}, {"frame-no": 1, "confidence": []}]
OUTPUT: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "point_cloud_object_tracking": (
        "cars-ref",
        "s3://cams-out/cars/SeqLabel.json",
        {"objects": FRAMES, "class-map": {"0": "car"}},
    ),
    "point_cloud_object_detection": (
        "cars",
        {"annotations": [{"class-id": 0, "center-x": 1.5}]},
        {"objects": [{"confidence": []}], "class_map": {"0": "car"}},
    ),
    "point_cloud_single_frame_semantic_segmentation": (
        "points-ref",
        "s3://cams-out/points/0.zlib",
        {"objects": FRAMES[:1], "color-map": {"0": {"class-name": "road", "confidence": []}}},
    ),
    "semantic-segmentation": (
        "rows-ref",
        "s3://orchard-out/rows/0.png",
        {"internal-color-map": {"0": {"class-name": "BACKGROUND", "confidence": []}}},
    ),
}


@pytest.mark.parametrize("kind", OUTPUT)
def test_line_without_confidences_is_read_for_what_it_is(kind: str) -> None:
    """Without this, the output of a job with frames would be called broken, where it is only of a
    kind that Rekognition does not import.
    """
    name, value, metadata = OUTPUT[kind]
    metadata = {**metadata, "type": f"groundtruth/{kind}", **WHEN}
    line = {"source-ref": "s3://orchard/seq/1.json", name: value, f"{name}-metadata": metadata}
    assert for_rekognition(line).faults == (("ERROR_UNSUPPORTED_USE_CASE_TYPE", kind),)


IMPORTED: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "image-classification": (1, {"class-name": "ripe", "confidence": []}, lambda m: m),
    "image-classification-multilabel": (
        [1],
        {"class-map": {"1": "ripe"}, "confidence-map": {"1": []}},
        lambda m: m,
    ),
    "object-detection": (
        {
            "image_size": [{"width": 640, "height": 480, "depth": 3}],
            "annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 30, "height": 40}],
        },
        {"class-map": {"0": "ripe"}, "objects": [{"confidence": []}]},
        lambda m: m["objects"][0],
    ),
}


@pytest.mark.parametrize("kind", IMPORTED)
def test_label_with_an_empty_confidence_is_imported(kind: str) -> None:
    """Without this, labels that are documented to look like this would be called broken, and left
    out of the dataset.
    """
    value, metadata, held = IMPORTED[kind]
    metadata = {**metadata, "type": f"groundtruth/{kind}", **WHEN}
    line = {"source-ref": "s3://orchard/a.jpg", "fruit": value, "fruit-metadata": metadata}
    made = for_rekognition(line)
    assert made.faults == ()
    assert made.labels == ("ripe",)
    assert made.line is not None
    told = next(each for name, each in made.line.items() if name.endswith("-metadata"))
    assert held(told)["confidence"] == 0


def test_confidence_that_is_no_number_is_a_fault_still() -> None:
    """Without this, a broken line would be sent, and Rekognition drop it without a word."""
    wrongs: tuple[Any, ...] = ([0.5], {}, "0.5", None)
    for wrong in wrongs:
        metadata = {"class-name": "ripe", "confidence": wrong, **WHEN}
        metadata["type"] = "groundtruth/image-classification"
        line = {"source-ref": "s3://orchard/a.jpg", "fruit": 1, "fruit-metadata": metadata}
        ((code, _words),) = for_rekognition(line).faults
        assert code == "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
