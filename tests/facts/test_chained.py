"""What a job begins with that comes after another: its task type, its labels, its names."""

import json
from typing import Any

import msgspec
import pytest

from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.particulars import Attribute, Extras, Particulars
from bot.jobs import chained
from bot.jobs.chained import ADJUST, AGAIN, CONTINUE, HOWS, VERIFY, NothingToChain
from bot.jobs.draft import Chain, Draft
from bot.jobs.lifecycle import COMPLETED, IN_PROGRESS, REFUSED, JobState
from bot.manifests.labels_there import Labeled, labels_there

RESULTS = "s3://orchard-out/labels/fruit/manifests/output/output.manifest"


def after(how: str, task_type: str = "bounding-box", **members: Any) -> Draft:
    """The draft after a job of that type."""
    plain = Draft(
        job_name="fruit",
        task_type=task_type,
        category=TASK_TYPES[task_type].category,
        labels=("apple", "pear"),
        title="Fruit",
        short_instructions={"type": "rich_text", "elements": []},
    )
    earlier = msgspec.structs.replace(plain, **members)
    labels = earlier.chain.labels if earlier.chain else earlier.labels
    return chained.after_job(
        how,
        earlier,
        TASK_TYPES,
        job_id="j1",
        manifest=RESULTS,
        labels=labels,
        taken={"fruit", "fruit-verify"},
        user_id="U0LIN",
    )


@pytest.mark.parametrize(
    ("task_type", "verify", "adjust"),
    [
        ("bounding-box", "bounding-box-verification", "bounding-box-adjustment"),
        (
            "semantic-segmentation",
            "semantic-segmentation-verification",
            "semantic-segmentation-adjustment",
        ),
        (
            "video-object-tracking",
            "video-object-tracking-adjustment",
            "video-object-tracking-adjustment",
        ),
        ("3d-object-detection", "3d-object-detection-adjustment", "3d-object-detection-adjustment"),
        ("bounding-box-adjustment", "bounding-box-verification", "bounding-box-adjustment"),
    ],
)
def test_audits_are_of_the_type_that_they_check(task_type: str, verify: str, adjust: str) -> None:
    """Without this, a job would be asked for whose functions cannot read the labels."""
    particulars = Particulars(audited="old")
    assert after(VERIFY, task_type, particulars=particulars).task_type == verify
    assert after(ADJUST, task_type, particulars=particulars).task_type == adjust
    assert after(AGAIN, task_type).task_type == after(CONTINUE, task_type).task_type == task_type


def test_types_without_audits_offer_none() -> None:
    """Without this, a button would stand on a card that can only be refused."""
    assert chained.possible(TASK_TYPES["text-classification"], TASK_TYPES) == (CONTINUE, AGAIN)
    assert chained.possible(TASK_TYPES["bounding-box"], TASK_TYPES) == HOWS
    assert chained.possible(None, TASK_TYPES) == ()
    with pytest.raises(NothingToChain, match="No task type can adjust"):
        after(ADJUST, "text-classification")


def test_name_tells_where_a_job_comes_from_also_where_the_first_ones_was_made_up() -> None:
    """Without this, the check of “fruit” would be called “fruit-good-bad” when it is sent."""
    draft = after(VERIFY, made_up=("job_name", "title"))
    assert (draft.job_name, draft.made_up) == ("fruit-verify-2", ("title",))


def test_what_is_kept_and_what_is_new() -> None:
    """Without this, labels would differ from those that are there, be written over them, or workers
    would read the words of another task.
    """
    adjust = after(ADJUST, extras=Extras(auto_label=True, tags={"team": "orchard"}))
    assert adjust.job_name == "fruit-adjust"
    assert adjust.input_uri == RESULTS
    assert adjust.label_attribute == ""
    assert adjust.labels == ("apple", "pear")
    assert adjust.particulars.audited == "fruit"
    assert adjust.title == "Bounding box adjustment task"
    assert adjust.short_instructions is None
    assert adjust.extras == Extras(tags={"team": "orchard"})
    assert adjust.chain == Chain("j1", "j1", "fruit", ADJUST, ("apple", "pear"))
    verify = after(VERIFY)
    assert verify.job_name == "fruit-verify-2", "the other name is taken"
    assert verify.labels == chained.VERDICTS
    again = after(AGAIN, label_attribute="kind")
    assert (again.job_name, again.label_attribute, again.title) == ("fruit-2", "", "Fruit")
    rest = after(CONTINUE, "semantic-segmentation")
    assert rest.label_attribute == "fruit-ref", "the rest gets the same name"


def test_job_after_a_judged_one_looks_at_the_labels_themselves() -> None:
    """Without this, people would correct verdicts as if they were boxes."""
    chain = Chain("j0", "j0", "first", VERIFY, ("apple", "pear"))
    found = after(
        ADJUST,
        "bounding-box-verification",
        labels=("good", "bad"),
        particulars=Particulars(audited="first"),
        chain=chain,
    )
    assert found.particulars.audited == "first"
    assert found.labels == ("apple", "pear")
    assert found.chain is not None
    assert found.chain.root_id == "j0", "all of them stand in the thread of the first"


