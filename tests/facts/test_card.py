"""The cards, lines and lists that people read."""

import json
import re
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.blocks import MESSAGE_SIZE, bar, typed
from bot.base.errors import Fault
from bot.brought.brought import Stored
from bot.delivery.message import Message
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.engine import GroundTruth
from bot.engines.protocol import Names
from bot.jobs.cards import card, thread_lines
from bot.jobs.cards.queue_card import (
    QueueJob,
    home_view,
    joined_line,
    queue_card,
    queue_empty,
    queue_ended,
)
from bot.jobs.cards.status_card import (
    fits,
    help_message,
    list_message,
    no_such_job,
    plain_message,
    status_message,
    status_table,
)
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import ENDED, JobState

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)
validate_message = validator.validate_message
validate_view = validator.validate_view

NOW = datetime(2026, 11, 21, 14, 31, tzinfo=UTC)
RIPE = JobFacts(
    id="j1",
    name="ripe-july",
    title="Ripe or not, July harvest",
    kind=TASK_TYPES["image-classification"],
    labels=("ripe", "unripe", "overripe"),
    team_name="Orchard team",
    workers_per_object=3,
    asked_by="U0MARA",
    asked_by_name="Mara",
    channel="C1",
    portal_url="https://portal.example",
    created_at=NOW - timedelta(days=2, hours=4),
    expires_at=NOW + timedelta(days=9),
    output_uri="s3://orchard-out/results/",
    engine=GroundTruth.names,
)
PORTAL = "https://p.example"
PAPER = Names(place="Papermill", service="Papermill", teams_made="with a pencil")
RUNNING = JobState(
    state="in_progress",
    labeled=609,
    human=609,
    failed=3,
    unlabeled=628,
    launched_at=NOW - timedelta(days=2, hours=4),
    first_label_at=NOW - timedelta(hours=20),
    last_label_at=NOW - timedelta(minutes=1),
    worked_s=16 * 3600.0,
)
DONE = msgspec.structs.replace(
    RUNNING, state="completed", labeled=1233, failed=0, unlabeled=7, ended_at=NOW
)


def facts(**changes: Any) -> JobFacts:
    return JobFacts(**{**{name: getattr(RIPE, name) for name in JobFacts.__slots__}, **changes})


def but(before: JobState, /, **changes: Any) -> JobState:
    return msgspec.structs.replace(before, **changes)


def team_card(*told: Any, **more: Any) -> Message:
    return queue_card(*told, engine=GroundTruth.names, **more)


