"""What can be wrong with what only some task types ask, and with what a request seldom says."""

from typing import Any

import msgspec
import pytest

from bot.base.s3_uri import Allowed
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.particulars import NUMBER, Attribute, Extras, Particulars
from bot.engines.protocol import Names
from bot.jobs.draft import Draft
from bot.jobs.form import more_rules, rules
from bot.jobs.form.asked import Asked

ALLOWED = Allowed(("orchard-raw",))
ENGINE = Names(place="AWS", service="Ground Truth", teams_made="there")
PAGE = "s3://orchard-raw/page.html"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:before"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:orchard"
MODEL = "arn:aws:sagemaker:eu-west-1:123456789012:model/orchard"


def asked(task_type: str, **members: Any) -> Asked:
    """A draft of that type."""
    plain = Draft(job_name="cars-july", task_type=task_type, labels=("car", "bus"))
    return Asked(msgspec.structs.replace(plain, **members), ENGINE, TASK_TYPES)


def faults(task_type: str, **members: Any) -> dict[str, str]:
    """What is wrong, by member."""
    return dict(more_rules.faults(asked(task_type, **members), ALLOWED))


def an_attribute(**members: Any) -> Attribute:
    """An attribute that is right but for these members."""
    return Attribute(**{"name": "weather", "description": "The sky", **members})


def many(number: int, **members: Any) -> tuple[Attribute, ...]:
    """So many attributes."""
    return tuple(an_attribute(name=f"a{n}", **members) for n in range(number))


def test_every_member_has_its_rule() -> None:
    """Without this, a member that is added could hold anything until AWS refuses the job."""
    assert set(more_rules.PARTICULARS) == set(Particulars.__struct_fields__)
    assert set(more_rules.EXTRAS) == set(Extras.__struct_fields__)


@pytest.mark.parametrize("task_type", sorted(TASK_TYPES))
def test_what_nobody_fills_in_is_wrong_where_it_is_needed_alone(task_type: str) -> None:
    """Without this, a plain job could be refused for what it is never asked, or an audit be
    launched that checks nothing.
    """
    kind = TASK_TYPES[task_type]
    needed = {"audited", "template"} & set(kind.asks)
    assert set(faults(task_type)) == needed


