"""What can be wrong with a draft, field by field (pure).

Promises to the fields: each rule says in words what is wrong and what to do, or "". The same rules
are asked at the form and again before the launch; `allowed` are the places open to the channel.
"""

import re
from collections.abc import Iterable

from bot.base.as_typed import same_to_the_eye, unseen_sign
from bot.base.blocks import count, rich_words
from bot.base.errors import Fault
from bot.base.s3_uri import Allowed, BadAddress, S3Uri
from bot.instructions import clean
from bot.instructions.pictures import BadPicture, Example, checked
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import Draft, final_attribute
from bot.jobs.durations import spell_duration
from bot.jobs.form.asked import Asked
from bot.jobs.places import MANIFEST_ENDINGS, is_text_file, not_open, read_place

NAME_MAX = 63  # Ground Truth: LabelingJobName 1..63
ATTRIBUTE_MAX = 127  # Ground Truth: LabelAttributeName 1..127
_TIME_LIMIT_MAX_S = 28_800  # Ground Truth: 8 hours, where a task type has no limit of its own
TIME_LIMIT_MIN_S = 30  # Ground Truth: TaskTimeLimitInSeconds >= 30; the maximum is the task type's
AVAILABILITY_MIN_S, AVAILABILITY_MAX_S = 60, 2_592_000  # Ground Truth: 1 minute to 30 days
AUTO_LABEL_MAX_S = 864_000
WORKERS_MIN, WORKERS_MAX = 1, 9  # Ground Truth: NumberOfHumanWorkersPerDataObject 1..9
TITLE_MAX, DESCRIPTION_MAX = 128, 255  # Ground Truth: TaskTitle, TaskDescription (one line)
TITLE_LAST = "\ufffd"  # Ground Truth: TaskTitle takes no sign beyond it
LABEL_MAX = 256  # Ground Truth: a label's name
EXAMPLES_MAX = 10  # ours: good and bad each, so that a worker's page still opens fast
CAPTION_MAX = 200
# ours: both texts and their marks stay far below the worker page's 128,000 characters
INSTRUCTIONS_MAX = 20_000

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_ODD = re.compile(r"[^a-zA-Z0-9-]")


def free_name(name: str, taken: Iterable[str]) -> str:
    """A name like `name` that is not among `taken` (capitals do not count): "ripe-july" becomes
    "ripe-july-2".
    """
    used = {one.casefold() for one in taken}
    if name.casefold() not in used:
        return name
    base, _, tail = name.rpartition("-")
    stem, number = (base, int(tail)) if base and tail.isdecimal() and len(tail) <= 3 else (name, 1)  # noqa: PLR2004
    while True:
        number += 1
        suffix = f"-{number}"
        fresh = stem[: NAME_MAX - len(suffix)].rstrip("-") + suffix
        if fresh.casefold() not in used:
            return fresh


def name_taken(name: str, taken: Iterable[str], since: str = "") -> Fault:
    """The fault for a name that a job has already; `since` is a date in words. Names are never
    freed by AWS.
    """
    free = free_name(name, {*taken, name})
    return Fault(
        "job_name",
        (
            f"This name is taken{f' since {since}' if since else ''} (upper and lower case count "
            f"as the same). {free} is free."
        ),
    )


def _pattern_fault(name: str, limit: int, place: str) -> str:
    """Length and letters of a job's or an attribute's name."""
    if len(name) > limit:
        return (
            f"This has {len(name)} characters; {place} takes {limit}. Shorten it by "
            f"{len(name) - limit}."
        )
    if _NAME.fullmatch(name):
        return ""
    if odd := _ODD.search(name):
        shown = "a blank" if odd[0].isspace() else f"“{odd[0]}”"
        return (
            f"Letters a to z, digits and hyphens only; {shown} does not fit. Use a hyphen in its "
            "place."
        )
    return "Begin and end with a letter or a digit."


def name_fault(asked: Asked) -> str:
    """Ground Truth's rules for LabelingJobName."""
    name = asked.draft.job_name
    if not name:
        return "Give the job a name, for example ripe-july."
    if fault := _pattern_fault(name, NAME_MAX, asked.engine.place):
        return fault
    for ending in ("-metadata", "-ref"):
        if name.lower().endswith(ending):
            return (
                f"A job's name may not end in {ending}; {asked.engine.service} keeps that ending "
                "for itself. Choose another end."
            )
    return ""


