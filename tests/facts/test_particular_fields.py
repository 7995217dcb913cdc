"""What only some types ask, and what is seldom said: how it is typed, read and judged."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.blocks import rich_text, rich_words
from bot.base.forms import fields_of
from bot.base.s3_uri import Allowed
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.particulars import NUMBER, Attribute, Extras, Particulars
from bot.jobs.checks.labels import strangers
from bot.jobs.draft import Draft
from bot.jobs.form.attributes import read_attributes, spell_attributes
from bot.jobs.form.pages import Beside, job_form
from bot.jobs.form.review import Reviewed, review
from tests.facts.test_form import inputs, shown_values, typed
from tests.idle_engine import idle_engine

FORM = job_form(idle_engine())
OPEN = Allowed(("orchard-raw",))
ASKED_FOR = {
    "attributes": {"global_attributes", "label_attributes"},
    "attributes_of_frames": {"frame_attributes"},
}
PARTICULAR = {
    *("audited", "may_edit", "annotation_type", "template", "pre_function", "post_function"),
    *("short_names", *ASKED_FOR),
}


def page(draft: Draft) -> dict[str, Any]:
    """The form's page, as Slack sends it back."""
    return shown_values(FORM.page(draft, "d", Beside()))


def more(draft: Draft) -> dict[str, Any]:
    """What stands behind [More…], as Slack sends it back."""
    return shown_values(FORM.more_page(draft, "d", 1))


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("occluded: yes, no", Attribute(name="occluded", enum=("yes", "no"))),
        ("speed: 0-120", Attribute(name="speed", type=NUMBER, minimum=0, maximum=120)),
        ("heat: -10 to 40.5", Attribute(name="heat", type=NUMBER, minimum=-10, maximum=40.5)),
        ("note: text", Attribute(name="note")),
        ("seen*: yes, no", Attribute(name="seen", enum=("yes", "no"), required=True)),
        ("sky: sun, rain | what it does", Attribute(name="sky", enum=("sun", "rain"))),
    ],
)
def test_a_line_is_an_attribute(line: str, read: Attribute) -> None:
    """Without this, people would have to write the label file of AWS by hand."""
    (found,) = read_attributes([line]).every
    assert msgspec.structs.replace(found, description="") == read
    assert read_attributes(spell_attributes([found])).every == (found,), "it stands as it was read"


def test_an_attribute_of_one_label_and_lines_that_are_none() -> None:
    """Without this, one colour would be asked of every label, and a slip would go unseen."""
    found = read_attributes(["car / colour: red, blue", "", "occluded", "late: "])
    assert found.by_label == (("car", (Attribute(name="colour", enum=("red", "blue")),)),)
    assert found.fault.startswith("Line 3: write a name, a colon")
    assert "Line 4:" in found.fault


@given(st.lists(st.text(max_size=40), max_size=6))
def test_whatever_is_typed_is_read(lines: list[str]) -> None:
    """Without this, a stray sign would cost the whole page."""
    found = read_attributes(lines)
    again = read_attributes(spell_attributes(found.every))
    assert isinstance(again.fault, str)


@pytest.mark.parametrize("kind", [kind for kind in TASK_TYPES.values() if kind.offered])
def test_a_type_is_asked_what_it_needs_and_nothing_else(kind: Any) -> None:
    """Without this, a job of boxes would be asked for short names, or one of names for none."""
    shown = set(inputs(FORM.page(Draft(task_type=kind.id), "d", Beside()))) & PARTICULAR
    needed = set(kind.asks)
    for field, members in ASKED_FOR.items():
        if members & needed:
            needed = needed - members | {field}
    assert shown == needed


def test_what_a_type_asks_comes_into_the_particulars() -> None:
    """Without this, what was typed would never reach the engine."""
    draft = Draft(task_type="video-object-tracking", labels=("car", "bus"))
    answered = typed(page(draft), "attributes", "occluded: yes, no\ncar / colour: red, blue")
    typed(answered, "attributes_of_frames", "sky: sun, rain | what it does")
    read = FORM.read(answered, draft)
    particulars = read.particulars
    assert [one.name for one in particulars.global_attributes] == ["occluded"]
    assert list(particulars.label_attributes) == ["car"]
    assert particulars.frame_attributes[0].description == "what it does"
    assert particulars.annotation_type == "BoundingBox"
    assert FORM.read(page(read), read).particulars == particulars, "a look back loses nothing"
    names = Draft(task_type="named-entity-recognition", labels=("organisation",))
    short = FORM.read(typed(page(names), "short_names", "organisation: ORG"), names)
    assert short.particulars.short_names == {"organisation": "ORG"}


