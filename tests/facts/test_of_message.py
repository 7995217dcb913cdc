"""The pictures of a message for a dataset: which are taken, and a window that Slack takes."""

import pytest

from bot.brought.brought import Brought, TooManyFiles
from bot.datasets import of_message
from bot.datasets.gallery import adding
from bot.datasets.source import Source

validator = pytest.importorskip("bot.sandbox.slack.validate")
LONG = ["*" * 300, "<!channel>" * 30, "&" * 300, "🍐" * 150, "ripe"]


def brought(*names: str) -> list[Brought]:
    return [Brought(name=name, id=f"F{number}") for number, name in enumerate(names)]


def test_pictures_and_zips_are_taken_and_the_others_named() -> None:
    """Without this, a report beside thirty pictures would count as the thirty-first, or vanish."""
    names = [f"{number}.JPG" for number in range(28)]
    others = ["a.pdf", "b.heic", "c.mov", "d.txt"]
    taken, words = of_message.pictures(brought(*names, "x.png", "more.zip", *others))
    assert [one.name for one in taken] == [*names, "x.png", "more.zip"]
    assert words.endswith("JPEG and PNG files only: a.pdf, b.heic, c.mov and 1 more.")


def test_too_many_and_none_are_refused() -> None:
    """Without this, the thirty-first picture would be left out without a word."""
    with pytest.raises(TooManyFiles, match="takes 30 at a time"):
        of_message.pictures(brought(*(f"{number}.jpg" for number in range(31))))
    with pytest.raises(of_message.NoPictures):
        of_message.pictures(brought("a.heic"))


@pytest.mark.parametrize("long", LONG)
@pytest.mark.parametrize("many", [1, 250])
def test_windows_are_ones_that_slack_takes(long: str, many: int) -> None:
    """Without this, long names would leave whoever chose the shortcut without an answer."""
    source = Source(project="orchard", name=long[:100], channel="C1")
    files = brought(*[f"{long}.jpg"] * 30)
    _, left_out = of_message.pictures([*files, *brought(*[f"{long}.pdf"] * 9)])
    ready = [(f"{number:032}", source) for number in range(many)]
    views = [
        of_message.window(files, ready, "1" * 32, left_out),
        adding.window(source, {"dataset": "1" * 32, "draft": "2" * 32}, left_out),
    ]
    for view in views:
        assert not validator.validate_view(view)
