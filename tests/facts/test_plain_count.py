"""The summary against a count that shares no code with it, on the shapes that files really have."""

import json
from typing import Any

import msgspec
import pytest

from bot.manifests.summary import summarize
from tests.manifest_fuzz import whole_lines
from tests.plain_count import counted

_BY = {"human-annotated": "yes", "creation-date": "2020-05-12T18:10:07", "job-name": "a"}


def said(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"groundtruth/{kind}"} | _BY | more


def mask(**classes: str) -> dict[str, Any]:
    """A map of colours, as Lookout for Vision has it too: class by its number behind a `c`."""
    return {
        number.removeprefix("c"): {"class-name": name, "hex-color": "#ffffff", "confidence": 0}
        for number, name in classes.items()
    }


_BOX = {"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4}
_BOXES: dict[str, Any] = {"image_size": [{"width": 9, "height": 9}], "annotations": [_BOX, _BOX]}
_NOTHING = _BOXES | {"annotations": []}
_TURTLE = {"0": "turtle"}
_EXPIRED = "ClientError: Annotation tasks expired. Probable Reasons are 1) declined by all."
SHAPES: dict[str, list[dict[str, Any]]] = {
    "a sequence of point clouds whose cuboids lie in a file": [
        {"seq-ref": "s3://b/SeqLabel.json"}
        | {"seq-ref-metadata": said("point_cloud_object_detection", **{"class-map": _TURTLE})}
        | {"source-ref-metadata": {"json-paths": ["frames"]}}
    ],
    "points of a cloud, with the ground": [
        {"pts-ref": "s3://b/1.zlib"}
        | {
            "pts-ref-metadata": said(
                "point_cloud_single_frame_semantic_segmentation",
                **{"color-map": mask(c0="Background", c1="car")},
            )
        }
    ],
    "anomalies with their masks, some of which show none": [
        {"anomaly-label": at, "anomaly-label-metadata": said("image-classification", **named)}
        | {"mask-ref": "s3://b/m.png"}
        | {"mask-ref-metadata": said("semantic-segmentation", **{"internal-color-map": colours})}
        for at, named, colours in (
            (1, {"class-name": "anomaly"}, mask(c0="BACKGROUND", c1="cracked")),
            (0, {"class-name": "normal"}, mask(c0="BACKGROUND")),
            (0, {"class-name": "normal"}, {}),
        )
    ],
    "a task that expired": [
        {"page": "1", "metadata": {"labels": ["PER"]}, "primary-annotation-ref": "s3://b/a.json"}
        | {"docs-metadata": {"retry-count": 1, "failure-reason": _EXPIRED}},
        {"docs": {"annotation-ref": "s3://b/1.json"}, "docs-metadata": said("custom")},
    ],
    "metadata of another name than their label": [
        {"normal": 0, "auto-label-metadata": said("image-classification", **{"class-name": "x"})}
    ],
    "boxes, boxes again by another job, and none": [
        {"a": _BOXES, "a-metadata": said("object-detection", **{"class-map": _TURTLE})}
        | {"b": each, "b-metadata": said("object-detection", **{"class-map": _TURTLE})}
        for each in (_BOXES, _NOTHING, _BOXES)
    ],
    "classes as numbers and as texts, by people and by a machine": [
        {"c": at, "c-metadata": said("image-classification", **{"class-name": "x"}) | by}
        for at, by in ((1, {}), ("1", {}), (0, {"human-annotated": "no"}))
    ],
    "what Custom Labels adds": [
        {"x": 1, "x-metadata": said("image-classification", **{"class-name": "x"})}
        | {"cl-metadata": {"is_labeled": True}}
    ],
    "lists of classes, with one that has no confidence": [
        {"l": [6, 0], "l-metadata": said("image-classification-multilabel", **maps)}
        for maps in [{"class-map": {"6": "sky", "0": "rock"}, "confidence-map": {"6": 0.0}}]
    ],
}


def agree(body: bytes) -> None:
    """The summary says what plain counting says."""
    found = json.loads(msgspec.json.encode(summarize([body])))
    del found["findings"]
    assert found == json.loads(json.dumps(counted(body)))


@pytest.mark.parametrize("rows", SHAPES.values(), ids=SHAPES.keys())
def test_summary_agrees_with_plain_counting(rows: list[dict[str, Any]]) -> None:
    """Without this, a figure in a paper could be one that nobody else gets from the same file."""
    lines = [
        json.dumps({"source-ref": f"s3://b/{number}.jpg"} | row) for number, row in enumerate(rows)
    ]
    agree("\n".join(lines).encode())


def test_summary_agrees_whatever_stands_round_the_lines() -> None:
    """Without this, a blank line, a repeat or a line of nonsense would shift what is counted."""
    lines = whole_lines()
    agree(b"\r\n".join([*lines, b"", b"no json", b"[1]", lines[0], lines[2]]) + b"\n")
    agree(b"\xef\xbb\xbf" + b"\n".join(lines))