def attribute_fault(asked: Asked) -> str:
    """Ground Truth's rules for LabelAttributeName; an empty one is the job's name, judged on its
    own field.
    """
    name, kind, keeper = asked.draft.label_attribute, asked.kind, asked.engine.service
    if (name or asked.draft.job_name).lower() in ("source", "source-ref"):
        return (
            f"{keeper} keeps the word {name or asked.draft.job_name} for itself. Give the "
            "attribute another name."
        )
    if not name:
        return ""
    if name.lower().endswith("-metadata"):
        return (
            f"An attribute's name may not end in -metadata; {keeper} writes that line itself. "
            "Leave the ending out."
        )
    if kind and kind.ref_suffix == "must-not" and name.lower().endswith("-ref"):
        return f"For {kind.title.lower()} the name may not end in -ref. Leave the ending out."
    if len(name) <= ATTRIBUTE_MAX < len(final_attribute(asked.draft, kind)):
        return (
            f"With -ref, which this task type needs, the name is longer than {ATTRIBUTE_MAX} "
            "characters. Shorten it."
        )
    return _pattern_fault(name, ATTRIBUTE_MAX, asked.engine.place)


def _read(address: str, allowed: Allowed) -> S3Uri | str:
    """The place, or the words of its fault."""
    try:
        place = read_place(address)
    except BadAddress as bad:
        return str(bad)
    return not_open(place, allowed.places) or place


def input_fault(asked: Asked, allowed: Allowed) -> str:
    """A manifest or a folder, in a place that is open to the channel."""
    draft = asked.draft
    if draft.begins_empty:
        return ""
    if not draft.input_uri:
        return (
            "Name a manifest (s3://bucket/folder/data.manifest) or a folder (s3://bucket/folder/)."
        )
    place = _read(draft.input_uri, allowed)
    if isinstance(place, str):
        return place
    kind = asked.kind
    if place.is_folder and kind and kind.needs_manifest:
        why = "the labels to check stand in it" if kind.audits else "it says what the page shows"
        return f"{kind.title} needs a manifest: {why}. Name one (s3://bucket/folder/data.manifest)."
    if place.is_folder or place.key.lower().endswith(MANIFEST_ENDINGS):
        return ""
    return _file_fault(place.key, of_texts=kind is not None and kind.category == "Text")


def _file_fault(key: str, *, of_texts: bool) -> str:
    """A single file that is no manifest."""
    if not of_texts:
        return (
            "A manifest's name ends in .manifest, .jsonl or .json; a folder's address ends in a "
            "slash (/). Add one of them."
        )
    if is_text_file(key):
        return ""
    return (
        "Texts are read from .txt, .csv, .tsv and .jsonl, or from a manifest. Save a table of "
        "another program as CSV; a folder's address ends in a slash (/)."
    )


def output_fault(asked: Asked, allowed: Allowed) -> str:
    """A folder that is open to the channel and beside the data."""
    draft = asked.draft
    if not draft.output_uri:
        return "Name the folder for the results, for example s3://bucket/results/."
    place = _read(draft.output_uri, allowed)
    if isinstance(place, str):
        return place
    if not place.is_folder:
        return "Results need a folder: end the address with a slash (/)."
    # UNSURE: whether Ground Truth keeps a folder without a name in the path of its results.
    if "//" in f"/{place.key}":
        return "A folder in this address has no name (“//”). Choose one where each has its own."
    source = _read(draft.input_uri, allowed) if draft.input_uri.endswith("/") else ""
    if isinstance(source, S3Uri) and str(place).startswith(str(source)):
        return (
            "This lies inside the data folder, so results would be read as data next time. Choose "
            "a folder beside it."
        )
    return ""


def type_fault(asked: Asked) -> str:
    """A task type that can be launched."""
    kind = asked.kind
    if kind is None or not kind.offered:
        return "Choose what is to be done."
    return ""


