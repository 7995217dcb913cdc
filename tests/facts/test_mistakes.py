"""What a model takes for what, read from the lines that AWS's guide shows and from others."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import mistake_cards as cards
from bot.models.mistakes import Tally, judge, pictures, tally
from tests.facts.test_every_message import TYPED, validate_message

CLASSIFIED: dict[str, Any] = json.loads(
    """{
    "source-ref": "s3://test-bucket/dataset/beckham.jpeg",
    "rekognition-custom-labels-training-0": 1,
    "rekognition-custom-labels-training-0-metadata": {
      "confidence": 1.0,
      "job-name": "rekognition-custom-labels-training-job",
      "class-name": "Football",
      "human-annotated": "yes",
      "creation-date": "2019-09-06T00:07:25.488243",
      "type": "groundtruth/image-classification"
    },
    "rekognition-custom-labels-evaluation-0": 1,
    "rekognition-custom-labels-evaluation-0-metadata": {
      "confidence": 0.95,
      "job-name": "rekognition-custom-labels-evaluation-job",
      "class-name": "Football",
      "human-annotated": "no",
      "creation-date": "2019-09-06T00:07:25.488243",
      "type": "groundtruth/image-classification",
      "rekognition-custom-labels-evaluation-details": {
        "version": 1,
        "ground-truth-labelling-jobs": ["rekognition-custom-labels-training-job"],
        "is-true-positive": true,
        "is-true-negative": false,
        "is-false-positive": false,
        "is-false-negative": false,
        "is-present-in-ground-truth": true
      }
    }
}"""
)
"""A line as the guide shows it ("Evaluation manifest snapshot", For image classification)."""
DRAWN: dict[str, Any] = json.loads(
    """{
    "source-ref": "s3://test-bucket/dataset/beckham.jpeg",
    "rekognition-custom-labels-training-0": {
      "annotations": [
        {"class_id": 0, "width": 39, "top": 409, "height": 63, "left": 712}
      ],
      "image_size": [{"width": 1024, "depth": 3, "height": 768}]
    },
    "rekognition-custom-labels-training-0-metadata": {
      "job-name": "rekognition-custom-labels-training-job",
      "class-map": {"0": "Cap"},
      "human-annotated": "yes",
      "objects": [{"confidence": 1.0}],
      "creation-date": "2019-10-21T22:02:18.432644",
      "type": "groundtruth/object-detection"
    },
    "rekognition-custom-labels-evaluation": {
      "annotations": [
        {"class_id": 0, "width": 39, "top": 409, "height": 63, "left": 712}
      ],
      "image_size": [{"width": 1024, "depth": 3, "height": 768}]
    },
    "rekognition-custom-labels-evaluation-metadata": {
      "confidence": 0.95,
      "job-name": "rekognition-custom-labels-evaluation-job",
      "class-map": {"0": "Cap"},
      "human-annotated": "no",
      "objects": [
        {
          "confidence": 0.95,
          "rekognition-custom-labels-evaluation-details": {
            "version": 1,
            "ground-truth-labelling-jobs": ["rekognition-custom-labels-training-job"],
            "is-true-positive": true,
            "is-true-negative": false,
            "is-false-positive": false,
            "is-false-negative": false,
            "is-present-in-ground-truth": true
          }
        }
      ],
      "creation-date": "2019-10-21T22:02:18.432644",
      "type": "groundtruth/object-detection"
    }
}"""
)
"""The same for object detection; the guide's dots are left out."""
OUTCOMES = ("true-positive", "true-negative", "false-positive", "false-negative")
DETAILS = "rekognition-custom-labels-evaluation-details"


def details(outcome: str) -> dict[str, bool]:
    """How a prediction came out."""
    return {f"is-{each}": each == outcome for each in OUTCOMES}