def test_faults_of_particulars_stand_at_their_fields() -> None:
    """Without this, AWS would refuse the job after the form is closed."""
    draft = Draft(task_type="video-object-tracking", labels=("car",))
    answered = typed(page(draft), "attributes", "occluded\nbus / colour: red, blue")
    read = FORM.read(answered, draft)
    found = {fault.field: fault.text for fault in FORM.faults(read, OPEN)}
    assert found["attributes"].startswith("Line 1:")
    mended = FORM.read(typed(page(read), "attributes", "bus / colour: red, blue"), read)
    found = {fault.field: fault.text for fault in FORM.faults(mended, OPEN)}
    assert "is none of the labels" in found["attributes"]
    other = msgspec.structs.replace(mended, task_type="bounding-box")
    assert "attributes" not in {fault.field for fault in FORM.faults(other, OPEN)}
    audit = Draft(task_type="bounding-box-verification", particulars=Particulars())
    assert "audited" in {fault.field for fault in FORM.faults(audit, OPEN)}


def test_what_is_seldom_said_comes_into_the_extras() -> None:
    """Without this, what 44 of 52 requests say could not be said."""
    draft = Draft(task_type="bounding-box")
    answers = {
        "keywords": "fruit,  ripe  or not",
        "stop_at_objects": "100",
        "stop_at_percent": "50 %",
        "concurrent_tasks": "20",
        "output_topic": "arn:aws:sns:eu-west-1:111122223333:labeled",
        "output_key": "alias/orchard",
        "tags": "project=orchard\nowner = Mara",
    }
    view = more(draft)
    for field, text in answers.items():
        typed(view, field, text)
    read = FORM.read(view, draft)
    assert read.extras == Extras(
        stop_at_objects=100,
        stop_at_percent=50,
        concurrent_tasks=20,
        keywords=("fruit", "ripe or not"),
        tags={"project": "orchard", "owner": "Mara"},
        output_key="alias/orchard",
        output_topic="arn:aws:sns:eu-west-1:111122223333:labeled",
    )
    assert FORM.read(more(read), read).extras == read.extras


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("stop_at_objects", "many", "Write a whole number"),
        ("stop_at_percent", "101", "from 1 to 100"),
        ("concurrent_tasks", "1001", "1 to 1,000"),
        ("output_topic", "labeled", "topic's ARN"),
        ("output_key", "a key!", "the key's id"),
        ("tags", "aws:x=1", "reserved"),
        ("keywords", "a,b,c,d,e,f", "5 keywords at most"),
    ],
)
def test_faults_of_extras_stand_at_their_fields(field: str, text: str, words: str) -> None:
    """Without this, a job would be refused long after its form was closed."""
    draft = Draft(task_type="bounding-box")
    read = FORM.read(typed(more(draft), field, text), draft)
    found = {fault.field: fault.text for fault in FORM.faults(read, OPEN)}
    assert words in found[field]
    again = inputs(FORM.more_page(read, "d", 1))[field]["element"]["initial_value"]
    assert again.split()[0].rstrip(",") in text or text in again, "it stands as it was typed"


def test_every_extra_that_a_form_asks_has_its_rule() -> None:
    """Without this, a member could be asked for and judged by nobody."""
    names = {each.name for each in fields_of(FORM.more)}
    assert {"keywords", "tags", "declarations", "output_key", "output_topic"} <= names
    assert {"stop_at_objects", "stop_at_percent", "concurrent_tasks", "auto_label"} <= names


def lines(*said: str) -> dict[str, Any]:
    """Instructions of these lines."""
    return rich_text(
        *(
            {"type": "rich_text_section", "elements": [{"type": "text", "text": f"{line}\n"}]}
            for line in said
        )
    )


@pytest.mark.parametrize(
    ("labels", "said", "found"),
    [
        (("ripe", "unripe"), ("Ripe: full colour", "Overripe: brown spots"), ["Overripe"]),
        (("leaf", "stalk"), ("Ripe: red", "Unripe: green"), ["Ripe", "Unripe"]),
        (("ripe", "unripe"), ("Ripe: red", "unripe: green", "Good: whole"), []),
        (("ripe", "unripe"), ("Look here: it is in the middle",), []),
        (("ripe", "unripe"), ("Note: choose one",), []),
        (("ripe", "unripe"), (), []),
        (("ripe", "unripe"), ('Choose “ripe” or “half ripe”, never "Unripe".',), ["half ripe"]),
        (("ripe", "unripe"), ("Leave out what “Orchard News” prints.",), []),
    ],
)
def test_labels_that_instructions_name_and_nobody_can_choose_are_found(
    labels: tuple[str, ...], said: tuple[str, ...], found: list[str]
) -> None:
    """Without this, workers would look for a label that is not there."""
    draft = Draft(labels=labels, short_instructions=lines(*said))
    assert strangers(draft) == found


