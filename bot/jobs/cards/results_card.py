"""The results of a job in words and numbers, and the window that chooses among its objects (pure).

Promises: counts stand in a table and, for whoever reads no tables, in the text beside it; only
buttons that lead somewhere are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.answers.figures import Labeler
from bot.base import forms
from bot.base.blocks import (
    Block,
    actions,
    button,
    context,
    count,
    cut,
    input_block,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
    typed,
)
from bot.delivery.message import Message
from bot.jobs.cards.export_card import EXPORT_ID, REPORT_ID
from bot.jobs.cards.people_words import plainly_called
from bot.jobs.chained import VERIFY
from bot.jobs.exports.wish import Asked as ExportAsked
from bot.jobs.exports.wish import written as carried
from bot.jobs.job_facts import JobFacts
from bot.jobs.results.counted import Counted, LabelTimes
from bot.jobs.results.wish import AskedOf, Which, Wish, words, written
from bot.manifests.picked import lines_words, runs_of
from bot.manifests.shapes import Kind, Line
from bot.pictures.limits import TILES
from bot.pictures.words import name_of

RESULTS_VIEW = "results_filter"
FILTER_ID, EARLIER_ID, LATER_ID, LARGE_ID, DIFFER_ID, VERIFY_ID = (
    "results_choose",
    "results_earlier",
    "results_later",
    "results_large",
    "results_differ",
    "results_verify",
)
_ROWS = 40  # labels of the table; the message has 12,000 characters in all
_TOLD = 12  # labels of the text beside it
_LABEL = 60
_NOTE = 300
_LINES = 600  # characters of the lines that one button carries; 60 lines of 8 digits fit
_MENU = 75  # Slack: characters of an option
_VALUE = 150  # Slack: characters of an option's value
_ANY = "any"
_LABELS_MENU = 99  # Slack: 100 options, one of which is "any label"
_MARKED: Mapping[Kind, str] = {
    "boxes": "Boxes",
    "drawings": "Drawings",
    "spans": "Marked",
    "cloud": "Cuboids",
}
_WHICH: tuple[tuple[Which, str], ...] = (
    ("all", "All"),
    ("labeled", "With a label"),
    ("empty", "Nothing is marked"),
    ("unlabeled", "Without a label"),
    ("differ", "People differ most"),
)


def on_their_way(job: JobFacts, *, in_thread: bool = False) -> Message:
    """What whoever asked sees at once."""
    where = "the job's thread" if in_thread else "your direct messages with Labeljob"
    text = f"The results of *{job.called}* are being counted and drawn. They come into {where}."
    return Message(text, [section(text)])


def being_drawn(job: JobFacts) -> Block:
    """The window after its wish was taken."""
    return modal("Results", on_their_way(job).blocks, callback_id="results_taken")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is told beside the counts. `notes` say why objects have no label, and why nothing is
    drawn, where that is so; `agreed` says how far people agree, and `differing` about how many
    objects they do not.
    """

    notes: Sequence[str] = ()
    agreed: str = ""
    differing: int = 0


NO_REMARKS = Remarks()


def results_message(
    job: JobFacts, found: Counted, asked: AskedOf, remarks: Remarks = NO_REMARKS
) -> Message:
    """The counts, which of the objects the sheet shows, and the way to others."""
    agreed = remarks.agreed
    head = f"*Results of {job.called}*\n{_summary(job, found)}"
    chosen = _chosen(job, found, asked.wish)
    rows = found.ordered
    blocks = [section(head)]
    if rows:
        blocks.append(_table(job, found, rows))
    if agreed:
        blocks.append(section(agreed))
    more = [f"{count(len(rows) - _ROWS, 'more label')} not in the table"] * (len(rows) > _ROWS)
    blocks.append(context(" · ".join([*more, chosen])))
    noted = [typed(note, _NOTE) for note in remarks.notes if note]
    blocks += [context(note) for note in noted]
    ways = [*_ways(found, asked), *_doubts(job, found, asked, remarks.differing)]
    blocks.append(actions(*ways, block_id="results"))
    told = [f"{typed(label, _LABEL)} {each.objects:,}" for label, each in rows[:_TOLD]]
    if len(rows) > _TOLD:
        told.append(f"{count(len(rows) - _TOLD, 'more label')}")
    text = "\n".join(filter(None, (head, " · ".join(told), agreed, chosen, *noted)))
    return Message(cut(text, 3500), blocks)


def sheet_name(job: JobFacts, wish: Wish) -> str:
    """The file's name."""
    if wish.line:
        return f"{job.name}-line-{wish.line}.jpg"
    return f"{job.name}-results-{wish.page}.jpg"