def classified(truth: str, **outcomes: tuple[str, float]) -> dict[str, Any]:
    """The guide's line for a picture that shows `truth`, with a prediction of each label."""
    line = json.loads(json.dumps(CLASSIFIED))
    line["rekognition-custom-labels-training-0-metadata"]["class-name"] = truth
    base = line.pop("rekognition-custom-labels-evaluation-0-metadata")
    for place, (label, (outcome, sure)) in enumerate(outcomes.items()):
        line[f"rekognition-custom-labels-evaluation-{place}"] = 1
        said = {"class-name": label, "confidence": sure, DETAILS: details(outcome)}
        line[f"rekognition-custom-labels-evaluation-{place}-metadata"] = {**base, **said}
    return dict(line)


Shape = tuple[str, int, int, int, int]


def drawn(truth: list[Shape], seen: list[tuple[Shape, str, float]]) -> dict[str, Any]:
    """The guide's line for a picture with these boxes of people's and of the model's."""
    line = json.loads(json.dumps(DRAWN))
    names = sorted({each[0] for each in [*truth, *(shape for shape, _, _ in seen)]})
    for name, shapes in (("training-0", truth), ("evaluation", [each[0] for each in seen])):
        column = f"rekognition-custom-labels-{name}"
        line[column]["annotations"] = [
            {
                "class_id": names.index(label),
                "left": left,
                "top": top,
                "width": width,
                "height": height,
            }
            for label, left, top, width, height in shapes
        ]
        line[f"{column}-metadata"]["class-map"] = {str(n): each for n, each in enumerate(names)}
    objects = [{"confidence": sure, DETAILS: details(outcome)} for _, outcome, sure in seen]
    line["rekognition-custom-labels-evaluation-metadata"]["objects"] = objects
    line["rekognition-custom-labels-training-0-metadata"]["objects"] = [{"confidence": 1.0}] * len(
        truth
    )
    return dict(line)


def pairs(line: dict[str, Any], *known: str) -> list[tuple[str, str]]:
    """What came out wrong in a line."""
    found = judge(1, json.dumps(line).encode(), known)
    assert found is not None
    return [each.pair for each in found.mistakes]


