"""What can be wrong with what only some jobs are asked, member by member (pure).

Promises to the fields and to the launch, as `rules` does: each rule says in words what is wrong and
what to do, or "". `PARTICULARS` and `EXTRAS` hold one rule for every member, in the order in which
a form would ask them; a member that the task type does not ask for is never wrong.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.base.as_typed import unseen_sign
from bot.base.blocks import count
from bot.base.s3_uri import Allowed, BadAddress
from bot.engines.particulars import NUMBER, Attribute
from bot.jobs.draft import final_attribute
from bot.jobs.form.asked import Asked
from bot.jobs.form.rules import ATTRIBUTE_MAX, LABEL_MAX
from bot.jobs.places import not_open, read_place

Rule = Callable[[Asked, Allowed], str]

# Ground Truth: attributes of labels and frames
ATTRIBUTES_MAX, FREE_TEXT_MAX = 10, 5
NAME_MAX, VALUES_MAX, DESCRIPTION_MAX = 16, 10, 128
ARN_MAX = 2_048  # Ground Truth: ARNs of functions, topics, models and KMS keys
CONCURRENT_MAX = 1_000  # Ground Truth: MaxConcurrentTaskCount, where AWS raised no account's limit
KEYWORDS_MAX, KEYWORD_MAX = 5, 30  # Ground Truth: TaskKeywords 1..5, of 1..30 characters
TAGS_MAX = 48  # SageMaker: 50 tags, of which two are the bot's
TAG_KEY_MAX, TAG_VALUE_MAX = 128, 256  # SageMaker: Tag
AUTO_LABEL_MIN = 1_250  # Ground Truth: objects for automated labeling
DECLARATIONS = ("FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent")
"""What data can be declared to be (Ground Truth: ContentClassifiers)."""

_AUDITED = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*")
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w$:-]+", re.ASCII)
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w.-]+", re.ASCII)
_MODEL = re.compile(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:model/\S+", re.ASCII)
_KEY = re.compile(r"[a-zA-Z0-9:/_-]*")
_KEYWORD = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
_RESERVED = ("aws:", "labeljob:")


def short_names_fault(asked: Asked, _allowed: Allowed) -> str:
    """A short name for a label that is there, each its own."""
    draft, names = asked.draft, asked.draft.particulars.short_names
    for label, name in names.items():
        if label not in draft.labels:
            return f"“{label[:40]}” is none of the labels. Take it out, or add it to them."
        if not 1 <= len(name.strip()) <= LABEL_MAX:
            return f"The short name of {label[:40]} has {len(name)} characters: 1 to {LABEL_MAX}."
    return _twice(names.values(), "short name")


def annotation_type_fault(asked: Asked, _allowed: Allowed) -> str:
    """A shape that the task type draws."""
    chosen, shapes = asked.draft.particulars.annotation_type, _shapes(asked)
    if not chosen or chosen in shapes:
        return ""
    return f"Choose one of the shapes: {', '.join(shapes)}."


def label_attributes_fault(asked: Asked, _allowed: Allowed) -> str:
    """What is said of single labels, each a label that is there."""
    particulars = asked.draft.particulars
    for label, own in particulars.label_attributes.items():
        if label not in asked.draft.labels:
            return f"“{label[:40]}” is none of the labels. Take it out, or add it to them."
        listed = (*particulars.global_attributes, *own)
        if fault := _attributes_fault(listed, described=False):
            return f"{label}: {fault}"
    return ""


def global_attributes_fault(asked: Asked, _allowed: Allowed) -> str:
    """What is said of every label."""
    return _attributes_fault(asked.draft.particulars.global_attributes, described=False)


def frame_attributes_fault(asked: Asked, _allowed: Allowed) -> str:
    """What is said of a frame: each needs its description."""
    return _attributes_fault(asked.draft.particulars.frame_attributes, described=True)


def audited_fault(asked: Asked, _allowed: Allowed) -> str:
    """The label attribute of an earlier job, which is not the new one's."""
    audited = asked.draft.particulars.audited
    if not audited:
        return "Say which label attribute of the data is to be checked, for example fruit."
    if audited.lower().endswith("-metadata"):
        return "Leave -metadata out: name the attribute that the labels stand under."
    if len(audited) > ATTRIBUTE_MAX or not _AUDITED.fullmatch(audited):
        return f"A label attribute has 1 to {ATTRIBUTE_MAX} letters, digits, hyphens, underscores."
    if audited == final_attribute(asked.draft, asked.kind):
        return (
            f"The new labels would be written over {audited} itself. Give them a label attribute "
            "of their own."
        )
    return ""