def test_frames_are_judged_without_being_changed() -> None:
    """Without this, who should only judge would change labels."""
    seen = Attribute(name="seen", enum=("yes", "no"))
    particulars = Particulars(annotation_type="Polygon", global_attributes=(seen,))
    verify = after(VERIFY, "video-object-detection", particulars=particulars)
    assert verify.particulars.may_edit is False
    assert verify.particulars.annotation_type == "Polygon"
    assert verify.particulars.global_attributes == (seen,)
    assert verify.labels == ("apple", "pear")
    assert after(ADJUST, "video-object-detection").particulars.may_edit is True


def test_names_stay_within_their_limit() -> None:
    """Without this, a long name with an ending would be refused by the form that proposes it."""
    found = after(CONTINUE, job_name="a" * 63)
    assert found.job_name == "a" * 54 + "-continue"


@pytest.mark.parametrize(
    ("how", "state", "right"),
    [
        (VERIFY, JobState(state=COMPLETED, labeled=1), True),
        (VERIFY, JobState(state=COMPLETED, unlabeled=1), False),
        (VERIFY, JobState(state=IN_PROGRESS, labeled=1, unlabeled=1), False),
        (VERIFY, JobState(state=REFUSED), False),
        (CONTINUE, JobState(state=COMPLETED, labeled=2), False),
        (CONTINUE, JobState(state=COMPLETED, labeled=2, failed=1), True),
    ],
)
def test_it_is_due_when_there_is_something_to_do(how: str, state: JobState, right: bool) -> None:
    """Without this, a button would open a form that leads nowhere."""
    assert chained.due(how, HOWS, state) is right
    assert not chained.due(how, (), state)


def line(**columns: Any) -> bytes:
    """One line of a manifest."""
    return json.dumps({"source-ref": "s3://orchard-raw/1.jpg", **columns}).encode() + b"\n"


MANIFEST = (
    line(
        **{
            "fruit": {"annotations": []},
            "fruit-metadata": {
                "class-map": {"0": "apple"},
                "type": "groundtruth/object-detection",
            },
            "source-ref-metadata": {"format": "binary/xyzi"},
        }
    )
    + b"no json\n"
    + line(
        **{
            "fruit": {"annotations": []},
            "fruit-metadata": {
                "class-map": {"1": "pear", "0": "apple"},
                "type": "groundtruth/object-detection",
            },
            "rows-ref": "s3://orchard-out/1.png",
            "rows-ref-metadata": {
                "internal-color-map": {
                    "0": {"class-name": "BACKGROUND"},
                    "1": {"class-name": "tree"},
                    "2": 7,
                },
                "type": "groundtruth/semantic-segmentation",
            },
            "kind": 1,
            "kind-metadata": {"class-name": "ripe", "type": "groundtruth/image-classification"},
            "odd": 1,
            "odd-metadata": {"type": 3},
            "lost-metadata": {"type": "groundtruth/object-detection"},
        }
    )
)


def test_labels_of_any_manifest_are_known() -> None:
    """Without this, predictions of a model could not be corrected by people, or their labels would
    be typed anew.
    """
    assert labels_there([MANIFEST]) == (
        Labeled("fruit", "groundtruth/object-detection", ("apple", "pear")),
        Labeled("rows-ref", "groundtruth/semantic-segmentation", ("tree",)),
        Labeled("kind", "groundtruth/image-classification", ("ripe",)),
    )
    assert labels_there([MANIFEST], lines=1) == (
        Labeled("fruit", "groundtruth/object-detection", ("apple",)),
    )
    assert labels_there([b"\xff\xfe", b"{", b"[]\n"]) == ()


def test_predictions_become_first_drafts() -> None:
    """Without this, only results of Ground Truth jobs that the bot knows could be corrected."""
    fruit, rows, kind = labels_there([MANIFEST])
    begun = Draft(job_name="fruit-fixed", input_uri=RESULTS)
    draft = chained.after_labels(ADJUST, begun, fruit, TASK_TYPES)
    assert draft.task_type == "bounding-box-adjustment"
    assert draft.particulars.audited == "fruit"
    assert draft.labels == ("apple", "pear")
    assert draft.job_name == "fruit-fixed"
    assert chained.after_labels(VERIFY, begun, rows, TASK_TYPES).labels == chained.VERDICTS
    with pytest.raises(NothingToChain, match="image-classification"):
        chained.after_labels(ADJUST, begun, kind, TASK_TYPES)
    asked = chained.asked_anew(begun, kind, TASK_TYPES)
    assert (asked.task_type, asked.labels) == ("image-classification", ("ripe",))


@pytest.mark.parametrize(
    ("how", "state", "words"),
    [
        (ADJUST, JobState(state=COMPLETED, labeled=3), "No task type can adjust"),
        (AGAIN, JobState(state=IN_PROGRESS, labeled=3), "is not over yet"),
        (AGAIN, JobState(state=COMPLETED, failed=3), "left no labels"),
        (CONTINUE, JobState(state=COMPLETED, labeled=3), "/labeljob again ripe asks"),
    ],
)
def test_why_nothing_can_come_after_a_job_is_said(how: str, state: JobState, words: str) -> None:
    """Without this, whoever asks to go on with a job that is through would be told three reasons
    of which none fits.
    """
    hows = (CONTINUE, AGAIN)
    assert not chained.due(how, hows, state)
    assert words in chained.why_not(how, hows, state, "ripe")