def buttons(message: Message) -> list[str]:
    """The buttons of a message in their order, with those behind ⋯."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [
        which
        for row in rows
        for one in row
        for which in [option["value"].split()[0] for option in one.get("options", ())]
        or [one["action_id"]]
    ]


def words(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def marked(piece: Any) -> list[str]:
    """Every text that Slack would parse for marks."""
    if isinstance(piece, list):
        return [text for one in piece for text in marked(one)]
    if not isinstance(piece, dict):
        return []
    own = [piece["text"]] if piece.get("type") == "mrkdwn" else []
    return own + [text for one in piece.values() for text in marked(one)]


def test_the_running_card_says_all_at_a_glance() -> None:
    """The card is what a channel sees of a job all day: state, numbers, pace, team, owner, end."""
    said = card.root_card(RIPE, RUNNING)
    title, numbers, people = said.blocks[0]["text"]["text"].splitlines()
    assert title == "*Ripe or not, July harvest* · In progress"
    assert numbers == "▰▰▰▰▨▱▱▱▱▱  612 of 1,240 · 3 failed · about 16 hours of work left"
    assert re.fullmatch(
        r"Orchard team · 38 an hour while people work · last label <!date\^[^>]+>", people
    )
    small = said.blocks[2]["elements"][0]["text"]
    assert re.fullmatch(r"Mara · ends <!date\^[^>]+> · ripe-july", small)
    assert said.text.startswith(
        "Ripe or not, July harvest: In progress. 612 of 1,240 · 3 failed · about 16 hours of work "
        "left. Orchard team · 38 an hour while people work · last label <!date^"
    )
    assert said.text.endswith("· job ripe-july")
    assert buttons(said) == [
        "job_instructions",
        "open_portal",
        "job_status",
        "job_stop",
        "job_duplicate",
    ]


def test_an_ended_card_is_one_line_and_what_can_still_be_done() -> None:
    """Channels are full of old jobs: one that takes six lines hides the running ones."""
    done = but(DONE, labeled=1240, unlabeled=0)
    said = card.root_card(RIPE, done)
    (line,) = said.blocks[0]["text"]["text"].splitlines()
    assert line == "*Ripe or not, July harvest* · Completed: all 1,240 labeled, in 2 days 4 hours"
    assert said.blocks[2]["elements"][0]["text"] == "Mara · ripe-july"
    assert "portal" not in words(said)
    assert buttons(said) == [
        "job_results",
        "job_make_dataset",
        "job_instructions",
        "job_status",
        "job_duplicate",
    ]


def test_a_job_that_failed_says_what_to_do() -> None:
    """A cause alone leaves whoever reads it where they were."""
    failed = but(RUNNING, state="failed", cause="Access Denied for LabelingRole.")
    (title, told) = card.root_card(RIPE, failed).blocks[0]["text"]["text"].splitlines()
    assert title.endswith("· Failed")
    assert told.startswith(
        "Access Denied for LabelingRole. The 609 labels are kept; 631 pictures have none. Give the "
    )
    refused = but(JobState(state="refused"), cause="The role is gone")
    (_title, told) = card.root_card(RIPE, refused).blocks[0]["text"]["text"].splitlines()
    assert told.startswith("The role is gone. Press Fix and retry: the form opens")


@pytest.mark.parametrize(
    ("done", "failed", "total", "drawn"),
    [
        (0, 0, 40, "▱▱▱▱▱▱▱▱▱▱"),
        (0, 0, 0, "▱▱▱▱▱▱▱▱▱▱"),
        (1, 0, 10_000, "▰▱▱▱▱▱▱▱▱▱"),
        (20, 0, 40, "▰▰▰▰▰▱▱▱▱▱"),
        (9_999, 0, 10_000, "▰▰▰▰▰▰▰▰▰▱"),
        (9_998, 1, 10_000, "▰▰▰▰▰▰▰▰▨▱"),
        (0, 3, 40, "▨▱▱▱▱▱▱▱▱▱"),
        (39, 1, 40, "▰▰▰▰▰▰▰▰▰▨"),
        (40, 0, 40, "▰▰▰▰▰▰▰▰▰▰"),
    ],
)
def test_the_bar_shows_labeled_failed_and_open_apart(
    done: int, failed: int, total: int, drawn: str
) -> None:
    """Failures drawn as progress are found when the labels are needed."""
    assert bar(done, total, failed) == drawn


@given(done=st.integers(0, 100_000), failed=st.integers(0, 100_000), still=st.integers(0, 100_000))
def test_the_bar_has_always_ten_cells(done: int, failed: int, still: int) -> None:
    """A bar that grows or loses a cell moves the words beside it, and what is left out is not
    seen.
    """
    drawn = bar(done, done + failed + still, failed)
    assert len(drawn) == 10
    assert ("▰" in drawn, "▨" in drawn) == (done > 0, failed > 0)
    assert ("▱" in drawn) == (still > 0 or done + failed == 0)


def test_a_card_pings_nobody() -> None:
    """It is edited each minute: a mention in it would be a nuisance."""
    for state in ("asked", "launching", "initializing", "in_progress", "stopping", *ENDED):
        said = card.root_card(RIPE, but(RUNNING, state=state))
        assert "<@" not in said.text + words(said)
        assert "<!" not in re.sub(r"<!date\^", "", said.text)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (JobState(), "Waiting to launch"),
        (JobState(stored=Stored(12, 30)), "Storing pictures 12 of 30"),
        (JobState(state="launching"), "Launching"),
        (JobState(state="in_progress"), "Counting the pictures…"),
        (JobState(state="in_progress", unlabeled=9), "0 of 9"),
        (
            JobState(
                state="in_progress",
                labeled=1,
                unlabeled=9,
                first_label_at=NOW - timedelta(minutes=4),
            ),
            "first label <!date^",
        ),
        (DONE, "1,233 labeled, 7 not, in 2 days 4 hours"),
        (but(DONE, failed=7, unlabeled=0), "Completed with errors"),
        (JobState(state="failed", cause="Access Denied"), "Access Denied"),
        (JobState(state="refused", cause="The role is gone"), "The role is gone"),
    ],
)
def test_each_state_has_its_words(state: JobState, said: str) -> None:
    """Zero counters are "counting", an end says what it left, a failure its cause."""
    message = card.root_card(RIPE, state)
    assert said in message.text
    assert said.lower() in words(message).lower()


def test_machine_labels_are_named_only_where_there_are_any() -> None:
    """Most jobs are labeled by people alone; "0 by machine" would make them wonder."""
    assert "machine" not in card.root_card(RIPE, RUNNING).text
    assert "200 of them by machine" in card.root_card(RIPE, but(RUNNING, machine=200)).text
    assert "machine" not in card.result_words(DONE)
    of_both = "1,233 labeled, 900 of them by machine, 7 not, in 2 days 4 hours"
    assert card.result_words(but(DONE, machine=900)) == of_both
    everything = card.result_words(but(DONE, machine=900, labeled=1_240, unlabeled=0))
    assert everything == "all 1,240 labeled, 900 of them by machine, in 2 days 4 hours"


@pytest.mark.parametrize(
    ("state", "changes", "expected"),
    [
        ("asked", {}, {"job_status", "job_instructions", "job_stop"}),
        ("in_progress", {"portal_url": ""}, {"job_status", "job_instructions", "job_stop"}),
        ("in_progress", {"read_only": True}, {"job_status", "job_take_over", "open_portal"}),
        ("in_progress", {"stop_wanted": True}, {"job_status", "job_instructions", "open_portal"}),
        ("stopping", {}, {"job_status", "job_instructions"}),
        ("completed", {}, {"job_results", "job_status", "job_instructions", "job_make_dataset"}),
        (
            "stopped",
            {"kind": TASK_TYPES["bounding-box"]},
            {"job_results", "job_status", "job_instructions", "job_make_dataset"},
        ),
        (
            "completed",
            {"kind": TASK_TYPES["text-classification"]},
            {"job_results", "job_status", "job_instructions"},
        ),
        ("completed", {"kind": None}, {"job_results", "job_status", "job_instructions"}),
        ("refused", {}, {"job_status", "job_instructions", "job_fix"}),
        ("refused", {"read_only": True}, {"job_status"}),
    ],
)
def test_only_buttons_that_work_now(
    state: str, changes: dict[str, Any], expected: set[str]
) -> None:
    """A button that answers "not now" teaches people not to press buttons."""
    shown = buttons(card.root_card(facts(**changes), but(RUNNING, state=state)))
    assert set(shown) == {*expected, "job_duplicate"}


@pytest.mark.parametrize("state", ["asked", "launching", "in_progress", *ENDED])
@pytest.mark.parametrize("stop_wanted", [False, True])
def test_another_engine_is_called_by_its_name(state: str, stop_wanted: bool) -> None:
    """Without this, people would look at AWS for a job that never was there."""
    job = facts(engine=PAPER, stop_wanted=stop_wanted)
    told = []
    for counts in ({}, {"unlabeled": 0, "failed": 1}, {"labeled": 0, "failed": 0, "unlabeled": 0}):
        now = but(RUNNING, state=state, **counts)
        told += [
            card.root_card(job, now),
            thread_lines.completed_line(job, now),
            thread_lines.stopped_line(job, now),
            thread_lines.failed_line(job, now),
            thread_lines.refused_line(job, [Fault("labels", "Two at least.")]),
            thread_lines.set_aside_line(job, now, "No answer."),
            card.stop_modal(job, now),
        ]
    said = str(told)
    assert "Papermill" in said
    assert not re.search("AWS|Ground Truth|SageMaker", said)


def test_an_end_mentions_the_requester_once() -> None:
    """The one ping of a job's life has to come, and to come once."""
    lines = [
        thread_lines.completed_line(RIPE, DONE),
        thread_lines.stopped_line(RIPE, but(DONE, state="stopped", stopped_by="Sam")),
        thread_lines.failed_line(
            RIPE, but(DONE, state="failed", cause="Access Denied for LabelingRole.")
        ),
        thread_lines.refused_line(
            RIPE, [Fault("input_uri", "It is gone."), Fault("labels", "Two at least.")]
        ),
    ]
    for line in lines:
        assert line.text.count("<@U0MARA>") == 1
        assert line.blocks[0]["text"]["text"] == line.text
    assert "Completed: 1,233 labeled, 7 not, in 2 days 4 hours" in lines[0].text
    assert "Stopped by Sam. The 1,233 labels are kept; 7 pictures have none." in lines[1].text
    assert "Failed: Access Denied for LabelingRole. The 1,233 labels are kept" in lines[2].text
    assert "*Data to label*: It is gone." in lines[3].text
    assert "<@" not in thread_lines.completed_line(facts(asked_by=""), DONE).text
    assert "<@" not in thread_lines.launched_line(RIPE, announced_in="C0LABEL").text


