"""Labels that a manifest carries already, and a line without all but one of them."""

import json

from bot.manifests.labels_there import alone

LINE = {
    "source-ref": "s3://orchard-raw/a/0003.jpg",
    "note": "kept",
    "fruit": {"annotations": [{"class_id": 1, "left": 10.5, "top": 52}]},
    "fruit-metadata": {"class-map": {"1": "pear"}, "type": "groundtruth/object-detection"},
    "fruit-check": 1,
    "fruit-check-metadata": {"class-name": "bad", "type": "groundtruth/label-verification"},
    "camera-metadata": {"type": "infrared"},
}


def test_line_keeps_one_label_and_all_that_is_none() -> None:
    """Without this, an audit of boxes that were judged before fails for what nobody changed."""
    left = json.loads(alone(json.dumps(LINE).encode(), "fruit"))
    gone = {"fruit-check", "fruit-check-metadata"}
    assert left == {name: value for name, value in LINE.items() if name not in gone}


def test_line_without_other_labels_and_one_that_is_broken_stay_as_they_are() -> None:
    """A line is never made anew for nothing: its numbers and signs stay as somebody wrote them."""
    line = b'{"source-ref": "s3://b/k.jpg",  "fruit": 1.50}'
    assert alone(line, "fruit") == line
    assert alone(b"{broken", "fruit") == b"{broken"