@pytest.mark.parametrize(
    ("task_type", "particulars", "member", "words"),
    [
        ("named-entity-recognition", {"short_names": {"van": "v"}}, "short_names", "none of the"),
        ("named-entity-recognition", {"short_names": {"car": " "}}, "short_names", "1 to 256"),
        (
            "named-entity-recognition",
            {"short_names": {"car": "c", "bus": "c"}},
            "short_names",
            "twice",
        ),
        (
            "video-object-detection",
            {"annotation_type": "Cuboid"},
            "annotation_type",
            "BoundingBox, Polyline, Polygon, Keypoint",
        ),
        ("3d-object-detection", {"global_attributes": many(11)}, "global_attributes", "10 attr"),
        ("3d-object-detection", {"global_attributes": many(6)}, "global_attributes", "5 attr"),
        (
            "3d-object-detection",
            {
                "global_attributes": many(6, enum=("a", "b")),
                "label_attributes": {"car": many(5, enum=("c", "d"))},
            },
            "label_attributes",
            "car: 10 attributes",
        ),
        (
            "3d-object-detection",
            {"global_attributes": many(1), "label_attributes": {"car": many(1)}},
            "label_attributes",
            "twice",
        ),
        ("3d-object-detection", {"label_attributes": {"van": many(1)}}, "label_attributes", "none"),
        (
            "3d-semantic-segmentation",
            {"frame_attributes": (an_attribute(description=""),)},
            "frame_attributes",
            "needs a description",
        ),
        ("bounding-box-adjustment", {"audited": ""}, "audited", "Say which"),
        ("bounding-box-adjustment", {"audited": "fruit-metadata"}, "audited", "Leave -metadata"),
        ("bounding-box-adjustment", {"audited": "it's"}, "audited", "letters, digits"),
        ("bounding-box-adjustment", {"audited": "a" * 128}, "audited", "1 to 127"),
        ("bounding-box-adjustment", {"audited": "cars-july"}, "audited", "written over"),
        ("custom", {"template": "page.html"}, "template", "s3://"),
        ("custom", {"template": "s3://orchard-raw/pages/"}, "template", "a folder"),
        ("custom", {"template": "s3://other/page.html"}, "template", "may not use other"),
        ("custom", {"template": PAGE, "pre_function": "before"}, "pre_function", "ARN"),
        ("custom", {"template": PAGE, "post_function": TOPIC}, "post_function", "ARN"),
    ],
)
def test_bad_particulars_are_told_with_their_remedy(
    task_type: str, particulars: dict[str, Any], member: str, words: str
) -> None:
    """Without this, Ground Truth would fail the job minutes after it was made, and its name would
    be gone for ever.
    """
    found = faults(task_type, particulars=Particulars(**particulars))
    assert words in found[member]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"name": ""}, "1 to 16"),
        ({"name": "a" * 17}, "1 to 16"),
        ({"name": "a\u202eb"}, "nobody sees"),
        ({"description": "a" * 129}, "128"),
        ({"type": NUMBER}, "least and its greatest"),
        ({"type": NUMBER, "minimum": 2, "maximum": 2}, "not below"),
        ({"type": NUMBER, "minimum": 1, "maximum": 2, "enum": ("a",)}, "no choices"),
        ({"enum": tuple(str(n) for n in range(11))}, "10 choices"),
        ({"enum": ("a" * 17,)}, "a choice has 1 to 16"),
        ({"enum": ("a", "a")}, "twice"),
    ],
)
def test_bad_attributes_are_told(members: dict[str, Any], words: str) -> None:
    """Without this, as above: each limit is one of AWS's for frames and point clouds."""
    particulars = Particulars(frame_attributes=(an_attribute(**members),))
    assert words in faults("3d-object-detection", particulars=particulars)["frame_attributes"]


@pytest.mark.parametrize(
    ("extras", "member", "words"),
    [
        ({"stop_at_objects": -1}, "stop_at_objects", "1 or more"),
        ({"stop_at_objects": 5, "streaming": True}, "stop_at_objects", "does not end"),
        ({"stop_at_percent": 101}, "stop_at_percent", "1 to 100"),
        ({"concurrent_tasks": 1_001}, "concurrent_tasks", "1,000"),
        ({"keywords": tuple("abcdef")}, "keywords", "5 keywords"),
        ({"keywords": ("a-b",)}, "keywords", "no hyphen"),
        ({"keywords": ("a" * 31,)}, "keywords", "1 to 30"),
        ({"keywords": ("a", "a")}, "keywords", "twice"),
        ({"declarations": ("Bogus",)}, "declarations", "Choose among"),
        ({"tags": {f"k{n}": "" for n in range(49)}}, "tags", "48 tags"),
        ({"tags": {"aws:x": ""}}, "tags", "aws: are reserved"),
        ({"tags": {"labeljob:request": ""}}, "tags", "labeljob: are reserved"),
        ({"tags": {"": "x"}}, "tags", "1 to 128"),
        ({"tags": {"a": "x" * 257}}, "tags", "256"),
        ({"tags": {"a": "b?"}}, "tags", "a tag's value"),
        ({"output_key": "my key"}, "output_key", "alias"),
        ({"volume_key": "alias/a"}, "volume_key", "automated labeling"),
        ({"streaming": True}, "input_topic", "Give the topic"),
        ({"input_topic": TOPIC}, "input_topic", "Tick Streaming"),
        ({"streaming": True, "input_topic": "orchard"}, "input_topic", "ARN"),
        ({"streaming": True, "input_topic": f"{TOPIC}.fifo"}, "input_topic", "FIFO"),
        ({"feed_folder": "s3://orchard-raw/in/"}, "feed_folder", "Only a streaming job"),
        ({"streaming": True, "feed_folder": "in"}, "feed_folder", "Begin with s3://"),
        ({"streaming": True, "feed_folder": "s3://orchard-raw/a.jpg"}, "feed_folder", "a slash"),
        ({"streaming": True, "feed_folder": "s3://theirs/in/"}, "feed_folder", "may not use"),
        ({"output_topic": f"{TOPIC}.fifo"}, "output_topic", "FIFO"),
        ({"auto_label": True, "streaming": True}, "auto_label", "streaming"),
        ({"first_model": MODEL}, "first_model", "Only automated"),
        ({"first_model": "orchard", "auto_label": True}, "first_model", "ARN"),
    ],
)
def test_bad_extras_are_told_with_their_remedy(
    extras: dict[str, Any], member: str, words: str
) -> None:
    """Without this, AWS would refuse the whole request for a word that few ever write."""
    assert words in faults("bounding-box", extras=Extras(**extras))[member]