def test_the_stop_modal_says_what_will_happen() -> None:
    """A stopped job cannot go on: nobody should learn that afterwards."""
    view = card.stop_modal(RIPE, RUNNING)
    said = json.dumps(view)
    assert "609 labels so far: they are kept. 628 pictures will stay without labels." in said
    assert json.loads(view["private_metadata"]) == {"job": "j1"}
    assert validate_view(view) == []


def test_status_says_more_than_the_card_to_one_person() -> None:
    """Age, times and links; and one press shows it to the thread, without that button."""
    said = status_message(RIPE, RUNNING)
    assert "requested by Mara, <!date^" in said.text
    assert "Image classification (single label) · Orchard team, 3 people per picture" in said.text
    assert "labels: ripe, unripe, overripe" in said.text
    assert "`s3://orchard-out/results/`" in said.text
    assert buttons(said) == ["job_post_status"]
    assert buttons(status_message(RIPE, RUNNING, with_button=False)) == []


def test_the_table_has_the_worst_first() -> None:
    """A failure at the bottom of a list is a failure nobody sees."""
    rows = [
        (facts(name="done", title="done"), DONE),
        (facts(name="calm", title="calm"), RUNNING),
        (facts(name="soon", title="soon", expires_at=NOW + timedelta(hours=3)), RUNNING),
        (facts(name="broken", title="broken"), but(RUNNING, state="failed")),
    ]
    said = status_table(rows, NOW)
    assert re.findall(r"^(\w+):", said.text, re.MULTILINE) == ["broken", "soon", "calm", "done"]
    assert "Nothing is running" in status_table([], NOW).text