def team_fault(asked: Asked) -> str:
    """A labeling team that was found."""
    draft = asked.draft
    if draft.workteam_arn:
        return ""
    if draft.workteam_key:
        return (
            f"{draft.workteam_name or draft.workteam_key} is no team of this channel now. Choose "
            "one from the list."
        )
    return "Choose the team that labels."


def _duration_fault(asked: Asked, field: str, bounds: tuple[int, int], sample: str) -> str:
    if field in asked.draft.typed:
        return f"This is not a duration. Write a number and a unit, for example {sample}."
    seconds: int = getattr(asked.draft, field)
    least, most = bounds
    if least <= seconds <= most:
        return ""
    return (
        f"{spell_duration(least).capitalize()} to {spell_duration(most)}; this is "
        f"{spell_duration(seconds)}."
    )


def time_limit_max(asked: Asked) -> int:
    """Seconds that one task may take at most: the task type's own limit."""
    return asked.kind.time_limit_max_s if asked.kind else _TIME_LIMIT_MAX_S


def time_limit_fault(asked: Asked) -> str:
    """Ground Truth's bounds for TaskTimeLimitInSeconds."""
    bounds = (TIME_LIMIT_MIN_S, time_limit_max(asked))
    return _duration_fault(asked, "task_time_limit_s", bounds, "5 min")


def availability_fault(asked: Asked) -> str:
    """Ground Truth's bounds for TaskAvailabilityLifetimeInSeconds."""
    if asked.draft.due:
        return ""
    bounds = (AVAILABILITY_MIN_S, _life_max(asked))
    return _duration_fault(asked, "availability_s", bounds, "10 days")


def due_fault(asked: Asked) -> str:
    """A moment that Ground Truth's bounds for TaskAvailabilityLifetimeInSeconds allow."""
    seconds, most = asked.draft.availability_s, _life_max(asked)
    if asked.draft.due and asked.draft.extras.streaming:
        return "A streaming job runs until somebody stops it. Leave this empty."
    if not asked.draft.due or AVAILABILITY_MIN_S <= seconds <= most:
        return ""
    if seconds < AVAILABILITY_MIN_S:
        return "This moment is over, or as good as over. Choose a later one."
    return f"This job may last {spell_duration(most)} at most. Choose an earlier moment."


def _life_max(asked: Asked) -> int:
    """Seconds that a job may last at most."""
    if asked.draft.extras.auto_label:  # AWS's pages differ: older ones allow 10 days then
        return AUTO_LABEL_MAX_S
    return AVAILABILITY_MAX_S


def workers_fault(asked: Asked) -> str:
    """Ground Truth's bounds for NumberOfHumanWorkersPerDataObject."""
    draft = asked.draft
    if (
        "workers_per_object" not in draft.typed
        and WORKERS_MIN <= draft.workers_per_object <= WORKERS_MAX
    ):
        return ""
    return f"A whole number from {WORKERS_MIN} to {WORKERS_MAX}."


def title_fault(asked: Asked) -> str:
    """Ground Truth's TaskTitle: one line."""
    ask = "Write what workers see as the task's name, for example Ripe or not"
    title, place = asked.draft.title, asked.engine.place
    if beyond := next((sign for sign in title if sign > TITLE_LAST), ""):
        return (
            f"“{beyond}” does not fit: {place} takes no emoji and no rare letters like this in a "
            "task's title. Take it out; the description and the instructions may hold it."
        )
    return _line_fault(title, TITLE_MAX, ask, place)


def description_fault(asked: Asked) -> str:
    """Ground Truth's TaskDescription: one line."""
    ask = "Write in one line what workers have to do"
    return _line_fault(asked.draft.description, DESCRIPTION_MAX, ask, asked.engine.place)


def _line_fault(text: str, limit: int, ask: str, place: str) -> str:
    """A text of one line that the engine demands."""
    if not text.strip():
        return f"{ask}."
    if any(sign in text for sign in "\n\r\t"):
        return "Write it on one line, without line breaks or tabs."
    if sign := unseen_sign(text):
        return f"It holds a sign that nobody sees ({sign}). Type it again without."
    if len(text) > limit:
        return (
            f"This has {len(text)} characters; {place} takes {limit}. Shorten it by "
            f"{len(text) - limit}."
        )
    return ""


