"""Every message and window that no other file of this folder makes, at its longest, as Slack would
judge it.

The cards and forms have files of their own; here is what stands beside them: answers, refusals,
windows, and what the outbox adds to a message or makes of several.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.agreement import Agreement, Confused, Label
from bot.answers.figures import Labeler, Work
from bot.base.blocks import MESSAGE_SIZE, Block, context, image, modal, rich_text
from bot.base.bucket_policy import BUCKETS_MOST, Closed
from bot.datasets import card as dataset_card
from bot.datasets import form as dataset_form
from bot.datasets import review, update_cards
from bot.datasets.findings import VANISHED, Finding
from bot.datasets.lifecycle import DatasetState, LabelCount
from bot.datasets.look import Look
from bot.datasets.pieces import Progress
from bot.datasets.source import Source
from bot.datasets.sources import ORIGINS
from bot.delivery.digest import joined
from bot.delivery.message import Message
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.ground_truth.engine import GroundTruth
from bot.engines.protocol import LogEntry
from bot.instructions.page import Example, Instructions, slack_preview
from bot.jobs.answered.read import Reading
from bot.jobs.cards import (
    card,
    export_card,
    log_card,
    queue_card,
    results_card,
    status_card,
    thread_lines,
)
from bot.jobs.cards.agreement_words import agreement_words
from bot.jobs.cards.people_words import own_blocks, people_message
from bot.jobs.cards.queue_card import QueueJob
from bot.jobs.cards.results_card import Remarks
from bot.jobs.chained import VERIFY
from bot.jobs.draft import Draft
from bot.jobs.exports.wish import Asked
from bot.jobs.exports.wish import Wish as ExportWish
from bot.jobs.form import pages, where
from bot.jobs.form.pages import Beside, job_form
from bot.jobs.form.rules import (
    CAPTION_MAX,
    DESCRIPTION_MAX,
    EXAMPLES_MAX,
    INSTRUCTIONS_MAX,
    LABEL_MAX,
    TITLE_MAX,
)
from bot.jobs.job_facts import JobFacts
from bot.jobs.lifecycle import ENDED, LIVE, JobState
from bot.jobs.results.counted import Counted, LabelTimes
from bot.jobs.results.wish import AskedOf, Wish
from bot.jobs.stream.state import Stream
from bot.manifests.formats.format import Findings
from bot.manifests.rekognition_codes import KINDS
from bot.manifests.shapes import Line
from bot.people.work_team import WorkTeam
from tests.idle_engine import idle_engine

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)
validate_message, validate_options = validator.validate_message, validator.validate_options
validate_view = validator.validate_view

NOW = datetime(2026, 11, 21, 14, 31, tzinfo=UTC)
PORTAL = "https://portal.example/" + "p" * 200
LONGEST = (
    "*" * 3000,
    "<!channel>" * 300,
    "&" * 3000,
    "🍐" * 1500,
    "`" * 3000,
    "x " * 1500,
    "\n" * 50,
    "",
)
TYPED = st.sampled_from(LONGEST) | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
JOB_FORM = job_form(idle_engine())
OFFERED = [kind.id for category in TASK_TYPES.categories for kind in TASK_TYPES.offered(category)]
STATES = ("asked", "launching", *LIVE, *ENDED)
MOMENTS = st.none() | st.datetimes(
    NOW.replace(tzinfo=None) - timedelta(days=40), NOW.replace(tzinfo=None), timezones=st.just(UTC)
)
JOBS = st.builds(
    JobFacts,
    id=st.just("0" * 36),
    name=TYPED.map(lambda text: text or "x"),
    title=TYPED,
    kind=st.sampled_from([None, *TASK_TYPES.values()]),
    labels=st.lists(TYPED, max_size=3).map(lambda some: tuple(some * 30)),
    team_name=TYPED,
    workers_per_object=st.integers(1, 9),
    asked_by=st.sampled_from(["", "U0MARA"]),
    channel=st.just("C1"),
    portal_url=st.sampled_from(["", PORTAL]),
    created_at=st.just(NOW - timedelta(days=2)),
    expires_at=MOMENTS,
    output_uri=TYPED.map(lambda text: text or "x"),
    engine=st.just(GroundTruth.names),
    read_only=st.booleans(),
    asked_by_name=TYPED,
    stop_wanted=st.booleans(),
    set_aside=st.just("") | TYPED,
)
COUNTS = st.integers(0, 100_000)
GOING = st.builds(
    JobState,
    state=st.sampled_from(STATES),
    labeled=COUNTS,
    machine=COUNTS,
    failed=COUNTS,
    unlabeled=COUNTS,
    cause=TYPED,
    stopped_by=TYPED,
    launched_at=MOMENTS,
    first_label_at=MOMENTS,
    last_label_at=MOMENTS,
    ended_at=MOMENTS,
    worked_s=st.floats(0, 1e7),
    output_uri=TYPED,
    why_unlabeled=st.just("") | TYPED,
    stream=st.none() | st.builds(Stream, sent=COUNTS, to_send=COUNTS, fed=st.booleans()),
)


def windows(message: Message) -> dict[str, Any]:
    """A message's blocks as the window that the App Home opens."""
    return modal("Status", message.blocks, callback_id="status")


