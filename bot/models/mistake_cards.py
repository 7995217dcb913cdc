"""What people read of a model's mistakes (pure), and what is drawn of each."""

from collections.abc import Iterable, Sequence

import msgspec

from bot.base.blocks import Block, actions, button, context, count, cut, section, typed
from bot.delivery.message import Message
from bot.manifests.shapes import Box, Line, Told
from bot.models.mistakes import LISTED, Judged, Mistake, Pair, Tally

MISTAKES_ID = "model_mistakes"
ALT_MOST = 1_000  # Slack: alternative text of an uploaded file
_NAME, _LABEL, _CAUSE = 100, 60, 900


def mistakes_button(called: str, model_id: str) -> Block:
    """The way to the pictures."""
    return button("Mistakes", MISTAKES_ID, model_id, label=f"Show what {called} takes for what")


def words(called: str, tally: Tally) -> str:
    """What came out otherwise than people said, the worst first (mrkdwn)."""
    name = f"*Model {typed(called, _NAME)}*"
    if not tally.tested:
        return (
            f"What {name} takes for what is not known: AWS's file of test results tells no result "
            "of a picture."
        )
    tested = count(tally.tested, "test picture")
    head = f"{name}: no mistake in {tested}."
    if tally.wrong:
        head = f"{name}: {tally.wrong:,} of {tested} came out otherwise than people labeled them."
    untold = ""
    if tally.untold:
        lines = count(tally.untold, "more line")
        untold = f"What came out of {lines} in AWS's file of test results is not known."
    said = (
        head,
        _listed("Most often taken for each other", tally.confused),
        _listed("Not recognized", tally.missed),
        _listed("Seen where people saw none", tally.imagined),
        untold,
    )
    return "\n".join(filter(None, said))


def mistakes_message(said: str, note: str = "") -> Message:
    """The mistakes in words, and why there is no picture of them."""
    small = [context(typed(note, _CAUSE))] if note else []
    return Message(cut("\n".join(filter(None, (said, note))), 3500), [section(said), *small])


def in_thread(said: str, called: str, model_id: str, *, pictures: bool) -> Message:
    """The mistakes in words below the model's card, with the way to the pictures if there are
    any.
    """
    way = [actions(mistakes_button(called, model_id))] if pictures else []
    return Message(cut(said, 3500), [section(said), *way])


def not_known(called: str, why: str) -> Message:
    """The files could not be read."""
    text = (
        f"Which test pictures model {typed(called, _NAME)} takes for something else is not known: "
        f"{typed(why, _CAUSE)}"
    )
    return Message(text, [section(text)])


def on_their_way(called: str, *, shown: bool) -> str:
    """What whoever pressed sees at once."""
    where = "the thread of its card" if shown else "your direct messages with Labeljob"
    return (
        f"What model {typed(called, _NAME)} takes for what is being counted and drawn. It comes "
        f"into {where}."
    )


def alt_words(called: str, captions: Sequence[str], undrawn: int) -> str:
    """What stands for the sheet."""
    grey = f"; {undrawn:,} could not be drawn" if undrawn else ""
    head = f"{count(len(captions), 'test picture')} of {cut(called, _NAME)}{grey}: "
    return cut(f"{head}{'; '.join(captions)}.", ALT_MOST)


def caption(judged: Judged, pair: Pair) -> str:
    """What one picture shows: `ripe as unripe 0.95`."""
    sure = max((each.sure for each in judged.mistakes if each.pair == pair), default=0.0)
    number = f" {sure:.2f}" if pair[1] else ""
    return f"{_short(pair)}{number}"


def drawing(judged: Judged, pair: Pair) -> Line:
    """The picture as it is drawn: with the boxes of that mistake, the model's where it drew one
    (what people said there stands in the caption), else what it missed.
    """
    shown = [each for each in judged.mistakes if each.pair == pair]
    told = Told("", "", "boxes", boxes=tuple(_boxes(shown)), size=judged.size)
    return Line(judged.number, judged.address, "", (told,))


def colour_names(pairs: Iterable[Pair]) -> list[str]:
    """The names on the boxes, in an order that decides their colours."""
    names = sorted({name for pair in pairs for name in pair if name})
    return [*names, *map(_by_model, names)]


def _boxes(mistakes: Iterable[Mistake]) -> Iterable[Box]:
    for each in mistakes:
        if each.seen is not None:
            yield msgspec.structs.replace(each.seen, label=_by_model(each.taken_for))
        elif each.there is not None:
            yield each.there


def _by_model(label: str) -> str:
    return f"model: {label}"


def _short(pair: Pair) -> str:
    label, taken_for = (cut(name, _LABEL) for name in pair)
    if label and taken_for:
        return f"{label} as {taken_for}"
    return f"{label} not recognized" if label else f"{taken_for} where there is none"


def _listed(lead: str, found: Sequence[tuple[Pair, int]]) -> str:
    """`Lead: ripe as unripe, 4 pictures; …`; "" where there is nothing."""
    if not found:
        return ""
    said = "; ".join(
        f"{' as '.join(typed(name, _LABEL) for name in pair if name)}, {count(many, 'picture')}"
        for pair, many in found[:LISTED]
    )
    more = f"; and {len(found) - LISTED:,} more" if len(found) > LISTED else ""
    return f"{lead}: {said}{more}."
