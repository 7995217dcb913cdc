"""Labels of a dataset get other names, or become one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.gallery import names
from bot.datasets.gallery.classes import line_of
from bot.datasets.gallery.entry import entry_of
from bot.datasets.source import Source
from bot.manifests.json_lines import parse

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)

NOW = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
LABELS = ["ripe", "unripe", "bruised"]
SOURCE = Source(project="orchard", name="Ripe", channel="C1")


def filled(text: str) -> dict[str, Any]:
    """The window's state."""
    return {"state": {"values": {"names": {"value": {"value": text}}}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unripe", "“unripe” is no new name of a label. Write it like old = new."),
        ("unripe = ", "“unripe =” is no new name of a label"),
        ("unrip = green", "has no label “unrip”. Did you mean “unripe”?"),
        ("zzz = green", "has no label “zzz”."),
        ("ripe = a\nripe = b", "cannot become two labels"),
        ("ripe = " + "x" * 256, "A label has at most 255 characters; one here has 256."),
        ("ripe = ripe", "Write which label gets which name"),
        ("", "Write which label"),
    ],
)
def test_slip_is_named_with_its_remedy(text: str, said: str) -> None:
    """Without this, a slip of the pen would rename nothing, or a thousand pictures wrongly."""
    _, fault = names.read(filled(text), LABELS)
    assert said in fault


def test_more_labels_than_aws_looks_for_at_once_are_refused() -> None:
    """Without this, AWS would refuse the list, after the window was closed."""
    many = [f"l{number}" for number in range(11)]
    _, fault = names.read(filled("\n".join(f"{one} = x" for one in many)), many)
    assert fault == "These are 11 labels; change 10 at a time."


def test_two_labels_that_become_one_are_told_and_named_once() -> None:
    """Without this, a picture would have one class twice, and nobody would look at it again."""
    found, fault = names.read(filled("unripe = ripe \n bruised=rotten"), LABELS)
    assert (found, fault) == ({"unripe": "ripe", "bruised": "rotten"}, "")
    entries = [
        entry_of(1, parse(line_of("s3://b/1.jpg", ["ripe", "unripe"], NOW))),
        entry_of(2, parse(line_of("s3://b/2.jpg", ["bruised"], NOW))),
    ]
    seen = names.Seen()
    one, two = (entry_of(1, parse(line)) for line in names.lines_of(entries, found, seen))
    assert [each.name for each in one.line.told[0].classes] == ["ripe"]
    assert [each.name for each in two.line.told[0].classes] == ["rotten"]
    assert seen.words == "; look again where two labels are one now: 1.jpg"
    assert names.names_of({names.RENAMED: names.kept(found)}) == found
    assert names.names_of({}) == {}


def test_two_names_are_exchanged_at_once() -> None:
    """Without this, exchanging two names would make one label of both."""
    found, fault = names.read(filled("ripe = unripe\nunripe = ripe"), LABELS)
    assert not fault
    entry = entry_of(1, parse(line_of("s3://b/1.jpg", ["ripe"], NOW)))
    seen = names.Seen()
    (line,) = names.lines_of([entry], found, seen)
    assert entry_of(1, parse(line)).line.told[0].classes[0].name == "unripe"
    assert seen.words == ""


@given(
    label=st.sampled_from(["*" * 255, "<!channel>" * 25, "🍐" * 120, "x, y"]),
    many=st.sampled_from([1, 10, 250]),
)
def test_every_window_is_one_that_slack_takes(label: str, many: int) -> None:
    """Without this, long labels would leave whoever presses without a window."""
    labels = [f"{number}{label}"[:255] for number in range(many)]
    found = dict.fromkeys(labels[:10], label)
    for view in (
        names.window(SOURCE, "1" * 32, labels),
        names.taken(SOURCE, found, first=True),
        names.taken(SOURCE, found, first=False),
    ):
        assert not validator.validate_view(view)