def test_long_lists_fit_and_say_what_is_left_out() -> None:
    """Slack refuses a message of more than 50 blocks or about 13,000 characters as a whole."""
    rows = [(facts(id=str(n), name=f"job-{n}", title="T" * 120), RUNNING) for n in range(200)]
    said = list_message(rows, filters="running")
    assert validate_message(said.payload()) == []
    assert len(json.dumps(said.blocks)) <= MESSAGE_SIZE
    assert re.search(r"and \d+ more", words(said))


def test_a_list_holds_what_its_words_ask_for() -> None:
    """Who looks for the failed jobs would be shown all of them, and believe it."""
    broken = but(RUNNING, state="failed")
    for wanted in (
        "failed",
        "FAILED mara",
        "state:failed owner:Mara",
        "--state=failed",
        "image",
        "",
    ):
        assert fits(RIPE, broken, wanted), wanted
    for wanted in ("running", "failed sam", "in progress"):
        assert not fits(RIPE, broken, wanted), wanted
    assert fits(RIPE, RUNNING, "running")
    assert "for “failed”" in list_message([(RIPE, broken)], filters="failed").text


QUEUED = QueueJob(
    "j1", "Ripe or not, July harvest", "picture", 628, NOW + timedelta(hours=5), "Choose ONE word."
)


