"""Are the topics of a job there: it fails when it cannot listen to what brings its objects."""

from bot.base.aws import AwsRefused
from bot.engines.streams import NoTopic
from bot.jobs.checks.check import FINE, Check, Seen, Sight, blocks, look_at
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding


def _ask(draft: Draft, sight: Sight) -> Seen:
    streams, extras = sight.engine.streams, draft.extras
    if streams is None:
        return blocks(f"{sight.engine.names.service} has no streaming jobs. Untick Streaming.")
    found = _shared(draft, sight)
    for field in ("input_topic", "output_topic"):
        topic = getattr(extras, field)
        if not topic:
            continue
        try:
            streams.check_topic(topic)
        except NoTopic as gone:
            return blocks(gone.words, field)
        except AwsRefused as refusal:
            found += look_at(f"Whether the topic {topic} is there cannot be seen. {refusal.words}")
    return Seen(tuple(found)) if found else FINE


def _shared(draft: Draft, sight: Sight) -> list[Finding]:
    """Another job listens to the topic; that may be meant, and then costs twice."""
    topic = draft.extras.input_topic
    other = sight.held.listening(topic, but=draft.job_name) if topic else ""
    words = (
        f"{other} gets its objects from this topic too: whatever is sent to one of the two is "
        "labeled by both. Give a topic of its own, unless you want that."
    )
    return list(look_at(words)) if other else []


TOPIC = Check(
    name="the topics are there",
    place=21,
    page=1,
    field="input_topic",
    words="the topics",
    ask=_ask,
    fine="topics",
    needs=("output_topic",),
    applies=lambda draft, _sight: bool(draft.extras.input_topic or draft.extras.output_topic),
)
