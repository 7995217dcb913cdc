"""The file that tells Ground Truth the labels, in the shape of each family."""

import json
from typing import Any

import pytest

from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.categories import BadLabels, LongInstructions, category_file
from bot.engines.particulars import NUMBER, Attribute, Particulars
from bot.instructions.page import Instructions
from bot.instructions.pictures import BadPicture, Example

NOTHING = Particulars()
OCCLUDED = Attribute(name="occluded", enum=("yes", "no"), required=True)
SPEED = Attribute(name="speed", type=NUMBER, minimum=0, maximum=9, edits=False)
WEATHER = Attribute(name="weather", description="How is the sky?")


def told(*labels: str, **changes: Any) -> Instructions:
    """Instructions for these labels."""
    plain = {"short_html": "<p>Look.</p>", "full_html": "<p>Look <b>well</b>.</p>"}
    return Instructions("Cars", "Mark them.", labels, **{**plain, **changes})


def written(task_type: str, told: Instructions, particulars: Particulars = NOTHING) -> Any:
    """What the file of a type says."""
    return json.loads(category_file(TASK_TYPES[task_type], told, particulars) or b"null")


def test_standard_shape() -> None:
    """Without document-version, or with a repeated name, the job fails after it was created."""
    assert written("bounding-box", told("ripe", " née  ")) == {
        "document-version": "2018-11-28",
        "labels": [{"label": "ripe"}, {"label": "née"}],
    }
    for wrong in (["a", "a"], ["a", ""], ["a" * 257]):
        with pytest.raises(BadLabels):
            written("bounding-box", told(*wrong))


def test_words_and_phrases_have_their_instructions_in_the_file() -> None:
    """Without this, workers would get AWS's page for text spans without a word about the task, or
    the job would be refused for want of it.
    """
    particulars = Particulars(short_names={"Person": "per"})
    assert written("named-entity-recognition", told("Person", "Place"), particulars) == {
        "document-version": "2018-11-28",
        "labels": [{"label": "Person", "shortDisplayName": "per"}, {"label": "Place"}],
        "instructions": {
            "shortInstruction": "<p>Look.</p>",
            "fullInstruction": "<p>Look <b>well</b>.</p>",
        },
    }


def test_frames_have_a_version_of_their_own() -> None:
    """Without this, attributes of labels and frames would be lost, or the file would be read as one
    of another version.
    """
    particulars = Particulars(
        annotation_type="Polygon",
        label_attributes={"car": (SPEED,)},
        global_attributes=(OCCLUDED,),
        frame_attributes=(WEATHER,),
        audited="not of this type",
    )
    assert written("video-object-tracking", told("car", "bus"), particulars) == {
        "documentVersion": "2020-03-01",
        "categoryGlobalAttributes": [
            {"name": "occluded", "type": "string", "enum": ["yes", "no"], "isRequired": True}
        ],
        "frameAttributes": [
            {"name": "weather", "type": "string", "description": "How is the sky?"}
        ],
        "labels": [
            {
                "label": "car",
                "categoryAttributes": [
                    {"name": "speed", "type": "number", "minimum": 0.0, "maximum": 9.0}
                ],
            },
            {"label": "bus"},
        ],
        "annotationType": "Polygon",
        "instructions": {
            "shortInstruction": "<p>Look.</p>",
            "fullInstruction": "<p>Look <b>well</b>.</p>",
        },
    }
    assert written("video-object-detection", told("car"))["annotationType"] == "BoundingBox"


def test_audits_of_frames_name_what_they_check() -> None:
    """Without this, workers would see frames without the labels that they are to check, or would
    change labels that they should only judge.
    """
    particulars = Particulars(
        audited="cars-ref", may_edit=False, global_attributes=(OCCLUDED,), frame_attributes=(SPEED,)
    )
    file = written("video-object-detection-adjustment", told("car"), particulars)
    assert file["auditLabelAttributeName"] == "cars-ref"
    assert file["labels"] == [{"label": "car", "editsAllowed": "none"}]
    assert file["categoryGlobalAttributes"][0]["editsAllowed"] == "any"
    assert file["frameAttributes"][0]["editsAllowed"] == "none"
    clouds = written("3d-semantic-segmentation-adjustment", told("car"), particulars)
    assert "categoryGlobalAttributes" not in clouds
    assert "annotationType" not in clouds


def test_pages_without_labels_need_no_file() -> None:
    """Without this, a page of one's own that asks for no labels would be given an empty list, which
    nobody documents.
    """
    assert written("custom", told()) is None
    assert written("passthrough", told("a"))["labels"] == [{"label": "a"}]


@pytest.mark.parametrize(
    ("task_type", "changes", "refusal", "words"),
    [
        ("video-object-detection", {}, BadLabels, "1 to 16"),
        ("3d-object-detection", {"short_html": "<p>" + "x" * 250}, LongInstructions, "254"),
        ("3d-object-detection", {"full_html": "<p>" + "x" * 2_050}, LongInstructions, "2,047"),
    ],
)
def test_limits_of_frames_are_told_before_the_job_is_made(
    task_type: str, changes: dict[str, str], refusal: type[Exception], words: str
) -> None:
    """Without this, the job would be made, fail minutes later, and its name would be gone."""
    labels = ("a label of more than sixteen",) if refusal is BadLabels else ("car",)
    with pytest.raises(refusal, match=words):
        written(task_type, told(*labels, **changes))


def test_pictures_of_the_web_alone_are_shown_by_pages_of_aws() -> None:
    """Without this, workers would see a broken picture: no access is granted in these files."""
    web = told("Person", examples=(Example("https://a.b/1.png", 'a "good" one'),))
    full = written("named-entity-recognition", web)["instructions"]["fullInstruction"]
    assert 'src="https://a.b/1.png"' in full
    assert "&quot;good&quot;" in full
    in_s3 = told("Person", examples=(Example("s3://orchard-raw/1.png"),))
    with pytest.raises(BadPicture, match="AWS's own"):
        written("named-entity-recognition", in_s3)
