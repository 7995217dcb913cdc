"""Every message and window about models, at its longest, as Slack would judge it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.s3_uri import Allowed
from bot.manifests.labels_there import Labeled, labels_there
from bot.manifests.rekognition_codes import CODES
from bot.models import (
    batch_cards,
    batch_form,
    model_cards,
    run_cards,
    run_form,
    train_form,
    trial_cards,
    trial_form,
)
from bot.models.batch import Batch, Progress, draft_line
from bot.models.batch_cards import BatchFacts
from bot.models.detections import Detection, as_told, detections, found_words
from bot.models.failure import codes_of
from bot.models.going import Going, delete_window, gone_line, live_card
from bot.models.model_cards import ShownModel
from bot.models.model_state import Confusion, ModelState, Score, evaluated
from bot.models.run_facts import RunFacts
from bot.models.run_form import Wish
from bot.models.run_state import RunState
from bot.models.training import Training
from bot.models.trial import Picture, Trial, pictures
from tests.facts.test_every_message import CLOSED, TYPED, validate_message, validate_view

SHARES = st.none() | st.floats(0, 1)
SCORES = st.builds(Score, TYPED, SHARES, SHARES, SHARES, st.integers(0, 250_000))
MODELS = st.builds(
    ModelState,
    state=st.sampled_from(list(model_cards._STATES)),
    whole=SCORES,
    labels=st.lists(SCORES, max_size=4).map(lambda some: tuple(some * 60)),
    confusions=st.lists(st.builds(Confusion, TYPED, TYPED, st.floats(0, 1)), max_size=5).map(tuple),
    training=st.integers(0, 250_000),
    testing=st.integers(0, 250_000),
    billed=st.integers(0, 90_000),
    cause=TYPED,
    began_at=st.sampled_from([0.0, 1.8e9]),
    codes=st.lists(st.sampled_from(sorted(CODES)), max_size=9).map(tuple),
    closed=st.sampled_from([(), CLOSED]),
)
TRAININGS = st.builds(
    Training,
    project=TYPED,
    version_name=TYPED,
    output_uri=TYPED,
    tags=TYPED,
    channel=st.just("C1"),
    asked_by=st.sampled_from(["", "U0MARA"]),
    asked_by_name=TYPED,
)
RUNS = st.builds(
    RunFacts,
    id=st.just("0" * 32),
    project=TYPED,
    version_name=TYPED,
    units=st.integers(1, 100),
    seconds=st.floats(60, 90_000),
    ends_at=st.just(1.8e9),
    asked_by=st.just("U0MARA"),
    asked_by_name=TYPED,
    stop_wanted=st.booleans(),
    state=st.builds(
        RunState,
        state=st.sampled_from(list(run_cards._STATES)),
        ran_at=st.sampled_from([0.0, 1.79e9]),
        stopped_by=TYPED,
        cause=TYPED,
        trouble=TYPED,
    ),
)


@given(training=TRAININGS, state=MODELS, words=TYPED)
def test_slack_takes_what_is_said_of_models(
    training: Training, state: ModelState, words: str
) -> None:
    """Without this, the result of a day's training could be a message that Slack refuses."""
    shown = ShownModel(training, state, words, runs=True)
    for message in (
        model_cards.live_card(training, state, set_aside=words, model_id="0" * 32),
        model_cards.live_card(training, state, model_id="0" * 32),
        model_cards.trained_line(training, state, "0" * 32),
        model_cards.failed_line(training, state, ""),
        model_cards.refused_line(training, state, ""),
        model_cards.deleted_line(training, state, ""),
        model_cards.set_aside_line(training, words),
        model_cards.list_message([shown] * 40),
        model_cards.list_message([]),
        model_cards.compared(words, [(words, state)] * 7),
    ):
        assert validate_message(message.payload()) == []
        assert message.text.strip()