def sheet_words(job: JobFacts, found: Counted, wish: Wish) -> str:
    """What stands above the picture."""
    if wish.line:
        name = name_of(found.shown[0])
        return f"*{job.called}*, line {wish.line:,}: {typed(name, 200)}"
    return f"*Results of {job.called}*: {_chosen(job, found, wish)}"


def not_made(job: JobFacts, why: str) -> Message:
    """Why there is nothing to see."""
    text = f"The results of *{job.called}* could not be shown. {typed(why, 1_000)}"
    return Message(text, [section(text)])


def filter_page(job: JobFacts, asked: AskedOf, people: Sequence[Labeler] = ()) -> Block:
    """The window that chooses among the objects, by who labeled them too where whoever asked may
    know of these `people`.
    """
    wish = asked.wish
    below = "" if wish.below is None else f"{wish.below:g}"
    return modal(
        "Choose results",
        [
            section(f"*{job.called}*"),
            input_block(
                f"Which {job.noun}s",
                radio(forms.VALUE, _which(job), wish.which),
                "which",
            ),
            input_block("Label", _label_field(job.labels, wish.label), "label", optional=True),
            input_block(
                "Confidence below",
                text_input(forms.VALUE, below, placeholder="0.7"),
                "below",
                hint="From 0 to 1. Of several in one object the lowest counts; with one worker "
                "for each object every confidence is 0.",
                optional=True,
            ),
            *_worker_field(people, wish.worker),
        ],
        callback_id=RESULTS_VIEW,
        submit="Show",
        close="Cancel",
        metadata={"job": asked.job, "channel": asked.channel},
    )


def read_filter(view: Mapping[str, Any], labels: Sequence[str]) -> tuple[Wish, dict[str, str]]:
    """The wish that the window holds, and what is wrong with it, by field."""
    values = (view.get("state") or {}).get("values") or {}
    answers = {
        name: forms.Answer(next(iter((values.get(name) or {}).values()), {}))
        for name in ("which", "label", "below", "worker")
    }
    label = _label_of(answers["label"].text.strip(), labels)
    below, fault = _confidence(answers["below"].text.strip())
    chosen: dict[str, Which] = {name: name for name, _ in _WHICH}
    which = chosen.get(answers["which"].text, "all")
    worker = answers["worker"].text
    if worker == _ANY:
        worker = ""
    wish = Wish(label=label, which=which, below=below, worker=worker)
    return wish, {"below": fault} if fault else {}


def _which(job: JobFacts) -> list[Block]:
    """What the window offers: of people who differ only where several labeled one object."""
    alone = job.workers_per_object == 1
    return [option(text, name) for name, text in _WHICH if name != "differ" or not alone]


def _label_field(labels: Sequence[str], chosen: str) -> Block:
    """A menu of the job's labels, or a field to type one where it has none, or too many."""
    if not labels or len(labels) > _LABELS_MENU:
        return text_input(forms.VALUE, chosen, placeholder="Exactly as it is written")
    options = [option(cut(label, _MENU), str(number)) for number, label in enumerate(labels)]
    value = str(labels.index(chosen)) if chosen in labels else _ANY
    return select(forms.VALUE, [option("Any label", _ANY), *options], value)


def _worker_field(people: Sequence[Labeler], chosen: str) -> list[Block]:
    """A menu of those who labeled, who did most first."""
    named = [one for one in people if len(one.work.worker) <= _VALUE]
    if not named:
        return []
    options = [option("Anybody", _ANY)]
    options += (
        option(cut(plainly_called(one), _MENU), one.work.worker) for one in named[:_LABELS_MENU]
    )
    menu = select(forms.VALUE, options, chosen or _ANY)
    return [input_block("Labeled by", menu, "worker", optional=True)]


def _label_of(text: str, labels: Sequence[str]) -> str:
    """The label that was chosen or typed: a menu tells its number."""
    if not labels or len(labels) > _LABELS_MENU:
        return text
    return dict(enumerate(labels)).get(int(text), "") if text.isdecimal() else ""


def _confidence(text: str) -> tuple[float | None, str]:
    """The number that was typed, and what is wrong with it."""
    if not text:
        return None, ""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if 0 <= number <= 1:
        return number, ""
    return None, "Write a number from 0 to 1, such as 0.7."