def pre_function_fault(asked: Asked, _allowed: Allowed) -> str:
    """A function that prepares each task, or none."""
    return _function_fault(asked.draft.particulars.pre_function)


def post_function_fault(asked: Asked, _allowed: Allowed) -> str:
    """A function that makes one answer of several, or none."""
    return _function_fault(asked.draft.particulars.post_function)


def template_fault(asked: Asked, allowed: Allowed) -> str:
    """A worker page of one's own, in a place that is open to the channel."""
    address = asked.draft.particulars.template
    if not address:
        return "Name the worker page: s3://bucket/folder/page.liquid.html."
    try:
        place = read_place(address)
    except BadAddress as bad:
        return str(bad)
    if place.is_folder:
        return "This is a folder. Name the file of the worker page in it."
    return not_open(place, allowed.places)


def stop_at_objects_fault(asked: Asked, _allowed: Allowed) -> str:
    """At least one object; a streaming job has no such end."""
    number = asked.draft.extras.stop_at_objects
    if number < 0:
        return "A whole number, 1 or more; empty for no such end."
    return _without_topic(asked) if number else ""


def stop_at_percent_fault(asked: Asked, _allowed: Allowed) -> str:
    """1 to 100 percent."""
    number = asked.draft.extras.stop_at_percent
    if not 0 <= number <= 100:  # noqa: PLR2004 - percent
        return "A whole number from 1 to 100; empty for no such end."
    return _without_topic(asked) if number else ""


def concurrent_tasks_fault(asked: Asked, _allowed: Allowed) -> str:
    """Ground Truth's bounds for MaxConcurrentTaskCount."""
    if 0 <= asked.draft.extras.concurrent_tasks <= CONCURRENT_MAX:
        return ""
    return f"A whole number from 1 to {CONCURRENT_MAX:,}; empty for {CONCURRENT_MAX:,}."


def keywords_fault(asked: Asked, _allowed: Allowed) -> str:
    """Ground Truth's TaskKeywords."""
    keywords = asked.draft.extras.keywords
    if len(keywords) > KEYWORDS_MAX:
        return f"{KEYWORDS_MAX} keywords at most; these are {len(keywords)}."
    for word in keywords:
        if len(word) > KEYWORD_MAX or not _KEYWORD.fullmatch(word):
            return (
                f"“{word[:40]}”: a keyword has 1 to {KEYWORD_MAX} letters a to z, digits and "
                "single blanks, no hyphen."
            )
    return _twice(keywords, "keyword")


def declarations_fault(asked: Asked, _allowed: Allowed) -> str:
    """Ground Truth's ContentClassifiers."""
    odd = [one for one in asked.draft.extras.declarations if one not in DECLARATIONS]
    return f"Choose among {' and '.join(DECLARATIONS)}." if odd else ""


def tags_fault(asked: Asked, _allowed: Allowed) -> str:
    """SageMaker's tags, of which two are the bot's."""
    tags = asked.draft.extras.tags
    if len(tags) > TAGS_MAX:
        return f"{TAGS_MAX} tags at most; these are {len(tags)}."
    for key, value in tags.items():
        if key.lower().startswith(_RESERVED):
            return f"“{key[:40]}”: tags that begin with {key.partition(':')[0]}: are reserved."
        if not 1 <= len(key) <= TAG_KEY_MAX or not _TAG.fullmatch(key):
            return (
                f"“{key[:40]}”: a tag's key has 1 to {TAG_KEY_MAX} letters, digits, blanks and "
                "_ . : / = + - @."
            )
        if len(value) > TAG_VALUE_MAX or not _TAG.fullmatch(value):
            return (
                f"“{key[:40]}”: a tag's value has up to {TAG_VALUE_MAX} letters, digits, blanks "
                "and _ . : / = + - @."
            )
    return ""


def output_key_fault(asked: Asked, _allowed: Allowed) -> str:
    """A KMS key by its id, alias or ARN."""
    return _key_fault(asked.draft.extras.output_key)