def test_a_failure_has_a_remedy_for_each_code_that_aws_left() -> None:
    """AWS's message names one fault; the others would be found by one training each."""
    summary = {
        "statistics": {
            "training": {"errors": [{"code": "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"}]},
            "testing": {"errors": [{"code": "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"}]},
        },
        "errors": [{"code": "ERROR_INSUFFICIENT_LABEL_OVERLAP"}, {"code": "ERROR_OF_TOMORROW"}],
    }
    codes = tuple(codes_of(summary))
    assert codes == ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "ERROR_INSUFFICIENT_LABEL_OVERLAP")
    state = ModelState(state="failed", cause="The manifest file contains errors.", codes=codes)
    text = model_cards.failed_line(Training(project="p", version_name="v"), state, "").text
    assert "More than 20 % of the lines are wrong. Correct or drop them, then train again." in text
    assert "Fewer than half of the training labels occur in the test set." in text
    odd: Any
    for odd in (None, [], {"errors": 7}, {"statistics": [1]}, {"errors": [None, {"code": 1}]}):
        assert codes_of(odd) == []


@given(run=RUNS, price=st.sampled_from([0.0, 4.0]))
def test_slack_takes_what_is_said_of_runs(run: RunFacts, price: float) -> None:
    """Without this, a card would not show any more that a model costs money."""
    at = 1.8e9
    for message in (
        run_cards.live_card(run, price, at),
        run_cards.running_line(run, price, at),
        run_cards.reminder_line(run, price, at),
        run_cards.stopped_line(run, price, at),
        run_cards.failed_line(run, price, at),
        run_cards.refused_line(run, price, at),
        run_cards.trouble_line(run, run.project),
        run_cards.elsewhere_message(run.called, run.units, price),
    ):
        assert validate_message(message.payload()) == []
        assert message.text.strip()


@given(training=TRAININGS, name=TYPED)
def test_slack_takes_the_forms(training: Training, name: str) -> None:
    """Without this, a long name would close the way to a form."""
    offered = tuple((f"{number:032}", name or "x") for number in range(120))
    wish = Wish(model_id=offered[0][0], seconds=3600, channel="C1", offered=offered, price=4.0)
    named = Training(
        project="p" * train_form.OPTION_MAX, channel="C1", output_uri=training.output_uri
    )
    for view in (
        train_form.page(named, nonce="n" * 32),
        train_form.thanks(training),
        run_form.page(wish, nonce="n" * 32),
        run_form.thanks(name or "x", "C1", 3600),
    ):
        assert validate_view(view) == []


def test_versions_stand_side_by_side() -> None:
    """Without this, nobody would see which label a new version has made worse."""
    old = ModelState(whole=Score(f1=0.8), labels=(Score("pear", 0.9),), training=40)
    new = ModelState(whole=Score(f1=0.7), labels=(Score("fig", 0.5),), training=60)
    said = model_cards.compared("orchard", [("v2", new), ("v1", old)]).text.splitlines()[1:]
    assert said == [
        "label · v2 · v1",
        "all · 0.70 · 0.80",
        "pictures · 60 · 40",
        "fig · 0.50 · -",
        "pear · - · 0.90",
    ]


SUMMARY = {
    "F1Score": 0.9,
    "Precision": 0.8,
    "Recall": 1.0,
    "ConfusionMatrix": [
        {"GroundTruthLabel": "cap", "PredictedLabel": "cap", "Value": 0.9},
        {"GroundTruthLabel": "cap", "PredictedLabel": "watch", "Value": 0.1},
    ],
}


@pytest.mark.parametrize("whole", [SUMMARY, {"Metrics": SUMMARY}])
def test_an_evaluation_is_read_in_both_forms_of_the_guide(whole: dict[str, object]) -> None:
    """Without this, a trained model would have no numbers: the guide's reference and its example
    differ.
    """
    label = {"Label": "cap", "Metrics": {"F1Score": 0.5}, "NumberOfTestingImages": 7}
    found = evaluated(
        ModelState(), {"AggregatedEvaluationResults": whole, "LabelEvaluationResults": [label]}
    )
    assert found.whole == Score("", 0.9, 0.8, 1.0)
    assert found.labels == (Score("cap", 0.5, None, None, 7),)
    assert found.confusions == (Confusion("cap", "watch", 0.1),)