def test_the_queue_message_is_one_for_the_team() -> None:
    """Workers need the number left, the end, a sentence, and the door."""
    said = team_card("Orchard team", PORTAL, [QUEUED], NOW, ping="<!subteam^S1>")
    assert said.text == "<!subteam^S1> Orchard team: 1 job: Ripe or not, July harvest, 628 left"
    assert said.blocks[1]["text"]["text"].endswith(" (in 5 hours)\nChoose ONE word.")
    assert said.blocks[1]["accessory"]["action_id"] == "queue_instructions"
    assert buttons(said) == ["open_portal"]
    assert (
        "counting the pictures"
        in team_card("O", "", [QueueJob("j", "t", "picture", None, None)], NOW).text
    )
    assert "<!" not in team_card("O", PORTAL, [QUEUED], NOW).text
    many = team_card("O", PORTAL, [replace(QUEUED, id=str(n)) for n in range(60)], NOW)
    assert validate_message(many.payload()) == []
    assert re.search(r"and \d+ more in the portal", words(many))


@pytest.mark.parametrize(
    ("seconds", "lead", "each"),
    [
        ((None, None), "2 jobs*", "628 left · ends"),
        (
            (5024.0, 2000.0),
            "2 jobs, about 117 minutes of work*",
            "628 left · about 8 s each · ends",
        ),
        ((5024.0, None), "2 jobs, more than 84 minutes of work*", "about 8 s each"),
        ((72_000.0, 60.0), "2 jobs, about 20 hours of work*", "about 2 minutes each"),
    ],
)
def test_the_queue_message_says_how_much_work_it_is(
    seconds: tuple[float | None, float | None], lead: str, each: str
) -> None:
    """Whoever begins wants to know whether it is minutes or days; what is not measured is no
    number.
    """
    jobs = [
        replace(QUEUED, seconds_left=seconds[0]),
        replace(QUEUED, id="j2", left=25, seconds_left=seconds[1]),
    ]
    said = team_card("Orchard team", PORTAL, jobs, NOW)
    assert said.blocks[0]["text"]["text"] == f"*Orchard team: {lead}"
    assert each in said.blocks[1]["text"]["text"]


def test_a_job_that_joins_a_list_has_a_line_of_its_own() -> None:
    """An edited message notifies nobody: the team would find the job by chance."""
    crates = replace(QUEUED, id="j2", title="Crates", total=25)
    said = joined_line([crates], PORTAL)
    assert re.fullmatch(r"Crates is new: 25 pictures, ends <!date\^[^>]+>\.", said.text)
    assert buttons(said) == ["open_portal"]
    assert said.blocks[0]["accessory"]["action_id"] == "queue_instructions"
    both = joined_line([replace(crates, total=0, ends_at=None), QUEUED], "")
    assert both.text.startswith("Crates is new. Ripe or not, July harvest is new: ends <!date^")
    many = joined_line([replace(QUEUED, id=str(n), title="T" * 120) for n in range(90)], PORTAL)
    assert validate_message(many.payload()) == []


def test_an_empty_queue_says_what_was_done() -> None:
    """Thanks in a number; and no old list that promises work where there is none."""
    done = {"picture": 1240, "text": 1, "video": 0}
    said = queue_empty("Orchard team", done, NOW)
    assert said.text.startswith(
        "Orchard team: nothing to label now. 1,240 pictures and 1 text done since <!date^"
    )
    assert queue_empty("Orchard team", {"picture": 0}, NOW) == queue_empty("Orchard team")
    assert queue_empty("Orchard team").text == "Orchard team: nothing to label now."
    assert queue_ended("Orchard team", done, NOW).text.startswith(
        "Orchard team: this list is done. 1,240 pictures and 1 text done since"
    )