@pytest.mark.parametrize("kind", [each.id for each in TASK_TYPES.values() if each.offered])
def test_what_a_kind_of_work_says_is_whole_and_true(kind: str) -> None:
    """Without this, options end in the middle of a word, the hint allows labels that are refused
    afterwards, and a page of one's own cannot be asked for without labels.
    """
    shown = inputs(page(Draft(task_type=kind)))
    for option in shown.get("task_type", {"element": {"options": []}})["element"]["options"]:
        assert not option["description"]["text"].endswith("…")
    row = TASK_TYPES[kind]
    assert f"each up to {row.label_max} characters" in shown["labels"]["hint"]["text"]
    assert bool(shown["labels"].get("optional")) is (row.labels_min == 0)


def test_the_example_of_an_attribute_of_frames_can_be_typed_as_it_stands() -> None:
    """Without this, whoever does as the field shows is refused for want of a description."""
    draft = Draft(task_type="video-object-detection", labels=("car", "bus"))
    shown = page(draft)
    for name in ASKED_FOR:
        example = inputs(shown)[name]["element"]["placeholder"]["text"]
        shown = typed(shown, name, example)
    found = {fault.field for fault in FORM.faults(FORM.read(shown, draft), OPEN)}
    assert not found & set(ASKED_FOR)


def test_the_tick_for_several_labels_changes_the_instructions_at_once() -> None:
    """Without this, workers of a job with several labels were told to choose one."""
    single, several = "image-classification", "image-classification-multilabel"
    draft = Draft(task_type=single)
    before = page(draft)
    assert inputs(before)["several"]["dispatch_action"]
    for value in before["state"]["values"]["several"].values():
        value["selected_options"] = [{"value": "yes"}]
    after = FORM.read(before, draft)
    assert after.task_type == several
    assert "every" in rich_words(
        inputs(page(after))["short_instructions"]["element"]["initial_value"]
    )


def test_the_review_shows_what_only_this_job_has() -> None:
    """Without this, nobody sees before Create that a shape, an attribute or a key was misread."""
    draft = Draft(
        task_type="video-object-detection",
        labels=("car",),
        particulars=Particulars(
            annotation_type="Polygon",
            global_attributes=(Attribute(name="occluded", enum=("yes", "no")),),
        ),
        extras=Extras(output_key="alias/orchard", tags={"project": "orchard"}),
    )
    said = str(review(FORM.asked(draft), Reviewed(), "d")["blocks"])
    for words in (
        "*What is drawn* Polygons",
        "*Attributes of labels* occluded: yes, no",
        "*Key for the results* alias/orchard",
        "*Tags* project=orchard",
    ):
        assert words in said
    assert "*Attributes of frames*" not in said, "nobody named one"


@pytest.mark.parametrize("kind", [each.id for each in TASK_TYPES.values() if each.needs_manifest])
@pytest.mark.parametrize("address", ["s3://orchard-raw/july/", "s3://orchard-raw/july.zip"])
def test_what_needs_a_manifest_asks_for_one(kind: str, address: str) -> None:
    """Without this, files or a folder without labels are taken for labels to check, and refused
    with half a sentence.
    """
    draft = Draft(task_type=kind, output_uri="s3://orchard-raw/out/", more={"data_from": "files"})
    shown = page(draft)
    assert not {"data_from", "files_1"} & set(inputs(shown))
    assert "folder ending" not in inputs(shown)["input_uri"]["hint"]["text"]
    read = FORM.read(typed(shown, "input_uri", address), draft)
    said = {fault.field: fault.text for fault in FORM.faults(read, OPEN)}
    assert "needs a manifest: " in said["input_uri"]


def test_a_review_without_labels_says_so() -> None:
    """Without this, a page of one's own is reviewed with “Labels (0)”."""
    draft = Draft(task_type="passthrough")
    assert "*Labels* none" in str(review(FORM.asked(draft), Reviewed(), "d")["blocks"])