KEYS = st.sampled_from(
    [
        "AggregatedEvaluationResults",
        "LabelEvaluationResults",
        "Metrics",
        "Label",
        "F1Score",
        "Value",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(summary=st.dictionaries(KEYS, JSON))
def test_an_evaluation_of_any_form_is_no_trouble(summary: dict[str, object]) -> None:
    """Without this, a file that AWS wrote in another form would set a trained model aside."""
    evaluated(ModelState(), summary)


PLACES = st.none() | st.tuples(*[st.floats(0, 1)] * 4)
FOUND = st.lists(st.builds(Detection, TYPED, st.floats(0, 100), PLACES), max_size=300)


@given(model=TYPED, name=TYPED, found=FOUND)
def test_slack_takes_what_a_model_found(model: str, name: str, found: list[Detection]) -> None:
    """Without this, a picture full of things would end in a message that Slack refuses."""
    trial = Trial(file=Picture("F1", name or "x"), channel="C1")
    words = trial_cards.result_words(model, trial, found, "U0MARA")
    for message in (
        trial_cards.result_message(words, name),
        trial_cards.not_tried(model, trial, name),
    ):
        assert validate_message(message.payload()) == []
        assert message.text.strip()
    assert len(trial_cards.alt_words(trial, found)) <= trial_cards.ALT_MOST


@given(name=TYPED, files=st.integers(0, 10))
def test_slack_takes_the_form_of_a_trial(name: str, files: int) -> None:
    """Without this, the names of ten pictures would be more than a window may carry."""
    sent = [{"id": f"F{number:010}", "name": name or "x", "size": 1} for number in range(files)]
    runs = tuple((f"{number:032}", name or "x") for number in range(120))
    trial = Trial(runs=runs, run_id=runs[0][0], channel="C1", files=pictures(sent))
    view = trial_form.page(trial, nonce="0" * 32)
    assert validate_view(view) == []
    assert validate_view(trial_form.thanks(trial, name or "x")) == []
    channel, nonce, known = trial_form.carried(view)
    assert (channel, nonce) == ("C1", "0" * 32)
    assert [each.id for each in known] == [each["id"] for each in sent]


@pytest.mark.parametrize(
    ("trial", "field", "words"),
    [
        (Trial(), "address", "Give the address of a picture in S3, or add a file"),
        (Trial(may_read=False), "address", "s3://bucket/folder/picture.jpg."),
        (Trial(address="s3://open/pictures/"), "address", "This is a folder"),
        (Trial(address="s3://shut/one.jpg"), "address", "may not use s3://shut/one.jpg"),
        (Trial(address="s3://open/notes.pdf"), "address", ".jpg, .jpeg and .png"),
        (Trial(address="nowhere"), "address", "s3://"),
        (Trial(file=Picture("F1", "notes.pdf")), "file", "notes.pdf is no picture"),
        (Trial(file=Picture("F1", "a.jpg", 40_000_000)), "file", "larger than the 30 MB"),
        (Trial(address="s3://open/a.jpg", file=Picture("F1", "a.jpg")), "file", "not both"),
        (Trial(files=(Picture("F1", "a.jpg"),)), "picture", "Choose one of the message's"),
        (Trial(address="s3://open/a.jpg", least=-1), "least", "from 0 to 100"),
        (Trial(address="s3://open/a.jpg", least=101), "least", "from 0 to 100"),
        (Trial(address="s3://open/a.jpg", run_id="gone"), "run_id", "that runs in this channel"),
    ],
)
def test_what_is_wrong_with_a_trial_stands_at_its_field(
    trial: Trial, field: str, words: str
) -> None:
    """Without this, a slip would be told minutes later, or by AWS's codes."""
    runs = Trial(
        **{
            **{name: getattr(trial, name) for name in trial.__struct_fields__},
            "runs": (("r", "orchard / v1"),),
            "run_id": trial.run_id or "r",
        }
    )
    found = trial_form.errors(trial_form.faults(runs, Allowed(("open",))), runs)
    assert list(found) == [field]
    assert words in found[field]


ANSWER = {
    "CustomLabels": [
        {
            "Name": "apple",
            "Confidence": 61.2,
            "Geometry": {"BoundingBox": {"Left": 0.5, "Top": 0.25, "Width": 0.1, "Height": 0.2}},
        },
        {"Name": "ripe", "Confidence": 97.6},
        {
            "Name": "apple",
            "Confidence": 99.0,
            "Geometry": {"BoundingBox": {"Left": 0.0, "Top": 0.0, "Width": 1.0, "Height": 1.0}},
        },
    ]
}


def test_what_a_model_found_is_said_and_placed() -> None:
    """Without this, boxes would be drawn elsewhere than where the model saw something."""
    found = detections(ANSWER)
    assert [each.label for each in found] == ["apple", "ripe", "apple"], "the surest first"
    assert found_words(found, None) == "2 apple (99 %, 61 %), ripe 98 %"
    told = as_told(found, (400, 200))
    assert told.kind == "boxes"
    last = told.boxes[1]
    assert (last.left, last.top, last.width, last.height) == (200.0, 50.0, 40.0, 40.0)
    classes = as_told(detections({"CustomLabels": [ANSWER["CustomLabels"][1]]}), (400, 200))
    assert [each.name for each in classes.classes] == ["ripe"]
    assert found_words((), None) == "nothing of which it is sure enough"
    assert found_words((), 80) == "nothing of which it is sure to 80 % or more"


BATCHES = st.builds(
    BatchFacts,
    id=st.just("0" * 32),
    model=TYPED,
    batch=st.builds(Batch, source=TYPED, channel=st.just("C1")),
    progress=st.builds(
        Progress,
        state=st.sampled_from(["working", "done", "failed"]),
        total=st.integers(0, 5_000),
        done=st.integers(0, 5_000),
        drafted=st.integers(0, 5_000),
        nothing=st.integers(0, 5_000),
        refused=st.integers(0, 5_000),
        boxes=st.booleans(),
        cause=TYPED,
    ),
    drafts=TYPED,
    rest=TYPED,
    asked_by=st.sampled_from(["", "U0MARA"]),
    asked_by_name=TYPED,
)


@pytest.mark.parametrize(
    ("nothing", "refused", "said"),
    [
        (1, 0, " 1 picture has none (in 1 the model found nothing), to be labeled from nothing: "),
        (1, 2, " 3 pictures have none (in 1 the model found nothing and 2 could not be looked at)"),
    ],
)
def test_pictures_without_a_draft_are_counted(nothing: int, refused: int, said: str) -> None:
    """Without this, whoever reads of one picture would wonder which others there are."""
    progress = Progress(state="done", total=9, done=9, drafted=6, nothing=nothing, refused=refused)
    batch = Batch(source="s3://fruit/", channel="C1")
    facts = BatchFacts(
        id="0" * 32,
        model="crates / v1",
        batch=batch,
        progress=progress,
        drafts="s3://out/drafts.manifest",
        rest="s3://out/left-out.manifest",
    )
    assert said in batch_cards.live_card(facts).text


@given(facts=BATCHES)
def test_slack_takes_what_is_said_of_drafts(facts: BatchFacts) -> None:
    """Without this, an hour of a model's work would end without a word."""
    for message in (batch_cards.live_card(facts), batch_cards.ended_line(facts)):
        assert validate_message(message.payload()) == []
        assert message.text.strip()


@given(
    going=st.builds(
        Going,
        project=st.from_regex(r"[a-zA-Z0-9_.\-]{1,255}", fullmatch=True),  # Rekognition's rule
        channel=st.just("C1"),
        by=st.just("U0MARA"),
        by_name=TYPED,
        models=st.integers(0, 100),
        sets=st.integers(0, 2),
        state=st.sampled_from(["waiting", "deleting", "deleted", "kept"]),
        cause=TYPED,
    )
)
def test_slack_takes_what_is_said_of_a_deleted_project(going: Going) -> None:
    """Without this, nobody could undo what everybody's work would go with."""
    for message in (live_card(going, "0" * 32), gone_line(going)):
        assert validate_message(message.payload()) == []
        assert message.text.strip()
    view = delete_window(going.project, going.models, going.sets, "C1", "0" * 32)
    assert validate_view(view) == []


@given(name=TYPED)
def test_slack_takes_the_form_of_a_batch(name: str) -> None:
    """Without this, a long name would close the way to drafts."""
    runs = tuple((f"{number:032}", name or "x") for number in range(120))
    batch = Batch(runs=runs, run_id=runs[0][0], channel="C1", source=name, output_uri=name)
    assert validate_view(batch_form.page(batch, nonce="0" * 32)) == []
    assert validate_view(batch_form.thanks(batch, name or "x")) == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"source": ""}, "source", "Give a folder of pictures"),
        ({"source": "s3://open/a.JPG"}, "source", "This is one picture"),
        ({"source": "s3://shut/more/"}, "source", "may not use s3://shut/more/"),
        ({"source": "more"}, "source", "s3://"),
        ({"most": 0}, "most", "from 1 to 5,000"),
        ({"most": 5_001}, "most", "from 1 to 5,000"),
        ({"most": -1}, "most", "from 1 to 5,000"),
        ({"least": 101}, "least", "from 0 to 100"),
        ({"output_uri": ""}, "output_uri", "Give a folder"),
        ({"output_uri": "s3://shut/"}, "output_uri", "may not use"),
        ({"run_id": ""}, "run_id", "that runs in this channel"),
    ],
)
def test_what_is_wrong_with_a_batch_stands_at_its_field(
    changed: dict[str, Any], field: str, words: str
) -> None:
    """Without this, a slip would be told after the model has run for an hour."""
    fine = Batch(
        run_id="r", source="s3://open/more/", output_uri="s3://open/out/", runs=(("r", "x / v1"),)
    )
    assert batch_form.faults(fine, Allowed(("open",))) == []
    found = batch_form.errors(
        batch_form.faults(msgspec.structs.replace(fine, **changed), Allowed(("open",)))
    )
    assert list(found) == [field]
    assert words in found[field]