def test_the_home_page_greets_once_and_shows_my_jobs() -> None:
    """The first visit explains three things; later ones show work."""
    job = QueueJob("j1", "Ripe", "picture", 5, None)
    first = home_view("Mara", [], now=NOW, first_visit=True)
    later = home_view(
        "Mara",
        [(replace(RIPE, id=str(n)), RUNNING) for n in range(60)],
        now=NOW,
        my_queue=[(replace(job, id=str(n)), "https://p.example") for n in range(30)],
    )
    assert "Three things" in json.dumps(first)
    assert "Three things" not in json.dumps(later)
    assert validate_view(first) == validate_view(later) == []


def test_refusals_are_words() -> None:
    """A dead end says where to go on."""
    assert "“x`y”" in no_such_job("x`y")
    assert "/labeljob create" in help_message("AWS").text
    assert "<!channel>" not in plain_message("<!channel> @channel").text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("*bold* ~no~ `x`", "\u2217bold\u2217 \u223cno\u223c \u02cbx\u02cb"),
        ("_it_ snake_case", "\u02cdit\u02cd snake_case"),
        (":apple: at 10:30:00", ":\u200bapple: at 10:30:00"),
        ("\u05d0\u05d1 8", "\u2068\u05d0\u05d1 8\u2069"),
        ("a\u202eb", "ab"),
    ],
)
def test_typed_signs_look_as_they_were_typed(said: str, shown: str) -> None:
    """A label would be told in other signs than the worker sees, or turn the numbers beside it
    round.
    """
    assert typed(said) == shown


HOSTILE = st.sampled_from(
    [
        "<!channel>",
        "<@U0MARA>",
        "<https://evil.example|click>",
        "@channel",
        "@here",
        "`code` *bold* _it_ ~no~",
        "&amp;",
        "{{ 's3://x' | grant_read_access }}",
        "a" * 3000,
        "<" * 900,
        "*`" * 500,
        "🍐" * 400,
        "\n\n",
        "ends with <",
    ]
) | st.text(alphabet=string.printable + "<>&*_`~@|", max_size=200)


@given(
    text=HOSTILE,
    cause=HOSTILE,
    state=st.sampled_from(["asked", "in_progress", "failed", "refused", "stopped"]),
)
def test_typed_text_is_data_everywhere_and_always_fits(text: str, cause: str, state: str) -> None:
    """One title must not ping a channel, plant a link, or keep the card of a job from being
    posted.
    """
    job = facts(
        name=text or "x",
        title=text,
        labels=(text,) * 9,
        team_name=text,
        asked_by_name=text,
        output_uri=text or "x",
    )
    now = but(RUNNING, state=state, cause=cause, stopped_by=text)
    queued = QueueJob("j", text, "picture", 3, NOW, text)
    messages = [
        card.root_card(job, now),
        thread_lines.launched_line(job, announced_in=""),
        thread_lines.completed_line(job, now),
        thread_lines.stopped_line(job, now),
        thread_lines.failed_line(job, now),
        thread_lines.refused_line(job, [Fault("labels", text)] * 9),
        status_message(job, now),
        status_table([(job, now)] * 40, NOW),
        list_message([(job, now)] * 40, filters=text),
        team_card(text, "https://p.example", [replace(queued, id=str(n)) for n in range(40)], NOW),
        joined_line([replace(queued, id=str(n)) for n in range(40)], PORTAL),
        queue_empty(text),
        plain_message(no_such_job(text, [text] * 9)),
        plain_message(text or "x"),
    ]
    for message in messages:
        assert validate_message(message.payload()) == []
        for said in (message.text, *marked(message.blocks)):
            marks = re.sub(
                (
                    r"<!date\^\d+\^[^|<>]*\|[^<>]*>|<@U0MARA> "
                    r"|<https://portal\.example\|worker "
                    r"portal>"
                ),
                "",
                said,
            )
            assert "<" not in marks
            assert not re.search(r"@(channel|here|everyone)\b", marks)
    assert all('"verbatim": true' in words(message) for message in messages)
    for view in (
        card.stop_modal(job, now),
        home_view(text[:200], [(job, now)], now=NOW, my_queue=[(queued, "https://p.example")]),
    ):
        assert validate_view(view) == []
