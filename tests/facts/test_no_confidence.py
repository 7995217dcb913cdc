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
