"""For any manifest: every line of it is in the dataset, or reported with its number, its code and
what to do. The bot's ledger against the stand-in's import of the bytes that the bot sends.
"""

import json
import random
from typing import Any

from aws_practice import BUCKET
from hypothesis import given
from hypothesis import strategies as st
from test_aws_rekognition import boxed, classified

from bot.base.s3_uri import Allowed
from bot.datasets.entries import Made, Pictures, make
from bot.datasets.lines import IMPORTED, Arrived, Outcome, outcomes
from bot.datasets.source import Source
from bot.manifests.examine import examine
from bot.sandbox.aws.rekognition.rules import read_lines

OPEN = Allowed((BUCKET,))
SLIPS: tuple[Any, ...] = (
    {"source": "a text"},
    {"source-ref": "fruit/1.png"},
    {"source-ref": 7},
    {"source-ref": f"s3://{BUCKET}/fruit/alone.png"},
    {**classified(3, "ripe"), "kind": "x" * 100_001},
    [],
    None,
    "text",
)
LINES = st.one_of(
    st.builds(classified, st.integers(0, 12), st.sampled_from(("ripe", "unripe", ""))).map(
        json.dumps
    ),
    st.builds(
        lambda number, box: json.dumps(boxed(number, box)),
        st.integers(0, 12),
        st.tuples(*[st.integers(-5, 900)] * 4),
    ),
    st.sampled_from(SLIPS).map(json.dumps),
    st.sampled_from(("", "   ", "{", "{}", "\r", '{"source-ref": 1e999}', "not json", "\ufeff{}")),
)
MANIFESTS = st.tuples(st.lists(LINES, max_size=30), st.sampled_from(("\n", "\r\n")), st.booleans())


@given(
    manifest=MANIFESTS,
    share=st.sampled_from((0.0, 0.3, 1.0)),
    seed=st.integers(0, 999),
    faultless=st.booleans(),
)
def test_lines_are_imported_or_reported(
    manifest: tuple[list[str], str, bool], share: float, seed: int, *, faultless: bool
) -> None:
    """Without this, AWS could lose a line and nobody would ever learn which."""
    lines, end, closed = manifest
    given_ = (end.join(lines) + (end if closed and lines else "")).encode()
    made, source = Made(), Source(faultless=faultless)
    sent = b"".join(make([given_], made, attribute=None, allowed=OPEN, faultless=faultless))
    examined = examine([given_], "us-east-1", faultless=faultless)
    assert made.lines == examined.sendable, "what is sent is what was examined"
    chance = random.Random(seed)
    lost = {each for each in _sources(sent) if chance.random() < share}
    read = read_lines(sent, is_lost=lost.__contains__)
    listed = {
        picture: tuple(error["code"] for error in entry.errors)
        for picture, entry in read.entries.items()
        if entry.errors
    }
    told = list(outcomes([given_], source, Arrived(Pictures(read.entries), listed)))
    assert [each.line for each in told] == list(range(1, examined.lines + 1))
    imported = [each for each in told if each.state in IMPORTED]
    reported = [each for each in told if each.state not in IMPORTED]
    assert sorted(each.picture for each in imported) == sorted(read.entries)
    assert read.vanished == 0, "what AWS would drop is not sent"
    assert {each.picture for each in reported if each.state == "did not arrive"} == lost
    assert all(_is_explained(each) for each in reported)
    assert {each.picture for each in told if each.state == "imported, with errors"} == set(listed)


def _sources(sent: bytes) -> list[str]:
    return [json.loads(line)["source-ref"] for line in sent.splitlines()]


def _is_explained(outcome: Outcome) -> bool:
    return bool(outcome.codes) and outcome.words.endswith(".")
