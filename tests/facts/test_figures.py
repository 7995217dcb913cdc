"""What people did, in figures, and what is said of it."""

import csv
import io
from datetime import UTC, datetime

from bot.answers.figures import (
    Counted,
    Labeler,
    Work,
    answer_words,
    hints,
    median_seconds,
    seconds_words,
    together,
)
from bot.answers.numbers import packed, unpacked
from bot.answers.worker_responses import Answer
from bot.delivery.message import Message
from bot.engines.ground_truth.engine import GroundTruth
from bot.jobs.cards.people_words import own_blocks, people_csv, people_message
from bot.jobs.job_facts import JobFacts
from bot.manifests.shapes import Box, Class, Told

JOB = JobFacts(
    id="job-1",
    name="ripe-july",
    title="Ripe or not",
    kind=None,
    labels=(),
    team_name="orchard-team",
    workers_per_object=3,
    asked_by="U0MARA",
    channel="C1",
    portal_url="",
    created_at=datetime(2026, 11, 21, tzinfo=UTC),
    expires_at=None,
    output_uri="",
    engine=GroundTruth.names,
)
RIPE = Told("", "", "classes", classes=(Class("ripe"),))


def work(worker: str, objects: int = 30, seconds: int = 10, **more: int | str) -> Work:
    return Work(
        worker,
        sub=f"s-{worker}",
        objects=objects,
        seconds={seconds: objects},
        said={"ripe": objects // 2, "soft": objects - objects // 2},
        declined=int(more.get("declined", 0)),
    )


def shown(works: list[Work], *, grouped: bool = False, csv_button: bool = False) -> Message:
    people = [Labeler(each) for each in works]
    return people_message(JOB, people, grouped=grouped, partial="", csv_button=csv_button)


def test_median_is_the_middle_one() -> None:
    """Without this, one task that was left open over lunch would make somebody look slow."""
    assert median_seconds({}) is None
    assert median_seconds({5: 1}) == 5
    assert median_seconds({2: 2, 3_600: 1}) == 2
    assert median_seconds({1: 1, 9: 1}) == 1
    assert [seconds_words(each) for each in (None, 0, 12)] == [
        "time not known",
        "under 1 s",
        "12 s",
    ]


def test_answers_are_added_up_by_person() -> None:
    """Without this, somebody would be paid for what another one did."""
    counted = Counted()
    at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    counted.add(0, [Answer("a", "s-a", RIPE, at, at, 4.4), Answer("b", "s-b", RIPE)])
    counted.add(11, [Answer("a", "s-a", RIPE, at, at.replace(hour=13), 6.0)])
    first, second = counted.works({"s-b": 2, "s-nobody": 7})
    assert [sorted(unpacked(each.answered)) for each in (first, second)] == [[0, 11], [0]]
    assert first == Work(
        "a",
        "s-a",
        2,
        {4: 1, 6: 1},
        {"ripe": 2},
        at.timestamp(),
        at.replace(hour=13).timestamp(),
        answered=packed([0, 11]),
    )
    assert (second.objects, second.seconds, second.declined, second.first) == (1, {}, 2, 0.0)
    both = together([first, second])
    assert (both.objects, both.seconds, both.declined) == (3, {4: 1, 6: 1}, 2)
    assert (both.first, both.last) == (first.first, first.last)


def test_figures_are_no_answers_to_be_known_again() -> None:
    """Without this, whoever draws boxes with care would be told of as somebody who repeats."""
    assert answer_words(Told("", "", "boxes", boxes=(Box("pear", 0, 0, 1, 1),))) == ""
    assert answer_words(Told("", "", "boxes")) == "nothing"
    assert answer_words(Told("", "", "mask")) == ""
    assert answer_words(Told("", "", "classes", classes=(Class("b"), Class("a")))) == "a, b"


def test_hints_are_about_habits_that_others_have_not() -> None:
    """Without this, a manager would hear of chance, or of nobody."""
    crowd = [work("b"), work("c")]
    assert hints(work("a", seconds=2), [*crowd, work("a", seconds=2)]) == [
        "fast: 2 s each, the others 10 s"
    ]
    assert hints(work("a", seconds=5), crowd) == []
    uniform = Work("a", objects=30, seconds={10: 30}, said={"ripe": 29, "soft": 1})
    assert hints(uniform, crowd) == ["nearly always “ripe” (97%)"]
    all_ripe = [Work(name, objects=30, said={"ripe": 30}) for name in "bc"]
    assert hints(uniform, all_ripe) == [], "the data may be so"
    assert hints(work("a", objects=19, seconds=1), crowd) == [], "too few to tell"
    assert hints(work("a", seconds=1), [work("a", seconds=1)]) == [], "nobody to compare with"


def test_a_group_is_five_people_or_nobody() -> None:
    """Without this, a manager would learn of single people what an administrator ruled out."""
    four = [work(name, declined=1) for name in "abcd"]
    said = shown(four, grouped=True, csv_button=True)
    assert said.text == (
        "*People of Ripe or not*\nFewer than 5 people labeled, so their figures are not told: "
        "Labeljob tells them for groups alone here."
    )
    five = shown([*four, work("e", seconds=1)], grouped=True, csv_button=True)
    assert five.text == ("*People of Ripe or not*\n5 people: 150 objects · 10 s each · 4 declined")
    for message in (said, five):
        assert "CSV" not in str(message.blocks)
        assert "fast" not in message.text


def test_by_person() -> None:
    """Without this, a manager could not tell who does what, or take a hint for a verdict."""
    people = [
        Labeler(work("a", 40, 2), "U0LIN", "lin@orchard.example"),
        Labeler(work("b", declined=2), "", "bo@crew.example"),
        Labeler(work("private.us-east-1.abcdef12")),
    ]
    said = people_message(JOB, people, grouped=False, partial="A half.", csv_button=True)
    assert said.text.splitlines() == [
        "*People of Ripe or not*",
        "<@U0LIN>: 40 objects · 2 s each · _fast: 2 s each, the others 10 s_",
        "bo@crew.example: 30 objects · 10 s each · 2 declined",
        "worker abcdef12: 30 objects · 10 s each",
        "Not all of it: A half.",
        "A hint is no proof: look at what they labeled first.",
    ]
    assert said.blocks[-1]["elements"][0]["value"] == "job-1"
    assert "CSV" not in str(shown([work("a")]).blocks), "Slack does not take files"
    assert shown([]).text.endswith("Nobody's answers are known.")
    many = shown([work(str(number)) for number in range(45)])
    assert "and 15 more" in many.text


def test_own_figures_are_by_job() -> None:
    """Without this, a labeler would not know where their own figures come from."""
    assert own_blocks([]) == []
    did = [(f"job {number}", work("a", objects=10 + number)) for number in range(7)]
    text = own_blocks(did)[0]["text"]["text"]
    assert text.splitlines()[:3] == [
        "*Your labeling*",
        "91 objects · 10 s each, in 7 jobs that ended",
        "job 0: 10 objects · 10 s each",
    ]
    assert len(text.splitlines()) == 7


def test_csv_is_text_that_no_spreadsheet_runs() -> None:
    """Without this, a name that begins with = would be a formula on the payroll's computer."""
    people = [Labeler(work("=cmd()", 2, 3), "U0LIN", "+lin@orchard.example"), Labeler(work("b"))]
    rows = list(csv.DictReader(io.StringIO(people_csv(JOB, people).decode())))
    assert rows[0] == {
        "job": "ripe-july",
        "person": "U0LIN",
        "email": "'+lin@orchard.example",
        "worker": "'=cmd()",
        "objects": "2",
        "declined": "0",
        "median_seconds": "3",
        "total_seconds": "6",
        "first_day": "",
        "last_day": "",
    }
    assert rows[1]["person"] == ""
