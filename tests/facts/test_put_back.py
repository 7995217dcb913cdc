"""What was left out of a job's input, put back into the lines of its results."""

import json
from collections.abc import Iterator
from typing import Any

from bot.manifests.json_lines import LINE_LIMIT
from bot.manifests.put_back import PutBack

WHOLE: list[dict[str, Any]] = [
    {"source-ref": "s3://b/1.jpg", "box": 1, "judged": "good", "note": "é"},
    {"source-ref": "s3://b/2.jpg", "box": 2, "judged": "bad"},
    {"source": "a text", "judged": "good"},
]


def bodies(lines: list[dict[str, Any]]) -> list[bytes]:
    """The lines in pieces that end anywhere."""
    text = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    return [text[start : start + 7] for start in range(0, len(text), 7)]


def joined(results: list[dict[str, Any]], whole: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in PutBack(bodies(results), bodies(whole)).lines()]


def test_every_object_has_what_it_had_and_what_the_job_said() -> None:
    """Without this, whoever corrects boxes that were judged would lose the judgement."""
    results = [
        {"source-ref": "s3://b/1.jpg", "box": 1, "fixed": 10},
        {"source-ref": "s3://b/2.jpg", "box": 2},
        {"source": "a text", "fixed": 30},
    ]
    assert joined(results, WHOLE) == [
        {"source-ref": "s3://b/1.jpg", "box": 1, "fixed": 10, "judged": "good", "note": "é"},
        {"source-ref": "s3://b/2.jpg", "box": 2, "judged": "bad"},
        {"source": "a text", "fixed": 30, "judged": "good"},
    ]
    newest = [list(line)[-1] for line in joined(results, WHOLE)]
    assert newest == ["fixed", "judged", "fixed"], "the newest label is the last of its line"


def test_job_has_the_last_word() -> None:
    """Without this, a label that was corrected under its own name would be the old one again."""
    results = [{"source-ref": "s3://b/1.jpg", "box": 9, "note": "n", "judged": "bad"}]
    assert joined(results, WHOLE) == results


def test_other_order_fewer_lines_and_objects_that_come_twice() -> None:
    """Without this, lines would get what belongs to another object as soon as one line is gone."""
    whole = [*WHOLE, {"source-ref": "s3://b/1.jpg", "judged": "again"}]
    results = [
        {"source": "a text"},
        {"source-ref": "s3://b/1.jpg"},
        {"source-ref": "s3://b/elsewhere.jpg"},
        {"source-ref": "s3://b/1.jpg"},
        {"source-ref": "s3://b/1.jpg"},
    ]
    said = [line.get("judged") for line in joined(results, whole)]
    assert said == ["good", "good", None, "again", None]


def test_memory_is_flat_where_the_order_is_the_same() -> None:
    """Without this, a job of 100,000 pictures with twenty boxes each would take the worker's memory
    away.
    """
    ahead = 0

    def told(many: int) -> Iterator[bytes]:
        nonlocal ahead
        for number in range(many):
            ahead += 1
            yield b'{"source-ref":"s3://b/%d","judged":1}\n' % number

    both = PutBack(bodies([{"source-ref": f"s3://b/{number}"} for number in range(40)]), told(40))
    for number, line in enumerate(both.lines()):
        assert json.loads(line)["judged"] == 1
        assert ahead == number + 1, "no line is read before its turn"
    assert both.found == 40


def test_lines_that_cannot_be_read_stay_and_too_long_ones_are_counted() -> None:
    """Without this, one broken line would keep a job's end from being told, or a manifest would be
    written that nothing takes.
    """
    long = {"source-ref": "s3://b/3.jpg", "judged": "x" * (LINE_LIMIT - 100)}
    text = b'{broken\n\n{"no": "source"}\n{"source-ref":"s3://b/3.jpg","fixed":"%s"}\n' % (
        b"y" * 90
    )
    both = PutBack([text], [b"{broken\n", json.dumps(long).encode()])
    lines = list(both.lines())
    assert lines[:2] == [b"{broken", b'{"no": "source"}']
    assert "judged" not in json.loads(lines[2])
    assert (both.found, both.too_long) == (0, 1)