def _summary(job: JobFacts, found: Counted) -> str:
    """How many have a label, and how many of these an empty one."""
    nouns = count(found.objects, job.noun)
    parts = [f"All {nouns} labeled" if not found.unlabeled else f"{found.labeled:,} of {nouns}"]
    if found.unlabeled:
        parts[0] += f" labeled, {found.unlabeled:,} without a label"
    if found.empty:
        parts.append(f"{found.empty:,} in which nothing is marked; that may be right")
    if found.unreadable:
        parts.append(f"{count(found.unreadable, 'line')} of the results that cannot be read")
    return " · ".join(parts) if found.objects else "The results are empty."


def _chosen(job: JobFacts, found: Counted, wish: Wish) -> str:
    """Which objects the sheet shows."""
    if wish.line:
        return f"line {wish.line:,}"
    which = words(wish, job.noun, found.person)
    if not found.fitting:
        return f"None of the {job.noun}s is one of those: {which}" if which else "Nothing to show"
    first = (wish.page - 1) * TILES + 1
    of = f"{first:,} to {first + len(found.shown) - 1:,} of {count(found.fitting, job.noun)}"
    return f"{of}: {which}" if which else of


def _table(job: JobFacts, found: Counted, rows: Sequence[tuple[str, LabelTimes]]) -> Block:
    """Label, objects, and how often it is marked where that is another number."""
    marked = marks_of(found)
    noun = f"{job.noun}s".capitalize()
    head = ["Label", noun, *([marked] if marked else [])]
    body = [
        [cut(label, _LABEL), f"{each.objects:,}", *([f"{each.times:,}"] if marked else [])]
        for label, each in rows[:_ROWS]
    ]
    right = {"align": "right"}
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, *[right] * (len(head) - 1)],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in (head, *body)],
    }


def marks_of(found: Counted) -> str:
    """What is marked in the objects, as the head of a column; "" where nothing but classes is."""
    return next((words for kind, words in _MARKED.items() if kind in found.kinds), "")


def _ways(found: Counted, asked: AskedOf) -> list[Block]:
    """The buttons that lead to other objects."""
    wish = asked.wish
    buttons = [button("Choose…", FILTER_ID, written(asked), label="Choose among the results")]
    if wish.page > 1:
        buttons.append(_paged("Earlier", EARLIER_ID, asked, wish.page - 1))
    if found.fitting > wish.page * TILES:
        buttons.append(_paged("Later", LATER_ID, asked, wish.page + 1))
    of_job = ExportAsked(asked.job, asked.channel)
    buttons.append(button("Export…", EXPORT_ID, carried(of_job), label="Export the labels"))
    buttons.append(button("Report", REPORT_ID, carried(of_job), label="Make a report of the job"))
    if found.shown:
        buttons.append(_large(found.shown, asked))
    return buttons


def _doubts(job: JobFacts, found: Counted, asked: AskedOf, differing: int) -> list[Block]:
    """The buttons for what somebody may doubt: the objects about which people differ, and a job
    that verifies exactly those that were chosen, where these may have labels.
    """
    buttons = []
    if differing and asked.wish.which != "differ":
        wish = AskedOf(asked.job, asked.channel, Wish(which="differ"))
        text = f"Where people differ ({differing:,})"
        buttons.append(button(text, DIFFER_ID, written(wish)))
    numbers = _carried(found.numbers)
    chosen = asked.wish.filtered and asked.wish.which != "unlabeled"
    if numbers and chosen and VERIFY in job.chains:
        text = f"Verify the first {len(numbers):,}…"
        if len(numbers) == found.fitting:
            text = "Verify these…"
        these = AskedOf(asked.job, asked.channel, lines=lines_words(runs_of(numbers)))
        buttons.append(button(text, VERIFY_ID, written(these)))
    return buttons


def _carried(numbers: Sequence[int]) -> Sequence[int]:
    """As many of the first lines as a button can carry."""
    while len(lines_words(runs_of(numbers))) > _LINES:
        numbers = numbers[:-10]
    return numbers


def _paged(text: str, action_id: str, asked: AskedOf, page: int) -> Block:
    wish = msgspec.structs.replace(asked.wish, page=page)
    value = written(msgspec.structs.replace(asked, wish=wish))
    return button(text, action_id, value, label=f"{text} results, page {page}")


def _large(shown: Sequence[Line], asked: AskedOf) -> Block:
    """A menu of the objects on the sheet; each carries the job, the channel and its line."""
    options = [
        option(
            cut(f"{line.number:,} · {name_of(line)}", _MENU),
            written(AskedOf(asked.job, asked.channel, Wish(line=line.number))),
        )
        for line in shown[:TILES]
    ]
    return select(LARGE_ID, options, placeholder="Show one large")
