"""Every message and window about models, at its longest, as Slack would judge it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import model_cards, run_cards, run_form, train_form
from bot.models.model_cards import ShownModel
from bot.models.model_state import Confusion, ModelState, Score, evaluated
from bot.models.run_facts import RunFacts
from bot.models.run_form import Wish
from bot.models.run_state import RunState
from bot.models.training import Training
from tests.facts.test_every_message import TYPED, validate_message, validate_view

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
