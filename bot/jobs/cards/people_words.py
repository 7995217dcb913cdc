"""What is said of people's labeling, to themselves and to managers (pure).

Promises to labelers: a group of fewer than five is not told about at all, and no hint stands where
people are told of as a group.
"""

import csv
import io
from collections.abc import Sequence

from bot.answers.figures import (
    TOGETHER,
    Labeler,
    Work,
    day,
    hints,
    median_seconds,
    seconds_words,
    together,
)
from bot.base.blocks import Block, actions, button, context, count, person, section, typed
from bot.delivery.message import Message
from bot.jobs.job_facts import JobFacts

PEOPLE_CSV_ID = "people_csv"
_SHOWN = 30  # people of a list that is read in Slack
_OWN_JOBS = 5
_COLUMNS = (
    "job",
    "person",
    "email",
    "worker",
    "objects",
    "declined",
    "median_seconds",
    "total_seconds",
    "first_day",
    "last_day",
)


def people_message(
    job: JobFacts, people: Sequence[Labeler], *, grouped: bool, partial: str, csv_button: bool
) -> Message:
    """What a job's people did, for a manager."""
    lead = f"*People of {job.called}*"
    if not people:
        return _message([f"{lead}\nNobody's answers are known."])
    works = [each.work for each in people]
    if grouped:
        return _message([_grouped(lead, works), *_notes(partial)])
    lines = [_line(each, works) for each in people[:_SHOWN]]
    if len(people) > _SHOWN:
        lines.append(f"and {len(people) - _SHOWN:,} more")
    hinted = "A hint is no proof: look at what they labeled first."
    notes = _notes(partial)
    if any(hints(work, works) for work in works):
        notes.append(hinted)
    message = _message([lead, *lines, *notes])
    if csv_button:
        door = button("CSV", PEOPLE_CSV_ID, job.id)
        message.blocks.append(actions(door, block_id="people"))
    return message


def _message(lines: Sequence[str]) -> Message:
    """The first line stands above the others, which share sections."""
    blocks = [section(line) for line in lines[:1]]
    rows = [lines[at : at + 10] for at in range(1, len(lines), 10)]
    blocks += [section("\n".join(each)) for each in rows]
    return Message("\n".join(lines), blocks)


def _notes(partial: str) -> list[str]:
    return [f"Not all of it: {partial}"] if partial else []


def _grouped(lead: str, works: Sequence[Work]) -> str:
    if len(works) < TOGETHER:
        return (
            f"{lead}\nFewer than {TOGETHER} people labeled, so their figures are not told: "
            "Labeljob tells them for groups alone here."
        )
    return f"{lead}\n{count(len(works), 'person', 'people')}: {_did(together(works))}"


def _line(labeler: Labeler, everybody: Sequence[Work]) -> str:
    said = [f"{called(labeler)}: {_did(labeler.work)}"]
    said += (f"_{typed(hint, 150)}_" for hint in hints(labeler.work, everybody))
    return " · ".join(said)


def called(labeler: Labeler) -> str:
    """Somebody as managers are told: a person of Slack without a ping, or an address."""
    if labeler.user_id:
        return person(labeler.user_id)
    return typed(plainly_called(labeler), 130)


def plainly_called(labeler: Labeler) -> str:
    """Somebody as a menu shows them, which takes no mentions."""
    return labeler.email or f"worker {labeler.work.worker[-8:]}"


def _did(work: Work) -> str:
    said = [count(work.objects, "object"), f"{seconds_words(median_seconds(work.seconds))} each"]
    if work.declined:
        said.append(f"{work.declined:,} declined")
    return " · ".join(said)


def own_blocks(did: Sequence[tuple[str, Work]]) -> list[Block]:
    """What somebody did, for themselves, by the names of their jobs, newest first; nothing of
    somebody who did nothing.
    """
    if not did:
        return []
    of = count(len(did), "job")
    lines = [f"*Your labeling*\n{_did(together([work for _, work in did]))}, in {of} that ended"]
    lines += (f"{typed(name, 130)}: {_did(work)}" for name, work in did[:_OWN_JOBS])
    only = "Times are the middle ones of your own. This is for your eyes."
    return [section("\n".join(lines)), context(only)]


def people_csv(job: JobFacts, people: Sequence[Labeler]) -> bytes:
    """A line for each person; what a spreadsheet would run as a formula is text."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(_COLUMNS)
    for each in people:
        work = each.work
        rows.writerow(
            [
                _text(job.name),
                _text(each.user_id),
                _text(each.email),
                _text(work.worker),
                work.objects,
                work.declined,
                median_seconds(work.seconds),
                sum(seconds * tasks for seconds, tasks in work.seconds.items()),
                day(work.first),
                day(work.last),
            ]
        )
    return file.getvalue().encode()


def _text(value: str) -> str:
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