def volume_key_fault(asked: Asked, _allowed: Allowed) -> str:
    """The same, for the disks of automated labeling."""
    extras = asked.draft.extras
    if extras.volume_key and not extras.auto_label:
        return "Only automated labeling has disks to encrypt. Leave it empty."
    return _key_fault(extras.volume_key)


def input_topic_fault(asked: Asked, _allowed: Allowed) -> str:
    """An SNS topic that brings a streaming job its objects, and no other job."""
    extras = asked.draft.extras
    if extras.streaming and not extras.input_topic:
        return "Give the topic that brings the objects: arn:aws:sns:region:account:name."
    if extras.input_topic and not extras.streaming:
        return "Tick Streaming above, or leave the topic empty."
    return _topic_fault(extras.input_topic)


def feed_folder_fault(asked: Asked, allowed: Allowed) -> str:
    """A folder whose new pictures S3 tells the topic of; the results lie elsewhere."""
    address, kind = asked.draft.extras.feed_folder, asked.kind
    if not address:
        return ""
    if not asked.draft.extras.streaming:
        return "Only a streaming job is fed by a folder. Tick Streaming above, or leave it empty."
    if kind is not None and (kind.category != "Image" or kind.needs_manifest):
        return (
            f"S3 tells of new pictures alone: {kind.title.lower()} is fed by /labeljob send. Leave "
            "it empty."
        )
    return _fed_from_fault(address, asked.draft.output_uri, allowed)


def _fed_from_fault(address: str, output: str, allowed: Allowed) -> str:
    """A folder that is open to the channel, without the results in it."""
    try:
        place = read_place(address)
    except BadAddress as bad:
        return str(bad)
    if not place.is_folder:
        return "Name a folder: end the address with a slash (/)."
    if output.startswith(str(place)):
        return "The results lie in it, and would be labeled in turn. Choose another folder."
    return not_open(place, allowed.places)


def output_topic_fault(asked: Asked, _allowed: Allowed) -> str:
    """An SNS topic that hears of every labeled object."""
    return _topic_fault(asked.draft.extras.output_topic)


def auto_label_fault(asked: Asked, _allowed: Allowed) -> str:
    """Automated labeling: the type has it, and labels and objects are within its limits."""
    draft, kind = asked.draft, asked.kind
    if not draft.extras.auto_label or kind is None:
        return ""
    if not kind.auto_label:
        return f"{kind.title} has no automated labeling. Leave it out."
    most = kind.auto_label_labels_max
    if most is not None and len(draft.labels) > most:
        return (
            f"Automated labeling of this type takes {most} labels; these are {len(draft.labels)}. "
            "Leave it out, or take labels out."
        )
    if lacking := few_for_model(draft.objects):
        return lacking
    if draft.extras.streaming:
        return "A streaming job has no automated labeling. Leave one of the two out."
    return ""


def few_for_model(objects: int | None) -> str:
    """Why so many objects are too few for automated labeling; None is not known yet."""
    if objects is None or objects >= AUTO_LABEL_MIN:
        return ""
    return (
        f"Automated labeling needs {AUTO_LABEL_MIN:,} objects; here are {objects:,}. Leave it out."
    )


def first_model_fault(asked: Asked, _allowed: Allowed) -> str:
    """The model of an earlier job, for automated labeling alone."""
    extras = asked.draft.extras
    if not extras.first_model:
        return ""
    if not extras.auto_label:
        return "Only automated labeling begins with a model. Leave it empty."
    if len(extras.first_model) <= ARN_MAX and _MODEL.fullmatch(extras.first_model):
        return ""
    return "Give the model's ARN: arn:aws:sagemaker:region:account:model/name."


PARTICULARS: Mapping[str, Rule] = {
    "short_names": short_names_fault,
    "annotation_type": annotation_type_fault,
    "global_attributes": global_attributes_fault,
    "label_attributes": label_attributes_fault,
    "frame_attributes": frame_attributes_fault,
    "audited": audited_fault,
    "may_edit": lambda _asked, _allowed: "",
    "template": template_fault,
    "pre_function": pre_function_fault,
    "post_function": post_function_fault,
}
EXTRAS: Mapping[str, Rule] = {
    "stop_at_objects": stop_at_objects_fault,
    "stop_at_percent": stop_at_percent_fault,
    "concurrent_tasks": concurrent_tasks_fault,
    "keywords": keywords_fault,
    "declarations": declarations_fault,
    "tags": tags_fault,
    "output_key": output_key_fault,
    "auto_label": auto_label_fault,
    "first_model": first_model_fault,
    "volume_key": volume_key_fault,
    "streaming": lambda _asked, _allowed: "",  # a tick is never wrong; what it asks for may be
    "input_topic": input_topic_fault,
    "feed_folder": feed_folder_fault,
    "output_topic": output_topic_fault,
    "task_price": lambda _asked, _allowed: "",  # no form asks it: that workforce is closed
}