def test_automated_labeling_is_for_types_and_sizes_that_have_it() -> None:
    """Without this, people would pay for a model that is never trained, or their job would fail
    after they waited.
    """
    auto = Extras(auto_label=True, first_model=MODEL, volume_key="alias/a")
    assert faults("bounding-box", extras=auto, objects=1_250) == {}
    assert "1,250" in faults("bounding-box", extras=auto, objects=1_249)["auto_label"]
    assert "no automated" in faults("named-entity-recognition", extras=auto)["auto_label"]
    labels = tuple(f"l{n}" for n in range(21))
    found = faults("semantic-segmentation", extras=auto, labels=labels)
    assert "takes 20 labels; these are 21" in found["auto_label"]
    ten_days = asked("bounding-box", extras=auto, availability_s=864_001)
    assert "10 days" in rules.availability_fault(ten_days)


def test_what_is_right_is_let_through() -> None:
    """Without this, a rule could refuse what AWS takes."""
    particulars = Particulars(template=PAGE, pre_function=FUNCTION, post_function=FUNCTION)
    extras = Extras(
        stop_at_objects=10,
        stop_at_percent=100,
        concurrent_tasks=1_000,
        keywords=("ripe or not", "A1"),
        declarations=more_rules.DECLARATIONS,
        tags={"cost center": "orchard/7 (no"[:9], "team": ""},
        output_key="arn:aws:kms:eu-west-1:123456789012:key/1234-abcd",
        output_topic=TOPIC,
    )
    assert faults("custom", particulars=particulars, extras=extras) == {}


def test_frames_have_short_labels_and_short_instructions() -> None:
    """Without this, a label of 17 characters would be found out by AWS as the job runs."""
    long = asked("3d-object-detection", labels=("a" * 17,))
    assert "1 to 16" in rules.labels_fault(long)
    assert rules.labels_fault(asked("bounding-box", labels=("a" * 17,))) == ""
    text = {"type": "text", "text": "x" * 250}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [text]}],
    }
    frames = asked("3d-object-detection", short_instructions=rich)
    assert "takes 254" in rules.instructions_fault(frames, "short_instructions")
    boxes = asked("bounding-box", short_instructions=rich)
    assert rules.instructions_fault(boxes, "short_instructions") == ""


def test_point_clouds_need_a_manifest() -> None:
    """Without this, every file of a folder would be taken for a point cloud whose format nobody
    says.
    """
    folder = asked("3d-object-detection", input_uri="s3://orchard-raw/clouds/")
    assert "needs a manifest" in rules.input_fault(folder, ALLOWED)
    sequences = asked("video-object-tracking", input_uri="s3://orchard-raw/sequences/")
    assert rules.input_fault(sequences, ALLOWED) == ""
