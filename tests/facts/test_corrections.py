"""The labels of a job that go back into a dataset."""

import json
from typing import Any

import pytest

from bot.datasets import corrections
from bot.datasets.corrections import Counted, OfJob

OF = OfJob("boxes-adjust", "s3://b/boxes-adjust/manifests/output/output.manifest", "boxes-adjust")
BOX = {"annotations": [], "image_size": [{"width": 9, "height": 9, "depth": 3}]}


def line(picture: str, **labels: Any) -> bytes:
    return json.dumps({"source-ref": f"s3://b/{picture}.jpg", **labels}).encode() + b"\n"


def test_only_what_the_job_labeled_is_sent() -> None:
    """Without this, what nobody got to would lose its labels, and drafts of a model that nobody saw
    would be trained on.
    """
    meta = {"type": "groundtruth/object-detection"}
    both = {"boxes": BOX, "boxes-metadata": meta}
    given = [
        line("a", **both, **{"boxes-adjust": BOX, "boxes-adjust-metadata": meta}),
        line("b", **both),
        line("c", **both, **{"boxes-adjust-metadata": {"failure-reason": "expired"}}),
        line("d", **both, **{"boxes-adjust": None}),
        b"no json\n",
        json.dumps({"boxes-adjust": BOX}).encode() + b"\n",
    ]
    counted = Counted()
    sent = [json.loads(each) for each in corrections.lines_of(given, "boxes-adjust", counted)]
    assert sent == [
        {"source-ref": "s3://b/a.jpg", "boxes-adjust": BOX, "boxes-adjust-metadata": meta}
    ], "also a picture from which all boxes were taken"
    assert counted == Counted(1, 5)


@pytest.mark.parametrize(
    ("counted", "now", "stay"),
    [
        (Counted(1, 0), "1 picture has its label of job boxes-adjust now", ""),
        (Counted(2, 1), "2 pictures have their labels", "; 1 picture that it left without a label"),
        (Counted(2, 3), "2 pictures have their labels", "; 3 pictures that it left"),
    ],
)
def test_words_tell_what_stays(counted: Counted, now: str, stay: str) -> None:
    """Without this, people would think that a job that was stopped had corrected everything."""
    said = corrections.about_words(OF, counted)
    assert said.startswith(now)
    assert stay in said
    assert said.endswith(("stays as it was", "stay as they were")) == bool(stay)


def test_job_is_kept_with_its_update() -> None:
    """Without this, a worker that was killed would not know any more what to send."""
    assert corrections.job_of(corrections.kept(OF)) == OF
    assert corrections.job_of({}) is None