@pytest.mark.parametrize("line", [CLASSIFIED, DRAWN])
def test_what_the_guide_shows_is_no_mistake(line: dict[str, Any]) -> None:
    """Without this, what AWS calls a true positive could be shown as wrong."""
    found = judge(7, json.dumps(line).encode())
    assert found is not None
    assert (found.number, found.address) == (7, "s3://test-bucket/dataset/beckham.jpeg")
    assert found.mistakes == ()


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (
            classified("ripe", ripe=("false-negative", 0.3), unripe=("false-positive", 0.9)),
            [("ripe", "unripe")],
        ),
        (
            classified(
                "ripe",
                over=("false-positive", 0.6),
                ripe=("false-negative", 0.3),
                unripe=("false-positive", 0.9),
            ),
            [("ripe", "unripe"), ("", "over")],
        ),
        (classified("ripe", ripe=("false-negative", 0.3)), [("ripe", "")]),
        # a label that AWS does not list with this picture
        (classified("ripe", unripe=("false-positive", 0.9)), [("ripe", "unripe")]),
        (
            classified("ripe", ripe=("true-positive", 0.9), unripe=("true-negative", 0.1)),
            [],
        ),
        (
            classified("ripe", ripe=("true-positive", 0.9), unripe=("false-positive", 0.8)),
            [("", "unripe")],
        ),
    ],
)
def test_a_class_is_taken_for_the_surest_of_those_given(
    line: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    """Without this, nobody would know which labels to make clearer to people and model."""
    assert pairs(line, "ripe", "unripe", "over") == wrong


def test_a_label_that_the_model_never_learned_is_no_mistake_of_its() -> None:
    """Without this, a test set with a label more would look like a bad model."""
    line = classified("plum", ripe=("true-negative", 0.1))
    assert pairs(line, "ripe") == []
    assert pairs(line) == [("plum", "")]


CAP, CAP_NEAR = ("cap", 100, 100, 50, 50), ("cap", 104, 102, 50, 50)
WATCH_NEAR, WATCH_FAR = ("watch", 98, 97, 52, 55), ("watch", 500, 100, 50, 50)


@pytest.mark.parametrize(
    ("truth", "seen", "wrong"),
    [
        ([CAP], [(CAP_NEAR, "true-positive", 0.9)], []),
        ([CAP], [(WATCH_NEAR, "false-positive", 0.9)], [("cap", "watch")]),
        (
            [CAP],
            [(CAP_NEAR, "false-negative", 0.1), (WATCH_NEAR, "false-positive", 0.9)],
            [("cap", "watch")],
        ),
        ([CAP], [(WATCH_FAR, "false-positive", 0.9)], [("", "watch"), ("cap", "")]),
        (
            [CAP],
            [(CAP_NEAR, "true-positive", 0.9), (WATCH_NEAR, "false-positive", 0.6)],
            [("", "watch")],
        ),
        ([CAP], [(CAP_NEAR, "false-negative", 0.01)], [("cap", "")]),
        ([CAP, WATCH_FAR], [(CAP_NEAR, "true-positive", 0.9)], [("watch", "")]),
        # AWS decides what is found, also where its box lies far off
        ([WATCH_FAR], [(WATCH_NEAR, "true-positive", 0.9)], []),
    ],
)
def test_a_box_is_taken_for_what_people_drew_at_its_place(
    truth: list[Shape], seen: list[tuple[Shape, str, float]], wrong: list[tuple[str, str]]
) -> None:
    """Without this, a box model would have no confusions at all: AWS gives no matrix for it."""
    assert pairs(drawn(truth, seen)) == wrong


def test_without_what_people_said_the_outcomes_alone_count() -> None:
    """Without this, a file that lacks people's labels would show a model without misses."""
    line = drawn([CAP], [(CAP_NEAR, "false-negative", 0.1)])
    for name in list(line):
        if "training" in name:
            del line[name]
    assert pairs(line) == [("cap", "")]


def test_pictures_are_counted_once_for_each_pair_and_the_worst_are_shown_first() -> None:
    """Without this, one crowded picture would outweigh all others."""
    taken = classified("ripe", ripe=("false-negative", 0.3), unripe=("false-positive", 0.7))
    surer = classified("ripe", ripe=("false-negative", 0.3), unripe=("false-positive", 0.9))
    missed = classified("unripe", unripe=("false-negative", 0.2))
    good = classified("ripe", ripe=("true-positive", 0.9))
    untested = {name: value for name, value in good.items() if "evaluation" not in name}
    twice = drawn(
        [CAP, WATCH_FAR], [(CAP, "false-positive", 0.8), (WATCH_FAR, "false-positive", 1)]
    )
    file = [taken, missed, surer, good, untested, twice]
    body = "".join(json.dumps(each) + "\n" for each in file).encode() + b"\n{broken\n"
    found = tally([[body[:700], body[700:]]])
    assert (found.tested, found.wrong, found.untold) == (5, 4, 2)
    assert found.confused == [(("ripe", "unripe"), 2)]
    assert found.missed == [(("cap", ""), 1), (("unripe", ""), 1), (("watch", ""), 1)]
    assert found.worth_a_look(20) == {
        1: ("ripe", "unripe"),
        3: ("ripe", "unripe"),
        6: ("cap", ""),
        2: ("unripe", ""),
    }
    assert found.worth_a_look(1) == {3: ("ripe", "unripe")}, "the surest"
    assert found.worth_a_look(0) == {}
    shown = pictures([[body]], {3, 6})
    assert [each.pair for each in shown[3].mistakes] == [("ripe", "unripe")]
    said = cards.words("orchard / v1", found).splitlines()
    assert said == [
        "*Model orchard / v1*: 4 of 5 test pictures came out otherwise than people labeled them.",
        "Most often taken for each other: ripe as unripe, 2 pictures.",
        "Not recognized: cap, 1 picture; unripe, 1 picture; watch, 1 picture.",
        "Seen where people saw none: cap, 1 picture; watch, 1 picture.",
        "What came out of 2 more lines in AWS's file of test results is not known.",
    ]
    assert cards.caption(shown[3], ("ripe", "unripe")) == "ripe as unripe 0.90"


def test_files_one_after_the_other_have_running_numbers() -> None:
    """Without this, a picture of the second file would be looked for in the first."""
    line = json.dumps(classified("ripe", ripe=("false-negative", 0.3))).encode()
    files = [[line], [line + b"\n" + line]]
    assert tally(files).tested == 3
    assert sorted(pictures(files, {2, 3})) == [2, 3]


def test_a_mistake_of_boxes_is_drawn_where_it_was_made() -> None:
    """Without this, the sheet would not show what was taken for what: two frames at one place hide
    each other's names.
    """
    found = judge(1, json.dumps(drawn([CAP], [(WATCH_NEAR, "false-positive", 0.9)])).encode())
    assert found is not None
    line = cards.drawing(found, ("cap", "watch"))
    assert [each.label for each in line.told[0].boxes] == ["model: watch"]
    assert cards.caption(found, ("cap", "watch")) == "cap as watch 0.90"
    assert line.told[0].size == (1024, 768)
    missed = judge(1, json.dumps(drawn([CAP], [(CAP_NEAR, "false-negative", 0.1)])).encode())
    assert missed is not None
    line = cards.drawing(missed, ("cap", ""))
    assert [(each.label, each.left) for each in line.told[0].boxes] == [("cap", 100)]
    assert cards.colour_names([("cap", "watch")]) == ["cap", "watch", "model: cap", "model: watch"]


def test_what_is_not_known_is_said_as_not_known() -> None:
    """Without this, a file without results would look like a model without mistakes."""
    assert "is not known" in cards.words("orchard / v1", Tally())
    assert "no mistake in 3 test pictures." in cards.words("orchard / v1", Tally(tested=3))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *CLASSIFIED,
                    *DRAWN,
                    *DRAWN["rekognition-custom-labels-evaluation-metadata"],
                    *("annotations", "class_id", "left", "top", "width", "height", "class-name"),
                    *(DETAILS, "is-false-positive", "is-false-negative", "image_size"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(replaced=st.dictionaries(st.sampled_from([*CLASSIFIED, *DRAWN]), JSON), boxes=st.booleans())
def test_a_line_of_any_form_is_no_trouble(replaced: dict[str, Any], boxes: bool) -> None:
    """Without this, one odd line could keep a model's mistakes from being shown."""
    line = {**(DRAWN if boxes else CLASSIFIED), **replaced}
    body = json.dumps(line).encode()
    found = tally([[body]])
    assert found.tested + found.untold == 1
    shown = pictures([[body]], found.worth_a_look(20))
    for number, pair in found.worth_a_look(20).items():
        assert cards.caption(shown[number], pair)
        assert cards.drawing(shown[number], pair).told


@given(called=TYPED, labels=st.lists(TYPED, min_size=1, max_size=4), why=TYPED)
def test_slack_takes_what_is_said_of_mistakes(called: str, labels: list[str], why: str) -> None:
    """Without this, long labels could make a message that Slack refuses."""
    found = Tally(tested=250_000, wrong=250_000, untold=250_000)
    for number, label in enumerate(labels * 5):
        for pair in ((label, f"{number}{label}"), (f"{number}{label}", ""), ("", f"{number}")):
            found.pictures[pair] += 250_000
    said = cards.words(called, found)
    for message in (
        cards.mistakes_message(said, why),
        cards.mistakes_message(said),
        cards.in_thread(said, called, "0" * 32, pictures=True),
        cards.not_known(called, why),
    ):
        assert validate_message(message.payload()) == []
    assert len(cards.alt_words(called, labels * 5, 3)) <= cards.ALT_MOST