@given(job=JOBS, words=TYPED, many=st.sampled_from([0, 1, 5, 300]), grouped=st.booleans())
@settings(max_examples=25)
def test_slack_takes_what_people_did(job: JobFacts, words: str, many: int, grouped: bool) -> None:
    """Figures that Slack refuses are silence for a manager, and an empty Home for a labeler."""
    works = [
        Work(
            f"{words}{number}",
            objects=10**9,
            seconds={1 + 9 * (number > 0): 10**9},
            said={words: 9},
        )
        for number in range(many)
    ]
    people = [Labeler(work, "", words) for work in works]
    message = people_message(job, people, grouped=grouped, partial=words, csv_button=True)
    assert validate_message(message.payload()) == []
    own = own_blocks([(words or "x", work) for work in works])
    home = queue_card.home_view("Lin", [], now=NOW, own=own)
    assert validate_view(home) == []


@given(job=JOBS, label=TYPED, words=TYPED, many=st.sampled_from([0, 1, 7, 300]))
@settings(max_examples=25)
def test_slack_takes_results_of_any_labels(
    job: JobFacts, label: str, words: str, many: int
) -> None:
    """Results that Slack refuses are silence for whoever asked; labels may be long, and many."""
    asked = AskedOf(job.id, "C1", Wish(label=label[:200], below=0.5, page=3))
    labels = {f"{number}{label}"[:250]: LabelTimes(9, 10**9) for number in range(many)}
    line = Line(10**9, f"s3://b/{words}", "", ())
    numbers = list(range(10**8, 10**8 + 300, 2))
    found = Counted(10**9, 9, 4, 3, 999, labels, {"boxes"}, [line] * 20, numbers)
    many_labels = tuple(Label(f"{label}{number}", 0.1, 9) for number in range(many))
    confused = tuple(Confused(each.name, label, 10**9) for each in many_labels)
    agreed = Agreement(9, 0.5, 0.7, 0.6, many_labels, confused, not_compared=3)
    read = Reading(agreed, 9, 27, partial=words, odd=3, odd_words=words)
    judged = replace(job, chains=(VERIFY,))
    for message in (
        results_card.results_message(judged, found, asked, Remarks((words, words))),
        results_card.results_message(
            judged,
            found,
            AskedOf(job.id, "C1", Wish(page=2)),
            Remarks(agreed=agreement_words(job, read), differing=60),
        ),
        results_card.results_message(job, Counted(), AskedOf(job.id)),
        results_card.on_their_way(job),
        results_card.not_made(job, words),
    ):
        assert validate_message(message.payload()) == []
    people = [Labeler(Work(f"{number}"), "", words) for number in range(many)]
    of_one = AskedOf(job.id, "C1", Wish(worker="7"))
    for view in (
        results_card.filter_page(job, asked),
        results_card.filter_page(job, of_one, people),
        results_card.being_drawn(job),
    ):
        assert validate_view(view) == []


@given(job=JOBS, words=TYPED, many=st.sampled_from([0, 1, 300]))
@settings(max_examples=25)
def test_slack_takes_exports_of_any_job(job: JobFacts, words: str, many: int) -> None:
    """An export that Slack does not tell of is a file nobody knows."""
    asked = Asked(job.id, "C1", f"s3://b/{words}"[:1_000])
    findings = Findings()
    for number in range(many):
        findings.note(number, f"code {number % 12}", words)
    numbers = {"objects": 10**9, "bytes": 10**12}
    for message in (
        export_card.taken(job, ExportWish("coco"), None),
        export_card.taken(job, ExportWish("ledger"), 10**9),
        export_card.ready(job, ExportWish("csv"), asked, numbers, findings),
        export_card.ledger_ready(job, asked, words[:2_000], findings, goes_on=True),
        export_card.report_ready(job, asked, 1_234_567, words[:600]),
        export_card.offer(job, asked),
        export_card.not_made(job, words),
        export_card.opened(words or "a", f"https://x/{'y' * 2_000}", 10),
        export_card.on_the_way(job, ExportWish("coco"), 10**9, 5),
    ):
        assert validate_message(message.payload()) == []
    taken = export_card.taken_view(export_card.taken(job, ExportWish("yolo"), 3))
    link = export_card.opened(words or "a", f"https://x/{'y' * 2_000}", 10)
    made = export_card.ready(job, ExportWish("csv"), asked, numbers, findings)
    there = export_card.taken_view(export_card.at_once(made, link))
    for view in (export_card.page(job, asked), taken, there):
        assert validate_view(view) == []