def labels_fault(asked: Asked) -> str:
    """The task type's numbers, and names that differ."""
    labels, kind = asked.draft.labels, asked.kind
    least = kind.labels_min if kind else 1
    most = kind.label_max if kind else LABEL_MAX
    seen: dict[str, str] = {}
    for label in labels:
        if not label.strip() or len(label) > most:
            return f"Each label has 1 to {most} characters; “{label[:30]}…” has {len(label)}."
        if sign := unseen_sign(label):
            return f"“{label[:30]}” holds a sign that nobody sees ({sign}). Retype it without."
        looks = same_to_the_eye(label)
        if looks in seen:
            return f"“{label[:60]}” and “{seen[looks][:60]}” are the same label. Take one out."
        seen[looks] = label
    if len(labels) < least:
        commas = " Commas do not separate them." if any("," in label for label in labels) else ""
        write = f"Write {count(least, 'label')} at least, each on its own line."
        return f"{write}{commas}"
    if kind and kind.labels_max is not None and len(labels) > kind.labels_max:
        return f"{kind.title} takes {kind.labels_max} labels at most; these are {len(labels)}."
    return ""


def of_other_labels(draft: Draft) -> str:
    """The member with instructions that speak of another job's labels and that nobody has read
    since, "" for none; a task type's own template speaks of no labels.
    """
    if not draft.taken_labels or set(draft.labels) == set(draft.taken_labels):
        return ""
    short, full = beginnings(draft.task_type)
    for member, template in (("short_instructions", short), ("full_instructions", full)):
        told = rich_words(getattr(draft, member)).split()
        if told and told != rich_words(template).split():
            return member
    return ""


def other_labels_fault(draft: Draft, member: str) -> str:
    """What to do about instructions for other labels; it is told once."""
    if of_other_labels(draft) != member:
        return ""
    return (
        f"These are the words of {draft.taken_from}, which has other labels. Read them, change "
        "what is different, and press Review again."
    )


def instructions_fault(asked: Asked, member: str) -> str:
    """Text that fits on the worker page; `member` are the short or the full instructions."""
    draft, kind = asked.draft, asked.kind
    rich = getattr(draft, member)
    size = len(rich_words(rich))
    if size > INSTRUCTIONS_MAX:
        return f"This has {size:,} characters; {INSTRUCTIONS_MAX:,} fit on the page."
    most = {"short_instructions": "short_max", "full_instructions": "full_max"}[member]
    limit = getattr(kind, most) if kind else 0
    marked = len(clean.from_rich_text(rich, draft.names))
    if limit and marked > limit:
        return (
            f"With its marks this has {marked:,} characters; the page of this task type takes "
            f"{limit:,}. Shorten it by {marked - limit:,}."
        )
    return ""


def examples_fault(asked: Asked, examples: list[Example], allowed: Allowed) -> str:
    """Example pictures that can be shown."""
    if len(examples) > EXAMPLES_MAX:
        return f"{EXAMPLES_MAX} pictures at most; these are {len(examples)}."
    for number, example in enumerate(examples, 1):
        if text := _example_fault(example, allowed) or _foreign_page_fault(asked, example):
            return f"Line {number}: {text}"
    return ""


def _example_fault(example: Example, allowed: Allowed) -> str:
    """An example goes into the workers' page: an S3 object of an open bucket, or a public https
    picture.
    """
    if len(example.caption) > CAPTION_MAX:
        return f"the caption has {len(example.caption)} characters; {CAPTION_MAX} fit."
    try:
        picture = checked(example)
    except BadPicture as bad:
        return bad.words
    return not_open(S3Uri.parse(picture.address), allowed.places) if picture.in_s3 else ""


def _foreign_page_fault(asked: Asked, example: Example) -> str:
    """A page that is the engine's own grants no access to pictures in S3."""
    if asked.kind is None or asked.kind.ui_kind != "arn" or not checked(example).in_s3:
        return ""
    return (
        f"the page of this task type is {asked.engine.place}'s own and shows no pictures that lie "
        "in S3. Give an https address that everybody may open, or leave it out."
    )