def test_drafts_are_lines_that_a_job_corrects() -> None:
    """Without this, people would correct boxes that lie elsewhere than the model drew them, or AWS
    refuse the manifest.
    """
    labels, created = ("apple", "ripe"), "2026-11-30T10:00:00.000000"
    every = detections(ANSWER)
    boxes = [each for each in every if each.box is not None]
    line = draft_line(
        "s3://open/a.jpg", boxes, size=(400, 200), labels=labels, job="d1", created=created
    )
    found = json.loads(line)
    assert found["draft"]["annotations"][1] == {
        "class_id": 0,
        "left": 200,
        "top": 50,
        "width": 40,
        "height": 40,
    }
    assert found["draft-metadata"]["objects"] == [{"confidence": 0.99}, {"confidence": 0.612}]
    assert labels_there([line])[0] == Labeled("draft", "groundtruth/object-detection", labels)
    none = json.loads(
        draft_line("s3://open/a.jpg", (), size=(9, 9), labels=labels, job="d1", created=created)
    )
    assert none["draft"]["annotations"] == []
    sure = [each for each in every if each.box is None]
    named = draft_line("s3://open/a.jpg", sure, size=None, labels=labels, job="d1", created=created)
    assert json.loads(named)["draft"] == 1
    assert labels_there([named])[0].labels == ("ripe",)


@given(st.tuples(*[st.floats(-1, 2)] * 4), st.integers(1, 5_000), st.integers(1, 5_000))
def test_a_draft_lies_within_its_picture(
    box: tuple[float, float, float, float], wide: int, high: int
) -> None:
    """Without this, AWS would refuse the whole manifest for one box at a picture's edge."""
    line = draft_line(
        "s3://open/a.jpg",
        [Detection("a", 50.0, box)],
        size=(wide, high),
        labels=("a",),
        job="d1",
        created="",
    )
    at = json.loads(line)["draft"]["annotations"][0]
    assert 0 <= at["left"] < at["left"] + at["width"] <= wide
    assert 0 <= at["top"] < at["top"] + at["height"] <= high