@given(job=JOBS, state=GOING, words=TYPED)
def test_slack_takes_every_answer(job: JobFacts, state: JobState, words: str) -> None:
    """An answer that Slack refuses is silence for the person who asked."""
    answers = [
        status_card.status_message(job, state),
        status_card.stop_message(job, state),
        status_card.hinted(status_card.status_message(job, state, with_button=False), words or "x"),
        status_card.hinted(status_card.list_message([(job, state)] * 60), words[:300] or "x"),
        status_card.help_message("AWS", unknown=words),
        status_card.plain_message(words.strip() or "x"),
        status_card.plain_message(status_card.no_such_job(words, [words] * 5)),
        log_card.log_message(job, (LogEntry(NOW, words),) * 20, whole=False, wanted=words),
        log_card.log_message(job, (), whole=False, wanted=words),
        queue_card.queue_left(words),
        thread_lines.retried_line(words),
        thread_lines.set_aside_line(job, state, words),
        thread_lines.sent_line(job, words, sent=2, before=1, notes=(words, ""), fed=2),
        thread_lines.not_sent_line(job, "U0MARA", words, sent=1),
        thread_lines.idle_line(job, 7, NOW),
        thread_lines.fed_no_more_line(words),
        thread_lines.still_fed_line(job, words, words, words),
        dataset_card.help_message(),
        dataset_card.no_such_dataset(words),
        *update_lines(words),
    ]
    for message in answers:
        assert validate_message(message.payload()) == []
        assert message.text.strip(), "nothing to hear for a screen reader"
        # The sender adds a line to a message that may be there already.
        assert (
            validate_message(
                {"text": message.text, "blocks": [*message.blocks[:49], context("x" * 200)]}
            )
            == []
        )


@given(job=JOBS, state=GOING, words=TYPED, first=st.booleans())
def test_slack_takes_every_window(job: JobFacts, state: JobState, words: str, first: bool) -> None:
    """A window that Slack refuses never opens, and the button looks broken."""
    queued = QueueJob("0" * 36, words, "picture", state.unlabeled, job.expires_at, words)
    ids = [f"{n:036}" for n in range(30)]
    jobs = [(replace(job, id=each), state) for each in ids]
    queue = [(replace(queued, id=each), job.portal_url) for each in ids]
    source = Source(name=words, project=words, manifest_uri=words, channel="C1")
    views = [
        windows(status_card.status_message(job, state, with_button=False)),
        card.stop_modal(job, state),
        queue_card.home_view(words, jobs, now=NOW, first_visit=first, my_queue=queue),
        pages.thanks(words, "C1"),
        where.page("n1"),
        dataset_form.page(source, nonce="n" * 36, job="j" * 36, lead=words),
        dataset_form.thanks(source),
        *(
            page
            for each in ORIGINS
            for page in dataset_pages(msgspec.structs.replace(source, origin=each), words)
        ),
    ]
    for view in views:
        assert validate_view(view) == []
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/" + "t" * 63
    for seller in ("", words):
        teams = [WorkTeam(arn, words, seller=seller), *[WorkTeam(arn, words)] * 300]
        assert validate_options(pages.team_options(teams)) == []


