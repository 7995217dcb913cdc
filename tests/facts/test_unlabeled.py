"""Which objects have no label, and why."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.unlabeled import LOOKED_AT, unlabeled, words


def manifest(*lines: dict[str, Any]) -> list[bytes]:
    return ["".join(json.dumps(line) + "\n" for line in lines).encode()]


def picture(key: str, **more: Any) -> dict[str, Any]:
    return {"source-ref": f"s3://orchard-raw/{key}", **more}


def test_reasons_are_told_by_kind_with_their_first_object() -> None:
    """Without this, somebody would search a manifest of thousands for the seven that failed."""
    failed = {"ripe-metadata": {"failure-reason": "ClientError: s3://orchard-raw/d.jpg is bad."}}
    again = {"ripe-metadata": {"failure-reason": "ClientError: s3://orchard-raw/e.jpg is bad."}}
    found = unlabeled(
        manifest(
            picture("a.jpg", ripe=0),
            picture("july/b.jpg"),
            picture("c.jpg"),
            picture("d.jpg", **failed),
            picture("e.jpg", ripe=-1, **again),
            picture("f.jpg"),
            picture("g.jpg"),
        ),
        "ripe",
    )
    assert (found.total, found.silent) == (6, 4)
    states = {2: "missing", 3: "missing", 6: "strange"}
    assert words(found, states, "picture", "AWS") == (
        "6 pictures have no label: 2 are not there any more (first: july/b.jpg), 1 is no picture "
        "(f.jpg), 2: “ClientError: it is bad” (first: d.jpg), 1 without a reason from AWS."
    )
    assert words(found, states, "picture", "AWS", to_its_end=False) == (
        "5 pictures have no label: 2 are not there any more (first: july/b.jpg), 1 is no picture "
        "(f.jpg), 2: “ClientError: it is bad” (first: d.jpg)."
    )


def test_objects_that_nobody_came_to_are_no_news_of_a_stopped_job() -> None:
    """Without this, a stopped job would report each object that was still to do as a failure."""
    found = unlabeled(manifest(picture("a.jpg"), {"source": "a text"}), "ripe")
    assert words(found, {}, "picture", "AWS", to_its_end=False) == ""
    assert words(found, {}, "text", "AWS") == "2 texts have no label: 2 without a reason from AWS."


def test_text_is_named_by_its_line() -> None:
    """Without this, what customers wrote would stand in a thread."""
    line = {"source": "secret", "tone-metadata": {"failureReason": "too long"}}
    found = unlabeled(manifest(line), "tone")
    said = words(found, {}, "text", "AWS")
    assert said == "1 text has no label: 1: “too long” (line 1)."


def test_memory_stays_flat_and_many_reasons_become_one() -> None:
    """Without this, a manifest whose every line has a reason of its own would fill the memory and
    the thread.
    """
    many = [
        picture(f"{n}.jpg", **{"ripe-metadata": {"failure-reason": f"no. {n}"}}) for n in range(500)
    ]
    found = unlabeled(manifest(*many, *(picture(f"{n}.png") for n in range(500))), "ripe")
    assert len(found.told) == 21
    assert found.told["other reasons"].count == 480
    assert (len(found.first), found.silent) == (LOOKED_AT, 500)


@given(st.lists(st.binary(max_size=60)), st.text(max_size=5))
def test_nothing_in_a_manifest_makes_it_raise(chunks: list[bytes], attribute: str) -> None:
    """Without this, one odd line would keep a job's end from being told."""
    found = unlabeled(chunks, attribute)
    words(found, {}, "picture", "AWS")


def test_metadata_of_any_kind_are_no_reason() -> None:
    """Without this, somebody's own columns would break the line that tells of the end."""
    odd: list[Any] = [None, 3, "x", [], {"failure-reason": {"a": 1}}, {"failure-reason": "  "}]
    lines = [picture(f"{n}.jpg", **{"ripe-metadata": one}) for n, one in enumerate(odd)]
    lines.append({"source-ref": 7})
    found = unlabeled([*manifest(*lines), b"not json\n"], "ripe")
    assert (found.silent, found.told) == (7, {})
