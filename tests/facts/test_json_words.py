"""Faults of JSON in words: the right name, at a price that grows with the line and not with its
square.
"""

import gc
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.examine import examine
from bot.manifests.json_lines import parse
from bot.manifests.json_words import BadLine, explained, short
from bot.manifests.lines import FAULTS_KEPT, Verdict, check

HEAD = b'{"source-ref":"s3://orchard-raw/july/a.jpg","t":'
ROUNDS = 5


def names_before(text: str) -> list[str]:
    """Every name, by the rule that a person would write down first: a closed text with a colon
    behind it.
    """
    return re.findall(r'"((?:[^"\\]|\\.)*)"\s*:', text)


NAME = st.text(st.characters(codec="utf-8", exclude_characters=':"'), max_size=6)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | NAME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAME, VALUE, min_size=1, max_size=4), st.booleans(), st.data())
def test_the_name_is_the_last_one_before_the_fault(
    value: dict[str, object], spaced: bool, data: st.DataObject
) -> None:
    """A person looks there; a name of an earlier place, or none, sends them through the whole
    line.
    """
    whole = json.dumps(
        value, ensure_ascii=False, separators=(" , ", " : ") if spaced else (",", ":")
    )
    text = whole[: data.draw(st.integers(1, len(whole) - 1))]
    fault = explained(text.encode())
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads(text)
    names = names_before(text[: raised.value.pos])
    if "colon missing" in fault.text():
        return  # it tells the name that the colon is missing after
    if names:
        assert f' after "{short(names[-1])}"' in fault.text()
    else:
        assert ' after "' not in fault.text()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (rb'{"a":"\"b\": c" x}', "a"),
        (rb'{"a":["b", ": c" x}', "a"),
        (b'{"a":"' + b"long " * 1_000 + b'" x}', "a"),
        (rb'{"a\"b":1 x}', r"a\"b"),
    ],
)
def test_what_only_looks_like_a_name_is_none(line: bytes, name: str) -> None:
    """A text may hold quotes and colons, or be longer than any window: a name out of it would send
    a person astray.
    """
    assert explained(line).text() == f'comma missing after "{name}"'


LINES: dict[str, Callable[[int], bytes]] = {
    "escaped quotes": lambda size: HEAD + b'"' + rb"\"" * (size // 2) + b'" x}',
    "escaped quotes, never closed": lambda size: HEAD + b'"' + rb"\"" * (size // 2),
    "backslashes": lambda size: HEAD + b'"' + rb"\\" * (size // 2) + b'" x}',
    "empty texts": lambda size: HEAD + b"[" + b'"",' * (size // 3) + b"x]}",
    "names": lambda size: (
        b"{" + b"".join(b'"%07d":1,' % number for number in range(size // 12)) + b"x}"
    ),
    "blanks behind texts": lambda size: (
        HEAD + b"[" + (b'"a"' + b" " * 50 + b",") * (size // 54) + b"x]}"
    ),
    "one run of blanks": lambda size: HEAD + b'"a"' + b" " * size + b"x}",
    "brackets": lambda size: HEAD + b"[" + b"[[[[[[[[]]]]]]]]," * (size // 17) + b"x]}",
    "a name twice": lambda size: (
        b"{" + b"".join(b'"%07d":1,' % n for n in range(size // 12)) + b'"0000000":2}'
    ),
    "digits": lambda size: HEAD + b"1" * size + b".5 x}",
    "halves of characters": lambda size: HEAD + b'"' + rb"\ud800" * (size // 6) + b'"}',
}


def cost(work: Callable[[bytes], object], line: bytes) -> float:
    """The least processor time of this thread that it took, in seconds, whatever garbage there
    is.
    """
    found = []
    gc.disable()
    try:
        for _ in range(ROUNDS):
            began = time.thread_time()
            with suppress(ValueError):
                work(line)
            found.append(time.thread_time() - began)
    finally:
        gc.enable()
    return max(min(found), 1e-6)


@pytest.mark.parametrize("made", LINES.values(), ids=LINES)
def test_a_line_a_hundred_times_longer_costs_no_thousand_times_more(
    made: Callable[[int], bytes],
) -> None:
    """One faulty line would keep a processor busy for minutes (the square of a hundred is ten
    thousand).
    """
    assert cost(lambda line: explained(line).text(), made(200_000)) < 1_000 * cost(
        lambda line: explained(line).text(), made(2_000)
    )


@pytest.mark.parametrize("made", LINES.values(), ids=LINES)
def test_words_for_a_fault_cost_little_more_than_reading_its_line(
    made: Callable[[int], bytes],
) -> None:
    """A line of 2 KB cost 18 ms, so five megabytes of them kept everybody's launches waiting for a
    minute.
    """
    line = made(2_000)
    assert cost(lambda body: explained(body).text(), line) < 200 * cost(json.loads, line)


FAULTY = [
    b'{"a":1 "b":2}',
    b'{"a":NaN}',
    b'{"a":1,"a":2}',
    b"\xff",
    b"[]",
    b"",
    b'{"source-ref":1}',
]


@given(st.lists(st.sampled_from(FAULTY), min_size=1, max_size=30), st.integers(1, 40))
def test_every_faulty_line_is_counted_however_few_are_explained(
    some: list[bytes], times: int
) -> None:
    """A person mends by the numbers: 20 % of all lines end an import, and a thousand faults are not
    two hundred.
    """
    lines = some * times
    counts: Counter[str] = Counter()
    for line in lines:
        try:
            parse(line)
        except BadLine as fault:
            counts[fault.code] += 1
        else:
            counts["type"] += 1
    body = b"\n".join(lines) + b"\n"
    verdict = check([b'{"source-ref":"s3://bucket/a.jpg"}\n', body], source_key="source-ref")
    assert verdict.counts == counts
    kept = Counter(fault.code for fault in verdict.faults)
    assert kept == {code: min(many, FAULTS_KEPT) for code, many in counts.items()}
    found = examine([body], "us-east-1")
    assert found.invalid == found.counts.total() == len(lines)


def test_what_nobody_will_read_is_not_explained() -> None:
    """A file of a million faulty lines would be explained line by line, for nobody."""
    asked: list[int] = []

    def words(number: int) -> str:
        asked.append(number)
        return "why"

    verdict = Verdict()
    for number in range(1, 1_001):
        verdict.refuse(number, BadLine("json", lambda number=number: words(number)))  # type: ignore[misc]
    assert asked == list(range(1, FAULTS_KEPT + 1))
    assert verdict.counts == {"json": 1_000}