@settings(max_examples=10)
@given(
    title=TYPED,
    html=TYPED,
    caption=TYPED,
    kind=st.sampled_from(OFFERED),
)
def test_slack_takes_the_instructions(title: str, html: str, caption: str, kind: str) -> None:
    """Workers who cannot read what is asked of them label something else."""
    told = Instructions(
        task_title=title[:TITLE_MAX],
        description=title[:DESCRIPTION_MAX],
        labels=(caption[:LABEL_MAX] or "ripe",) * 50,
        short_html=f"<p>{html}</p>" * (INSTRUCTIONS_MAX // 2 // (len(html) + 9)),
        full_html=f"<ul><li><b>{html}</b></li></ul>" * (INSTRUCTIONS_MAX // (len(html) + 30)),
        examples=(Example("s3://orchard-raw/a.png", caption[:CAPTION_MAX], good=True),)
        * 2
        * EXAMPLES_MAX,
    )
    link = "https://s3.example/a.png?X-Amz-Signature=" + "0" * 1800
    view = modal(
        "Instructions", slack_preview(kind, told, lambda _address: link), callback_id="instructions"
    )
    assert validate_view(view) == []
    last = max(number for number, block in enumerate(view["blocks"]) if block["type"] == "image")
    for complaint in ("", f"[json-pointer:/view/blocks/{last}/image_url]"):
        assert validate_view(queue_card.without_pictures(view, complaint)) == []


def test_a_picture_without_words_has_some_in_its_window() -> None:
    """A caption of blanks would keep the instructions from opening, after the picture has been
    taken out too.
    """
    view = modal(
        "Instructions", [image("https://s3.example/a.png", " ")], callback_id="instructions"
    )
    assert validate_view(queue_card.without_pictures(view, "")) == []


TEXT = {"type": "text", "text": "x" * INSTRUCTIONS_MAX}
LONG_RICH = rich_text({"type": "rich_text_section", "elements": [TEXT]})


def test_the_longest_instructions_open_again() -> None:
    """Whoever goes a page back and forth must find what was written, however long it was."""
    draft = Draft(
        task_type="bounding-box", short_instructions=LONG_RICH, full_instructions=LONG_RICH
    )
    assert validate_view(JOB_FORM.page(draft, "d" * 36, Beside())) == []
    assert validate_view(JOB_FORM.more_page(draft, "d" * 36, 1)) == []


ROWS = st.integers(1, 60)


@given(job=JOBS, state=GOING, rows=st.lists(ROWS, min_size=2, max_size=6))
def test_a_digest_is_a_message_that_slack_takes(
    job: JobFacts, state: JobState, rows: list[int]
) -> None:
    """Lines that wait long are said together: a digest that is refused would take all of them with
    it.
    """
    short = msgspec.structs.replace(state, cause="")
    brief = JobFacts(
        **{**{name: getattr(job, name) for name in JobFacts.__slots__}, "name": "j", "title": "j"}
    )
    lines = [status_card.list_message([(brief, short)] * count) for count in rows]
    lines += [
        thread_lines.completed_line(job, state),
        thread_lines.failed_line(job, state),
        dataset_line(job.title),
    ]
    payload, ids = lines[0].payload(), ["0"]
    for number, line in enumerate(lines[1:], 1):
        together = joined(payload, line.payload(), str(number), "0")
        if together is None:
            continue
        ids.append(str(number))
        assert together["ids"] == ids
        assert validate_message(together) == []
        assert len(json.dumps(together["blocks"])) <= MESSAGE_SIZE
        payload = together


def update_lines(words: str) -> list[Message]:
    lost = DatasetState(
        lines=9, sent=9, arrived=7, findings=(Finding(VANISHED, 2, (3, 4)),), ledger_uri="s3://b/l"
    )
    source = Source(name=words, project=words, asked_by="U0MARA")
    return [
        update_cards.no_address(),
        update_cards.done_line(source, lost, 0, "u" * 32),
        dataset_card.lines_link(source, "https://s3.example/lines.csv?X-Amz=" + "0" * 1800, 10),
        update_cards.not_done_line(source, Progress(known=lost, taken_lines=4), words),
        update_cards.not_done_line(source, Progress(), words),
        dataset_card.failed_line(
            Source(name=words, manifest_uri=f"s3://{'b' * 63}/m.manifest"),
            DatasetState(
                cause=f"ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET {words}",
                closed=CLOSED,
            ),
        ),
    ]


CLOSED = tuple(
    Closed(
        f"{number}{'b' * 62}",
        ("s3:GetObjectTagging",) * 5,
        f"arn:aws-us-gov:iam::123456789012:user/{'p' * 511}/{'r' * 64}",
        writes=True,
    )
    for number in range(BUCKETS_MOST)
)


def dataset_pages(source: Source, words: str) -> list[Block]:
    """The form and the reviews of a dataset, with more of everything than there is."""
    ids = {"nonce": "n" * 36, "draft": "d" * 36}
    asked = msgspec.structs.replace(source, place=words, store=words)
    labels = tuple(LabelCount(words, 250_000) for _ in range(251))
    kinds = tuple(Finding(code, 9, (1, 2), words) for code in KINDS)
    found = Look(9, 9, labels, 9, 9, findings=kinds, notes=(words,) * 5, closed=CLOSED)
    return [
        dataset_form.page(asked, **ids),
        review.reading(asked, **ids),
        review.refused(asked, words, **ids),
        review.page(asked, found, **ids),
        review.page(asked, Look(unread=words, closed=CLOSED), **ids),
    ]


def dataset_line(name: str) -> Message:
    labels = (LabelCount("ripe", 3),) * 20
    return dataset_card.ready_line(
        Source(name=name, project=name), DatasetState(state="ready", labels=labels)
    )