def faults(asked: Asked, allowed: Allowed) -> Iterator[tuple[str, str]]:
    """What is wrong with what the chosen task type asks beside, and with the extras: the member and
    the words.
    """
    asks = asked.kind.asks if asked.kind else ()
    due = {name: rule for name, rule in PARTICULARS.items() if name in asks} | dict(EXTRAS)
    for name, rule in due.items():
        if words := rule(asked, allowed):
            yield name, words


def _shapes(asked: Asked) -> tuple[str, ...]:
    return asked.kind.annotation_types if asked.kind else ()


def _attributes_fault(attributes: Iterable[Attribute], *, described: bool) -> str:
    """Ground Truth's limits for a list of attributes."""
    listed = list(attributes)
    if len(listed) > ATTRIBUTES_MAX:
        return f"{ATTRIBUTES_MAX} attributes at most; these are {len(listed)}."
    free = [one for one in listed if one.type != NUMBER and not one.enum]
    if len(free) > FREE_TEXT_MAX:
        return f"{FREE_TEXT_MAX} attributes of free text at most; these are {len(free)}."
    for one in listed:
        if fault := _attribute_fault(one, described=described):
            return f"“{one.name[:40]}”: {fault}"
    return _twice((one.name for one in listed), "attribute")


def _attribute_fault(one: Attribute, *, described: bool) -> str:
    if not 1 <= len(one.name.strip()) <= NAME_MAX or len(one.name) > NAME_MAX:
        return f"an attribute's name has 1 to {NAME_MAX} characters."
    if sign := unseen_sign(one.name):
        return f"it holds a sign that nobody sees ({sign}). Retype it without."
    if len(one.description) > DESCRIPTION_MAX:
        return f"a description has up to {DESCRIPTION_MAX} characters."
    if described and not one.description.strip():
        return "an attribute of frames needs a description."
    if one.type == NUMBER:
        return _number_fault(one)
    return _choices_fault(one)


def _choices_fault(one: Attribute) -> str:
    if len(one.enum) > VALUES_MAX:
        return f"{count(VALUES_MAX, 'choice')} at most; these are {len(one.enum)}."
    if any(not 1 <= len(value.strip()) <= NAME_MAX for value in one.enum):
        return f"a choice has 1 to {NAME_MAX} characters."
    return _twice(one.enum, "choice")


def _number_fault(one: Attribute) -> str:
    if one.enum:
        return "a number has bounds and no choices."
    if one.minimum is None or one.maximum is None:
        return "a number needs its least and its greatest value."
    if one.minimum >= one.maximum:
        return "the least value is not below the greatest."
    return ""


def _twice(words: Iterable[str], what: str) -> str:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            return f"“{word[:40]}” stands twice. Give each {what} a name of its own."
        seen.add(word)
    return ""


def _function_fault(arn: str) -> str:
    if not arn or (len(arn) <= ARN_MAX and _FUNCTION.fullmatch(arn)):
        return ""
    return "Give the function's ARN: arn:aws:lambda:region:account:function:name."


def _topic_fault(arn: str) -> str:
    if not arn:
        return ""
    if arn.endswith(".fifo"):
        return "Labeling jobs use no FIFO topics. Give a standard one."
    if len(arn) <= ARN_MAX and _TOPIC.fullmatch(arn):
        return ""
    return "Give the topic's ARN: arn:aws:sns:region:account:name."


def _key_fault(key: str) -> str:
    if len(key) <= ARN_MAX and _KEY.fullmatch(key):
        return ""
    return "Give the key's id, its alias (alias/name) or its ARN."


def _without_topic(asked: Asked) -> str:
    if not asked.draft.extras.streaming:
        return ""
    return "A streaming job does not end by a count. Leave it empty."
